// The ordered store over one log (DESIGN §1): a commit appends one record, reads come from memtables over sorted runs
// of pages, flush and merge work in the background. This file puts the parts together and holds the commit protocol.

import { ByteWriter } from '../base/byte-writer.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { type Random, systemRandom } from '../base/random.ts'
import { type BatchId, encodeBatch } from './batch-codec.ts'
import type {
  LogBatch,
  LogCursor,
  OrderedStore,
  Snapshot,
  StoreStatistics,
  Transaction,
  WriteObserver,
} from './contract.ts'
import { createIndexedDbDevice } from './indexeddb-device.ts'
import type { AppendOutcome, AppendRequest, Durability, LogDevice } from './log-device.ts'
import { LogFeed } from './log-feed.ts'
import { batchesOf, LogFollower, readBatches } from './log-follower.ts'
import { Maintenance } from './maintenance.ts'
import { PageReader } from './page-reader.ts'
import { splitParts } from './stored-parts.ts'
import { ViewKeeper } from './view-keeper.ts'
import { createWorkerSignals, type WorkerHint, type WorkerSignals } from './worker-signals.ts'
import { WriteQueue } from './write-queue.ts'

/** How to open a log-structured store. */
export interface LogStructuredStoreOptions {
  /** The database's name, as the app calls it. */
  readonly name: string
  /** Whether commits wait for the disk. Default `relaxed`: a commit survives a killed browser, not a power cut. */
  readonly durability?: Durability
  /** Bytes of pages kept in memory. Default 64 MiB. */
  readonly pageCacheBytes?: number
  /** Bytes of a memtable before it is flushed; at most two of them are in memory. Default 16 MiB. */
  readonly memtableBytes?: number
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  /** In place of IndexedDB. */
  readonly device?: LogDevice
}

const DEFAULT_PAGE_CACHE_BYTES = 67_108_864
const DEFAULT_MEMTABLE_BYTES = 16_777_216
/** Batches kept in memory for log cursors that are a little behind; the rest they read from the log. */
const RECENT_LOG_BYTES = 1_048_576
/** Hints to other tabs are sent at most this often. */
const HINT_INTERVAL_MS = 10
/** How long commits take turns after a worker has lost a race. */
const TURNS_MS = 100

/**
 * Opens the database `name`, making it if there is none.
 *
 * @throws DatabaseError `StorageUnavailable`, `StorageCorrupt`, `StorageFailed`, `UnknownFormat`
 */
export async function openLogStructuredStore(options: LogStructuredStoreOptions): Promise<OrderedStore> {
  const store = new LogStructuredStore(options)
  await store.open()
  return store
}

