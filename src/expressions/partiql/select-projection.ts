// What SELECT lists. An attribute of the answer is called after the last name of its path, with the indexes behind it:
// `m.list[1]` answers `list[1]`.

import { setAttribute } from '../../model/attribute-map.ts'
import type { AttributeValue } from '../../model/attribute-value.ts'
import { validationException } from '../../model/service-exception.ts'
import { bindDistinctPaths } from '../bind-paths.ts'
import { type DocumentPath, valueAtPath } from '../document-path.ts'
import type { ProjectionPaths } from '../projection-paths.ts'
import type { StatementScope } from './statement-scope.ts'
import type { TermSyntax } from './statement-syntax.ts'

/**
 * The projection of a SELECT.
 *
 * @throws ServiceException ValidationException when one of the terms is no path, or two have the same name or place
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
 */
export function selectProjection(scope: StatementScope, items: readonly TermSyntax[]): ProjectionPaths {
  const syntaxes = items.map((item) => scope.path(item))
  const expressions = scope.expressionScope()
  const names = new Set<string>()
  for (const syntax of syntaxes) {
    const name = nameOf(expressions.path(syntax))
    if (names.has(name)) throw validationException(`Duplicate identifiers in select clause: ${name}`)
    names.add(name)
  }
  // Of two paths that exclude each other the service shows the later one first.
  const paths = [...bindDistinctPaths(expressions, [...syntaxes].reverse())].reverse()
  const { topLevelNames, nestedNames } = expressions
  return {
    topLevelNames,
    nestedNames,
    wholeAttributesOnly: nestedNames.size === 0,
    project(source) {
      const item: Record<string, AttributeValue> = {}
      for (const path of paths) {
        const value = valueAtPath(source, path)
        if (value !== undefined) setAttribute(item, nameOf(path), value)
      }
      return item
    },
  }
}

function nameOf(path: DocumentPath): string {
  const lastNameAt = path.findLastIndex((element) => typeof element === 'string')
  const [name, ...indexes] = path.slice(lastNameAt)
  return `${name}${indexes.map((index) => `[${index}]`).join('')}`
}
