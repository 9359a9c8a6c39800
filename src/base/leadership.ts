// One tab does what all could do (replicates, deletes what has expired, runs a trigger): the one that holds a Web Lock. It
// moves on when that tab ends; when the tab is frozen, which keeps its locks, the others miss its heartbeat and take the lock
// away. A tab that goes on after it was frozen learns of that a moment later, so what is done must bear two that do it.

import type { Clock, Timer } from './clock.ts'

/** The part of Web Locks that is used. */
export type Locks = Pick<LockManager, 'request'>

/** What leadership is made of. */
export interface LeadershipOptions {
  readonly lockName: string
  /** Undefined where there are none: this tab then always leads. */
  readonly locks: Locks | undefined
  readonly clock: Clock
  /** Has the other tabs hear the heartbeat. */
  readonly beat: () => void
  readonly onGained: () => void
  readonly onLost: () => void
}

/** The one that leads says so this often. */
export const HEARTBEAT_MS = 2000
/** After so long without a heartbeat the lock is taken away. */
export const PATIENCE_MS = 7000

/** Takes part in the choice of the tab that leads, until it is closed. */
export class Leadership {
  readonly #options: LeadershipOptions
  #isClosed = false
  /** Ends the waiting for the lock. */
  #waiting = new AbortController()
  #takesAway = false
  #letGo: (() => void) | undefined
  #timer: Timer | undefined
  #heardAtMs: number
  /** Since the last look. */
  #hasHeard = false
  #lookedAtMs: number
  #wasLate = false

  constructor(options: LeadershipOptions) {
    this.#options = options
    this.#heardAtMs = this.#lookedAtMs = options.clock.monotonicMs()
  }

  get leads(): boolean {
    return this.#letGo !== undefined
  }

  start(): void {
    void this.#takeTurns()
    this.#look()
  }

  /** Another tab leads, and lives. */
  heard(): void {
    this.#hasHeard = true
    this.#heardAtMs = this.#options.clock.monotonicMs()
  }

  close(): void {
    this.#isClosed = true
    this.#waiting.abort()
    this.#timer?.cancel()
    const letGo = this.#letGo
    this.#lost()
    letGo?.()
  }

  async #takeTurns(): Promise<void> {
    const { locks, lockName } = this.#options
    while (!this.#isClosed) {
      const how = this.#takesAway ? { steal: true } : { signal: this.#waiting.signal }
      this.#takesAway = false
      try {
        if (locks === undefined) await this.#lead()
        else await locks.request(lockName, how, () => this.#lead())
      } catch (error) {
        // It was taken away from here, or is to be taken away by this tab. Where locks may not be had there are none.
        if (!(error instanceof Error && error.name === 'AbortError')) await this.#lead()
      }
      this.#waiting = new AbortController()
      this.#lost()
    }
  }

  #lead(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#takesAway = false
    return new Promise((resolve) => {
      this.#letGo = resolve
      this.#options.beat()
      this.#options.onGained()
    })
  }

  #lost(): void {
    if (this.#letGo === undefined) return
    this.#letGo = undefined
    this.heard()
    this.#options.onLost()
  }

  #look(): void {
    const { clock, beat, locks } = this.#options
    const nowMs = clock.monotonicMs()
    // Who was frozen itself has heard nobody: the others get their time anew. Who is let run only now and then, as hidden
    // pages are, is late every time: between two such looks somebody has to have been heard.
    const isLate = nowMs - this.#lookedAtMs > 2 * HEARTBEAT_MS
    if (isLate && (this.#hasHeard || !this.#wasLate)) this.#heardAtMs = nowMs
    this.#hasHeard = false
    this.#wasLate = isLate
    this.#lookedAtMs = nowMs
    if (this.leads) beat()
    else if (locks !== undefined && nowMs - this.#heardAtMs > PATIENCE_MS) {
      this.heard()
      this.#takesAway = true
      this.#waiting.abort()
    }
    this.#timer = clock.after(HEARTBEAT_MS, () => this.#look())
  }
}
