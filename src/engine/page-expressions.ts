// The expressions that Query and Scan share: filter, and projection or AttributesToGet.

import type { ExpressionBinder } from '../expressions/request-expressions.ts'
import type { ReadPageInput } from '../model/operations.ts'
import type { PageExpressions } from './page-plan.ts'
import { listedAttributes } from './requested-attributes.ts'

/**
 * Binds filter and projection of a request.
 *
 * @param binder undefined when the request has no expressions
 * @throws ServiceException `ValidationException` when one of them is not valid
 */
export function bindPageExpressions(input: ReadPageInput, binder: ExpressionBinder | undefined): PageExpressions {
  const { FilterExpression, ProjectionExpression, AttributesToGet } = input
  const filter = FilterExpression === undefined ? undefined : binder?.condition('FilterExpression', FilterExpression)
  const projection =
    ProjectionExpression === undefined
      ? AttributesToGet && listedAttributes(AttributesToGet)
      : binder?.projection(ProjectionExpression)
  return { filter, projection }
}
