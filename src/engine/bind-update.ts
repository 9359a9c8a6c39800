// Binds what an UpdateItem does to its item and on what condition, by expressions or by what was there before them.

import { expectedCondition } from '../expressions/attribute-conditions.ts'
import { attributeUpdates } from '../expressions/attribute-updates.ts'
import type { Condition } from '../expressions/condition.ts'
import { bindExpressions } from '../expressions/request-expressions.ts'
import type { Update } from '../expressions/update.ts'
import type { UpdateItemInput } from '../model/operations.ts'

/**
 * The update and the condition of a request; undefined where it has none.
 *
 * @throws ServiceException `ValidationException` when an expression, its names or its values are not valid
 */
export function bindUpdate(input: UpdateItemInput): {
  readonly update: Update | undefined
  readonly condition: Condition | undefined
} {
  const { UpdateExpression, ConditionExpression } = input
  if (UpdateExpression === undefined && ConditionExpression === undefined) {
    const condition = expectedCondition(input.Expected, input.ConditionalOperator)
    return { update: input.AttributeUpdates && attributeUpdates(input.AttributeUpdates), condition }
  }
  const binder = bindExpressions(input)
  const update = UpdateExpression === undefined ? undefined : binder.update(UpdateExpression)
  const condition =
    ConditionExpression === undefined ? undefined : binder.condition('ConditionExpression', ConditionExpression)
  binder.finish()
  return { update, condition }
}
