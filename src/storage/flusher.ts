// Flushing: the oldest memtable becomes a run, the manifest's checkpoint moves, the log behind it is cut. Pages are
// written in transactions that do not include the log, so that commits do not wait for them.

import { assert } from '../base/assert.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'
import type { LogDevice } from './log-device.ts'
import type { Manifest } from './manifest-codec.ts'
import { isListed, type RunInstaller } from './run-installer.ts'
import { RunWriter } from './run-writer.ts'
import type { MemtableLayer } from './store-view.ts'
import type { ViewKeeper } from './view-keeper.ts'

/** Flushes whose log is kept for a slow log cursor before it is cut all the same. */
export const MAX_HELD_CHECKPOINTS = 8
/** How often one flush starts anew because another worker changed the manifest. */
const MAX_RESTARTS = 8

/** What the flusher works on. */
export interface FlusherOptions {
  readonly device: LogDevice
  readonly keeper: ViewKeeper
  readonly installer: RunInstaller
  readonly logger: Logger
  /** The position of the slowest log cursor of this worker; undefined when there is none. */
  readonly slowestCursor: () => number | undefined
}

/** Flushes memtables. */
export class Flusher {
  readonly #options: FlusherOptions
  /** The checkpoint before this worker's first flush and those of its latest ones, oldest first. */
  readonly #checkpoints: number[] = []

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  /**
   * Flushes the memtable that waits for it, or the present one if none waits.
   *
   * @returns whether the manifest was changed
   */
  async flush(): Promise<boolean> {
    const { keeper } = this.#options
    for (let restart = 0; restart < MAX_RESTARTS; restart++) {
      const { layers } = keeper.view
      const layer = layers.at(-1)
      assert(layer !== undefined, 'A view has a memtable.')
      if (layer.upTo === layer.after) return false
      if (layers.length === 1) keeper.freeze()
      if (this.#checkpoints.length === 0) this.#checkpoints.push(layer.after)
      if (await this.#flushLayer(layer)) {
        await this.#cutLog()
        return true
      }
    }
    const data = { restarts: MAX_RESTARTS }
    throw new DatabaseError('StorageFailed', 'Other workers changed the manifest each time a flush was tried.', {
      data,
    })
  }

  /** False when another worker was first: the view is then the newest. */
  async #flushLayer(layer: MemtableLayer): Promise<boolean> {
    const { device, keeper, installer, logger } = this.#options
    const { runId, manifest } = await installer.reserve()
    if (manifest.checkpoint !== layer.after) {
      await keeper.adoptNewest()
      return false
    }
    const writer = new RunWriter({ device, runId, cache: keeper.pages })
    const hidesRows = manifest.runs.length > 0
    for (const block of layer.table.newest()) {
      for (const { key, value } of block) {
        if (value === undefined && !hidesRows) continue
        const written = writer.add(key, value)
        if (written !== undefined) await written
      }
    }
    const run = await writer.finish()
    const change = (present: Manifest): Manifest | undefined => {
      if (present.checkpoint !== layer.after || present.deadBefore > runId) return undefined
      const runs = run === undefined ? present.runs : [run.info, ...present.runs]
      return { ...present, checkpoint: layer.upTo, runs }
    }
    if (!(await installer.install({ run, change, isDone: (present) => isListed(present, run) }))) return false
    logger('debug', 'Flushed.', { runId, rows: writer.rows, checkpoint: layer.upTo })
    return true
  }

  /**
   * Cuts the log behind the flush before the last, so that other workers a little behind still find theirs, and behind
   * the slowest log cursor of this worker, unless that is many flushes behind.
   */
  async #cutLog(): Promise<void> {
    const { device, keeper, slowestCursor } = this.#options
    const previous = this.#checkpoints.at(-1) ?? 0
    this.#checkpoints.push(keeper.view.manifest.checkpoint)
    if (this.#checkpoints.length > MAX_HELD_CHECKPOINTS) this.#checkpoints.shift()
    const upTo = Math.max(this.#checkpoints[0] ?? 0, Math.min(previous, slowestCursor() ?? previous))
    if (upTo > 0) await device.cutLog(upTo)
  }
}
