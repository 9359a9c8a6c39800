// Applies the actions of an update to an item. All SETs are evaluated on the item before the update, and all indexes
// are those of its lists before the update. What does not change is shared between the old item and the new one.

import { ownAttribute, setAttribute } from '../model/attribute-map.ts'
import type { AttributeMap, AttributeValue, Item } from '../model/attribute-value.ts'
import { MAX_NESTING_DEPTH } from '../model/limits.ts'
import { type ServiceException, validationException } from '../model/service-exception.ts'
import type { BoundAction } from './bound-update.ts'
import { addPath, createPathTree, hasElements, orderAsService, type PathNode } from './path-tree.ts'
import { added, deleted, evaluateSetValue } from './update-operations.ts'

/** The actions of an update at their places. */
export type ChangeTree = PathNode<BoundAction>

/** What changes below one place, and the item before the update. */
interface Changes {
  readonly item: Item
  readonly changes: ChangeTree
}

/**
 * Puts actions at their places, in such an order that of two that fail the same one is reported as in the service.
 *
 * @param actions whose places do not exclude each other
 */
export function changeTree(actions: readonly BoundAction[]): ChangeTree {
  const changes = createPathTree<BoundAction>()
  for (const action of [...actions].reverse()) addPath(changes, action.path, action)
  orderAsService(changes)
  return changes
}

/**
 * The item after an update.
 *
 * @param item canonical; not changed
 * @throws ServiceException ValidationException when the update cannot be made on this item
 */
export function applyChanges(changes: ChangeTree, item: Item): Item {
  return changedMap({ item, map: item, changes })
}

function changedValue(old: AttributeValue | undefined, { item, changes }: Changes): AttributeValue | undefined {
  if (changes.leaf !== undefined) return actedOn(old, changes.leaf, item)
  if (old === undefined) throw invalidPath()
  if (hasElements(changes)) {
    if ('L' in old) return { L: changedList({ item, list: old.L, changes }) }
  } else if ('M' in old) {
    return { M: changedMap({ item, map: old.M, changes }) }
  }
  throw invalidPath()
}

function actedOn(old: AttributeValue | undefined, action: BoundAction, item: Item): AttributeValue | undefined {
  switch (action.kind) {
    case 'set': {
      const value = evaluateSetValue(action.value, item)
      checkDepth(value, action.path.length)
      return value
    }
    case 'remove':
      return undefined
    case 'add':
      return added(old, action.value)
    case 'delete':
      return deleted(old, action.value)
  }
}

function changedMap({ item, map, changes }: Changes & { readonly map: AttributeMap }): AttributeMap {
  const changed: Record<string, AttributeValue> = { ...map }
  for (const [element, child] of changes.children) {
    // Below a map there are only names.
    const name = element as string
    const value = changedValue(ownAttribute(map, name), { item, changes: child })
    if (value === undefined) Reflect.deleteProperty(changed, name)
    else setAttribute(changed, name, value)
  }
  return changed
}

/** Replaces elements, appends those beyond the end in the order of their indexes, and takes out the removed. */
function changedList({
  item,
  list,
  changes,
}: Changes & { readonly list: readonly AttributeValue[] }): readonly AttributeValue[] {
  const changed: (AttributeValue | undefined)[] = [...list]
  const beyond: [number, AttributeValue][] = []
  for (const [element, child] of changes.children) {
    // Below a list there are only indexes.
    const index = element as number
    const value = changedValue(list[index], { item, changes: child })
    if (index < list.length) changed[index] = value
    else if (value !== undefined) beyond.push([index, value])
  }
  beyond.sort(([one], [other]) => one - other)
  return [...changed.filter((value) => value !== undefined), ...beyond.map(([, value]) => value)]
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
