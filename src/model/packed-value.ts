// One value as bytes: a tag and, where the tag does not say it all, a payload that ends itself. Written once, read in
// place. The bytes are stored in databases: tags never change their meaning.

import { assert } from '../base/assert.ts'
import { byteKeyFromBytes } from '../base/byte-key.ts'
import type { ByteWriter } from '../base/byte-writer.ts'
import { decodeText } from '../base/utf8.ts'
import { setAttribute } from './attribute-map.ts'
import type { AttributeType, AttributeValue, NumberText } from './attribute-value.ts'
import { CONTAINER_SIZE_BYTES, ELEMENT_SIZE_BYTES, FLAG_SIZE_BYTES } from './item-size.ts'
import { numberSizeBytes } from './number.ts'
import { decodeOrderedNumber, encodeOrderedNumber } from './ordered-number.ts'

/** The first byte of a packed value. */
export const TAG = {
  null: 0,
  false: 1,
  true: 2,
  /** Size as a varint, then UTF-8. */
  string: 3,
  /** Size as a varint, then the bytes. */
  binary: 4,
  /** A whole number from 0 to 2^53 - 1 as a varint. */
  integer: 5,
  /** A whole number from -1 to -(2^53 - 1), without its sign, as a varint. */
  negativeInteger: 6,
  /** A double whose shortest decimal text is the number's canonical text. */
  double: 7,
  /** Any other number, see ordered-number. */
  decimal: 8,
  /** Sets: count as a varint, then strings or binary as above without tags, or numbers with their tags. */
  stringSet: 9,
  numberSet: 10,
  binarySet: 11,
  /** Count as a varint, then the values. */
  list: 12,
  /** Count as a varint, then for each attribute its name (size as a varint, UTF-8) and its value. */
  map: 13,
} as const

const TYPE_OF_TAG: readonly AttributeType[] = [
  'NULL',
  'BOOL',
  'BOOL',
  'S',
  'B',
  'N',
  'N',
  'N',
  'N',
  'SS',
  'NS',
  'BS',
  'L',
  'M',
]

/** A place in packed bytes; reading moves it. */
export interface PackedCursor {
  readonly bytes: Uint8Array
  at: number
}

/**
 * Packs a canonical value.
 *
 * @returns what the value counts in an item's size (see item-size)
 */
export function writeValue(writer: ByteWriter, value: AttributeValue): number {
  if ('S' in value) return writeString(writer, value.S)
  if ('N' in value) return writeNumber(writer, value.N)
  if ('BOOL' in value) return writeFlag(writer, value.BOOL ? TAG.true : TAG.false)
  if ('NULL' in value) return writeFlag(writer, TAG.null)
  if ('B' in value) return writeBinary(writer, value.B)
  if ('M' in value) return writeMap(writer, value.M, writeValue)
  if ('L' in value) return writeSequence(writer, TAG.list, value.L, writeElement)
  if ('SS' in value) return writeSequence(writer, TAG.stringSet, value.SS, writeSizedText)
  if ('NS' in value) return writeSequence(writer, TAG.numberSet, value.NS, writeNumber)
  return writeSequence(writer, TAG.binarySet, value.BS, writeSizedBytes)
}

/** Packs a string; returns its size in bytes. */
export function writeString(writer: ByteWriter, text: string): number {
  writer.uint8(TAG.string)
  return writer.sizedText(text)
}

/** Packs a canonical number; returns what it counts in an item's size. */
export function writeNumber(writer: ByteWriter, number: NumberText): number {
  return writeNearestNumber(writer, number, Number(number))
}

/** Packs a canonical number whose nearest double is known; returns what it counts in an item's size. */
export function writeNearestNumber(writer: ByteWriter, number: NumberText, nearest: number): number {
  if (String(nearest) !== number) {
    writer.uint8(TAG.decimal)
    writer.byteKey(encodeOrderedNumber(number))
  } else if (!Number.isSafeInteger(nearest)) {
    writer.uint8(TAG.double)
    writer.float64(nearest)
  } else {
    writer.uint8(nearest < 0 ? TAG.negativeInteger : TAG.integer)
    writer.varint(Math.abs(nearest))
  }
  return numberSizeBytes(number)
}

/** Packs a null or a boolean; returns what it counts in an item's size. */
export function writeFlag(writer: ByteWriter, tag: number): number {
  writer.uint8(tag)
  return FLAG_SIZE_BYTES
}

/** Packs binary; returns its size in bytes. */
export function writeBinary(writer: ByteWriter, bytes: Uint8Array): number {
  writer.uint8(TAG.binary)
  return writeSizedBytes(writer, bytes)
}

/**
 * Packs a list or a set.
 *
 * @param write packs one member and returns what it counts in the item's size
 * @returns what the whole counts in the item's size
 */
export function writeSequence<Member>(
  writer: ByteWriter,
  tag: number,
  members: readonly Member[],
  write: (writer: ByteWriter, member: Member) => number,
): number {
  writer.uint8(tag)
  writer.varint(members.length)
  let size = tag === TAG.list ? CONTAINER_SIZE_BYTES : 0
  for (const member of members) size += write(writer, member)
  return size
}

/** Packs a map, as writeSequence does; its names are checked already. */
export function writeMap<Value>(
  writer: ByteWriter,
  map: Readonly<Record<string, Value>>,
  write: (writer: ByteWriter, value: Value) => number,
): number {
  const names = Object.keys(map)
  writer.uint8(TAG.map)
  writer.varint(names.length)
  let size = CONTAINER_SIZE_BYTES
  for (const name of names) {
    size += ELEMENT_SIZE_BYTES + writer.sizedText(name)
    size += write(writer, map[name] as Value)
  }
  return size
}

