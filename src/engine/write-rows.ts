// Puts and deletes of whole items of one table, many in one transaction and without conditions: what BatchWriteItem and
// the bulk calls of the page are made of.

import type { ByteKey } from '../base/byte-key.ts'
import { after, allOf, type MaybePromise } from '../base/maybe-promise.ts'
import type { AttributeSource, Key } from '../model/attribute-value.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { CapacityTally } from './capacity.ts'
import { type IncomingItem, incomingKey, packPutItem } from './incoming-item.ts'
import { checkIndexKeys, itemRowKey, keyRowKey } from './item-key.ts'
import { itemSource } from './item-source.ts'
import type { EngineServices } from './operation.ts'
import type { RequestedAction } from './outbox-writer.ts'
import { openTableWriter, type TableWriter } from './table-writer.ts'
import { userWrite } from './write-cause.ts'

/** What is asked for. */
export type RowRequest = { readonly put: IncomingItem } | { readonly remove: Key }

/** A write, at its row. */
export interface RowWrite {
  readonly key: ByteKey
  readonly next: PackedItem | undefined
  /** The item written, or the key of the one removed. */
  readonly item: AttributeSource
  /** Of a table that is replicated. */
  readonly action: RequestedAction | undefined
}

/** Items or keys of one table, as the page has packed them. */
export interface BulkWrite {
  readonly tableName: string
  readonly kind: 'put' | 'delete'
  readonly items: readonly PackedItem[]
}

/**
 * Finds a request's row.
 *
 * @throws ServiceException `ValidationException`
 */
export function rowWrite(writer: TableWriter, request: RowRequest): RowWrite {
  const isQueued = writer.outbox !== undefined
  const TableName = writer.table.name
  if ('remove' in request) {
    const action = isQueued ? { kind: 'Delete' as const, input: { TableName, Key: request.remove } } : undefined
    return { key: keyRowKey(writer.table, request.remove), next: undefined, item: itemSource(request.remove), action }
  }
  const next = packPutItem(request.put, writer.dictionary)
  const key = itemRowKey(writer.table, next)
  checkIndexKeys(writer.table, next, 'put')
  const action = isQueued ? { kind: 'Put' as const, input: { TableName, Item: next } } : undefined
  return { key, next, item: next, action }
}

/** Whether two of the writes have the same row. */
export function hasSameRows(rows: readonly RowWrite[]): boolean {
  return new Set(rows.map(({ key }) => key)).size !== rows.length
}

/** Writes rows, no two of them the same, and ends the writer. */
export function applyRows(
  writer: TableWriter,
  rows: readonly RowWrite[],
  tally: CapacityTally | undefined,
): MaybePromise<void> {
  // All are read before any is written: what is not in memory comes with one fetch.
  const applied = after(allOf(rows.map(({ key }) => writer.read(key))), (found) => {
    let index = 0
    for (const { key, next, action } of rows) {
      writer.apply({ key, previous: found[index++], next, ...(action && { action }) }, tally)
    }
  })
  return after(applied, () => writer.finish())
}

/**
 * Puts or deletes items in one transaction. Of two with the same key the later one counts.
 *
 * @throws ServiceException `ResourceNotFoundException`, `ValidationException`: nothing was written
 */
export function writeMany(
  { store, catalog, clock }: EngineServices,
  { tableName, kind, items }: BulkWrite,
): Promise<void> {
  const requests = items.map((item) => (kind === 'put' ? { put: item } : { remove: incomingKey(item) }))
  const cause = userWrite(clock)
  return store.write((transaction) =>
    after(openTableWriter(catalog, transaction, tableName, cause), (writer) => {
      const rows = requests.map((request) => rowWrite(writer, request))
      return applyRows(writer, hasSameRows(rows) ? lastOfEachRow(rows) : rows, undefined)
    }),
  )
}

function lastOfEachRow(rows: readonly RowWrite[]): readonly RowWrite[] {
  return [...new Map(rows.map((row) => [row.key, row])).values()]
}
