// Keys as bytes order exactly as DynamoDB orders values, alone, one after another, and by prefix.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttributeValue, KeyAttributeType } from '../../src/model/attribute-value.ts'
import { compareKeyValues } from '../../src/model/compare-values.ts'
import { decodeOrdered, encodeOrdered, orderedPrefixRange } from '../../src/model/ordered-key.ts'
import { numberTexts } from '../support/attribute-arbitraries.ts'

// oxlint-disable-next-line no-control-regex -- reason: these are bytes, not text.
const ONLY_BYTES = /^[\u0000-\u00ff]+$/

/** Few different bytes and characters, among them all that are escaped, so that prefixes are shared often. */
const awkwardCharacters = fc.constantFrom(
  '\u0000',
  '\u0001',
  '\u0002',
  'a',
  'b',
  '\u007f',
  'é',
  '€',
  '\ue000',
  '\uffff',
  '😀',
)
const awkwardBytes = fc.constantFrom(0, 1, 2, 127, 128, 253, 254, 255)

const keyTexts = fc.oneof(
  fc.string({ unit: awkwardCharacters, maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const keyBinaries = fc.oneof(
  fc.array(awkwardBytes, { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
  fc.uint8Array({ maxLength: 20 }),
)

const valuesOfType: Readonly<Record<KeyAttributeType, fc.Arbitrary<AttributeValue>>> = {
  S: keyTexts.map((S) => ({ S })),
  N: numberTexts.map((N) => ({ N })),
  B: keyBinaries.map((B) => ({ B })),
}

const keyTypes = fc.constantFrom<KeyAttributeType>('S', 'N', 'B')

/** Two tuples of the same types. */
const tuplePairs = fc
  .array(keyTypes, { minLength: 1, maxLength: 4 })
  .chain((types) =>
    fc.tuple(
      fc.constant(types),
      fc.tuple(...types.map((type) => valuesOfType[type])),
      fc.tuple(...types.map((type) => valuesOfType[type])),
      fc.nat(types.length),
    ),
  )
  .map(([types, a, b, sharedCount]) => ({
    types,
    a,
    b: b.map((value, at) => (at < sharedCount ? (a[at] ?? value) : value)),
  }))

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareTuples(a: readonly AttributeValue[], b: readonly AttributeValue[]): number {
  for (const [index, value] of a.entries()) {
    const difference = compareKeyValues(value, b[index] as AttributeValue)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}

const encodeTuple = (values: readonly AttributeValue[]): string => values.map(encodeOrdered).join('')

describe('encodeOrdered', () => {
  it.each(['S', 'N', 'B'] as const)('orders values of type %s as the service does', (type) => {
    fc.assert(
      fc.property(valuesOfType[type], valuesOfType[type], (a, b) => {
        expect(order(encodeOrdered(a), encodeOrdered(b))).toBe(Math.sign(compareKeyValues(a, b)))
      }),
      { numRuns: 500 },
    )
  })

  it('orders strings as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(keyTexts, keyTexts, (a, b) => {
        const byBytes = Buffer.compare(Buffer.from(a), Buffer.from(b))
        expect(order(encodeOrdered({ S: a }), encodeOrdered({ S: b }))).toBe(byBytes)
        expect(Math.sign(compareKeyValues({ S: a }, { S: b }))).toBe(byBytes)
      }),
    )
  })

  it('orders one value after another like tuples', () => {
    fc.assert(
      fc.property(tuplePairs, ({ a, b }) => {
        expect(order(encodeTuple(a), encodeTuple(b))).toBe(compareTuples(a, b))
      }),
    )
  })

  it('is bytes, ends itself, and is no prefix of another', () => {
    fc.assert(
      fc.property(
        keyTypes.chain((type) => fc.tuple(valuesOfType[type], valuesOfType[type])),
        ([a, b]) => {
          const [x, y] = [encodeOrdered(a), encodeOrdered(b)]
          expect(x).toMatch(ONLY_BYTES)
          expect(x.startsWith(y)).toBe(x === y)
        },
      ),
    )
  })
})

describe('decodeOrdered', () => {
  it('gives back every tuple', () => {
    fc.assert(
      fc.property(tuplePairs, ({ types, a }) => {
        const key = encodeTuple(a)
        let offset = 0
        const decoded = types.map((type) => {
          const { value, end } = decodeOrdered(key, offset, type)
          offset = end
          return value
        })
        expect(decoded).toEqual(a)
        expect(offset).toBe(key.length)
      }),
    )
  })
})

describe('orderedPrefixRange', () => {
  it('reads the strings that begin with a prefix', () => {
    fc.assert(
      fc.property(keyTexts, keyTexts, (prefix, rest) => {
        const { start, end } = orderedPrefixRange({ S: prefix })
        const shorter = Array.from(prefix).slice(0, -1).join('')
        for (const S of [rest, prefix + rest, shorter + rest]) {
          const key = encodeOrdered({ S })
          expect(key >= start && key < end).toBe(
            Buffer.from(S).subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix)),
          )
        }
      }),
    )
  })

  it('reads the binary values that begin with a prefix', () => {
    fc.assert(
      fc.property(keyBinaries, keyBinaries, (prefix, rest) => {
        const { start, end } = orderedPrefixRange({ B: prefix })
        for (const B of [rest, Uint8Array.of(...prefix, ...rest), Uint8Array.of(...prefix.subarray(0, -1), ...rest)]) {
          const key = encodeOrdered({ B })
          expect(key >= start && key < end).toBe(Buffer.from(B.subarray(0, prefix.length)).equals(prefix))
        }
      }),
    )
  })
})
