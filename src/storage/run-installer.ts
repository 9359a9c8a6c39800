// Changes of the manifest: run ids nobody else gets, and runs that become part of the database. Each change is checked
// against the manifest in the transaction that makes it, so that two tabs doing the same work only waste it (law 5).

import { assert } from '../base/assert.ts'
import type { LogDevice } from './log-device.ts'
import { decodeManifest, encodeManifest, type Manifest } from './manifest-codec.ts'
import { type Run, runRange } from './run.ts'
import type { ViewKeeper } from './view-keeper.ts'

/** A run that is written and shall become part of the database. */
export interface Installation {
  /** Undefined when no rows were left. */
  readonly run: Run | undefined
  /** The manifest with the run, made from the present one; undefined when another worker was first. */
  readonly change: (present: Manifest) => Manifest | undefined
  /** Whether a manifest shows that the change was made already, before a connection was lost. */
  readonly isDone: (present: Manifest) => boolean
}

/** Reserves and installs runs. */
export class RunInstaller {
  readonly #device: LogDevice
  readonly #keeper: ViewKeeper
  /** Retired runs whose pages are removed already; they leave the manifest with its next change. */
  #removed: ReadonlySet<number> = new Set()

  constructor(device: LogDevice, keeper: ViewKeeper) {
    this.#device = device
    this.#keeper = keeper
  }

  /** Notes that a retired run's pages are gone. */
  noteRemoved(runId: number): void {
    const { retired } = this.#keeper.view.manifest
    // Those that have left the manifest need not be remembered.
    this.#removed = new Set([...this.#removed].filter((id) => retired.some((run) => run.id === id))).add(runId)
  }

  /** Whether a retired run's pages are gone. */
  isRemoved(runId: number): boolean {
    return this.#removed.has(runId)
  }

  /** Takes a run id that nobody else gets. */
  async reserve(): Promise<{ readonly runId: number; readonly manifest: Manifest }> {
    let reserved: Manifest | undefined
    await this.#device.changeManifest((bytes) => {
      const present = decodeManifest(bytes)
      reserved = { ...present, nextRunId: present.nextRunId + 1 }
      return encodeManifest(reserved)
    })
    assert(reserved !== undefined, 'A change of the manifest was asked for its result.')
    return { runId: reserved.nextRunId - 1, manifest: reserved }
  }

  /** Makes a run part of the database. False when another worker was first: the view is then the newest. */
  async install({ run, change, isDone }: Installation): Promise<boolean> {
    let installed: Manifest | undefined
    await this.#device.changeManifest((bytes) => {
      const present = decodeManifest(bytes)
      installed = isDone(present) ? present : change(present)
      if (installed === undefined || installed === present) return undefined
      const retired = installed.retired.filter(({ id }) => !this.#removed.has(id))
      installed = { ...installed, retired, number: present.number + 1 }
      return encodeManifest(installed)
    })
    if (installed === undefined) {
      if (run !== undefined) await this.#device.deletePages(runRange(run.info))
      await this.#keeper.adoptNewest()
      return false
    }
    await this.#keeper.adopt(installed, run === undefined ? [] : [run])
    return true
  }
}

/** Whether a manifest lists a run. */
export function isListed(manifest: Manifest, run: Run | undefined): boolean {
  return run !== undefined && manifest.runs.some(({ id }) => id === run.info.id)
}
