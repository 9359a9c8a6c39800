// The expressions of one request: they share ExpressionAttributeNames and ExpressionAttributeValues, and every name and
// value has to be used by one of them.

import { MAX_SUBSTITUTION_SIZE_BYTES } from '../model/limits.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { bindCondition } from './bind-condition.ts'
import { type Condition, createCondition } from './condition.ts'
import type { ExpressionParameter } from './expression-exception.ts'
import { ExpressionScope } from './expression-scope.ts'
import type { KeyCondition, QueriedKey } from './key-condition.ts'
import { matchKey } from './match-key.ts'
import { parsedCondition, parsedProjection, parsedUpdate } from './parse-expression.ts'
import { createProjection, type ProjectionPaths } from './projection-paths.ts'
import { readNames, readValues } from './substitutions.ts'
import { createUpdate, type Update } from './update.ts'

/** What a request brings for all its expressions; not yet validated. */
export interface ExpressionInputs {
  readonly ExpressionAttributeNames?: unknown
  readonly ExpressionAttributeValues?: unknown
}

/**
 * Parses the expressions of one request and fills in its names and values. Each method throws the service's
 * ValidationException for what is wrong with its expression. Where a request has several expressions, the service looks
 * at UpdateExpression before ConditionExpression, and at FilterExpression, ProjectionExpression, KeyConditionExpression
 * in this order.
 */
export interface ExpressionBinder {
  condition(parameter: 'ConditionExpression' | 'FilterExpression', text: string): Condition
  /**
   * A key condition. That it does not fit the key is thrown by `finish`, as the service finds unused names and values
   * first: until then the answer may hold nothing.
   *
   * @param keys of the table or index that is queried
   */
  keyCondition(text: string, keys: QueriedKey): KeyCondition
  projection(text: string): ProjectionPaths
  update(text: string): Update
  /** To be called after all expressions of the request: refuses names and values that none of them used. */
  finish(): void
}

/**
 * Begins the expressions of one request.
 *
 * @throws ServiceException `ValidationException` when the names or values are not well formed, SerializationException
 *   when they do not have the API's shape
 * @example
 * const binder = bindExpressions(input)
 * const condition = binder.condition('ConditionExpression', input.ConditionExpression)
 * binder.finish()
 */
export function bindExpressions(inputs: ExpressionInputs): ExpressionBinder {
  const names = readNames(inputs.ExpressionAttributeNames)
  const values = readValues(inputs.ExpressionAttributeValues)
  if (names.sizeBytes + values.sizeBytes > MAX_SUBSTITUTION_SIZE_BYTES) {
    throw validationException(
      'Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size',
    )
  }
  const scopeOf = (parameter: ExpressionParameter, text: string): ExpressionScope =>
    new ExpressionScope({ parameter, text, names, values })
  let keyMismatch: ServiceException | undefined
  return {
    condition: (parameter, text) => createCondition(scopeOf(parameter, text), parsedCondition(parameter, text)),
    keyCondition(text, keys) {
      const scope = scopeOf('KeyConditionExpression', text)
      const bound = bindCondition(scope, parsedCondition('KeyConditionExpression', text))
      scope.finish()
      try {
        return matchKey(bound, keys)
      } catch (error) {
        if (!(error instanceof ServiceException)) throw error
        keyMismatch = error
        return { partition: [], sort: [] }
      }
    },
    projection: (text) => createProjection(scopeOf('ProjectionExpression', text), parsedProjection(text)),
    update: (text) => createUpdate(scopeOf('UpdateExpression', text), parsedUpdate(text)),
    finish() {
      names.refuseUnused()
      values.refuseUnused()
      if (keyMismatch !== undefined) throw keyMismatch
    },
  }
}
