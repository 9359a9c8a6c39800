// Randomness comes in as an argument (law 6). This file is the only one that may draw it from the machine.

/** A source of random numbers. */
export interface Random {
  /** An integer from 0 to 2^32 - 1. */
  uint32(): number
}

/** The machine's cryptographic source. */
export const systemRandom: Random = {
  uint32() {
    return crypto.getRandomValues(new Uint32Array(1))[0] as number
  },
}

/** A seeded source (mulberry32): the same seed gives the same numbers for ever. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    uint32() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = state
      mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return (mixed ^ (mixed >>> 14)) >>> 0
    },
  }
}

/** A version 4 UUID in lower case, as the service's identifiers are written. */
export function randomUuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, '0')).join('')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}
