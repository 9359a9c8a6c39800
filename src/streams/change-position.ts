// Where a reader of a table's changes stands, as text that can be kept and given back: in which stream, and behind which
// record. Without a number it stands before the oldest record that is there.

import { parseSequenceNumber, type SequenceNumber } from './sequence-number.ts'

/** `<label>` or `<label>/<sequence number>`. */
export type ChangePosition = string

/** What a position says. */
export interface ChangePlace {
  /** Of the stream. */
  readonly label: string
  /** The record that was read last; undefined before the first. */
  readonly after: SequenceNumber | undefined
}

/** The position of a place. */
export function changePosition({ label, after }: ChangePlace): ChangePosition {
  return after === undefined ? label : `${label}/${after}`
}

/** The place of a position; undefined for a text that is none. */
export function parseChangePosition(position: ChangePosition): ChangePlace | undefined {
  const [label = '', number, ...rest] = position.split('/')
  if (label === '' || rest.length > 0) return undefined
  if (number === undefined) return { label, after: undefined }
  const after = parseSequenceNumber(number)
  return after === undefined ? undefined : { label, after }
}
