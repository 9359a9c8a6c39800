// Reads some records of a stream, in their order.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { MAX_STREAM_RECORDS_SIZE_BYTES } from '../../model/limits.ts'
import { ServiceException } from '../../model/service-exception.ts'
import type { Reader } from '../../storage/contract.ts'
import { type SequenceNumber, sequenceNumberAfter } from '../../streams/sequence-number.ts'
import { decodeStreamRecord, type StreamRecord } from '../../streams/stream-record.ts'
import type { Catalog } from '../catalog.ts'
import { forEachRow } from '../for-each-row.ts'
import { prefixRange, streamRecordPrefix } from '../keyspace.ts'
import { type StoredStream, trimHorizon } from '../stored-stream.ts'

/** A record and its number. */
export interface NumberedRecord extends StreamRecord {
  readonly sequenceNumber: SequenceNumber
}

/** Records that stand next to each other. */
export interface StreamPage {
  readonly records: readonly NumberedRecord[]
  /** From where reading goes on. */
  readonly next: SequenceNumber
  /** Whether there is nothing behind these, now. */
  readonly isAtEnd: boolean
}

/** Which records are read. */
export interface StreamPageRead {
  readonly stream: StoredStream
  readonly from: SequenceNumber
  readonly limit: number
}

/**
 * Reads records until the limit, 1 MB, or the end.
 *
 * @throws ServiceException `TrimmedDataAccessException` when records from there on are gone
 */
export function readStreamPage(
  catalog: Catalog,
  reader: Reader,
  { stream, from, limit }: StreamPageRead,
): MaybePromise<StreamPage> {
  if (from < trimHorizon(stream)) throw trimmedDataAccess()
  return after(catalog.dictionaryOf(reader, stream.tableId), (dictionary) => {
    const prefix = streamRecordPrefix(stream.tableId, stream.streamId)
    const records: NumberedRecord[] = []
    let sizeBytes = 0
    let isAtEnd = true
    const walk = forEachRow(reader.scan({ start: prefix + from, end: prefixRange(prefix).end }), ({ key, value }) => {
      if (records.length === limit || sizeBytes >= MAX_STREAM_RECORDS_SIZE_BYTES) {
        isAtEnd = false
        return false
      }
      const record = { ...decodeStreamRecord(value, dictionary), sequenceNumber: key.slice(prefix.length) }
      sizeBytes += imagesSizeBytes(record)
      records.push(record)
      return true
    })
    return after(walk, () => {
      const last = records.at(-1)
      return { records, next: last === undefined ? from : sequenceNumberAfter(last.sequenceNumber), isAtEnd }
    })
  })
}

/** The refusal to read what was trimmed. */
export function trimmedDataAccess(): ServiceException {
  return new ServiceException(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  )
}

/** Size of the images of a record, as the service counts items. */
export function imagesSizeBytes({ newImage, oldImage }: StreamRecord): number {
  return (newImage?.sizeBytes ?? 0) + (oldImage?.sizeBytes ?? 0)
}
