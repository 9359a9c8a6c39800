// Native JavaScript values for DynamoDB's types, as @aws-sdk/lib-dynamodb has them, and the straight ways between them
// and packed items. This file is part of the page's bundle and stays small: plain values take a path of their own,
// everything else goes through AttributeValues.
//
// Law 7: a number that JavaScript cannot hold exactly is never rounded. Going in it is refused, coming out it is a
// bigint or a NumberValue.

import { byteKeyFromBytes } from '../base/byte-key.ts'
import type { ByteWriter } from '../base/byte-writer.ts'
import { setAttribute } from './attribute-map.ts'
import { checkAttributeName, checkDepth, checkDistinct, checkNotEmpty, wellFormed } from './attribute-rules.ts'
import type { AttributeMap, AttributeValue, Item, NumberText } from './attribute-value.ts'
import { canonicalNumber } from './number.ts'
import { type GrowableDictionary, packAttributes, type PackedItem } from './packed-item.ts'
import {
  type PackedCursor,
  readSizedText,
  readValue,
  readVarint,
  TAG,
  writeFlag,
  writeNearestNumber,
  writeString,
  writeValue,
} from './packed-value.ts'
import { validationException } from './service-exception.ts'

/** A number with more digits than a JavaScript number holds. */
export class NumberValue {
  /** The canonical decimal text. */
  readonly value: NumberText

  /**
   * @param value decimal text of up to 38 significant digits
   * @throws ServiceException ValidationException when the service could not store it
   */
  constructor(value: string) {
    this.value = canonicalNumber(value)
  }

  toString(): string {
    return this.value
  }
}

/** A number: exact as a JavaScript number, else a bigint if it is whole, else a NumberValue. */
export type NativeNumber = number | bigint | NumberValue

/** What an attribute is when it is read. Sets are of strings, of numbers or of Uint8Arrays. */
export type NativeValue =
  | string
  | NativeNumber
  | boolean
  | null
  | Uint8Array
  | Set<string>
  | Set<NativeNumber>
  | Set<Uint8Array>
  | NativeValue[]
  | { [attributeName: string]: NativeValue }

/** An item when it is read. */
export interface NativeItem {
  [attributeName: string]: NativeValue
}

export interface MarshallOptions {
  /** Leaves attributes, elements and members that are undefined out. By default they are refused. */
  readonly removeUndefinedValues?: boolean
}

/**
 * Packs an item of native values.
 *
 * @throws ServiceException ValidationException for a value that the service, or JavaScript, cannot hold exactly
 */
export function packNativeItem(
  native: Readonly<Record<string, unknown>>,
  dictionary: GrowableDictionary,
  options?: MarshallOptions,
): Uint8Array<ArrayBuffer> {
  const attributes = options?.removeUndefinedValues ? withoutUndefined(native) : native
  for (const name in attributes) checkAttributeName(name)
  return packAttributes(attributes, dictionary, (writer, value) => writeNative(writer, value, options))
}

/** Reads a packed item as native values. */
export function unpackNativeItem(packed: PackedItem): NativeItem {
  const native: NativeItem = {}
  for (let index = 0; index < packed.count; index++) {
    setAttribute(native, packed.name(index), readNative(packed.cursor(index)))
  }
  return native
}

/**
 * An item of native values as AttributeValues.
 *
 * @throws ServiceException as packNativeItem
 */
export function marshall(native: Readonly<Record<string, unknown>>, options?: MarshallOptions): Item {
  return marshallMap(Object.entries(native), 1, options)
}

/**
 * A native value as an AttributeValue, canonical.
 *
 * @throws ServiceException as packNativeItem
 */
export function marshallValue(value: unknown, options?: MarshallOptions): AttributeValue {
  return marshallAt(value, 1, options)
}

/** An item of canonical AttributeValues as native values. */
export function unmarshall(item: Item): NativeItem {
  const native: NativeItem = {}
  for (const name of Object.keys(item)) setAttribute(native, name, unmarshallValue(item[name] as AttributeValue))
  return native
}

/** A canonical AttributeValue as a native value. */
export function unmarshallValue(value: AttributeValue): NativeValue {
  if ('S' in value) return value.S
  if ('N' in value) return nativeNumber(value.N)
  if ('BOOL' in value) return value.BOOL
  if ('NULL' in value) return null
  if ('B' in value) return value.B
  if ('L' in value) return value.L.map(unmarshallValue)
  if ('M' in value) return unmarshall(value.M)
  if ('SS' in value) return new Set(value.SS)
  if ('NS' in value) return new Set(value.NS.map(nativeNumber))
  return new Set(value.BS)
}

