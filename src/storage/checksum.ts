// xxHash32 with seed 0: tells torn or foreign bytes from what was written, at about a gigabyte a second.
// Follows https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1
const STRIPE_BYTES = 16

/** The checksum of `bytes` from `start` on, as an unsigned 32-bit number. */
export function checksum32(bytes: Uint8Array, start: number = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length
  let at = start
  let hash = PRIME_5
  if (end - start >= STRIPE_BYTES) {
    let lane1 = (PRIME_1 + PRIME_2) | 0
    let lane2 = PRIME_2 | 0
    let lane3 = 0
    let lane4 = -PRIME_1 | 0
    for (; at <= end - STRIPE_BYTES; at += STRIPE_BYTES) {
      lane1 = round(lane1, view.getInt32(at, true))
      lane2 = round(lane2, view.getInt32(at + 4, true))
      lane3 = round(lane3, view.getInt32(at + 8, true))
      lane4 = round(lane4, view.getInt32(at + 12, true))
    }
    hash = (rotate(lane1, 1) + rotate(lane2, 7) + rotate(lane3, 12) + rotate(lane4, 18)) | 0
  }
  hash = (hash + end - start) | 0
  for (; at <= end - 4; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4)
  }
  for (; at < end; at++) {
    hash = Math.imul(rotate((hash + Math.imul(view.getUint8(at), PRIME_5)) | 0, 11), PRIME_1)
  }
  return avalanche(hash)
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function avalanche(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_3)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
