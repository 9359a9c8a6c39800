// Random canonical data: numbers, values and items of all ten types, as fast-check arbitraries.

import fc from 'fast-check'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import { canonicalNumber } from '../../src/model/number.ts'

/** A number as a whole multiple of a power of ten: ±digits × 10^exponent. */
export interface RationalNumber {
  readonly digits: bigint
  readonly exponent: number
}

/** The number's text, as a user might write it. */
export function writtenNumber({ digits, exponent }: RationalNumber): string {
  return `${digits}E${exponent}`
}

const MAX_DIGITS = 10n ** 38n - 1n

/** Any number that the service can store, of one to 38 digits, over the whole range of magnitudes. */
export const rationalNumbers: fc.Arbitrary<RationalNumber> = fc
  .oneof(
    fc.bigInt({ min: -MAX_DIGITS, max: MAX_DIGITS }),
    fc.bigInt({ min: -1_000_000n, max: 1_000_000n }),
    fc.maxSafeInteger().map(BigInt),
  )
  .chain((digits) => {
    const length = String(digits < 0n ? -digits : digits).length
    const widest = fc.integer({ min: -130, max: 126 - length })
    return fc.oneof(widest, fc.integer({ min: -10, max: 10 })).map((exponent) => ({ digits, exponent }))
  })

/** Canonical number texts. */
export const numberTexts: fc.Arbitrary<string> = fc.oneof(
  rationalNumbers.map((number) => canonicalNumber(writtenNumber(number))),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }).map((double) => {
    const isTooSmall = Math.abs(double) < 1e-130
    return isTooSmall ? '0' : canonicalNumber(String(double))
  }),
)

/** Text of all of Unicode, well-formed. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', minLength: 60, maxLength: 400 }),
)

export const binaries: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 40 })

export const attributeNames: fc.Arbitrary<string> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty'),
)

/** Canonical values of all ten types, nested up to a few levels. */
export const attributeValues: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    texts.map((S) => ({ S })),
    numberTexts.map((N) => ({ N })),
    binaries.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    fc.uniqueArray(texts, { minLength: 1, maxLength: 5 }).map((SS) => ({ SS })),
    fc.uniqueArray(numberTexts, { minLength: 1, maxLength: 5 }).map((NS) => ({ NS })),
    fc.uniqueArray(binaries, { minLength: 1, maxLength: 5, selector: String }).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 4 }).map((L) => ({ L })),
    attributeMaps(tie('value')).map((M) => ({ M })),
  ),
})).value

/** Canonical items. */
export const items: fc.Arbitrary<Item> = attributeMaps(attributeValues)

function attributeMaps(values: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Item> {
  // fromEntries adds `__proto__` as an attribute like any other.
  return fc
    .uniqueArray(fc.tuple(attributeNames, values), { maxLength: 6, selector: ([name]) => name })
    .map((entries) => Object.fromEntries<AttributeValue>(entries))
}
