// PutItem: sets a whole item, whether there was one or not.

import { after } from '../../base/maybe-promise.ts'
import type { PutItemInput, PutItemOutput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import { bindCondition } from '../bind-condition.ts'
import { tallyFor } from '../capacity.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { incomingItem, packForTable } from '../incoming-item.ts'
import { checkCondition } from '../item-condition.ts'
import { checkIndexKeys, itemRowKey } from '../item-key.ts'
import { checkKeyPaths } from '../key-paths.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow } from '../output-row.ts'
import { putItemShape } from '../request-shapes.ts'
import { openTableWriter } from '../table-writer.ts'
import { userWrite } from '../write-cause.ts'
import { writeOutput } from '../write-output.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export const putItem: Operation<PutItemInput> = { shape: putItemShape, run }

const PARAMETERS: ExpressionParameters = {
  expressions: ['ConditionExpression'],
  others: ['Expected', 'ConditionalOperator'],
}

function run(
  { store, catalog, clock }: EngineServices,
  input: PutItemInput,
  context: RequestContext,
): Promise<PutItemOutput<OutputRow>> {
  checkExpressionParameters(input, PARAMETERS)
  const item = incomingItem(input.Item)
  if (input.ReturnValues !== undefined && input.ReturnValues !== 'ALL_OLD' && input.ReturnValues !== 'NONE') {
    throw validationException('ReturnValues can only be ALL_OLD or NONE')
  }
  const condition = bindCondition(input)
  const cause = userWrite(clock)
  return store.write((transaction) =>
    after(openTableWriter(catalog, transaction, input.TableName, cause), (writer) => {
      const next = packForTable(item, writer.dictionary)
      const key = itemRowKey(writer.table, next)
      checkIndexKeys(writer.table, next, 'put')
      checkKeyPaths(writer.table, condition)
      return after(writer.read(key), (previous) => {
        checkCondition(condition, previous, input.ReturnValuesOnConditionCheckFailure)
        const tally = tallyFor(input.ReturnConsumedCapacity, input.TableName)
        writer.apply({ key, previous, next, action: { kind: 'Put', input } }, tally)
        const attributes = input.ReturnValues === 'ALL_OLD' && previous ? outputRow(previous, context) : undefined
        return after(writer.finish(), () => writeOutput(input, { writer, tally, item: next, attributes }))
      })
    }),
  )
}
