// Which parameters of a request go together: expressions with expressions, names and values only with expressions that
// use them.

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

/** Parameters of before there were expressions that are not there, and what to use instead. */
const REPLACEMENTS: ReadonlyMap<string, ExpressionParameter> = new Map([
  ['AttributeUpdates', 'UpdateExpression'],
  ['ConditionalOperator', 'ConditionExpression'],
  ['Expected', 'ConditionExpression'],
  ['KeyConditions', 'KeyConditionExpression'],
  ['QueryFilter', 'FilterExpression'],
  ['ScanFilter', 'FilterExpression'],
])

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
  const givenOthers = others.filter(isGiven)
  if (given.length > 0 && givenOthers.length > 0) {
    throw validationException(
      'Can not use both expression and non-expression parameters in the same request: ' +
        `Non-expression parameters: {${givenOthers.join(', ')}} Expression parameters: {${given.join(', ')}}`,
    )
  }
  if (input.ExpressionAttributeNames !== undefined && given.length === 0) {
    throw validationException('ExpressionAttributeNames can only be specified when using expressions')
  }
  refuseLegacy(givenOthers)
  const takingValues = expressions.filter((name) => name !== 'ProjectionExpression')
  if (input.ExpressionAttributeValues !== undefined && !takingValues.some(isGiven)) {
    const verb = takingValues.length === 1 ? 'is' : 'are'
    throw validationException(
      `ExpressionAttributeValues can only be specified when using expressions: ${takingValues.join(' and ')} ${verb} null`,
    )
  }
}

/** A condition that is silently not checked would be worse than a refusal. */
function refuseLegacy(given: readonly string[]): void {
  for (const name of given) {
    const replacement = REPLACEMENTS.get(name)
    if (replacement === undefined) continue
    throw validationException(`The legacy parameter ${name} is not supported: use ${replacement}`)
  }
}
