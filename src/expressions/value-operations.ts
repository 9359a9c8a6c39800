// What the operators and functions of conditions do with values. An operand that an item does not have is undefined.

import { attributeType } from '../model/attribute-type.ts'
import type { AttributeType, AttributeValue, NumberText } from '../model/attribute-value.ts'
import { compareKeyValues, valuesEqual } from '../model/compare-values.ts'

/** Whether both are there and are the same value. */
export function areEqual(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  return one !== undefined && other !== undefined && valuesEqual(one, other)
}

/**
 * The order of two values.
 *
 * @returns negative, 0 or positive; NaN, which is neither less nor greater than anything, when one is missing or they
 *   are not of one ordered type
 */
export function orderOf(one: AttributeValue | undefined, other: AttributeValue | undefined): number {
  if (one === undefined || other === undefined) return Number.NaN
  if ('N' in one) return 'N' in other ? compareKeyValues(one, other) : Number.NaN
  if ('S' in one) return 'S' in other ? compareKeyValues(one, other) : Number.NaN
  return 'B' in one && 'B' in other ? compareKeyValues(one, other) : Number.NaN
}

/** Whether a text or binary value begins with another of the same type. */
export function beginsWith(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (value === undefined || prefix === undefined) return false
  if ('S' in value) return 'S' in prefix && value.S.startsWith(prefix.S)
  return 'B' in value && 'B' in prefix && hasBytesAt(value.B, prefix.B, 0)
}

/** Whether a text or binary value has another as a part, a set as a member, or a list as an element. */
export function containsValue(container: AttributeValue | undefined, content: AttributeValue | undefined): boolean {
  if (container === undefined || content === undefined) return false
  if ('S' in container) return 'S' in content && container.S.includes(content.S)
  if ('L' in container) return container.L.some((element) => valuesEqual(element, content))
  if ('SS' in container) return 'S' in content && container.SS.includes(content.S)
  if ('NS' in container) return 'N' in content && container.NS.includes(content.N)
  if (!('B' in content)) return false
  if ('BS' in container) return container.BS.some((member) => hasSameBytes(member, content.B))
  return 'B' in container && includesBytes(container.B, content.B)
}

/**
 * The size of a value as the function `size` gives it: UTF-16 units of text, bytes of binary, members of a set,
 * elements of a list, attributes of a map.
 *
 * @returns undefined for types that have no size
 */
export function sizeOf(value: AttributeValue | undefined): NumberText | undefined {
  if (value === undefined) return undefined
  if ('S' in value) return String(value.S.length)
  if ('B' in value) return String(value.B.length)
  if ('L' in value) return String(value.L.length)
  if ('M' in value) return String(Object.keys(value.M).length)
  if ('SS' in value) return String(value.SS.length)
  if ('NS' in value) return String(value.NS.length)
  return 'BS' in value ? String(value.BS.length) : undefined
}

/** Whether a value is there and of this type. */
export function hasType(value: AttributeValue | undefined, type: AttributeType): boolean {
  return value !== undefined && attributeType(value) === type
}

function hasSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && hasBytesAt(one, other, 0)
}

function includesBytes(container: Uint8Array, content: Uint8Array): boolean {
  for (let start = 0; start + content.length <= container.length; start++) {
    if (hasBytesAt(container, content, start)) return true
  }
  return false
}

function hasBytesAt(container: Uint8Array, content: Uint8Array, start: number): boolean {
  if (start + content.length > container.length) return false
  for (let index = 0; index < content.length; index++) {
    if (container[start + index] !== content[index]) return false
  }
  return true
}
