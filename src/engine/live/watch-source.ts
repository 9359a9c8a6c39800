// What a watch is about, bound to its table: which keys of the store concern it, which rows make its result, and what of
// them is shown.

import { type ByteKey, type KeyRange, keyAfter } from '../../base/byte-key.ts'
import type { Condition } from '../../expressions/condition.ts'
import type { ProjectionPaths } from '../../expressions/projection-paths.ts'
import type { GetItemInput, QueryInput, ScanInput } from '../../model/operations.ts'
import { decodeOrdered } from '../../model/ordered-key.ts'
import type { PackedItem } from '../../model/packed-item.ts'
import { validationException } from '../../model/service-exception.ts'
import { checkRequest } from '../constraint.ts'
import { itemRowKey, indexRowKey } from '../item-key.ts'
import { isInRange } from '../key-range.ts'
import { prefixRange } from '../keyspace.ts'
import type { Operation } from '../operation.ts'
import { bindGetItem, getItem } from '../operations/get-item.ts'
import { bindQuery, query } from '../operations/query.ts'
import { bindScan, scan } from '../operations/scan.ts'
import { outputRow, projectedRow } from '../output-row.ts'
import type { PageSource } from '../read-page.ts'
import type { IndexSchema, TableSchema } from '../table-schema.ts'

/** The operations whose answers can be watched. */
export type WatchedOperation = 'GetItem' | 'Query' | 'Scan'

/** The rows of one watch. */
export interface WatchSource {
  readonly table: TableSchema
  /** Changes of these keys concern the watch: its rows, or the items that its rows lead to. */
  readonly watched: KeyRange
  /** The keys of its rows. */
  readonly range: KeyRange
  readonly isReverse: boolean
  readonly filter: Condition | undefined
  readonly projection: ProjectionPaths | undefined
  /** The local index whose rows lead to items of the table that are shown; undefined when the rows themselves are. */
  readonly itemsBehind: IndexSchema | undefined
}

/** A request to be watched, checked as far as that needs no table. */
export interface BoundWatch {
  readonly tableName: string
  /** Whether the first answer has to see what other workers have committed. */
  readonly isConsistent: boolean
  /** @throws ServiceException as the operation does */
  source(table: TableSchema): WatchSource
}

interface BehindIndex {
  readonly range: KeyRange
  readonly isQuery: boolean
}

/** Of the hash that a row key has before its partition key. */
const HASH_BYTES = 2
const PACKED = { rows: 'packed' } as const

/**
 * Checks a request.
 *
 * @throws ServiceException as the operation does
 */
export function bindWatch(operation: WatchedOperation, input: unknown): BoundWatch {
  switch (operation) {
    case 'GetItem':
      return bindGet(checked(getItem, input))
    case 'Query': {
      const request = checked(query, input)
      // Bound anew each time: a binder is used up by one table.
      bindQuery(request)
      return boundPages(request, { sourceIn: (table) => bindQuery(request)(table), isQuery: true })
    }
    case 'Scan': {
      const request = checked(scan, input)
      bindScan(request)
      return boundPages(request, { sourceIn: (table) => bindScan(request)(table), isQuery: false })
    }
    default:
      throw validationException(`${String(operation)} cannot be watched.`)
  }
}

/** Whether two sources have the same rows, so that what was read for one is right for the other. */
export function haveSameRows(one: WatchSource, other: WatchSource): boolean {
  return (
    one.range.start === other.range.start &&
    one.range.end === other.range.end &&
    one.watched.start === other.watched.start &&
    one.watched.end === other.watched.end
  )
}

/** What is shown of an item. */
export function shownRow({ projection }: WatchSource, item: PackedItem): PackedItem {
  // With packed rows the engine makes nothing else.
  return (projection ? projectedRow(item, projection, PACKED) : outputRow(item, PACKED)) as PackedItem
}

/** The key of an item's row among those of the watch; undefined when it has none. */
export function rowKeyOf({ itemsBehind, range }: WatchSource, item: PackedItem): ByteKey | undefined {
  const key = itemsBehind && indexRowKey(itemsBehind, item)
  return key !== undefined && isInRange(range, key) ? key : undefined
}

/** The key of the item that a row of a local index leads to. */
export function itemKeyOf({ table }: WatchSource, row: PackedItem): ByteKey {
  return itemRowKey(table, row)
}

function checked<Input>(operation: Operation<Input>, input: unknown): Input {
  // What its shape allows is what the operation's type says.
  return checkRequest(input, operation.shape) as unknown as Input
}

function bindGet(input: GetItemInput): BoundWatch {
  const sourceIn = bindGetItem(input)
  return {
    tableName: input.TableName,
    isConsistent: input.ConsistentRead === true,
    source(table) {
      const { rowKey, projection } = sourceIn(table)
      const range = { start: rowKey, end: keyAfter(rowKey) }
      return { table, watched: range, range, isReverse: false, filter: undefined, projection, itemsBehind: undefined }
    },
  }
}

function boundPages(
  { TableName, ConsistentRead }: QueryInput | ScanInput,
  { sourceIn, isQuery }: { readonly sourceIn: (table: TableSchema) => PageSource; readonly isQuery: boolean },
): BoundWatch {
  return {
    tableName: TableName,
    isConsistent: ConsistentRead === true,
    source(table) {
      const { plan, range, isReverse } = sourceIn(table)
      const { filter, projection } = plan
      const itemsBehind = plan.fetchesItems ? plan.index : undefined
      const watched = itemsBehind === undefined ? range : itemRange(table, itemsBehind, { range, isQuery })
      return { table, watched, range, isReverse, filter, projection, itemsBehind }
    },
  }
}

/** The items behind rows of a local index: those of the partition that a query names, as both have one partition key. */
function itemRange(table: TableSchema, index: IndexSchema, { range, isQuery }: BehindIndex): KeyRange {
  const [partition] = table.key.partition
  if (!isQuery || partition === undefined) return prefixRange(table.prefix)
  const partitionAt = index.prefix.length + HASH_BYTES
  const { end } = decodeOrdered(range.start, partitionAt, partition.type)
  return prefixRange(table.prefix + range.start.slice(index.prefix.length, end))
}
