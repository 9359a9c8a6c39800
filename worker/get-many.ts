// Any number of gets in one call of the page: cut into the batches that the API allows, all of them under way at once so
// that they share their reads. What does not fit into an answer is asked for again.

import { assert } from '../src/base/assert.ts'
import { byteKeyFromBytes } from '../src/base/byte-key.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { Item } from '../src/model/attribute-value.ts'
import { MAX_BATCH_GET_ITEMS } from '../src/model/limits.ts'
import type { BatchGetItemOutput } from '../src/model/operations.ts'
import type { PackedItem } from '../src/model/packed-item.ts'
import type { BulkGetInput, BulkOutput } from '../src/rpc/protocol.ts'

/** Rows by the text of their keys. */
type Rows = Map<string, PackedItem>

/**
 * Gets items by their keys.
 *
 * @returns the rows in the order of their keys, null where there is none
 * @throws ServiceException, DatabaseError what the engine throws
 */
export async function getMany(engine: Engine, input: BulkGetInput): Promise<BulkOutput> {
  const texts = input.items.map((key) => keyText(input, key))
  const keys = [...new Map(texts.map((text, index) => [text, input.items[index] as PackedItem])).values()]
  const found: Rows = new Map()
  const batches: Promise<void>[] = []
  for (let at = 0; at < keys.length; at += MAX_BATCH_GET_ITEMS) {
    batches.push(getBatch(engine, input, { keys: keys.slice(at, at + MAX_BATCH_GET_ITEMS), found }))
  }
  await Promise.all(batches)
  return { items: texts.map((text) => found.get(text) ?? null) }
}

interface KeyBatch {
  readonly keys: readonly PackedItem[]
  readonly found: Rows
}

/** Each answer has at least one of the items, so that there are no more answers than keys. */
async function getBatch(engine: Engine, input: BulkGetInput, { keys, found }: KeyBatch): Promise<void> {
  const { tableName, isConsistent = false } = input
  let left: readonly (PackedItem | Item)[] = keys
  for (let answers = 0; left.length > 0; answers++) {
    assert(answers < keys.length, 'Every answer to a batch of gets answers some of them.')
    const RequestItems = { [tableName]: { Keys: left, ConsistentRead: isConsistent } }
    const output = (await engine.dispatch(
      'BatchGetItem',
      { RequestItems },
      { rows: 'packed' },
    )) as BatchGetItemOutput<PackedItem>
    for (const row of output.Responses[tableName] ?? []) found.set(keyText(input, row), row)
    left = output.UnprocessedKeys[tableName]?.Keys ?? []
  }
}

/** The same text for the same key: packed values are canonical, so that 1 and 1.0 are the same here too. */
function keyText({ keyNames }: BulkGetInput, row: PackedItem): string {
  let text = ''
  for (const name of keyNames) {
    const index = row.indexOf(name)
    // What lacks a key attribute is refused by the engine.
    if (index !== -1) text += byteKeyFromBytes(row.valueBytes(index))
  }
  return text
}
