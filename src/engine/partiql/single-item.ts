// Statements about one item: their WHERE clause says what each attribute of the table's key equals.

import { keysAreMandatory } from '../../expressions/partiql/bind-statement.ts'
import type { Conjunct, Where } from '../../expressions/partiql/bound-statement.ts'
import { setAttribute } from '../../model/attribute-map.ts'
import type { AttributeValue, Key } from '../../model/attribute-value.ts'
import { valuesEqual } from '../../model/compare-values.ts'
import type { KeyAttribute } from '../../model/key-schema.ts'
import { validationException } from '../../model/service-exception.ts'
import type { TableSchema } from '../table-schema.ts'
import { equalValue } from './condition-values.ts'
import { checkKeyValue } from './key-types.ts'

/** The item that a clause is about, and what else it asks of it. */
export interface SingleItem {
  readonly key: Key
  /** Conditions beside those on the key. */
  readonly others: readonly Conjunct[]
}

/**
 * The item that a clause is about.
 *
 * @returns undefined when it may be about several
 * @throws ServiceException ValidationException when a value cannot be that of the key
 */
export function singleItem(table: TableSchema, where: Where | undefined): SingleItem | undefined {
  if (where === undefined) return undefined
  const found = table.keyAttributes.map((attribute) => ({
    attribute,
    conjuncts: where.conjuncts.filter(({ bound }) => equalValue(bound, attribute.name) !== undefined),
  }))
  if (found.some(({ conjuncts }) => conjuncts.length === 0)) return undefined
  const key: Record<string, AttributeValue> = {}
  for (const { attribute, conjuncts } of found) setAttribute(key, attribute.name, onlyValue(attribute, conjuncts))
  const keyConjuncts = new Set(found.flatMap(({ conjuncts }) => conjuncts))
  return { key, others: where.conjuncts.filter((conjunct) => !keyConjuncts.has(conjunct)) }
}

/**
 * The item that a write is about.
 *
 * @throws ServiceException ValidationException when it may be about several, or a value cannot be that of the key
 */
export function writtenItem(table: TableSchema, where: Where): SingleItem {
  const item = singleItem(table, where)
  if (item === undefined) throw keysAreMandatory()
  return item
}

function onlyValue(attribute: KeyAttribute, conjuncts: readonly Conjunct[]): AttributeValue {
  const values = conjuncts.map(({ bound }) => equalValue(bound, attribute.name) as AttributeValue)
  const [first] = values as [AttributeValue]
  for (const value of values) checkKeyValue(attribute, value)
  if (values.every((value) => valuesEqual(value, first))) return first
  throw validationException(
    `Multiple conditions on same key ${attribute.name}. Only single item Update/Insert/Delete are supported`,
  )
}
