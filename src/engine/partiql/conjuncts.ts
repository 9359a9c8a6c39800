// The conditions that AND joins, together again.

import type { BoundCondition } from '../../expressions/bound-condition.ts'
import type { Conjunct } from '../../expressions/partiql/bound-statement.ts'

/** Several conditions as one that holds when all of them do. */
export function joined(conjuncts: readonly Conjunct[]): BoundCondition {
  const [only] = conjuncts
  return conjuncts.length === 1 && only !== undefined
    ? only.bound
    : { kind: 'and', conditions: conjuncts.map(({ bound }) => bound) }
}
