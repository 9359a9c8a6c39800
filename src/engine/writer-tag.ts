// What tells the intents of one engine from those of any other.

import type { Random } from '../base/random.ts'

const LOW_BITS = 2 ** 32

/** 48 bits: among all intents that were ever made anywhere, no two of the same place have the same. */
export function drawWriterTag(random: Random): number {
  return (random.uint32() >>> 16) * LOW_BITS + random.uint32()
}
