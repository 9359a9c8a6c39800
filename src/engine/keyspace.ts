// Where everything lies in the one ordered map: `space (1 byte) · table id (4 bytes) · …`. Catalog rows begin with a kind
// instead, as they are looked up by name or walked all together. Changing anything here changes the stored format.

import { assert } from '../base/assert.ts'
import { type ByteKey, byteKeyFromBytes, type KeyRange, keyAfterPrefix } from '../base/byte-key.ts'
import { encodeText } from '../base/utf8.ts'

/** First byte of a key. Bytes 9 to 15 are kept for spaces to come. */
const SPACE = {
  catalog: '\u0000',
  item: '\u0001',
  index: '\u0002',
  expiry: '\u0003',
  stream: '\u0004',
  outbox: '\u0005',
  base: '\u0006',
  parked: '\u0007',
  checkpoint: '\u0008',
} as const

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
  /** · table name · 0 · label: a stream. */
  stream: 's',
  /** · table name · 0 · trigger name: how far it came. */
  trigger: 'g',
  /** · table id: its tags. */
  tags: 'l',
  /** · 't' · scope · token: a request that is answered only once; · 'a' · when · scope · token: to find the oldest. */
  requestToken: 'k',
} as const

const MAX_TABLE_ID = 0xffff_ffff
const MAX_INDEX_ID = 0xffff
const MAX_STREAM_ID = 0xffff
/** Of an item's key: space and table id. */
const ITEM_PREFIX_BYTES = 5
/** Of the hash of the partition key, which follows. */
const HASH_BYTES = 2
/** Of an expiry index's keys: space, table id and index id. */
const EXPIRY_PREFIX_BYTES = 7
/** A moment in an expiry index's key, in seconds. */
const EXPIRY_TIME_BYTES = 5

/** The moments that a row of an expiry index can have end here, in seconds since 1970 (in the year 36812). */
export const EXPIRY_TIME_END: number = 2 ** (8 * EXPIRY_TIME_BYTES)

/** Hash prefixes are two bytes: this many of them. */
const HASHES = 0x1_0000

/** The row that holds the next table's id. */
export const NEXT_TABLE_ID_KEY: ByteKey = SPACE.catalog + CATALOG.nextTableId

/** All table records, in the order of their names. */
export const TABLE_RECORDS: KeyRange = prefixRange(SPACE.catalog + CATALOG.table)

/** All streams, by the names of their tables, then by their labels. */
export const STREAMS: KeyRange = prefixRange(SPACE.catalog + CATALOG.stream)

/** All duties of the background. */
export const DUTIES: KeyRange = prefixRange(SPACE.catalog + CATALOG.duty)

/** What all rows about request tokens begin with. */
const REQUEST_TOKENS: ByteKey = SPACE.catalog + CATALOG.requestToken

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

/** The row of a table's tags. */
export function tagsKey(tableId: number): ByteKey {
  return SPACE.catalog + CATALOG.tags + tableIdBytes(tableId)
}

/** The duty to clear all rows of a deleted table. */
export function dropTableDutyKey(tableId: number): ByteKey {
  return DUTIES.start + tableIdBytes(tableId)
}

/** The duty to fill an index, or to clear it: an index has one at most, and an expiry index is one of them. */
export function indexDutyKey(tableId: number, indexId: number): ByteKey {
  return DUTIES.start + tableIdBytes(tableId) + indexIdBytes(indexId)
}

/** The row of a stream. */
export function streamKey(tableName: string, label: string): ByteKey {
  return tableStreamsPrefix(tableName) + label
}

/** All streams of tables of this name, by their labels. */
export function tableStreams(tableName: string): KeyRange {
  return prefixRange(tableStreamsPrefix(tableName))
}

/** The row of a trigger's checkpoint. */
export function triggerCheckpointKey(tableName: string, triggerName: string): ByteKey {
  return `${SPACE.catalog}${CATALOG.trigger}${tableName}\u0000${byteKeyFromBytes(encodeText(triggerName))}`
}

/** What all keys of a stream's records begin with; each goes on with the record's sequence number. */
export function streamRecordPrefix(tableId: number, streamId: number): ByteKey {
  assert(Number.isInteger(streamId) && streamId > 0 && streamId <= MAX_STREAM_ID, 'A stream id is 1 to 65,535.')
  return SPACE.stream + tableIdBytes(tableId) + String.fromCharCode(streamId >>> 8, streamId & 255)
}

