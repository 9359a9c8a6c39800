// Items and keys of requests: plain, to be validated, or packed by the page, which is canonical already and is never
// decoded as a whole.

import { itemSizeBytes } from '../model/item-size.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { type GrowableDictionary, PackedItem, packItem, repackItem } from '../model/packed-item.ts'
import { canonicalItem, canonicalKey } from '../model/validate-item.ts'
import { MAX_ITEM_SIZE_BYTES, MAX_POSITION_ATTRIBUTES } from '../model/limits.ts'
import { validationException } from '../model/service-exception.ts'

/** A canonical item, not yet packed for its table. */
export type IncomingItem = Item | PackedItem

/**
 * A request's item, canonical. That it is not too large is checked when it is packed for its table: the service looks for
 * the table first.
 *
 * @param item untrusted, or packed
 * @throws ServiceException `ValidationException` or `SerializationException` when it is not well formed
 */
export function incomingItem(item: unknown): IncomingItem {
  return item instanceof PackedItem ? item : canonicalItem(item)
}

/**
 * A request's key, canonical and plain: it is one or two small attributes. One of too many is not all there.
 *
 * @param key untrusted, or packed
 * @throws ServiceException `ValidationException` or `SerializationException` when it is not well formed
 */
export function incomingKey(key: unknown): Key {
  return key instanceof PackedItem ? key.toItem() : canonicalKey(key)
}

/** The size of all of a request's key, of which `canonical` is what the engine keeps. */
export function incomingKeySizeBytes(key: unknown, canonical: Key): number {
  if (key instanceof PackedItem) return key.sizeBytes
  const isWhole = Object.keys(canonical).length <= MAX_POSITION_ATTRIBUTES
  return itemSizeBytes(isWhole ? canonical : canonicalItem(key))
}

/** The item packed for a table. */
export function packForTable(item: IncomingItem, dictionary: GrowableDictionary): PackedItem {
  const bytes = item instanceof PackedItem ? repackItem(item, dictionary) : packItem(item, dictionary)
  return new PackedItem(bytes, dictionary)
}

/**
 * An item that is put, packed for its table.
 *
 * @throws ServiceException `ValidationException` when it is too large
 */
export function packPutItem(item: IncomingItem, dictionary: GrowableDictionary): PackedItem {
  const packed = packForTable(item, dictionary)
  checkItemSize(packed)
  return packed
}

/**
 * Refuses an item that is too large to be put.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkItemSize(item: IncomingItem): void {
  const sizeBytes = item instanceof PackedItem ? item.sizeBytes : itemSizeBytes(item)
  if (sizeBytes > MAX_ITEM_SIZE_BYTES) {
    throw validationException('Item size has exceeded the maximum allowed size')
  }
}
