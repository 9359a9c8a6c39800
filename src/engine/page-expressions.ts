// What Query and Scan share: filter and projection, as expressions or as the parameters of before there were any.

import type { ExpressionBinder } from '../expressions/request-expressions.ts'
import type { ReadPageInput } from '../model/operations.ts'
import type { PageExpressions } from './page-plan.ts'

/**
 * Binds filter and projection of a request.
 *
 * @param binder undefined when the request has no expressions
 * @param others those that are no expressions, bound; a request has either these or expressions
 * @throws ServiceException `ValidationException` when one of them is not valid
 */
export function bindPageExpressions(
  { FilterExpression, ProjectionExpression }: ReadPageInput,
  binder: ExpressionBinder | undefined,
  others: PageExpressions,
): PageExpressions {
  return {
    filter: FilterExpression === undefined ? others.filter : binder?.condition('FilterExpression', FilterExpression),
    projection: ProjectionExpression === undefined ? others.projection : binder?.projection(ProjectionExpression),
  }
}
