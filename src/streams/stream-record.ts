// One change of one item as a stream stores it: the images that the stream's view asks for, packed with the table's
// dictionary, and the key where no image says it. The bytes are stored in databases: a change of layout takes a new value
// of the first byte.
//
//   layout      1 byte
//   event       1 byte: number in EVENTS
//   origin      1 byte: number in ORIGINS
//   time        varint, milliseconds since 1970
//   parts       varint size and bytes, for each of: key, new image, old image; size 0 for those that are not there

import { assert } from '../base/assert.ts'
import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import { valuesEqual } from '../model/compare-values.ts'
import { type AttributeDictionary, PackedItem, projectPacked } from '../model/packed-item.ts'
import type { StreamViewType } from '../model/stream-operations.ts'
import type { WriteOrigin } from '../model/write-origin.ts'

/** What became of the item. */
export type StreamEvent = 'INSERT' | 'MODIFY' | 'REMOVE'

/** One item before and after a write. */
export interface StreamedChange {
  readonly previous: PackedItem | undefined
  readonly next: PackedItem | undefined
}

/** A stored record. */
export interface StreamRecord {
  readonly event: StreamEvent
  readonly origin: WriteOrigin
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** The attributes of the key, perhaps among others. */
  readonly keySource: PackedItem
  readonly newImage: PackedItem | undefined
  readonly oldImage: PackedItem | undefined
}

/** What a record says beside the change. */
export interface RecordFacts {
  readonly viewType: StreamViewType
  /** Names of the table's key attributes. */
  readonly keyNames: ReadonlySet<string>
  readonly origin: WriteOrigin
  readonly atMs: number
}

const LAYOUT = 1
const EVENTS: readonly StreamEvent[] = ['INSERT', 'MODIFY', 'REMOVE']
const ORIGINS: readonly WriteOrigin[] = ['user', 'time-to-live', 'replication']

const writer = new ByteWriter()

/** Whether a write makes an item another one: the same attributes in another order are the same item. */
export function isChange({ previous, next }: StreamedChange): boolean {
  if (previous === undefined || next === undefined) return previous !== next
  if (previous.sizeBytes !== next.sizeBytes || previous.count !== next.count) return true
  return !valuesEqual({ M: previous.toItem() }, { M: next.toItem() })
}

/** The row of a record. */
export function encodeStreamRecord(change: StreamedChange, facts: RecordFacts): Uint8Array {
  const { previous, next } = change
  const newImage = showsNewImage(facts.viewType) ? next?.bytes : undefined
  const oldImage = showsOldImage(facts.viewType) ? previous?.bytes : undefined
  const item = next ?? previous
  assert(item !== undefined, 'A change has an item before it or after it.')
  const key = newImage === undefined && oldImage === undefined ? projectPacked(item, facts.keyNames) : undefined
  writer.uint8(LAYOUT)
  writer.uint8(EVENTS.indexOf(eventOf(change)))
  writer.uint8(ORIGINS.indexOf(facts.origin))
  writer.varint(facts.atMs)
  for (const part of [key, newImage, oldImage]) {
    writer.varint(part?.length ?? 0)
    if (part !== undefined) writer.bytes(part)
  }
  return writer.take()
}

/**
 * The record of a row.
 *
 * @param dictionary of the table, or one that has gained names since
 */
export function decodeStreamRecord(row: Uint8Array, dictionary: AttributeDictionary): StreamRecord {
  const reader = new ByteReader(row)
  assert(reader.uint8() === LAYOUT, 'A stream record begins with a known layout.')
  const event = EVENTS[reader.uint8()]
  const origin = ORIGINS[reader.uint8()]
  assert(event !== undefined && origin !== undefined, 'A stream record names an event and an origin.')
  const atMs = reader.varint()
  const part = (): PackedItem | undefined => {
    const sizeBytes = reader.varint()
    return sizeBytes === 0 ? undefined : new PackedItem(reader.take(sizeBytes), dictionary)
  }
  const [key, newImage, oldImage] = [part(), part(), part()]
  const keySource = key ?? newImage ?? oldImage
  assert(keySource !== undefined, 'A stream record says which item has changed.')
  return { event, origin, atMs, keySource, newImage, oldImage }
}

/** When the record of a row was written, in milliseconds since 1970. */
export function timeOfStreamRecord(row: Uint8Array): number {
  const reader = new ByteReader(row, 3)
  return reader.varint()
}

/** Whether a view has items as they are after a change. */
export function showsNewImage(viewType: StreamViewType): boolean {
  return viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES'
}

/** Whether a view has items as they were before a change. */
export function showsOldImage(viewType: StreamViewType): boolean {
  return viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES'
}

function eventOf({ previous, next }: StreamedChange): StreamEvent {
  if (previous === undefined) return 'INSERT'
  return next === undefined ? 'REMOVE' : 'MODIFY'
}
