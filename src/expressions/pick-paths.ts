// UPDATED_OLD and UPDATED_NEW answer only the places that an update named.

import { ownAttribute } from '../model/attribute-map.ts'
import type { Item } from '../model/attribute-value.ts'
import type { DocumentPath } from './document-path.ts'
import { projectItem, selectPaths } from './project-paths.ts'

/**
 * The part of an item at these places: whole attributes, or the maps and lists down to each place; list elements move
 * together. As in the service, indexes are those of the update's text even in the item after it: what `SET l[9]`
 * appended at index 4 is not shown, and after `REMOVE l[1]` the element that moved there is.
 *
 * @param paths what `Update.apply` says was updated
 * @returns an item without attributes when nothing is at these places; then the service answers no Attributes
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html#DDB-UpdateItem-request-ReturnValues
 */
export function pickPaths(item: Item, paths: readonly DocumentPath[]): Item {
  return projectItem({ attribute: (name) => ownAttribute(item, name) }, selectPaths(paths))
}
