// A page: rows in key order, packed, searched in place.
//   checksum of what follows u32 · format u8 · unused u8 · prefix size u16 · row count u32 · offset of each row u32
//   · prefix, which all keys share · rows: suffix size varint, value size + 1 varint (0: removed), suffix, value
// One prefix for the whole page, not one per row, so that a binary search compares bytes where they lie and a walk
// decodes only the keys that somebody asks for.

import { assert } from '../base/assert.ts'
import { type ByteKey, byteKeyFromBytes } from '../base/byte-key.ts'
import { ByteReader } from '../base/byte-reader.ts'
import { varintBytes } from '../base/byte-writer.ts'
import { checksum32 } from './checksum.ts'
import { corrupt } from './corruption.ts'
import { HEAD_BYTES } from './row-source.ts'

/**
 * A page is closed when it has this many bytes. Measured in Chromium: reading one takes 0.17 ms (0.31 ms at 60 KiB),
 * scans of pages from 20 to 60 KiB take about as long, and a value over 64 KiB is kept outside the main store.
 */
export const PAGE_TARGET_BYTES = 24_000

const PAGE_FORMAT = 1
const HEADER_BYTES = 12
const CHECKSUM_BYTES = 4
const OFFSET_BYTES = 4
const MAX_PREFIX_BYTES = 65_535
/** Most bytes that a row takes beside its suffix and value: its offset and two varints. */
const ROW_OVERHEAD_BYTES = 12

/** Where a row's parts lie in the page's bytes; filled by `Page.locate`. */
export interface RowPlace {
  suffixStart: number
  suffixEnd: number
  valueStart: number
  /** Below `valueStart` when the row is a removal. */
  valueEnd: number
}

/** Gathers rows in key order and packs them. */
export class PageBuilder {
  #keys: ByteKey[] = []
  #values: (Uint8Array | undefined)[] = []
  #bytes = HEADER_BYTES

  get rowCount(): number {
    return this.#keys.length
  }

  /** Whether the page should be packed before more rows are added. */
  get isFull(): boolean {
    return this.#bytes >= PAGE_TARGET_BYTES
  }

  /** Whether the page would pass its target size with this row and so should be packed first. */
  wouldOverflow(key: ByteKey, value: Uint8Array | undefined): boolean {
    const bytes = this.#bytes + key.length + (value?.length ?? 0) + ROW_OVERHEAD_BYTES
    return this.#keys.length > 0 && bytes > PAGE_TARGET_BYTES
  }

  /** Adds a row; keys come in ascending order. */
  add(key: ByteKey, value: Uint8Array | undefined): void {
    this.#keys.push(key)
    this.#values.push(value)
    this.#bytes += key.length + (value?.length ?? 0) + ROW_OVERHEAD_BYTES
  }

  /** The packed page; the builder starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const keys = this.#keys
    const count = keys.length
    assert(count > 0, 'A page has at least one row.')
    const prefixSize = sharedPrefixSize(keys[0] as ByteKey, keys[count - 1] as ByteKey)
    const page = new PageBytes(this.#packedSize(prefixSize))
    page.uint8(PAGE_FORMAT)
    page.uint8(0)
    page.uint16(prefixSize)
    page.uint32(count)
    page.at += count * OFFSET_BYTES
    page.key(keys[0] as ByteKey, 0, prefixSize)
    for (let index = 0; index < count; index++) {
      page.view.setUint32(HEADER_BYTES + index * OFFSET_BYTES, page.at, true)
      page.row(keys[index] as ByteKey, prefixSize, this.#values[index])
    }
    assert(page.at === page.bytes.length, 'A page takes as many bytes as were counted.')
    page.view.setUint32(0, checksum32(page.bytes, CHECKSUM_BYTES), true)
    this.#keys = []
    this.#values = []
    this.#bytes = HEADER_BYTES
    return page.bytes
  }

  /** The page's exact size, so that it is packed where it stays. */
  #packedSize(prefixSize: number): number {
    let size = HEADER_BYTES + prefixSize
    for (const [index, key] of this.#keys.entries()) {
      const suffixBytes = key.length - prefixSize
      const value = this.#values[index]
      const valueBytes = value === undefined ? 0 : value.length + 1
      size += OFFSET_BYTES + varintBytes(suffixBytes) + varintBytes(valueBytes) + suffixBytes + (value?.length ?? 0)
    }
    return size
  }
}

/** The bytes of a page while it is packed. */
class PageBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly view: DataView
  at = CHECKSUM_BYTES

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes)
    this.view = new DataView(this.bytes.buffer)
  }

  uint8(value: number): void {
    this.bytes[this.at++] = value
  }

  uint16(value: number): void {
    this.view.setUint16(this.at, value, true)
    this.at += 2
  }

  uint32(value: number): void {
    this.view.setUint32(this.at, value, true)
    this.at += 4
  }

  row(key: ByteKey, suffixAt: number, value: Uint8Array | undefined): void {
    this.#varint(key.length - suffixAt)
    this.#varint(value === undefined ? 0 : value.length + 1)
    this.key(key, suffixAt, key.length)
    if (value === undefined) return
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  key(key: ByteKey, start: number, end: number): void {
    const { bytes } = this
    let { at } = this
    for (let index = start; index < end; index++) bytes[at++] = key.charCodeAt(index)
    this.at = at
  }

  #varint(value: number): void {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) | 128
    this.bytes[this.at++] = rest
  }
}

