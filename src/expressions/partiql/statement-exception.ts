// What the service says of statements that it cannot take.

import { type ServiceException, validationException } from '../../model/service-exception.ts'
import type { Place } from './statement-syntax.ts'

/** A statement that does not follow the grammar. */
export function malformedStatement(detail: string): ServiceException {
  return validationException(`Statement wasn't well formed, can't be processed: ${detail}`)
}

/** A refusal that tells the place in the statement. */
export function refusalAt(problem: string, { line, column, length }: Place): ServiceException {
  return validationException(`${problem} at ${line}:${column}:${length}`)
}

/** A `?` for which the request has no value. */
export function missingParameter(): ServiceException {
  return validationException("Number of parameters in request and statement don't match.")
}
