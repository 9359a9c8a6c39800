// What a bound update expression is to its caller.

import type { Item } from '../model/attribute-value.ts'
import { applyChanges, changeTree } from './apply-update.ts'
import { bindUpdate } from './bind-update.ts'
import type { BoundAction, BoundSetValue } from './bound-update.ts'
import { type DocumentPath, samePath } from './document-path.ts'
import type { ExpressionScope } from './expression-scope.ts'
import type { UpdateSyntax } from './syntax-tree.ts'

/** What an update made of an item. */
export interface UpdateResult {
  readonly item: Item
  /** The places that the update names, for UPDATED_OLD and UPDATED_NEW (see pick-paths). */
  readonly updated: readonly DocumentPath[]
}

/** An update with its names and values filled in. */
export interface Update {
  /** Top-level attributes that the update changes; key attributes may not be among them. */
  readonly topLevelNames: ReadonlySet<string>
  /** Top-level attributes that it looks into, to change or to read; key attributes may not be among them either. */
  readonly nestedNames: ReadonlySet<string>
  /**
   * The item after the update; `item` itself is left as it is and shares what did not change.
   *
   * @param item the item before, canonical; for an item that does not exist, its key attributes
   * @throws ServiceException `ValidationException` when the update cannot be made on this item
   */
  apply(item: Item): UpdateResult
  /**
   * The places whose old value the update does not look at, and so wipes out what others made of them. Where it is not
   * there, they are all that it names.
   */
  overwrites?(): readonly DocumentPath[]
}

/**
 * Binds an update whose structure has been checked.
 *
 * @throws ServiceException ValidationException
 */
export function createUpdate(scope: ExpressionScope, syntax: UpdateSyntax): Update {
  const actions = bindUpdate(scope, syntax)
  scope.finish()
  const changes = changeTree(actions)
  const updated = actions.map((action) => action.path)
  return {
    topLevelNames: new Set(updated.map(([name]) => name)),
    nestedNames: scope.nestedNames,
    apply: (item) => ({ item: applyChanges(changes, item), updated }),
    overwrites: () => actions.filter(isBlind).map(({ path }) => path),
  }
}

/** An update that adds, deletes or appends to what is there makes the same of whatever others have made of it. */
function isBlind(action: BoundAction): boolean {
  return action.kind === 'remove' || (action.kind === 'set' && !readsPath(action.value, action.path))
}

function readsPath(value: BoundSetValue, path: DocumentPath): boolean {
  switch (value.kind) {
    case 'value':
      return false
    case 'path':
      return samePath(value.path, path)
    case 'if_not_exists':
      return samePath(value.path, path) || readsPath(value.otherwise, path)
    default:
      return readsPath(value.left, path) || readsPath(value.right, path)
  }
}
