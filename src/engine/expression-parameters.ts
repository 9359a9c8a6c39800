// Which parameters of a request go together: expressions with expressions and not with what they replaced, names and
// values only with expressions that use them.

import { validationException } from '../model/service-exception.ts'

type ExpressionParameter =
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'ProjectionExpression'

/** The parameters of an operation that are about expressions. */
export interface ExpressionParameters {
  /** In the order in which the service names them. */
  readonly expressions: readonly ExpressionParameter[]
  /** Those of before there were expressions, in the order in which the service names them. */
  readonly others: readonly string[]
}

/**
 * Refuses a request that mixes expressions with what they replace, or gives names or values to none.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkExpressionParameters(
  input: { readonly ExpressionAttributeNames?: unknown; readonly ExpressionAttributeValues?: unknown },
  { expressions, others }: ExpressionParameters,
): void {
  const parameters = input as Readonly<Record<string, unknown>>
  const isGiven = (name: string): boolean => parameters[name] !== undefined
  const given = expressions.filter(isGiven)
  const givenOthers = others.filter(
    (name) => isGiven(name) && (name !== 'KeyConditions' || excludesKeyConditions(given)),
  )
  if (given.length > 0 && givenOthers.length > 0) {
    throw validationException(
      'Can not use both expression and non-expression parameters in the same request: ' +
        `Non-expression parameters: {${givenOthers.join(', ')}} Expression parameters: {${given.join(', ')}}`,
    )
  }
  if (input.ExpressionAttributeNames !== undefined && given.length === 0) {
    throw validationException('ExpressionAttributeNames can only be specified when using expressions')
  }
  const takingValues = expressions.filter((name) => name !== 'ProjectionExpression')
  // An operation that has no such parameter takes no notice of it, as of any other that is unknown.
  if (takingValues.length > 0 && input.ExpressionAttributeValues !== undefined && !takingValues.some(isGiven)) {
    const verb = takingValues.length === 1 ? 'is' : 'are'
    throw validationException(
      `ExpressionAttributeValues can only be specified when using expressions: ${takingValues.join(' and ')} ${verb} null`,
    )
  }
}

/** KeyConditions go together with other expressions than the one that replaced them. */
function excludesKeyConditions(given: readonly ExpressionParameter[]): boolean {
  return given.includes('KeyConditionExpression')
}
