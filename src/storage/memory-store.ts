// The contract kept in memory alone: for tests, for use without a browser, and where IndexedDB is missing. It shares
// memtable, group commit and log feed with the log-structured store, so that both behave alike in all but durability.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type {
  Cursor,
  LogBatch,
  LogCursor,
  OrderedStore,
  ScanOptions,
  Snapshot,
  StoreStatistics,
  Transaction,
  WriteObserver,
} from './contract.ts'
import { LiveSnapshots } from './live-snapshots.ts'
import { LogFeed } from './log-feed.ts'
import { Memtable } from './memtable.ts'
import { type CursorOwner, MergeCursor } from './merge-cursor.ts'
import type { RowSource } from './row-source.ts'
import type { BatchBase } from './store-transaction.ts'
import { WriteQueue } from './write-queue.ts'

/** Batches kept so that a cursor may be opened a little behind the newest. */
const RECENT_LOG_BYTES = 4_194_304
/** Batches kept for cursors that are behind. */
const HELD_LOG_BYTES = 67_108_864

/** An empty ordered store in memory. It is gone with the last reference to it. */
export function createMemoryStore(): OrderedStore {
  return new MemoryStore()
}

class MemoryStore implements OrderedStore {
  readonly #live = new LiveSnapshots()
  readonly #rows = new Memtable({ live: this.#live, keepsRemovals: false })
  readonly #feed = new LogFeed({ recentBytes: RECENT_LOG_BYTES, heldBytes: HELD_LOG_BYTES })
  readonly #queue = new WriteQueue({
    admit: () => undefined,
    openBase: () => this.#openSnapshot(),
    commit: (batch) => this.#commit(batch),
    isContended: () => false,
    inTurn: (attempt) => attempt(),
    isNewest: () => true,
  })
  #sequence = 0
  #isClosed = false

  snapshot(): Snapshot {
    this.#assertOpen()
    return this.#openSnapshot()
  }

  async refresh(): Promise<void> {
    this.#assertOpen()
  }

  write<T>(body: (transaction: Transaction) => MaybePromise<T>): Promise<T> {
    return this.#queue.write(body)
  }

  openLog(options: { readonly after: number }): LogCursor {
    this.#assertOpen()
    return this.#feed.open(options.after)
  }

  observeWrites(observer: WriteObserver): () => void {
    return this.#queue.observe(observer)
  }

  statistics(): StoreStatistics {
    return {
      sequence: this.#sequence,
      memtableBytes: this.#rows.sizeBytes,
      memtableRows: this.#rows.rowCount,
      pageCacheBytes: 0,
      runs: 0,
      pages: 0,
      pageBytes: 0,
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#queue.close()
    this.#feed.close()
  }

  #openSnapshot(): MemorySnapshot {
    return new MemorySnapshot({ rows: this.#rows, live: this.#live, sequence: this.#sequence })
  }

  #commit(batch: LogBatch): boolean {
    this.#sequence = batch.sequence
    for (const { key, value } of batch.entries) this.#rows.put(key, value && alone(value), batch.sequence)
    this.#feed.publish(batch)
    return true
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new DatabaseError('StorageClosed', 'The database is closed.')
  }
}

class MemorySnapshot implements Snapshot, BatchBase, CursorOwner {
  readonly #rows: Memtable
  readonly #live: LiveSnapshots
  readonly sequence: number
  readonly isFetching = false
  #isOpen = true

  constructor(options: { readonly rows: Memtable; readonly live: LiveSnapshots; readonly sequence: number }) {
    this.#rows = options.rows
    this.#live = options.live
    this.sequence = options.sequence
    this.#live.hold(this.sequence)
  }

  get(key: ByteKey): Uint8Array | undefined {
    this.assertOpen()
    return this.#rows.versionAt(key, this.sequence)?.value
  }

  scan(options: ScanOptions): Cursor {
    return new MergeCursor(this.sources(options), { scan: options, owner: this })
  }

  sources(options: ScanOptions): RowSource[] {
    this.assertOpen()
    return [this.#rows.source(options, this.sequence)]
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#live.release(this.sequence)
    this.#rows.sweep()
  }

  assertOpen(): void {
    assert(this.#isOpen, 'A snapshot is read only until it is closed.')
  }
}

/**
 * The value in a buffer of its own: many come as a view of a buffer that they share with others, and one row that is
 * kept for long would keep all of it.
 */
function alone(value: Uint8Array): Uint8Array {
  return value.length === value.buffer.byteLength ? value : value.slice()
}
