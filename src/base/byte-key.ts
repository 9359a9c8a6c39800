// Keys of the ordered store are byte strings, held as JavaScript strings whose every char code is 0–255 (one byte each).
// Why not Uint8Array: engines keep such strings one byte a char, compare them with memcmp, hash them once and find
// them in a Map; ASCII text, which most keys are, needs no conversion at all.

/** A byte string used as a key: every char code is from 0 to 255. `<` and `>` compare it bytewise. */
export type ByteKey = string

/** From `start`, included, to `end`, not included, in byte order. */
export interface KeyRange {
  readonly start: ByteKey
  readonly end: ByteKey
}

const CHUNK_BYTES = 4096

/** The key made of these bytes. */
export function byteKeyFromBytes(bytes: Uint8Array): ByteKey {
  if (bytes.length <= CHUNK_BYTES) return String.fromCharCode.apply(null, bytes as unknown as number[])
  let key = ''
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    key += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK_BYTES) as unknown as number[])
  }
  return key
}

/** The bytes of a key. */
export function byteKeyToBytes(key: ByteKey): Uint8Array {
  const bytes = new Uint8Array(key.length)
  for (let at = 0; at < key.length; at++) bytes[at] = key.charCodeAt(at)
  return bytes
}

/**
 * The smallest key that is greater than every key with this prefix.
 *
 * @returns `undefined` when there is none (the prefix is empty or all bytes 255)
 */
export function keyAfterPrefix(prefix: ByteKey): ByteKey | undefined {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const byte = prefix.charCodeAt(at)
    if (byte < 255) return prefix.slice(0, at) + String.fromCharCode(byte + 1)
  }
  return undefined
}

/** The smallest key greater than `key`. */
export function keyAfter(key: ByteKey): ByteKey {
  return `${key}\u0000`
}
