// Who watches a key: an AVL tree of ranges that knows the greatest end below each node, so that finding the watchers of a
// key takes the logarithm of the number of ranges plus those found. Single keys, which most ranges are, lie in a map.

import { type ByteKey, type KeyRange, keyAfter } from '../../base/byte-key.ts'

interface Node<Watcher> {
  readonly range: KeyRange
  readonly watchers: Set<Watcher>
  left: Node<Watcher> | undefined
  right: Node<Watcher> | undefined
  height: number
  /** The greatest end of a range in this subtree. */
  maxEnd: ByteKey
}

/** Watchers by the ranges of keys that they watch. */
export class RangeIndex<Watcher> {
  readonly #points = new Map<ByteKey, Set<Watcher>>()
  #root: Node<Watcher> | undefined

  /** Adds a watcher. A range that starts at or behind its end is watched by nobody. */
  add(range: KeyRange, watcher: Watcher): void {
    if (range.start >= range.end) return
    if (!isPoint(range)) {
      this.#root = insert(this.#root, range, watcher)
      return
    }
    const watchers = this.#points.get(range.start)
    if (watchers === undefined) this.#points.set(range.start, new Set([watcher]))
    else watchers.add(watcher)
  }

  /** Takes a watcher out that was added with this range. */
  remove(range: KeyRange, watcher: Watcher): void {
    if (range.start >= range.end) return
    if (!isPoint(range)) {
      this.#root = removeFrom(this.#root, range, watcher)
      return
    }
    const watchers = this.#points.get(range.start)
    watchers?.delete(watcher)
    if (watchers?.size === 0) this.#points.delete(range.start)
  }

  /** Visits the watchers of a key. */
  visit(key: ByteKey, visit: (watcher: Watcher) => void): void {
    const point = this.#points.get(key)
    if (point !== undefined) for (const watcher of point) visit(watcher)
    if (this.#root !== undefined) visitNode(this.#root, key, visit)
  }
}

function isPoint({ start, end }: KeyRange): boolean {
  return end.length === start.length + 1 && end === keyAfter(start)
}

/** Depth is at most 1.44 times the logarithm of the number of ranges. */
function visitNode<Watcher>(node: Node<Watcher>, key: ByteKey, visit: (watcher: Watcher) => void): void {
  if (node.maxEnd <= key) return
  if (node.left !== undefined) visitNode(node.left, key, visit)
  if (node.range.start > key) return
  if (key < node.range.end) for (const watcher of node.watchers) visit(watcher)
  if (node.right !== undefined) visitNode(node.right, key, visit)
}

function insert<Watcher>(node: Node<Watcher> | undefined, range: KeyRange, watcher: Watcher): Node<Watcher> {
  if (node === undefined) {
    return { range, watchers: new Set([watcher]), left: undefined, right: undefined, height: 1, maxEnd: range.end }
  }
  const order = compare(range, node.range)
  if (order === 0) {
    node.watchers.add(watcher)
    return node
  }
  if (order < 0) node.left = insert(node.left, range, watcher)
  else node.right = insert(node.right, range, watcher)
  return balance(node)
}

function removeFrom<Watcher>(
  node: Node<Watcher> | undefined,
  range: KeyRange,
  watcher: Watcher,
): Node<Watcher> | undefined {
  if (node === undefined) return undefined
  const order = compare(range, node.range)
  if (order < 0) node.left = removeFrom(node.left, range, watcher)
  else if (order > 0) node.right = removeFrom(node.right, range, watcher)
  else {
    node.watchers.delete(watcher)
    if (node.watchers.size > 0) return node
    if (node.left === undefined || node.right === undefined) return node.left ?? node.right
    const first = firstOf(node.right)
    first.right = withoutFirst(node.right)
    first.left = node.left
    return balance(first)
  }
  return balance(node)
}

function firstOf<Watcher>(node: Node<Watcher>): Node<Watcher> {
  let first = node
  while (first.left !== undefined) first = first.left
  return first
}

function withoutFirst<Watcher>(node: Node<Watcher>): Node<Watcher> | undefined {
  if (node.left === undefined) return node.right
  node.left = withoutFirst(node.left)
  return balance(node)
}

function balance<Watcher>(node: Node<Watcher>): Node<Watcher> {
  const lean = heightOf(node.left) - heightOf(node.right)
  if (lean > 1) {
    const left = node.left as Node<Watcher>
    if (heightOf(left.left) < heightOf(left.right)) node.left = rotateLeft(left)
    return rotateRight(node)
  }
  if (lean < -1) {
    const right = node.right as Node<Watcher>
    if (heightOf(right.right) < heightOf(right.left)) node.right = rotateRight(right)
    return rotateLeft(node)
  }
  measure(node)
  return node
}

function rotateLeft<Watcher>(node: Node<Watcher>): Node<Watcher> {
  const top = node.right as Node<Watcher>
  node.right = top.left
  top.left = node
  measure(node)
  measure(top)
  return top
}

function rotateRight<Watcher>(node: Node<Watcher>): Node<Watcher> {
  const top = node.left as Node<Watcher>
  node.left = top.right
  top.right = node
  measure(node)
  measure(top)
  return top
}

function measure<Watcher>(node: Node<Watcher>): void {
  node.height = 1 + Math.max(heightOf(node.left), heightOf(node.right))
  let maxEnd = node.range.end
  if (node.left !== undefined && node.left.maxEnd > maxEnd) maxEnd = node.left.maxEnd
  if (node.right !== undefined && node.right.maxEnd > maxEnd) maxEnd = node.right.maxEnd
  node.maxEnd = maxEnd
}

function heightOf(node: { readonly height: number } | undefined): number {
  return node?.height ?? 0
}

function compare(one: KeyRange, other: KeyRange): number {
  if (one.start !== other.start) return one.start < other.start ? -1 : 1
  if (one.end !== other.end) return one.end < other.end ? -1 : 1
  return 0
}
