// What a change of an item means for one index: pure decision, written by TableWriter in the item's own batch (law 3).

import type { ByteKey } from '../base/byte-key.ts'
import { PackedItem, projectPacked } from '../model/packed-item.ts'
import { writeUnits } from './capacity.ts'
import { indexRowKey } from './item-key.ts'
import { sameBytes } from './same-bytes.ts'
import type { IndexSchema } from './table-schema.ts'

/** An item's row in an index. */
export interface IndexEntry {
  readonly key: ByteKey
  /** The attributes that the index projects, packed with the table's dictionary. */
  readonly row: Uint8Array
  /** As the service counts it. */
  readonly sizeBytes: number
}

/** An item before and after a change; undefined where there is none. */
export interface ItemVersions {
  /** Of its row in its table. */
  readonly key: ByteKey
  readonly previous: PackedItem | undefined
  readonly next: PackedItem | undefined
}

/** What to do to an index. */
export interface IndexChange {
  readonly remove?: IndexEntry
  readonly put?: IndexEntry
  /** The entry that `put` overwrites, when it has the same key. */
  readonly overwritten?: IndexEntry
  /** Write capacity units. */
  readonly units: number
}

/**
 * The entry of an item in an index; undefined when the index leaves the item out.
 *
 * @param itemKey the item's row key in its table
 */
export function indexEntry(index: IndexSchema, itemKey: ByteKey, item: PackedItem): IndexEntry | undefined {
  const key = indexRowKey(index, item, itemKey)
  if (key === undefined) return undefined
  if (index.projectedNames === undefined) return { key, row: item.bytes, sizeBytes: item.sizeBytes }
  const row = projectPacked(item, index.projectedNames)
  return { key, row, sizeBytes: new PackedItem(row, item.dictionary).sizeBytes }
}

/**
 * Decides what a change of an item does to an index.
 *
 * @returns undefined when the index stays as it is
 */
export function indexChange(index: IndexSchema, { key, previous, next }: ItemVersions): IndexChange | undefined {
  const before = previous && indexEntry(index, key, previous)
  const put = next && indexEntry(index, key, next)
  if (before === undefined) return put && { put, units: writeUnits(put.sizeBytes) }
  if (put === undefined) return { remove: before, units: writeUnits(before.sizeBytes) }
  if (before.key !== put.key) {
    return { remove: before, put, units: writeUnits(before.sizeBytes) + writeUnits(put.sizeBytes) }
  }
  if (sameBytes(before.row, put.row)) return undefined
  return { put, overwritten: before, units: writeUnits(Math.max(before.sizeBytes, put.sizeBytes)) }
}
