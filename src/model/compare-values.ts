// The order of key values and the equality of values, as the service sees them.

import { assert } from '../base/assert.ts'
import { byteKeyFromBytes } from '../base/byte-key.ts'
import { ownAttribute } from './attribute-map.ts'
import type { AttributeMap, AttributeValue } from './attribute-value.ts'
import { compareNumbers } from './number.ts'

/**
 * The order of two values of the same type S, N or B: strings by their UTF-8 bytes, numbers by value, binary by bytes.
 *
 * @returns negative when `a` comes first, positive when `b` does, 0 when they are equal
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 */
export function compareKeyValues(a: AttributeValue, b: AttributeValue): number {
  if ('S' in a && 'S' in b) return compareText(a.S, b.S)
  if ('N' in a && 'N' in b) return compareNumbers(a.N, b.N)
  assert('B' in a && 'B' in b, 'Values are compared only when both are S, both are N or both are B.')
  return compareBytes(a.B, b.B)
}

/**
 * Whether two canonical values are the same: same type, numbers equal, sets equal regardless of their order, lists
 * equal element by element, maps equal name by name.
 */
export function valuesEqual(a: AttributeValue, b: AttributeValue): boolean {
  if ('S' in a) return 'S' in b && a.S === b.S
  if ('N' in a) return 'N' in b && a.N === b.N
  if ('BOOL' in a) return 'BOOL' in b && a.BOOL === b.BOOL
  if ('NULL' in a) return 'NULL' in b
  if ('B' in a) return 'B' in b && compareBytes(a.B, b.B) === 0
  if ('SS' in a) return 'SS' in b && setsEqual(a.SS, b.SS)
  if ('NS' in a) return 'NS' in b && setsEqual(a.NS, b.NS)
  if ('BS' in a) return 'BS' in b && setsEqual(a.BS.map(byteKeyFromBytes), b.BS.map(byteKeyFromBytes))
  if ('L' in a) return 'L' in b && listsEqual(a.L, b.L)
  return 'M' in b && mapsEqual(a.M, b.M)
}

/** Compares two strings by code points, which is the order of their UTF-8 bytes; `<` would compare UTF-16 units. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return codePointRank(left) - codePointRank(right)
  }
  return a.length - b.length
}

const FIRST_SURROGATE = 0xd800
const LAST_SURROGATE = 0xdfff
const ABOVE_BMP = 0x10000

/** Halves of code points beyond U+FFFF rank above all other units. */
function codePointRank(unit: number): number {
  return unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE ? unit + ABOVE_BMP : unit
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function setsEqual(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  const members = new Set(a)
  return b.every((member) => members.has(member))
}

function listsEqual(a: readonly AttributeValue[], b: readonly AttributeValue[]): boolean {
  return a.length === b.length && a.every((element, index) => valuesEqual(element, b[index] as AttributeValue))
}

function mapsEqual(a: AttributeMap, b: AttributeMap): boolean {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => {
    const other = ownAttribute(b, name)
    return other !== undefined && valuesEqual(a[name] as AttributeValue, other)
  })
}
