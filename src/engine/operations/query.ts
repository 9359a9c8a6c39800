// Query: the items of one partition key value, in the order of the sort key, page by page.

import type { KeyRange } from '../../base/byte-key.ts'
import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { filterCondition } from '../../expressions/attribute-conditions.ts'
import type { KeyCondition, QueriedKey } from '../../expressions/key-condition.ts'
import { keyConditions } from '../../expressions/key-conditions.ts'
import { bindExpressions, type ExpressionBinder } from '../../expressions/request-expressions.ts'
import type { Key } from '../../model/attribute-value.ts'
import type { QueryInput, QueryOutput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { isInRange, queryRange, rangeBehind } from '../key-range.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import type { OutputRow } from '../output-row.ts'
import { bindPageExpressions } from '../page-expressions.ts'
import { checkPagePaths, type PageExpressions, pagePlan, requestedIndex } from '../page-plan.ts'
import { type PageSource, readPage } from '../read-page.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { listedAttributes } from '../requested-attributes.ts'
import { queryShape } from '../request-shapes.ts'
import { incomingPosition, positionRowKey } from '../start-position.ts'
import type { IndexSchema, TableSchema } from '../table-schema.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
export const query: Operation<QueryInput> = { shape: queryShape, run }

const PARAMETERS: ExpressionParameters = {
  expressions: ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
  others: ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'],
}

/** A request whose parts that need no table are checked and bound. */
interface BoundQuery {
  readonly input: QueryInput
  readonly expressions: PageExpressions
  /** The key condition, once it is known which key it is for. */
  readonly condition: (keys: QueriedKey) => KeyCondition
  readonly position: Key | undefined
}

function run(
  { store, catalog }: EngineServices,
  input: QueryInput,
  context: RequestContext,
): MaybePromise<QueryOutput<OutputRow>> {
  const sourceIn = bindQuery(input)
  return readSnapshot(store, input.ConsistentRead === true, (snapshot) =>
    after(catalog.require(snapshot, input.TableName), (table) => {
      const source = sourceIn(table)
      return after(catalog.dictionary(snapshot, table), (dictionary) =>
        readPage({ ...source, reader: snapshot, dictionary, input, context }),
      )
    }),
  )
}

/**
 * Checks and binds what needs no table.
 *
 * @returns finds what the query reads in its table, once
 * @throws ServiceException `ValidationException`, and so does the result
 */
export function bindQuery(input: QueryInput): (table: TableSchema) => PageSource {
  const bound = boundQuery(input)
  return (table) => {
    const index = requestedIndex(table, input)
    checkPagePaths(table, bound.expressions)
    const range = rangeOf(bound, table, index)
    const plan = pagePlan(table, index, { input, expressions: bound.expressions, isQuery: true })
    return { plan, range, isReverse: input.ScanIndexForward === false }
  }
}

function boundQuery(input: QueryInput): BoundQuery {
  checkExpressionParameters(input, PARAMETERS)
  const { QueryFilter, ConditionalOperator, AttributesToGet, KeyConditions, KeyConditionExpression } = input
  const filter = filterCondition(QueryFilter, ConditionalOperator)
  const projection = AttributesToGet && listedAttributes(AttributesToGet)
  const position = incomingPosition(input.ExclusiveStartKey)
  if (KeyConditionExpression === undefined && KeyConditions === undefined) {
    throw validationException(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    )
  }
  const binder = bindExpressions(input)
  const expressions = bindPageExpressions(input, binder, { filter, projection })
  return { input, expressions, condition: boundKeyCondition(input, binder), position }
}

function boundKeyCondition(
  { KeyConditionExpression, KeyConditions = {} }: QueryInput,
  binder: ExpressionBinder,
): BoundQuery['condition'] {
  if (KeyConditionExpression === undefined) {
    binder.finish()
    return keyConditions(KeyConditions)
  }
  return (keys) => {
    const condition = binder.keyCondition(KeyConditionExpression, keys)
    binder.finish()
    return condition
  }
}

function rangeOf(bound: BoundQuery, table: TableSchema, index: IndexSchema | undefined): KeyRange {
  const { input, position } = bound
  const { key, prefix } = index ?? table
  const condition = bound.condition(index === undefined ? key : { ...key, indexName: index.name })
  checkFilterNames(bound, table, index)
  const { partition, range } = queryRange(prefix, key, condition)
  if (position === undefined) return range
  const start = positionRowKey(table, index, position)
  if (!isInRange(range, start)) {
    throw validationException(
      condition.sort.length > 0 && isInRange(partition, start)
        ? 'The provided starting key does not match the range key predicate'
        : 'The provided starting key is outside query boundaries based on provided conditions',
    )
  }
  return rangeBehind(range, start, input.ScanIndexForward === false)
}

/** What the key condition decides, no filter may look at again. */
function checkFilterNames(
  { input, expressions: { filter } }: BoundQuery,
  table: TableSchema,
  index: IndexSchema | undefined,
): void {
  if (filter === undefined) return
  const parameter = input.QueryFilter === undefined ? 'Filter Expression' : 'QueryFilter'
  for (const { name } of (index ?? table).keyAttributes) {
    if (!filter.topLevelNames.has(name)) continue
    throw validationException(
      `${parameter} can only contain non-primary key attributes: Primary key attribute: ${name}`,
    )
  }
}
