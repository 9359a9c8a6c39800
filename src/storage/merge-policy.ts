// Which runs to merge. Size-tiered: newer runs are merged into the next older one once they are together a fair part
// of its size, so each row is rewritten a number of times that grows with the logarithm of the data.

/** An older run joins a merge if it is at most this many times as large as all newer ones together. */
const SIZE_RATIO = 4

/**
 * How many of the newest runs to merge into one; 0 when merging is not worth it.
 *
 * @param sizes bytes of each run, newest first
 */
export function countToMerge(sizes: readonly number[]): number {
  let count = 0
  let newerBytes = sizes[0] ?? 0
  for (let index = 1; index < sizes.length; index++) {
    const size = sizes[index] as number
    if (size <= newerBytes * SIZE_RATIO) count = index + 1
    newerBytes += size
  }
  return count
}
