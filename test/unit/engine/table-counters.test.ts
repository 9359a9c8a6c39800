// Counters of a table, and the names of its dictionary, as stored.

import { describe, expect, it } from 'vitest'
import { decodeNames, encodeNames } from '../../../src/engine/attribute-names.ts'
import { NO_ITEMS, TableCounters, totalsChange } from '../../../src/engine/table-counters.ts'

describe('TableCounters', () => {
  it('come back from their row', () => {
    const counters = new TableCounters(undefined)
    counters.addToTable({ itemCount: 3, sizeBytes: 2 ** 40 })
    counters.addToIndex(7, { itemCount: 2, sizeBytes: 200 })
    counters.addToIndex(300, { itemCount: 1, sizeBytes: 5 })
    counters.removeIndex(7)
    const again = new TableCounters(counters.encode())
    expect([again.table, again.index(7), again.index(300)]).toEqual([
      { itemCount: 3, sizeBytes: 2 ** 40 },
      NO_ITEMS,
      { itemCount: 1, sizeBytes: 5 },
    ])
  })

  it('never go below nothing', () => {
    const counters = new TableCounters(undefined)
    expect(() => counters.addToTable(totalsChange(10, undefined))).toThrow('A table never has fewer items than none.')
  })
})

describe('totalsChange', () => {
  it('tells new, changed and removed items apart', () => {
    expect([totalsChange(undefined, 5), totalsChange(5, 7), totalsChange(7, undefined)]).toEqual([
      { itemCount: 1, sizeBytes: 5 },
      { itemCount: 0, sizeBytes: 2 },
      { itemCount: -1, sizeBytes: -7 },
    ])
  })
})

describe('the names of a dictionary', () => {
  it('come back in their order, and a longer row begins with the shorter', () => {
    const names = ['id', '', 'größe', 'x'.repeat(300), '🌊']
    const row = encodeNames(names)
    expect(decodeNames(row)).toEqual(names)
    expect(encodeNames([...names, 'more']).subarray(0, row.length)).toEqual(row)
    expect(decodeNames(encodeNames([]))).toEqual([])
  })
})
