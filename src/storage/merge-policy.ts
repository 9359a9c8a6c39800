// Which runs to merge. Size-tiered: the newest runs are merged into the next older one once they are together a fair
// part of its size, so each row is rewritten a number of times that grows with the logarithm of the data.

/**
 * How much a merge may disturb:
 * - `idle`: nobody is writing.
 * - `busy`: others get half of the time.
 * - `urgent`: writers wait for it.
 */
export type MergePace = 'idle' | 'busy' | 'urgent'

/**
 * An older run joins a merge if it is at most this many times as large as all newer ones together. An idle moment is
 * used to get down to few runs, which reads are faster on; while there are writes, as little as possible is rewritten.
 */
const IDLE_RATIOS: readonly number[] = [4]
const BUSY_RATIOS: readonly number[] = [1, 2, 4]

/**
 * How many of the newest runs to merge into one; 0 when merging is not worth it.
 *
 * @param sizes bytes of each run, newest first
 */
export function countToMerge(sizes: readonly number[], pace: MergePace): number {
  for (const ratio of pace === 'idle' ? IDLE_RATIOS : BUSY_RATIOS) {
    const count = countWithin(sizes, ratio)
    if (count > 0) return count
  }
  return 0
}

function countWithin(sizes: readonly number[], ratio: number): number {
  let count = 0
  let newerBytes = sizes[0] ?? 0
  for (let index = 1; index < sizes.length; index++) {
    const size = sizes[index] as number
    if (size <= newerBytes * ratio) count = index + 1
    newerBytes += size
  }
  return count
}
