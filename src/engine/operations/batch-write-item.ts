// BatchWriteItem: up to 25 puts and deletes, over any tables. Here the whole call is one commit, all of it or nothing, so
// nothing is ever left unprocessed.

import { after, eachInOrder, type MaybePromise } from '../../base/maybe-promise.ts'
import { setAttribute } from '../../model/attribute-map.ts'
import { MAX_BATCH_WRITE_ITEMS } from '../../model/limits.ts'
import type {
  BatchWriteItemInput,
  BatchWriteItemOutput,
  ConsumedCapacity,
  ItemCollectionMetrics,
  WriteRequest,
} from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import type { Transaction } from '../../storage/contract.ts'
import { tallyFor } from '../capacity.ts'
import type { Catalog } from '../catalog.ts'
import { incomingItem, incomingKey } from '../incoming-item.ts'
import { itemCollectionsMetrics } from '../item-collection.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { batchWriteItemShape } from '../request-shapes.ts'
import { openTableWriter } from '../table-writer.ts'
import { userWrite, type WriteCause } from '../write-cause.ts'
import { applyRows, hasSameRows, type RowRequest, rowWrite } from '../write-rows.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export const batchWriteItem: Operation<BatchWriteItemInput> = { shape: batchWriteItemShape, run }

interface TableWrites {
  readonly tableName: string
  readonly writes: readonly RowRequest[]
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

function incomingWrite({ PutRequest, DeleteRequest }: WriteRequest): RowRequest {
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

function writeTable(batch: Batch, { tableName, writes }: TableWrites): MaybePromise<void> {
  const { catalog, transaction, cause, input, report } = batch
  const tally = tallyFor(input.ReturnConsumedCapacity, tableName)
  return after(openTableWriter(catalog, transaction, tableName, cause), (writer) => {
    const rows = writes.map((write) => rowWrite(writer, write))
    if (hasSameRows(rows)) throw validationException('Provided list of item keys contains duplicates')
    return after(applyRows(writer, rows, tally), () => {
      if (tally !== undefined) report.capacity.push(tally.report())
      const written = { items: rows.map(({ item }) => item), tableSizeBytes: writer.tableSizeBytes }
      const metrics = itemCollectionsMetrics(input.ReturnItemCollectionMetrics, writer.table, written)
      if (metrics.length > 0) setAttribute(report.metrics, tableName, metrics)
    })
  })
}

function batchOutput({ capacity, metrics }: BatchReport): BatchWriteItemOutput {
  return {
    UnprocessedItems: {},
    ...(Object.keys(metrics).length > 0 && { ItemCollectionMetrics: metrics }),
    ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
  }
}
