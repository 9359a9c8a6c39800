// What SELECT lists. In ExecuteStatement an attribute of the answer is called after the last name of its path, with the indexes
// behind it: `m.list[1]` answers `list[1]`. In batches and transactions what is listed stays in its maps and lists.

import { setAttribute } from '../../model/attribute-map.ts'
import type { AttributeSource, AttributeValue } from '../../model/attribute-value.ts'
import { validationException } from '../../model/service-exception.ts'
import { bindDistinctPaths } from '../bind-paths.ts'
import { type DocumentPath, valueAtPath } from '../document-path.ts'
import { projectItem, selectPaths } from '../project-paths.ts'
import type { ProjectionPaths } from '../projection-paths.ts'
import type { StatementScope } from './statement-scope.ts'
import type { TermSyntax } from './statement-syntax.ts'

/** What a SELECT lists, in the two forms that it has. */
export interface SelectProjections {
  /** Each path as an attribute of its own. */
  readonly listed: ProjectionPaths
  /** The paths inside of the maps and lists that they lead through, as ProjectionExpression has them. */
  readonly nested: ProjectionPaths
}

/**
 * The projections of a SELECT.
 *
 * @throws ServiceException ValidationException when one of the terms is no path, or two have the same name or place
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
 */
export function selectProjections(scope: StatementScope, items: readonly TermSyntax[]): SelectProjections {
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
  const facts = { topLevelNames, nestedNames, wholeAttributesOnly: nestedNames.size === 0 }
  const selection = selectPaths(paths)
  const nested = { ...facts, project: (source: AttributeSource) => projectItem(source, selection) }
  const listed: ProjectionPaths = {
    ...facts,
    project(source) {
      const item: Record<string, AttributeValue> = {}
      for (const path of paths) {
        const value = valueAtPath(source, path)
        if (value !== undefined) setAttribute(item, nameOf(path), value)
      }
      return item
    },
  }
  return { listed, nested }
}

function nameOf(path: DocumentPath): string {
  const lastNameAt = path.findLastIndex((element) => typeof element === 'string')
  const [name, ...indexes] = path.slice(lastNameAt)
  return `${name}${indexes.map((index) => `[${index}]`).join('')}`
}
