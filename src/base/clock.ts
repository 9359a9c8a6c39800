// Time comes in as an argument (law 6), so that a simulation can run days in a second and replay them exactly.
// This file is one of the two that may call Date.now and setTimeout.

/** A running timer; `cancel` is safe to call after it fired. */
export interface Timer {
  cancel(): void
}

/** The wall clock and timers. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonicMs(): number
  /** Calls `run` once after about `delayMs` milliseconds. */
  after(delayMs: number, run: () => void): Timer
}

/** A timer of the platform that is to take longer, some 24 days, ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    let handle: ReturnType<typeof setTimeout>
    const wait = (restMs: number): void => {
      const next = restMs > LONGEST_TIMER_MS ? () => wait(restMs - LONGEST_TIMER_MS) : run
      handle = setTimeout(next, Math.min(restMs, LONGEST_TIMER_MS))
    }
    wait(delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Resolves after about `delayMs` milliseconds of `clock`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve)
  })
}
