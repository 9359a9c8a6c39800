// A change as GetRecords has it, which is what the filters of triggers are written for.

import type { Item } from '../model/attribute-value.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { PackedChange } from './change.ts'

const EVENT_NAMES = { insert: 'INSERT', modify: 'MODIFY', remove: 'REMOVE' } as const
const MS_PER_SECOND = 1000

/** The event of a change. */
export function triggerEvent(
  { kind, atMs, sequenceNumber, key, newItem, oldItem }: PackedChange,
  keyNames: readonly string[],
): unknown {
  const source = (key ?? newItem ?? oldItem) as PackedItem
  return {
    eventName: EVENT_NAMES[kind],
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(atMs / MS_PER_SECOND),
      SequenceNumber: sequenceNumber,
      Keys: Object.fromEntries(keyNames.map((name) => [name, source.attribute(name)])) as Item,
      ...(newItem !== undefined && { NewImage: newItem.toItem() }),
      ...(oldItem !== undefined && { OldImage: oldItem.toItem() }),
    },
  }
}