/** A packed page, read in place. */
export class Page {
  readonly bytes: Uint8Array
  readonly rowCount: number
  readonly #view: DataView
  readonly #prefix: ByteKey

  /**
   * @param pageId for the error's facts
   * @throws DatabaseError `StorageCorrupt` when the bytes fail their checksum
   */
  constructor(bytes: Uint8Array, pageId: number) {
    const facts = { pageId, bytes: bytes.length }
    if (bytes.length < HEADER_BYTES) throw corrupt('A page is cut short.', facts)
    const reader = new ByteReader(bytes)
    if (reader.uint32() !== checksum32(bytes, CHECKSUM_BYTES)) throw corrupt('A page fails its checksum.', facts)
    if (reader.uint8() !== PAGE_FORMAT) throw corrupt('A page has an unknown format.', facts)
    reader.uint8()
    const prefixSize = reader.uint16()
    this.rowCount = reader.uint32()
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const prefixStart = HEADER_BYTES + this.rowCount * OFFSET_BYTES
    this.#prefix = byteKeyFromBytes(bytes.subarray(prefixStart, prefixStart + prefixSize))
  }

  /** Finds out where the row's parts lie. */
  locate(index: number, place: RowPlace): void {
    const { bytes } = this
    let at = this.#view.getUint32(HEADER_BYTES + index * OFFSET_BYTES, true)
    let suffixSize = bytes[at++] as number
    if (suffixSize > 127) {
      suffixSize = varintFrom(bytes, at - 1)
      at = afterVarint(bytes, at - 1)
    }
    let valueSize = bytes[at++] as number
    if (valueSize > 127) {
      valueSize = varintFrom(bytes, at - 1)
      at = afterVarint(bytes, at - 1)
    }
    place.suffixStart = at
    place.suffixEnd = at + suffixSize
    place.valueStart = at + suffixSize
    place.valueEnd = at + suffixSize + valueSize - 1
  }

  /** The key of a located row. */
  keyOf(place: RowPlace): ByteKey {
    return this.#prefix + byteKeyFromBytes(this.bytes.subarray(place.suffixStart, place.suffixEnd))
  }

  /** The head of a located row's key, without decoding it. */
  headOf(place: RowPlace, offset: number): number {
    const prefix = this.#prefix
    const { bytes } = this
    // Where the key's bytes would lie if the prefix were not left out.
    const start = place.suffixStart - prefix.length
    const size = place.suffixEnd - start
    let head = 0
    for (let at = offset; at < offset + HEAD_BYTES; at++) {
      const byte = at < prefix.length ? prefix.charCodeAt(at) : at < size ? (bytes[start + at] as number) : 0
      head = head * 256 + byte
    }
    return head
  }

  /** The value of a located row; undefined when it is a removal. A view of the page. */
  valueOf(place: RowPlace): Uint8Array | undefined {
    return place.valueEnd < place.valueStart ? undefined : this.bytes.subarray(place.valueStart, place.valueEnd)
  }

  /** Index of the first row whose key is not below `key`. */
  lowerBound(key: ByteKey): number {
    const prefix = this.#prefix
    if (!key.startsWith(prefix)) return key < prefix ? 0 : this.rowCount
    let low = 0
    let high = this.rowCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compareSuffix(middle, key, prefix.length) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of the row with this key; -1 when there is none. */
  find(key: ByteKey): number {
    const index = this.lowerBound(key)
    if (index === this.rowCount || !key.startsWith(this.#prefix)) return -1
    return this.#compareSuffix(index, key, this.#prefix.length) === 0 ? index : -1
  }

  /** Compares the row's key with `key`, which shares the prefix of `from` bytes. */
  #compareSuffix(index: number, key: ByteKey, from: number): number {
    const { bytes } = this
    let at = this.#view.getUint32(HEADER_BYTES + index * OFFSET_BYTES, true)
    const suffixSize = varintFrom(bytes, at)
    at = afterVarint(bytes, afterVarint(bytes, at))
    const size = Math.min(suffixSize, key.length - from)
    for (let offset = 0; offset < size; offset++) {
      const difference = (bytes[at + offset] as number) - key.charCodeAt(from + offset)
      if (difference !== 0) return difference
    }
    return suffixSize - (key.length - from)
  }
}

function sharedPrefixSize(first: ByteKey, last: ByteKey): number {
  const limit = Math.min(first.length, last.length, MAX_PREFIX_BYTES)
  let size = 0
  while (size < limit && first.charCodeAt(size) === last.charCodeAt(size)) size++
  return size
}

/** Reads a varint in place: pages are walked too often to make a reader for each row. */
function varintFrom(bytes: Uint8Array, start: number): number {
  let at = start
  let byte = bytes[at] as number
  let value = byte & 127
  for (let scale = 128; byte > 127; scale *= 128) {
    byte = bytes[++at] as number
    value += (byte & 127) * scale
  }
  return value
}

function afterVarint(bytes: Uint8Array, start: number): number {
  let at = start
  while ((bytes[at] as number) > 127) at++
  return at + 1
}
