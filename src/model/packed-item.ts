// An item as bytes, read in place: filters, conditions, projections and index keys decode only the attributes they
// name. Top-level names are numbers in the table's attribute dictionary. The bytes are stored in databases: a change of
// layout takes a new value of the first byte.
//
//   layout       1 byte: bit 0 ids of two bytes, bits 1–2 width of the offsets (0: one byte, 1: two, 2: four)
//   size         varint: the item's size as the service counts it (see item-size)
//   count        varint: attributes
//   ids          for each attribute its number in the dictionary; 0xffff: the name is written before its value
//   offsets      for each attribute where its value ends, counted from the first value
//   values       see packed-format

import { assert } from '../base/assert.ts'
import { ByteWriter, varintBytes } from '../base/byte-writer.ts'
import { textSizeBytes, wellFormed } from '../base/utf8.ts'
import { setAttribute } from './attribute-map.ts'
import { checkAttributeName } from './attribute-rules.ts'
import type { AttributeSource, AttributeType, AttributeValue, Item } from './attribute-value.ts'
import { valueSizeBytes } from './item-size.ts'
import { MAX_DICTIONARY_NAMES } from './limits.ts'
import { type PackedCursor, readSizedText, readVarint, type ValueWriter } from './packed-format.ts'
import { peekType, readValue, writeValue } from './packed-value.ts'

/** Stands for an id where the dictionary has none; greater than any id, so it makes the ids wide. */
const INLINE_ID = 0xffff
const WIDE_IDS = 1
const OFFSET_WIDTH_SHIFT = 1
/** Wide ids and offsets of four bytes. */
const MAX_LAYOUT = 5
const MAX_UINT8 = 0xff
const MAX_UINT16 = 0xffff
/** Layout, size and count. */
const MAX_FIXED_HEADER_BYTES = 17
/** A wide id and an offset of four bytes. */
const MAX_ENTRY_BYTES = 6
/** Copies of small items share buffers of this size. */
const SLAB_BYTES = 65_536
const MAX_SLAB_ITEM_BYTES = 4096
/** A packer that had to grow beyond this is not kept for the next item. */
const MAX_IDLE_BUFFER_BYTES = 1_048_576

/** The attribute names of a table, by number. */
export interface AttributeDictionary {
  readonly names: readonly string[]
  idOf(name: string): number | undefined
}

/** A dictionary that takes new names; ids of known names never change. */
export interface GrowableDictionary extends AttributeDictionary {
  /**
   * The id of `name`, added if it is new; undefined when the dictionary is full.
   *
   * @throws ServiceException ValidationException for a new name that no attribute can have
   */
  add(name: string): number | undefined
}

/** A dictionary of these names, which takes up to MAX_DICTIONARY_NAMES. */
export function createDictionary(names: readonly string[] = []): GrowableDictionary {
  const known = [...names]
  const ids = new Map(known.map((name, id) => [name, id]))
  return {
    names: known,
    idOf: (name) => ids.get(name),
    add(name) {
      const id = ids.get(name)
      if (id !== undefined) return id
      checkAttributeName(name)
      if (known.length >= MAX_DICTIONARY_NAMES) return undefined
      // A stored name is UTF-8: it has to be here what it will be when it is read back.
      const storable = wellFormed(name)
      if (storable !== name) return this.add(storable)
      ids.set(name, known.length)
      return known.push(name) - 1
    },
  }
}

/** Packs a canonical item. */
export function packItem(item: Item, dictionary: GrowableDictionary): Uint8Array {
  return packAttributes(item, dictionary, writeValue)
}

/**
 * Packs attributes of any form.
 *
 * @param write packs one value
 */
export function packAttributes<Value>(
  attributes: Readonly<Record<string, Value>>,
  dictionary: GrowableDictionary,
  write: ValueWriter<Value>,
): Uint8Array {
  const names = Object.keys(attributes)
  return withPacker(names.length, (packer) => {
    for (const name of names) {
      packer.start(name, dictionary.add(name))
      packer.sizeBytes += textSizeBytes(name) + write(packer.values, attributes[name] as Value)
      packer.end()
    }
    return packer.finish()
  })
}

/**
 * The same item packed for another dictionary. The bytes may be those of `packed`, and may share a buffer with others:
 * nobody changes them any more.
 *
 * @param dictionary takes the item's names; its table's own copy, or one made for a message
 */
export function repackItem(packed: PackedItem, dictionary: GrowableDictionary): Uint8Array {
  const renamed = renameIds(packed, dictionary)
  if (renamed !== undefined) return renamed
  return withPacker(packed.count, (packer) => {
    packer.sizeBytes = packed.sizeBytes
    for (let index = 0; index < packed.count; index++) {
      const name = packed.name(index)
      packer.start(name, dictionary.add(name))
      packer.values.bytes(packed.valueBytes(index))
      packer.end()
    }
    return packer.finish()
  })
}

/**
 * The item with other ids in the places of the old ones: a copy, or the very bytes if the ids are the same. Undefined
 * if the ids are, or have to be, wide or inline.
 */
