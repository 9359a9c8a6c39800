// Binds the one condition of a write that has no other expression.

import type { Condition } from '../expressions/condition.ts'
import { bindExpressions } from '../expressions/request-expressions.ts'
import type { ConditionInput } from '../model/operations.ts'

/**
 * The condition of a request; undefined when it has none.
 *
 * @throws ServiceException `ValidationException` when the expression, its names or its values are not valid
 */
export function bindCondition(input: ConditionInput): Condition | undefined {
  if (input.ConditionExpression === undefined) return undefined
  const binder = bindExpressions(input)
  const condition = binder.condition('ConditionExpression', input.ConditionExpression)
  binder.finish()
  return condition
}
