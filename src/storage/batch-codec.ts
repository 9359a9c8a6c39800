// One batch of the log as bytes:
//   size of the whole u32 · checksum of what follows u32 · format u8 · batch id 2 × u32 · sequence varint · count varint
//   · entries: key size varint, key, value size + 1 varint (0: removed), value
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

const BATCH_FORMAT = 1
const CHECKSUM_OFFSET = 4
const HEADER_BYTES = 8

/** Packs a batch. The bytes are the caller's own. */
export function encodeBatch(writer: ByteWriter, { id, batch }: StoredBatch): Uint8Array<ArrayBuffer> {
  writer.reset()
  writer.uint32(0)
  writer.uint32(0)
  writer.uint8(BATCH_FORMAT)
  writer.uint32(id.high)
  writer.uint32(id.low)
  writer.varint(batch.sequence)
  writer.varint(batch.entries.length)
  for (const { key, value } of batch.entries) {
    writer.varint(key.length)
    writer.byteKey(key)
    if (value === undefined) {
      writer.varint(0)
    } else {
      writer.varint(value.length + 1)
      writer.bytes(value)
    }
  }
  writer.patchUint32(0, writer.sizeBytes)
  writer.patchUint32(CHECKSUM_OFFSET, checksum32(writer.peek(), HEADER_BYTES))
  return writer.take()
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
    const size = reader.varint()
    entries.push({ key, value: size === 0 ? undefined : reader.take(size - 1) })
  }
  return { id, batch: { sequence, entries } }
}