/**
 * The row of a request that is known by its token.
 *
 * @param scope one byte: tokens of different operations have nothing to do with each other
 */
export function requestTokenKey(scope: ByteKey, token: string): ByteKey {
  return `${REQUEST_TOKENS}t${scope}${byteKeyFromBytes(encodeText(token))}`
}

/** The row that says when a token was used, in milliseconds since 1970, by its `requestTokenKey`. */
export function requestTokenAgeKey(atMs: number, tokenKey: ByteKey): ByteKey {
  return `${REQUEST_TOKENS}a${orderBytes(atMs)}${tokenKey.slice(REQUEST_TOKENS.length + 1)}`
}

/** The tokens that were used before a moment, oldest first. */
export function requestTokenAges(beforeMs: number): KeyRange {
  return { start: `${REQUEST_TOKENS}a`, end: `${REQUEST_TOKENS}a${orderBytes(beforeMs)}` }
}

/** The `requestTokenKey` of a row that says when it was used. */
export function requestTokenKeyOfAgeKey(key: ByteKey): ByteKey {
  return `${REQUEST_TOKENS}t${key.slice(REQUEST_TOKENS.length + 1 + ORDER_BYTES)}`
}

/** What all keys of a table's items begin with. */
export function itemPrefix(tableId: number): ByteKey {
  return SPACE.item + tableIdBytes(tableId)
}

/** The ordered bytes of an item's primary key, from its row's key. */
export function tableKeyOf(itemRowKey: ByteKey): ByteKey {
  return itemRowKey.slice(ITEM_PREFIX_BYTES + HASH_BYTES)
}

/** What all keys of one index begin with. */
export function indexPrefix(tableId: number, indexId: number): ByteKey {
  return SPACE.index + tableIdBytes(tableId) + indexIdBytes(indexId)
}

/** What all keys of an expiry index begin with. */
export function expiryPrefix(tableId: number, indexId: number): ByteKey {
  return SPACE.expiry + tableIdBytes(tableId) + indexIdBytes(indexId)
}

/**
 * The row of an item in an expiry index.
 *
 * @param prefix of the index
 * @param atSeconds when the item expires: from 0 to EXPIRY_TIME_END - 1
 * @param itemKey of the item's own row
 */
export function expiryKey(prefix: ByteKey, atSeconds: number, itemKey: ByteKey): ByteKey {
  return prefix + secondsBytes(atSeconds) + itemKey.slice(ITEM_PREFIX_BYTES)
}

/** The rows of an expiry index from one moment to another, both in seconds, the second not included. */
export function expiryRange(prefix: ByteKey, fromSeconds: number, toSeconds: number): KeyRange {
  return { start: prefix + secondsBytes(fromSeconds), end: prefix + secondsBytes(toSeconds) }
}

/** What all keys of a row's expiry index begin with; undefined for a row of something else. */
export function expiryPrefixOfKey(key: ByteKey): ByteKey | undefined {
  return key.startsWith(SPACE.expiry) ? key.slice(0, EXPIRY_PREFIX_BYTES) : undefined
}

/** When the item of an expiry index's row expires, in seconds since 1970. */
export function expiryTimeOfKey(key: ByteKey): number {
  let seconds = 0
  for (let at = 0; at < EXPIRY_TIME_BYTES; at++) seconds = seconds * 256 + key.charCodeAt(EXPIRY_PREFIX_BYTES + at)
  return seconds
}

/** The item's own row, of a row of an expiry index. */
export function itemKeyOfExpiryKey(tableId: number, key: ByteKey): ByteKey {
  return itemPrefix(tableId) + key.slice(EXPIRY_PREFIX_BYTES + EXPIRY_TIME_BYTES)
}