export function writeSizedText(writer: ByteWriter, text: string): number {
  return writer.sizedText(text)
}

export function writeSizedBytes(writer: ByteWriter, bytes: Uint8Array): number {
  writer.varint(bytes.length)
  writer.bytes(bytes)
  return bytes.length
}

function writeElement(writer: ByteWriter, value: AttributeValue): number {
  return ELEMENT_SIZE_BYTES + writeValue(writer, value)
}

/** Reads the value at the cursor and moves the cursor behind it. */
export function readValue(cursor: PackedCursor): AttributeValue {
  const tag = cursor.bytes[cursor.at++]
  switch (tag) {
    case TAG.null:
      return { NULL: true }
    case TAG.false:
      return { BOOL: false }
    case TAG.true:
      return { BOOL: true }
    case TAG.string:
      return { S: readSizedText(cursor) }
    case TAG.binary:
      return { B: readSizedBytes(cursor) }
    case TAG.stringSet:
      return { SS: readSequence(cursor, readSizedText) }
    case TAG.numberSet:
      return { NS: readSequence(cursor, readNumber) }
    case TAG.binarySet:
      return { BS: readSequence(cursor, readSizedBytes) }
    case TAG.list:
      return { L: readSequence(cursor, readValue) }
    case TAG.map:
      return { M: readMap(cursor, readValue) }
    default:
      cursor.at--
      return { N: readNumber(cursor) }
  }
}

/** The type of the value at the cursor, which does not move. */
export function peekType(cursor: PackedCursor): AttributeType {
  const type = TYPE_OF_TAG[cursor.bytes[cursor.at] as number]
  assert(type !== undefined, 'A packed value begins with a known tag.')
  return type
}

/** Reads a number with its tag. */
export function readNumber(cursor: PackedCursor): NumberText {
  const tag = cursor.bytes[cursor.at++]
  switch (tag) {
    case TAG.integer:
      return String(readVarint(cursor))
    case TAG.negativeInteger:
      return String(-readVarint(cursor))
    case TAG.double:
      return String(readDouble(cursor))
    default: {
      assert(tag === TAG.decimal, 'A packed value begins with a known tag.')
      return readDecimal(cursor)
    }
  }
}

/** Reads the payload of a double. */
export function readDouble(cursor: PackedCursor): number {
  const start = take(cursor, 8)
  for (let index = 0; index < 8; index++) doubleBytes[index] = cursor.bytes[start + index] as number
  return doubleView.getFloat64(0, true)
}

/** Reads the payload of a decimal. */
export function readDecimal(cursor: PackedCursor): NumberText {
  const longest = cursor.bytes.subarray(cursor.at, cursor.at + MAX_ORDERED_NUMBER_BYTES)
  const { number, end } = decodeOrderedNumber(byteKeyFromBytes(longest), 0)
  cursor.at += end
  return number
}

/** Reads a size as a varint, then text. */
export function readSizedText(cursor: PackedCursor): string {
  const size = readVarint(cursor)
  const start = take(cursor, size)
  return decodeText(cursor.bytes, start, start + size)
}

/** Reads a size as a varint, then a copy of the bytes. */
export function readSizedBytes(cursor: PackedCursor): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readSizedView(cursor))
}

/** Reads a size as a varint, then a view of the bytes, which is valid as long as they are. */
export function readSizedView(cursor: PackedCursor): Uint8Array {
  const size = readVarint(cursor)
  const start = take(cursor, size)
  return cursor.bytes.subarray(start, start + size)
}

/** Reads a count as a varint, then so many members. */
export function readSequence<Member>(cursor: PackedCursor, read: (cursor: PackedCursor) => Member): Member[] {
  const count = readVarint(cursor)
  const members: Member[] = []
  for (let index = 0; index < count; index++) members.push(read(cursor))
  return members
}

/** Reads the payload of a map. */
export function readMap<Value>(cursor: PackedCursor, read: (cursor: PackedCursor) => Value): Record<string, Value> {
  const count = readVarint(cursor)
  const map: Record<string, Value> = {}
  for (let index = 0; index < count; index++) setAttribute(map, readSizedText(cursor), read(cursor))
  return map
}

/** Reads what ByteWriter.varint wrote. */
export function readVarint(cursor: PackedCursor): number {
  const { bytes } = cursor
  let byte = bytes[cursor.at++] as number
  if (byte < 128) return byte
  let value = byte & 127
  let scale = 128
  for (let count = 1; count < MAX_VARINT_BYTES; count++) {
    byte = bytes[cursor.at++] as number
    value += (byte & 127) * scale
    if (byte < 128) return value
    scale *= 128
  }
  throw new RangeError('Packed bytes end before what they announce.')
}

/** Moves the cursor over `size` bytes; returns where they start. */
function take(cursor: PackedCursor, size: number): number {
  const start = cursor.at
  cursor.at = start + size
  assert(cursor.at <= cursor.bytes.length, 'Packed bytes end before what they announce.')
  return start
}

const MAX_VARINT_BYTES = 8
/** A lead, 38 digits in up to 20 pairs, a terminator. */
const MAX_ORDERED_NUMBER_BYTES = 22
const doubleBytes = new Uint8Array(8)
const doubleView = new DataView(doubleBytes.buffer)
