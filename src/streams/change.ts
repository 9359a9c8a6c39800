// A change of an item: packed, as it travels, and native, as an app sees it.

import type { PackedItem } from '../model/packed-item.ts'
import type { ChangeKind } from '../model/stream-operations.ts'
import type { WriteOrigin } from '../model/write-origin.ts'

/** A change with packed items. */
export interface PackedChange {
  readonly kind: ChangeKind
  readonly origin: WriteOrigin
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly sequenceNumber: string
  /** The key of an item that is not shown. */
  readonly key?: PackedItem
  readonly newItem?: PackedItem
  readonly oldItem?: PackedItem
}

/** Size of the items that a change shows, as the service counts them. */
export function changeSizeBytes({ newItem, oldItem, key }: Pick<PackedChange, 'newItem' | 'oldItem' | 'key'>): number {
  return (newItem?.sizeBytes ?? 0) + (oldItem?.sizeBytes ?? 0) + (key?.sizeBytes ?? 0)
}

/** One change of one item. */
export interface Change<ItemType, KeyType> {
  readonly kind: ChangeKind
  readonly key: KeyType
  /** The item now; undefined when it was removed, or the view does not show it. */
  readonly newItem: ItemType | undefined
  /** The item before; undefined when it was inserted, or the view does not show it. */
  readonly oldItem: ItemType | undefined
  /** When the write was asked for. */
  readonly at: Date
  /** Who wrote. */
  readonly origin: WriteOrigin
  /** Where this change stands: given as `from`, reading goes on behind it, for 24 hours. */
  readonly position: string
}
