// Runs duties (see duty) in bounded steps between requests: each step is one transaction that reads how far the duty has
// come, goes on, and stores how far it came.

import type { Clock, Timer } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'
import type { OrderedStore } from '../storage/contract.ts'
import type { Catalog } from './catalog.ts'
import { hasDuties, runDutyStep } from './duty-step.ts'
import { readSnapshot } from './read-snapshot.ts'

/** Between two steps requests have their turn. */
const PAUSE_MS = 0
/** After a failed step: the first wait, doubled up to the longest. */
const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 60_000

interface BackgroundOptions {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly clock: Clock
  readonly logger: Logger
}

/** The background of one engine. */
export class BackgroundWork {
  readonly #options: BackgroundOptions
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isAwake = false
  #isClosed = false
  #retryMs = FIRST_RETRY_MS
  #steps = 0

  constructor(options: BackgroundOptions) {
    this.#options = options
  }

  /** Steps done. */
  get steps(): number {
    return this.#steps
  }

  /** There may be work: begins soon, or goes on after the running step. */
  wake(): void {
    this.#isAwake = true
    this.#schedule(PAUSE_MS)
  }

  /** Waits for the running step; there is none after it. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#running
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed || this.#timer !== undefined || this.#running !== undefined) return
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = undefined
      this.#running = this.#step()
    })
  }

  async #step(): Promise<void> {
    let delayMs = PAUSE_MS
    this.#isAwake = false
    try {
      if (await this.#work()) {
        this.#steps++
        this.#isAwake = true
      }
      this.#retryMs = FIRST_RETRY_MS
    } catch (error) {
      delayMs = this.#retryAfter(error)
    }
    this.#running = undefined
    if (this.#isAwake) this.#schedule(delayMs)
  }

  async #work(): Promise<boolean> {
    const { store, catalog } = this.#options
    // Most of the time there is nothing, which a snapshot tells without waiting for a commit.
    if (!(await readSnapshot(store, false, hasDuties))) return false
    return store.write((transaction) => runDutyStep(catalog, transaction))
  }

  /** Nothing is lost by a failed step: its duty is still in the catalog, and the next step reads it anew. */
  #retryAfter(error: unknown): number {
    const delayMs = this.#retryMs
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
    this.#isAwake = !(error instanceof DatabaseError && error.code === 'StorageClosed')
    this.#options.logger('error', 'A step of background work failed.', { error: String(error), delayMs })
    return delayMs
  }
}
