// Reads of one item each, as batches and transactions have them.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { ByteKey } from '../../base/byte-key.ts'
import type { BoundSelect } from '../../expressions/partiql/bound-statement.ts'
import { PackedItem } from '../../model/packed-item.ts'
import type { Reader } from '../../storage/contract.ts'
import type { Catalog } from '../catalog.ts'
import { keyRowKey } from '../item-key.ts'
import { checkKeyPaths } from '../key-paths.ts'
import type { RequestContext } from '../operation.ts'
import { type OutputRow, outputRow, projectedRow } from '../output-row.ts'
import type { TableSchema } from '../table-schema.ts'
import { singleItem } from './single-item.ts'

/** A read of one item, its table known. */
export interface SingleRead {
  readonly table: TableSchema
  readonly key: ByteKey
  readonly select: BoundSelect
}

/**
 * The one item that a SELECT reads.
 *
 * @returns undefined when it reads an index, may read several items, or has further conditions
 * @throws ServiceException ValidationException when a value cannot be that of the key
 */
export function singleRead(table: TableSchema, select: BoundSelect): SingleRead | undefined {
  const item = select.indexName === undefined ? singleItem(table, select.where) : undefined
  if (item === undefined || item.others.length > 0) return undefined
  checkKeyPaths(table, select.projections?.nested)
  return { table, key: keyRowKey(table, item.key), select }
}

/** What a read has found. */
export interface FoundItem {
  /** Undefined when there is no item. */
  readonly row: OutputRow | undefined
  readonly sizeBytes: number
}

/** Reads the item. */
export function readSingle(
  {
    catalog,
    reader,
    context,
  }: { readonly catalog: Catalog; readonly reader: Reader; readonly context: RequestContext },
  { table, key, select: { projections } }: SingleRead,
): MaybePromise<FoundItem> {
  return after(reader.get(key), (bytes) => {
    if (bytes === undefined) return { row: undefined, sizeBytes: 0 }
    return after(catalog.dictionary(reader, table), (dictionary) => {
      const item = new PackedItem(bytes, dictionary)
      const row = projections === undefined ? outputRow(item, context) : projectedRow(item, projections.nested, context)
      return { row, sizeBytes: item.sizeBytes }
    })
  })
}
