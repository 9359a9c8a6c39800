// Canonical texts and messages as the service has them; arithmetic that never rounds.

import { describe, expect, it } from 'vitest'
import {
  addNumbers,
  canonicalNumber,
  compareNumbers,
  numberSizeBytes,
  subtractNumbers,
} from '../../../src/model/number.ts'
import { validationException } from '../../../src/model/service-exception.ts'

const OVERFLOW = 'Number overflow. Attempting to store a number with magnitude larger than supported range'
const UNDERFLOW = 'Number underflow. Attempting to store a number with magnitude smaller than supported range'
const TOO_PRECISE = 'Attempting to store more than 38 significant digits in a Number'
const NOT_NUMERIC = 'The parameter cannot be converted to a numeric value'
const DIGITS_38 = '12345678901234567890123456789012345678'

describe('canonicalNumber', () => {
  it.each([
    ['1.50', '1.5'],
    ['1E2', '100'],
    ['1E+2', '100'],
    ['1e05', '100000'],
    ['1e-7', '0.0000001'],
    ['-0', '0'],
    ['0.00', '0'],
    ['0E-140', '0'],
    ['0E126', '0'],
    ['+5', '5'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['5.', '5'],
    ['00012', '12'],
    ['100', '100'],
    ['-100.001', '-100.001'],
    ['1.5E-20', '0.000000000000000000015'],
    ['123E30', `123${'0'.repeat(30)}`],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical)
  })

  it.each([
    'abc',
    ' 5',
    '5 ',
    '1\n',
    '-',
    '+',
    '.',
    '1e',
    'e5',
    '--1',
    '0x10',
    'NaN',
    'Infinity',
    '1_0',
    '1,5',
    '1e5.5',
  ])('refuses %j, which is no number', (text) => {
    expect(() => canonicalNumber(text)).toThrow(validationException(`${NOT_NUMERIC}: ${text}`))
  })

  it('refuses the empty text', () => {
    expect(() => canonicalNumber('')).toThrow(validationException(NOT_NUMERIC))
  })

  it('takes 38 significant digits wherever the point is, and refuses 39', () => {
    expect(canonicalNumber(DIGITS_38)).toBe(DIGITS_38)
    expect(canonicalNumber(`${DIGITS_38}0`)).toBe(`${DIGITS_38}0`)
    expect(canonicalNumber('1.23456789012345678901234567890123456780')).toBe('1.2345678901234567890123456789012345678')
    expect(() => canonicalNumber(`${DIGITS_38}9`)).toThrow(validationException(TOO_PRECISE))
    expect(() => canonicalNumber('-1.23456789012345678901234567890123456789')).toThrow(validationException(TOO_PRECISE))
  })

  it('takes magnitudes up to 9.99…E+125 and refuses 1E+126', () => {
    const largest = '9'.repeat(38) + '0'.repeat(88)
    expect(canonicalNumber('9.9999999999999999999999999999999999999E+125')).toBe(largest)
    expect(canonicalNumber('1E125')).toBe(`1${'0'.repeat(125)}`)
    expect(canonicalNumber('0.000001E131')).toBe(`1${'0'.repeat(125)}`)
    for (const text of ['1E126', '-1E126', '10E125', '1E1000', `1${'0'.repeat(126)}`]) {
      expect(() => canonicalNumber(text)).toThrow(validationException(OVERFLOW))
    }
  })

  it('takes magnitudes down to 1E-130 and refuses smaller ones', () => {
    expect(canonicalNumber('1E-130')).toBe(`0.${'0'.repeat(129)}1`)
    expect(canonicalNumber('-1.5E-130')).toBe(`-0.${'0'.repeat(129)}15`)
    for (const text of ['9.9E-131', '-1E-131', '1E-1000']) {
      expect(() => canonicalNumber(text)).toThrow(validationException(UNDERFLOW))
    }
  })

  it('reads powers of ten of 32 bits and refuses longer ones, as the service does', () => {
    expect(canonicalNumber('0E2147483647')).toBe('0')
    expect(() => canonicalNumber('0E2147483648')).toThrow(validationException(`${NOT_NUMERIC}: 0E2147483648`))
  })
})

