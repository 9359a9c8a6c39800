// A manual clock whose short waits pass by themselves: background work that rests between steps goes on, idle timers
// fire only when a test lets the time pass.

import { createManualClock, type ManualClock } from './manual-clock.ts'

/** Waits up to this long end in the next task. */
const SHORT_WAIT_MS = 50

/** A clock that starts at 0. */
export function createBriskClock(): ManualClock {
  const manual = createManualClock()
  return {
    ...manual,
    after(delayMs, run) {
      if (delayMs > SHORT_WAIT_MS) return manual.after(delayMs, run)
      const handle = setImmediate(run)
      return { cancel: () => clearImmediate(handle) }
    },
  }
}
