// One bounded step of background work, in one transaction: the first duty of the catalog goes on a little.

import { assert } from '../base/assert.ts'
import { type ByteKey, type KeyRange, keyAfter } from '../base/byte-key.ts'
import { after, eachInOrder, type MaybePromise } from '../base/maybe-promise.ts'
import { PackedItem } from '../model/packed-item.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import type { Catalog } from './catalog.ts'
import {
  decodeDuty,
  type DropExpiryDuty,
  type DropIndexDuty,
  type DropTableDuty,
  type Duty,
  encodeDuty,
  type FillExpiryDuty,
  type FillIndexDuty,
} from './duty.ts'
import { addToExpiry } from './expiry-index.ts'
import { forEachRow } from './for-each-row.ts'
import { indexEntry } from './index-entry.ts'
import {
  countersKey,
  dictionaryKey,
  DUTIES,
  expiryPrefix,
  indexPrefix,
  prefixRange,
  tableRanges,
  tagsKey,
} from './keyspace.ts'
import { TableCounters, totalsChange } from './table-counters.ts'
import type { TableRecord } from './table-record.ts'
import type { TableSchema } from './table-schema.ts'

/** Rows that one step adds to an index or removes: few milliseconds of work, so that requests are not kept waiting. */
const MAX_STEP_ROWS = 256
/** Bytes of items that one step reads to fill an index, as the service counts them. */
const MAX_STEP_SIZE_BYTES = 1_048_576

/** Whether there is anything to do. */
export function hasDuties(reader: Reader): MaybePromise<boolean> {
  return reader.scan(DUTIES).advance()
}

/**
 * Does a step of the first duty.
 *
 * @returns whether there was one
 */
export function runDutyStep(catalog: Catalog, transaction: Transaction): MaybePromise<boolean> {
  const cursor = transaction.scan(DUTIES)
  return after(cursor.advance(), (found) => {
    if (!found) return false
    const step = { catalog, transaction, key: cursor.key }
    return after(runStep(step, decodeDuty(cursor.value)), () => true)
  })
}

interface Step {
  readonly catalog: Catalog
  readonly transaction: Transaction
  /** Of the duty's row. */
  readonly key: ByteKey
}

function runStep(step: Step, duty: Duty): MaybePromise<void> {
  switch (duty.kind) {
    case 'drop-table':
      return dropTable(step, duty)
    case 'drop-index':
      return dropIndex(step, duty)
    case 'fill-index':
      return fillIndex(step, duty)
    case 'fill-expiry':
      return fillExpiry(step, duty)
    case 'drop-expiry':
      return dropExpiry(step, duty)
  }
}

function dropTable({ transaction, key }: Step, { tableId, keepsDictionary }: DropTableDuty): MaybePromise<void> {
  let room = MAX_STEP_ROWS
  const clear = (range: KeyRange): MaybePromise<void> =>
    after(clearRows(transaction, range, room), (cleared) => void (room -= cleared))
  return after(eachInOrder(tableRanges(tableId), clear), () => {
    if (room === 0) return
    if (!keepsDictionary) transaction.delete(dictionaryKey(tableId))
    transaction.delete(countersKey(tableId))
    transaction.delete(tagsKey(tableId))
    transaction.delete(key)
  })
}

function dropExpiry({ transaction, key }: Step, { tableId, indexId }: DropExpiryDuty): MaybePromise<void> {
  return after(clearRows(transaction, prefixRange(expiryPrefix(tableId, indexId)), MAX_STEP_ROWS), (cleared) => {
    if (cleared < MAX_STEP_ROWS) transaction.delete(key)
  })
}

function dropIndex({ catalog, transaction, key }: Step, duty: DropIndexDuty): MaybePromise<void> {
  const range = prefixRange(indexPrefix(duty.tableId, duty.indexId))
  return after(clearRows(transaction, range, MAX_STEP_ROWS), (cleared) => {
    if (cleared === MAX_STEP_ROWS) return undefined
    transaction.delete(key)
    return after(findTable(catalog, transaction, duty), (table) =>
      table === undefined ? undefined : forgetIndex({ catalog, transaction, key }, table.record, duty.indexId),
    )
  })
}

function forgetIndex({ catalog, transaction }: Step, record: TableRecord, indexId: number): MaybePromise<void> {
  const indexes = record.indexes.filter((index) => index.indexId !== indexId)
  const used = new Set([record, ...indexes].flatMap(({ keySchema }) => keySchema.map((key) => key.AttributeName)))
  const attributes = record.attributes.filter(({ AttributeName }) => used.has(AttributeName))
  catalog.save(transaction, { ...record, indexes, attributes })
  return after(transaction.get(countersKey(record.tableId)), (row) => {
    const counters = new TableCounters(row)
    counters.removeIndex(indexId)
    transaction.put(countersKey(record.tableId), counters.encode())
  })
}

