// Numbers as bytes whose order is the numbers' order. The layout is that of the service's own storage, which its item
// sizes show: a power of a hundred and the decimal digits in pairs, at most 21 bytes and a terminator.
//
//   lead byte                        pairs             end
//   0x80 + exponent + 64   positive  pair + 1          0x00
//   0x7f - exponent - 64   negative  254 - pair        0xff
//   0x80                   zero      none              0x00
//
// The value is ±0.pp pp pp… × 100^exponent, with pairs counted from the decimal point and no pair of zeros at either
// end. Negative numbers have all bytes inverted, so that the greater magnitude comes first. The bytes are stored in
// databases: they never change.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import type { NumberText } from './attribute-value.ts'
import { decimalText } from './number.ts'

const POSITIVE_LEAD = 0x80
const EXPONENT_BIAS = 64
const INVERTED = 0xff
const ZERO_KEY: ByteKey = '\u0080\u0000'

/** The ordered bytes of a canonical number. No such encoding is a prefix of another. */
export function encodeOrderedNumber(number: NumberText): ByteKey {
  if (number === '0') return ZERO_KEY
  const negative = number.startsWith('-')
  const magnitude = negative ? number.slice(1) : number
  const pointAt = magnitude.indexOf('.')
  const whole = pointAt === -1 ? magnitude : magnitude.slice(0, pointAt)
  const fraction = pointAt === -1 ? '' : magnitude.slice(pointAt + 1)
  const digits = `${whole.length % 2 === 0 ? '' : '0'}${whole}${fraction}${fraction.length % 2 === 0 ? '' : '0'}`
  let start = 0
  while (pairAt(digits, start) === 0) start += 2
  let end = digits.length
  while (pairAt(digits, end - 2) === 0) end -= 2
  const exponent = ((whole.length + 1) >> 1) - start / 2
  const invert = negative ? INVERTED : 0
  let key = String.fromCharCode((POSITIVE_LEAD + exponent + EXPONENT_BIAS) ^ invert)
  for (let at = start; at < end; at += 2) key += String.fromCharCode((pairAt(digits, at) + 1) ^ invert)
  return key + String.fromCharCode(invert)
}

/**
 * Reads a number back.
 *
 * @param key holds the number's bytes from `offset` on
 * @returns the canonical number, and the offset behind its bytes
 */
export function decodeOrderedNumber(
  key: ByteKey,
  offset: number,
): { readonly number: NumberText; readonly end: number } {
  const lead = key.charCodeAt(offset)
  const invert = lead < POSITIVE_LEAD ? INVERTED : 0
  const exponent = (lead ^ invert) - POSITIVE_LEAD - EXPONENT_BIAS
  let digits = ''
  let at = offset + 1
  for (; key.charCodeAt(at) !== invert; at++) {
    assert(at < key.length, 'An ordered number ends with its terminator.')
    const pair = (key.charCodeAt(at) ^ invert) - 1
    digits += pair < 10 ? `0${pair}` : pair
  }
  return { number: decimalText({ negative: invert !== 0, digits, point: exponent * 2 }), end: at + 1 }
}

function pairAt(digits: string, at: number): number {
  return (digits.charCodeAt(at) - ZERO) * 10 + digits.charCodeAt(at + 1) - ZERO
}

const ZERO = 48
