// Item collections: the items of one partition key value, in tables that have local indexes.

import type { ByteKey } from '../base/byte-key.ts'
import type { AttributeSource, AttributeValue, Key } from '../model/attribute-value.ts'
import { setAttribute } from '../model/attribute-map.ts'
import type { ItemCollectionMetrics, ReturnItemCollectionMetrics } from '../model/operations.ts'
import { encodeOrdered } from '../model/ordered-key.ts'
import type { TableSchema } from './table-schema.ts'

const GIGABYTE = 1_073_741_824

/**
 * The member ItemCollectionMetrics of an output. The table's size is known exactly, and a collection is no larger.
 *
 * @param item the item written, or its key
 * @param tableSizeBytes of all items of the table after the write
 * @returns undefined when the request does not ask for metrics, or the table has no local index
 */
export function itemCollectionMetrics(
  detail: ReturnItemCollectionMetrics | undefined,
  table: TableSchema,
  { item, tableSizeBytes }: { readonly item: AttributeSource; readonly tableSizeBytes: number },
): ItemCollectionMetrics | undefined {
  if (detail !== 'SIZE' || table.indexes.every(({ isGlobal }) => isGlobal)) return undefined
  const atMostGigabytes = Math.max(1, Math.ceil(tableSizeBytes / GIGABYTE))
  return { ItemCollectionKey: partitionKeyOf(table, item), SizeEstimateRangeGB: [0, atMostGigabytes] }
}

/** One entry for each item collection that these items are in; none when the request does not ask for them. */
export function itemCollectionsMetrics(
  detail: ReturnItemCollectionMetrics | undefined,
  table: TableSchema,
  { items, tableSizeBytes }: { readonly items: Iterable<AttributeSource>; readonly tableSizeBytes: number },
): readonly ItemCollectionMetrics[] {
  const byCollection = new Map<ByteKey, ItemCollectionMetrics>()
  for (const item of items) {
    const metrics = itemCollectionMetrics(detail, table, { item, tableSizeBytes })
    if (metrics === undefined) break
    byCollection.set(Object.values(metrics.ItemCollectionKey).map(encodeOrdered).join(''), metrics)
  }
  return [...byCollection.values()]
}

function partitionKeyOf(table: TableSchema, item: AttributeSource): Key {
  const key: Record<string, AttributeValue> = {}
  for (const { name } of table.key.partition) {
    const value = item.attribute(name)
    if (value !== undefined) setAttribute(key, name, value)
  }
  return key
}
