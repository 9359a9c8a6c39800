// What becomes of a statement of a batch: it goes on, or it has failed and its failure is its response.

import type { ByteKey } from '../../base/byte-key.ts'
import type { BatchStatementError, BatchStatementResponse } from '../../model/operations.ts'
import { ServiceException, validationException } from '../../model/service-exception.ts'
import type { OutputRow } from '../output-row.ts'

/** A response of a batch. */
export type StatementResponse = BatchStatementResponse<OutputRow>

/** What a statement has come to. */
export type Outcome<T> = { readonly value: T } | { readonly failure: StatementResponse }

/** What the service calls exceptions among the errors of statements. */
const ERROR_CODES: ReadonlyMap<string, BatchStatementError['Code']> = new Map([
  ['ConditionalCheckFailedException', 'ConditionalCheckFailed'],
  ['DuplicateItemException', 'DuplicateItem'],
  ['ResourceNotFoundException', 'ResourceNotFound'],
  ['ValidationException', 'ValidationError'],
])

/**
 * Goes on with a statement, unless it has failed.
 *
 * @param tableName of the statement, once it is known to fit its table: then its failure tells it
 * @throws what is no answer to a statement
 */
export function goOn<T, U>(outcome: Outcome<T>, next: (value: T) => U, tableName?: string): Outcome<U> {
  if ('failure' in outcome) return outcome
  try {
    return { value: next(outcome.value) }
  } catch (error) {
    return { failure: failureOf(error, tableName) }
  }
}

/** The value of a statement that has not failed. */
export function valueOf<T>(outcome: Outcome<T>): T | undefined {
  return 'failure' in outcome ? undefined : outcome.value
}

/** The response to a statement that was done. */
export function doneResponse(TableName: string, row: OutputRow | undefined): StatementResponse {
  return { TableName, ...(row !== undefined && { Item: row }) }
}

/** The response to a statement. */
export function responseOf(outcome: Outcome<StatementResponse>): StatementResponse {
  return 'failure' in outcome ? outcome.failure : outcome.value
}

/**
 * Refuses a batch of which two statements are about one item.
 *
 * @throws ServiceException ValidationException
 */
export function checkDistinct(outcomes: readonly Outcome<{ readonly key: ByteKey }>[]): void {
  const keys = outcomes.flatMap((outcome) => valueOf(outcome)?.key ?? [])
  if (new Set(keys).size === keys.length) return
  throw validationException('Provided list of item keys contains duplicates')
}

/** What the service says of a table that is not there. */
export function tableNotFound(): ServiceException {
  return new ServiceException('ResourceNotFoundException', 'Requested resource not found')
}

function failureOf(error: unknown, tableName: string | undefined): StatementResponse {
  if (!(error instanceof ServiceException)) throw error
  const Code = ERROR_CODES.get(error.name)
  if (Code === undefined) throw error
  const { message: Message, Item } = error
  return {
    Error: { Code, Message, ...(Item !== undefined && { Item }) },
    ...(tableName !== undefined && { TableName: tableName }),
  }
}
