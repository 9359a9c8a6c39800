// The border of the data model: what comes in as `unknown` leaves as canonical values, or as the exception that the
// service answers (law 12). Canonical means: exactly one member, objects and arrays of our own, numbers in canonical
// text, binary as Uint8Array, text without lone surrogates.

import { byteKeyFromBytes } from '../base/byte-key.ts'
import { eachMember, listedValues } from '../base/large-objects.ts'
import { wellFormed } from '../base/utf8.ts'
import { setAttribute } from './attribute-map.ts'
import { checkAttributeName, checkDepth, checkDistinct, checkNotEmpty } from './attribute-rules.ts'
import type { AttributeMap, AttributeValue, Item, Key } from './attribute-value.ts'
import { MAX_NESTING_DEPTH, MAX_POSITION_ATTRIBUTES } from './limits.ts'
import { canonicalNumber } from './number.ts'
import { ServiceException, validationException } from './service-exception.ts'

const EMPTY = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'
const SEVERAL =
  'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes'
const INVALID = 'One or more parameter values were invalid:'
const STRUCTURE = 'Start of structure or map found where not expected'
const VALUE_CLASS = 'com.amazonaws.dynamodb.v20120810.AttributeValue'

/**
 * A canonical copy of one attribute value.
 *
 * @param value untrusted, in the API's shape; members that are null or undefined count as not given, members of no
 *   known type are ignored
 * @throws ServiceException ValidationException when it breaks a rule of the data model, SerializationException when it
 *   does not have the API's shape
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export function canonicalValue(value: unknown): AttributeValue {
  return valueAtDepth(value, 1)
}

/**
 * A canonical copy of an item or a key. Its size is not checked here (see item-size).
 *
 * @param item untrusted, in the API's shape
 * @throws ServiceException ValidationException when a name or value breaks a rule of the data model,
 *   SerializationException when the item does not have the API's shape
 */
export function canonicalItem(item: unknown): Item {
  checkIsThere(item)
  return attributesAtDepth(item, 1)
}

/**
 * A canonical copy of a key. Of one with more attributes than any key can have all are checked, and no more copied than
 * show that there are too many.
 *
 * @param key untrusted, in the API's shape
 * @throws ServiceException as `canonicalItem` does
 */
export function canonicalKey(key: unknown): Key {
  checkIsThere(key)
  const copy: Record<string, AttributeValue> = {}
  let count = 0
  eachMember(mapOf(key), (givenName, given) => {
    checkAttributeName(givenName)
    const value = nestedValue(given, givenName, 1)
    const name = wellFormed(givenName)
    const isNew = !Object.hasOwn(copy, name)
    if (isNew && count > MAX_POSITION_ATTRIBUTES) return
    if (isNew) count++
    setAttribute(copy, name, value)
  })
  return copy
}

function checkIsThere(item: unknown): void {
  if (item !== null && item !== undefined) return
  throw validationException(
    "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null",
  )
}

/**
 * Checks only that attributes have the API's shape. The service's parser finds out before any rule is looked at, even a
 * rule that an attribute further in front breaks.
 *
 * @param attributes untrusted
 * @throws ServiceException SerializationException
 */
export function checkAttributesType(attributes: unknown): void {
  checkMembersType(attributes, 1)
}

/**
 * Checks only that a value has the API's shape.
 *
 * @param value untrusted
 * @throws ServiceException SerializationException
 */
export function checkValueType(value: unknown): void {
  checkTypeAtDepth(value, 1)
}

function checkTypeAtDepth(value: unknown, depth: number): void {
  // What lies deeper is refused anyway.
  if (isNothing(value) || depth > MAX_NESTING_DEPTH) return
  const members = membersOf(value)
  for (const type in members) {
    const member = members[type]
    if (!isNothing(member)) checkMemberType(type, member, depth)
  }
}

function checkMemberType(type: string, member: unknown, depth: number): void {
  switch (type) {
    case 'S':
    case 'N':
      stringOf(member)
      return
    case 'B':
      bytesOf(member)
      return
    case 'BOOL':
    case 'NULL':
      booleanOf(member)
      return
    case 'SS':
    case 'NS':
      for (const text of listOf(member)) if (!isNothing(text)) stringOf(text)
      return
    case 'BS':
      for (const bytes of listOf(member)) if (!isNothing(bytes)) bytesOf(bytes)
      return
    case 'L':
      for (const element of listOf(member)) checkTypeAtDepth(element, depth + 1)
      return
    case 'M':
      checkMembersType(member, depth + 1)
  }
}

function checkMembersType(attributes: unknown, depth: number): void {
  const members = mapOf(attributes)
  const values = listedValues(members)
  if (values !== undefined) values.forEach((value) => checkTypeAtDepth(value, depth))
  else for (const name in members) checkTypeAtDepth(members[name], depth)
}

