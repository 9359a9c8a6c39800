// Which attributes a read answers: those of its ProjectionExpression, or of AttributesToGet, or all.

import type { ProjectionPaths } from '../expressions/projection-paths.ts'
import { bindExpressions } from '../expressions/request-expressions.ts'
import { setAttribute } from '../model/attribute-map.ts'
import type { AttributeValue } from '../model/attribute-value.ts'
import { validationException } from '../model/service-exception.ts'

interface ProjectingInput {
  readonly ProjectionExpression?: string
  readonly AttributesToGet?: readonly string[]
  readonly ExpressionAttributeNames?: unknown
}

/**
 * The projection of a read that has no other expression; undefined when it wants all attributes.
 *
 * @throws ServiceException `ValidationException` when the expression, its names or the list are not valid
 */
export function requestedAttributes(input: ProjectingInput): ProjectionPaths | undefined {
  if (input.AttributesToGet !== undefined) return listedAttributes(input.AttributesToGet)
  if (input.ProjectionExpression === undefined) return undefined
  const { ExpressionAttributeNames } = input
  const binder = bindExpressions({ ExpressionAttributeNames })
  const projection = binder.projection(input.ProjectionExpression)
  binder.finish()
  return projection
}

/**
 * AttributesToGet as a projection of whole attributes.
 *
 * @throws ServiceException `ValidationException` when a name is listed twice
 */
export function listedAttributes(names: readonly string[]): ProjectionPaths {
  const topLevelNames = new Set(names)
  if (topLevelNames.size !== names.length) {
    const duplicate = names.find((name, at) => names.indexOf(name) !== at)
    throw validationException(
      `One or more parameter values were invalid: Duplicate value in attribute name: ${duplicate}`,
    )
  }
  return {
    topLevelNames,
    nestedNames: new Set(),
    wholeAttributesOnly: true,
    project(source) {
      const item: Record<string, AttributeValue> = {}
      for (const name of names) {
        const value = source.attribute(name)
        if (value !== undefined) setAttribute(item, name, value)
      }
      return item
    },
  }
}
