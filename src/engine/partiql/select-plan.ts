// What a SELECT reads of its table or index, and what the service refuses about that.

import type { KeyRange } from '../../base/byte-key.ts'
import { compileCondition } from '../../expressions/compile-condition.ts'
import type { Condition } from '../../expressions/condition.ts'
import { inHashOrder } from '../../expressions/hash-order.ts'
import type { BoundSelect, Where } from '../../expressions/partiql/bound-statement.ts'
import type { Key } from '../../model/attribute-value.ts'
import { validationException } from '../../model/service-exception.ts'
import { checkKeyPaths } from '../key-paths.ts'
import { isInRange, rangeBehind } from '../key-range.ts'
import { prefixRange } from '../keyspace.ts'
import { type PagePlan, requestedIndex } from '../page-plan.ts'
import type { PageSource } from '../read-page.ts'
import { listedAttributes } from '../requested-attributes.ts'
import { positionRowKey } from '../start-position.ts'
import type { IndexSchema, TableSchema } from '../table-schema.ts'
import { equalValue } from './condition-values.ts'
import { joined } from './conjuncts.ts'
import { selectedRanges } from './key-ranges.ts'
import { checkComparedTypes, checkKeyConditions } from './key-types.ts'
import { tokenMismatch } from './next-token.ts'

/** How a SELECT is to be run. */
export interface SelectRequest {
  readonly select: BoundSelect
  readonly isConsistent: boolean
  /** Where the page before this one ended. */
  readonly position: Key | undefined
}

/**
 * Plans a SELECT.
 *
 * @throws ServiceException ValidationException when the statement does not fit its table
 */
export function selectPlan(table: TableSchema, request: SelectRequest): PageSource {
  const { select, position } = request
  const index = selectedIndex(table, request)
  const { key, keyAttributes, prefix } = index ?? table
  const conjuncts = select.where?.conjuncts ?? []
  checkOrderNames(select, key)
  const isQuery = key.partition.every(({ name }) => conjuncts.some(({ bound }) => equalValue(bound, name)))
  if (isQuery) checkKeyConditions(conjuncts, keyAttributes)
  const comparedKeys = index === undefined ? keyAttributes : [...keyAttributes, ...table.keyAttributes]
  for (const { bound } of conjuncts) checkComparedTypes(bound, comparedKeys)
  const chosen = selectedRanges({ prefix, key, conjuncts, order: select.order })
  if (chosen === undefined && select.order.length > 0) {
    throw validationException(
      'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
    )
  }
  const { ranges, isReverse } = chosen ?? { ranges: [prefixRange(prefix)], isReverse: false }
  const [range = { start: '', end: '' }, ...nextRanges] =
    position === undefined ? ranges : rangesBehind(ranges, positionIn(table, index, position), isReverse)
  return { plan: planOf(table, index, select), range, nextRanges, isReverse }
}

function selectedIndex(table: TableSchema, { select, isConsistent }: SelectRequest): IndexSchema | undefined {
  const { tableName, indexName } = select
  if (indexName === undefined) return undefined
  const index = requestedIndex(table, { TableName: tableName, IndexName: indexName })
  if (index?.isGlobal === true && isConsistent) {
    throw validationException('Consistent read cannot be true when scanning a GSI')
  }
  return index
}

function checkOrderNames({ order, where }: BoundSelect, key: TableSchema['key']): void {
  if (order.length === 0) return
  if (where === undefined) {
    throw validationException('Must have WHERE clause in the statement when using ORDER BY clause.')
  }
  const names = new Set([...key.partition, ...key.sort].map(({ name }) => name))
  for (const { name } of order) {
    if (names.has(name)) continue
    throw validationException(`Variable reference ${name} in ORDER BY clause must be part of the primary key`)
  }
}

/** The row key of a position; a token may hold anything. */
function positionIn(table: TableSchema, index: IndexSchema | undefined, position: Key): string {
  try {
    return positionRowKey(table, index, position)
  } catch {
    throw tokenMismatch()
  }
}

function rangesBehind(ranges: readonly KeyRange[], position: string, isReverse: boolean): readonly KeyRange[] {
  const at = ranges.findIndex((range) => isInRange(range, position))
  const range = ranges[at]
  if (range === undefined) throw tokenMismatch()
  return [rangeBehind(range, position, isReverse), ...ranges.slice(at + 1)]
}

function planOf(table: TableSchema, index: IndexSchema | undefined, { projections, where }: BoundSelect): PagePlan {
  const projection = projections?.listed
  checkKeyPaths(table, projection)
  checkKeyPaths(table, where)
  const filter = where && filterOf(where)
  const missing = notProjected(index, [...(projection?.topLevelNames ?? []), ...(where?.topLevelNames ?? [])])
  if (index?.isGlobal === true && missing.length > 0) {
    throw validationException(
      `One or more parameter values were invalid: Global secondary index ${index.name} does not project [${missing.join(', ')}]`,
    )
  }
  const fetchesItems = missing.length > 0
  const isWholeRow = projection === undefined && fetchesItems && index?.projectedNames !== undefined
  return {
    table,
    index,
    countsOnly: false,
    fetchesItems,
    filter,
    // Of a local index `*` lists what the index holds, even where the filter needs more of the item.
    projection: isWholeRow ? listedAttributes([...(index?.projectedNames ?? [])]) : projection,
  }
}

function filterOf({ conjuncts, topLevelNames, nestedNames }: Where): Condition {
  return { topLevelNames, nestedNames, evaluate: compileCondition(joined(conjuncts)) }
}

function notProjected(index: IndexSchema | undefined, names: readonly string[]): readonly string[] {
  const projectedNames = index?.projectedNames
  if (projectedNames === undefined) return []
  return inHashOrder([...new Set(names)].filter((name) => !projectedNames.has(name)))
}
