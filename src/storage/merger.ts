// Merging: several runs become one, in small steps that leave room for what is more urgent.

import { type Clock, sleep } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { LogDevice } from './log-device.ts'
import type { Manifest } from './manifest-codec.ts'
import { MergeCursor } from './merge-cursor.ts'
import { countToMerge, type MergePace } from './merge-policy.ts'
import { PageMissing, PageReader } from './page-reader.ts'
import { PAGES_PER_RUN, type Run, runRange } from './run.ts'
import { isListed, type RunInstaller } from './run-installer.ts'
import { RunSource } from './run-source.ts'
import { RunWriter } from './run-writer.ts'
import type { ViewKeeper } from './view-keeper.ts'

/** Bytes that a merge writes before it looks whether there is something more urgent. */
export const MERGE_STEP_BYTES = 131_072
/** The longest rest between two steps. */
const MAX_REST_MS = 50
/** A merge that is not pressing goes on when nobody has read or written for this long. */
const QUIET_MS = 50
/** How often one merge starts anew because another worker changed the manifest. */
const MAX_RESTARTS = 8
const ALWAYS_OPEN = { assertOpen: (): void => undefined }

/** What the merger works on. */
export interface MergerOptions {
  readonly device: LogDevice
  readonly keeper: ViewKeeper
  readonly installer: RunInstaller
  readonly clock: Clock
  readonly logger: Logger
  readonly pace: () => MergePace
  /** Whether there are so many runs that merging does not wait for a moment in which nobody reads or writes. */
  readonly isPressing: () => boolean
  /** Whether to stop after the step that runs. */
  readonly isClosing: () => boolean
}

/** Merges runs. */
export class Merger {
  readonly #options: MergerOptions
  readonly #pages: PageReader
  #snapshotsSeen = 0

  constructor(options: MergerOptions) {
    this.#options = options
    // Each page is read once: caching would only push out what readers need. What they have cached is used.
    this.#pages = new PageReader(options.device, 0, options.keeper.pages)
  }

  /** Whether there are runs worth merging. */
  get hasWork(): boolean {
    return this.#count() >= 2
  }

  /**
   * Merges what is worth it.
   *
   * @returns whether the manifest was changed
   */
  async merge(): Promise<boolean> {
    const { keeper, isClosing } = this.#options
    for (let restart = 0; restart < MAX_RESTARTS && !isClosing(); restart++) {
      const { runs } = keeper.view
      const count = this.#count()
      if (count < 2) return restart > 0
      if (await this.#tryToMerge(runs.slice(0, count), count === runs.length)) return true
    }
    return false
  }

  #count(): number {
    const { keeper, pace } = this.#options
    const sizes = keeper.view.runs.map(({ info }) => info.dataBytes)
    return countToMerge(sizes, pace())
  }

  /** False when another worker was first, even so early that pages are gone: the view is then the newest. */
  async #tryToMerge(inputs: readonly Run[], isToBottom: boolean): Promise<boolean> {
    const { installer, keeper } = this.#options
    try {
      const { runId } = await installer.reserve()
      const writer = await this.#write(inputs, runId, !isToBottom)
      return writer === undefined || (await this.#install(inputs, runId, writer, isToBottom))
    } catch (error) {
      if (!(error instanceof PageMissing)) throw error
      await keeper.adoptNewest()
      return false
    }
  }

  /** Writes the rows of all inputs; undefined when the store closed meanwhile. */
  async #write(inputs: readonly Run[], runId: number, keepsRemovals: boolean): Promise<RunWriter | undefined> {
    const { device, keeper, clock, isClosing } = this.#options
    const writer = new RunWriter({ device, runId, cache: keeper.pages, stepBytes: MERGE_STEP_BYTES })
    const sources = inputs.map((run) => new RunSource(run, this.#pages, run.wholeRange))
    const cursor = new MergeCursor(sources, { scan: { start: '', end: '' }, owner: ALWAYS_OPEN, keepsRemovals })
    this.#snapshotsSeen = keeper.snapshotsOpened
    let stepStartMs = clock.monotonicMs()
    for (;;) {
      const moved = cursor.advance()
      if (!(moved instanceof Promise ? await moved : moved)) return writer
      const written = writer.add(cursor.key, cursor.value)
      if (written === undefined) continue
      await written
      if (isClosing()) {
        await device.deletePages({ first: runId * PAGES_PER_RUN, count: PAGES_PER_RUN })
        return undefined
      }
      await this.#rest(clock.monotonicMs() - stepStartMs)
      stepStartMs = clock.monotonicMs()
    }
  }

  /**
   * Leaves writers half of the time; what can wait stays away for as long as anybody reads or writes: a merge that had begun in
   * an idle moment and went on beside single writes made each of them take twice as long.
   */
  async #rest(workedMs: number): Promise<void> {
    const { clock, keeper, pace, isPressing, isClosing } = this.#options
    while (!isPressing() && keeper.snapshotsOpened !== this.#snapshotsSeen && !isClosing()) {
      this.#snapshotsSeen = keeper.snapshotsOpened
      await sleep(clock, QUIET_MS)
    }
    // A step during which the machine slept has not worked for hours.
    if (pace() === 'busy') await sleep(clock, Math.min(workedMs, MAX_REST_MS))
  }

  async #install(inputs: readonly Run[], runId: number, writer: RunWriter, isToBottom: boolean): Promise<boolean> {
    const { installer, clock, logger } = this.#options
    const run = await writer.finish()
    const atMs = clock.now()
    const change = (present: Manifest): Manifest | undefined => {
      const from = present.runs.findIndex(({ id }) => id === inputs[0]?.info.id)
      const end = from + inputs.length
      const isThere = inputs.every(({ info }, index) => present.runs[from + index]?.id === info.id)
      if (from < 0 || !isThere || present.deadBefore > runId) return undefined
      if (isToBottom && end !== present.runs.length) return undefined
      const merged = run === undefined ? [] : [run.info]
      const retired = inputs.map(({ info }) => ({ id: info.id, totalPages: runRange(info).count, atMs }))
      return {
        ...present,
        runs: [...present.runs.slice(0, from), ...merged, ...present.runs.slice(end)],
        retired: [...present.retired, ...retired],
      }
    }
    const isDone = (present: Manifest): boolean =>
      isListed(present, run) && inputs.every((input) => !isListed(present, input))
    if (!(await installer.install({ run, change, isDone }))) return false
    logger('debug', 'Merged.', { runId, rows: writer.rows, inputs: inputs.length })
    return true
  }
}
