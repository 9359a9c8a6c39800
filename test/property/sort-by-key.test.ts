// Sorting by key equals sorting by comparison, whatever the keys share and however long they are.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortByKey } from '../../src/storage/sort-by-key.ts'

/** Few bytes, so that keys share beginnings and some are beginnings of others. */
const someByte = fc.constantFrom(0, 1, 97, 254, 255)
const someKey = fc.array(someByte, { maxLength: 12 }).map((bytes) => `\u0001table${String.fromCharCode(...bytes)}`)
const someKeys = fc.uniqueArray(someKey, { maxLength: 400, size: 'max' })

function expectSorted(keys: readonly string[]): void {
  const sorted = sortByKey(keys.map((key) => ({ key })))
  expect(sorted.map(({ key }) => key)).toEqual(keys.toSorted((left, right) => (left < right ? -1 : 1)))
}

describe('sortByKey', () => {
  it('sorts like a comparison of the keys', () => {
    fc.assert(fc.property(someKeys, expectSorted))
  })

  it('sorts keys each of which is the beginning of the next', () => {
    expectSorted(Array.from({ length: 3000 }, (_, length) => 'k'.repeat((length * 7919) % 3000)))
  })

  it('sorts keys that differ in their last byte only', () => {
    const shared = 'x'.repeat(2000)
    expectSorted(Array.from({ length: 256 }, (_, byte) => shared + String.fromCharCode((byte * 101) % 256)))
  })
})
