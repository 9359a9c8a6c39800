// A row of a live result becomes any other one: what has not changed stays the same object, and all of it is frozen.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyNative } from '../../src/client/native-copy.ts'
import { nextRow } from '../../src/client/same-native.ts'
import { nativeItems } from '../support/native-arbitraries.ts'

type Row = Record<string, unknown>

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

describe('the next row', () => {
  it('equals what it was made for, and keeps the attributes that have not changed', () => {
    fc.assert(
      fc.property(nativeItems, nativeItems, nativeItems, (one, other, common) => {
        const row = frozen(copyNative({ ...one, ...common })) as Row
        const next = nextRow(row, frozen(copyNative({ ...other, ...common })) as Row)
        expect(next).toEqual({ ...other, ...common })
        expect(Object.keys(common).every((name) => next[name] === row[name])).toBe(true)
        expect(Object.isFrozen(next)).toBe(true)
        expect(nextRow(next, frozen(copyNative(next)) as Row)).toBe(next)
      }),
      { numRuns: 1000 },
    )
  })
})
