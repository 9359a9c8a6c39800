// BatchGetItem: up to 100 items by their keys, over any tables. What does not fit into 16 MB is left for another call.

import { after, eachInOrder, type MaybePromise } from '../../base/maybe-promise.ts'
import type { ProjectionPaths } from '../../expressions/projection-paths.ts'
import { setAttribute } from '../../model/attribute-map.ts'
import { attributeType } from '../../model/attribute-type.ts'
import type { AttributeValue, Key } from '../../model/attribute-value.ts'
import { MAX_BATCH_GET_ITEMS, MAX_BATCH_GET_SIZE_BYTES } from '../../model/limits.ts'
import type {
  BatchGetItemInput,
  BatchGetItemOutput,
  ConsumedCapacity,
  KeysAndAttributes,
} from '../../model/operations.ts'
import { encodeOrdered } from '../../model/ordered-key.ts'
import { PackedItem } from '../../model/packed-item.ts'
import { validationException } from '../../model/service-exception.ts'
import type { Reader } from '../../storage/contract.ts'
import { readUnits, tallyFor } from '../capacity.ts'
import type { Catalog } from '../catalog.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { incomingKey } from '../incoming-item.ts'
import { keyRowKey } from '../item-key.ts'
import { checkKeyPaths } from '../key-paths.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow, projectedRow } from '../output-row.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { requestedAttributes } from '../requested-attributes.ts'
import { batchGetItemShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export const batchGetItem: Operation<BatchGetItemInput> = { shape: batchGetItemShape, run }

const PARAMETERS: ExpressionParameters = { expressions: ['ProjectionExpression'], others: ['AttributesToGet'] }

/** What is asked of one table. */
interface TableRead {
  readonly tableName: string
  readonly request: KeysAndAttributes
  readonly keys: readonly Key[]
  readonly projection: ProjectionPaths | undefined
}

/** The answer while it is being put together. */
interface BatchAnswer {
  /** By table, whatever its name: `__proto__` is one too. */
  readonly responses: Record<string, readonly OutputRow[]>
  readonly unprocessed: Record<string, KeysAndAttributes>
  readonly capacity: ConsumedCapacity[]
  sizeBytes: number
}

interface Batch {
  readonly catalog: Catalog
  readonly reader: Reader
  readonly input: BatchGetItemInput
  readonly context: RequestContext
  readonly answer: BatchAnswer
}

function run(
  { store, catalog }: EngineServices,
  input: BatchGetItemInput,
  context: RequestContext,
): MaybePromise<BatchGetItemOutput<OutputRow>> {
  checkParameters(Object.values(input.RequestItems))
  const tables = Object.entries(input.RequestItems).map(tableRead)
  let count = 0
  for (const { keys } of tables) count += keys.length
  if (count > MAX_BATCH_GET_ITEMS) throw validationException('Too many items requested for the BatchGetItem call')
  const isConsistent = tables.some(({ request }) => request.ConsistentRead === true)
  return readSnapshot(store, isConsistent, (reader) => {
    const answer: BatchAnswer = { responses: {}, unprocessed: {}, capacity: [], sizeBytes: 0 }
    const batch = { catalog, reader, input, context, answer }
    return after(
      eachInOrder(tables, (table) => readTable(batch, table)),
      () => ({
        Responses: answer.responses,
        UnprocessedKeys: answer.unprocessed,
        ...(answer.capacity.length > 0 && { ConsumedCapacity: answer.capacity }),
      }),
    )
  })
}

/** What is asked of one table must go together with what is asked of the others. */
function checkParameters(requests: readonly KeysAndAttributes[]): void {
  const given = (name: keyof KeysAndAttributes): unknown =>
    requests.find((request) => request[name] !== undefined)?.[name]
  const together: Readonly<Record<string, unknown>> = {
    ProjectionExpression: given('ProjectionExpression'),
    AttributesToGet: given('AttributesToGet'),
  }
  checkExpressionParameters(together, PARAMETERS)
  for (const request of requests) checkExpressionParameters(request, PARAMETERS)
}

function tableRead([tableName, request]: [string, KeysAndAttributes]): TableRead {
  const keys = request.Keys.map(incomingKey)
  checkDistinct(keys)
  return { tableName, request, keys, projection: requestedAttributes(request) }
}

/** The service finds keys that come twice before it looks for their table. */
function checkDistinct(keys: readonly Key[]): void {
  if (new Set(keys.map(keyText)).size < keys.length) {
    throw validationException('Provided list of item keys contains duplicates')
  }
}

/** The same text for the same attributes with the same values. Values that can be no key are refused later. */
function keyText(key: Key, at: number): string {
  const names = Object.keys(key)
  if (names.length > 1) names.sort()
  let text = ''
  for (const name of names) {
    const value = key[name] as AttributeValue
    const isKeyValue = 'S' in value || 'N' in value || 'B' in value
    text += `${name.length}${name}${attributeType(value)}${isKeyValue ? encodeOrdered(value) : at}`
  }
  return text
}

function readTable(batch: Batch, read: TableRead): MaybePromise<void> {
  const { catalog, reader } = batch
  return after(catalog.require(reader, read.tableName), (table) => {
    const rowKeys = read.keys.map((key) => keyRowKey(table, key))
    checkKeyPaths(table, read.projection)
    return after(catalog.dictionary(reader, table), (dictionary) => {
      const items: (PackedItem | undefined)[] = []
      const fetched = eachInOrder(rowKeys, (rowKey) => {
        if (batch.answer.sizeBytes > MAX_BATCH_GET_SIZE_BYTES) return undefined
        return after(reader.get(rowKey), (row) => {
          const item = row && new PackedItem(row, dictionary)
          batch.answer.sizeBytes += item?.sizeBytes ?? 0
          // The item that goes over the limit is left for the next call; a first one always fits.
          if (batch.answer.sizeBytes <= MAX_BATCH_GET_SIZE_BYTES) items.push(item)
        })
      })
      return after(fetched, () => answerTable(batch, read, items))
    })
  })
}

/** @param items those that were read, in the order of the keys; undefined where there is none */
function answerTable(
  { input, context, answer }: Batch,
  { tableName, request, keys, projection }: TableRead,
  items: readonly (PackedItem | undefined)[],
): void {
  const tally = tallyFor(input.ReturnConsumedCapacity, tableName)
  const rows: OutputRow[] = []
  for (const item of items) {
    tally?.addTable(readUnits(item?.sizeBytes ?? 0, request.ConsistentRead === true))
    if (item !== undefined) rows.push(projection ? projectedRow(item, projection, context) : outputRow(item, context))
  }
  setAttribute(answer.responses, tableName, rows)
  if (tally !== undefined) answer.capacity.push(tally.report())
  const left = keys.slice(items.length)
  if (left.length > 0) setAttribute(answer.unprocessed, tableName, { ...request, Keys: left })
}
