// The checksum against the check value of its definition and against Node's own.

import { crc32 as nodeCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/base/crc32.ts'
import { encodeText } from '../../../src/base/utf8.ts'

describe('crc32', () => {
  it('gives the check value of CRC-32', () => {
    expect(crc32(encodeText('123456789'))).toBe(0xcbf43926)
  })

  it('is zero for nothing', () => {
    expect(crc32(new Uint8Array(0))).toBe(0)
  })

  it('agrees with another implementation for bytes of any length', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => crc32(bytes) === nodeCrc32(bytes)))
  })
})
