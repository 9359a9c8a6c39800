// From text to checked syntax. Everything that can be said about a text without names and values is said here, in the
// service's order: size, syntax and redundant parentheses, structure.

import { MAX_EXPRESSION_SIZE_BYTES } from '../model/limits.ts'
import { checkCondition, checkProjection, checkUpdate } from './check-structure.ts'
import { type ExpressionParameter, expressionException } from './expression-exception.ts'
import { ParseCache } from './parse-cache.ts'
import { parseCondition } from './parse-condition.ts'
import { parseProjection } from './parse-projection.ts'
import { parseUpdate } from './parse-update.ts'
import type { ConditionSyntax, ProjectionSyntax, UpdateSyntax } from './syntax-tree.ts'
import { TokenReader } from './token-reader.ts'

/** The parameters that hold a condition. */
export type ConditionParameter = 'ConditionExpression' | 'FilterExpression' | 'KeyConditionExpression'

const conditions: ParseCache<ConditionSyntax> = new ParseCache()
const projections: ParseCache<ProjectionSyntax> = new ParseCache()
const updates: ParseCache<UpdateSyntax> = new ParseCache()

/**
 * Parses a condition, filter or key condition.
 *
 * @throws ServiceException ValidationException
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function parsedCondition(parameter: ConditionParameter, text: string): ConditionSyntax {
  return conditions.parsed(text, () => {
    const syntax = parseCondition(readerOf(parameter, text))
    checkCondition(parameter, syntax)
    return syntax
  })
}

/**
 * Parses a projection.
 *
 * @throws ServiceException ValidationException
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
 */
export function parsedProjection(text: string): ProjectionSyntax {
  return projections.parsed(text, () => {
    const syntax = parseProjection(readerOf('ProjectionExpression', text))
    checkProjection('ProjectionExpression', syntax)
    return syntax
  })
}

/**
 * Parses an update.
 *
 * @throws ServiceException ValidationException
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function parsedUpdate(text: string): UpdateSyntax {
  return updates.parsed(text, () => {
    const syntax = parseUpdate(readerOf('UpdateExpression', text))
    checkUpdate('UpdateExpression', syntax)
    return syntax
  })
}

function readerOf(parameter: ExpressionParameter, text: string): TokenReader {
  if (text === '') throw expressionException(parameter, 'The expression can not be empty;')
  // The service counts UTF-16 units. Text with any other than ASCII characters is refused as syntax in any case.
  if (text.length > MAX_EXPRESSION_SIZE_BYTES) {
    // The service says the size for these two only; the reference server for key conditions too.
    const saysSize = parameter === 'ConditionExpression' || parameter === 'FilterExpression'
    const size = saysSize ? ` expression size: ${text.length}` : ''
    throw expressionException(parameter, `Expression size has exceeded the maximum allowed size;${size}`)
  }
  return new TokenReader(parameter, text)
}
