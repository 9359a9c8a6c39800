// The order of keys and the equality of values.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '../../../src/base/assert.ts'
import type { AttributeValue } from '../../../src/model/attribute-value.ts'
import { compareKeyValues, valuesEqual } from '../../../src/model/compare-values.ts'

const bytes = (...values: number[]): AttributeValue => ({ B: Uint8Array.from(values) })

/** The order of each value against each. */
function orders(values: readonly AttributeValue[]): number[][] {
  return values.map((a) => values.map((b) => Math.sign(compareKeyValues(a, b))))
}

/** What `orders` gives for values that ascend. */
function ascending({ length }: { readonly length: number }): number[][] {
  return Array.from({ length }, (_, index) => Array.from({ length }, (_value, other) => Math.sign(index - other)))
}

describe('compareKeyValues', () => {
  it('orders strings by UTF-8 bytes, not by UTF-16 units', () => {
    const values = ['', 'A', 'a', 'aa', 'b', 'é', '€', '\uffff', '😀', '😁'].map((S) => ({ S }))
    expect(orders(values)).toEqual(ascending(values))
  })

  it('orders numbers by value', () => {
    const values = ['-10', '-9.5', '0', '0.5', '2', '10'].map((N) => ({ N }))
    expect(orders(values)).toEqual(ascending(values))
  })

  it('orders binary by unsigned bytes', () => {
    const values = [bytes(), bytes(0), bytes(0, 0), bytes(1), bytes(127), bytes(128), bytes(255), bytes(255, 0)]
    expect(orders(values)).toEqual(ascending(values))
  })

  it('does not compare values of two types', () => {
    expect(() => compareKeyValues({ S: '1' }, { N: '1' })).toThrow(AssertionError)
  })
})

describe('valuesEqual', () => {
  const values: readonly AttributeValue[] = [
    { S: '1' },
    { S: '2' },
    { N: '1' },
    { N: '2' },
    bytes(1),
    bytes(1, 2),
    { BOOL: true },
    { BOOL: false },
    { NULL: true },
    { SS: ['1', '2'] },
    { SS: ['1'] },
    { SS: ['1', '3'] },
    { NS: ['1', '2'] },
    { NS: ['1'] },
    { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
    { BS: [Uint8Array.of(1), Uint8Array.of(3)] },
    { L: [] },
    { L: [{ S: '1' }] },
    { L: [{ S: '1' }, { S: '1' }] },
    { M: {} },
    { M: { a: { S: '1' } } },
    { M: { b: { S: '1' } } },
    { M: { a: { S: '2' } } },
    { M: { constructor: { S: '1' } } },
  ]

  it('tells every two different values apart and each equal to its copy', () => {
    for (const [index, a] of values.entries()) {
      for (const [other, b] of values.entries()) {
        expect(valuesEqual(a, structuredClone(b))).toBe(index === other)
      }
    }
  })

  it('takes sets and maps as equal in any order', () => {
    expect(valuesEqual({ SS: ['a', 'b'] }, { SS: ['b', 'a'] })).toBe(true)
    expect(valuesEqual({ NS: ['1', '2'] }, { NS: ['2', '1'] })).toBe(true)
    expect(valuesEqual({ BS: [Uint8Array.of(1), Uint8Array.of()] }, { BS: [Uint8Array.of(), Uint8Array.of(1)] })).toBe(
      true,
    )
    expect(valuesEqual({ M: { a: { N: '1' }, b: { N: '2' } } }, { M: { b: { N: '2' }, a: { N: '1' } } })).toBe(true)
  })

  it('takes lists as equal in the same order only', () => {
    expect(valuesEqual({ L: [{ N: '1' }, { N: '2' }] }, { L: [{ N: '2' }, { N: '1' }] })).toBe(false)
  })
})
