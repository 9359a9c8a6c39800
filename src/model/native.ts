// Native JavaScript values for DynamoDB's types, as @aws-sdk/lib-dynamodb has them, straight to packed items and back.
// This file is part of the page's bundle and stays small: AttributeValues do not occur in it (see marshall).
//
// Law 7: a number that JavaScript cannot hold exactly is never rounded. Going in it is refused, coming out it is a
// bigint or a NumberValue.

import { assert } from '../base/assert.ts'
import { byteKeyFromBytes } from '../base/byte-key.ts'
import type { ByteWriter } from '../base/byte-writer.ts'
import { wellFormed } from '../base/utf8.ts'
import { setAttribute } from './attribute-map.ts'
import { checkAttributeName, checkDepth, checkDistinct, checkNotEmpty } from './attribute-rules.ts'
import type { NumberText } from './attribute-value.ts'
import { canonicalNumber } from './number.ts'
import {
  type PackedCursor,
  readDecimal,
  readDouble,
  readMap,
  readMembers,
  readSizedBytes,
  readSizedText,
  readVarint,
  TAG,
  type ValueWriter,
  writeBinary,
  writeDouble,
  writeFlag,
  writeList,
  writeMap,
  writeNumber,
  writeSet,
  writeSizedBytes,
  writeSizedText,
  writeString,
} from './packed-format.ts'
import { type GrowableDictionary, packAttributes, type PackedItem } from './packed-item.ts'
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

/** How native values become attribute values. */
export interface MarshallOptions {
  /** Leaves attributes, elements and members that are undefined out. By default they are refused. */
  readonly removeUndefinedValues?: boolean
}

/**
 * Packs an item of native values: strings, numbers, bigints, NumberValues, booleans, null, ArrayBuffers and their
 * views, Sets, arrays, plain objects and Maps.
 *
 * @throws ServiceException ValidationException for a value that the service, or JavaScript, cannot hold exactly
 */
export function packNativeItem(
  native: Readonly<Record<string, unknown>>,
  dictionary: GrowableDictionary,
  options: MarshallOptions = {},
): Uint8Array {
  // The dictionary checks names that it does not know.
  return packAttributes(defined(native, options), dictionary, (writer, value) => writeNative(writer, value, 1, options))
}

/** Reads a packed item as native values. */
export function unpackNativeItem(packed: PackedItem): NativeItem {
  const native: NativeItem = {}
  for (let index = 0; index < packed.count; index++) {
    setAttribute(native, packed.name(index), readNative(packed.cursor(index)))
  }
  return native
}

function writeNative(writer: ByteWriter, value: unknown, depth: number, options: MarshallOptions): number {
  checkDepth(depth)
  switch (typeof value) {
    case 'string':
      return writeString(writer, value)
    case 'number':
      return writeJavaScriptNumber(writer, value)
    case 'bigint':
      return writeNumber(writer, canonicalNumber(`${value}`))
    case 'boolean':
      return writeFlag(writer, value ? TAG.true : TAG.false)
    case 'object':
      return value === null ? writeFlag(writer, TAG.null) : writeObject(writer, value, depth, options)
    default:
      throw unsupported(value)
  }
}

function writeJavaScriptNumber(writer: ByteWriter, value: number): number {
  checkExact(value)
  const text = String(value)
  // Without a power of ten the shortest text is the canonical one.
  return text.includes('e') ? writeNumber(writer, canonicalNumber(text)) : writeDouble(writer, value, text)
}

function writeObject(writer: ByteWriter, value: object, depth: number, options: MarshallOptions): number {
  const writeNested: ValueWriter<unknown> = (into, nested) => writeNative(into, nested, depth + 1, options)
  const writeAttributes: ValueWriter<Readonly<Record<string, unknown>>> = (into, map) => {
    for (const name of Object.keys(map)) checkAttributeName(name)
    return writeMap(into, defined(map, options), writeNested)
  }
  if (Array.isArray(value)) return writeList(writer, withoutUndefined(value, options), writeNested)
  if (value instanceof Set) return writeNativeSet(writer, withoutUndefined([...value], options))
  if (value instanceof NumberValue) return writeNumber(writer, value.value)
  const bytes = bytesOf(value)
  if (bytes !== undefined) return writeBinary(writer, bytes)
  if (value instanceof Map) return writeAttributes(writer, Object.fromEntries(value))
  const prototype: unknown = Object.getPrototypeOf(value)
  // A plain object of any realm: its prototype, if it has one, is the end of the chain.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw unsupported(value)
  return writeAttributes(writer, value as Readonly<Record<string, unknown>>)
}

