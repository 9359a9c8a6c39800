// Request ids as the service writes them.

import type { Random } from '../base/random.ts'

const ID_CHARS = 52
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUV'
/** Five bits a character: this many fit into one random number. */
const CHARS_PER_DRAW = 6

/** A new id: 52 digits and capital letters. */
export function createRequestId(random: Random): string {
  let id = ''
  let bits = 0
  for (let at = 0; at < ID_CHARS; at++) {
    if (at % CHARS_PER_DRAW === 0) bits = random.uint32()
    id += ALPHABET.charAt(bits & 31)
    bits >>>= 5
  }
  return id
}
