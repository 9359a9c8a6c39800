// Time that runs as fast as the work in it is done: whenever nothing is left to do now, it jumps to the next timer.
// Everything that happens at one moment happens in an order that depends on nothing but the seed.

import type { Clock } from '../../src/base/clock.ts'

/** A clock that a simulation runs. */
export interface VirtualClock extends Clock {
  /** Runs until `done` answers true at a moment when nothing is left to do; false when there are no timers left. */
  runUntil(done: () => boolean): Promise<boolean>
  /** Work that takes real time (the engine loads parts of itself): meanwhile virtual time stands still. */
  outside<T>(work: Promise<T>): Promise<T>
}

interface PendingTimer {
  readonly dueMs: number
  readonly number: number
  readonly run: () => void
}

/** Begins somewhere in 2026, as times of 1970 would hide mistakes with units. */
export const START_MS = 1_790_000_000_000

/** A clock at the start of a simulation. */
export function createVirtualClock(): VirtualClock {
  let nowMs = START_MS
  let count = 0
  let outsideCount = 0
  const timers = new Set<PendingTimer>()
  const next = (): PendingTimer | undefined => {
    let earliest: PendingTimer | undefined
    for (const timer of timers) {
      if (earliest === undefined || timer.dueMs < earliest.dueMs) earliest = timer
    }
    return earliest
  }
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs - START_MS,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), number: count++, run }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
    async outside(work) {
      outsideCount++
      try {
        return await work
      } finally {
        outsideCount--
      }
    },
    async runUntil(done) {
      for (;;) {
        // All that waits for nothing but promises is done before an immediate runs.
        await new Promise((resolve) => setImmediate(resolve))
        if (done()) return true
        if (outsideCount > 0) continue
        const timer = next()
        if (timer === undefined) return false
        timers.delete(timer)
        nowMs = Math.max(nowMs, timer.dueMs)
        timer.run()
      }
    },
  }
}

/** The clock of a machine that goes wrong. */
export interface SkewedClock extends Clock {
  /** Has it go wrong by so much from now on. */
  set(skewMs: number): void
}

/** The clock of a machine that goes wrong by `skewMs`, until it is set. */
export function createSkewedClock(clock: Clock, skewMs: number): SkewedClock {
  let currentMs = skewMs
  return {
    now: () => clock.now() + currentMs,
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, run) => clock.after(delayMs, run),
    set(newSkewMs) {
      currentMs = newSkewMs
    },
  }
}
