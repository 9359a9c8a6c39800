// Base64 with padding (RFC 4648, section 4), strictly: what encodes to another text than it was decoded from is refused.
// The platform's own decoder (`atob`) takes white space and missing padding.

import { byteKeyFromBytes } from './byte-key.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const ZERO = 'A'
const PADDING = '='
const DIGITS_IN_GROUP = 4
const NO_DIGIT = -1
const MAX_CODE = 0xff

const digits: Int8Array = new Int8Array(MAX_CODE + 1).fill(NO_DIGIT)
for (let value = 0; value < ALPHABET.length; value++) digits[ALPHABET.charCodeAt(value)] = value

/** The text of these bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(byteKeyFromBytes(bytes))
}

/**
 * The bytes of a text.
 *
 * @returns undefined when it is not what `encodeBase64` would write
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const length = text.length
  if (length % 4 !== 0) return undefined
  const padding = text.endsWith(PADDING + PADDING) ? 2 : text.endsWith(PADDING) ? 1 : 0
  const bytes = new Uint8Array((length / 4) * 3 - padding)
  const end = padding === 0 ? length : length - DIGITS_IN_GROUP
  let to = 0
  for (let at = 0; at < end; at += DIGITS_IN_GROUP) {
    const bits = groupBits(text, at)
    if (bits < 0) return undefined
    bytes[to++] = bits >>> 16
    bytes[to++] = bits >>> 8
    bytes[to++] = bits
  }
  if (padding === 0) return bytes
  const bits = groupBits(text.slice(end, length - padding).padEnd(DIGITS_IN_GROUP, ZERO), 0)
  // The bits that padding leaves over must be zero.
  const restBits = padding === 2 ? 0xffff : 0xff
  if (bits < 0 || (bits & restBits) !== 0) return undefined
  bytes[to++] = bits >>> 16
  if (padding === 1) bytes[to] = bits >>> 8
  return bytes
}

/** The 24 bits of four digits; negative when one of them is no digit. */
function groupBits(text: string, at: number): number {
  const first = text.charCodeAt(at)
  const second = text.charCodeAt(at + 1)
  const third = text.charCodeAt(at + 2)
  const fourth = text.charCodeAt(at + 3)
  if ((first | second | third | fourth) > MAX_CODE) return NO_DIGIT
  return (
    ((digits[first] as number) << 18) |
    ((digits[second] as number) << 12) |
    ((digits[third] as number) << 6) |
    (digits[fourth] as number)
  )
}
