// Takes packed items out of a message and puts them back. Both ways walk in the same order: depth first, members in
// their own order. What holds no item is passed on as it is, not copied.

import type { Hole } from './protocol.ts'

/** What a sender puts where an item was. The receiver's holes are the message's own `hole`. */
export const HOLE: Hole = Object.freeze({})

/** Deepest place of an item in any input or output: RequestItems, table, element, PutRequest, Item. */
const MAX_HOLE_DEPTH = 6

/**
 * A copy of `value` in which `replace` has changed objects; `value` itself where it has changed none.
 *
 * @param value an input or an output of an operation
 * @param replace what stands for this object; undefined to look inside it
 */
export function replaceObjects(value: unknown, replace: (candidate: object) => object | undefined): unknown {
  return walk(value, replace, 0)
}

function walk(value: unknown, replace: (candidate: object) => object | undefined, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  const replacement = replace(value)
  if (replacement !== undefined) return replacement
  if (depth === MAX_HOLE_DEPTH || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return walkArray(value, replace, depth)
  let copy: Record<string, unknown> | undefined
  // Inputs and outputs are plain data, so that nothing is inherited; `in` makes no list of the members.
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    const walked = walk(member, replace, depth + 1)
    if (walked === member) continue
    copy ??= { ...value }
    copy[name] = walked
  }
  return copy ?? value
}

function walkArray(
  elements: readonly unknown[],
  replace: (candidate: object) => object | undefined,
  depth: number,
): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let index = 0; index < elements.length; index++) {
    const walked = walk(elements[index], replace, depth + 1)
    if (walked === elements[index]) continue
    copy ??= [...elements]
    copy[index] = walked
  }
  return copy ?? elements
}
