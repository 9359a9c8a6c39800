// What a page is told of its watches.

import type { ByteKey } from '../../base/byte-key.ts'
import type { PackedItem } from '../../model/packed-item.ts'

/** How one watch has changed since the page was last told. */
export interface WatchUpdate {
  /** The page's own number of the watch. */
  readonly id: number
  /** True when what was told before does not count any more: the result begins anew with this update. */
  readonly isFresh: boolean
  /** Keys of the rows that have changed, in no order: the page orders its rows by them. */
  readonly keys: readonly ByteKey[]
  /** What the rows are now, each beside its key; null for those that are gone, whether the page had them or not. */
  readonly rows: readonly (PackedItem | null)[]
  /** All keys of changes that are shown and not durable yet. */
  readonly pending: readonly ByteKey[]
  /** False while more is to come before the result is whole. */
  readonly isWhole: boolean
}

/** A watch that has ended by itself. */
export interface WatchFailure {
  readonly id: number
  readonly error: unknown
}

/** All that there is to tell at one time. */
export interface LiveNews {
  readonly updates: readonly WatchUpdate[]
  readonly failures: readonly WatchFailure[]
  /** True when there will be no more: the database is closed. */
  readonly isEnded: boolean
}

/** How much of a message is left. */
export interface NewsRoom {
  rows: number
  bytes: number
}
