// Sequence numbers of stream records. They are made of the place in the log at which a change was committed, which rises
// for ever and in every tab (see storage's contract): so they need no counter, and order the records of all streams.

import { assert } from '../base/assert.ts'

/** Decimal digits, as many in every number: compared as text or as numbers they have one order. */
export type SequenceNumber = string

/** Where in the log a record was written. */
export interface RecordPlace {
  /** Of the batch. */
  readonly sequence: number
  /** Of the transaction in its batch, from 0. */
  readonly indexInBatch: number
  /** Of the record in its transaction, from 0. */
  readonly ordinal: number
}

const SEQUENCE_DIGITS = 16
const INDEX_DIGITS = 5
const ORDINAL_DIGITS = 6
const DIGITS = SEQUENCE_DIGITS + INDEX_DIGITS + ORDINAL_DIGITS
const MAX_INDEX = 10 ** INDEX_DIGITS - 1
const MAX_ORDINAL = 10 ** ORDINAL_DIGITS - 1
const NUMERIC = /^\d+$/

/** The number of a record. */
export function sequenceNumber({ sequence, indexInBatch, ordinal }: RecordPlace): SequenceNumber {
  assert(indexInBatch <= MAX_INDEX && ordinal <= MAX_ORDINAL, 'A place in the log has a sequence number.')
  return digits(sequence, SEQUENCE_DIGITS) + digits(indexInBatch, INDEX_DIGITS) + digits(ordinal, ORDINAL_DIGITS)
}

/** The greatest number that a record of a batch can have, or of those before it. */
export function lastSequenceNumber(sequence: number): SequenceNumber {
  return sequenceNumber({ sequence, indexInBatch: MAX_INDEX, ordinal: MAX_ORDINAL })
}

/** The next number, whether a record has it or not. */
export function sequenceNumberAfter(number: SequenceNumber): SequenceNumber {
  return fixedWidth(BigInt(number) + 1n)
}

/** The number that a text means; undefined when it means none. */
export function parseSequenceNumber(text: string): SequenceNumber | undefined {
  if (!NUMERIC.test(text)) return undefined
  const number = fixedWidth(BigInt(text))
  return number.length === DIGITS ? number : undefined
}

function fixedWidth(value: bigint): SequenceNumber {
  return value.toString().padStart(DIGITS, '0')
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0')
}
