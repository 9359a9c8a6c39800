// Cuts an item down to the places that paths name: whole attributes, or the maps and lists on the way to them. Elements
// of a list move together, in their order.

import { ownAttribute, setAttribute } from '../model/attribute-map.ts'
import type { AttributeMap, AttributeSource, AttributeValue, Item } from '../model/attribute-value.ts'
import type { DocumentPath } from './document-path.ts'
import { addPath, createPathTree, type PathNode, orderByIndex } from './path-tree.ts'

/** The places to keep. */
export type PathSelection = PathNode<true>

/** The selection of these paths, none of which excludes another. */
export function selectPaths(paths: readonly DocumentPath[]): PathSelection {
  const selection = createPathTree<true>()
  for (const path of paths) addPath(selection, path, true)
  orderByIndex(selection)
  return selection
}

/** The part of an item that is selected; attributes without any selected place are left out. */
export function projectItem(source: AttributeSource, selection: PathSelection): Item {
  const item: Record<string, AttributeValue> = {}
  for (const [element, node] of selection.children) {
    // Only names stand at the top of a selection.
    const name = element as string
    const value = source.attribute(name)
    const projected = value === undefined ? undefined : projectValue(value, node)
    if (projected !== undefined) setAttribute(item, name, projected)
  }
  return item
}

function projectValue(value: AttributeValue, node: PathSelection): AttributeValue | undefined {
  if (node.leaf !== undefined) return value
  if ('M' in value) return projectMap(value.M, node)
  return 'L' in value ? projectList(value.L, node) : undefined
}

function projectMap(map: AttributeMap, node: PathSelection): AttributeValue | undefined {
  const members: Record<string, AttributeValue> = {}
  let isEmpty = true
  for (const [name, child] of node.children) {
    if (typeof name === 'number') return undefined
    const member = ownAttribute(map, name)
    const projected = member === undefined ? undefined : projectValue(member, child)
    if (projected === undefined) continue
    setAttribute(members, name, projected)
    isEmpty = false
  }
  return isEmpty ? undefined : { M: members }
}

function projectList(list: readonly AttributeValue[], node: PathSelection): AttributeValue | undefined {
  const elements: AttributeValue[] = []
  for (const [index, child] of node.children) {
    if (typeof index === 'string') return undefined
    const element = list[index]
    const projected = element === undefined ? undefined : projectValue(element, child)
    if (projected !== undefined) elements.push(projected)
  }
  return elements.length === 0 ? undefined : { L: elements }
}
