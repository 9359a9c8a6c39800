// A sorted run: what one flush or merge wrote. Its data pages lie under consecutive ids; its index (one key per page)
// is in memory while the run is in use, its key filter as soon as it is loaded.

import { assert } from '../base/assert.ts'
import { type ByteKey, keyAfter, type KeyRange } from '../base/byte-key.ts'
import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import { checksum32 } from './checksum.ts'
import { corrupt } from './corruption.ts'
import { filterMayContain } from './key-filter.ts'
import type { LogDevice, PageRange } from './log-device.ts'
import type { RunInfo } from './manifest-codec.ts'
import { PageMissing } from './page-reader.ts'
import { joinParts } from './stored-parts.ts'

/** Ids of a run's pages start at its own id times this; a run has fewer pages. */
export const PAGES_PER_RUN = 1_048_576

/** Where the keys of a run lie. */
export interface RunIndex {
  /** For each page a key above all of the page before and not above its own first. */
  readonly fences: readonly ByteKey[]
  /** The greatest key of the run. */
  readonly lastKey: ByteKey
}

const CHECKSUM_BYTES = 4

/** A run that readers use. */
export class Run {
  readonly info: RunInfo
  readonly #fences: readonly ByteKey[]
  readonly #lastKey: ByteKey
  #filter: Uint8Array | undefined

  constructor(info: RunInfo, index: RunIndex, filter?: Uint8Array) {
    assert(index.fences.length === info.dataPages, 'A run has one fence for each of its pages.')
    this.info = info
    this.#fences = index.fences
    this.#lastKey = index.lastKey
    this.#filter = filter
  }

  get hasFilter(): boolean {
    return this.#filter !== undefined
  }

  set filter(bits: Uint8Array) {
    this.#filter = bits
  }

  /** A range that holds all keys of the run. */
  get wholeRange(): KeyRange {
    return { start: '', end: keyAfter(this.#lastKey) }
  }

  /** False when the run certainly does not hold a key with this hash. */
  mayContain(key: ByteKey, hash: number): boolean {
    if (key > this.#lastKey) return false
    return this.#filter === undefined || filterMayContain(this.#filter, hash)
  }

  /** Index of the page that holds `key` if the run does; -1 when `key` is below the first page. */
  pageFor(key: ByteKey): number {
    let low = 0
    let high = this.#fences.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#fences[middle] as ByteKey) <= key) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** The id under which a data page is stored. */
  pageId(pageIndex: number): number {
    return this.info.id * PAGES_PER_RUN + pageIndex
  }
}

/** All page ids of a run. */
export function runRange(info: Pick<RunInfo, 'id' | 'dataPages' | 'indexPages' | 'filterPages'>): PageRange {
  return { first: info.id * PAGES_PER_RUN, count: info.dataPages + info.indexPages + info.filterPages }
}

/**
 * Loads the indexes of runs, and their filters too if wished, in one read.
 *
 * @throws PageMissing when a run has been deleted, DatabaseError `StorageCorrupt`
 */
export async function loadRuns(
  device: LogDevice,
  infos: readonly RunInfo[],
  options: { readonly withFilters: boolean },
): Promise<Run[]> {
  if (infos.length === 0) return []
  const ranges = infos.map((info) => ({
    first: info.id * PAGES_PER_RUN + info.dataPages,
    count: info.indexPages + (options.withFilters ? info.filterPages : 0),
  }))
  const found = await device.readPages(ranges)
  return infos.map((info, at) => {
    const parts = present(found[at], info)
    const index = decodeRunIndex(joinParts(parts.slice(0, info.indexPages)), info)
    if (!options.withFilters) return new Run(info, index)
    return new Run(info, index, decodeFilter(joinParts(parts.slice(info.indexPages)), info))
  })
}

/**
 * Loads the filters of runs that have none yet. A run whose pages are gone stays without.
 *
 * @throws DatabaseError `StorageCorrupt`
 */
export async function loadFilters(device: LogDevice, runs: readonly Run[]): Promise<void> {
  const without = runs.filter((run) => !run.hasFilter)
  if (without.length === 0) return
  const found = await device.readPages(
    without.map(({ info }) => ({
      first: info.id * PAGES_PER_RUN + info.dataPages + info.indexPages,
      count: info.filterPages,
    })),
  )
  for (const [at, run] of without.entries()) {
    const parts = found[at]?.filter((part) => part !== undefined) ?? []
    if (parts.length === run.info.filterPages) run.filter = decodeFilter(joinParts(parts), run.info)
  }
}

/** Packs a run's index: checksum u32, last key, fences. */
export function encodeRunIndex({ fences, lastKey }: RunIndex): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  writer.uint32(0)
  writer.varint(lastKey.length)
  writer.byteKey(lastKey)
  writer.varint(fences.length)
  for (const fence of fences) {
    writer.varint(fence.length)
    writer.byteKey(fence)
  }
  writer.patchUint32(0, checksum32(writer.peek(), CHECKSUM_BYTES))
  return writer.take()
}

/** Packs a run's filter: checksum u32, bits. */
export function encodeFilter(bits: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(CHECKSUM_BYTES + bits.length)
  bytes.set(bits, CHECKSUM_BYTES)
  new DataView(bytes.buffer).setUint32(0, checksum32(bytes, CHECKSUM_BYTES), true)
  return bytes
}

function decodeRunIndex(bytes: Uint8Array, info: RunInfo): RunIndex {
  const reader = verified(bytes, info, 'index')
  const lastKey = reader.byteKey(reader.varint())
  const fences = Array.from({ length: reader.varint() }, () => reader.byteKey(reader.varint()))
  if (fences.length !== info.dataPages) {
    throw corrupt("A run's index does not fit its manifest entry.", { runId: info.id, fences: fences.length })
  }
  return { fences, lastKey }
}

function decodeFilter(bytes: Uint8Array, info: RunInfo): Uint8Array {
  verified(bytes, info, 'filter')
  return bytes.subarray(CHECKSUM_BYTES)
}

function verified(bytes: Uint8Array, info: RunInfo, part: string): ByteReader {
  const facts = { runId: info.id, part, bytes: bytes.length }
  if (bytes.length < CHECKSUM_BYTES) throw corrupt("A run's record is cut short.", facts)
  const reader = new ByteReader(bytes)
  if (reader.uint32() !== checksum32(bytes, CHECKSUM_BYTES)) throw corrupt("A run's record fails its checksum.", facts)
  return reader
}

function present(parts: readonly (Uint8Array | undefined)[] | undefined, info: RunInfo): Uint8Array[] {
  return (parts ?? []).map((part) => {
    if (part === undefined) throw new PageMissing(`Run ${info.id} is not there.`)
    return part
  })
}
