// A plain item as expressions and index keys read it.

import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeSource, Item } from '../model/attribute-value.ts'

/** Reads the attributes of a canonical item. */
export function itemSource(item: Item): AttributeSource {
  return { attribute: (name) => ownAttribute(item, name) }
}