function fillIndex(step: Step, duty: FillIndexDuty): MaybePromise<void> {
  return after(findTable(step.catalog, step.transaction, duty), (table) => {
    assert(table !== undefined, 'A table with an index that is being filled cannot be deleted.')
    return after(addEntries(step, table, duty), (doneUpTo) => {
      if (doneUpTo === undefined) activateIndex(step, table.record, duty.indexId)
      else step.transaction.put(step.key, encodeDuty({ ...duty, doneUpTo }))
    })
  })
}

/** Adds the entries of the next items; answers the last item's row key, or undefined when there are no more. */
function addEntries(step: Step, table: TableSchema, duty: FillIndexDuty): MaybePromise<ByteKey | undefined> {
  const { transaction } = step
  const index = table.indexes.find(({ record }) => record.indexId === duty.indexId)
  assert(index !== undefined, 'A duty to fill an index names one that the table has.')
  return after(transaction.get(countersKey(table.record.tableId)), (row) => {
    const counters = new TableCounters(row)
    const walk = walkItems(step, { table, doneUpTo: duty.doneUpTo }, (key, item) => {
      const entry = indexEntry(index, key, item)
      if (entry === undefined) return
      transaction.put(entry.key, entry.row)
      counters.addToIndex(duty.indexId, totalsChange(undefined, entry.sizeBytes))
    })
    return after(walk, (doneUpTo) => {
      transaction.put(countersKey(table.record.tableId), counters.encode())
      return doneUpTo
    })
  })
}

/** Visits the next items of a table; answers the last one's row key, or undefined when there are no more. */
function walkItems(
  { catalog, transaction }: Step,
  { table, doneUpTo }: { readonly table: TableSchema; readonly doneUpTo: ByteKey },
  visit: (key: ByteKey, item: PackedItem) => void,
): MaybePromise<ByteKey | undefined> {
  return after(catalog.dictionary(transaction, table), (dictionary) => {
    const range = prefixRange(table.prefix)
    const start = doneUpTo === '' ? range.start : keyAfter(doneUpTo)
    let [rows, sizeBytes] = [0, 0]
    let last: ByteKey | undefined
    const walk = forEachRow(transaction.scan({ start, end: range.end }), ({ key, value }) => {
      const item = new PackedItem(value, dictionary)
      visit(key, item)
      rows++
      sizeBytes += item.sizeBytes
      const isFull = rows >= MAX_STEP_ROWS || sizeBytes >= MAX_STEP_SIZE_BYTES
      if (isFull) last = key
      return !isFull
    })
    return after(walk, () => last)
  })
}

function fillExpiry(step: Step, duty: FillExpiryDuty): MaybePromise<void> {
  const { catalog, transaction, key } = step
  return after(findTable(catalog, transaction, duty), (table) => {
    // The table was deleted meanwhile; disabling its time to live would have left another duty in this one's place.
    if (table === undefined) return transaction.delete(key)
    const { expiry, record } = table
    assert(expiry?.indexId === duty.indexId, 'A duty to fill an expiry index names the one that the table has.')
    const walk = walkItems(step, { table, doneUpTo: duty.doneUpTo }, (itemKey, item) =>
      addToExpiry(transaction, expiry, itemKey, item),
    )
    return after(walk, (doneUpTo) => {
      if (doneUpTo === undefined) enableTimeToLive(step, record)
      else transaction.put(key, encodeDuty({ ...duty, doneUpTo }))
    })
  })
}

function enableTimeToLive({ catalog, transaction, key }: Step, record: TableRecord): void {
  assert(record.timeToLive !== undefined, 'A table with an expiry index has a time to live.')
  catalog.save(transaction, { ...record, timeToLive: { ...record.timeToLive, status: 'ENABLED' } })
  transaction.delete(key)
}

function activateIndex({ catalog, transaction, key }: Step, record: TableRecord, indexId: number): void {
  const indexes = record.indexes.map((index) =>
    index.indexId === indexId ? { ...index, status: 'ACTIVE' as const } : index,
  )
  catalog.save(transaction, { ...record, indexes })
  transaction.delete(key)
}

/** The table that a duty is about; undefined when it was deleted, even if there is a new one of its name. */
function findTable(
  catalog: Catalog,
  transaction: Transaction,
  { tableName, tableId }: { readonly tableName: string; readonly tableId: number },
): MaybePromise<TableSchema | undefined> {
  return after(catalog.find(transaction, tableName), (table) => (table?.record.tableId === tableId ? table : undefined))
}

/** Removes the first rows of a range, and answers how many. */
function clearRows(transaction: Transaction, range: KeyRange, atMost: number): MaybePromise<number> {
  const keys: ByteKey[] = []
  if (atMost === 0) return 0
  const walk = forEachRow(transaction.scan(range), ({ key }) => keys.push(key) < atMost)
  return after(walk, () => {
    for (const key of keys) transaction.delete(key)
    return keys.length
  })
}
