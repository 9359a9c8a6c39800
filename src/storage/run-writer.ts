// Writes rows that come in key order as a run: pages in bounded transactions while they come, then index and filter.
// Nothing of it counts before a manifest names the run.

import type { ByteKey } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { assert } from '../base/assert.ts'
import { KeyFilterBuilder } from './key-filter.ts'
import type { LogDevice } from './log-device.ts'
import type { PageReader } from './page-reader.ts'
import { PageBuilder } from './page-codec.ts'
import { encodeFilter, encodeRunIndex, PAGES_PER_RUN, Run } from './run.ts'
import { splitParts } from './stored-parts.ts'

/** Bytes of pages that go into one transaction, so that no transaction keeps others waiting for long. */
export const WRITE_STEP_BYTES = 524_288

/** What a run is written with. */
export interface RunWriterOptions {
  readonly device: LogDevice
  readonly runId: number
  /** Gets the pages as they are written. */
  readonly cache: PageReader
  /** Default WRITE_STEP_BYTES. */
  readonly stepBytes?: number
}

/** A run in the making. */
export class RunWriter {
  readonly #device: LogDevice
  readonly #cache: PageReader
  readonly #runId: number
  readonly #stepBytes: number
  readonly #builder = new PageBuilder()
  readonly #filter = new KeyFilterBuilder()
  readonly #fences: ByteKey[] = []
  #pages: Uint8Array[] = []
  #pagesBytes = 0
  #writtenPages = 0
  #dataBytes = 0
  #rows = 0
  #lastKey: ByteKey | undefined

  constructor({ device, runId, cache, stepBytes = WRITE_STEP_BYTES }: RunWriterOptions) {
    this.#device = device
    this.#runId = runId
    this.#cache = cache
    this.#stepBytes = stepBytes
  }

  /** How many rows were added. */
  get rows(): number {
    return this.#rows
  }

  /** Adds a row (`value` undefined: a removal). Returns a promise when enough pages are ready to be written. */
  add(key: ByteKey, value: Uint8Array | undefined): MaybePromise<void> {
    if (this.#builder.wouldOverflow(key, value)) this.#closePage()
    if (this.#builder.rowCount === 0) this.#fences.push(separator(this.#lastKey, key))
    this.#builder.add(key, value)
    this.#filter.add(key)
    this.#lastKey = key
    this.#rows++
    if (this.#pagesBytes >= this.#stepBytes) return this.#writePages()
  }

  /** Writes the rest; undefined when there were no rows. */
  async finish(): Promise<Run | undefined> {
    if (this.#lastKey === undefined) return undefined
    this.#closePage()
    const dataPages = this.#writtenPages + this.#pages.length
    const index = { fences: this.#fences, lastKey: this.#lastKey }
    const bits = this.#filter.take()
    const indexParts = splitParts(encodeRunIndex(index))
    const filterParts = splitParts(encodeFilter(bits))
    assert(dataPages + indexParts.length + filterParts.length <= PAGES_PER_RUN, 'A run fits its range of page ids.')
    this.#pages.push(...indexParts, ...filterParts)
    await this.#writePages()
    const info = {
      id: this.#runId,
      dataPages,
      indexPages: indexParts.length,
      filterPages: filterParts.length,
      rows: this.#rows,
      dataBytes: this.#dataBytes,
    }
    return new Run(info, index, bits)
  }

  #closePage(): void {
    const page = this.#builder.take()
    this.#cache.admit(this.#runId * PAGES_PER_RUN + this.#writtenPages + this.#pages.length, page)
    this.#pages.push(page)
    this.#pagesBytes += page.length
    this.#dataBytes += page.length
  }

  async #writePages(): Promise<void> {
    const pages = this.#pages
    this.#pages = []
    this.#pagesBytes = 0
    await this.#device.writePages(this.#runId * PAGES_PER_RUN + this.#writtenPages, pages)
    this.#writtenPages += pages.length
  }
}

/** The shortest key above `previous` and not above `next`. */
function separator(previous: ByteKey | undefined, next: ByteKey): ByteKey {
  if (previous === undefined) return next
  let size = 0
  while (size < previous.length && previous.charCodeAt(size) === next.charCodeAt(size)) size++
  return next.slice(0, size + 1)
}
