// The rows of one run in a range. Pages in the cache are walked without waiting; where pages have to be fetched, more
// of them are fetched at once the longer the walk goes on, the next ones while the present ones are walked.

import type { ByteKey } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { ScanOptions } from './contract.ts'
import type { Page, RowPlace } from './page-codec.ts'
import type { PageReader } from './page-reader.ts'
import type { RowSource } from './row-source.ts'
import type { Run } from './run.ts'

/** Most pages that one walk fetches at once. */
export const MAX_FETCH_AHEAD_PAGES = 16

/** Walks one run. */
export class RunSource implements RowSource {
  readonly #run: Run
  readonly #pages: PageReader
  readonly #options: ScanOptions
  readonly #step: 1 | -1
  /** The first and the last page of the walk, in its direction. */
  #nextPage: number
  readonly #lastPage: number
  #page: Page | undefined
  /** Index of the present row, and of the row behind the last of the range on this page, in the walk's direction. */
  #row = 0
  #rowsEnd = 0
  readonly #place: RowPlace = { suffixStart: 0, suffixEnd: 0, valueStart: 0, valueEnd: 0 }
  #key: ByteKey | undefined
  #value: Uint8Array | undefined
  /** Pages fetched ahead of their turn. */
  readonly #ahead = new Map<number, Promise<Page>>()
  /** The page behind the last that was asked for ahead. */
  #aheadEnd: number
  #window = 1

  constructor(run: Run, pages: PageReader, options: ScanOptions) {
    this.#run = run
    this.#pages = pages
    this.#options = options
    const low = Math.max(0, run.pageFor(options.start))
    const high = options.start < options.end ? run.pageFor(options.end) : -1
    this.#step = options.reverse === true ? -1 : 1
    // An empty range: the walk starts behind its end.
    const isEmpty = high < low
    this.#nextPage = isEmpty ? 0 : this.#step === 1 ? low : high
    this.#lastPage = isEmpty ? -this.#step : this.#step === 1 ? high : low
    this.#aheadEnd = this.#nextPage
  }

  get key(): ByteKey {
    this.#key ??= (this.#page as Page).keyOf(this.#place)
    return this.#key
  }

  get value(): Uint8Array | undefined {
    return this.#value
  }

  head(offset: number): number {
    return (this.#page as Page).headOf(this.#place, offset)
  }

  advance(): MaybePromise<boolean> {
    const row = this.#row + this.#step
    if (this.#page !== undefined && row !== this.#rowsEnd) {
      this.#stand(this.#page, row)
      return true
    }
    return this.#turnPage()
  }

  rowsBefore(limit: ByteKey | undefined): number {
    const left = (this.#rowsEnd - this.#row) * this.#step - 1
    if (limit === undefined || left === 0) return left
    const bound = (this.#page as Page).lowerBound(limit)
    // Forward: the rows below `limit`. Backward: the rows above it; the row at `bound` may be the one that equals it.
    const before = this.#step === 1 ? bound - this.#row - 1 : this.#row - bound - 1
    return Math.max(0, Math.min(left, before))
  }

  #stand(page: Page, row: number): void {
    this.#row = row
    page.locate(row, this.#place)
    this.#key = undefined
    this.#value = page.valueOf(this.#place)
  }

  /** Goes on to the first row of the next page that has one in the range. */
  #turnPage(): MaybePromise<boolean> {
    while ((this.#lastPage - this.#nextPage) * this.#step >= 0) {
      const index = this.#nextPage
      const page = this.#pageNow(index)
      if (page instanceof Promise) return page.then((fetched) => this.#enter(index, fetched) || this.#turnPage())
      if (this.#enter(index, page)) return true
    }
    this.#page = undefined
    return false
  }

  /** Stands on the page's first row in the range; false when it has none. */
  #enter(index: number, page: Page): boolean {
    const { start, end } = this.#options
    this.#nextPage = index + this.#step
    const isFirst = index === Math.max(0, this.#run.pageFor(start))
    const low = isFirst ? page.lowerBound(start) : 0
    const high = index === this.#run.pageFor(end) ? page.lowerBound(end) : page.rowCount
    if (low >= high) return false
    this.#page = page
    this.#rowsEnd = this.#step === 1 ? high : low - 1
    this.#stand(page, this.#step === 1 ? low : high - 1)
    return true
  }

  #pageNow(index: number): MaybePromise<Page> {
    const cached = this.#pages.cached(this.#run.pageId(index))
    if (cached !== undefined) {
      this.#ahead.delete(index)
      if (this.#window > 1) this.#fetchAhead(index)
      return cached
    }
    const ahead = this.#ahead.get(index)
    if (ahead === undefined) this.#aheadEnd = index
    this.#fetchAhead(index)
    const fetch = ahead ?? this.#ahead.get(index) ?? this.#pages.fetch(this.#run.pageId(index))
    this.#ahead.delete(index)
    return fetch
  }

  /** Keeps up to a window of pages under way; the window doubles each time it is used up. */
  #fetchAhead(index: number): void {
    const underWay = (this.#aheadEnd - index) * this.#step
    if (underWay > this.#window / 2) return
    if (underWay < 0) this.#aheadEnd = index
    for (let count = 0; count < this.#window && (this.#lastPage - this.#aheadEnd) * this.#step >= 0; count++) {
      const next = this.#aheadEnd
      this.#aheadEnd += this.#step
      const id = this.#run.pageId(next)
      if (this.#pages.cached(id) !== undefined) continue
      const fetch = this.#pages.fetch(id)
      // A failure is told to the walk when it comes to this page, if it ever does.
      fetch.catch(() => undefined)
      this.#ahead.set(next, fetch)
    }
    this.#window = Math.min(this.#window * 2, MAX_FETCH_AHEAD_PAGES)
  }
}
