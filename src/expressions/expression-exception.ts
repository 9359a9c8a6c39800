// Every refusal of an expression begins with the parameter that holds it, if it is one.

import { MAX_EXPRESSION_OPERATORS } from '../model/limits.ts'
import { type ServiceException, validationException } from '../model/service-exception.ts'

/** The parameters of the API that hold an expression. */
export type ExpressionParameter =
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'ProjectionExpression'
  | 'UpdateExpression'

/**
 * A ValidationException that says what is wrong with the expression in `parameter`.
 *
 * @param parameter undefined for parts of a PartiQL statement, of which the service says only what is wrong
 */
export function expressionException(parameter: ExpressionParameter | undefined, problem: string): ServiceException {
  return validationException(parameter === undefined ? problem : `Invalid ${parameter}: ${problem}`)
}

/** The names of the types that an operator or function may not have been given. */
export function operandTypeProblem(operator: string, type: string): string {
  return `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`
}

/** The service stops counting at the first operator too many. */
export const TOO_MANY_OPERATORS: string = `The expression contains too many operators; operator count: ${MAX_EXPRESSION_OPERATORS + 1}`
