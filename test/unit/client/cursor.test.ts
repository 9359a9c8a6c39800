// Cursors, the text in which a page tells where the next one begins.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from '../../../src/client/cursor.ts'

describe('a cursor', () => {
  it('is text that can be kept and read again', () => {
    const cursor = encodeCursor({ country: { S: 'NL' }, population: { N: '103659' } })
    expect(cursor).toBe('{"country":{"S":"NL"},"population":{"N":"103659"}}')
    expect(decodeCursor(cursor)).toEqual({ country: { S: 'NL' }, population: { N: '103659' } })
  })

  it('keeps every key, whatever its names and bytes', () => {
    const values = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((S) => ({ S })),
      fc.integer().map((N) => ({ N: String(N) })),
      fc.uint8Array().map((B) => ({ B })),
    )
    const keys = fc.dictionary(fc.oneof(fc.constantFrom('B', 'S', 'constructor'), fc.string()), values)
    fc.assert(
      fc.property(keys, (key) => {
        expect(decodeCursor(encodeCursor(key))).toEqual(key)
      }),
    )
  })

  it('is absent where there is no key', () => {
    expect([encodeCursor(undefined), decodeCursor(undefined)]).toEqual([undefined, undefined])
  })

  it('is refused when it is none', () => {
    expect(() => decodeCursor('page 2')).toThrow(
      expect.objectContaining({ code: 'InvalidOption', message: 'The text given as `after` is not a cursor.' }),
    )
  })
})
