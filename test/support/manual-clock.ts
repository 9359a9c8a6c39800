// Time that stands still until a test moves it.

import type { Clock } from '../../src/base/clock.ts'

/** A clock that a test moves. */
export interface ManualClock extends Clock {
  /** Moves the time on and fires the timers that have become due, in their order. */
  advance(ms: number): void
  /** Timers that have neither fired nor been cancelled, of those due in this time. Default: all. */
  timerCount(withinMs?: number): number
}

/** A clock that starts at 0. */
export function createManualClock(): ManualClock {
  let nowMs = 0
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>()
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    timerCount: (withinMs = Infinity) => [...timers].filter(({ dueMs }) => dueMs - nowMs <= withinMs).length,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
    advance(ms) {
      nowMs += ms
      const due = [...timers].filter(({ dueMs }) => dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs)
      for (const timer of due) if (timers.delete(timer)) timer.run()
    },
  }
}
