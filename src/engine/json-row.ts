// Rows of JSON that may hold attribute values: binary stands as base64 under B and BS, as on the service's wire.

import { assert } from '../base/assert.ts'
import { decodeBase64, encodeBase64 } from '../base/base64.ts'
import { decodeText, encodeText } from '../base/utf8.ts'
import { PackedItem } from '../model/packed-item.ts'

/** The row of a value; packed items in it become plain. */
export function encodeJsonRow(value: object): Uint8Array {
  return encodeText(JSON.stringify(value, encodeMember))
}

/** The value of a row. */
export function decodeJsonRow(row: Uint8Array): unknown {
  return JSON.parse(decodeText(row, 0, row.length), decodeMember)
}

/** Looks at the value as it is: some bytes (Node's) have a text of their own that JSON would take. */
function encodeMember(this: Readonly<Record<string, unknown>>, name: string, text: unknown): unknown {
  const value = this[name]
  if (value instanceof PackedItem) return value.toItem()
  return value instanceof Uint8Array ? encodeBase64(value) : text
}

/** Only bytes stand as text under B, or as a list under BS: an attribute of that name holds an object. */
function decodeMember(name: string, value: unknown): unknown {
  if (name === 'B' && typeof value === 'string') return bytesOf(value)
  return name === 'BS' && Array.isArray(value) ? value.map(bytesOf) : value
}

function bytesOf(text: unknown): Uint8Array {
  const bytes = typeof text === 'string' ? decodeBase64(text) : undefined
  assert(bytes !== undefined, 'Stored binary is base64.')
  return bytes
}
