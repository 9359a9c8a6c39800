// Reads what ByteWriter wrote. Bounds are checked at every step: bytes that end early are corruption, never undefined.

import { assert } from './assert.ts'
import { type ByteKey, byteKeyFromBytes } from './byte-key.ts'
import { decodeText } from './utf8.ts'

/** Reads numbers, bytes and text one after another, from `offset` on. */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  /** Where the next read starts. */
  offset: number

  constructor(bytes: Uint8Array, offset: number = 0) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.offset = offset
  }

  /** True when nothing is left. */
  get isAtEnd(): boolean {
    return this.offset >= this.bytes.length
  }

  uint8(): number {
    return this.bytes[this.#advance(1)] as number
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), true)
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 8; count++) {
      const byte = this.uint8()
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw new RangeError('A varint is at most 8 bytes long.')
  }

  /** A view (not a copy) of the next `size` bytes. */
  take(size: number): Uint8Array {
    const start = this.#advance(size)
    return this.bytes.subarray(start, start + size)
  }

  /** The next `size` bytes as a ByteKey. */
  byteKey(size: number): ByteKey {
    return byteKeyFromBytes(this.take(size))
  }

  /** The next `size` bytes as UTF-8 text. */
  text(size: number): string {
    const start = this.#advance(size)
    return decodeText(this.bytes, start, start + size)
  }

  #advance(size: number): number {
    const start = this.offset
    assert(size >= 0 && start + size <= this.bytes.length, 'Packed bytes end before what they announce.')
    this.offset = start + size
    return start
  }
}
