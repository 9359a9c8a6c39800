// When to flush, merge and clean up: at once where memory demands it, else in idle moments. Locks between workers are
// a courtesy; what makes two workers safe is that each change of the manifest is checked where it is made.

import { assert } from '../base/assert.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { Flusher } from './flusher.ts'
import type { LogDevice } from './log-device.ts'
import { Merger } from './merger.ts'
import { RETIRED_KEEP_MS, RunCleaner } from './run-cleaner.ts'
import { RunInstaller } from './run-installer.ts'
import type { ViewKeeper } from './view-keeper.ts'
import type { WorkerSignals } from './worker-signals.ts'

/** Writes count as going on for this long after the last. */
export const IDLE_AFTER_MS = 1000
/** An idle memtable of this size or more, or with so many batches, is flushed, so that opening has less log to read. */
export const IDLE_FLUSH_BYTES = 262_144
export const IDLE_FLUSH_BATCHES = 256
/** A log this many times as large as a memtable is flushed although the memtable is small: few rows change often. */
const LOG_TO_MEMTABLE_RATIO = 4
/** With so many runs, merging does not wait for an idle moment. */
export const MERGE_AT_RUNS = 12
/** With so many runs, writers wait for a merge. */
export const MAX_RUNS = 24
/** How many flushes and merges one batch waits for. */
const MAX_ROOM_ATTEMPTS = 64

/** What maintenance works on. */
export interface MaintenanceOptions {
  readonly device: LogDevice
  readonly keeper: ViewKeeper
  readonly signals: WorkerSignals
  readonly clock: Clock
  readonly logger: Logger
  /** A memtable this large is flushed. */
  readonly memtableBytes: number
  /** The position of the slowest log cursor of this worker; undefined when there is none. */
  readonly slowestCursor: () => number | undefined
  /** Called after this worker has changed the manifest. */
  readonly onManifest: () => void
}

