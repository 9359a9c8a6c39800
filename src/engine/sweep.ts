// The deletions of time to live: what has expired is read from a table's expiry index on a snapshot, so that pages come
// before the transaction, and deleted in one transaction that looks at each item again.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { after, eachInOrder, type MaybePromise } from '../base/maybe-promise.ts'
import type { OrderedStore, Reader, Snapshot, Transaction } from '../storage/contract.ts'
import type { Catalog } from './catalog.ts'
import { type ExpiryIndex, expiryRowKey, oldestSeconds } from './expiry-index.ts'
import { forEachRow } from './for-each-row.ts'
import {
  EXPIRY_TIME_END,
  expiryRange,
  expiryTimeOfKey,
  itemKeyOfExpiryKey,
  TABLE_RECORDS,
  tableNameOfRecordKey,
} from './keyspace.ts'
import { readSnapshot } from './read-snapshot.ts'
import type { SweepPositions } from './sweep-positions.ts'
import type { TableSchema } from './table-schema.ts'
import { openTableWriter, type TableWriter } from './table-writer.ts'

const MS_PER_SECOND = 1000
/** Bytes of items that one step reads, as they are stored. */
const MAX_STEP_SIZE_BYTES = 1_048_576

/** A table whose items expire. */
export interface ExpiringTable {
  readonly table: TableSchema
  readonly expiry: ExpiryIndex
  /** When the first of its items expires, in milliseconds since 1970; undefined when none ever will. */
  readonly nextMs: number | undefined
  /** The row of that item; when there is none, where rows to come are found. */
  readonly nextRow: ByteKey
}

/** All tables whose items expire. */
export function findExpiringTables(
  catalog: Catalog,
  reader: Snapshot,
  { positions, nowMs }: { readonly positions: SweepPositions; readonly nowMs: number },
): MaybePromise<readonly ExpiringTable[]> {
  const found: ExpiringTable[] = []
  const walk = forEachRow(reader.scan(TABLE_RECORDS), ({ key }) =>
    after(catalog.find(reader, tableNameOfRecordKey(key)), (table) => {
      if (table?.expiry === undefined) return true
      const { expiry } = table
      const { start, end } = expiryRange(expiry.prefix, oldestSeconds(nowMs), EXPIRY_TIME_END - 1)
      const position = positions.startOf(expiry.prefix, reader.sequence)
      const cursor = reader.scan({ start: position > start ? position : start, end })
      return after(cursor.advance(), (isRow) => {
        const nextRow = isRow ? cursor.key : end
        // What is to expire yet may be written by anybody before the next look.
        const present = expiryRange(expiry.prefix, 0, presentSeconds(nowMs)).end
        positions.pass(expiry.prefix, nextRow < present ? nextRow : present)
        const nextMs = isRow ? expiryTimeOfKey(nextRow) * MS_PER_SECOND : undefined
        found.push({ table, expiry, nextMs, nextRow })
        return true
      })
    }),
  )
  return after(walk, () => found)
}

/** What expires before this second has expired. */
function presentSeconds(nowMs: number): number {
  return Math.floor(nowMs / MS_PER_SECOND) + 1
}

/** What one step of sweeping is about. */
export interface SweepStep {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly expiring: ExpiringTable
  readonly nowMs: number
  /** The most items to delete, 1 or more. */
  readonly maxItems: number
}

/**
 * Deletes the items of a table that expired first.
 *
 * @returns how many were deleted
 */
export async function sweepTable(step: SweepStep): Promise<number> {
  const { store, catalog, expiring, nowMs } = step
  const rows = await readSnapshot(store, false, (snapshot) => expiredRows(snapshot, step))
  if (rows.length === 0) return 0
  const { name, record } = expiring.table
  return store.write((transaction) =>
    after(catalog.find(transaction, name), (table) => {
      // Deleted, or its time to live disabled, since it was looked at.
      if (table?.record.tableId !== record.tableId || table.expiry?.indexId !== expiring.expiry.indexId) return 0
      const cause = { origin: 'time-to-live', atMs: nowMs } as const
      return after(openTableWriter(catalog, transaction, name, cause), (writer) =>
        deleteExpired(transaction, { writer, expiry: expiring.expiry, rows }),
      )
    }),
  )
}

/** The first rows of what has expired. Reads their items as well: the transaction then finds them in memory. */
function expiredRows(reader: Reader, { expiring, nowMs, maxItems }: SweepStep): MaybePromise<readonly ByteKey[]> {
  const { table, expiry, nextRow } = expiring
  const rows: ByteKey[] = []
  let sizeBytes = 0
  const { end } = expiryRange(expiry.prefix, 0, presentSeconds(nowMs))
  const walk = forEachRow(reader.scan({ start: nextRow, end }), ({ key }) => {
    rows.push(key)
    return after(reader.get(itemKeyOfExpiryKey(table.record.tableId, key)), (row) => {
      sizeBytes += row?.length ?? 0
      return rows.length < maxItems && sizeBytes < MAX_STEP_SIZE_BYTES
    })
  })
  return after(walk, () => rows)
}

interface Expired {
  readonly writer: TableWriter
  readonly expiry: ExpiryIndex
  readonly rows: readonly ByteKey[]
}

function deleteExpired(transaction: Transaction, { writer, expiry, rows }: Expired): MaybePromise<number> {
  let count = 0
  const deleteItem = (row: ByteKey): MaybePromise<void> =>
    after(transaction.get(row), (isThere) => {
      // Its item was deleted, or is to expire at another time, or never.
      if (isThere === undefined) return
      const key = itemKeyOfExpiryKey(writer.table.record.tableId, row)
      return after(writer.read(key), (previous) => {
        const isTrue = previous !== undefined && expiryRowKey(expiry, key, previous) === row
        assert(isTrue, 'A row of an expiry index says when its item expires.')
        writer.apply({ key, previous, next: undefined }, undefined)
        count++
      })
    })
  return after(eachInOrder(rows, deleteItem), () => {
    return after(writer.finish(), () => count)
  })
}
