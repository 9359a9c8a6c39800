// One watched request: which rows its result has, kept up to date change by change, and what the page has not been told
// yet. Pure state; reading and sending are done by others.
//
// A watch knows its range up to a horizon: of the keys before it, it knows which are rows of the result; of those behind
// nothing. Reading moves the horizon on, in pieces, each from the newest snapshot. So a piece may know more than the
// changes that the watch has seen; those it then sees a second time change nothing in the end, as each says what its row
// became, and nothing is called whole before the watch has seen all that its pieces know (`readAt`).

import type { ByteKey, KeyRange } from '../../base/byte-key.ts'
import type { PackedItem } from '../../model/packed-item.ts'
import { rangeBehind } from '../key-range.ts'
import { createKeyWindow, type KeyWindow } from './key-window.ts'
import type { NewsRoom, WatchUpdate } from './live-news.ts'
import { rowKeyOf, shownRow, type WatchSource } from './watch-source.ts'

/** What a page asks to be told. */
export interface WatchOptions {
  /** Chosen by the page. */
  readonly id: number
  /** The most rows to show, 0 or more; Infinity for all. */
  readonly limitRows: number
  /** Whether writes of this worker are told before they are durable. */
  readonly showsTentative: boolean
}

/** Rows known behind the limit, so that removals need not be followed by a read each: half of the limit, within bounds. */
const MIN_SPARE_ROWS = 4
const MAX_SPARE_ROWS = 64

/** The state of one watch. */
export class Watch {
  readonly options: WatchOptions
  /** Sequence number of the newest snapshot that a piece was read from. */
  readAt = 0
  readonly #capacity: number
  #source: WatchSource
  #window: KeyWindow
  /** Keys of the rows by the keys of the items that they lead to; only where rows lead to items. */
  readonly #rowKeys = new Map<ByteKey, ByteKey>()
  /** Up to where the range is known; undefined before anything is. */
  #horizon: ByteKey | undefined
  #isComplete = false
  #isFilling = true
  /** What the page has not been told: rows, undefined for those that are gone. */
  #untold = new Map<ByteKey, PackedItem | undefined>()
  #isFresh = true
  #owesUpdate = true

  constructor(options: WatchOptions, source: WatchSource) {
    const { limitRows } = options
    this.options = options
    this.#capacity = limitRows === 0 ? 0 : limitRows + spareRows(limitRows)
    this.#source = source
    this.#window = createKeyWindow(this.#capacity, source.isReverse)
    this.#isComplete = this.#capacity === 0
  }

  get source(): WatchSource {
    return this.#source
  }

  /** Takes over a source that has the same rows: the table's record has changed in another respect. */
  set source(source: WatchSource) {
    this.#source = source
  }

  /** Whether rows may be missing that only reading can find. */
  get needsRows(): boolean {
    return this.#isFilling && !this.#isComplete
  }

  /** How many changes the page has not been told. */
  get untoldCount(): number {
    return this.#untold.size
  }

  /** Where reading goes on. */
  get missingRange(): KeyRange {
    const { range, isReverse } = this.#source
    return this.#horizon === undefined ? range : rangeBehind(range, this.#horizon, isReverse)
  }

  /** Starts anew, as another worker's changes were missed or the table's rows are others now. */
  restart(source: WatchSource): void {
    this.#source = source
    this.#window.clear()
    this.#rowKeys.clear()
    this.#horizon = undefined
    this.#isComplete = this.#capacity === 0
    this.#isFilling = true
    this.#untold = new Map()
    this.#isFresh = true
    this.#owesUpdate = true
  }

