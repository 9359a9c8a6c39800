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

/** What to do to an index. */
export interface IndexChange {
  readonly remove?: IndexEntry
  readonly put?: IndexEntry
  /** The entry that `put` overwrites, when it has the same key. */
  readonly overwritten?: IndexEntry
  /** Write capacity units. */
  readonly units: number
}

/** The entry of an item in an index; undefined when the index leaves the item out. */
export function indexEntry(index: IndexSchema, item: PackedItem): IndexEntry | undefined {
  const key = indexRowKey(index, item)
  if (key === undefined) return undefined
  if (index.projectedNames === undefined) return { key, row: item.bytes, sizeBytes: item.sizeBytes }
  const row = projectPacked(item, index.projectedNames)
  return { key, row, sizeBytes: new PackedItem(row, item.dictionary).sizeBytes }
}

/**
 * Decides what a change of an item does to an index.
 *
 * @param previous the item before; undefined when there was none
 * @param next the item after; undefined when it is deleted
 * @returns undefined when the index stays as it is
 */
export function indexChange(
  index: IndexSchema,
  previous: PackedItem | undefined,
  next: PackedItem | undefined,
): IndexChange | undefined {
  const before = previous && indexEntry(index, previous)
  const put = next && indexEntry(index, next)
  if (before === undefined) return put && { put, units: writeUnits(put.sizeBytes) }
  if (put === undefined) return { remove: before, units: writeUnits(before.sizeBytes) }
  if (before.key !== put.key) {
    return { remove: before, put, units: writeUnits(before.sizeBytes) + writeUnits(put.sizeBytes) }
  }
  if (sameBytes(before.row, put.row)) return undefined
  return { put, overwritten: before, units: writeUnits(Math.max(before.sizeBytes, put.sizeBytes)) }
}
