// The seed of a test that draws its moments or data at random.

import { systemRandom } from '../../src/base/random.ts'

const VARIABLE = 'TEST_SEED'

/**
 * A new seed, or the one to replay, and prints it.
 *
 * @param what names the test in the printed line
 * @throws RangeError when the environment variable TEST_SEED is no whole number
 */
export function replaySeed(what: string): number {
  const configured = process.env[VARIABLE]
  const seed = configured === undefined ? systemRandom.uint32() : Number(configured)
  if (!Number.isInteger(seed)) throw new RangeError(`${VARIABLE} is ${configured}, not a whole number`)
  console.log(`${what}: seed ${seed} (${VARIABLE}=${seed} replays it)`)
  return seed
}