function writeNative(writer: ByteWriter, value: unknown, options: MarshallOptions | undefined): number {
  switch (typeof value) {
    case 'string':
      return writeString(writer, value)
    case 'number':
      return writeNearestNumber(writer, numberText(value), value)
    case 'boolean':
      return writeFlag(writer, value ? TAG.true : TAG.false)
    default:
      return writeValue(writer, marshallAt(value, 1, options))
  }
}

function readNative(cursor: PackedCursor): NativeValue {
  switch (cursor.bytes[cursor.at++]) {
    case TAG.string:
      return readSizedText(cursor)
    case TAG.integer:
      return readVarint(cursor)
    case TAG.negativeInteger:
      return -readVarint(cursor)
    default:
      cursor.at--
      return unmarshallValue(readValue(cursor))
  }
}

function marshallAt(value: unknown, depth: number, options: MarshallOptions | undefined): AttributeValue {
  checkDepth(depth)
  switch (typeof value) {
    case 'string':
      return { S: wellFormed(value) }
    case 'number':
      return { N: numberText(value) }
    case 'bigint':
      return { N: canonicalNumber(String(value)) }
    case 'boolean':
      return { BOOL: value }
    case 'object':
      return value === null ? { NULL: true } : marshallObject(value, depth, options)
    default:
      throw unsupported(value)
  }
}

function marshallObject(value: object, depth: number, options: MarshallOptions | undefined): AttributeValue {
  if (Array.isArray(value)) {
    const elements = options?.removeUndefinedValues ? value.filter((element) => element !== undefined) : value
    // Array.from visits holes, which map would skip.
    return { L: Array.from(elements, (element) => marshallAt(element, depth + 1, options)) }
  }
  const bytes = bytesOf(value)
  if (bytes !== undefined) return { B: bytes }
  if (value instanceof NumberValue) return { N: value.value }
  if (value instanceof Set) return marshallSet([...value], options)
  if (value instanceof Map) return { M: marshallMap([...value], depth + 1, options) }
  const prototype: unknown = Object.getPrototypeOf(value)
  // A plain object of any realm: its prototype, if it has one, is the end of the chain.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw unsupported(value)
  return { M: marshallMap(Object.entries(value), depth + 1, options) }
}

function marshallMap(
  entries: readonly (readonly [string, unknown])[],
  depth: number,
  options: MarshallOptions | undefined,
): AttributeMap {
  const map: Record<string, AttributeValue> = {}
  for (const [name, value] of entries) {
    if (value === undefined && options?.removeUndefinedValues) continue
    checkAttributeName(name)
    setAttribute(map, wellFormed(name), marshallAt(value, depth, options))
  }
  return map
}

function marshallSet(given: readonly unknown[], options: MarshallOptions | undefined): AttributeValue {
  const members = options?.removeUndefinedValues ? given.filter((member) => member !== undefined) : given
  // An empty native set has no type; the service's own words for a string set serve for all three.
  checkNotEmpty('SS', members.length)
  const values = members.map((member) => marshallAt(member, 1, undefined))
  if (values.every((value) => 'S' in value)) {
    const SS = values.map((value) => value.S)
    checkDistinct('SS', SS)
    return { SS }
  }
  if (values.every((value) => 'N' in value)) {
    const NS = values.map((value) => value.N)
    checkDistinct('NS', NS)
    return { NS }
  }
  if (values.every((value) => 'B' in value)) {
    const BS = values.map((value) => value.B)
    checkDistinct('BS', BS.map(byteKeyFromBytes))
    return { BS }
  }
  throw validationException('A set holds only strings, only numbers or only binary values.')
}

/** The canonical text of a JavaScript number. */
function numberText(value: number): NumberText {
  if (!Number.isFinite(value)) throw validationException(`Special numeric value ${value} is not allowed`)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw validationException(
      `Number ${value} is beyond Number.MAX_SAFE_INTEGER and may have been rounded. Use a bigint or a NumberValue.`,
    )
  }
  return canonicalNumber(String(value))
}

function nativeNumber(text: NumberText): NativeNumber {
  const double = Number(text)
  if (Number.isSafeInteger(double) && String(double) === text) return double
  if (!text.includes('.')) return BigInt(text)
  return canonicalNumber(String(double)) === text ? double : new NumberValue(text)
}

function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined
}

function withoutUndefined(native: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(native).filter(([, value]) => value !== undefined))
}

function unsupported(value: unknown): Error {
  if (value === undefined) {
    return validationException('undefined is not a value: leave the attribute out, or pass removeUndefinedValues.')
  }
  const kind = typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value
  return validationException(`Unsupported type passed: ${kind}. Convert it to a plain value first.`)
}
