// What a bound condition or filter expression is to its caller.

import type { AttributeSource } from '../model/attribute-value.ts'

/** A condition or filter with its names and values filled in. */
export interface Condition {
  /** Top-level attributes that the condition reads. */
  readonly topLevelNames: ReadonlySet<string>
  /** True when the condition holds for this item; for an item that does not exist pass a source without attributes. */
  evaluate(source: AttributeSource): boolean
}