class LogStructuredStore implements OrderedStore {
  readonly #durability: Durability
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #device: LogDevice
  readonly #keeper: ViewKeeper
  readonly #follower: LogFollower
  readonly #maintenance: Maintenance
  readonly #signals: WorkerSignals
  readonly #feed: LogFeed
  readonly #writer = new ByteWriter()
  readonly #queue = new WriteQueue({
    admit: () => this.#admit(),
    openBase: () => this.#keeper.openSnapshot(),
    commit: (batch) => this.#commit(batch),
    isContended: () => this.#clock.monotonicMs() < this.#turnsUntilMs,
    inTurn: (attempt) => this.#inTurn(attempt),
    isNewest: (sequence) => this.#isNewest(sequence),
  })
  /** Until when commits wait for their turn, because a worker lost a race: busy tabs must not starve others. */
  #turnsUntilMs = Number.NEGATIVE_INFINITY
  #hintSentMs = Number.NEGATIVE_INFINITY
  #isHintPending = false
  #closing: Promise<void> | undefined

  constructor(options: LogStructuredStoreOptions) {
    const { name, clock = systemClock, random = systemRandom, logger = silentLogger } = options
    this.#durability = options.durability ?? 'relaxed'
    this.#clock = clock
    this.#random = random
    this.#logger = logger
    this.#device =
      options.device ?? createIndexedDbDevice({ name, clock, random, logger, onDeleted: () => void this.close() })
    const pages = new PageReader(this.#device, options.pageCacheBytes ?? DEFAULT_PAGE_CACHE_BYTES)
    this.#keeper = new ViewKeeper({ device: this.#device, pages, clock, logger })
    this.#follower = new LogFollower(this.#device, this.#keeper)
    this.#signals = createWorkerSignals({ name, clock, onHint: (hint) => this.#onHint(hint) })
    this.#feed = new LogFeed({
      recentBytes: RECENT_LOG_BYTES,
      heldBytes: RECENT_LOG_BYTES,
      readOlder: (after) => this.#readOlder(after),
    })
    this.#keeper.feed = this.#feed
    this.#maintenance = new Maintenance({
      device: this.#device,
      keeper: this.#keeper,
      signals: this.#signals,
      clock,
      logger,
      memtableBytes: options.memtableBytes ?? DEFAULT_MEMTABLE_BYTES,
      slowestCursor: () => this.#feed.slowest,
      onManifest: () => this.#sendHint(),
    })
  }

  /** Makes the device ready and brings this worker to the end of the log. */
  async open(): Promise<void> {
    try {
      await this.#device.open()
      await this.#follower.open()
    } catch (error) {
      this.#keeper.close()
      this.#signals.close()
      await this.#device.close()
      throw error
    }
    this.#maintenance.start()
  }

  snapshot(): Snapshot {
    if (this.#closing !== undefined) throw closedError()
    return this.#keeper.openSnapshot()
  }

  async refresh(): Promise<void> {
    if (this.#closing !== undefined) throw closedError()
    await this.#follower.catchUp()
  }

  write<T>(body: (transaction: Transaction) => MaybePromise<T>): Promise<T> {
    return this.#queue.write(body)
  }

  openLog(options: { readonly after: number }): LogCursor {
    if (this.#closing !== undefined) throw closedError()
    return this.#feed.open(options.after)
  }

  observeWrites(observer: WriteObserver): () => void {
    return this.#queue.observe(observer)
  }

  statistics(): StoreStatistics {
    const { layers, runs } = this.#keeper.view
    const { dataLoss } = this.#device
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
    return {
      sequence: this.#keeper.head,
      memtableBytes: sum(layers.map(({ table }) => table.sizeBytes)),
      memtableRows: sum(layers.map(({ table }) => table.rowCount)),
      pageCacheBytes: this.#keeper.pages.cachedBytes,
      runs: runs.length,
      pages: sum(runs.map(({ info }) => info.dataPages)),
      pageBytes: sum(runs.map(({ info }) => info.dataBytes)),
      ...(dataLoss && { dataLoss }),
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#queue.close()
    this.#feed.close()
    await this.#maintenance.close()
    this.#keeper.close()
    // A hint that waits for its time would never be sent, and the others not learn of the last commits.
    if (this.#isHintPending) this.#sendHintNow()
    this.#signals.close()
    await this.#device.close()
  }

  /** Bounds memory: while a flush or merge is behind, writers wait. */
  #admit(): MaybePromise<void> {
    return this.#maintenance.needsRoom ? this.#maintenance.makeRoom() : undefined
  }

  async #commit(batch: LogBatch): Promise<boolean> {
    const id = { high: this.#random.uint32(), low: this.#random.uint32() }
    const parts = splitParts(encodeBatch(this.#writer, { id, batch }))
    const outcome = await this.#append({ sequence: batch.sequence, parts, durability: this.#durability }, id)
    if (outcome === 'taken') this.#askForTurns()
    if (outcome !== 'appended') {
      if (outcome !== 'unknown') await this.#follower.catchUp()
      return false
    }
    // A catch-up may have read it from the log already.
    if (this.#keeper.head < batch.sequence) this.#keeper.apply(batch)
    this.#maintenance.afterWrite()
    this.#sendHint()
    return true
  }

  /** Finds out what came of an append if the device cannot tell. */
  async #append(request: AppendRequest, id: BatchId): Promise<AppendOutcome> {
    try {
      const outcome = await this.#device.append(request)
      return outcome === 'unknown' ? await this.#lookUp(request, id) : outcome
    } catch (error) {
      if (error instanceof DatabaseError && error.code !== 'StorageFailed') throw error
      return this.#lookUp(request, id)
    }
  }

  /** One worker at a time, each from the newest state: while all take turns, nobody loses. */
  #inTurn(attempt: () => Promise<boolean>): Promise<boolean> {
    return this.#signals.withLock('commit', async () => {
      await this.#follower.catchUp()
      return attempt()
    })
  }

  #askForTurns(): void {
    this.#turnsUntilMs = this.#clock.monotonicMs() + TURNS_MS
    this.#sendHintNow(true)
  }

  /** Looks in the log for a batch whose append got no answer. `unknown`: neither it nor another is there. */
  async #lookUp({ sequence, parts }: AppendRequest, id: BatchId): Promise<AppendOutcome> {
    try {
      const stretch = await this.#device.readLog({ after: sequence - 1, limitParts: parts.length + 1 })
      if (stretch.floor >= sequence) throw new DatabaseError('LogTruncated', 'The log was cut meanwhile.')
      const [stored] = batchesOf(stretch, sequence - 1)
      if (stored === undefined) return stretch.parts.length === 0 ? 'unknown' : 'taken'
      return stored.id.high === id.high && stored.id.low === id.low ? 'appended' : 'taken'
    } catch (cause) {
      const data = { sequence, outcome: 'unknown' }
      const message = 'The storage failed while it committed, and cannot say whether it has.'
      throw new DatabaseError('StorageFailed', message, { cause, data })
    }
  }

  async #isNewest(sequence: number): Promise<boolean> {
    await this.#follower.catchUp()
    return this.#keeper.head === sequence
  }

  async #readOlder(after: number): Promise<readonly LogBatch[]> {
    const batches = await readBatches(this.#device, after)
    // Not ahead of what snapshots of this worker see.
    return batches.filter(({ sequence }) => sequence <= this.#keeper.head)
  }

  /** Tells other workers how far the log goes: at once, but not more often than they can use. */
  #sendHint(): void {
    if (this.#isHintPending) return
    const waitMs = this.#hintSentMs + HINT_INTERVAL_MS - this.#clock.monotonicMs()
    if (waitMs <= 0) {
      this.#sendHintNow()
      return
    }
    this.#isHintPending = true
    this.#clock.after(waitMs, () => {
      this.#isHintPending = false
      if (this.#closing === undefined) this.#sendHintNow()
    })
  }

  #sendHintNow(asksForTurns: boolean = false): void {
    this.#hintSentMs = this.#clock.monotonicMs()
    this.#signals.send({ head: this.#keeper.head, manifest: this.#keeper.view.manifest.number, asksForTurns })
  }

  #onHint(hint: WorkerHint): void {
    if (this.#closing !== undefined) return
    if (hint.asksForTurns) this.#turnsUntilMs = this.#clock.monotonicMs() + TURNS_MS
    const follow = async (): Promise<void> => {
      if (hint.head > this.#keeper.head) await this.#follower.catchUp()
      if (hint.manifest > this.#keeper.view.manifest.number) await this.#keeper.adoptNewest()
      this.#maintenance.afterWrite()
    }
    follow().catch((error: unknown) => {
      this.#logger('error', "Another worker's commits could not be read.", { cause: error })
    })
  }
}

function closedError(): DatabaseError {
  return new DatabaseError('StorageClosed', 'The database is closed.')
}
