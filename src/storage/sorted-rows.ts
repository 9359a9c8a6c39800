// Rows in key order, for structures whose point reads go through a Map. New rows are gathered unordered and put in
// order only when somebody walks or removes: a bulk load that nobody scans sorts once, at flush, instead of searching
// a place for every row.

import { assert } from '../base/assert.ts'
import type { ByteKey, KeyRange } from '../base/byte-key.ts'
import { type Keyed, sortByKey } from './sort-by-key.ts'

/** Rows per block after a rebuild; a block splits at twice as many, so that an insert moves few references. */
const BLOCK_ROWS = 128
/** When more than one in this many rows is new, sorting and rebuilding beats inserting one by one. */
const REBUILD_FRACTION = 8

/** Rows with distinct keys, in key order. */
export class SortedRows<Row extends Keyed> {
  #blocks: Row[][] = []
  #unordered: Row[] = []
  #count = 0
  /** Grows with every change of the order, so that cursors know when to seek anew. */
  revision = 0

  /** How many rows there are. */
  get count(): number {
    return this.#count
  }

  /** Adds a row whose key is not in here yet. */
  add(row: Row): void {
    this.#unordered.push(row)
    this.#count++
  }

  /** Removes a row that is in here. */
  remove(row: Row): void {
    const blocks = this.ordered()
    const at = blockAt(blocks, row.key)
    const block = blocks[at]
    const index = block === undefined ? 0 : lowerBound(block, row.key)
    assert(block?.[index] === row, 'A row that is removed is in its place.')
    block.splice(index, 1)
    if (block.length === 0) blocks.splice(at, 1)
    this.#count--
    this.revision++
  }

  /** The rows in key order, in blocks none of which is empty. Not to be changed; valid until the next change. */
  ordered(): Row[][] {
    if (this.#unordered.length > 0) this.#order()
    return this.#blocks
  }

  /** Walks the rows of a range. Rows added or removed on the way are seen if they lie ahead. */
  walk(range: KeyRange & { readonly reverse: boolean }): SortedRowsWalk<Row> {
    return new SortedRowsWalk(this, range)
  }

  #order(): void {
    const unordered = this.#unordered
    this.#unordered = []
    this.revision++
    if (unordered.length * REBUILD_FRACTION > this.#count) {
      this.#blocks = rebuilt(this.#blocks, sortByKey(unordered))
      return
    }
    for (const row of unordered) insert(this.#blocks, row)
  }
}

/** A position among sorted rows that survives changes of them. */
export class SortedRowsWalk<Row extends Keyed> {
  readonly #rows: SortedRows<Row>
  readonly #range: KeyRange & { readonly reverse: boolean }
  #blocks: Row[][] = []
  #block = 0
  #index = 0
  #revision = -1
  #last: ByteKey | undefined

  constructor(rows: SortedRows<Row>, range: KeyRange & { readonly reverse: boolean }) {
    this.#rows = rows
    this.#range = range
  }

  /** The next row; undefined at the end of the range. */
  next(): Row | undefined {
    const blocks = this.#rows.ordered()
    if (this.#rows.revision !== this.#revision) this.#seek(blocks)
    const row = this.#range.reverse ? this.#stepBack() : this.#stepForward()
    if (row !== undefined) this.#last = row.key
    return row
  }

  #stepForward(): Row | undefined {
    let block = this.#blocks[this.#block]
    if (block !== undefined && this.#index === block.length) {
      this.#index = 0
      block = this.#blocks[++this.#block]
    }
    const row = block?.[this.#index]
    if (row === undefined || row.key >= this.#range.end) return undefined
    this.#index++
    return row
  }

  #stepBack(): Row | undefined {
    if (this.#index === 0) {
      if (this.#block === 0) return undefined
      this.#block--
      this.#index = (this.#blocks[this.#block] as Row[]).length
    }
    const row = this.#blocks[this.#block]?.[this.#index - 1]
    if (row === undefined || row.key < this.#range.start) return undefined
    this.#index--
    return row
  }

  /** Forward: `#index` is the next row's. Backward: it is one more than the next row's. */
  #seek(blocks: Row[][]): void {
    const { start, end, reverse } = this.#range
    const from = this.#last ?? (reverse ? end : start)
    this.#revision = this.#rows.revision
    this.#blocks = blocks
    this.#block = blockAt(blocks, from)
    const block = blocks[this.#block]
    if (block === undefined) {
      this.#index = 0
      return
    }
    this.#index = lowerBound(block, from)
    if (!reverse && this.#last !== undefined && block[this.#index]?.key === from) this.#index++
  }
}

/** The block in which `key` is or would be: the last that starts at or before it, else the first. */
function blockAt(blocks: readonly (readonly Keyed[])[], key: ByteKey): number {
  let low = 0
  let high = blocks.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (((blocks[middle] as readonly Keyed[])[0] as Keyed).key <= key) low = middle
    else high = middle - 1
  }
  return low
}

/** Index of the first row whose key is not below `key`. */
function lowerBound(block: readonly Keyed[], key: ByteKey): number {
  let low = 0
  let high = block.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((block[middle] as Keyed).key < key) low = middle + 1
    else high = middle
  }
  return low
}

function insert<Row extends Keyed>(blocks: Row[][], row: Row): void {
  const at = blockAt(blocks, row.key)
  const block = blocks[at]
  if (block === undefined) {
    blocks.push([row])
    return
  }
  block.splice(lowerBound(block, row.key), 0, row)
  if (block.length >= 2 * BLOCK_ROWS) blocks.splice(at + 1, 0, block.splice(BLOCK_ROWS))
}

function rebuilt<Row extends Keyed>(blocks: readonly (readonly Row[])[], added: readonly Row[]): Row[][] {
  const result: Row[][] = []
  let filling: Row[] = []
  const push = (row: Row): void => {
    if (filling.length === BLOCK_ROWS) {
      result.push(filling)
      filling = []
    }
    filling.push(row)
  }
  let next = 0
  for (const block of blocks) {
    for (const row of block) {
      for (let row2 = added[next]; row2 !== undefined && row2.key < row.key; row2 = added[++next]) push(row2)
      push(row)
    }
  }
  for (let row = added[next]; row !== undefined; row = added[++next]) push(row)
  if (filling.length > 0) result.push(filling)
  return result
}
