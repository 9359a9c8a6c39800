// Base64: what is written is read back, and nothing else is.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from '../../../src/base/base64.ts'

describe('base64', () => {
  it('reads what another implementation writes, and writes the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(encodeBase64(bytes)).toBe(text)
        expect(decodeBase64(text)).toEqual(new Uint8Array(bytes))
      }),
    )
  })

  it('reads only texts that it would write', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQg+/=wz9-_ \u0141'), maxLength: 12 }), (text) => {
        const bytes = decodeBase64(text)
        expect(bytes === undefined ? '' : encodeBase64(bytes)).toBe(bytes === undefined ? '' : text)
      }),
    )
  })

  it.each(['A', 'AA', 'AAA', 'AAAAA', 'A===', '====', 'AB==', 'AAB=', 'AA=A', 'A A=', 'AA-_', 'ŁAAA', '=+/='])(
    'refuses %j',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined()
    },
  )
})