function valueAtDepth(value: unknown, depth: number): AttributeValue {
  checkDepth(depth)
  const members = membersOf(value)
  let canonical: AttributeValue | undefined
  let count = 0
  for (const type in members) {
    const member = members[type]
    if (member === null || member === undefined) continue
    const parsed = memberOfType(type, member, depth)
    if (parsed === undefined) continue
    canonical = parsed
    count++
  }
  // The service looks into every member before it counts them.
  if (count > 1) throw validationException(SEVERAL)
  if (canonical === undefined) throw validationException(EMPTY)
  return canonical
}

/** The value that this member makes, or undefined when `type` is none of the ten. */
function memberOfType(type: string, member: unknown, depth: number): AttributeValue | undefined {
  switch (type) {
    case 'S':
      return { S: wellFormed(stringOf(member)) }
    case 'N':
      return { N: canonicalNumber(stringOf(member)) }
    case 'B':
      return { B: bytesOf(member) }
    case 'BOOL':
      return { BOOL: booleanOf(member) }
    case 'NULL':
      if (!booleanOf(member))
        throw validationException(`${INVALID} Null attribute value types must have the value of true`)
      return { NULL: true }
    case 'SS':
      return { SS: stringSet(listOf(member)) }
    case 'NS':
      return { NS: numberSet(listOf(member)) }
    case 'BS':
      return { BS: binarySet(listOf(member)) }
    case 'L':
      return { L: listOf(member).map((element) => nestedValue(element, undefined, depth + 1)) }
    case 'M':
      return { M: attributesAtDepth(member, depth + 1) }
    default:
      return undefined
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw serialization('Unexpected value type in payload')
  if (Array.isArray(value)) throw serialization(`Unrecognized collection type class ${VALUE_CLASS}`)
  return value as Readonly<Record<string, unknown>>
}

function mapOf(attributes: unknown): Readonly<Record<string, unknown>> {
  if (Array.isArray(attributes)) {
    throw serialization(`Unrecognized collection type java.util.Map<java.lang.String, ${VALUE_CLASS}>`)
  }
  if (typeof attributes !== 'object' || attributes === null) throw serialization('Unexpected field type')
  return attributes as Readonly<Record<string, unknown>>
}

function attributesAtDepth(attributes: unknown, depth: number): AttributeMap {
  const map: Record<string, AttributeValue> = {}
  eachMember(mapOf(attributes), (name, value) => {
    checkAttributeName(name)
    setAttribute(map, wellFormed(name), nestedValue(value, name, depth))
  })
  return map
}

function nestedValue(value: unknown, name: string | undefined, depth: number): AttributeValue {
  if (value === null || value === undefined) {
    const where = name === undefined ? '' : `: ${name} is null`
    throw validationException(`The supplied Item contains a null AttributeValue${where}`)
  }
  return valueAtDepth(value, depth)
}

function stringSet(members: readonly unknown[]): readonly string[] {
  checkNotEmpty('SS', members.length)
  const set = members.map((member) => {
    if (isNothing(member)) throw validationException(`${INVALID} An string set may not have a null string as a member`)
    return wellFormed(stringOf(member))
  })
  checkDistinct('SS', set)
  return set
}

function numberSet(members: readonly unknown[]): readonly string[] {
  checkNotEmpty('NS', members.length)
  const set = members.map((member) => canonicalNumber(isNothing(member) ? '' : stringOf(member)))
  checkDistinct('NS', set)
  return set
}

function binarySet(members: readonly unknown[]): readonly Uint8Array[] {
  checkNotEmpty('BS', members.length)
  const set = members.map((member) => {
    if (isNothing(member)) throw validationException(`${INVALID} Binary sets may not contain null or empty values`)
    return bytesOf(member)
  })
  checkDistinct('BS', set.map(byteKeyFromBytes))
  return set
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}

function stringOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) throw serialization('Unrecognized collection type class java.lang.String')
  throw serialization(typeof value === 'object' ? STRUCTURE : `${jsonTokenOf(value)} cannot be converted to String`)
}

function booleanOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') throw serialization('Unexpected token received from parser')
  if (Array.isArray(value)) throw serialization('Unrecognized collection type class java.lang.Boolean')
  throw serialization(typeof value === 'object' ? STRUCTURE : `${jsonTokenOf(value)} cannot be converted to Boolean`)
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) throw serialization('Unrecognized collection type class java.nio.ByteBuffer')
  throw serialization(typeof value === 'object' ? STRUCTURE : 'only base-64-encoded strings are convertible to bytes')
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw serialization(typeof value === 'object' ? STRUCTURE : 'Unexpected field type')
}

/** The service names the JSON token that it met. */
function jsonTokenOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
  return typeof value === 'number' && !Number.isInteger(value) ? 'DECIMAL_VALUE' : 'NUMBER_VALUE'
}

function serialization(message: string): ServiceException {
  return new ServiceException('SerializationException', message)
}