function renameIds(packed: PackedItem, dictionary: GrowableDictionary): Uint8Array | undefined {
  if (packed.idBytes > 1) return undefined
  const { bytes, count, idsAt } = packed
  let copy: Uint8Array | undefined
  for (let index = 0; index < count; index++) {
    const id = dictionary.add(packed.name(index))
    if (id === undefined || id > MAX_UINT8) return undefined
    if (id === bytes[idsAt + index]) continue
    copy ??= copyToSlab(bytes)
    copy[idsAt + index] = id
  }
  return copy ?? bytes
}

let slab = new Uint8Array(0)
let slabUsed = 0

/**
 * A copy in a buffer that it shares with other copies made around the same time, which live about as long. A buffer of
 * its own costs an item of 400 bytes more than copying it does.
 */
function copyToSlab(bytes: Uint8Array): Uint8Array {
  const size = bytes.length
  if (size > MAX_SLAB_ITEM_BYTES) return new Uint8Array(bytes)
  if (slabUsed + size > slab.length) {
    slab = new Uint8Array(SLAB_BYTES)
    slabUsed = 0
  }
  const copy = slab.subarray(slabUsed, slabUsed + size)
  copy.set(bytes)
  slabUsed += size
  return copy
}

/** The item with only these top-level attributes, of those it has, packed with the same dictionary. */
export function projectPacked(packed: PackedItem, names: ReadonlySet<string>): Uint8Array {
  return withPacker(packed.count, (packer) => {
    for (let index = 0; index < packed.count; index++) {
      const name = packed.name(index)
      if (!names.has(name)) continue
      packer.start(name, packed.dictionary.idOf(name))
      packer.values.bytes(packed.valueBytes(index))
      packer.sizeBytes += textSizeBytes(name) + valueSizeBytes(readValue(packed.cursor(index)))
      packer.end()
    }
    return packer.finish()
  })
}

/** A packed item and the dictionary that it was packed with. */
export class PackedItem implements AttributeSource {
  readonly bytes: Uint8Array
  readonly dictionary: AttributeDictionary
  /** The item's size as the service counts it, up to 409,600. */
  readonly sizeBytes: number
  /** How many attributes the item has. */
  readonly count: number
  /** The width of the ids, 1 or 2; narrow ids leave no name inline. */
  readonly idBytes: number
  /** Where the ids are in `bytes`. */
  readonly idsAt: number
  readonly #offsetBytes: number
  readonly #offsetsAt: number
  readonly #valuesAt: number

