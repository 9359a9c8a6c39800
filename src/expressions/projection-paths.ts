// What a bound projection expression is to its caller.

import type { AttributeSource, Item } from '../model/attribute-value.ts'
import { bindDistinctPaths } from './bind-paths.ts'
import type { ExpressionScope } from './expression-scope.ts'
import { projectItem, selectPaths } from './project-paths.ts'
import type { ProjectionSyntax } from './syntax-tree.ts'

/** A projection with its names filled in. */
export interface ProjectionPaths {
  /** Top-level attributes that the projection reads. */
  readonly topLevelNames: ReadonlySet<string>
  /** Those of them that it looks into, as in `a.b` or `a[0]`; key attributes may not be among them. */
  readonly nestedNames: ReadonlySet<string>
  /** True when no path goes below a top-level attribute. */
  readonly wholeAttributesOnly: boolean
  /** The part of the item that the paths name; list elements move together. */
  project(source: AttributeSource): Item
}

/**
 * Binds a projection whose structure has been checked.
 *
 * @throws ServiceException ValidationException
 */
export function createProjection(scope: ExpressionScope, syntax: ProjectionSyntax): ProjectionPaths {
  const paths = bindDistinctPaths(scope, syntax.paths)
  scope.finish()
  const selection = selectPaths(paths)
  const { topLevelNames, nestedNames } = scope
  return {
    topLevelNames,
    nestedNames,
    wholeAttributesOnly: nestedNames.size === 0,
    project: (source) => projectItem(source, selection),
  }
}
