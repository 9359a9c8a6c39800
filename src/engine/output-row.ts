// Items on their way out: plain attribute values, or packed rows for a caller on another thread.

import type { ProjectionPaths } from '../expressions/projection-paths.ts'
import type { Item } from '../model/attribute-value.ts'
import { createDictionary, PackedItem, packItem, projectPacked } from '../model/packed-item.ts'
import type { RequestContext } from './operation.ts'

/** An item of an output, in the form that the request's context asks for. */
export type OutputRow = Item | PackedItem

/** A stored item as output. */
export function outputRow(item: PackedItem, context: RequestContext): OutputRow {
  return context.rows === 'packed' ? item : item.toItem()
}

/** The part of a stored item that a projection names, as output. */
export function projectedRow(item: PackedItem, projection: ProjectionPaths, context: RequestContext): OutputRow {
  if (context.rows !== 'packed') return projection.project(item)
  if (!projection.wholeAttributesOnly) return partialRow(projection.project(item), context)
  return new PackedItem(projectPacked(item, projection.topLevelNames), item.dictionary)
}

/** Attributes that are no stored item as they are, as output. */
export function partialRow(item: Item, context: RequestContext): OutputRow {
  if (context.rows !== 'packed') return item
  const dictionary = createDictionary()
  return new PackedItem(packItem(item, dictionary), dictionary)
}
