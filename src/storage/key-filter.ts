// A Bloom filter over the keys of a run: a point read skips the runs that do not hold its key. Sixteen bits a key and
// eleven probes let about one in 2,000 foreign keys through. With ten bits, one in 100, a load by 1,000 waited for some
// thirty pages a batch that did not hold what it looked for, as each run lets its share through.

import type { ByteKey } from '../base/byte-key.ts'

const BITS_PER_KEY = 16
const PROBES = 11
const INITIAL_KEYS = 1024

/** The hash that filters are made of, 32 bits. */
export function hashKey(key: ByteKey): number {
  let hash = key.length
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  return mix(hash)
}

/** Gathers the hashes of a run's keys. */
export class KeyFilterBuilder {
  #hashes = new Uint32Array(INITIAL_KEYS)
  #count = 0

  add(key: ByteKey): void {
    if (this.#count === this.#hashes.length) {
      const grown = new Uint32Array(this.#count * 2)
      grown.set(this.#hashes)
      this.#hashes = grown
    }
    this.#hashes[this.#count++] = hashKey(key)
  }

  /** The filter's bits. */
  take(): Uint8Array<ArrayBuffer> {
    const bits = new Uint8Array(Math.ceil((this.#count * BITS_PER_KEY) / 8))
    for (let index = 0; index < this.#count; index++) {
      let probe = this.#hashes[index] as number
      const step = stepOf(probe)
      for (let round = 0; round < PROBES; round++) {
        const bit = bitOf(probe, bits.length)
        bits[bit >>> 3] = (bits[bit >>> 3] as number) | (1 << (bit & 7))
        probe = (probe + step) >>> 0
      }
    }
    return bits
  }
}

/** Whether a run with these filter bits may hold a key with this hash. */
export function filterMayContain(bits: Uint8Array, hash: number): boolean {
  let probe = hash
  const step = stepOf(hash)
  for (let round = 0; round < PROBES; round++) {
    const bit = bitOf(probe, bits.length)
    if (((bits[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false
    probe = (probe + step) >>> 0
  }
  return true
}

/** Spreads 32 bits evenly over the filter's bits. */
function bitOf(probe: number, sizeBytes: number): number {
  return Math.floor((probe / 0x1_0000_0000) * sizeBytes * 8)
}

function stepOf(hash: number): number {
  return (mix(hash ^ 0x9e3779b9) | 1) >>> 0
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
