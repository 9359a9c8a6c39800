// A worker that dies again and again (out of memory, a defect, a script that is gone) must not be started for ever.

import type { Clock } from '../base/clock.ts'

/** At most this many starts within RESTART_WINDOW_MS. */
export const MAX_STARTS_PER_WINDOW = 5
export const RESTART_WINDOW_MS = 60_000

/** Counts starts. */
export interface RestartLimit {
  /** Records one start; false when there have been too many of late, and nothing is recorded then. */
  tryStart(): boolean
}

/** A limit over a sliding window of time. */
export function createRestartLimit(clock: Clock): RestartLimit {
  let startedAtMs: number[] = []
  return {
    tryStart() {
      const nowMs = clock.monotonicMs()
      startedAtMs = startedAtMs.filter((atMs) => nowMs - atMs < RESTART_WINDOW_MS)
      if (startedAtMs.length >= MAX_STARTS_PER_WINDOW) return false
      startedAtMs.push(nowMs)
      return true
    },
  }
}
