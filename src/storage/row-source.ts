// What a merging cursor draws from: a memtable, a run of pages, the writes of a transaction.

import type { ByteKey } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'

/** Rows of one range in one direction. Before the first `advance` it stands on no row. */
export interface RowSource {
  /** Moves to the next row; false when there is none. A promise only when a page has to be fetched. */
  advance(): MaybePromise<boolean>
  readonly key: ByteKey
  /** The row's value; undefined when the row was removed, which hides it in older sources. */
  readonly value: Uint8Array | undefined
  /** The `HEAD_BYTES` bytes of the row's key from `offset` on as one number, missing ones as 0. */
  head(offset: number): number
  /**
   * How many rows behind the present one are certain to come before `limit` (in the source's direction; undefined: no
   * limit) and to be reached without waiting. May be fewer than there are: it is what spares comparing every key.
   */
  rowsBefore(limit: ByteKey | undefined): number
}

/** As many bytes as a number holds exactly. */
export const HEAD_BYTES = 6

/** The head of a key. */
export function headOf(key: ByteKey, offset: number): number {
  let head = 0
  for (let at = offset; at < offset + HEAD_BYTES; at++) head = head * 256 + (at < key.length ? key.charCodeAt(at) : 0)
  return head
}
