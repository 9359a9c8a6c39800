// A document path names a place inside an item: a top-level attribute, then map members and list elements below it.

import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeSource, AttributeValue } from '../model/attribute-value.ts'

/** A map member's name, or a list element's index (0-based). */
export type PathElement = string | number

/** A place inside an item. The first element is always a top-level attribute's name. */
export type DocumentPath = readonly [string, ...PathElement[]]

/** The value at a place, or undefined when there is none or something on the way is of the wrong type. */
export function valueAtPath(source: AttributeSource, path: DocumentPath): AttributeValue | undefined {
  let value = source.attribute(path[0])
  for (let depth = 1; depth < path.length && value !== undefined; depth++) {
    value = childValue(value, path[depth] as PathElement)
  }
  return value
}

/** The member or element of a map or list, or undefined when `value` has no such part. */
export function childValue(value: AttributeValue, element: PathElement): AttributeValue | undefined {
  if (typeof element === 'number') return 'L' in value ? value.L[element] : undefined
  return 'M' in value ? ownAttribute(value.M, element) : undefined
}

/** Whether both name the same place. */
export function samePath(one: DocumentPath, other: DocumentPath): boolean {
  return one.length === other.length && one.every((element, depth) => element === other[depth])
}

/** The path as the service's messages show it: `[a, b, [0]]`. */
export function describePath(path: DocumentPath): string {
  return `[${path.map((element) => (typeof element === 'number' ? `[${element}]` : element)).join(', ')}]`
}
