// Exceptions of the service: what DynamoDB would answer for this request (law 12).

import type { Item } from './attribute-value.ts'

/** Names of the exceptions that the engine and the HTTP protocol answer with, as the API has them. */
export type ServiceExceptionName =
  | 'AccessDeniedException'
  | 'ConditionalCheckFailedException'
  | 'DuplicateItemException'
  | 'ExpiredIteratorException'
  | 'IdempotentParameterMismatchException'
  | 'IncompleteSignatureException'
  | 'InternalServerError'
  | 'InvalidSignatureException'
  | 'ItemCollectionSizeLimitExceededException'
  | 'LimitExceededException'
  | 'MissingAuthenticationTokenException'
  | 'ProvisionedThroughputExceededException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'TransactionCanceledException'
  | 'TransactionConflictException'
  | 'TransactionInProgressException'
  | 'TrimmedDataAccessException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
  | 'ValidationException'

/** Why one action of a transaction failed; `Code` is `None` for those that did not. */
export interface CancellationReason {
  readonly Code?: string
  readonly Message?: string
  readonly Item?: Item
}

/** Fields that some exceptions carry beside name and message. */
export interface ServiceExceptionFields {
  /** With ConditionalCheckFailedException, when ReturnValuesOnConditionCheckFailure is ALL_OLD. */
  readonly Item?: Item
  /** With TransactionCanceledException, in the order of the actions. */
  readonly CancellationReasons?: readonly CancellationReason[]
}

/**
 * An exception of the service: `name` and `message` are DynamoDB's.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export class ServiceException extends Error {
  override readonly name: ServiceExceptionName
  readonly Item?: Item
  readonly CancellationReasons?: readonly CancellationReason[]

  constructor(name: ServiceExceptionName, message: string, fields: ServiceExceptionFields = {}) {
    super(message)
    this.name = name
    if (fields.Item !== undefined) this.Item = fields.Item
    if (fields.CancellationReasons !== undefined) this.CancellationReasons = fields.CancellationReasons
  }
}

/** A ValidationException with this message. */
export function validationException(message: string): ServiceException {
  return new ServiceException('ValidationException', message)
}