  /**
   * Takes a change in.
   *
   * @param key of the row, or of the item that a row leads to
   * @param item what is there now
   * @param touched collects the keys of the rows that the change is about; a row that is then not in the result is told
   *   to be gone, as the page may have shown it
   */
  change(key: ByteKey, item: PackedItem | undefined, touched: ByteKey[] | undefined): void {
    if (this.#source.itemsBehind === undefined) {
      this.#set(key, item, touched)
      return
    }
    const before = this.#rowKeys.get(key)
    const after = item && rowKeyOf(this.#source, item)
    if (before !== undefined && before !== after) this.#set(before, undefined, touched)
    if (after !== undefined) this.#set(after, item, touched)
    this.#remember(key, after)
  }

  /**
   * Takes in a row that reading has found, the next in the result's order.
   *
   * @param itemKey of the item behind it, where rows lead to items
   */
  addRead(key: ByteKey, item: PackedItem, itemKey: ByteKey | undefined): void {
    this.#horizon = key
    if (itemKey !== undefined) this.#remember(itemKey, key)
    this.#set(key, item, undefined)
  }

  /** Reading has come to the end of the range. */
  complete(): void {
    this.#isComplete = true
  }

  /** There is something to be told although no row has changed: what was not durable is. */
  oweUpdate(): void {
    this.#owesUpdate = true
  }

  /** Whether there is something that the page has to be told. */
  hasUpdate(isSettled: boolean): boolean {
    return this.#untold.size > 0 || (this.#owesUpdate && isSettled)
  }

  /**
   * What the page has to be told next.
   *
   * @param isSettled whether nothing is known to be missing
   * @param room how much fits; what is taken is subtracted
   * @returns undefined when there is nothing to be told
   */
  takeUpdate(isSettled: boolean, room: NewsRoom): Omit<WatchUpdate, 'pending'> | undefined {
    if (!this.hasUpdate(isSettled)) return undefined
    const keys: ByteKey[] = []
    const rows: (PackedItem | null)[] = []
    for (const [key, row] of this.#untold) {
      if (room.rows <= 0 || room.bytes <= 0) break
      room.rows--
      room.bytes -= key.length + (row?.bytes.length ?? 0)
      keys.push(key)
      rows.push(row ?? null)
      this.#untold.delete(key)
    }
    const isWhole = isSettled && this.#untold.size === 0
    const isFresh = this.#isFresh
    this.#isFresh = false
    this.#owesUpdate = !isWhole
    return { id: this.options.id, isFresh, keys, rows, isWhole }
  }

  #set(key: ByteKey, item: PackedItem | undefined, touched: ByteKey[] | undefined): void {
    const { filter } = this.#source
    const isRow = item !== undefined && this.#isKnown(key) && (filter === undefined || filter.evaluate(item))
    if (isRow) {
      this.#untold.set(key, shownRow(this.#source, item))
      const dropped = this.#window.add(key)
      if (dropped !== undefined) this.#drop(dropped)
      if (this.#window.size >= this.#capacity) this.#isFilling = false
    } else if (this.#window.delete(key) || touched !== undefined) {
      this.#untold.set(key, undefined)
      if (this.#window.size < this.options.limitRows) this.#isFilling = true
    }
    touched?.push(key)
  }

  /** There are more rows than are needed: the last is forgotten, and the range known only up to the one before it. */
  #drop(key: ByteKey): void {
    this.#untold.set(key, undefined)
    this.#horizon = this.#window.last
    this.#isComplete = false
  }

  #isKnown(key: ByteKey): boolean {
    if (this.#capacity === 0) return false
    if (this.#isComplete) return true
    if (this.#horizon === undefined) return false
    return this.#source.isReverse ? key >= this.#horizon : key <= this.#horizon
  }

  #remember(itemKey: ByteKey, rowKey: ByteKey | undefined): void {
    if (this.#source.itemsBehind === undefined) return
    if (rowKey === undefined) this.#rowKeys.delete(itemKey)
    else this.#rowKeys.set(itemKey, rowKey)
  }
}

function spareRows(limitRows: number): number {
  return Number.isFinite(limitRows) ? Math.min(MAX_SPARE_ROWS, Math.max(MIN_SPARE_ROWS, limitRows >> 1)) : 0
}
