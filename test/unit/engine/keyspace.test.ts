// The keyspace's ranges.

import { describe, expect, it } from 'vitest'
import {
  DUTIES,
  indexPrefix,
  itemPrefix,
  prefixRange,
  segmentRange,
  TABLE_RECORDS,
  tableRanges,
} from '../../../src/engine/keyspace.ts'

describe('segmentRange', () => {
  it.for([1, 2, 3, 7, 64, 65_536, 65_537, 1_000_000])('cuts a table into %i parts without gap or overlap', (total) => {
    const prefix = itemPrefix(1)
    const whole = prefixRange(prefix)
    const stride = Math.max(1, Math.floor(total / 1000))
    expect(segmentRange(prefix, 0, total).start).toBe(`${whole.start}\u0000\u0000`)
    expect(segmentRange(prefix, total - 1, total).end).toBe(whole.end)
    for (let segment = 0; segment < total - 1; segment += stride) {
      const { start, end } = segmentRange(prefix, segment, total)
      expect(start <= end).toBe(true)
      expect(segmentRange(prefix, segment + 1, total).start).toBe(end)
    }
  })
})

describe('the spaces', () => {
  it('keep tables, indexes and catalog rows apart', () => {
    const [items, indexes] = tableRanges(255)
    expect(items).toEqual({ start: '\u0001\u0000\u0000\u0000\u00ff', end: '\u0001\u0000\u0000\u0001' })
    expect(indexes).toEqual({ start: '\u0002\u0000\u0000\u0000\u00ff', end: '\u0002\u0000\u0000\u0001' })
    expect(indexPrefix(255, 258)).toBe('\u0002\u0000\u0000\u0000\u00ff\u0001\u0002')
    expect(TABLE_RECORDS).toEqual({ start: '\u0000t', end: '\u0000u' })
    expect(DUTIES).toEqual({ start: '\u0000w', end: '\u0000x' })
  })

  it('have no room for ids beyond their bytes', () => {
    expect(() => itemPrefix(2 ** 32)).toThrow('A table id is 1 to 2^32 - 1.')
    expect(() => itemPrefix(0)).toThrow('A table id is 1 to 2^32 - 1.')
    expect(() => indexPrefix(1, 65_536)).toThrow('An index id is 1 to 65,535.')
  })
})
