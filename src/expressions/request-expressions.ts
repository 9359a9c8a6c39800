// The expressions of one request: they share ExpressionAttributeNames and ExpressionAttributeValues, and every name and
// value has to be used by one of them.

import { assert } from '../base/assert.ts'
import type { KeyShape } from '../model/key-schema.ts'
import type { Condition } from './condition.ts'
import type { KeyCondition } from './key-condition.ts'
import type { ProjectionPaths } from './projection-paths.ts'
import type { Update } from './update.ts'

/** What a request brings for all its expressions; not yet validated. */
export interface ExpressionInputs {
  readonly ExpressionAttributeNames?: unknown
  readonly ExpressionAttributeValues?: unknown
}

/** Parses the expressions of one request and fills in its names and values. */
export interface ExpressionBinder {
  condition(parameter: 'ConditionExpression' | 'FilterExpression', text: string): Condition
  /** @param keys of the table or index that is queried */
  keyCondition(text: string, keys: KeyShape): KeyCondition
  projection(text: string): ProjectionPaths
  update(text: string): Update
  /** To be called after all expressions of the request: refuses names and values that none of them used. */
  finish(): void
}

/**
 * Begins the expressions of one request.
 *
 * @throws ServiceException `ValidationException` when the names or values are not well formed
 */
export function bindExpressions(inputs: ExpressionInputs): ExpressionBinder {
  assert(inputs !== inputs, 'The binder is being written.')
  throw new Error('unreachable')
}
