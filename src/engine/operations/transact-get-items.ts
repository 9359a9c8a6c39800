// TransactGetItems: up to 100 items of any tables, all as they were at one moment.

import { after, allOf, eachInOrder, type MaybePromise } from '../../base/maybe-promise.ts'
import type { ByteKey } from '../../base/byte-key.ts'
import type { ProjectionPaths } from '../../expressions/projection-paths.ts'
import type { Key } from '../../model/attribute-value.ts'
import { MAX_TRANSACTION_SIZE_BYTES } from '../../model/limits.ts'
import type {
  ReturnConsumedCapacity,
  TransactGet,
  TransactGetItemsInput,
  TransactGetItemsOutput,
} from '../../model/operations.ts'
import { type AttributeDictionary, PackedItem } from '../../model/packed-item.ts'
import { validationException } from '../../model/service-exception.ts'
import type { Reader } from '../../storage/contract.ts'
import { tableNameOf } from '../arn.ts'
import { Cancellation } from '../cancellation.ts'
import { type CapacityTally, readUnits, tallyFor } from '../capacity.ts'
import type { Catalog } from '../catalog.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { incomingKey } from '../incoming-item.ts'
import { keyRowKey } from '../item-key.ts'
import { checkKeyPaths } from '../key-paths.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow, projectedRow } from '../output-row.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { requestedAttributes } from '../requested-attributes.ts'
import { transactGetItemsShape } from '../request-shapes.ts'
import type { TableSchema } from '../table-schema.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html */
export const transactGetItems: Operation<TransactGetItemsInput> = { shape: transactGetItemsShape, run }

const PARAMETERS: ExpressionParameters = { expressions: ['ProjectionExpression'], others: [] }

/** One read, checked as far as it can be without its table. */
interface BoundGet {
  readonly tableName: string
  readonly key: Key
  readonly projection: ProjectionPaths | undefined
}

interface OpenTable {
  readonly table: TableSchema
  readonly dictionary: AttributeDictionary
  readonly tally: CapacityTally | undefined
}

interface Reading {
  readonly catalog: Catalog
  readonly reader: Reader
  readonly detail: ReturnConsumedCapacity | undefined
}

function run(
  { store, catalog }: EngineServices,
  input: TransactGetItemsInput,
  context: RequestContext,
): MaybePromise<TransactGetItemsOutput<OutputRow>> {
  const gets = input.TransactItems.map(({ Get }) => boundGet(Get))
  return readSnapshot(store, true, (reader) => {
    const reading = { catalog, reader, detail: input.ReturnConsumedCapacity }
    return after(openTables(reading, gets), (tables) => {
      const opened = gets.map(({ tableName }) => tables.get(tableNameOf(tableName)) as OpenTable)
      const rowKeys = locate(gets, opened)
      return after(allOf(rowKeys.map((rowKey) => reader.get(rowKey))), (rows) => {
        const items = rows.map((row, index) => row && new PackedItem(row, (opened[index] as OpenTable).dictionary))
        checkSize(items)
        for (const [index, { tally }] of opened.entries())
          tally?.addTable(readUnits(items[index]?.sizeBytes ?? 0, true))
        const capacity = [...tables.values()].flatMap(({ tally }) => tally?.report() ?? [])
        return {
          Responses: items.map((item, index) => response(item, gets[index]?.projection, context)),
          ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
        }
      })
    })
  })
}

function boundGet(get: TransactGet): BoundGet {
  checkExpressionParameters(get, PARAMETERS)
  const { TableName, Key, ProjectionExpression, ExpressionAttributeNames } = get
  const expression = {
    ...(ProjectionExpression !== undefined && { ProjectionExpression }),
    ...(ExpressionAttributeNames !== undefined && { ExpressionAttributeNames }),
  }
  return { tableName: TableName, key: incomingKey(Key), projection: requestedAttributes(expression) }
}

function openTables(
  { catalog, reader, detail }: Reading,
  gets: readonly BoundGet[],
): MaybePromise<ReadonlyMap<string, OpenTable>> {
  const tables = new Map<string, OpenTable>()
  const opened = eachInOrder(gets, ({ tableName }) => {
    const name = tableNameOf(tableName)
    if (tables.has(name)) return undefined
    return after(catalog.require(reader, tableName), (table) =>
      after(catalog.dictionary(reader, table), (dictionary) => {
        tables.set(name, { table, dictionary, tally: tallyFor(detail, tableName, 'ReadCapacityUnits') })
      }),
    )
  })
  return after(opened, () => tables)
}

/** @throws ServiceException `TransactionCanceledException` for keys that are none of their tables; `ValidationException` */
function locate(gets: readonly BoundGet[], opened: readonly OpenTable[]): readonly ByteKey[] {
  const cancellation = new Cancellation(gets.length)
  const rowKeys = gets.flatMap(({ key, projection }, index) => {
    const { table } = opened[index] as OpenTable
    checkKeyPaths(table, projection)
    return cancellation.attempt(index, () => keyRowKey(table, key)) ?? []
  })
  cancellation.throwIfDue()
  if (new Set(rowKeys).size === rowKeys.length) return rowKeys
  throw validationException('Transaction request cannot include multiple operations on one item')
}

function checkSize(items: readonly (PackedItem | undefined)[]): void {
  let sizeBytes = 0
  for (const item of items) sizeBytes += item?.sizeBytes ?? 0
  if (sizeBytes > MAX_TRANSACTION_SIZE_BYTES) throw validationException(`Payload in response is too large.${sizeBytes}`)
}

function response(
  item: PackedItem | undefined,
  projection: ProjectionPaths | undefined,
  context: RequestContext,
): { readonly Item?: OutputRow } {
  if (item === undefined) return {}
  return { Item: projection ? projectedRow(item, projection, context) : outputRow(item, context) }
}
