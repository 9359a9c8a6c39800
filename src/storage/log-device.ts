// The port to what keeps bytes: IndexedDB today; small enough that a file system could stand behind it. A device knows
// sequence numbers, page ids and bytes, not what is in them. Every promise settles; whatever can be repeated safely
// after a lost connection, the device repeats itself.

import type { DataLoss } from './contract.ts'

/**
 * How an append ended:
 * - `appended`: it is durable.
 * - `taken`: another worker has appended this sequence number; nothing of ours was kept.
 * - `cut`: the log was cut past this sequence number while this worker slept. Bytes may be left behind, but below the
 *   floor, where nobody reads them and the next cut removes them.
 * - `unknown`: the connection was lost on the way. The log's record under the sequence number tells.
 */
export type AppendOutcome = 'appended' | 'taken' | 'cut' | 'unknown'

/** Whether a commit waits until it has reached the disk (`strict`) or the operating system (`relaxed`). */
export type Durability = 'relaxed' | 'strict'

/** The next record of the log, in parts that are each small enough for the device. */
export interface AppendRequest {
  readonly sequence: number
  readonly parts: readonly Uint8Array[]
  readonly durability: Durability
}

/** A stretch of the log. */
export interface LogStretch {
  /** Records up to this sequence number were cut. */
  readonly floor: number
  /** Parts of the records, in order. */
  readonly parts: readonly Uint8Array[]
  /** Whether the log ends here. */
  readonly isEnd: boolean
}

/** Consecutive page ids. */
export interface PageRange {
  readonly first: number
  readonly count: number
}

/** Keeps the log, the pages and the manifest. */
export interface LogDevice {
  /**
   * Makes the device ready, and the database if there is none.
   *
   * @throws DatabaseError `StorageUnavailable`, `UnknownFormat`
   */
  open(): Promise<void>
  /** What was lost before the database was made anew, if it was. Known once it is open. */
  readonly dataLoss?: DataLoss | undefined
  /**
   * Appends one record if its sequence number is free and not cut (compare-and-append).
   *
   * @throws DatabaseError `StorageFull`, `StorageClosed`, `StorageFailed`: nothing was kept
   */
  append(request: AppendRequest): Promise<AppendOutcome>
  /** Reads at most `limitParts` parts of the records after `after`. */
  readLog(request: { readonly after: number; readonly limitParts: number }): Promise<LogStretch>
  /** Removes the records up to `upTo`, included, and remembers that they were cut. */
  cutLog(upTo: number): Promise<void>
  /** The manifest's bytes; undefined in a new database. */
  readManifest(): Promise<Uint8Array | undefined>
  /**
   * Replaces the manifest in one durable transaction.
   *
   * @param change makes the new bytes from the present ones, without waiting; undefined leaves them. May run again
   *   after a lost connection, and then on what it has written itself.
   */
  changeManifest(change: (present: Uint8Array | undefined) => Uint8Array | undefined): Promise<void>
  /** The pages of each range, in order; undefined for ids that do not exist. */
  readPages(ranges: readonly PageRange[]): Promise<(Uint8Array | undefined)[][]>
  /** Writes pages under consecutive ids from `first` on. */
  writePages(first: number, pages: readonly Uint8Array[]): Promise<void>
  deletePages(range: PageRange): Promise<void>
  /** Which groups of `groupPages` consecutive ids, counted from id 0, have pages. */
  listPageGroups(groupPages: number): Promise<number[]>
  /** Ends the connection. Later calls fail with `StorageClosed`. Resolves when nothing of it is left behind. */
  close(): Promise<void>
}
