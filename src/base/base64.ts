// Base64 with padding (RFC 4648, section 4), strictly: what encodes to another text than it was decoded from is refused.
// The platform's own decoder (`atob`) takes white space and missing padding.

import { byteKeyFromBytes } from './byte-key.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PADDING = '='
const NO_DIGIT = 64

const digits: Uint8Array = new Uint8Array(128).fill(NO_DIGIT)
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
  const digitCount = length - padding
  let to = 0
  let bits = 0
  for (let at = 0; at < digitCount; at++) {
    const code = text.charCodeAt(at)
    const digit = code < 128 ? (digits[code] as number) : NO_DIGIT
    if (digit === NO_DIGIT) return undefined
    bits = (bits << 6) | digit
    // Every digit but each first of four completes a byte.
    if ((at & 3) !== 0) bytes[to++] = bits >>> (6 - 2 * (at & 3))
  }
  // The bits that padding leaves over must be zero.
  const restBits = padding === 2 ? 0x0f : padding === 1 ? 0x03 : 0
  return (bits & restBits) === 0 ? bytes : undefined
}
