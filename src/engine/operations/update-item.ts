// UpdateItem: changes attributes of an item, or makes the item if there is none.

import { after } from '../../base/maybe-promise.ts'
import type { Condition } from '../../expressions/condition.ts'
import type { DocumentPath } from '../../expressions/document-path.ts'
import { pickPaths } from '../../expressions/pick-paths.ts'
import { bindExpressions } from '../../expressions/request-expressions.ts'
import type { Update } from '../../expressions/update.ts'
import type { Item, Key } from '../../model/attribute-value.ts'
import { MAX_ITEM_SIZE_BYTES } from '../../model/limits.ts'
import type { UpdateItemInput, UpdateItemOutput } from '../../model/operations.ts'
import type { PackedItem } from '../../model/packed-item.ts'
import { validationException } from '../../model/service-exception.ts'
import { tallyFor } from '../capacity.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { incomingKey, packForTable } from '../incoming-item.ts'
import { checkCondition } from '../item-condition.ts'
import { checkIndexKeys, keyRowKey } from '../item-key.ts'
import { checkKeyPaths } from '../key-paths.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow, partialRow } from '../output-row.ts'
import { updateItemShape } from '../request-shapes.ts'
import type { TableSchema } from '../table-schema.ts'
import { openTableWriter, type TableWriter } from '../table-writer.ts'
import { userWrite } from '../write-cause.ts'
import { writeOutput } from '../write-output.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export const updateItem: Operation<UpdateItemInput> = { shape: updateItemShape, run }

const PARAMETERS: ExpressionParameters = {
  expressions: ['UpdateExpression', 'ConditionExpression'],
  others: ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
}

/** What an update made of an item. */
interface UpdatedItem {
  readonly previous: PackedItem | undefined
  readonly next: PackedItem
  /** The places that the update names. */
  readonly updated: readonly DocumentPath[]
}

function run(
  { store, catalog, clock }: EngineServices,
  input: UpdateItemInput,
  context: RequestContext,
): Promise<UpdateItemOutput<OutputRow>> {
  checkExpressionParameters(input, PARAMETERS)
  const itemKey = incomingKey(input.Key)
  const { update, condition } = bindUpdate(input)
  const cause = userWrite(clock)
  return store.write((transaction) =>
    after(openTableWriter(catalog, transaction, input.TableName, cause), (writer) => {
      const key = keyRowKey(writer.table, itemKey)
      checkUpdatedNames(writer.table, update)
      checkKeyPaths(writer.table, update)
      checkKeyPaths(writer.table, condition)
      return after(writer.read(key), (previous) => {
        checkCondition(condition, previous, input.ReturnValuesOnConditionCheckFailure)
        const result = applyUpdate(writer, { previous, itemKey, update })
        const tally = tallyFor(input.ReturnConsumedCapacity, input.TableName)
        writer.apply({ key, previous, next: result.next, action: { kind: 'Update', input } }, tally)
        const attributes = returnedAttributes(input.ReturnValues, result, context)
        return after(writer.finish(), () => writeOutput(input, { writer, tally, item: result.next, attributes }))
      })
    }),
  )
}

function bindUpdate(input: UpdateItemInput): {
  readonly update: Update | undefined
  readonly condition: Condition | undefined
} {
  const { UpdateExpression, ConditionExpression } = input
  if (UpdateExpression === undefined && ConditionExpression === undefined) {
    return { update: undefined, condition: undefined }
  }
  const binder = bindExpressions(input)
  const update = UpdateExpression === undefined ? undefined : binder.update(UpdateExpression)
  const condition =
    ConditionExpression === undefined ? undefined : binder.condition('ConditionExpression', ConditionExpression)
  binder.finish()
  return { update, condition }
}

function checkUpdatedNames(table: TableSchema, update: Update | undefined): void {
  if (update === undefined) return
  for (const { name } of table.keyAttributes) {
    if (!update.topLevelNames.has(name)) continue
    throw validationException(
      `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
    )
  }
}

function applyUpdate(
  writer: TableWriter,
  { previous, itemKey, update }: { previous: PackedItem | undefined; itemKey: Key; update: Update | undefined },
): UpdatedItem {
  if (update === undefined) {
    return { previous, next: previous ?? packForTable(itemKey, writer.dictionary), updated: [] }
  }
  const { item, updated } = update.apply(previous?.toItem() ?? itemKey)
  const next = packForTable(item, writer.dictionary)
  if (next.sizeBytes > MAX_ITEM_SIZE_BYTES) {
    throw validationException('Item size to update has exceeded the maximum allowed size')
  }
  checkIndexKeys(writer.table, next, 'update')
  return { previous, next, updated }
}

function returnedAttributes(
  values: UpdateItemInput['ReturnValues'],
  { previous, next, updated }: UpdatedItem,
  context: RequestContext,
): OutputRow | undefined {
  switch (values) {
    case 'ALL_OLD':
      return previous && outputRow(previous, context)
    case 'ALL_NEW':
      return outputRow(next, context)
    case 'UPDATED_OLD':
      return previous && pickedRow(previous.toItem(), updated, context)
    case 'UPDATED_NEW':
      return pickedRow(next.toItem(), updated, context)
    default:
      return undefined
  }
}

function pickedRow(item: Item, updated: readonly DocumentPath[], context: RequestContext): OutputRow | undefined {
  const picked = pickPaths(item, updated)
  return Object.keys(picked).length === 0 ? undefined : partialRow(picked, context)
}
