// Key values as bytes whose order is DynamoDB's: strings by their UTF-8 bytes, numbers by value, binary by bytes. Each
// encoding ends itself and none is a prefix of another, so that concatenations order like tuples (law 7: no string
// loses its order). The bytes are stored in databases: they never change.
//
// Strings and binary are their bytes and a 0x00; inside, 0x00 and 0x01 become 0x01 0x01 and 0x01 0x02, 0xfe and 0xff
// become 0xfe 0x01 and 0xfe 0x02. So 0x00 only ends, 0xff never occurs, and plain text stays as it is.

import { assert } from '../base/assert.ts'
import { type ByteKey, byteKeyFromBytes, byteKeyToBytes, type KeyRange } from '../base/byte-key.ts'
import { decodeText, encodeText } from '../base/utf8.ts'
import type { AttributeValue, KeyAttributeType } from './attribute-value.ts'
import { decodeOrderedNumber, encodeOrderedNumber } from './ordered-number.ts'

// oxlint-disable-next-line no-control-regex -- reason: these are bytes, not text.
const PLAIN_ASCII = /^[\u0002-\u007f]*$/
// oxlint-disable-next-line no-control-regex -- reason: these are bytes, not text.
const TO_ESCAPE = /[\u0000\u0001\u00fe\u00ff]/g
// oxlint-disable-next-line no-control-regex -- reason: these are bytes, not text.
const ESCAPED = /\u0001\u0001|\u0001\u0002|\u00fe\u0001|\u00fe\u0002/g
const TERMINATOR = '\u0000'
/** Greater than any byte that can follow inside a string or binary encoding. */
const AFTER_ALL = '\u00ff'

/** FNV-1a, 32 bits. */
const HASH_SEED = 0x811c9dc5
const HASH_PRIME = 0x01000193

/**
 * The ordered bytes of a key value.
 *
 * @param value canonical, of type S, N or B; lone surrogates sort as U+FFFD
 */
export function encodeOrdered(value: AttributeValue): ByteKey {
  if ('S' in value) return textBody(value.S) + TERMINATOR
  if ('N' in value) return encodeOrderedNumber(value.N)
  assert('B' in value, 'Only strings, numbers and binary have an ordered encoding.')
  return encodeOrderedBytes(value.B)
}

/** The ordered bytes of a binary value, or of a string given as its UTF-8 bytes. */
export function encodeOrderedBytes(bytes: Uint8Array): ByteKey {
  const body = byteKeyFromBytes(bytes)
  return (hasBytesToEscape(bytes) ? escaped(body) : body) + TERMINATOR
}

/**
 * The bounds, relative to what precedes the value in a key, of all encodings that begin with this text or these bytes:
 * what `begins_with` reads.
 */
export function orderedPrefixRange(prefix: AttributeValue): KeyRange {
  assert('S' in prefix || 'B' in prefix, 'Only strings and binary begin with something.')
  const body = 'S' in prefix ? textBody(prefix.S) : escaped(byteKeyFromBytes(prefix.B))
  return { start: body, end: body + AFTER_ALL }
}

/**
 * Reads a key value back.
 *
 * @param key holds the encoding from `offset` on
 * @param type the value's type, which the bytes do not say
 * @returns the value, and the offset behind its bytes
 */
export function decodeOrdered(
  key: ByteKey,
  offset: number,
  type: KeyAttributeType,
): { readonly value: AttributeValue; readonly end: number } {
  if (type === 'N') {
    const { number, end } = decodeOrderedNumber(key, offset)
    return { value: { N: number }, end }
  }
  const terminatorAt = key.indexOf(TERMINATOR, offset)
  assert(terminatorAt !== -1, 'An ordered string ends with its terminator.')
  const body = key.slice(offset, terminatorAt)
  const end = terminatorAt + 1
  if (type === 'S' && PLAIN_ASCII.test(body)) return { value: { S: body }, end }
  const bytes = byteKeyToBytes(body.replace(ESCAPED, unescapedByte))
  return { value: type === 'S' ? { S: decodeText(bytes, 0, bytes.length) } : { B: bytes }, end }
}

/**
 * Two bytes that spread partition keys evenly over the key space, the same for ever.
 *
 * @param encoded the ordered bytes of the partition key, of all its attributes
 */
export function partitionHash16(encoded: ByteKey): ByteKey {
  let hash = HASH_SEED
  for (let at = 0; at < encoded.length; at++) hash = Math.imul(hash ^ encoded.charCodeAt(at), HASH_PRIME)
  // FNV leaves the last bytes' influence in the low bits; murmur3's finish carries it to all of them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  hash ^= hash >>> 16
  return String.fromCharCode((hash >>> 8) & 255, hash & 255)
}

function textBody(text: string): ByteKey {
  return PLAIN_ASCII.test(text) ? text : escaped(byteKeyFromBytes(encodeText(text)))
}

/** A regular expression takes several times as long on the short values that keys are. */
function hasBytesToEscape(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte < 2 || byte > 0xfd) return true
  }
  return false
}

function escaped(key: ByteKey): ByteKey {
  return key.replace(TO_ESCAPE, escapeOf)
}

function escapeOf(byte: string): string {
  switch (byte) {
    case '\u0000':
      return '\u0001\u0001'
    case '\u0001':
      return '\u0001\u0002'
    case '\u00fe':
      return '\u00fe\u0001'
    default:
      return '\u00fe\u0002'
  }
}

function unescapedByte(escape: string): string {
  return String.fromCharCode(escape.charCodeAt(0) + escape.charCodeAt(1) - (escape.charCodeAt(0) === 1 ? 2 : 1))
}
