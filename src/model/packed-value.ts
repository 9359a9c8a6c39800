// Whole AttributeValues to packed bytes and back; the layout is in packed-format.

import { assert } from '../base/assert.ts'
import type { ByteWriter } from '../base/byte-writer.ts'
import type { AttributeType, AttributeValue, NumberText } from './attribute-value.ts'
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
  writeBinary,
  writeFlag,
  writeList,
  writeMap,
  writeNumber,
  writeSet,
  writeSizedBytes,
  writeSizedText,
  writeString,
} from './packed-format.ts'

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
  if ('L' in value) return writeList(writer, value.L, writeValue)
  if ('SS' in value) return writeSet(writer, TAG.stringSet, value.SS, writeSizedText)
  if ('NS' in value) return writeSet(writer, TAG.numberSet, value.NS, (into, number) => writeNumber(into, number))
  return writeSet(writer, TAG.binarySet, value.BS, writeSizedBytes)
}

/** Reads the value at the cursor and moves the cursor behind it. */
export function readValue(cursor: PackedCursor): AttributeValue {
  switch (cursor.bytes[cursor.at++]) {
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
      return { SS: readMembers(cursor, readSizedText) }
    case TAG.numberSet:
      return { NS: readMembers(cursor, readNumber) }
    case TAG.binarySet:
      return { BS: readMembers(cursor, readSizedBytes) }
    case TAG.list:
      return { L: readMembers(cursor, readValue) }
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

function readNumber(cursor: PackedCursor): NumberText {
  const tag = cursor.bytes[cursor.at++]
  switch (tag) {
    case TAG.integer:
      return String(readVarint(cursor))
    case TAG.negativeInteger:
      return String(-readVarint(cursor))
    case TAG.double:
      return String(readDouble(cursor))
    default:
      assert(tag === TAG.decimal, 'A packed value begins with a known tag.')
      return readDecimal(cursor)
  }
}