/** Does the background work of one store. */
export class Maintenance {
  readonly #options: MaintenanceOptions
  readonly #flusher: Flusher
  readonly #merger: Merger
  readonly #cleaner: RunCleaner
  #flushing: Promise<void> | undefined
  #merging: Promise<void> | undefined
  #timer: Timer | undefined
  #lastWriteMs: number
  /** When another worker was found merging: this one does not ask again at every write. */
  #mergeLeftMs = Number.NEGATIVE_INFINITY
  #isClosing = false

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#lastWriteMs = options.clock.monotonicMs()
    const installer = new RunInstaller(options.device, options.keeper)
    this.#flusher = new Flusher({ ...options, installer })
    this.#merger = new Merger({
      ...options,
      installer,
      pace: () => (this.#hasTooManyRuns() ? 'urgent' : this.#isBusy() ? 'busy' : 'idle'),
      isPressing: () => this.#options.keeper.view.runs.length >= MERGE_AT_RUNS,
      isClosing: () => this.#isClosing,
    })
    this.#cleaner = new RunCleaner({ ...options, installer })
  }

  /** Called once the store is open: looks around in the first idle moment. */
  start(): void {
    this.#watch()
  }

  /** Called after every batch that was applied: starts what has become due. */
  afterWrite(): void {
    const { clock, keeper } = this.#options
    this.#lastWriteMs = clock.monotonicMs()
    const { layers, runs } = keeper.view
    if (this.#isFull()) {
      if (layers.length === 1) keeper.freeze()
      this.#inBackground(this.#flush(), 'A flush failed.')
    }
    if (runs.length >= MERGE_AT_RUNS && clock.monotonicMs() - this.#mergeLeftMs > IDLE_AFTER_MS) {
      this.#inBackground(this.#merge(), 'A merge failed.')
    }
    this.#watch()
  }

  /** Whether writers have to wait. */
  get needsRoom(): boolean {
    return (this.#options.keeper.view.layers.length > 1 && this.#isFull()) || this.#hasTooManyRuns()
  }

  /**
   * Resolves when there is room for another batch.
   *
   * @throws DatabaseError what made a flush or merge fail that room depends on
   */
  async makeRoom(): Promise<void> {
    for (let attempt = 0; attempt < MAX_ROOM_ATTEMPTS && this.needsRoom && !this.#isClosing; attempt++) {
      await (this.#options.keeper.view.layers.length > 1 ? this.#flush() : this.#merge())
    }
  }

  /** Stops after the step that runs. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#timer?.cancel()
    await Promise.allSettled([this.#flushing, this.#merging])
  }

  #isBusy(): boolean {
    return this.#options.clock.monotonicMs() - this.#lastWriteMs < IDLE_AFTER_MS
  }

  #hasTooManyRuns(): boolean {
    return this.#options.keeper.view.runs.length >= MAX_RUNS
  }

  #isFull(): boolean {
    const { keeper, memtableBytes } = this.#options
    const [written] = keeper.view.layers
    assert(written !== undefined, 'A view has a memtable that is written to.')
    return written.table.memoryBytes >= memtableBytes || written.logBytes >= memtableBytes * LOG_TO_MEMTABLE_RATIO
  }

  #isWorthIdleFlush(): boolean {
    const { layers } = this.#options.keeper.view
    const [written] = layers
    if (written === undefined || layers.length > 1) return true
    return written.logBytes >= IDLE_FLUSH_BYTES || written.upTo - written.after >= IDLE_FLUSH_BATCHES
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#flushInTurn().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  #merge(): Promise<void> {
    this.#merging ??= this.#mergeInTurn().finally(() => {
      this.#merging = undefined
    })
    return this.#merging
  }

  #flushInTurn(): Promise<void> {
    return this.#options.signals.withLock('flush', () => this.#changeManifest(() => this.#flusher.flush()))
  }

  /** While another worker merges, this one merges too only if its writers wait for it. */
  async #mergeInTurn(): Promise<void> {
    const { signals, clock } = this.#options
    if (!this.#merger.hasWork) return
    const merge = (): Promise<void> => this.#changeManifest(() => this.#merger.merge())
    if (this.#hasTooManyRuns()) await signals.withLock('merge', merge)
    else if (!(await signals.withFreeLock('merge', merge))) this.#mergeLeftMs = clock.monotonicMs()
  }

  async #changeManifest(change: () => Promise<boolean>): Promise<void> {
    try {
      if (await change()) this.#options.onManifest()
    } catch (error) {
      this.#cleaner.noteFailure()
      throw error
    }
  }

  /** Flushes, merges and cleans up in an idle moment. Never throws. */
  async #tidyUp(): Promise<void> {
    const { signals } = this.#options
    try {
      if (this.#isWorthIdleFlush()) await this.#flush()
      await this.#merge()
      // A merge of another worker would look like leftovers and have to start anew.
      if (this.#cleaner.mayHaveLeftovers) await signals.withFreeLock('merge', () => this.#cleaner.removeLeftovers())
      await this.#cleaner.removeRetired()
    } catch (error) {
      this.#report('Maintenance in an idle moment failed.', error)
    }
  }

  /** Looks again when writes have paused, and once more when replaced runs are old enough. One timer at most. */
  #watch(delayMs: number = IDLE_AFTER_MS): void {
    if (this.#timer !== undefined || this.#isClosing) return
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = undefined
      if (this.#isBusy()) {
        this.#watch()
        return
      }
      void this.#tidyUp().then(() => {
        if (this.#cleaner.hasRetired) this.#watch(RETIRED_KEEP_MS)
      })
    })
  }

  #inBackground(work: Promise<void>, failure: string): void {
    work.catch((error: unknown) => this.#report(failure, error))
  }

  #report(message: string, cause: unknown): void {
    // A step that was cut off by closing has not failed.
    if (!this.#isClosing) this.#options.logger('error', message, { cause })
  }
}
