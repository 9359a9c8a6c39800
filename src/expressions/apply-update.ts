// Applies the actions of an update to an item. All SETs are evaluated on the item before the update, and all indexes
// are those of its lists before the update. What does not change is shared between the old item and the new one.

import { ownAttribute, setAttribute } from '../model/attribute-map.ts'
import type { AttributeMap, AttributeValue, Item } from '../model/attribute-value.ts'
import { MAX_NESTING_DEPTH } from '../model/limits.ts'
import { type ServiceException, validationException } from '../model/service-exception.ts'
import type { BoundAction } from './bound-update.ts'
import { addPath, createPathTree, hasElements, type PathNode, sortElements } from './path-tree.ts'
import { added, deleted, evaluateSetValue } from './update-operations.ts'

/** From the value that a place has, if any, to the one that it gets, if any. */
type Change = (old: AttributeValue | undefined) => AttributeValue | undefined

/**
 * The item after an update.
 *
 * @param actions whose places do not exclude each other
 * @param item canonical; not changed
 * @throws ServiceException ValidationException when the update cannot be made on this item
 */
export function applyActions(actions: readonly BoundAction[], item: Item): Item {
  const changes = createPathTree<Change>()
  for (const action of actions) addPath(changes, action.path, changeOf(action, item))
  sortElements(changes)
  return changedMap(item, changes)
}

function changeOf(action: BoundAction, item: Item): Change {
  switch (action.kind) {
    case 'set': {
      const value = evaluateSetValue(action.value, item)
      checkDepth(value, action.path.length)
      return () => value
    }
    case 'remove':
      return () => undefined
    case 'add':
      return (old) => added(old, action.value)
    case 'delete':
      return (old) => deleted(old, action.value)
  }
}

function changedValue(old: AttributeValue | undefined, changes: PathNode<Change>): AttributeValue | undefined {
  if (changes.leaf !== undefined) return changes.leaf(old)
  if (old === undefined) throw invalidPath()
  if (hasElements(changes)) {
    if ('L' in old) return { L: changedList(old.L, changes) }
  } else if ('M' in old) {
    return { M: changedMap(old.M, changes) }
  }
  throw invalidPath()
}

function changedMap(map: AttributeMap, changes: PathNode<Change>): AttributeMap {
  const changed: Record<string, AttributeValue> = { ...map }
  for (const [element, child] of changes.children) {
    // Below a map there are only names.
    const name = element as string
    const value = changedValue(ownAttribute(map, name), child)
    if (value === undefined) Reflect.deleteProperty(changed, name)
    else setAttribute(changed, name, value)
  }
  return changed
}

/** Replaces elements, then appends those beyond the end in the order of their indexes, then takes out the removed. */
function changedList(list: readonly AttributeValue[], changes: PathNode<Change>): readonly AttributeValue[] {
  const changed: (AttributeValue | undefined)[] = [...list]
  for (const [element, child] of changes.children) {
    // Below a list there are only indexes.
    const index = element as number
    const value = changedValue(list[index], child)
    if (index < list.length) changed[index] = value
    else if (value !== undefined) changed.push(value)
  }
  return changed.filter((value) => value !== undefined)
}

/** @param depth the level at which the value comes to lie; a top-level attribute's is 1 */
function checkDepth(value: AttributeValue, depth: number): void {
  if (depth > MAX_NESTING_DEPTH) throw validationException('Nesting Levels have exceeded supported limits')
  if ('L' in value) {
    for (const element of value.L) checkDepth(element, depth + 1)
  } else if ('M' in value) {
    for (const name of Object.keys(value.M)) checkDepth(value.M[name] as AttributeValue, depth + 1)
  }
}

function invalidPath(): ServiceException {
  return validationException('The document path provided in the update expression is invalid for update')
}
