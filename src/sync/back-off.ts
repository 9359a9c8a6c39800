// How long to wait after a failure: doubled each time up to a longest wait, and anything between nothing and that, so
// that many devices that failed together do not come back together.

import type { Random } from '../base/random.ts'

/** The first wait is at most this long. */
const FIRST_WAIT_MS = 250
/** No wait is longer. */
export const LONGEST_WAIT_MS = 300_000
/** At least this long: a failure is never answered at once. */
const SHORTEST_WAIT_MS = 20
const DRAWS = 2 ** 32

/** How long to wait before the next attempt, in milliseconds. */
export function backOffMs(failures: number, random: Random): number {
  const longest = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, 30), LONGEST_WAIT_MS)
  return SHORTEST_WAIT_MS + Math.floor((random.uint32() / DRAWS) * (longest - SHORTEST_WAIT_MS))
}
