// How far each trigger came, and in which term it runs: one row of text by the names of its table and of the trigger.
//
// A term is one run of the trigger in one tab. A tab that was frozen goes on without knowing that another has taken over:
// the row says whose turn it is, so that only the newest term moves the checkpoint, and whoever is to act can ask first.

import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { decodeText, encodeText } from '../base/utf8.ts'
import type { OrderedStore } from '../storage/contract.ts'
import type { ChangePosition } from '../streams/change-position.ts'
import { triggerCheckpointKey } from './keyspace.ts'
import { readSnapshot } from './read-snapshot.ts'

/** A trigger, and one run of it. */
export interface TriggerTerm {
  readonly tableName: string
  readonly triggerName: string
  /** Names the term, unlike any other: a text without spaces. */
  readonly term: string
}

/** How far a trigger came in its term. */
export interface CheckpointMove extends TriggerTerm {
  readonly position: ChangePosition
}

/** `<position> <term>`; without a position before the first was stored. */
interface Checkpoint {
  readonly position: ChangePosition | undefined
  readonly term: string | undefined
}

/** Makes a term the newest one. Answers the checkpoint, as whichever tab stored it last; undefined when there is none. */
export function claimCheckpoint(store: OrderedStore, term: TriggerTerm): Promise<ChangePosition | undefined> {
  const key = keyOf(term)
  return store.write((transaction) =>
    after(transaction.get(key), (row) => {
      const { position } = decode(row)
      transaction.put(key, encode({ position, term: term.term }))
      return position
    }),
  )
}

/** Whether a term is still the newest one. */
export async function holdsCheckpoint(store: OrderedStore, term: TriggerTerm): Promise<boolean> {
  return readSnapshot(store, true, (snapshot) =>
    after(snapshot.get(keyOf(term)), (row) => decode(row).term === term.term),
  )
}

/** Stores a checkpoint, unless another term has begun or there is one further on. Answers whether the term is still the newest. */
export function saveCheckpoint(store: OrderedStore, { position, ...term }: CheckpointMove): Promise<boolean> {
  const key = keyOf(term)
  return store.write((transaction) =>
    after(transaction.get(key), (row): MaybePromise<boolean> => {
      const stored = decode(row)
      if (stored.term !== term.term) return false
      // Positions are labels in the order of time, then numbers of one width: they compare as text.
      if (stored.position === undefined || stored.position < position) {
        transaction.put(key, encode({ position, term: term.term }))
      }
      return true
    }),
  )
}

function keyOf({ tableName, triggerName }: TriggerTerm): string {
  return triggerCheckpointKey(tableName, triggerName)
}

function encode({ position = '', term = '' }: Checkpoint): Uint8Array {
  return encodeText(`${position} ${term}`)
}

function decode(row: Uint8Array | undefined): Checkpoint {
  const [position, term] = row === undefined ? [] : decodeText(row, 0, row.length).split(' ')
  return { position: position === '' ? undefined : position, term }
}
