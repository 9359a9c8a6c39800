// Reads of the log-structured store at one point of the log. Where another worker has removed a page this snapshot
// still needs, it goes on in the newest view, if that still tells what the rows were at this point.

import { assert } from '../base/assert.ts'
import { type ByteKey, keyAfter } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Cursor, ScanOptions, Snapshot } from './contract.ts'
import { corrupt } from './corruption.ts'
import { hashKey } from './key-filter.ts'
import { type CursorOwner, MergeCursor } from './merge-cursor.ts'
import type { Page, RowPlace } from './page-codec.ts'
import { PageMissing, type PageReader } from './page-reader.ts'
import type { RowSource } from './row-source.ts'
import { RunSource } from './run-source.ts'
import type { BatchBase } from './store-transaction.ts'
import type { StoreView } from './store-view.ts'

/** How often one read goes over to a newer view. */
export const MAX_VIEW_RENEWALS = 4

/** Who hands out snapshots. */
export interface SnapshotKeeper {
  readonly pages: PageReader
  /**
   * The newest view in place of `lost`, which misses pages; the hold that the snapshot has goes over to it.
   *
   * @throws DatabaseError `SnapshotLost` when it does not tell any more what was at `sequence`
   */
  renewView(lost: StoreView, sequence: number): Promise<StoreView>
  /** The snapshot is closed. */
  releaseView(view: StoreView, sequence: number): void
}

/** A snapshot of the log-structured store. */
export class StoreSnapshot implements Snapshot, BatchBase, CursorOwner {
  readonly sequence: number
  readonly #keeper: SnapshotKeeper
  #view: StoreView
  #renewing: Promise<void> | undefined
  #isOpen = true

  constructor(keeper: SnapshotKeeper, view: StoreView, sequence: number) {
    this.#keeper = keeper
    this.#view = view
    this.sequence = sequence
  }

  get isFetching(): boolean {
    return this.#keeper.pages.isFetching
  }

  get(key: ByteKey): MaybePromise<Uint8Array | undefined> {
    this.assertOpen()
    const view = this.#view
    const value = this.#read(view, key)
    return value instanceof Promise ? value.catch((error: unknown) => this.#readAgain(error, view, key)) : value
  }

  scan(options: ScanOptions): Cursor {
    this.assertOpen()
    return new ViewCursor(this, options)
  }

  sources(options: ScanOptions): RowSource[] {
    this.assertOpen()
    return [new ViewCursor(this, options)]
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    // A renewal under way gives back what it gets.
    if (this.#renewing === undefined) this.#keeper.releaseView(this.#view, this.sequence)
  }

  assertOpen(): void {
    assert(this.#isOpen, 'A snapshot is read only until it is closed.')
  }

  /** A walk over the present view, for `ViewCursor`. */
  walk(options: ScanOptions): { readonly view: StoreView; readonly cursor: MergeCursor } {
    const view = this.#view
    const sources: RowSource[] = view.layers.map(({ table }) => table.source(options, this.sequence))
    for (const run of view.runs) sources.push(new RunSource(run, this.#keeper.pages, options))
    const cursor = new MergeCursor(sources, { scan: options, owner: this })
    return { view, cursor }
  }

  /** Goes over to a newer view because a read of `lost` failed with `error`; throws it if that cannot help. */
  async renew(error: unknown, lost: StoreView): Promise<void> {
    if (!(error instanceof PageMissing)) throw error
    this.assertOpen()
    if (this.#view !== lost) return
    this.#renewing ??= this.#replaceView(lost)
    await this.#renewing
    this.assertOpen()
  }

  async #replaceView(lost: StoreView): Promise<void> {
    try {
      this.#view = await this.#keeper.renewView(lost, this.sequence)
    } finally {
      this.#renewing = undefined
      if (!this.#isOpen) this.#keeper.releaseView(this.#view, this.sequence)
    }
  }

  #read(view: StoreView, key: ByteKey): MaybePromise<Uint8Array | undefined> {
    for (const { table } of view.layers) {
      const version = table.versionAt(key, this.sequence)
      if (version !== undefined) return version.value
    }
    return view.runs.length === 0 ? undefined : this.#find(view, key, { hash: hashKey(key), runIndex: 0 })
  }

  async #readAgain(error: unknown, lost: StoreView, key: ByteKey): Promise<Uint8Array | undefined> {
    let failure = error
    let view = lost
    for (let renewals = 0; renewals < MAX_VIEW_RENEWALS; renewals++) {
      await this.renew(failure, view)
      view = this.#view
      try {
        return await this.#read(view, key)
      } catch (again) {
        failure = again
      }
    }
    throw pagesKeepMissing(failure)
  }

  /** Looks the key up in the runs, newest first, from `runIndex` on. */
  #find(
    view: StoreView,
    key: ByteKey,
    from: { readonly hash: number; readonly runIndex: number },
  ): MaybePromise<Uint8Array | undefined> {
    const { pages } = this.#keeper
    for (let runIndex = from.runIndex; runIndex < view.runs.length; runIndex++) {
      const run = view.runs[runIndex]
      if (run === undefined || !run.mayContain(key, from.hash)) continue
      const pageIndex = run.pageFor(key)
      if (pageIndex < 0) continue
      const pageId = run.pageId(pageIndex)
      const page = pages.cached(pageId)
      if (page === undefined) {
        return pages.fetch(pageId).then((fetched) => {
          const row = fetched.find(key)
          if (row >= 0) return valueAt(fetched, row)
          return this.#find(view, key, { hash: from.hash, runIndex: runIndex + 1 })
        })
      }
      const row = page.find(key)
      if (row >= 0) return valueAt(page, row)
    }
    return undefined
  }
}

/** A walk over a view, which goes on in a newer view from where it was if pages are missing. */
class ViewCursor implements Cursor, RowSource {
  readonly #snapshot: StoreSnapshot
  #options: ScanOptions
  #view: StoreView
  #walk: MergeCursor
  #renewals = 0

  constructor(snapshot: StoreSnapshot, options: ScanOptions) {
    this.#snapshot = snapshot
    this.#options = options
    const { view, cursor } = snapshot.walk(options)
    this.#view = view
    this.#walk = cursor
  }

  get key(): ByteKey {
    return this.#walk.key
  }

  get value(): Uint8Array {
    return this.#walk.value
  }

  head(offset: number): number {
    return this.#walk.head(offset)
  }

  rowsBefore(): number {
    return 0
  }

  advance(): MaybePromise<boolean> {
    const moved = this.#walk.advance()
    return moved instanceof Promise ? moved.catch((error: unknown) => this.#resume(error)) : moved
  }

  async #resume(error: unknown): Promise<boolean> {
    if (this.#renewals++ >= MAX_VIEW_RENEWALS) throw pagesKeepMissing(error)
    await this.#snapshot.renew(error, this.#view)
    const passed = this.#walk.passedKey
    if (passed !== undefined) {
      const { start, end, reverse } = this.#options
      this.#options = reverse === true ? { start, end: passed, reverse } : { start: keyAfter(passed), end }
    }
    const { view, cursor } = this.#snapshot.walk(this.#options)
    this.#view = view
    this.#walk = cursor
    return this.advance()
  }
}

function valueAt(page: Page, row: number): Uint8Array | undefined {
  const place: RowPlace = { suffixStart: 0, suffixEnd: 0, valueStart: 0, valueEnd: 0 }
  page.locate(row, place)
  return page.valueOf(place)
}

function pagesKeepMissing(error: unknown): unknown {
  return error instanceof PageMissing
    ? corrupt('Pages of the newest manifest are missing.', { page: error.message })
    : error
}
