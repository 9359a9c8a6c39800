// Index keys straight from packed bytes: an index entry is built without decoding the item.

import type { ByteKey } from '../base/byte-key.ts'
import { encodeOrdered, encodeOrderedBytes } from './ordered-key.ts'
import type { PackedItem } from './packed-item.ts'
import { readSizedView, readVarint, TAG } from './packed-format.ts'
import { readValue } from './packed-value.ts'

/**
 * The ordered bytes of a top-level attribute of type S, N or B, as encodeOrdered makes them of its decoded value.
 *
 * @returns undefined when the item has no attribute of this name; its type is the caller's to check (PackedItem.typeOf)
 */
export function encodeOrderedAttribute(packed: PackedItem, name: string): ByteKey | undefined {
  const index = packed.indexOf(name)
  if (index === -1) return undefined
  const cursor = packed.cursor(index)
  const tag = cursor.bytes[cursor.at]
  if (tag !== TAG.string && tag !== TAG.binary) return encodeOrdered(readValue(cursor))
  cursor.at++
  return encodeOrderedBytes(readSizedView(cursor))
}

/**
 * The size in bytes of a top-level attribute of type S or B, as the service counts a key's value.
 *
 * @returns undefined when the item has no such attribute, or it is of another type
 */
export function textOrBinarySize(packed: PackedItem, name: string): number | undefined {
  const index = packed.indexOf(name)
  if (index === -1) return undefined
  const cursor = packed.cursor(index)
  const tag = cursor.bytes[cursor.at]
  if (tag !== TAG.string && tag !== TAG.binary) return undefined
  cursor.at++
  return readVarint(cursor)
}
