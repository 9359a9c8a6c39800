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
  /**
   * How many rows behind the present one are certain to come before `limit` (in the source's direction; undefined: no
   * limit) and to be reached without waiting. May be fewer than there are: it is what spares comparing every key.
   */
  rowsBefore(limit: ByteKey | undefined): number
}
