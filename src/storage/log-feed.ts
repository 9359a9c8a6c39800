// Hands the log's batches to cursors as they are committed. The newest batches are kept in memory; a cursor that is
// further behind reads the device's log, where there is one.

import { DatabaseError } from '../base/database-error.ts'
import type { LogBatch, LogCursor } from './contract.ts'

/** How much the feed keeps and where older batches come from. */
export interface LogFeedOptions {
  /** Bytes of batches kept although no cursor needs them. */
  readonly recentBytes: number
  /** Bytes of batches kept for cursors that are behind; beyond this they get `LogTruncated` or the older log. */
  readonly heldBytes: number
  /** Some batches right behind `after`, at least one. Without it batches that are not kept are gone. */
  readonly readOlder?: (after: number) => Promise<readonly LogBatch[]>
}

/** What a batch costs beside its entries, so that empty ones are bounded too. */
const BATCH_OVERHEAD_BYTES = 64
const ENTRY_OVERHEAD_BYTES = 32

interface KeptBatch {
  readonly batch: LogBatch
  readonly bytes: number
}

/** The log as cursors of this worker see it. */
export class LogFeed {
  readonly #options: LogFeedOptions
  readonly #cursors = new Set<FeedCursor>()
  /** Without holes, oldest first; the last is the newest batch known. */
  #kept: KeptBatch[] = []
  #keptBytes = 0
  #newest = 0
  #isClosed = false

  constructor(options: LogFeedOptions) {
    this.#options = options
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The position of the slowest open cursor: it still needs all batches after this one. */
  get slowest(): number | undefined {
    let slowest: number | undefined
    for (const { position } of this.#cursors) {
      if (slowest === undefined || position < slowest) slowest = position
    }
    return slowest
  }

  /** A cursor that starts behind batch `after`. */
  open(after: number): LogCursor {
    const cursor = new FeedCursor(this, after)
    if (!this.#isClosed) this.#cursors.add(cursor)
    return cursor
  }

  /** Appends the next batch. */
  publish(batch: LogBatch): void {
    this.#newest = batch.sequence
    const bytes = batchBytes(batch)
    this.#kept.push({ batch, bytes })
    this.#keptBytes += bytes
    this.#trim()
    this.#wakeAll()
  }

  /** Continues at `sequence` although the batches up to it were not seen. */
  skipTo(sequence: number): void {
    this.#newest = sequence
    this.#kept = []
    this.#keptBytes = 0
    this.#wakeAll()
  }

  /** Ends all cursors. */
  close(): void {
    this.#isClosed = true
    this.#wakeAll()
    this.#cursors.clear()
  }

  /** Some batches right behind `after`; undefined when there are none yet. */
  batchesAfter(after: number): readonly LogBatch[] | Promise<readonly LogBatch[]> | undefined {
    if (after >= this.#newest) return undefined
    const first = this.#kept[0]?.batch.sequence ?? this.#newest + 1
    const kept = this.#kept[after + 1 - first]
    if (kept !== undefined) return [kept.batch]
    if (this.#options.readOlder !== undefined) return this.#options.readOlder(after)
    const data = { after, oldest: first }
    throw new DatabaseError('LogTruncated', 'The log was cut before this cursor had read it.', { data })
  }

  forget(cursor: FeedCursor): void {
    this.#cursors.delete(cursor)
  }

  #wakeAll(): void {
    for (const cursor of this.#cursors) cursor.wake()
  }

  #trim(): void {
    const { recentBytes, heldBytes } = this.#options
    if (this.#keptBytes <= recentBytes) return
    const slowest = this.slowest ?? this.#newest
    let dropCount = 0
    for (const { batch, bytes } of this.#kept) {
      const isHeld = batch.sequence > slowest
      if (this.#keptBytes <= (isHeld ? heldBytes : recentBytes) || dropCount === this.#kept.length - 1) break
      this.#keptBytes -= bytes
      dropCount++
    }
    this.#kept.splice(0, dropCount)
  }
}

class FeedCursor implements LogCursor {
  readonly #feed: LogFeed
  #fetched: readonly LogBatch[] = []
  #fetchedIndex = 0
  #isClosed = false
  #wake: (() => void) | undefined
  position: number

  constructor(feed: LogFeed, after: number) {
    this.#feed = feed
    this.position = after
  }

  async next(signal?: AbortSignal): Promise<LogBatch | undefined> {
    while (!this.#isClosed && !this.#feed.isClosed && signal?.aborted !== true) {
      const batch = this.#fetched[this.#fetchedIndex]
      if (batch !== undefined) {
        this.#fetchedIndex++
        this.position = batch.sequence
        return batch
      }
      const more = this.#feed.batchesAfter(this.position)
      if (more === undefined) {
        await this.#changed(signal)
      } else {
        this.#fetched = more instanceof Promise ? await more : more
        this.#fetchedIndex = 0
      }
    }
    return undefined
  }

  close(): void {
    this.#isClosed = true
    this.#feed.forget(this)
    this.wake()
  }

  wake(): void {
    this.#wake?.()
  }

  /** Resolves when something was published, the cursor or feed is closed, or `signal` aborts. */
  #changed(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake = undefined
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#wake = wake
      signal?.addEventListener('abort', wake)
    })
  }
}

function batchBytes(batch: LogBatch): number {
  let bytes = BATCH_OVERHEAD_BYTES
  for (const { key, value } of batch.entries) bytes += key.length + (value?.length ?? 0) + ENTRY_OVERHEAD_BYTES
  return bytes
}
