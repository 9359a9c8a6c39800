// Pages by id, through a cache bounded in bytes. Reads of one task go to the device together, consecutive ids as one
// range, and concurrent readers of a page share one fetch.

import { assert } from '../base/assert.ts'
import type { LogDevice, PageRange } from './log-device.ts'
import { Page } from './page-codec.ts'

/** A page that was asked for is not there: a merge by another worker replaced its run. Readers load the manifest anew. */
export class PageMissing extends Error {
  override readonly name = 'PageMissing'
}

/** What a cached page costs beside its bytes. */
const PAGE_OVERHEAD_BYTES = 400

interface CachedPage {
  readonly page: Page
  /** Read again since it was cached or since the clock's hand last passed. */
  isReferenced: boolean
}

interface Fetch {
  readonly promise: Promise<Page>
  readonly resolve: (page: Page) => void
  readonly reject: (error: unknown) => void
}

/** Reads and caches pages. */
export class PageReader {
  readonly #device: LogDevice
  readonly #capacityBytes: number
  readonly #lender: PageReader | undefined
  /** In the order of the clock: the first is under its hand. */
  readonly #cache = new Map<number, CachedPage>()
  #cachedBytes = 0
  readonly #fetches = new Map<number, Fetch>()
  /** Pages whose fetch is not yet under way. */
  #wanted: number[] = []

  /** @param lender whose cached pages are used, without counting as read */
  constructor(device: LogDevice, capacityBytes: number, lender?: PageReader) {
    this.#device = device
    this.#capacityBytes = capacityBytes
    this.#lender = lender
  }

  /** Bytes that the cache holds. */
  get cachedBytes(): number {
    return this.#cachedBytes
  }

  /** Whether any page is being fetched now. */
  get isFetching(): boolean {
    return this.#fetches.size > 0
  }

  /** The page if it is cached. */
  cached(id: number): Page | undefined {
    const entry = this.#cache.get(id)
    if (entry === undefined) return this.#lender?.lend(id)
    entry.isReferenced = true
    return entry.page
  }

  /** The page if it is cached, without counting as a reader. */
  lend(id: number): Page | undefined {
    return this.#cache.get(id)?.page
  }

  /**
   * Fetches a page that is not cached, with all others asked for in the same task.
   *
   * @throws PageMissing, DatabaseError `StorageCorrupt`, `StorageFailed`, `StorageClosed`
   */
  fetch(id: number): Promise<Page> {
    const running = this.#fetches.get(id)
    if (running !== undefined) return running.promise
    let resolve: Fetch['resolve'] | undefined
    let reject: Fetch['reject'] | undefined
    const promise = new Promise<Page>((onResolve, onReject) => {
      resolve = onResolve
      reject = onReject
    })
    assert(resolve !== undefined && reject !== undefined, 'A promise hands out its ends at once.')
    this.#fetches.set(id, { promise, resolve, reject })
    this.#wanted.push(id)
    if (this.#wanted.length === 1) queueMicrotask(() => void this.#fetchWanted())
    return promise
  }

  /** Keeps a page that was just written, so that it need not be read back. */
  admit(id: number, bytes: Uint8Array): void {
    if (!this.#cache.has(id)) this.#keep(id, new Page(bytes, id))
  }

  /** Forgets the pages of a range. */
  drop({ first, count }: PageRange): void {
    for (let id = first; id < first + count; id++) {
      const entry = this.#cache.get(id)
      if (entry === undefined) continue
      this.#cache.delete(id)
      this.#cachedBytes -= sizeOf(entry.page)
    }
  }

  /** Never throws: what goes wrong is told to those who wait. */
  async #fetchWanted(): Promise<void> {
    const ranges = rangesOf(this.#wanted)
    this.#wanted = []
    let found: readonly (readonly (Uint8Array | undefined)[])[]
    try {
      found = await this.#device.readPages(ranges)
    } catch (error) {
      for (const id of idsOf(ranges)) this.#takeFetch(id).reject(error)
      return
    }
    for (const [index, range] of ranges.entries()) {
      for (let offset = 0; offset < range.count; offset++) this.#deliver(range.first + offset, found[index]?.[offset])
    }
  }

  #deliver(id: number, bytes: Uint8Array | undefined): void {
    const fetch = this.#takeFetch(id)
    if (bytes === undefined) {
      fetch.reject(new PageMissing(`Page ${id} is not there.`))
      return
    }
    try {
      const page = new Page(bytes, id)
      this.#keep(id, page)
      fetch.resolve(page)
    } catch (error) {
      fetch.reject(error)
    }
  }

  #takeFetch(id: number): Fetch {
    const fetch = this.#fetches.get(id)
    assert(fetch !== undefined, 'A page that arrives was asked for.')
    this.#fetches.delete(id)
    return fetch
  }

  /** New pages start unreferenced, so that a long scan pushes out its own pages before those that are read often. */
  #keep(id: number, page: Page): void {
    this.#cache.set(id, { page, isReferenced: false })
    this.#cachedBytes += sizeOf(page)
    // Each turn of the hand drops a page or takes a reference from one, so this ends after two rounds at most.
    for (const [oldId, entry] of this.#cache) {
      if (this.#cachedBytes <= this.#capacityBytes) break
      this.#cache.delete(oldId)
      if (entry.isReferenced) {
        entry.isReferenced = false
        this.#cache.set(oldId, entry)
      } else {
        this.#cachedBytes -= sizeOf(entry.page)
      }
    }
  }
}

function sizeOf(page: Page): number {
  return page.bytes.length + PAGE_OVERHEAD_BYTES
}

/** Distinct ids as ranges of consecutive ones. */
function rangesOf(ids: number[]): PageRange[] {
  const ranges: { first: number; count: number }[] = []
  for (const id of ids.sort((left, right) => left - right)) {
    const last = ranges.at(-1)
    if (last !== undefined && last.first + last.count === id) last.count++
    else ranges.push({ first: id, count: 1 })
  }
  return ranges
}

function idsOf(ranges: readonly PageRange[]): number[] {
  return ranges.flatMap(({ first, count }) => Array.from({ length: count }, (_, offset) => first + offset))
}
