// Scan: all items of a table or an index, page by page, or one segment of them, in the order of the hashes.

import type { KeyRange } from '../../base/byte-key.ts'
import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { filterCondition } from '../../expressions/attribute-conditions.ts'
import { bindExpressions } from '../../expressions/request-expressions.ts'
import type { Key } from '../../model/attribute-value.ts'
import type { ScanInput, ScanOutput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import { checkExpressionParameters, type ExpressionParameters } from '../expression-parameters.ts'
import { isInRange, rangeBehind } from '../key-range.ts'
import { segmentRange } from '../keyspace.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import type { OutputRow } from '../output-row.ts'
import { bindPageExpressions } from '../page-expressions.ts'
import { checkPagePaths, type PageExpressions, pagePlan, requestedIndex } from '../page-plan.ts'
import { type PageSource, readPage } from '../read-page.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { listedAttributes } from '../requested-attributes.ts'
import { scanShape } from '../request-shapes.ts'
import { incomingPosition, positionRowKey, scanPositionRowKey } from '../start-position.ts'
import type { IndexSchema, TableSchema } from '../table-schema.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export const scan: Operation<ScanInput> = { shape: scanShape, run }

const PARAMETERS: ExpressionParameters = {
  expressions: ['ProjectionExpression', 'FilterExpression'],
  others: ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
}

function run(
  { store, catalog }: EngineServices,
  input: ScanInput,
  context: RequestContext,
): MaybePromise<ScanOutput<OutputRow>> {
  const sourceIn = bindScan(input)
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
 * @returns finds what the scan reads in its table
 * @throws ServiceException `ValidationException`, and so does the result
 */
export function bindScan(input: ScanInput): (table: TableSchema) => PageSource {
  checkExpressionParameters(input, PARAMETERS)
  const projection = input.AttributesToGet && listedAttributes(input.AttributesToGet)
  const filter = filterCondition(input.ScanFilter, input.ConditionalOperator)
  const position = incomingPosition(input.ExclusiveStartKey)
  checkSegments(input)
  const expressions = boundExpressions(input, { filter, projection })
  return (table) => {
    const index = requestedIndex(table, input)
    checkPagePaths(table, expressions)
    const plan = pagePlan(table, index, { input, expressions, isQuery: false })
    return { plan, range: rangeOf(input, { table, index, position }), isReverse: false }
  }
}

function boundExpressions(input: ScanInput, others: PageExpressions): PageExpressions {
  if (input.FilterExpression === undefined && input.ProjectionExpression === undefined) return others
  const binder = bindExpressions(input)
  const expressions = bindPageExpressions(input, binder, others)
  binder.finish()
  return expressions
}

function checkSegments({ Segment, TotalSegments }: ScanInput): void {
  if (Segment !== undefined && TotalSegments === undefined) {
    throw validationException(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    )
  }
  if (TotalSegments === undefined) return
  if (Segment === undefined) {
    throw validationException(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    )
  }
  if (Segment >= TotalSegments) {
    throw validationException(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    )
  }
}

interface ScanPlace {
  readonly table: TableSchema
  readonly index: IndexSchema | undefined
  readonly position: Key | undefined
}

function rangeOf({ Segment = 0, TotalSegments = 1 }: ScanInput, { table, index, position }: ScanPlace): KeyRange {
  const range = segmentRange((index ?? table).prefix, Segment, TotalSegments)
  if (position === undefined) return range
  const start = index ? positionRowKey(table, index, position) : scanPositionRowKey(table, position)
  if (!isInRange(range, start)) {
    throw validationException(
      'The provided starting key is invalid: Invalid ExclusiveStartKey. ' +
        `Please use ExclusiveStartKey with correct Segment. TotalSegments: ${TotalSegments} Segment: ${Segment}`,
    )
  }
  return rangeBehind(range, start, false)
}
