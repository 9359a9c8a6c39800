// Packed changes made native.

import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { Change, PackedChange } from './change.ts'

/** A change of a table whose type is not known here. */
export type UntypedChange = Change<NativeItem, NativeItem>

/** Makes a change native. */
export function nativeChange(
  { kind, origin, atMs, ...items }: PackedChange,
  { position, keyNames }: { readonly position: string; readonly keyNames: readonly string[] },
): UntypedChange {
  const newItem = native(items.newItem)
  const oldItem = native(items.oldItem)
  return {
    kind,
    key: native(items.key) ?? pick((newItem ?? oldItem) as NativeItem, keyNames),
    newItem,
    oldItem,
    at: new Date(atMs),
    origin,
    position,
  }
}

function native(item: PackedItem | undefined): NativeItem | undefined {
  return item && unpackNativeItem(item)
}

function pick(item: NativeItem, names: readonly string[]): NativeItem {
  return Object.fromEntries(names.map((name) => [name, item[name]])) as NativeItem
}