describe('compareNumbers', () => {
  it('orders numbers by value, also where doubles are equal', () => {
    const ascending = [
      `-1${'0'.repeat(125)}`,
      '-100000000000000000001',
      '-100000000000000000000',
      '-1.00000000000000000001',
      '-1',
      '-0.5',
      `-0.${'0'.repeat(129)}1`,
      '0',
      `0.${'0'.repeat(129)}1`,
      '0.3',
      '0.30000000000000000001',
      '0.99999999999999999999',
      '1',
      '99999999999999999999',
      '100000000000000000000',
    ]
    for (const [index, a] of ascending.entries()) {
      for (const [other, b] of ascending.entries()) {
        expect(Math.sign(compareNumbers(a, b))).toBe(Math.sign(index - other))
      }
    }
  })
})

describe('addNumbers and subtractNumbers', () => {
  it.each([
    ['0.1', '0.2', '0.3'],
    ['1', '-1', '0'],
    ['9007199254740991', '1', '9007199254740992'],
    ['-9007199254740991', '-1', '-9007199254740992'],
    ['99999999999999999999999999999999999999', '1', `1${'0'.repeat(38)}`],
    [`1${'0'.repeat(36)}`, '0.1', `1${'0'.repeat(36)}.1`],
  ])('adds %s and %s exactly', (a, b, sum) => {
    expect(addNumbers(a, b)).toBe(sum)
    expect(addNumbers(b, a)).toBe(sum)
  })

  it.each([
    ['0.3', '0.1', '0.2'],
    ['1', '0.9', '0.1'],
    ['5', '5', '0'],
    ['0', '0.25', '-0.25'],
  ])('subtracts: %s minus %s', (a, b, difference) => {
    expect(subtractNumbers(a, b)).toBe(difference)
  })

  it('refuses a sum beyond the largest magnitude', () => {
    const large = canonicalNumber('9E125')
    expect(() => addNumbers(large, large)).toThrow(validationException(OVERFLOW))
  })

  it('refuses a difference below the smallest magnitude', () => {
    const [a, b] = [canonicalNumber('1.5E-130'), canonicalNumber('1.4E-130')]
    expect(() => subtractNumbers(a, b)).toThrow(validationException(UNDERFLOW))
  })

  it('refuses, rather than rounds, a sum of more than 38 digits', () => {
    expect(() => addNumbers(canonicalNumber('1E50'), '1')).toThrow(validationException(OVERFLOW))
    expect(() => addNumbers(canonicalNumber('1E37'), '0.1')).toThrow(validationException(OVERFLOW))
  })
})

describe('numberSizeBytes', () => {
  // Measured at the 400 KB limit of DynamoDB Local; where the service's own figures are known they are the same.
  it.each([
    ['0', 1],
    ['1', 2],
    ['12', 2],
    ['123', 3],
    ['1234', 3],
    ['120', 3],
    ['100', 2],
    ['1000', 2],
    ['1010', 3],
    ['1050', 3],
    ['123456', 4],
    [DIGITS_38, 20],
    [`-${DIGITS_38}`, 21],
    [`1${'0'.repeat(125)}`, 2],
    [`0.${'0'.repeat(129)}1`, 2],
    ['0.1', 2],
    ['0.15', 2],
    ['0.001', 2],
    ['0.0000001', 2],
    ['1.5', 3],
    ['1.234', 4],
    ['3.14159', 5],
    ['-3.14159', 6],
    ['10.01', 3],
    ['100.5', 4],
    ['-1', 3],
    ['-42', 3],
  ])('counts %s as %i bytes', (number, sizeBytes) => {
    expect(numberSizeBytes(number)).toBe(sizeBytes)
  })
})
