// Chance for generators: everything that is drawn follows from one seed.

import { seededRandom } from '../../src/base/random.ts'

/** A source of choices. */
export interface Draw {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  /** A whole number, both ends included. */
  between(first: number, last: number): number
  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean
  pick<Value>(values: readonly Value[]): Value
  /** Some of the values, each at most once, in any order. */
  some<Value>(values: readonly Value[], count: number): readonly Value[]
  /** What one of the functions makes; each is as likely as its number says. */
  weighted<Value>(makers: readonly (readonly [number, () => Value])[]): Value
}

/** Choices that follow from a seed. */
export function createDraw(seed: number): Draw {
  const random = seededRandom(seed)
  const below = (end: number): number => random.uint32() % end
  return {
    below,
    between: (first, last) => first + below(last - first + 1),
    chance: (percent) => below(100) < percent,
    pick: <Value>(values: readonly Value[]) => values[below(values.length)] as Value,
    some<Value>(values: readonly Value[], count: number) {
      const left = [...values]
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)[0] as Value)
    },
    weighted<Value>(makers: readonly (readonly [number, () => Value])[]) {
      let at = below(makers.reduce((sum, [weight]) => sum + weight, 0))
      for (const [weight, make] of makers) {
        if (at < weight) return make()
        at -= weight
      }
      throw new RangeError('There is nothing to choose from.')
    },
  }
}
