// Chance in a simulation: drawn from the seed alone.

import { seededRandom } from '../../src/base/random.ts'

/** Draws what happens. */
export interface Dice {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  /** A whole number from `from` to `to`. */
  between(from: number, to: number): number
  /** True this often. */
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
  /** Dice that do not depend on how often these were thrown meanwhile. */
  fork(): Dice
}

const DRAWS = 2 ** 32

/** Dice of a seed. */
export function createDice(seed: number): Dice {
  const random = seededRandom(seed)
  const below = (limit: number): number => Math.floor((random.uint32() / DRAWS) * limit)
  return {
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (probability) => random.uint32() / DRAWS < probability,
    pick: (choices) => choices[below(choices.length)] as (typeof choices)[number],
    fork: () => createDice(random.uint32()),
  }
}
