// Work that is done in steps between requests: each step says when the next one is due, and one that failed is tried again
// later and later.

import type { Clock, Timer } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'

/** After a failed step: the first wait, doubled up to the longest. */
const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 60_000

interface LoopOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** What is logged when a step fails. */
  readonly complaint: string
  /** Does a step. The milliseconds until the next one; undefined to sleep until somebody wakes the loop. */
  readonly step: () => Promise<number | undefined>
}

/** Runs steps one after another, never two at a time. */
export class BackgroundLoop {
  readonly #options: LoopOptions
  #timer: Timer | undefined
  /** That the timer was set to. */
  #waitMs = 0
  #running: Promise<void> = Promise.resolve()
  #isRunning = false
  #isWoken = false
  #isRetrying = false
  #isResting = false
  #isClosed = false
  #retryMs = FIRST_RETRY_MS

  constructor(options: LoopOptions) {
    this.#options = options
  }

  /** There may be work: begins soon, or goes on after the running step. */
  wake(): void {
    this.#isWoken = true
    if (!this.#isRetrying) this.#schedule(0)
  }

  /** The running step is the last, until the loop begins again. */
  rest(): void {
    this.#isResting = true
    this.#cancel()
  }

  /** Ends a rest, with a step. */
  begin(): void {
    this.#isResting = false
    this.#schedule(0)
  }

  /** Waits for the running step; there is none after it. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#running
  }

  #cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed || this.#isResting || this.#isRunning) return
    if (this.#timer !== undefined && this.#waitMs <= delayMs) return
    this.#timer?.cancel()
    this.#waitMs = delayMs
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = undefined
      // Before the step begins: it may be what wakes the loop.
      this.#isRunning = true
      this.#running = this.#step()
    })
  }

  async #step(): Promise<void> {
    this.#isWoken = false
    this.#isRetrying = false
    let delayMs: number | undefined
    try {
      delayMs = await this.#options.step()
      this.#retryMs = FIRST_RETRY_MS
      if (this.#isWoken) delayMs = 0
    } catch (error) {
      delayMs = this.#retryAfter(error)
    }
    this.#isRunning = false
    if (delayMs !== undefined) this.#schedule(delayMs)
  }

  #retryAfter(error: unknown): number | undefined {
    const delayMs = this.#retryMs
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
    this.#isRetrying = !(error instanceof DatabaseError && error.code === 'StorageClosed')
    this.#options.logger('error', this.#options.complaint, { error: String(error), delayMs })
    return this.#isRetrying ? delayMs : undefined
  }
}
