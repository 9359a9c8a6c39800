// Removes runs that are not part of the database: those that a merge has replaced, once nobody needs them, and what
// flushes and merges that were cut off have left behind.

import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { LogDevice } from './log-device.ts'
import { decodeManifest, encodeManifest, type Manifest } from './manifest-codec.ts'
import { PAGES_PER_RUN } from './run.ts'
import type { RunInstaller } from './run-installer.ts'
import type { ViewKeeper } from './view-keeper.ts'

/** How long pages of a replaced run are kept for other workers that still read them. */
export const RETIRED_KEEP_MS = 10_000
/** Pages removed in one transaction. */
const DELETE_STEP_PAGES = 512

/** What the cleaner works on. */
export interface RunCleanerOptions {
  readonly device: LogDevice
  readonly keeper: ViewKeeper
  readonly installer: RunInstaller
  readonly clock: Clock
  readonly logger: Logger
}

/** Removes runs. */
export class RunCleaner {
  readonly #options: RunCleanerOptions
  #hasLeftovers = true

  constructor(options: RunCleanerOptions) {
    this.#options = options
  }

  /** Whether replaced runs wait to be old enough. */
  get hasRetired(): boolean {
    const { keeper, installer } = this.#options
    return keeper.view.manifest.retired.some(({ id }) => !installer.isRemoved(id))
  }

  /** Whether pages may be there that no manifest names: after opening, and after failures. */
  get mayHaveLeftovers(): boolean {
    return this.#hasLeftovers
  }

  /** Something failed half-way: pages may be left behind. */
  noteFailure(): void {
    this.#hasLeftovers = true
  }

  /** Removes the pages of runs that were retired long enough ago and that no snapshot of this worker reads. */
  async removeRetired(): Promise<void> {
    const { clock, keeper, installer } = this.#options
    const nowMs = clock.now()
    for (const { id, totalPages, atMs } of keeper.view.manifest.retired) {
      // The distance, because clocks are set back at times.
      if (installer.isRemoved(id) || Math.abs(nowMs - atMs) < RETIRED_KEEP_MS || keeper.isHeld(id)) continue
      await this.#removePages(id, totalPages)
      installer.noteRemoved(id)
    }
  }

  /** Removes runs that no manifest names. Whoever is writing one of them has to start anew. */
  async removeLeftovers(): Promise<void> {
    const { device, keeper, logger } = this.#options
    this.#hasLeftovers = false
    const groups = await device.listPageGroups(PAGES_PER_RUN)
    const { manifest } = keeper.view
    if (groups.every((id) => isKnown(manifest, id))) return
    let leftovers: readonly number[] = []
    await device.changeManifest((bytes) => {
      const present = decodeManifest(bytes)
      leftovers = groups.filter((id) => id < present.nextRunId && !isKnown(present, id))
      return encodeManifest({ ...present, deadBefore: present.nextRunId })
    })
    for (const runId of leftovers) await device.deletePages({ first: runId * PAGES_PER_RUN, count: PAGES_PER_RUN })
    logger('info', 'Removed runs that were never finished.', { runs: leftovers.length })
  }

  async #removePages(runId: number, totalPages: number): Promise<void> {
    const { device, keeper } = this.#options
    for (let done = 0; done < totalPages; done += DELETE_STEP_PAGES) {
      const range = { first: runId * PAGES_PER_RUN + done, count: Math.min(DELETE_STEP_PAGES, totalPages - done) }
      await device.deletePages(range)
      keeper.pages.drop(range)
    }
  }
}

function isKnown(manifest: Manifest, runId: number): boolean {
  return manifest.runs.some(({ id }) => id === runId) || manifest.retired.some(({ id }) => id === runId)
}
