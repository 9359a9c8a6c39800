// What the catalog stores of a stream: one row of JSON text by the name of its table and its label. A stream outlives its
// table by 24 hours, so the row holds all that reading it takes.

import { assert } from '../base/assert.ts'
import type { KeyRange } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { decodeText, encodeText } from '../base/utf8.ts'
import type { KeySchemaElement } from '../model/key-schema.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import type { StreamViewType } from '../model/stream-operations.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import { type SequenceNumber, sequenceNumberAfter } from '../streams/sequence-number.ts'
import { type ArnScope, streamArn } from './arn.ts'
import { forEachRow } from './for-each-row.ts'
import { streamKey, tableStreams } from './keyspace.ts'

/** A stream. It has one shard. */
export interface StoredStream {
  readonly format: typeof STORED_STREAM_FORMAT
  readonly tableName: string
  readonly tableId: number
  /** Never used twice by streams of one table. */
  readonly streamId: number
  /** When it was made, as text; no two streams of tables of one name have the same. */
  readonly label: string
  readonly viewType: StreamViewType
  readonly keySchema: readonly KeySchemaElement[]
  readonly createdAtMs: number
  readonly shardId: string
  /** No record has a smaller number. */
  readonly startingSequenceNumber: SequenceNumber
  /** Since when it takes no records: it was disabled, or its table deleted. */
  readonly closed?: { readonly atMs: number; readonly sequenceNumber: SequenceNumber }
  /** Number of the newest record that was trimmed. */
  readonly trimmedThrough?: SequenceNumber
}

/** Rises with every change of the row that older code cannot read. */
export const STORED_STREAM_FORMAT = 1

const STREAM_ARN = /^arn:[^:]+:dynamodb:[^:]*:\d*:table\/[^/]+\/stream\/[^/]+$/

/** The first number that can still be read. */
export function trimHorizon({ startingSequenceNumber, trimmedThrough }: StoredStream): SequenceNumber {
  return trimmedThrough === undefined ? startingSequenceNumber : sequenceNumberAfter(trimmedThrough)
}

/** Stores a stream. */
export function saveStream(transaction: Transaction, stream: StoredStream): void {
  transaction.put(streamKey(stream.tableName, stream.label), encodeText(JSON.stringify(stream)))
}

/** The stream of a row. */
export function decodeStream(row: Uint8Array): StoredStream {
  const stream = JSON.parse(decodeText(row, 0, row.length)) as StoredStream
  assert(stream.format === STORED_STREAM_FORMAT, `A stream's row has format ${STORED_STREAM_FORMAT}.`)
  return stream
}

/** What the name of a stream says. */
export function parseStreamArn(arn: string): { readonly tableName: string; readonly label: string } {
  const [tablePart = '', label = ''] = arn.split('/stream/')
  return { tableName: tablePart.slice(tablePart.lastIndexOf('/') + 1), label }
}

/** The stream of this name; undefined when there is none. */
export function findStream(reader: Reader, scope: ArnScope, arn: string): MaybePromise<StoredStream | undefined> {
  const { tableName, label } = parseStreamArn(arn)
  return streamArn(scope, tableName, label) === arn ? readStream(reader, tableName, label) : undefined
}

/**
 * The stream of this name.
 *
 * @throws ServiceException `ValidationException` for a text that names no stream, `ResourceNotFoundException`
 */
export function requireStream(reader: Reader, scope: ArnScope, arn: string): MaybePromise<StoredStream> {
  if (!STREAM_ARN.test(arn)) throw validationException('Invalid StreamArn')
  return after(findStream(reader, scope, arn), (stream) => {
    if (stream !== undefined) return stream
    throw new ServiceException('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`)
  })
}

/** The stream of this label; undefined when there is none. */
export function readStream(reader: Reader, tableName: string, label: string): MaybePromise<StoredStream | undefined> {
  return after(reader.get(streamKey(tableName, label)), (row) => (row === undefined ? undefined : decodeStream(row)))
}

/** Streams of tables of one name, the oldest first. */
export function streamsOfTable(reader: Reader, tableName: string): MaybePromise<readonly StoredStream[]> {
  return streamsIn(reader, tableStreams(tableName))
}

/** Streams of a range of rows. */
export function streamsIn(reader: Reader, range: KeyRange): MaybePromise<readonly StoredStream[]> {
  const streams: StoredStream[] = []
  const walk = forEachRow(reader.scan(range), ({ value }) => {
    streams.push(decodeStream(value))
    return true
  })
  return after(walk, () => streams)
}
