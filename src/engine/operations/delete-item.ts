// DeleteItem: removes an item; no matter whether there was one.

import { after } from '../../base/maybe-promise.ts'
import type { DeleteItemInput, DeleteItemOutput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import { bindCondition } from '../bind-condition.ts'
import { tallyFor } from '../capacity.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { incomingKey } from '../incoming-item.ts'
import { checkCondition } from '../item-condition.ts'
import { keyRowKey } from '../item-key.ts'
import { itemSource } from '../item-source.ts'
import { checkKeyPaths } from '../key-paths.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow } from '../output-row.ts'
import { deleteItemShape } from '../request-shapes.ts'
import { openTableWriter } from '../table-writer.ts'
import { userWrite } from '../write-cause.ts'
import { writeOutput } from '../write-output.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export const deleteItem: Operation<DeleteItemInput> = { shape: deleteItemShape, run }

const PARAMETERS: ExpressionParameters = {
  expressions: ['ConditionExpression'],
  others: ['Expected', 'ConditionalOperator'],
}

function run(
  { store, catalog, clock }: EngineServices,
  input: DeleteItemInput,
  context: RequestContext,
): Promise<DeleteItemOutput<OutputRow>> {
  checkExpressionParameters(input, PARAMETERS)
  const itemKey = incomingKey(input.Key)
  if (input.ReturnValues !== undefined && input.ReturnValues !== 'ALL_OLD' && input.ReturnValues !== 'NONE') {
    throw validationException('ReturnValues can only be ALL_OLD or NONE')
  }
  const condition = bindCondition(input)
  const cause = userWrite(clock)
  return store.write((transaction) =>
    after(openTableWriter(catalog, transaction, input.TableName, cause), (writer) => {
      const key = keyRowKey(writer.table, itemKey)
      checkKeyPaths(writer.table, condition)
      return after(writer.read(key), (previous) => {
        checkCondition(condition, previous, input.ReturnValuesOnConditionCheckFailure)
        const tally = tallyFor(input.ReturnConsumedCapacity, input.TableName)
        writer.apply({ key, previous, next: undefined, action: { kind: 'Delete', input } }, tally)
        const attributes = input.ReturnValues === 'ALL_OLD' && previous ? outputRow(previous, context) : undefined
        const item = itemSource(itemKey)
        return after(writer.finish(), () => writeOutput(input, { writer, tally, item, attributes }))
      })
    }),
  )
}
