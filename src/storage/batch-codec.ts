// One batch of the log as bytes:
//   size of the whole u32 · checksum of what follows u32 · format u8 · batch id 2 × u32 · sequence varint · count varint
//   · entries: key size varint, key, what the value is varint, value
// What the value is: 0 removed; 2 × size + 1, the value follows; 2 × n, the same as n entries before. An index that
// projects everything has rows that are their items, so that such an index costs the log its keys only.
// The batch id is random: after a lost connection it tells whether the record under a sequence number is ours.

import { ByteReader } from '../base/byte-reader.ts'
import type { ByteWriter } from '../base/byte-writer.ts'
import { checksum32 } from './checksum.ts'
import type { LogBatch, LogEntry } from './contract.ts'
import { corrupt } from './corruption.ts'

/** A random number of 64 bits that no other batch has. */
export interface BatchId {
  readonly high: number
  readonly low: number
}

/** A batch as it stands in the log. */
export interface StoredBatch {
  readonly id: BatchId
  readonly batch: LogBatch
}

const BATCH_FORMAT = 2
/** How far back an equal value is looked for: an item's index entries come right after it. */
const MAX_VALUE_DISTANCE = 8
const CHECKSUM_OFFSET = 4
const HEADER_BYTES = 8

/** Packs a batch. The bytes are the writer's: valid until it is used again. */
export function encodeBatch(writer: ByteWriter, { id, batch }: StoredBatch): Uint8Array {
  writer.reset()
  writer.uint32(0)
  writer.uint32(0)
  writer.uint8(BATCH_FORMAT)
  writer.uint32(id.high)
  writer.uint32(id.low)
  writer.varint(batch.sequence)
  writer.varint(batch.entries.length)
  for (const [index, { key, value }] of batch.entries.entries()) {
    writer.varint(key.length)
    writer.byteKey(key)
    if (value === undefined) {
      writer.varint(0)
      continue
    }
    const distance = distanceToSame(batch.entries, index)
    if (distance > 0) {
      writer.varint(2 * distance)
      continue
    }
    writer.varint(2 * value.length + 1)
    writer.bytes(value)
  }
  writer.patchUint32(0, writer.sizeBytes)
  writer.patchUint32(CHECKSUM_OFFSET, checksum32(writer.peek(), HEADER_BYTES))
  return writer.peek()
}

/** How many entries before this one the very same value was written; 0 when it was not. */
function distanceToSame(entries: readonly LogEntry[], index: number): number {
  const value = entries[index]?.value
  for (let distance = 1; distance <= MAX_VALUE_DISTANCE && distance <= index; distance++) {
    if (entries[index - distance]?.value === value) return distance
  }
  return 0
}

/** The size of the whole batch, from its first part. */
export function batchSizeBytes(firstPart: Uint8Array): number {
  if (firstPart.length < HEADER_BYTES) throw corrupt('A batch of the log is cut short.', { bytes: firstPart.length })
  return new ByteReader(firstPart).uint32()
}

/**
 * Reads a batch back. Values are views of `bytes`.
 *
 * @throws DatabaseError `StorageCorrupt`
 */
export function decodeBatch(bytes: Uint8Array, expectedSequence: number): StoredBatch {
  const facts = { sequence: expectedSequence, bytes: bytes.length }
  if (batchSizeBytes(bytes) !== bytes.length) throw corrupt('A batch of the log has a wrong size.', facts)
  const reader = new ByteReader(bytes, CHECKSUM_OFFSET)
  if (reader.uint32() !== checksum32(bytes, HEADER_BYTES)) {
    throw corrupt('A batch of the log fails its checksum.', facts)
  }
  if (reader.uint8() !== BATCH_FORMAT) throw corrupt('A batch of the log has an unknown format.', facts)
  const id = { high: reader.uint32(), low: reader.uint32() }
  const sequence = reader.varint()
  if (sequence !== expectedSequence) throw corrupt('A batch of the log is in the wrong place.', { ...facts, sequence })
  const count = reader.varint()
  const entries: LogEntry[] = []
  for (let index = 0; index < count; index++) {
    const key = reader.byteKey(reader.varint())
    const what = reader.varint()
    if (what % 2 === 1) entries.push({ key, value: reader.take((what - 1) / 2) })
    else entries.push({ key, value: what === 0 ? undefined : entries[index - what / 2]?.value })
  }
  return { id, batch: { sequence, entries } }
}
