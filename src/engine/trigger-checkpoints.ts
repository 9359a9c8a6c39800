// How far each trigger came: one row of text by the names of its table and of the trigger.

import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { decodeText, encodeText } from '../base/utf8.ts'
import type { OrderedStore } from '../storage/contract.ts'
import type { ChangePosition } from '../streams/change-position.ts'
import { triggerCheckpointKey } from './keyspace.ts'
import { readSnapshot } from './read-snapshot.ts'

/** Whose checkpoint. */
export interface TriggerIdentity {
  readonly tableName: string
  readonly triggerName: string
}

/** The checkpoint, as whichever tab stored it last; undefined when there is none. */
export async function loadCheckpoint(
  store: OrderedStore,
  { tableName, triggerName }: TriggerIdentity,
): Promise<ChangePosition | undefined> {
  const key = triggerCheckpointKey(tableName, triggerName)
  return readSnapshot(store, true, (snapshot) => after(snapshot.get(key), textOf))
}

/** Stores a checkpoint, unless there is one further on: a tab that was slow does not turn back one that took over. */
export function saveCheckpoint(
  store: OrderedStore,
  { tableName, triggerName }: TriggerIdentity,
  position: ChangePosition,
): Promise<void> {
  const key = triggerCheckpointKey(tableName, triggerName)
  return store.write((transaction) =>
    after(transaction.get(key), (row): MaybePromise<void> => {
      const stored = textOf(row)
      // Positions are labels in the order of time, then numbers of one width: they compare as text.
      if (stored === undefined || stored < position) transaction.put(key, encodeText(position))
    }),
  )
}

function textOf(row: Uint8Array | undefined): string | undefined {
  return row === undefined ? undefined : decodeText(row, 0, row.length)
}
