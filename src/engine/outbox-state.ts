// The one row that all intents of a database share: which place the next one gets, and the hybrid logical clock: the
// time of day in thousandths of a millisecond where it has not been reached yet, else the last reading and one more. So
// what was written after something was seen has a later reading, whatever the machine's clock says.

import { assert } from '../base/assert.ts'
import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { OUTBOX_STATE_KEY } from './keyspace.ts'

/** What the row holds. */
export interface OutboxState {
  /** The place that the next intent gets, from 1. */
  readonly nextOrder: number
  /** The last reading of the clock that was given or seen. */
  readonly clock: number
  /** Intents up to this place may have been sent: what they are must not change any more. */
  readonly sentUpTo: number
}

/** Readings in a millisecond. The product stays a safe integer for some centuries. */
const READINGS_PER_MS = 1000
const STATE_BYTES = 24
/** The start of the year 2200: a reading beyond it is nobody's, and leaves too few numbers that can still be counted on from. */
const MAX_READING = Date.UTC(2200, 0) * READINGS_PER_MS
const NEW_STATE: OutboxState = { nextOrder: 1, clock: 0, sentUpTo: 0 }

/** The row, or what it is before the first intent. */
export function readOutboxState(reader: Reader): MaybePromise<OutboxState> {
  return after(reader.get(OUTBOX_STATE_KEY), (row) => (row === undefined ? NEW_STATE : decodeState(row)))
}

/** Replaces the row. */
export function writeOutboxState(transaction: Transaction, { nextOrder, clock, sentUpTo }: OutboxState): void {
  const writer = new ByteWriter(STATE_BYTES)
  writer.float64(nextOrder)
  writer.float64(clock)
  writer.float64(sentUpTo)
  transaction.put(OUTBOX_STATE_KEY, writer.take())
}

/**
 * The clock's next reading.
 *
 * @param nowMs the machine's time of day
 */
export function nextReading({ clock }: Pick<OutboxState, 'clock'>, nowMs: number): number {
  return Math.max(clock + 1, Math.floor(nowMs * READINGS_PER_MS))
}

/** Whether a clock may go on from here: what others tell may be anything. */
export function isReading(clock: number): boolean {
  return Number.isSafeInteger(clock) && clock <= MAX_READING
}

/** The time of day of a reading, in milliseconds since 1970. */
export function timeOfReading(reading: number): number {
  return Math.floor(reading / READINGS_PER_MS)
}

function decodeState(row: Uint8Array): OutboxState {
  assert(row.length === STATE_BYTES, 'The state of the outbox is three numbers.')
  const reader = new ByteReader(row)
  return {
    nextOrder: reader.float64(),
    clock: reader.float64(),
    sentUpTo: reader.float64(),
  }
}
