// What every store gives: an ordered map from byte keys to bytes, changed only by atomic batches that form one log
// (laws 1–3). `memory-store` and `log-structured-store` implement it; test/contract proves both with one suite.
//
// Isolation. Writes are serializable across all workers that have the same database open: a transaction commits only
// if its batch is the very next record of the log it has read, else its body runs again on what it missed. A snapshot
// sees one point of the log, whole batches only, however long it is held. A transaction sees the log's newest state it
// has proven at commit, plus the writes of the transactions before it in the same batch, plus its own.

import type { ByteKey, KeyRange } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'

/** Walks the rows of a range in key order. Before the first `advance` it stands on no row. */
export interface Cursor {
  /** Moves to the next row; false when there is none. A promise only when a page has to be fetched. */
  advance(): MaybePromise<boolean>
  /** The row's key. */
  readonly key: ByteKey
  /** The row's value. Belongs to the store: never changed by anyone, valid for as long as it is referenced. */
  readonly value: Uint8Array
}

/** Which rows a cursor walks, and which way. */
export interface ScanOptions extends KeyRange {
  /** From the end to the start. Default false. */
  readonly reverse?: boolean
}

/** Reads. */
export interface Reader {
  /** The value at `key`; a promise only when a page has to be fetched. The bytes must not be changed. */
  get(key: ByteKey): MaybePromise<Uint8Array | undefined>
  /** A cursor over the rows from `start` (included) to `end` (not included). */
  scan(options: ScanOptions): Cursor
}

/**
 * The state after one batch of the log. Hold it no longer than needed: it keeps old versions and pages alive. Reads
 * reject with DatabaseError `SnapshotLost` if it was held so long (some seconds at least) that another worker has
 * removed what it needs.
 */
export interface Snapshot extends Reader {
  /** Sequence number of the newest batch it sees; 0 for an empty log. */
  readonly sequence: number
  /** Frees what it holds. Reads after it fail an assert. Safe to call twice. */
  close(): void
}

/**
 * Reads and writes of one `write` call. Cursors opened before a put or delete in their range need not see it.
 * Reads and writes after the body has settled fail an assert.
 */
export interface Transaction extends Reader {
  /** Sequence number that this batch will have if it commits. */
  readonly sequence: number
  /** Which of the batch's transactions this is, from 0. With `sequence` it orders all transactions for ever. */
  readonly indexInBatch: number
  /** Sets the value at `key`. The store keeps `value` itself: the caller must not change it afterwards. */
  put(key: ByteKey, value: Uint8Array): void
  /** Removes `key`; no matter whether it exists. */
  delete(key: ByteKey): void
}

/** One change of a batch: `value` is undefined for a removal. */
export interface LogEntry {
  readonly key: ByteKey
  readonly value: Uint8Array | undefined
}

/** All changes of one commit, in the order they were made. */
export interface LogBatch {
  readonly sequence: number
  readonly entries: readonly LogEntry[]
}

/** Reads the log, batch by batch, as this and other workers append to it. */
export interface LogCursor {
  /**
   * The next batch, waiting for it if need be; undefined when `signal` aborts or the cursor or the store is closed.
   *
   * @throws DatabaseError `LogTruncated` when the batch has been cut (this worker slept): start anew from a snapshot
   */
  next(signal?: AbortSignal): Promise<LogBatch | undefined>
  close(): void
}

/**
 * Hears of this worker's batches while they are on their way to the device, so that a page can show a write before it is
 * durable. That a batch is kept is said by the log alone: it then shows this batch, with this sequence number.
 */
export interface WriteObserver {
  /**
   * The next batch has been evaluated and goes to the device now. Must not throw, and returns at once.
   *
   * @returns whether it has something to do in the microtasks that follow that shall come before the device's work
   */
  onEvaluated(batch: LogBatch): boolean
  /** A batch that was evaluated is not kept: a lost race, whose writes run again, or a failure. */
  onTakenBack(batch: LogBatch): void
}

/** A browser has found its data damaged and removed it. */
export interface DataLoss {
  /** When the empty database was made, in milliseconds since 1970. */
  readonly atMs: number
  /** The browser's own words. */
  readonly message: string
}

/** Sizes for meters and benchmarks. Bytes are those of keys and values held, as counted by the store. */
export interface StoreStatistics {
  readonly sequence: number
  readonly memtableBytes: number
  readonly memtableRows: number
  readonly pageCacheBytes: number
  readonly runs: number
  readonly pages: number
  readonly pageBytes: number
  /**
   * This database was made in place of one that the browser found damaged and emptied; undefined when that has not
   * happened. Only Chromium tells.
   */
  readonly dataLoss?: DataLoss
}

/** An ordered map with one log. */
export interface OrderedStore {
  /** The newest state this worker has seen. Answered from memory: may be behind other workers' newest commits. */
  snapshot(): Snapshot
  /** Resolves when every batch committed by anyone before the call is visible to `snapshot`. */
  refresh(): Promise<void>
  /**
   * Runs `body` and commits what it wrote, together with other writes that are waiting (group commit). Resolves with
   * the body's result when IndexedDB has completed the transaction (law 2).
   *
   * `body` may run more than once (a lost race), so it depends on nothing but its reader and captured constants, and
   * awaits nothing but reads (law 6). If it throws, none of its writes is kept; the error is delivered once everything
   * it had read is durable. A body that writes nothing appends nothing.
   *
   * @throws DatabaseError `StorageFull`, `StorageFailed`, `StorageClosed`, `StorageOverloaded`: nothing was kept, unless
   *   the error's data says `outcome: 'unknown'` (the device failed while it committed and could not be asked again)
   */
  write<T>(body: (transaction: Transaction) => MaybePromise<T>): Promise<T>
  /** A cursor that starts with the batch after sequence number `after`. */
  openLog(options: { readonly after: number }): LogCursor
  /**
   * Tells `observer` of every batch of this worker from now on.
   *
   * @returns ends it
   */
  observeWrites(observer: WriteObserver): () => void
  statistics(): StoreStatistics
  /** Waits for running commits, refuses later calls with `StorageClosed`. Safe to call twice. */
  close(): Promise<void>
}
