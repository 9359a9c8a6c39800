// The index of watched ranges, against a list of them.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeyRange, keyAfter } from '../../../src/base/byte-key.ts'
import { RangeIndex } from '../../../src/engine/live/range-index.ts'

const keys = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 3 })
const ranges: fc.Arbitrary<KeyRange> = fc.oneof(
  fc.record({ start: keys, end: keys }),
  keys.map((key) => ({ start: key, end: keyAfter(key) })),
)
const steps = fc.array(fc.record({ range: ranges, watcher: fc.nat({ max: 2 }), isRemoval: fc.boolean() }), {
  maxLength: 60,
})

function textOf({ start, end }: KeyRange, watcher: number): string {
  return `${start}-${end}-${watcher}`
}

describe('RangeIndex', () => {
  it('finds for every key the watchers of the ranges that hold it', () => {
    fc.assert(
      fc.property(steps, keys, (history, key) => {
        const index = new RangeIndex<string>()
        const expected = new Map<string, KeyRange>()
        for (const { range, watcher, isRemoval } of history) {
          const name = textOf(range, watcher)
          if (isRemoval) {
            index.remove(range, name)
            expected.delete(name)
          } else {
            index.add(range, name)
            expected.set(name, range)
          }
        }
        const found: string[] = []
        index.visit(key, (name) => found.push(name))
        const holding = [...expected].filter(([, { start, end }]) => key >= start && key < end).map(([name]) => name)
        expect(found.toSorted()).toEqual(holding.toSorted())
      }),
      { numRuns: 500 },
    )
  })
})