  constructor(bytes: Uint8Array, dictionary: AttributeDictionary) {
    this.bytes = bytes
    this.dictionary = dictionary
    const layout = bytes[0] as number
    assert(layout <= MAX_LAYOUT, 'A packed item begins with a known layout.')
    const cursor: PackedCursor = { bytes, at: 1 }
    this.sizeBytes = readVarint(cursor)
    this.count = readVarint(cursor)
    this.idBytes = 1 + (layout & WIDE_IDS)
    this.#offsetBytes = 1 << (layout >> OFFSET_WIDTH_SHIFT)
    this.idsAt = cursor.at
    this.#offsetsAt = this.idsAt + this.count * this.idBytes
    this.#valuesAt = this.#offsetsAt + this.count * this.#offsetBytes
    assert(this.#endAt(this.count - 1) === bytes.length, 'A packed item is as long as its offsets say.')
  }

  /** The top-level attribute of this name, decoded; undefined when the item has none. */
  attribute(name: string): AttributeValue | undefined {
    const index = this.indexOf(name)
    return index === -1 ? undefined : readValue(this.cursor(index))
  }

  /** Whether the item has a top-level attribute of this name. */
  has(name: string): boolean {
    return this.indexOf(name) !== -1
  }

  /** The type of a top-level attribute, without decoding it; undefined when the item has none of this name. */
  typeOf(name: string): AttributeType | undefined {
    const index = this.indexOf(name)
    return index === -1 ? undefined : peekType(this.cursor(index))
  }

  /** The whole item, decoded. */
  toItem(): Item {
    const item: Record<string, AttributeValue> = {}
    for (let index = 0; index < this.count; index++) {
      setAttribute(item, this.name(index), readValue(this.cursor(index)))
    }
    return item
  }

  /** Where the attribute of this name stands among the others, or -1. */
  indexOf(name: string): number {
    const id = this.dictionary.idOf(name)
    if (id === undefined) return this.#indexOfInline(name)
    const { bytes } = this
    const idsAt = this.idsAt
    if (this.idBytes === 1) {
      for (let index = 0; index < this.count; index++) if (bytes[idsAt + index] === id) return index
      return -1
    }
    for (let index = 0; index < this.count; index++) if (this.#idAt(index) === id) return index
    // The name may have come into the dictionary after this item was packed without it.
    return this.#indexOfInline(name)
  }

  /** The name of an attribute, by its index. */
  name(index: number): string {
    const id = this.#idAt(index)
    if (id === INLINE_ID) return readSizedText({ bytes: this.bytes, at: this.#startAt(index) })
    const name = this.dictionary.names[id]
    assert(name !== undefined, 'A packed item names an attribute that its dictionary does not have.')
    return name
  }

  /** A cursor at the value of an attribute, by its index. */
  cursor(index: number): PackedCursor {
    const cursor: PackedCursor = { bytes: this.bytes, at: this.#startAt(index) }
    if (this.idBytes === 2 && this.#idAt(index) === INLINE_ID) {
      const nameSize = readVarint(cursor)
      cursor.at += nameSize
    }
    return cursor
  }

  /** The packed value of an attribute, by its index: a view, not a copy. */
  valueBytes(index: number): Uint8Array {
    return this.bytes.subarray(this.cursor(index).at, this.#endAt(index))
  }

  #indexOfInline(name: string): number {
    if (this.idBytes === 1) return -1
    for (let index = 0; index < this.count; index++) {
      if (this.#idAt(index) === INLINE_ID && this.name(index) === name) return index
    }
    return -1
  }

  #idAt(index: number): number {
    return readUint(this.bytes, this.idsAt + index * this.idBytes, this.idBytes)
  }

  #startAt(index: number): number {
    return index === 0 ? this.#valuesAt : this.#endAt(index - 1)
  }

  #endAt(index: number): number {
    if (index < 0) return this.#valuesAt
    return this.#valuesAt + readUint(this.bytes, this.#offsetsAt + index * this.#offsetBytes, this.#offsetBytes)
  }
}

/**
 * Collects packed values and their places. How long the header before them is shows only when they are all there, so
 * room for the longest is left, and the header is written to its end.
 */
class ItemPacker {
  readonly values: ByteWriter = new ByteWriter()
  /** The item's size as the service counts it, kept by whoever packs. */
  sizeBytes = 0
  readonly #ids: number[] = []
  readonly #ends: number[] = []
  #maxId = 0
  #valuesAt = 0

  /** Starts an item of at most `maxCount` attributes. */
  reset(maxCount: number): void {
    this.values.reset()
    this.values.skip(MAX_FIXED_HEADER_BYTES + maxCount * MAX_ENTRY_BYTES)
    this.sizeBytes = 0
    this.#ids.length = 0
    this.#ends.length = 0
    this.#maxId = 0
    this.#valuesAt = this.values.sizeBytes
  }

  /** Begins an attribute, whose value is to be written to `values`; without an id its name is written there first. */
  start(name: string, id: number | undefined): void {
    if (id === undefined) this.values.sizedText(name)
    const stored = id ?? INLINE_ID
    this.#ids.push(stored)
    if (stored > this.#maxId) this.#maxId = stored
  }

  /** Ends the attribute begun last. */
  end(): void {
    this.#ends.push(this.values.sizeBytes - this.#valuesAt)
  }

  finish(): Uint8Array {
    const bytes = this.values.peek()
    const count = this.#ids.length
    const valuesBytes = bytes.length - this.#valuesAt
    const idBytes = this.#maxId > MAX_UINT8 ? 2 : 1
    const offsetShift = valuesBytes > MAX_UINT16 ? 2 : valuesBytes > MAX_UINT8 ? 1 : 0
    const offsetBytes = 1 << offsetShift
    const fixedBytes = 1 + varintBytes(this.sizeBytes) + varintBytes(count)
    const start = this.#valuesAt - count * (idBytes + offsetBytes) - fixedBytes
    bytes[start] = (idBytes - 1) | (offsetShift << OFFSET_WIDTH_SHIFT)
    let at = setVarint(bytes, start + 1, this.sizeBytes)
    at = setVarint(bytes, at, count)
    for (const id of this.#ids) at = setUint(bytes, at, id, idBytes)
    for (const end of this.#ends) at = setUint(bytes, at, end, offsetBytes)
    assert(at === this.#valuesAt, 'The header of a packed item ends where its values begin.')
    return copyToSlab(bytes.subarray(start))
  }
}

let idlePacker: ItemPacker | undefined

/** Lends a packer out; getters of a native item may pack items of their own meanwhile. */
function withPacker(maxCount: number, pack: (packer: ItemPacker) => Uint8Array): Uint8Array {
  const packer = idlePacker ?? new ItemPacker()
  idlePacker = undefined
  packer.reset(maxCount)
  const bytes = pack(packer)
  if (packer.values.sizeBytes <= MAX_IDLE_BUFFER_BYTES) idlePacker = packer
  return bytes
}

/** Sets a varint as ByteWriter writes it; returns where it ends. */
function setVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value
  let end = at
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes[end++] = (rest % 128) | 128
  bytes[end++] = rest
  return end
}

/** Sets a little-endian unsigned number of one, two or four bytes; returns where it ends. */
function setUint(bytes: Uint8Array, at: number, value: number, width: number): number {
  for (let index = 0; index < width; index++) bytes[at + index] = value >>> (8 * index)
  return at + width
}

/** A little-endian unsigned number of one, two or four bytes. */
function readUint(bytes: Uint8Array, at: number, width: number): number {
  const low = bytes[at] as number
  if (width === 1) return low
  const low16 = low | ((bytes[at + 1] as number) << 8)
  if (width === 2) return low16
  return low16 | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}
