// Where everything lies in the one ordered map: `space (1 byte) · table id (4 bytes) · …`. Catalog rows begin with a kind
// instead, as they are looked up by name or walked all together. Changing anything here changes the stored format.

import { assert } from '../base/assert.ts'
import { type ByteKey, type KeyRange, keyAfterPrefix } from '../base/byte-key.ts'

/** First byte of a key. Bytes 3 to 15 are kept for spaces to come (time to live, streams, outbox, checkpoints). */
const SPACE = { catalog: '\u0000', item: '\u0001', index: '\u0002' } as const

/** Second byte of a catalog row's key. */
const CATALOG = {
  /** · table name: its TableRecord. */
  table: 't',
  /** · table id: its attribute dictionary. */
  dictionary: 'd',
  /** · table id: its counters. */
  counters: 'c',
  /** · table id · what: work that goes on in the background. */
  duty: 'w',
  /** The id that the next table gets. */
  nextTableId: 'n',
} as const

const MAX_TABLE_ID = 0xffff_ffff
const MAX_INDEX_ID = 0xffff

/** Hash prefixes are two bytes: this many of them. */
const HASHES = 0x1_0000

/** The row that holds the next table's id. */
export const NEXT_TABLE_ID_KEY: ByteKey = SPACE.catalog + CATALOG.nextTableId

/** All table records, in the order of their names. */
export const TABLE_RECORDS: KeyRange = prefixRange(SPACE.catalog + CATALOG.table)

/** All duties of the background. */
export const DUTIES: KeyRange = prefixRange(SPACE.catalog + CATALOG.duty)

/** The row of a table's record. Table names are ASCII, so a name is its own bytes. */
export function tableRecordKey(tableName: string): ByteKey {
  return TABLE_RECORDS.start + tableName
}

/** The name of the table whose record is at `key`. */
export function tableNameOfRecordKey(key: ByteKey): string {
  return key.slice(TABLE_RECORDS.start.length)
}

/** The row of a table's attribute dictionary. */
export function dictionaryKey(tableId: number): ByteKey {
  return SPACE.catalog + CATALOG.dictionary + tableIdBytes(tableId)
}

/** The row of a table's counters. */
export function countersKey(tableId: number): ByteKey {
  return SPACE.catalog + CATALOG.counters + tableIdBytes(tableId)
}

/** The duty to clear all rows of a deleted table. */
export function dropTableDutyKey(tableId: number): ByteKey {
  return DUTIES.start + tableIdBytes(tableId)
}

/** The duty to fill an index, or to clear it: an index has one at most. */
export function indexDutyKey(tableId: number, indexId: number): ByteKey {
  return DUTIES.start + tableIdBytes(tableId) + indexIdBytes(indexId)
}

/** What all keys of a table's items begin with. */
export function itemPrefix(tableId: number): ByteKey {
  return SPACE.item + tableIdBytes(tableId)
}

/** What all keys of one index begin with. */
export function indexPrefix(tableId: number, indexId: number): ByteKey {
  return SPACE.index + tableIdBytes(tableId) + indexIdBytes(indexId)
}

/** The rows that are a table's own beside its catalog rows: its items, and all its indexes. */
export function tableRanges(tableId: number): readonly KeyRange[] {
  return [prefixRange(itemPrefix(tableId)), prefixRange(SPACE.index + tableIdBytes(tableId))]
}

/** All keys that begin with `prefix`. */
export function prefixRange(prefix: ByteKey): KeyRange {
  const end = keyAfterPrefix(prefix)
  assert(end !== undefined, 'Every prefix of the keyspace has a successor.')
  return { start: prefix, end }
}

/**
 * The part of a table or index that one segment of a parallel scan walks: a contiguous range of hashes. The segments
 * are disjoint and together they are everything; with more segments than hashes some are empty.
 *
 * @param prefix of the items or of the index
 */
export function segmentRange(prefix: ByteKey, segment: number, totalSegments: number): KeyRange {
  const first = Math.floor((segment * HASHES) / totalSegments)
  const after = Math.floor(((segment + 1) * HASHES) / totalSegments)
  const end = after === HASHES ? prefixRange(prefix).end : prefix + hashBytes(after)
  return { start: prefix + hashBytes(first), end }
}

function hashBytes(hash: number): ByteKey {
  return String.fromCharCode(hash >>> 8, hash & 255)
}

function tableIdBytes(tableId: number): ByteKey {
  assert(Number.isInteger(tableId) && tableId > 0 && tableId <= MAX_TABLE_ID, 'A table id is 1 to 2^32 - 1.')
  return String.fromCharCode(tableId >>> 24, (tableId >>> 16) & 255, (tableId >>> 8) & 255, tableId & 255)
}

function indexIdBytes(indexId: number): ByteKey {
  assert(Number.isInteger(indexId) && indexId > 0 && indexId <= MAX_INDEX_ID, 'An index id is 1 to 65,535.')
  return String.fromCharCode(indexId >>> 8, indexId & 255)
}
