// Paths of one expression as a tree: it finds paths that exclude each other, and is walked beside an item to project or
// update all places in one go.

import { assert } from '../base/assert.ts'
import type { DocumentPath, PathElement } from './document-path.ts'
import { inBucketOrder, textHash } from './hash-order.ts'

const ELEMENT_HASH_BASE = 8_270

/** A place that paths lead to or through. */
export interface PathNode<Leaf> {
  /** What was put here when a path ends here. */
  leaf: Leaf | undefined
  /** What lies below: members of a map by name, or elements of a list by index; never both. */
  children: Map<PathElement, PathNode<Leaf>>
}

/** A path that excludes another: one contains the other (overlap), or they take a place as map and as list (conflict). */
export interface PathClash<Leaf> {
  readonly kind: 'overlap' | 'conflict'
  /** What is at the end of the path that the service shows for it, which is not always the one in the way. */
  readonly leaf: Leaf
}

/** An empty tree. */
export function createPathTree<Leaf>(): PathNode<Leaf> {
  return { leaf: undefined, children: new Map() }
}

/**
 * Adds a path to the tree.
 *
 * @param leaf what to put at its end
 * @returns undefined, or a path that is there already; then the tree is not to be used any more
 */
export function addPath<Leaf>(root: PathNode<Leaf>, path: DocumentPath, leaf: Leaf): PathClash<Leaf> | undefined {
  let parent = root
  let node = root
  for (const element of path) {
    if (node.leaf !== undefined) return { kind: 'overlap', leaf: firstLeaf(parent) }
    parent = node
    let child = node.children.get(element)
    if (child === undefined) {
      if (!fitsBeside(element, node)) return { kind: 'conflict', leaf: firstLeaf(node) }
      child = createPathTree()
      node.children.set(element, child)
    }
    node = child
  }
  if (node.leaf !== undefined || node.children.size > 0) return { kind: 'overlap', leaf: firstLeaf(parent) }
  node.leaf = leaf
  return undefined
}

/** Puts the elements of each list in the order of their indexes; to be called when all paths have been added. */
export function orderByIndex(node: PathNode<unknown>): void {
  if (hasElements(node)) {
    node.children = new Map([...node.children].sort(([one], [other]) => Number(one) - Number(other)))
  }
  for (const child of node.children.values()) orderByIndex(child)
}

/** Puts all places in the order in which the service visits them; to be called when all paths have been added. */
export function orderAsService<Leaf>(node: PathNode<Leaf>): void {
  node.children = new Map(childrenOf(node))
  for (const child of node.children.values()) orderAsService(child)
}

/** Whether what lies below a place are elements of a list. */
export function hasElements(node: PathNode<unknown>): boolean {
  for (const element of node.children.keys()) return typeof element === 'number'
  return false
}

/** What lies below a place, in the service's order. */
function childrenOf<Leaf>(node: PathNode<Leaf>): readonly (readonly [PathElement, PathNode<Leaf>])[] {
  return inBucketOrder([...node.children], ([element]) => elementHash(element))
}

/** What is at the end of the path that the service meets first below a place. */
function firstLeaf<Leaf>(node: PathNode<Leaf>): Leaf {
  if (node.leaf !== undefined) return node.leaf
  const [first] = childrenOf(node)
  assert(first !== undefined, 'Every place in a path tree is on the way of a path.')
  return firstLeaf(first[1])
}

/** The hash of a path element in the service, found by observation: it counts down from a constant. */
function elementHash(element: PathElement): number {
  return (ELEMENT_HASH_BASE - (typeof element === 'number' ? element : textHash(element))) | 0
}

/** Whether `element` is of the kind of those that the node has: all names, or all indexes. */
function fitsBeside(element: PathElement, node: PathNode<unknown>): boolean {
  return node.children.size === 0 || hasElements(node) === (typeof element === 'number')
}
