// A statement with its parameters filled in, in the terms of the other operations: plain data and functions of items, for
// the engine to run. What needs the table (keys, indexes) has not been looked at yet.

import type { Item } from '../../model/attribute-value.ts'
import type { BoundCondition } from '../bound-condition.ts'
import type { ConditionSyntax, UpdateSyntax } from '../syntax-tree.ts'
import type { Update } from '../update.ts'
import type { SelectProjections } from './select-projection.ts'
import type { Placeholders } from './statement-scope.ts'
import type { ReturningSyntax } from './statement-syntax.ts'

/** One of the conditions that AND joins, for running and for printing. */
export interface Conjunct {
  readonly bound: BoundCondition
  readonly syntax: ConditionSyntax
}

/** A WHERE clause. */
export interface Where {
  /** All of these have to hold; one at least. */
  readonly conjuncts: readonly Conjunct[]
  /** Top-level attributes that it reads. */
  readonly topLevelNames: ReadonlySet<string>
  /** Those of them that it looks into. */
  readonly nestedNames: ReadonlySet<string>
}

/** One key of ORDER BY. */
export interface OrderKey {
  readonly name: string
  readonly isDescending: boolean
}

/** A SELECT. */
export interface BoundSelect {
  readonly kind: 'select'
  readonly tableName: string
  readonly indexName: string | undefined
  /** Undefined for `*`. */
  readonly projections: SelectProjections | undefined
  readonly where: Where | undefined
  readonly order: readonly OrderKey[]
}

/** An INSERT. */
export interface BoundInsert {
  readonly kind: 'insert'
  readonly tableName: string
  readonly item: Item
}

/** An UPDATE. */
export interface BoundUpdate {
  readonly kind: 'update'
  readonly tableName: string
  readonly update: Update
  readonly updateSyntax: UpdateSyntax
  readonly where: Where
  readonly returning: ReturningSyntax | undefined
  /** What the placeholders of printed expressions stand for, as far as these texts have them. */
  readonly placeholdersOf: (texts: readonly (string | undefined)[]) => Placeholders
}

/** A DELETE. */
export interface BoundDelete {
  readonly kind: 'delete'
  readonly tableName: string
  readonly where: Where
  readonly returning: ReturningSyntax | undefined
  readonly placeholdersOf: (texts: readonly (string | undefined)[]) => Placeholders
}

/** A condition on one item, in a transaction. */
export interface BoundExists {
  readonly kind: 'exists'
  readonly select: BoundSelect
  readonly placeholdersOf: (texts: readonly (string | undefined)[]) => Placeholders
}

/** A statement that changes items. */
export type BoundWrite = BoundInsert | BoundUpdate | BoundDelete

/** A whole statement. */
export type BoundStatement = BoundSelect | BoundWrite | BoundExists
