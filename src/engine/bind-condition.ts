// Binds the one condition of a write that has no other expression.

import { expectedCondition } from '../expressions/attribute-conditions.ts'
import type { Condition } from '../expressions/condition.ts'
import { bindExpressions } from '../expressions/request-expressions.ts'
import type { ConditionInput, ExpectedInput } from '../model/operations.ts'

/**
 * The condition of a request, an expression or of before there were expressions; undefined when it has none.
 *
 * @throws ServiceException `ValidationException` when the expression, its names or its values are not valid
 */
export function bindCondition(input: ConditionInput & ExpectedInput): Condition | undefined {
  if (input.ConditionExpression === undefined) return expectedCondition(input.Expected, input.ConditionalOperator)
  const binder = bindExpressions(input)
  const condition = binder.condition('ConditionExpression', input.ConditionExpression)
  binder.finish()
  return condition
}
