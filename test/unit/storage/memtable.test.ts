// What a memtable says of its memory, which bounds it.

import { describe, expect, it } from 'vitest'
import { LiveSnapshots } from '../../../src/storage/live-snapshots.ts'
import { Memtable } from '../../../src/storage/memtable.ts'

const KEY_BYTES = 5
const VALUE = new Uint8Array(1000)

function createMemtable(): Memtable {
  return new Memtable({ live: new LiveSnapshots(), keepsRemovals: false })
}

/** The memory beside keys and values. */
function overheadOf(rows: number): number {
  const table = createMemtable()
  for (let row = 0; row < rows; row++) table.put(`key-${row}`, new Uint8Array(0), 1)
  return table.memoryBytes - rows * KEY_BYTES
}

describe('the memory of a memtable', () => {
  it('holds a value once that is put into several rows one after another', () => {
    const table = createMemtable()
    for (const key of ['key-0', 'key-1', 'key-2']) table.put(key, VALUE, 1)
    expect(table.sizeBytes).toBe(3 * (KEY_BYTES + VALUE.length))
    expect(table.memoryBytes).toBe(3 * KEY_BYTES + VALUE.length + overheadOf(3))
  })

  it('holds equal values each for itself', () => {
    const table = createMemtable()
    for (const key of ['key-0', 'key-1']) table.put(key, VALUE.slice(), 1)
    expect(table.memoryBytes).toBe(table.sizeBytes + overheadOf(2))
  })

  it('is counted anew when rows are written over or removed', () => {
    const table = createMemtable()
    for (let sequence = 1; sequence <= 10; sequence++) {
      const value = VALUE.slice()
      table.put('key-0', value, sequence)
      table.put('key-1', value, sequence)
    }
    expect(table.memoryBytes).toBe(2 * KEY_BYTES + VALUE.length + overheadOf(2))
    table.put('key-1', VALUE.slice(), 11)
    expect(table.memoryBytes).toBe(2 * (KEY_BYTES + VALUE.length) + overheadOf(2))
    table.put('key-0', undefined, 12)
    table.put('key-1', undefined, 12)
    expect([table.sizeBytes, table.memoryBytes]).toEqual([0, 0])
  })
})