/** The rows that are a table's own beside its catalog rows: its items, and all its indexes. */
export function tableRanges(tableId: number): readonly KeyRange[] {
  return [SPACE.item, SPACE.index, SPACE.expiry].map((space) => prefixRange(space + tableIdBytes(tableId)))
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

function tableStreamsPrefix(tableName: string): ByteKey {
  return `${STREAMS.start}${tableName}\u0000`
}

function hashBytes(hash: number): ByteKey {
  return String.fromCharCode(hash >>> 8, hash & 255)
}

function secondsBytes(seconds: number): ByteKey {
  assert(Number.isInteger(seconds) && seconds >= 0 && seconds < EXPIRY_TIME_END, 'A moment fits its bytes.')
  let bytes = ''
  for (let rest = seconds, at = 0; at < EXPIRY_TIME_BYTES; at++, rest = Math.floor(rest / 256)) {
    bytes = String.fromCharCode(rest % 256) + bytes
  }
  return bytes
}

function tableIdBytes(tableId: number): ByteKey {
  assert(Number.isInteger(tableId) && tableId > 0 && tableId <= MAX_TABLE_ID, 'A table id is 1 to 2^32 - 1.')
  return String.fromCharCode(tableId >>> 24, (tableId >>> 16) & 255, (tableId >>> 8) & 255, tableId & 255)
}

function indexIdBytes(indexId: number): ByteKey {
  assert(Number.isInteger(indexId) && indexId > 0 && indexId <= MAX_INDEX_ID, 'An index id is 1 to 65,535.')
  return String.fromCharCode(indexId >>> 8, indexId & 255)
}

// Replication. The app's writes come in an order, which is the key of everything that is kept of them.

/** Of places in the order of intents: enough for as long as numbers are exact. */
const ORDER_BYTES = 8

/** The row that all intents share (see outbox-state). */
export const OUTBOX_STATE_KEY: ByteKey = `${SPACE.outbox}s`

/** All intents that wait to be replicated, in their order. */
export const INTENTS: KeyRange = prefixRange(`${SPACE.outbox}i`)

/** The row of an intent. */
export function intentKey(order: number): ByteKey {
  return INTENTS.start + orderBytes(order)
}

/** The place of an intent, of its row's key. */
export function orderOfIntentKey(key: ByteKey): number {
  return orderAt(key, INTENTS.start.length)
}

/** The row that says that an intent touches an item. */
export function touchKey(itemKey: ByteKey, order: number): ByteKey {
  return touchPrefix(itemKey) + orderBytes(order)
}

/** All intents that touch an item, in their order. */
export function touchRange(itemKey: ByteKey): KeyRange {
  return prefixRange(touchPrefix(itemKey))
}

/** The place of the intent that touches an item. */
export function orderOfTouchKey(key: ByteKey): number {
  return orderAt(key, key.length - ORDER_BYTES)
}

/** The last known remote image of an item that has pending intents. */
export function baseImageKey(itemKey: ByteKey): ByteKey {
  return SPACE.base + itemKey.slice(1)
}

/** The base images of a table's items. */
export function baseImageRange(tableId: number): KeyRange {
  return prefixRange(SPACE.base + tableIdBytes(tableId))
}

/** The item's own row, of the key of its base image. */
export function itemKeyOfBaseImageKey(key: ByteKey): ByteKey {
  return SPACE.item + key.slice(1)
}

/** What replication put aside, by kind: parked intents, conflicts. */
export function parkedRange(kind: 'parked' | 'conflict'): KeyRange {
  return prefixRange(SPACE.parked + (kind === 'parked' ? 'p' : 'c'))
}

/** The row of something put aside. */
export function parkedKey(kind: 'parked' | 'conflict', order: number): ByteKey {
  return parkedRange(kind).start + orderBytes(order)
}

/** What replication remembers of itself: rows of one kind. */
export function replicationRange(kind: ByteKey): KeyRange {
  return prefixRange(`${SPACE.checkpoint}${kind}`)
}

/** A row of what replication remembers. */
export function replicationKey(kind: ByteKey, name: ByteKey): ByteKey {
  return SPACE.checkpoint + kind + name
}

function touchPrefix(itemKey: ByteKey): ByteKey {
  return `${SPACE.outbox}t${itemKey.slice(1)}`
}

function orderBytes(order: number): ByteKey {
  assert(Number.isSafeInteger(order) && order >= 0, 'A place in the order is a whole number.')
  let bytes = ''
  for (let rest = order, at = 0; at < ORDER_BYTES; at++, rest = Math.floor(rest / 256)) {
    bytes = String.fromCharCode(rest % 256) + bytes
  }
  return bytes
}

function orderAt(key: ByteKey, offset: number): number {
  let order = 0
  for (let at = 0; at < ORDER_BYTES; at++) order = order * 256 + key.charCodeAt(offset + at)
  return order
}
