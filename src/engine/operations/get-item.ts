// GetItem: reads one item by its key.

import type { ByteKey } from '../../base/byte-key.ts'
import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { ProjectionPaths } from '../../expressions/projection-paths.ts'
import type { GetItemInput, GetItemOutput } from '../../model/operations.ts'
import { PackedItem } from '../../model/packed-item.ts'
import { consumedCapacity, readUnits, tallyFor } from '../capacity.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { incomingKey } from '../incoming-item.ts'
import { keyRowKey } from '../item-key.ts'
import { checkKeyPaths } from '../key-paths.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow, projectedRow } from '../output-row.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { requestedAttributes } from '../requested-attributes.ts'
import { getItemShape } from '../request-shapes.ts'
import type { TableSchema } from '../table-schema.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export const getItem: Operation<GetItemInput> = { shape: getItemShape, run }

const PARAMETERS: ExpressionParameters = { expressions: ['ProjectionExpression'], others: ['AttributesToGet'] }

function run(
  { store, catalog }: EngineServices,
  input: GetItemInput,
  context: RequestContext,
): MaybePromise<GetItemOutput<OutputRow>> {
  const sourceIn = bindGetItem(input)
  const isConsistent = input.ConsistentRead === true
  return readSnapshot(store, isConsistent, (snapshot) =>
    after(catalog.require(snapshot, input.TableName), (table) => {
      const { rowKey, projection } = sourceIn(table)
      return after(snapshot.get(rowKey), (row) =>
        after(catalog.dictionary(snapshot, table), (dictionary) => {
          const item = row && new PackedItem(row, dictionary)
          const tally = tallyFor(input.ReturnConsumedCapacity, input.TableName)
          tally?.addTable(readUnits(item?.sizeBytes ?? 0, isConsistent))
          return {
            ...(item && { Item: projection ? projectedRow(item, projection, context) : outputRow(item, context) }),
            ...consumedCapacity(tally),
          }
        }),
      )
    }),
  )
}

/** The row that a get reads, and what it answers of it. */
export interface ItemSource {
  readonly rowKey: ByteKey
  readonly projection: ProjectionPaths | undefined
}

/**
 * Checks and binds what needs no table.
 *
 * @returns finds the row in its table
 * @throws ServiceException `ValidationException`, and so does the result
 */
export function bindGetItem(input: GetItemInput): (table: TableSchema) => ItemSource {
  checkExpressionParameters(input, PARAMETERS)
  const key = incomingKey(input.Key)
  const projection = requestedAttributes(input)
  return (table) => {
    checkKeyPaths(table, projection)
    return { rowKey: keyRowKey(table, key), projection }
  }
}
