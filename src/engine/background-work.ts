// Runs duties (see duty) in bounded steps between requests: each step is one transaction that reads how far the duty has
// come, goes on, and stores how far it came. Nothing is lost by a failed step: its duty is still in the catalog, and the
// next step reads it anew.

import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { OrderedStore } from '../storage/contract.ts'
import { BackgroundLoop } from './background-loop.ts'
import type { Catalog } from './catalog.ts'
import { hasDuties, runDutyStep } from './duty-step.ts'
import { readSnapshot } from './read-snapshot.ts'

interface BackgroundOptions {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly clock: Clock
  readonly logger: Logger
}

/** The background of one engine. */
export class BackgroundWork {
  readonly #options: BackgroundOptions
  readonly #loop: BackgroundLoop
  #steps = 0

  constructor(options: BackgroundOptions) {
    const { clock, logger } = options
    this.#options = options
    const complaint = 'A step of background work failed.'
    this.#loop = new BackgroundLoop({ clock, logger, complaint, step: () => this.#step() })
  }

  /** Steps done. */
  get steps(): number {
    return this.#steps
  }

  /** There may be work: begins soon, or goes on after the running step. */
  wake(): void {
    this.#loop.wake()
  }

  /** Another engine does the duties. */
  rest(): void {
    this.#loop.rest()
  }

  /** This engine does them again. */
  begin(): void {
    this.#loop.begin()
  }

  /** Waits for the running step; there is none after it. */
  close(): Promise<void> {
    return this.#loop.close()
  }

  async #step(): Promise<number | undefined> {
    const { store, catalog } = this.#options
    // Most of the time there is nothing, which a snapshot tells without waiting for a commit.
    if (!(await readSnapshot(store, false, hasDuties))) return undefined
    if (!(await store.write((transaction) => runDutyStep(catalog, transaction)))) return undefined
    this.#steps++
    return 0
  }
}
