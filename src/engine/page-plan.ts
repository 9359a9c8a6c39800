// What Query and Scan decide before they read: which index, which attributes, whether the table's items are needed beside
// the index rows, and what the service refuses about that.

import type { Condition } from '../expressions/condition.ts'
import { inHashOrder } from '../expressions/hash-order.ts'
import type { ProjectionPaths } from '../expressions/projection-paths.ts'
import type { ReadPageInput } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import { checkKeyPaths } from './key-paths.ts'
import type { IndexSchema, TableSchema } from './table-schema.ts'

const INVALID = 'One or more parameter values were invalid:'

/** How the answer of a page is made from the rows that are read. */
export interface PagePlan {
  readonly table: TableSchema
  /** The index whose rows are read; undefined when those of the table are. */
  readonly index: IndexSchema | undefined
  /** True when the answer counts items and lists none. */
  readonly countsOnly: boolean
  /** True when each row of a local index leads to the table's item, for attributes that the index does not hold. */
  readonly fetchesItems: boolean
  readonly filter: Condition | undefined
  readonly projection: ProjectionPaths | undefined
}

/** The expressions of a request, bound. */
export interface PageExpressions {
  readonly filter: Condition | undefined
  readonly projection: ProjectionPaths | undefined
}

/** What a page is asked for. */
export interface PageRequest {
  readonly input: ReadPageInput
  readonly expressions: PageExpressions
  /** False for a scan. */
  readonly isQuery: boolean
}

/**
 * Finds the index that a request names.
 *
 * @returns undefined when it names none
 * @throws ServiceException `ValidationException` when there is no such index, it is not ready, or cannot be read this way
 */
export function requestedIndex(table: TableSchema, input: ReadPageInput): IndexSchema | undefined {
  if (input.IndexName === undefined) return undefined
  const index = table.indexes.find(({ name }) => name === input.IndexName)
  if (index === undefined) {
    throw validationException(`The table does not have the specified index: ${input.IndexName}`)
  }
  if (index.record.status === 'CREATING') {
    throw validationException(`Cannot read from backfilling global secondary index: ${index.name}`)
  }
  if (index.isGlobal && input.ConsistentRead === true) {
    throw validationException('Consistent reads are not supported on global secondary indexes')
  }
  return index
}

/**
 * Refuses expressions that reach into a key: the first thing that the service asks about a table and an index.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkPagePaths(table: TableSchema, { filter, projection }: PageExpressions): void {
  checkKeyPaths(table, projection)
  checkKeyPaths(table, filter)
}

/**
 * Plans a page whose paths are checked.
 *
 * @throws ServiceException `ValidationException` when the request selects what it cannot have
 */
export function pagePlan(
  table: TableSchema,
  index: IndexSchema | undefined,
  { input, expressions, isQuery }: PageRequest,
): PagePlan {
  const { filter, projection } = expressions
  checkFilterIsProjected(index, filter)
  checkSelect(input, index, isQuery)
  return {
    table,
    index,
    countsOnly: input.Select === 'COUNT',
    fetchesItems: index !== undefined && needsItems(index, input, projection),
    filter,
    projection,
  }
}

function checkSelect(
  { Select, AttributesToGet, ProjectionExpression }: ReadPageInput,
  index: IndexSchema | undefined,
  isQuery: boolean,
): void {
  const given =
    ProjectionExpression !== undefined
      ? 'ProjectionExpression'
      : AttributesToGet !== undefined
        ? 'AttributesToGet'
        : undefined
  // In a query, and only there, the service counts these among the broken constraints.
  const prefix = isQuery ? '1 validation error detected: ' : ''
  if (given !== undefined && Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES') {
    const choice = Select === 'COUNT' ? 'only the Count' : Select
    throw validationException(`${prefix}Cannot specify the ${given} when choosing to get ${choice}`)
  }
  if (given === undefined && Select === 'SPECIFIC_ATTRIBUTES') {
    throw validationException(
      `${prefix}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    )
  }
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined) {
    throw validationException('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName')
  }
}

/** A global index answers only what it holds; a local one fetches the rest from the table. */
function needsItems(index: IndexSchema, { Select }: ReadPageInput, projection: ProjectionPaths | undefined): boolean {
  if (index.projectedNames === undefined) return false
  if (Select === 'ALL_ATTRIBUTES') {
    if (!index.isGlobal) return true
    throw validationException(
      `${INVALID} Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    )
  }
  if (projection === undefined) return false
  const missing = inHashOrder(notProjected(index, projection.topLevelNames))
  if (missing.length === 0) return false
  if (!index.isGlobal) return true
  throw validationException(`${INVALID} Global secondary index ${index.name} does not project [${missing.join(', ')}]`)
}

function notProjected({ projectedNames }: IndexSchema, names: ReadonlySet<string>): readonly string[] {
  if (projectedNames === undefined) return []
  return [...names].filter((name) => !projectedNames.has(name))
}

function checkFilterIsProjected(index: IndexSchema | undefined, filter: Condition | undefined): void {
  if (index === undefined || filter === undefined) return
  const missing = [...notProjected(index, filter.topLevelNames)].sort()
  if (missing.length === 0) return
  throw validationException(
    `${INVALID} Secondary index ${index.name} does not project one or more filter attributes: [${missing.join(', ')}]`,
  )
}
