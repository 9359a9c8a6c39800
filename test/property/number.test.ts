// Numbers against BigInt rationals: whatever decimals are written, their value is kept, compared and added exactly, or
// refused (law 7).

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addNumbers,
  canonicalNumber,
  compareNumbers,
  numberSizeBytes,
  subtractNumbers,
} from '../../src/model/number.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import { numberTexts, type RationalNumber, rationalNumbers, writtenNumber } from '../support/attribute-arbitraries.ts'

/** All magnitudes are whole multiples of this power of ten: 38 digits below the smallest first digit. */
const UNIT_EXPONENT = -170

function inUnits({ digits, exponent }: RationalNumber): bigint {
  return digits * 10n ** BigInt(exponent - UNIT_EXPONENT)
}

/** Reads a canonical text digit by digit. */
function textInUnits(text: string): bigint {
  const [whole, fraction = ''] = text.replace('-', '').split('.')
  const magnitude = BigInt(`${whole}${fraction}`) * 10n ** BigInt(-UNIT_EXPONENT - fraction.length)
  return text.startsWith('-') ? -magnitude : magnitude
}

/** What the service would make of an exact result. */
function expected(units: bigint): string {
  if (units === 0n) return '0'
  const magnitude = String(units < 0n ? -units : units)
  const firstDigitExponent = magnitude.length - 1 + UNIT_EXPONENT
  const significantDigits = magnitude.replace(/0+$/, '').length
  if (firstDigitExponent > 125 || firstDigitExponent < -130 || significantDigits > 38) return 'refused'
  return canonicalNumber(`${units}E${UNIT_EXPONENT}`)
}

function outcome(compute: () => string): string {
  try {
    return compute()
  } catch (error) {
    if (error instanceof ServiceException) return 'refused'
    throw error
  }
}

describe('canonicalNumber', () => {
  it('keeps the value of every number that can be stored', () => {
    fc.assert(
      fc.property(rationalNumbers, (number) => {
        expect(textInUnits(canonicalNumber(writtenNumber(number)))).toBe(inUnits(number))
      }),
    )
  })

  it('writes each value in one way, without needless characters', () => {
    fc.assert(
      fc.property(rationalNumbers, fc.nat(20), fc.nat(20), (number, leadingZeros, trailingZeros) => {
        const canonical = canonicalNumber(writtenNumber(number))
        expect(canonical).toMatch(/^(?:0|-?(?:[1-9]\d*|(?:0|[1-9]\d*)\.\d*[1-9]))$/)
        const [sign, magnitude] = canonical.startsWith('-') ? ['-', canonical.slice(1)] : ['', canonical]
        const point = magnitude.includes('.') ? '' : '.'
        const other = `${sign}${'0'.repeat(leadingZeros)}${magnitude}${point}${'0'.repeat(trailingZeros)}e0`
        expect(canonicalNumber(other)).toBe(canonical)
      }),
    )
  })
})

describe('compareNumbers', () => {
  it('orders numbers as their values', () => {
    fc.assert(
      fc.property(numberTexts, numberTexts, (a, b) => {
        const [x, y] = [textInUnits(a), textInUnits(b)]
        expect(Math.sign(compareNumbers(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0)
      }),
    )
  })

  it('tells neighbours apart that are the same double', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 10n ** 30n, max: 10n ** 37n }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        (digits, gap, negative) => {
          const sign = negative ? -1n : 1n
          const [a, b] = [String(sign * digits), String(sign * (digits + BigInt(gap)))]
          expect(Math.sign(compareNumbers(a, b))).toBe(negative ? 1 : -1)
        },
      ),
    )
  })
})

describe('addNumbers and subtractNumbers', () => {
  it('give the exact result or refuse', () => {
    fc.assert(
      fc.property(numberTexts, numberTexts, (a, b) => {
        const [x, y] = [textInUnits(a), textInUnits(b)]
        expect(outcome(() => addNumbers(a, b))).toBe(expected(x + y))
        expect(outcome(() => subtractNumbers(a, b))).toBe(expected(x - y))
      }),
    )
  })
})

describe('numberSizeBytes', () => {
  it('counts the digits to the base of a hundred', () => {
    fc.assert(
      fc.property(numberTexts, (text) => {
        let units = textInUnits(text)
        if (units < 0n) units = -units
        while (units > 0n && units % 100n === 0n) units /= 100n
        const pairs = units === 0n ? 0 : Math.ceil(String(units).length / 2)
        expect(numberSizeBytes(text)).toBe(1 + pairs + (text.startsWith('-') ? 1 : 0))
      }),
    )
  })
})
