// The bytes of keys: fixtures that stored databases depend on, and what the encoding promises.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '../../../src/base/assert.ts'
import { byteKeyToBytes } from '../../../src/base/byte-key.ts'
import type { AttributeValue, KeyAttributeType } from '../../../src/model/attribute-value.ts'
import {
  decodeOrdered,
  encodeOrdered,
  encodeOrderedBytes,
  orderedPrefixRange,
  partitionHash16,
} from '../../../src/model/ordered-key.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const hex = (key: string): string =>
  Array.from(byteKeyToBytes(key), (byte) => byte.toString(16).padStart(2, '0')).join(' ')

describe('encodeOrdered', () => {
  // These bytes are in stored databases: a change here loses every item.
  it.each<[AttributeValue, string]>([
    [{ S: '' }, '00'],
    [{ S: 'Bern' }, '42 65 72 6e 00'],
    [{ S: 'Zürich' }, '5a c3 bc 72 69 63 68 00'],
    [{ S: '😀' }, 'f0 9f 98 80 00'],
    [{ S: 'a\u0000b\u0001c' }, '61 01 01 62 01 02 63 00'],
    [{ S: '\ud800' }, 'ef bf bd 00'],
    [{ B: bytes() }, '00'],
    [{ B: bytes(0, 1, 2, 253, 254, 255) }, '01 01 01 02 02 fd fe 01 fe 02 00'],
    [{ N: '0' }, '80 00'],
    [{ N: '1' }, 'c1 02 00'],
    [{ N: '42' }, 'c1 2b 00'],
    [{ N: '100' }, 'c2 02 00'],
    [{ N: '1234.5' }, 'c2 0d 23 33 00'],
    [{ N: '0.05' }, 'c0 06 00'],
    [{ N: '-1' }, '3e fd ff'],
    [{ N: '-1234.5' }, '3d f2 dc cc ff'],
    [{ N: `1${'0'.repeat(125)}` }, 'ff 0b 00'],
    [{ N: `0.${'0'.repeat(129)}1` }, '80 02 00'],
    [{ N: `-1${'0'.repeat(125)}` }, '00 f4 ff'],
  ])('writes %j as %s', (value, expected) => {
    expect(hex(encodeOrdered(value))).toBe(expected)
  })

  it('writes the UTF-8 bytes of a string as the string', () => {
    expect(encodeOrderedBytes(new TextEncoder().encode('Zürich'))).toBe(encodeOrdered({ S: 'Zürich' }))
  })

  it('refuses values that cannot be keys', () => {
    expect(() => encodeOrdered({ BOOL: true })).toThrow(AssertionError)
  })
})

describe('decodeOrdered', () => {
  it('reads one value after another', () => {
    const values: AttributeValue[] = [{ S: 'Zürich' }, { N: '-1234.5' }, { B: bytes(0, 255) }, { S: '' }, { N: '0' }]
    const types: KeyAttributeType[] = ['S', 'N', 'B', 'S', 'N']
    const key = `xx${values.map(encodeOrdered).join('')}`
    let offset = 2
    const decoded = types.map((type) => {
      const { value, end } = decodeOrdered(key, offset, type)
      offset = end
      return value
    })
    expect(decoded).toEqual(values)
    expect(offset).toBe(key.length)
  })

  it('refuses bytes that end early', () => {
    expect(() => decodeOrdered('Bern', 0, 'S')).toThrow(AssertionError)
    expect(() => decodeOrdered('\u00c1\u0002', 0, 'N')).toThrow(AssertionError)
  })
})

describe('orderedPrefixRange', () => {
  it('holds every value that begins with the prefix and no other', () => {
    const { start, end } = orderedPrefixRange({ S: 'ab' })
    const isInside = (S: string): boolean => {
      const key = encodeOrdered({ S })
      return key >= start && key < end
    }
    expect(['ab', 'ab\u0000', 'abc', 'ab😀'].filter(isInside)).toEqual(['ab', 'ab\u0000', 'abc', 'ab😀'])
    expect(['', 'a', 'aa', 'ac', 'b'].filter(isInside)).toEqual([])
  })

  it('ends also where the prefix is bytes of 255', () => {
    const { start, end } = orderedPrefixRange({ B: bytes(255) })
    const inside = [bytes(255), bytes(255, 255, 255)].map((B) => encodeOrdered({ B }))
    expect(inside.every((key) => key >= start && key < end)).toBe(true)
    expect(encodeOrdered({ B: bytes(254, 255) }) < start).toBe(true)
  })
})

describe('partitionHash16', () => {
  // These bytes are in stored databases: a change here loses every item.
  it.each([
    ['', '7c 0b'],
    ['a\u0000', 'da 27'],
    ['user#1\u0000', '6a 38'],
    ['\u00c1\u0002\u0000', 'fa 4c'],
  ])('gives %j its place for ever', (key, expected) => {
    expect(hex(partitionHash16(key))).toBe(expected)
  })

  it('spreads keys that differ little over the whole space', () => {
    const buckets = new Array<number>(64).fill(0)
    const keys = 64_000
    for (let index = 0; index < keys; index++) {
      const hash = partitionHash16(encodeOrdered({ S: `user#${index}` }))
      const bucket = hash.charCodeAt(0) >> 2
      buckets[bucket] = (buckets[bucket] as number) + 1
    }
    // With 1000 expected in each, five standard deviations are 158.
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(158)
  })

  it('spreads numbers over the low byte too', () => {
    const buckets = new Array<number>(64).fill(0)
    for (let index = 0; index < 64_000; index++) {
      const hash = partitionHash16(encodeOrdered({ N: String(index) }))
      const bucket = hash.charCodeAt(1) >> 2
      buckets[bucket] = (buckets[bucket] as number) + 1
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(158)
  })
})
