// The last known remote image of an item that has pending intents: its view is this image with the intents done to it.
// Kept as the item's row was, packed with the table's dictionary.

import type { ByteKey } from '../base/byte-key.ts'
import { type AttributeDictionary, PackedItem } from '../model/packed-item.ts'
import type { Transaction } from '../storage/contract.ts'
import { baseImageKey } from './keyspace.ts'

/** Row of an item that the remote does not have: no packed item begins with this byte. */
const NO_ITEM = new Uint8Array([0xff])

/** Keeps the base image of an item. */
export function writeBaseImage(transaction: Transaction, itemKey: ByteKey, image: PackedItem | undefined): void {
  transaction.put(baseImageKey(itemKey), image?.bytes ?? NO_ITEM)
}

/** The image of a row; undefined when the remote does not have the item. */
export function decodeBaseImage(row: Uint8Array, dictionary: AttributeDictionary): PackedItem | undefined {
  return row.length === 1 && row[0] === NO_ITEM[0] ? undefined : new PackedItem(row, dictionary)
}
