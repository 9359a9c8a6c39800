// What a bound condition or filter expression is to its caller.

import type { AttributeSource } from '../model/attribute-value.ts'
import { bindCondition } from './bind-condition.ts'
import { compileCondition } from './compile-condition.ts'
import type { ExpressionScope } from './expression-scope.ts'
import type { ConditionSyntax } from './syntax-tree.ts'

/** A condition or filter with its names and values filled in. */
export interface Condition {
  /** Top-level attributes that the condition reads. */
  readonly topLevelNames: ReadonlySet<string>
  /** Those of them that it looks into, as in `a.b` or `a[0]`; key attributes may not be among them. */
  readonly nestedNames: ReadonlySet<string>
  /** True when the condition holds for this item; for an item that does not exist pass a source without attributes. */
  evaluate(source: AttributeSource): boolean
}

/**
 * Binds a condition whose structure has been checked.
 *
 * @throws ServiceException ValidationException
 */
export function createCondition(scope: ExpressionScope, syntax: ConditionSyntax): Condition {
  const bound = bindCondition(scope, syntax)
  scope.finish()
  return { topLevelNames: scope.topLevelNames, nestedNames: scope.nestedNames, evaluate: compileCondition(bound) }
}
