// How many items a table and each of its indexes has and how large they are: one small row in the catalog, changed in the
// batch of every write, so that DescribeTable is exact.

import { assert } from '../base/assert.ts'
import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'

/** A count of items and the sum of their sizes as the service counts them. */
export interface ItemTotals {
  readonly itemCount: number
  readonly sizeBytes: number
}

/** Totals of nothing. */
export const NO_ITEMS: ItemTotals = { itemCount: 0, sizeBytes: 0 }

const writer = new ByteWriter()

/** The counters of one table while a transaction changes them. */
export class TableCounters {
  #table: ItemTotals
  readonly #indexes: Map<number, ItemTotals>

  /** @param row as stored; undefined for a table that never had an item */
  constructor(row: Uint8Array | undefined) {
    this.#table = NO_ITEMS
    this.#indexes = new Map()
    if (row === undefined) return
    const reader = new ByteReader(row)
    this.#table = readTotals(reader)
    while (!reader.isAtEnd) this.#indexes.set(reader.varint(), readTotals(reader))
  }

  get table(): ItemTotals {
    return this.#table
  }

  index(indexId: number): ItemTotals {
    return this.#indexes.get(indexId) ?? NO_ITEMS
  }

  /** Counts what became of one item. */
  addToTable(change: ItemTotals): void {
    this.#table = sum(this.#table, change)
  }

  /** Counts what became of one index entry. */
  addToIndex(indexId: number, change: ItemTotals): void {
    this.#indexes.set(indexId, sum(this.index(indexId), change))
  }

  /** Forgets an index that is gone. */
  removeIndex(indexId: number): void {
    this.#indexes.delete(indexId)
  }

  /** The row to store. */
  encode(): Uint8Array {
    writeTotals(this.#table)
    for (const [indexId, totals] of this.#indexes) {
      writer.varint(indexId)
      writeTotals(totals)
    }
    return writer.take()
  }
}

/**
 * The change of the totals when an item of size `before` becomes one of size `after`; undefined means that there is none.
 */
export function totalsChange(before: number | undefined, after: number | undefined): ItemTotals {
  return {
    itemCount: (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1),
    sizeBytes: (after ?? 0) - (before ?? 0),
  }
}

function sum(totals: ItemTotals, change: ItemTotals): ItemTotals {
  const itemCount = totals.itemCount + change.itemCount
  const sizeBytes = totals.sizeBytes + change.sizeBytes
  assert(itemCount >= 0 && sizeBytes >= 0, 'A table never has fewer items than none.')
  return { itemCount, sizeBytes }
}

function readTotals(reader: ByteReader): ItemTotals {
  const itemCount = reader.varint()
  return { itemCount, sizeBytes: reader.varint() }
}

function writeTotals({ itemCount, sizeBytes }: ItemTotals): void {
  writer.varint(itemCount)
  writer.varint(sizeBytes)
}
