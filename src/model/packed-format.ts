// How single values are laid out as bytes: a tag and, where the tag does not say it all, a payload that ends itself.
// What writes and reads whole values is in packed-value (AttributeValues) and native (JavaScript's own). The bytes are
// stored in databases: tags never change their meaning.

import { assert } from '../base/assert.ts'
import type { ByteWriter } from '../base/byte-writer.ts'
import { decodeText } from '../base/utf8.ts'
import { setAttribute } from './attribute-map.ts'
import type { NumberText } from './attribute-value.ts'
import { CONTAINER_SIZE_BYTES, ELEMENT_SIZE_BYTES, FLAG_SIZE_BYTES } from './item-size.ts'
import { numberSizeBytes } from './number.ts'

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
  /** Any other number: the length of its canonical text as a varint, then two characters a byte. */
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

/** A place in packed bytes; reading moves it. */
export interface PackedCursor {
  readonly bytes: Uint8Array
  at: number
}

/** Packs one value and returns what it counts in an item's size. */
export type ValueWriter<Value> = (writer: ByteWriter, value: Value) => number

/** Reads what is at the cursor and moves the cursor behind it. */
export type ValueReader<Value> = (cursor: PackedCursor) => Value

const DECIMAL_CHARACTERS = '0123456789-.'
const MAX_VARINT_BYTES = 8
const doubleBytes = new Uint8Array(8)
const doubleView = new DataView(doubleBytes.buffer)

/** Packs a string; returns its size in bytes. */
export function writeString(writer: ByteWriter, text: string): number {
  writer.uint8(TAG.string)
  return writer.sizedText(text)
}

/** Packs a canonical number; returns what it counts in an item's size. */
export function writeNumber(writer: ByteWriter, number: NumberText): number {
  const nearest = Number(number)
  if (String(nearest) === number) return writeDouble(writer, nearest, number)
  writer.uint8(TAG.decimal)
  writeDecimal(writer, number)
  return numberSizeBytes(number)
}

/**
 * Packs a number that a double holds exactly; returns what it counts in an item's size.
 *
 * @param number its canonical text, which is also what String makes of it
 */
export function writeDouble(writer: ByteWriter, double: number, number: NumberText): number {
  if (!Number.isSafeInteger(double)) {
    writer.uint8(TAG.double)
    writer.float64(double)
  } else {
    writer.uint8(double < 0 ? TAG.negativeInteger : TAG.integer)
    writer.varint(Math.abs(double))
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

/** Packs a set; returns what it counts in an item's size. */
export function writeSet<Member>(
  writer: ByteWriter,
  tag: number,
  members: readonly Member[],
  write: ValueWriter<Member>,
): number {
  writer.uint8(tag)
  writer.varint(members.length)
  let size = 0
  for (const member of members) size += write(writer, member)
  return size
}

/** Packs a list; returns what it counts in an item's size. */
export function writeList<Value>(writer: ByteWriter, values: readonly Value[], write: ValueWriter<Value>): number {
  return CONTAINER_SIZE_BYTES + values.length * ELEMENT_SIZE_BYTES + writeSet(writer, TAG.list, values, write)
}

/** Packs a map, whose names are checked already; returns what it counts in an item's size. */
export function writeMap<Value>(
  writer: ByteWriter,
  map: Readonly<Record<string, Value>>,
  write: ValueWriter<Value>,
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

/** Packs text without a tag, as sets of strings hold it. */
export function writeSizedText(writer: ByteWriter, text: string): number {
  return writer.sizedText(text)
}

/** Packs bytes without a tag, as sets of binary hold them. */
export function writeSizedBytes(writer: ByteWriter, bytes: Uint8Array): number {
  writer.varint(bytes.length)
  writer.bytes(bytes)
  return bytes.length
}

/** Reads the payload of a double. */
export function readDouble(cursor: PackedCursor): number {
  const start = take(cursor, 8)
  for (let index = 0; index < 8; index++) doubleBytes[index] = cursor.bytes[start + index] as number
  return doubleView.getFloat64(0, true)
}

/** Reads the payload of a decimal. */
export function readDecimal(cursor: PackedCursor): NumberText {
  const length = readVarint(cursor)
  // No shift here: it would cut the length of damaged bytes to 32 bits, and let it pass.
  const start = take(cursor, Math.ceil(length / 2))
  let text = ''
  for (let index = 0; index < length; index++) {
    const pair = cursor.bytes[start + (index >> 1)] as number
    text += DECIMAL_CHARACTERS.charAt(index % 2 === 0 ? pair & 15 : pair >> 4)
  }
  return text
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

/** Reads a count as a varint, then so many members of a list or a set. */
export function readMembers<Member>(cursor: PackedCursor, read: ValueReader<Member>): Member[] {
  const count = readVarint(cursor)
  const members: Member[] = []
  for (let index = 0; index < count; index++) members.push(read(cursor))
  return members
}

/** Reads the payload of a map. */
export function readMap<Value>(cursor: PackedCursor, read: ValueReader<Value>): Record<string, Value> {
  const count = readVarint(cursor)
  const map: Record<string, Value> = {}
  for (let index = 0; index < count; index++) setAttribute(map, readSizedText(cursor), read(cursor))
  return map
}

/** Reads what ByteWriter.varint wrote. */
export function readVarint(cursor: PackedCursor): number {
  const { bytes } = cursor
  let value = 0
  let scale = 1
  for (let count = 0; count < MAX_VARINT_BYTES; count++) {
    const byte = bytes[cursor.at++] as number
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

function writeDecimal(writer: ByteWriter, text: NumberText): void {
  writer.varint(text.length)
  for (let index = 0; index < text.length; index += 2) {
    const low = DECIMAL_CHARACTERS.indexOf(text.charAt(index))
    // Behind the last character stands '', which is found at 0: it fills the half byte that an odd length leaves.
    writer.uint8(low | (DECIMAL_CHARACTERS.indexOf(text.charAt(index + 1)) << 4))
  }
}
