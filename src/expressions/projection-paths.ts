// What a bound projection expression is to its caller.

import type { AttributeSource, Item } from '../model/attribute-value.ts'

/** A projection with its names filled in. */
export interface ProjectionPaths {
  /** Top-level attributes that the projection reads. */
  readonly topLevelNames: ReadonlySet<string>
  /** True when no path goes below a top-level attribute. */
  readonly wholeAttributesOnly: boolean
  /** The part of the item that the paths name; list elements move together. */
  project(source: AttributeSource): Item
}
