// The manifest says which runs make up the database, up to which batch of the log they reach, and in which format all
// of it is written. It is one small record, replaced whole in one transaction.

import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import { DatabaseError } from '../base/database-error.ts'
import { checksum32 } from './checksum.ts'
import { corrupt } from './corruption.ts'

/** The logical format of everything stored. A newer one is refused with `UnknownFormat`. */
export const STORED_FORMAT = 1

/** A sorted run of pages. Its records lie under consecutive ids: data pages, then its index, then its key filter. */
export interface RunInfo {
  readonly id: number
  readonly dataPages: number
  readonly indexPages: number
  readonly filterPages: number
  readonly rows: number
  /** Bytes of the data pages. */
  readonly dataBytes: number
}

/** A run that is no longer part of the database, while readers of an older manifest may still need its pages. */
export interface RetiredRun {
  readonly id: number
  readonly totalPages: number
  /** When it was retired, ms since 1970. */
  readonly atMs: number
}

/** What the database consists of. */
export interface Manifest {
  /** Grows by one with every change. */
  readonly number: number
  /** The runs hold exactly the batches up to this one; the log behind it holds the rest. */
  readonly checkpoint: number
  /** The id that the next run takes. */
  readonly nextRunId: number
  /** Runs with smaller ids that are not listed here are leftovers, and whoever is writing one must start anew. */
  readonly deadBefore: number
  /** Newest first. */
  readonly runs: readonly RunInfo[]
  readonly retired: readonly RetiredRun[]
}

/** A database in which nothing was flushed yet. */
export const EMPTY_MANIFEST: Manifest = {
  number: 0,
  checkpoint: 0,
  nextRunId: 1,
  deadBefore: 1,
  runs: [],
  retired: [],
}

const HEADER_BYTES = 8

/** Packs a manifest: format u32, checksum of what follows u32, then its fields as varints. */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  writer.uint32(STORED_FORMAT)
  writer.uint32(0)
  writer.varint(manifest.number)
  writer.varint(manifest.checkpoint)
  writer.varint(manifest.nextRunId)
  writer.varint(manifest.deadBefore)
  writer.varint(manifest.runs.length)
  for (const run of manifest.runs) {
    writer.varint(run.id)
    writer.varint(run.dataPages)
    writer.varint(run.indexPages)
    writer.varint(run.filterPages)
    writer.varint(run.rows)
    writer.varint(run.dataBytes)
  }
  writer.varint(manifest.retired.length)
  for (const run of manifest.retired) {
    writer.varint(run.id)
    writer.varint(run.totalPages)
    writer.varint(run.atMs)
  }
  writer.patchUint32(4, checksum32(writer.peek(), HEADER_BYTES))
  return writer.take()
}

/**
 * Reads a manifest back; a database without one is empty.
 *
 * @throws DatabaseError `UnknownFormat` when a newer version of Tidetable wrote it, `StorageCorrupt`
 */
export function decodeManifest(bytes: Uint8Array | undefined): Manifest {
  if (bytes === undefined) return EMPTY_MANIFEST
  if (bytes.length < HEADER_BYTES) throw corrupt('The manifest is cut short.', { bytes: bytes.length })
  const reader = new ByteReader(bytes)
  const format = reader.uint32()
  if (format > STORED_FORMAT) {
    const data = { format, known: STORED_FORMAT }
    throw new DatabaseError('UnknownFormat', 'The database was written by a newer version of Tidetable.', { data })
  }
  if (reader.uint32() !== checksum32(bytes, HEADER_BYTES)) {
    throw corrupt('The manifest fails its checksum.', { bytes: bytes.length })
  }
  const number = reader.varint()
  const checkpoint = reader.varint()
  const nextRunId = reader.varint()
  const deadBefore = reader.varint()
  const runs = Array.from({ length: reader.varint() }, () => ({
    id: reader.varint(),
    dataPages: reader.varint(),
    indexPages: reader.varint(),
    filterPages: reader.varint(),
    rows: reader.varint(),
    dataBytes: reader.varint(),
  }))
  const retired = Array.from({ length: reader.varint() }, () => ({
    id: reader.varint(),
    totalPages: reader.varint(),
    atMs: reader.varint(),
  }))
  return { number, checkpoint, nextRunId, deadBefore, runs, retired }
}
