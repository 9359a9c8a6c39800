// Flush, merge and cleaning, in the background. Flushing turns the oldest memtable into a run and moves the manifest's
// checkpoint; merging makes one run of several; cleaning removes runs that nobody needs and cuts the log. Each change
// of the manifest is checked where it is made, so that two tabs doing the same work only waste it (law 5).

import { assert } from '../base/assert.ts'
import { type Clock, sleep, type Timer } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { LogDevice } from './log-device.ts'
import { decodeManifest, encodeManifest, type Manifest } from './manifest-codec.ts'
import { MergeCursor } from './merge-cursor.ts'
import { countToMerge } from './merge-policy.ts'
import { PageMissing, PageReader } from './page-reader.ts'
import { PAGES_PER_RUN, type Run, runRange } from './run.ts'
import { RunSource } from './run-source.ts'
import { RunWriter } from './run-writer.ts'
import type { MemtableLayer } from './store-view.ts'
import type { ViewKeeper } from './view-keeper.ts'

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
/** How long pages of a replaced run are kept for other workers that still read them. */
export const RETIRED_KEEP_MS = 10_000
/** Flushes whose log is kept for a slow log cursor before it is cut all the same. */
export const MAX_HELD_CHECKPOINTS = 8
/** Pages removed in one transaction. */
const DELETE_STEP_PAGES = 512
/** Bytes that a merge writes before it looks whether there is something more urgent. */
const MERGE_STEP_BYTES = 131_072
/** How many flushes and merges one batch waits for. */
const MAX_ROOM_ATTEMPTS = 64
/** How often one flush or merge starts anew because another worker changed the manifest. */
const MAX_RESTARTS = 8

/** What maintenance works on. */
export interface MaintenanceOptions {
  readonly device: LogDevice
  readonly keeper: ViewKeeper
  readonly clock: Clock
  readonly logger: Logger
  /** A memtable this large is flushed. */
  readonly memtableBytes: number
  /** The position of the slowest log cursor of this worker; undefined when there is none. */
  readonly slowestCursor: () => number | undefined
  /** Runs `body` while no other worker does the same work, if that can be had. */
  readonly withLock: <T>(work: 'flush' | 'merge', body: () => Promise<T>) => Promise<T>
  /** Called after this worker has changed the manifest. */
  readonly onManifest: () => void
}

/** Does the background work of one store. */
export class Maintenance {
  readonly #options: MaintenanceOptions
  readonly #mergePages: PageReader
  #flushing: Promise<void> | undefined
  #merging: Promise<void> | undefined
  #timer: Timer | undefined
  #lastWriteMs: number
  #isClosing = false
  /** Retired runs whose pages are removed already; they leave the manifest with its next change. */
  readonly #removedRuns = new Set<number>()
  #hasCollectedLeftovers = false
  /** The checkpoints of this worker's latest flushes, oldest first. */
  readonly #checkpoints: number[] = []

