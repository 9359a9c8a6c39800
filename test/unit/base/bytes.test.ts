// What is written packed is read back the same, and bytes that end early are refused.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../../src/base/byte-reader.ts'
import { ByteWriter } from '../../../src/base/byte-writer.ts'
import { byteKeyFromBytes, byteKeyToBytes, keyAfter, keyAfterPrefix } from '../../../src/base/byte-key.ts'
import { decodeText, encodeText, textSizeBytes } from '../../../src/base/utf8.ts'

const wellFormedText = fc.string({ unit: 'binary', maxLength: 200 })

describe('ByteWriter and ByteReader', () => {
  it('keeps sized text whole wherever the buffer has to grow', () => {
    for (const text of ['', 'ab', 'ü', 'x'.repeat(50), 'ü'.repeat(100), '😀'.repeat(5000)]) {
      for (let before = 0; before < 40; before++) {
        const writer = new ByteWriter(32)
        for (let count = 0; count < before; count++) writer.uint8(count)
        const sizeBytes = writer.sizedText(text)
        writer.uint8(99)
        const reader = new ByteReader(writer.take(), before)
        expect(sizeBytes).toBe(textSizeBytes(text))
        expect([reader.text(reader.varint()), reader.uint8(), reader.isAtEnd]).toEqual([text, 99, true])
      }
    }
  })

  it('give back every kind of value in order', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ kind: fc.constant('uint8' as const), value: fc.integer({ min: 0, max: 255 }) }),
            fc.record({ kind: fc.constant('uint16' as const), value: fc.integer({ min: 0, max: 65_535 }) }),
            fc.record({ kind: fc.constant('uint32' as const), value: fc.integer({ min: 0, max: 4_294_967_295 }) }),
            fc.record({ kind: fc.constant('float64' as const), value: fc.double() }),
            fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
          ),
        ),
        (values) => {
          const writer = new ByteWriter(1)
          for (const { kind, value } of values) writer[kind](value)
          const reader = new ByteReader(writer.take())
          expect(values.map(({ kind }) => reader[kind]())).toEqual(values.map(({ value }) => value))
          expect(reader.isAtEnd).toBe(true)
        },
      ),
    )
  })

  it('give back text of every length and script', () => {
    fc.assert(
      fc.property(wellFormedText, (text) => {
        const writer = new ByteWriter()
        writer.text(text)
        const bytes = writer.take()
        expect(bytes).toEqual(encodeText(text))
        expect(new ByteReader(bytes).text(bytes.length)).toBe(text)
      }),
    )
  })

  it.each([
    [127, 1],
    [128, 2],
    [2 ** 31 - 1, 5],
    [2 ** 31, 5],
    [2 ** 35, 6],
    [Number.MAX_SAFE_INTEGER, 8],
  ])('pack the whole number %d into %d bytes', (value, size) => {
    const writer = new ByteWriter()
    writer.varint(value)
    expect(writer.sizeBytes).toBe(size)
    expect(new ByteReader(writer.take()).varint()).toBe(value)
  })

  it.each([-1, 1.5, 2 ** 53, Number.NaN])('refuse %d as a varint', (value) => {
    expect(() => new ByteWriter().varint(value)).toThrow('A varint is a whole number from 0 to 2^53 - 1.')
  })

  it('keep what was taken when the writer goes on', () => {
    const writer = new ByteWriter()
    writer.uint8(1)
    const first = writer.take()
    writer.uint8(2)
    expect([first, writer.take()]).toEqual([Uint8Array.of(1), Uint8Array.of(2)])
  })

  it('overwrite a number in place, and nothing beyond what was written', () => {
    const writer = new ByteWriter()
    writer.uint32(0)
    writer.uint8(9)
    writer.patchUint32(0, 7)
    expect(() => writer.patchUint32(2, 7)).toThrow('A patch stays inside what was written.')
    const reader = new ByteReader(writer.take())
    expect([reader.uint32(), reader.uint8()]).toEqual([7, 9])
  })

  it('refuse to read past the end', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2))
    expect(() => reader.uint32()).toThrow('Packed bytes end before what they announce.')
    expect(() => reader.take(3)).toThrow('Packed bytes end before what they announce.')
  })

  it('refuse a varint that does not end', () => {
    expect(() => new ByteReader(new Uint8Array(9).fill(255)).varint()).toThrow('A varint is at most 8 bytes long.')
  })
})

describe('byte keys', () => {
  it('hold any bytes', () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index % 256)
    expect(byteKeyToBytes(byteKeyFromBytes(bytes))).toEqual(bytes)
  })

  it('have a next key with nothing between', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        const key = byteKeyFromBytes(left)
        const other = byteKeyFromBytes(right)
        expect(keyAfter(key) > key).toBe(true)
        expect(other > key && other < keyAfter(key)).toBe(false)
      }),
    )
  })

  it('bound all keys with a prefix', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 8 }), (left, right) => {
        const prefix = byteKeyFromBytes(left)
        const key = byteKeyFromBytes(right)
        const end = keyAfterPrefix(prefix)
        const isInRange = key >= prefix && (end === undefined || key < end)
        expect(isInRange).toBe(key.startsWith(prefix))
      }),
    )
  })

  it('have no bound after a prefix of the greatest bytes', () => {
    expect(keyAfterPrefix('\u00ff\u00ff')).toBeUndefined()
    expect(keyAfterPrefix('')).toBeUndefined()
  })
})

describe('text', () => {
  it('is measured as UTF-8, lone surrogates as their replacement', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          expect(textSizeBytes(text)).toBe(encodeText(text).length)
        },
      ),
    )
  })

  it('is refused when its bytes are not UTF-8', () => {
    expect(() => decodeText(Uint8Array.of(0x61, 0xff), 0, 2)).toThrow(TypeError)
  })

  it('keeps a byte order mark', () => {
    const bytes = encodeText('\ufeffa')
    expect(decodeText(bytes, 0, bytes.length)).toBe('\ufeffa')
  })
})
