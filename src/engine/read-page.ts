// Reads one page of Query or Scan: walks a range until the limit, 1 MB, or the end.

import { assert } from '../base/assert.ts'
import type { KeyRange } from '../base/byte-key.ts'
import { after, eachInOrder, type MaybePromise } from '../base/maybe-promise.ts'
import { setAttribute } from '../model/attribute-map.ts'
import type { AttributeValue, Key } from '../model/attribute-value.ts'
import { MAX_PAGE_SIZE_BYTES } from '../model/limits.ts'
import type { ReadPageInput, ReadPageOutput } from '../model/operations.ts'
import { type AttributeDictionary, PackedItem } from '../model/packed-item.ts'
import type { Cursor, Reader } from '../storage/contract.ts'
import { type CapacityTally, consumedCapacity, readUnits, tallyFor } from './capacity.ts'
import { forEachRow } from './for-each-row.ts'
import { itemRowKey } from './item-key.ts'
import type { RequestContext } from './operation.ts'
import { type OutputRow, outputRow, projectedRow } from './output-row.ts'
import type { PagePlan } from './page-plan.ts'

/** The rows that a query or scan of one table is about, and what it makes of them. */
export interface PageSource {
  readonly plan: PagePlan
  readonly range: KeyRange
  /** Read behind `range`, in this order, while the page has room. */
  readonly nextRanges?: readonly KeyRange[]
  readonly isReverse: boolean
}

/** What is read, and how. */
export interface PageRead extends PageSource {
  readonly reader: Reader
  readonly dictionary: AttributeDictionary
  readonly input: ReadPageInput
  readonly context: RequestContext
}

/** Reads a page. */
export function readPage(read: PageRead): MaybePromise<ReadPageOutput<OutputRow>> {
  const page = new Page(read)
  const { nextRanges = [] } = read
  return after(readRange(read, read.range, page), () =>
    nextRanges.length === 0
      ? page.output()
      : after(
          eachInOrder(nextRanges, (range) => (page.isCut ? undefined : readRange(read, range, page))),
          () => page.output(),
        ),
  )
}

function readRange({ reader, isReverse }: PageRead, { start, end }: KeyRange, page: Page): MaybePromise<void> {
  if (start >= end) return
  const cursor = reader.scan({ start, end, reverse: isReverse })
  return forEachRow(cursor, (row) => page.add(row))
}

/** One page while it is being read. */
class Page {
  readonly #read: PageRead
  readonly #limitItems: number
  readonly #items: OutputRow[] = []
  readonly #isConsistent: boolean
  #count = 0
  #scannedCount = 0
  #scannedSizeBytes = 0
  /** Capacity units of items fetched from the table for rows of a local index. */
  #fetchUnits = 0
  #lastRow: PackedItem | undefined
  #isCut = false

  constructor(read: PageRead) {
    this.#read = read
    this.#limitItems = read.input.Limit ?? Infinity
    this.#isConsistent = read.input.ConsistentRead === true
  }

  /** Whether the page has no room for more. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Takes a row in; answers whether the page has room for more. */
  add({ value }: Cursor): MaybePromise<boolean> {
    const { plan, dictionary } = this.#read
    const row = new PackedItem(value, dictionary)
    this.#scannedCount++
    this.#scannedSizeBytes += row.sizeBytes
    this.#lastRow = row
    this.#isCut = this.#scannedCount >= this.#limitItems || this.#scannedSizeBytes >= MAX_PAGE_SIZE_BYTES
    if (!plan.fetchesItems) return this.#keep(row)
    return after(this.#fetch(row), (item) => {
      this.#fetchUnits += readUnits(item.sizeBytes, this.#isConsistent)
      return this.#keep(item)
    })
  }

  output(): ReadPageOutput<OutputRow> {
    const { plan, input } = this.#read
    const tally = tallyFor(input.ReturnConsumedCapacity, plan.table.name)
    if (tally !== undefined) this.#meter(tally)
    return {
      ...(!plan.countsOnly && { Items: this.#items }),
      Count: this.#count,
      ScannedCount: this.#scannedCount,
      ...(this.#isCut && { LastEvaluatedKey: this.#position() }),
      ...consumedCapacity(tally),
    }
  }

  #keep(item: PackedItem): boolean {
    const { plan, context } = this.#read
    if (plan.filter === undefined || plan.filter.evaluate(item)) {
      this.#count++
      if (!plan.countsOnly) {
        this.#items.push(plan.projection ? projectedRow(item, plan.projection, context) : outputRow(item, context))
      }
    }
    return !this.#isCut
  }

  #fetch(row: PackedItem): MaybePromise<PackedItem> {
    const { reader, plan, dictionary } = this.#read
    return after(reader.get(itemRowKey(plan.table, row)), (value) => {
      assert(value !== undefined, 'Every row of an index leads to an item of the table.')
      return new PackedItem(value, dictionary)
    })
  }

  #position(): Key {
    const { table, index } = this.#read.plan
    const position: Record<string, AttributeValue> = {}
    for (const name of (index ?? table).positionNames) {
      const value = this.#lastRow?.attribute(name)
      assert(value !== undefined, 'Every row holds the attributes of its key.')
      setAttribute(position, name, value)
    }
    return position
  }

  #meter(tally: CapacityTally): void {
    const { index } = this.#read.plan
    const units = readUnits(this.#scannedSizeBytes, this.#isConsistent)
    if (index === undefined) tally.addTable(units)
    else tally.addIndex(index, units)
    tally.addTable(this.#fetchUnits)
  }
}
