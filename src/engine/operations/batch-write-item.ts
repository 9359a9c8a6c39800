// BatchWriteItem: up to 25 puts and deletes, over any tables. Here the whole call is one commit, all of it or nothing, so
// nothing is ever left unprocessed.

import type { ByteKey } from '../../base/byte-key.ts'
import { after, allOf, eachInOrder, type MaybePromise } from '../../base/maybe-promise.ts'
import { setAttribute } from '../../model/attribute-map.ts'
import type { AttributeSource, Key } from '../../model/attribute-value.ts'
import { MAX_BATCH_WRITE_ITEMS } from '../../model/limits.ts'
import type {
  BatchWriteItemInput,
  BatchWriteItemOutput,
  ConsumedCapacity,
  ItemCollectionMetrics,
  WriteRequest,
} from '../../model/operations.ts'
import type { PackedItem } from '../../model/packed-item.ts'
import { validationException } from '../../model/service-exception.ts'
import type { Transaction } from '../../storage/contract.ts'
import { tallyFor } from '../capacity.ts'
import type { Catalog } from '../catalog.ts'
import { type IncomingItem, incomingItem, incomingKey, packPutItem } from '../incoming-item.ts'
import { itemCollectionsMetrics } from '../item-collection.ts'
import { checkIndexKeys, itemRowKey, keyRowKey } from '../item-key.ts'
import { itemSource } from '../item-source.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { batchWriteItemShape } from '../request-shapes.ts'
import type { RequestedAction } from '../outbox-writer.ts'
import { openTableWriter, type TableWriter } from '../table-writer.ts'
import { userWrite, type WriteCause } from '../write-cause.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export const batchWriteItem: Operation<BatchWriteItemInput> = { shape: batchWriteItemShape, run }

type Write = { readonly put: IncomingItem } | { readonly remove: Key }

interface TableWrites {
  readonly tableName: string
  readonly writes: readonly Write[]
}

/** What the writes to the tables have to report, filled while they are made. */
interface BatchReport {
  readonly capacity: ConsumedCapacity[]
  readonly metrics: Record<string, readonly ItemCollectionMetrics[]>
}

function run({ store, catalog, clock }: EngineServices, input: BatchWriteItemInput): Promise<BatchWriteItemOutput> {
  const tables = Object.entries(input.RequestItems).map(([tableName, requests]) => ({
    tableName,
    writes: requests.map(incomingWrite),
  }))
  let count = 0
  for (const { writes } of tables) count += writes.length
  if (count > MAX_BATCH_WRITE_ITEMS) throw validationException('Too many items requested for the BatchWriteItem call')
  const cause = userWrite(clock)
  return store.write((transaction) => {
    const report: BatchReport = { capacity: [], metrics: {} }
    const batch = { catalog, transaction, cause, input, report }
    return after(
      eachInOrder(tables, (table) => writeTable(batch, table)),
      () => batchOutput(report),
    )
  })
}

function incomingWrite({ PutRequest, DeleteRequest }: WriteRequest): Write {
  if ((PutRequest === undefined) === (DeleteRequest === undefined)) {
    throw validationException(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    )
  }
  return PutRequest === undefined ? { remove: incomingKey(DeleteRequest?.Key) } : { put: incomingItem(PutRequest.Item) }
}

interface Batch {
  readonly catalog: Catalog
  readonly transaction: Transaction
  readonly cause: WriteCause
  readonly input: BatchWriteItemInput
  readonly report: BatchReport
}

/** A write, at its row. */
interface RowWrite {
  readonly key: ByteKey
  readonly next: PackedItem | undefined
  /** The item written, or the key of the one removed. */
  readonly item: AttributeSource
  /** Of a table that is replicated. */
  readonly action: RequestedAction | undefined
}

function writeTable(batch: Batch, { tableName, writes }: TableWrites): MaybePromise<void> {
  const { catalog, transaction, cause, input, report } = batch
  const tally = tallyFor(input.ReturnConsumedCapacity, tableName)
  return after(openTableWriter(catalog, transaction, tableName, cause), (writer) => {
    const rows = writes.map((write) => rowWrite(writer, write))
    if (new Set(rows.map(({ key }) => key)).size !== rows.length) {
      throw validationException('Provided list of item keys contains duplicates')
    }
    // Their keys are distinct, so all can be read before any is written: what is not in memory comes with one fetch.
    const applied = after(allOf(rows.map(({ key }) => writer.read(key))), (found) => {
      for (const [index, { key, next, action }] of rows.entries()) {
        writer.apply({ key, previous: found[index], next, ...(action && { action }) }, tally)
      }
    })
    const finished = after(applied, () => writer.finish())
    return after(finished, () => {
      if (tally !== undefined) report.capacity.push(tally.report())
      const written = { items: rows.map(({ item }) => item), tableSizeBytes: writer.tableSizeBytes }
      const metrics = itemCollectionsMetrics(input.ReturnItemCollectionMetrics, writer.table, written)
      if (metrics.length > 0) setAttribute(report.metrics, tableName, metrics)
    })
  })
}

function rowWrite(writer: TableWriter, write: Write): RowWrite {
  const isQueued = writer.outbox !== undefined
  const TableName = writer.table.name
  if ('remove' in write) {
    const action = isQueued ? { kind: 'Delete' as const, input: { TableName, Key: write.remove } } : undefined
    return { key: keyRowKey(writer.table, write.remove), next: undefined, item: itemSource(write.remove), action }
  }
  const next = packPutItem(write.put, writer.dictionary)
  const key = itemRowKey(writer.table, next)
  checkIndexKeys(writer.table, next, 'put')
  const action = isQueued ? { kind: 'Put' as const, input: { TableName, Item: next } } : undefined
  return { key, next, item: next, action }
}

function batchOutput({ capacity, metrics }: BatchReport): BatchWriteItemOutput {
  return {
    UnprocessedItems: {},
    ...(Object.keys(metrics).length > 0 && { ItemCollectionMetrics: metrics }),
    ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
  }
}