  constructor(options: MaintenanceOptions) {
    this.#options = options
    // Merges read each page once: caching would only push out what readers need.
    this.#mergePages = new PageReader(options.device, 0)
    this.#lastWriteMs = options.clock.monotonicMs()
    this.#checkpoints.push(options.keeper.view.manifest.checkpoint)
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
      this.#flushInBackground()
    }
    if (runs.length >= MERGE_AT_RUNS) this.#mergeInBackground()
    this.#watch()
  }

  /**
   * Resolves when there is room for another batch.
   *
   * @throws DatabaseError what made a flush or merge fail that room depends on
   */
  async makeRoom(): Promise<void> {
    for (let attempt = 0; attempt < MAX_ROOM_ATTEMPTS && this.needsRoom; attempt++) {
      if (this.#isClosing) return
      await (this.#options.keeper.view.layers.length > 1 ? this.flush() : this.merge())
    }
  }

  /** Whether writers have to wait. */
  get needsRoom(): boolean {
    const { layers, runs } = this.#options.keeper.view
    return (layers.length > 1 && this.#isFull()) || runs.length >= MAX_RUNS
  }

  /** Flushes the memtable that waits for it, or the present one if none waits. */
  flush(): Promise<void> {
    this.#flushing ??= this.#noteFailure(this.#flushOldest()).finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  /** Merges what is worth it now. */
  merge(): Promise<void> {
    this.#merging ??= this.#noteFailure(this.#mergeNewest()).finally(() => {
      this.#merging = undefined
    })
    return this.#merging
  }

  /** Flushes and merges as an idle moment would, and cleans up. Never throws. */
  async tidyUp(): Promise<void> {
    try {
      if (this.#isWorthIdleFlush()) await this.flush()
      await this.merge()
      await this.#collectLeftovers()
      await this.#removeRetired()
    } catch (error) {
      this.#report('Maintenance in an idle moment failed.', error)
    }
  }

  /** Stops after the step that runs. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#timer?.cancel()
    await Promise.allSettled([this.#flushing, this.#merging])
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

  /** Looks again when writes have paused. One timer at most. */
  #watch(): void {
    if (this.#timer !== undefined || this.#isClosing) return
    const { clock } = this.#options
    this.#timer = clock.after(IDLE_AFTER_MS, () => {
      this.#timer = undefined
      if (clock.monotonicMs() - this.#lastWriteMs < IDLE_AFTER_MS) this.#watch()
      else void this.tidyUp().then(() => this.#watchRetired())
    })
  }

  /** Runs retired a moment ago are removed when they are old enough. */
  #watchRetired(): void {
    const { clock, keeper } = this.#options
    const waiting = keeper.view.manifest.retired.some(({ id }) => !this.#removedRuns.has(id))
    if (!waiting || this.#timer !== undefined || this.#isClosing) return
    this.#timer = clock.after(RETIRED_KEEP_MS, () => {
      this.#timer = undefined
      void this.tidyUp().then(() => this.#watchRetired())
    })
  }

  #flushInBackground(): void {
    this.flush().catch((error: unknown) => this.#report('A flush failed.', error))
  }

  #mergeInBackground(): void {
    this.merge().catch((error: unknown) => this.#report('A merge failed.', error))
  }

  #report(message: string, cause: unknown): void {
    // A step that was cut off by closing has not failed.
    if (this.#isClosing) return
    this.#options.logger('error', message, { cause })
  }

  /** What fails half-way leaves pages behind. */
  async #noteFailure(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#hasCollectedLeftovers = false
      throw error
    }
  }

  async #flushOldest(): Promise<void> {
    const { keeper, withLock } = this.#options
    await withLock('flush', async () => {
      for (let restart = 0; restart < MAX_RESTARTS; restart++) {
        const { layers } = keeper.view
        const layer = layers.at(-1)
        assert(layer !== undefined, 'A view has a memtable.')
        if (layer.upTo === layer.after) return
        if (layers.length === 1) keeper.freeze()
        if (await this.#flushLayer(layer)) return
      }
      throw new DatabaseError('StorageFailed', 'Other workers changed the manifest each time a flush was tried.', {
        data: { restarts: MAX_RESTARTS },
      })
    })
    await this.#cutLog()
  }

  /** False when another worker was first: the view is then the newest. */
  async #flushLayer(layer: MemtableLayer): Promise<boolean> {
    const { device, keeper, logger } = this.#options
    const reserved = await this.#reserveRun()
    if (reserved.checkpoint !== layer.after) {
      await keeper.adoptNewest()
      return false
    }
    const runId = reserved.nextRunId - 1
    const writer = new RunWriter(device, runId)
    const hidesRows = reserved.runs.length > 0
    for (const { key, value } of layer.table.newest()) {
      if (value === undefined && !hidesRows) continue
      const written = writer.add(key, value)
      if (written !== undefined) await written
    }
    const run = await writer.finish()
    const change = (present: Manifest): Manifest | undefined => {
      if (present.checkpoint !== layer.after || present.deadBefore > runId) return undefined
      return {
        ...present,
        checkpoint: layer.upTo,
        runs: run === undefined ? present.runs : [run.info, ...present.runs],
      }
    }
    if (!(await this.#install({ run, change, isDone: (present) => isListed(present, run) }))) return false
    logger('debug', 'Flushed.', { runId, rows: writer.rows, checkpoint: layer.upTo })
    return true
  }

  async #mergeNewest(): Promise<void> {
    const { keeper, withLock } = this.#options
    if (countToMerge(keeper.view.runs.map(({ info }) => info.dataBytes)) < 2) return
    await withLock('merge', async () => {
      for (let restart = 0; restart < MAX_RESTARTS && !this.#isClosing; restart++) {
        const { runs } = keeper.view
        const count = countToMerge(runs.map(({ info }) => info.dataBytes))
        if (count < 2 || (await this.#tryToMerge(runs.slice(0, count), count === runs.length))) return
      }
    })
    await this.#removeRetired()
  }

  /** False when another worker was first, even so early that pages are gone: the view is then the newest. */
  async #tryToMerge(inputs: readonly Run[], isToBottom: boolean): Promise<boolean> {
    try {
      return await this.#mergeRuns(inputs, isToBottom)
    } catch (error) {
      if (!(error instanceof PageMissing)) throw error
      await this.#options.keeper.adoptNewest()
      return false
    }
  }

  async #mergeRuns(inputs: readonly Run[], isToBottom: boolean): Promise<boolean> {
    const { device, logger, clock } = this.#options
    const reserved = await this.#reserveRun()
    const runId = reserved.nextRunId - 1
    const writer = new RunWriter(device, runId, MERGE_STEP_BYTES)
    const sources = inputs.map((run) => new RunSource(run, this.#mergePages, run.wholeRange))
    const scan = { start: '', end: '' }
    const cursor = new MergeCursor(sources, { scan, owner: ALWAYS_OPEN, keepsRemovals: !isToBottom })
    let stepStartMs = clock.monotonicMs()
    for (;;) {
      const moved = cursor.advance()
      if (!(moved instanceof Promise ? await moved : moved)) break
      const written = writer.add(cursor.key, cursor.value)
      if (written === undefined) continue
      await written
      if (this.#isClosing) return this.#abandon(runId)
      await this.#rest(clock.monotonicMs() - stepStartMs)
      stepStartMs = clock.monotonicMs()
    }
    const run = await writer.finish()
    const atMs = clock.now()
    const change = (present: Manifest): Manifest | undefined => {
      const at = present.runs.findIndex(({ id }) => id === inputs[0]?.info.id)
      const isThere = inputs.every(({ info }, index) => present.runs[at + index]?.id === info.id)
      if (at < 0 || !isThere || present.deadBefore > runId) return undefined
      if (isToBottom && at + inputs.length !== present.runs.length) return undefined
      const runs = present.runs.toSpliced(at, inputs.length, ...(run === undefined ? [] : [run.info]))
      const retired = inputs.map(({ info }) => ({ id: info.id, totalPages: runRange(info).count, atMs }))
      return { ...present, runs, retired: [...present.retired, ...retired] }
    }
    const isDone = (present: Manifest): boolean =>
      inputs.every((input) => !isListed(present, input)) && isListed(present, run)
    if (!(await this.#install({ run, change, isDone }))) return false
    logger('debug', 'Merged.', { runId, rows: writer.rows, inputs: inputs.length })
    return true
  }

  /** Leaves others half of the time while there are writes, unless these wait for the merge. */
  #rest(workedMs: number): MaybePromise<void> {
    const { clock, keeper } = this.#options
    const isBusy = clock.monotonicMs() - this.#lastWriteMs < IDLE_AFTER_MS
    if (isBusy && keeper.view.runs.length < MAX_RUNS) return sleep(clock, workedMs)
  }

  async #abandon(runId: number): Promise<true> {
    await this.#options.device.deletePages({ first: runId * PAGES_PER_RUN, count: PAGES_PER_RUN })
    return true
  }

  /** Takes a run id that nobody else gets. */
  async #reserveRun(): Promise<Manifest> {
    let reserved: Manifest | undefined
    await this.#options.device.changeManifest((bytes) => {
      const present = decodeManifest(bytes)
      reserved = { ...present, nextRunId: present.nextRunId + 1 }
      return encodeManifest(reserved)
    })
    assert(reserved !== undefined, 'A change of the manifest was asked for its result.')
    return reserved
  }

  /**
   * Changes the manifest so that it names a new run. If `change` refuses, the run is removed and the newest manifest
   * taken over.
   *
   * @param installation.isDone whether a manifest shows that the change was made already, before a connection was lost
   */
  async #install(installation: {
    readonly run: Run | undefined
    readonly change: (present: Manifest) => Manifest | undefined
    readonly isDone: (present: Manifest) => boolean
  }): Promise<boolean> {
    const { device, keeper, onManifest } = this.#options
    const { run, change, isDone } = installation
    let installed: Manifest | undefined
    await device.changeManifest((bytes) => {
      const present = decodeManifest(bytes)
      installed = isDone(present) ? present : change(present)
      if (installed === undefined || installed === present) return undefined
      const retired = installed.retired.filter(({ id }) => !this.#removedRuns.has(id))
      installed = { ...installed, retired, number: present.number + 1 }
      return encodeManifest(installed)
    })
    if (installed === undefined) {
      if (run !== undefined) await device.deletePages(runRange(run.info))
      await keeper.adoptNewest()
      return false
    }
    await keeper.adopt(installed, run === undefined ? [] : [run])
    onManifest()
    return true
  }

  /**
   * Cuts the log behind the flush before the last, so that other workers a little behind still find theirs, and behind
   * the slowest log cursor of this worker, unless that is many flushes behind.
   */
  async #cutLog(): Promise<void> {
    const { device, keeper, slowestCursor } = this.#options
    this.#checkpoints.push(keeper.view.manifest.checkpoint)
    if (this.#checkpoints.length > MAX_HELD_CHECKPOINTS) this.#checkpoints.shift()
    const previous = this.#checkpoints.at(-2) ?? 0
    const upTo = Math.max(this.#checkpoints[0] ?? 0, Math.min(previous, slowestCursor() ?? previous))
    if (upTo > 0) await device.cutLog(upTo)
  }

  /** Removes the pages of runs that were retired long enough ago and that no snapshot of this worker reads. */
  async #removeRetired(): Promise<void> {
    const { clock, keeper } = this.#options
    const nowMs = clock.now()
    for (const { id, totalPages, atMs } of keeper.view.manifest.retired) {
      // The distance, because clocks are set back at times.
      if (this.#removedRuns.has(id) || Math.abs(nowMs - atMs) < RETIRED_KEEP_MS || keeper.isHeld(id)) continue
      await this.#removePages(id, totalPages)
      this.#removedRuns.add(id)
    }
  }

  async #removePages(runId: number, totalPages: number): Promise<void> {
    const { device, keeper } = this.#options
    for (let done = 0; done < totalPages; done += DELETE_STEP_PAGES) {
      const range = { first: runId * PAGES_PER_RUN + done, count: Math.min(DELETE_STEP_PAGES, totalPages - done) }
      await device.deletePages(range)
      keeper.pages.drop(range)
    }
  }

  /** Once after opening and after failures: removes what flushes and merges that were cut off have left behind. */
  async #collectLeftovers(): Promise<void> {
    if (this.#hasCollectedLeftovers) return
    this.#hasCollectedLeftovers = true
    const { device, keeper, logger } = this.#options
    const groups = await device.listPageGroups(PAGES_PER_RUN)
    const { manifest } = keeper.view
    if (groups.every((id) => isKnown(manifest, id))) return
    let leftovers: readonly number[] = []
    await device.changeManifest((bytes) => {
      const present = decodeManifest(bytes)
      leftovers = groups.filter((id) => id < present.nextRunId && !isKnown(present, id))
      // Whoever is still writing one of them has to start anew.
      return encodeManifest({ ...present, deadBefore: present.nextRunId })
    })
    for (const runId of leftovers) await device.deletePages({ first: runId * PAGES_PER_RUN, count: PAGES_PER_RUN })
    logger('info', 'Removed runs that were never finished.', { runs: leftovers.length })
  }
}

const ALWAYS_OPEN = { assertOpen: (): void => undefined }

function isListed(manifest: Manifest, run: Run | undefined): boolean {
  return run !== undefined && manifest.runs.some(({ id }) => id === run.info.id)
}

function isKnown(manifest: Manifest, runId: number): boolean {
  return manifest.runs.some(({ id }) => id === runId) || manifest.retired.some(({ id }) => id === runId)
}
