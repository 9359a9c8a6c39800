// A growing buffer for packing: batches, pages, items, messages. One allocation doubles as needed; `take` hands out an
// exact copy and keeps the buffer for the next use.

import { assert } from './assert.ts'

const INITIAL_BYTES = 256
const encoder = new TextEncoder()
/** Up to this length ASCII is copied char by char: a call of the encoder costs about as much in browsers. */
const SHORT_TEXT_CHARS = 160

/** Writes numbers, bytes and text one after another. Little-endian. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #size = 0

  constructor(initialBytes: number = INITIAL_BYTES) {
    this.#bytes = new Uint8Array(initialBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#size
  }

  /** Forgets what was written, keeps the buffer. */
  reset(): void {
    this.#size = 0
  }

  /** What was written, in the writer's own buffer: valid until the next write or reset. */
  peek(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  /** A copy of what was written; the writer starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const copy = this.#bytes.slice(0, this.#size)
    this.#size = 0
    return copy
  }

  uint8(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#size++] = value
  }

  uint16(value: number): void {
    this.#reserve(2)
    this.#view.setUint16(this.#size, value, true)
    this.#size += 2
  }

  uint32(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.#size, value, true)
    this.#size += 4
  }

  float64(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#size, value, true)
    this.#size += 8
  }

  /** A whole number from 0 to 2^53 - 1 in 1 to 8 bytes, seven bits a byte. */
  varint(value: number): void {
    assert(value >= 0 && Number.isSafeInteger(value), 'A varint is a whole number from 0 to 2^53 - 1.')
    this.#reserve(8)
    this.#setVarint(value)
  }

  /** Leaves room for `bytes` bytes, to be filled through `peek`; until then they hold anything. */
  skip(bytes: number): void {
    this.#reserve(bytes)
    this.#size += bytes
  }

  /** Raw bytes, without their length. */
  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#size)
    this.#size += value.length
  }

  /** The bytes of a ByteKey (char codes 0–255), without their length. */
  byteKey(value: string): void {
    this.#reserve(value.length)
    const bytes = this.#bytes
    let at = this.#size
    for (let index = 0; index < value.length; index++) bytes[at++] = value.charCodeAt(index)
    this.#size = at
  }

  /** Text as UTF-8, without its length. Lone surrogates become U+FFFD, as TextEncoder does. */
  text(value: string): void {
    const length = value.length
    this.#reserve(length * 3)
    if (length <= SHORT_TEXT_CHARS) {
      const bytes = this.#bytes
      const start = this.#size
      let index = 0
      for (; index < length; index++) {
        const code = value.charCodeAt(index)
        if (code > 127) break
        bytes[start + index] = code
      }
      if (index === length) {
        this.#size = start + length
        return
      }
    }
    this.#size += encoder.encodeInto(value, this.#bytes.subarray(this.#size)).written
  }

  /**
   * Text as UTF-8, with its size before it as a varint.
   *
   * @returns the size of the text in bytes
   */
  sizedText(value: string): number {
    // Most text is ASCII, so its size takes as many bytes as its length does; where it does not, the text moves.
    const prefixBytes = varintBytes(value.length)
    this.#reserve(prefixBytes)
    const start = this.#size
    this.#size += prefixBytes
    this.text(value)
    const size = this.#size - start - prefixBytes
    const actualBytes = varintBytes(size)
    if (actualBytes !== prefixBytes) {
      this.#reserve(actualBytes)
      this.#bytes.copyWithin(start + actualBytes, start + prefixBytes, this.#size)
    }
    this.#size = start
    this.#setVarint(size)
    this.#size += size
    return size
  }

  /** Overwrites four bytes written before, at `offset` from the start. */
  patchUint32(offset: number, value: number): void {
    assert(offset + 4 <= this.#size, 'A patch stays inside what was written.')
    this.#view.setUint32(offset, value, true)
  }

  /** Writes a varint where there is room for it. */
  #setVarint(value: number): void {
    const bytes = this.#bytes
    let at = this.#size
    let rest = value
    while (rest > 0x7fffffff) {
      bytes[at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.#size = at
  }

  #reserve(bytes: number): void {
    const needed = this.#size + bytes
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** How many bytes a varint of this value takes. */
export function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++
  return bytes
}