function writeNativeSet(writer: ByteWriter, members: readonly unknown[]): number {
  // An empty native set has no type; the service's words for a string set serve for all three.
  checkNotEmpty('SS', members.length)
  if (members.every((member) => typeof member === 'string')) {
    checkDistinct('SS', members.map(wellFormed))
    return writeSet(writer, TAG.stringSet, members, writeSizedText)
  }
  const numbers = members.map(numericText).filter((number) => number !== undefined)
  if (numbers.length === members.length) {
    checkDistinct('NS', numbers)
    return writeSet(writer, TAG.numberSet, numbers, (into, number) => writeNumber(into, number))
  }
  const binaries = members.map(bytesOf).filter((bytes) => bytes !== undefined)
  if (binaries.length === members.length) {
    checkDistinct('BS', binaries.map(byteKeyFromBytes))
    return writeSet(writer, TAG.binarySet, binaries, writeSizedBytes)
  }
  throw validationException('A set holds only strings, only numbers or only binary values.')
}

function readNative(cursor: PackedCursor): NativeValue {
  const tag = cursor.bytes[cursor.at++]
  switch (tag) {
    case TAG.null:
      return null
    case TAG.false:
      return false
    case TAG.true:
      return true
    case TAG.string:
      return readSizedText(cursor)
    case TAG.binary:
      return readSizedBytes(cursor)
    case TAG.stringSet:
      return new Set(readMembers(cursor, readSizedText))
    case TAG.numberSet:
      return new Set(readMembers(cursor, (at) => readNative(at) as NativeNumber))
    case TAG.binarySet:
      return new Set(readMembers(cursor, readSizedBytes))
    case TAG.list:
      return readMembers(cursor, readNative)
    case TAG.map:
      return readMap(cursor, readNative)
    default:
      return readNumber(cursor, tag)
  }
}

function readNumber(cursor: PackedCursor, tag: number | undefined): NativeNumber {
  if (tag === TAG.integer) return readVarint(cursor)
  if (tag === TAG.negativeInteger) return -readVarint(cursor)
  if (tag === TAG.double) {
    const double = readDouble(cursor)
    return Number.isInteger(double) ? BigInt(String(double)) : double
  }
  assert(tag === TAG.decimal, 'A packed value begins with a known tag.')
  const text = readDecimal(cursor)
  if (!text.includes('.')) return BigInt(text)
  const nearest = Number(text)
  return canonicalNumber(String(nearest)) === text ? nearest : new NumberValue(text)
}

/** Refuses what JavaScript may have rounded. */
function checkExact(value: number): void {
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return
  throw validationException(
    `${value} is not a number that can be stored exactly. Beyond Number.MAX_SAFE_INTEGER use a bigint or a NumberValue.`,
  )
}

function numericText(value: unknown): NumberText | undefined {
  if (typeof value === 'number') {
    checkExact(value)
    return canonicalNumber(String(value))
  }
  if (typeof value === 'bigint') return canonicalNumber(`${value}`)
  return value instanceof NumberValue ? value.value : undefined
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined
}

/** The attributes of a map that are to be stored. */
function defined(
  map: Readonly<Record<string, unknown>>,
  { removeUndefinedValues }: MarshallOptions,
): Readonly<Record<string, unknown>> {
  if (!removeUndefinedValues) return map
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined))
}

function withoutUndefined(values: readonly unknown[], { removeUndefinedValues }: MarshallOptions): readonly unknown[] {
  return removeUndefinedValues ? values.filter((value) => value !== undefined) : values
}

function unsupported(value: unknown): Error {
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  return validationException(
    value === undefined
      ? 'undefined is not a value: leave the attribute out, or pass removeUndefinedValues.'
      : `A value of type ${kind} cannot be stored: convert it to a plain value first.`,
  )
}
