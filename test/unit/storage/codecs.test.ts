// Everything the store writes as bytes: what goes in comes out, and damage is noticed.

import { describe, expect, it } from 'vitest'
import { ByteWriter } from '../../../src/base/byte-writer.ts'
import { decodeBatch, encodeBatch } from '../../../src/storage/batch-codec.ts'
import { checksum32 } from '../../../src/storage/checksum.ts'
import { filterMayContain, hashKey, KeyFilterBuilder } from '../../../src/storage/key-filter.ts'
import { decodeManifest, encodeManifest, EMPTY_MANIFEST, type Manifest } from '../../../src/storage/manifest-codec.ts'
import { Page, PAGE_TARGET_BYTES, PageBuilder, type RowPlace } from '../../../src/storage/page-codec.ts'
import { joinParts, PART_BYTES, splitParts } from '../../../src/storage/stored-parts.ts'
import { bytes, text } from '../../contract/store-contract.ts'

/** The bytes with one bit turned. */
function damaged(original: Uint8Array, at: number): Uint8Array {
  const copy = original.slice()
  copy[at] = (copy[at] as number) ^ 1
  return copy
}

describe('checksum32', () => {
  it('gives the published values of xxHash32', () => {
    expect(checksum32(bytes(''))).toBe(0x02cc5d05)
    expect(checksum32(bytes('abc'))).toBe(0x32d153ff)
    expect(checksum32(bytes('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
  })

  it('starts where it is told to, wherever the bytes lie in their buffer', () => {
    const shifted = new Uint8Array(20).subarray(3, 14)
    shifted.set(bytes('xxNobody in'))
    expect(checksum32(shifted, 2)).toBe(checksum32(bytes('Nobody in')))
  })
})

describe('a batch of the log', () => {
  const stored = {
    id: { high: 0xffffffff, low: 7 },
    batch: {
      sequence: 2 ** 33,
      entries: [
        { key: 'a', value: bytes('one') },
        { key: '\u0000\u00ff', value: undefined },
        { key: '', value: bytes('') },
      ],
    },
  }

  it('is read back as it was written', () => {
    expect(decodeBatch(encodeBatch(new ByteWriter(), stored), 2 ** 33)).toEqual(stored)
  })

  it('has a value once that several of its rows have', () => {
    const row = bytes('x'.repeat(1000))
    const other = bytes('y'.repeat(1000))
    const keys = ['a', 'b', 'c', 'd', 'e']
    const entries = [row, row, other, row, undefined].map((value, index) => ({ key: keys[index] as string, value }))
    const encoded = encodeBatch(new ByteWriter(), { id: { high: 1, low: 2 }, batch: { sequence: 1, entries } })
    expect(encoded.length).toBeLessThan(2100)
    expect(decodeBatch(encoded, 1).batch.entries).toEqual(entries)
  })

  it('is refused when any bit of it has changed', () => {
    const encoded = encodeBatch(new ByteWriter(), stored)
    for (let at = 0; at < encoded.length; at++) {
      expect(() => decodeBatch(damaged(encoded, at), 2 ** 33)).toThrow(
        expect.objectContaining({ code: 'StorageCorrupt' }),
      )
    }
  })

  it('is refused when it is cut short or in the wrong place', () => {
    const encoded = encodeBatch(new ByteWriter(), stored)
    for (let size = 0; size < encoded.length; size++) {
      expect(() => decodeBatch(encoded.subarray(0, size), 2 ** 33)).toThrow(
        expect.objectContaining({ code: 'StorageCorrupt' }),
      )
    }
    expect(() => decodeBatch(encoded, 5)).toThrow('A batch of the log is in the wrong place.')
  })
})

describe('a page', () => {
  const keys = ['p', 'pa', 'pa\u0000', 'pb', 'p\u0080', 'p\u00ff\u00ff']
  const place: RowPlace = { suffixStart: 0, suffixEnd: 0, valueStart: 0, valueEnd: 0 }

  function build(rows: readonly (readonly [string, string | undefined])[]): Uint8Array {
    const builder = new PageBuilder()
    for (const [key, value] of rows) builder.add(key, value === undefined ? undefined : bytes(value))
    return builder.take()
  }

  it('gives back its rows, removals apart from empty values', () => {
    const rows = keys.map((key, index) => [key, index === 2 ? undefined : 'v'.repeat(index * 100)] as const)
    const page = new Page(build(rows), 1)
    const found = keys.map((_, index) => {
      page.locate(index, place)
      return [page.keyOf(place), text(page.valueOf(place))]
    })
    expect(found).toEqual(rows)
  })

  it('finds keys and their neighbours', () => {
    const page = new Page(build(keys.map((key) => [key, 'x'] as const)), 1)
    expect(keys.map((key) => page.find(key))).toEqual([0, 1, 2, 3, 4, 5])
    expect(['', 'o', 'pa\u0001', 'pz', 'q'].map((key) => page.find(key))).toEqual([-1, -1, -1, -1, -1])
    expect(['', 'o', 'p', 'pa\u0001', 'pz', 'p\u00ff', 'q'].map((key) => page.lowerBound(key))).toEqual([
      0, 0, 0, 3, 4, 5, 6,
    ])
  })

  it('holds one row whose key all of the prefix is', () => {
    const page = new Page(build([['only', 'x']]), 1)
    expect([page.find('only'), page.find('onl'), page.find('only!')]).toEqual([0, -1, -1])
    expect([page.lowerBound('onl'), page.lowerBound('only'), page.lowerBound('only!')]).toEqual([0, 0, 1])
  })

  it('closes before it passes its target size, but takes any one row', () => {
    const builder = new PageBuilder()
    const large = new Uint8Array(PAGE_TARGET_BYTES * 3)
    expect(builder.wouldOverflow('a', large)).toBe(false)
    builder.add('a', large)
    expect(builder.wouldOverflow('b', undefined)).toBe(true)
    expect(new Page(builder.take(), 1).rowCount).toBe(1)
    expect(builder.rowCount).toBe(0)
  })

  it('is refused when any byte of it has changed', () => {
    const encoded = build(keys.map((key) => [key, 'x'] as const))
    for (let at = 0; at < encoded.length; at++) {
      expect(() => new Page(damaged(encoded, at), 9)).toThrow(
        expect.objectContaining({ code: 'StorageCorrupt', data: expect.objectContaining({ pageId: 9 }) as unknown }),
      )
    }
    expect(() => new Page(encoded.subarray(0, 5), 9)).toThrow('A page is cut short.')
  })
})

describe('a key filter', () => {
  it('lets all its keys through and few others', () => {
    const builder = new KeyFilterBuilder()
    for (let index = 0; index < 3000; index++) builder.add(`key ${index}`)
    const bits = builder.take()
    const passed = (prefix: string): number =>
      Array.from({ length: 3000 }, (_, index) => filterMayContain(bits, hashKey(`${prefix} ${index}`))).filter(Boolean)
        .length
    expect(passed('key')).toBe(3000)
    expect(passed('other')).toBeLessThan(90)
  })
})

describe('the manifest', () => {
  const manifest: Manifest = {
    number: 7,
    checkpoint: 2 ** 40,
    nextRunId: 12,
    deadBefore: 3,
    runs: [
      { id: 11, dataPages: 2, indexPages: 1, filterPages: 1, rows: 100, dataBytes: 48_000 },
      { id: 4, dataPages: 900, indexPages: 2, filterPages: 3, rows: 90_000, dataBytes: 21_600_000 },
    ],
    retired: [{ id: 3, totalPages: 10, atMs: 1_763_856_000_000 }],
  }

  it('is read back as it was written, and is empty in a new database', () => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
    expect(decodeManifest(undefined)).toEqual(EMPTY_MANIFEST)
  })

  it('is refused when a newer version wrote it', () => {
    const newer = encodeManifest(manifest)
    newer[0] = 2
    expect(() => decodeManifest(newer)).toThrow(
      expect.objectContaining({ code: 'UnknownFormat', data: { format: 2, known: 1 } }),
    )
  })

  it('is refused when it is damaged', () => {
    const encoded = encodeManifest(manifest)
    for (let at = 4; at < encoded.length; at++) {
      expect(() => decodeManifest(damaged(encoded, at))).toThrow('The manifest fails its checksum.')
    }
    expect(() => decodeManifest(encoded.subarray(0, 3))).toThrow('The manifest is cut short.')
  })
})

describe('stored parts', () => {
  it('are as few as fit and come together again', () => {
    for (const [size, count] of [
      [0, 1],
      [PART_BYTES, 1],
      [PART_BYTES + 1, 2],
      [3 * PART_BYTES, 3],
    ] as const) {
      const whole = Uint8Array.from({ length: size }, (_, index) => index % 251)
      const parts = splitParts(whole)
      expect(parts.length).toBe(count)
      expect(checksum32(joinParts(parts))).toBe(checksum32(whole))
    }
    expect(() => joinParts([])).toThrow('A stored record has no parts.')
  })
})
