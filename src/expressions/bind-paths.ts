// The paths of a projection or an update may not overlap or conflict.

import { type DocumentPath, describePath } from './document-path.ts'
import type { ExpressionScope } from './expression-scope.ts'
import { addPath, createPathTree } from './path-tree.ts'
import type { PathSyntax } from './syntax-tree.ts'

/**
 * Fills names into the paths and checks that none excludes another. As the service does, it goes from the last path to
 * the first.
 *
 * @returns the paths in their own order
 * @throws ServiceException ValidationException
 */
export function bindDistinctPaths(scope: ExpressionScope, paths: readonly PathSyntax[]): readonly DocumentPath[] {
  const tree = createPathTree<DocumentPath>()
  const bound: DocumentPath[] = []
  for (let index = paths.length - 1; index >= 0; index--) {
    const path = scope.path(paths[index] as PathSyntax)
    const clash = addPath(tree, path, path)
    if (clash !== undefined) {
      throw scope.refusal(
        `Two document paths ${clash.kind} with each other; must remove or rewrite one of these paths; path one: ${describePath(path)}, path two: ${describePath(clash.leaf)}`,
      )
    }
    bound.push(path)
  }
  return bound.reverse()
}
