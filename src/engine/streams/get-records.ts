// GetRecords: the records of a shard from an iterator on, and the iterator for those behind them.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { setAttribute } from '../../model/attribute-map.ts'
import type { AttributeValue, Key } from '../../model/attribute-value.ts'
import { itemSizeBytes } from '../../model/item-size.ts'
import { MAX_STREAM_RECORDS } from '../../model/limits.ts'
import { validationException } from '../../model/service-exception.ts'
import type { GetRecordsInput, GetRecordsOutput, StreamEventRecord } from '../../model/stream-operations.ts'
import type { SequenceNumber } from '../../streams/sequence-number.ts'
import { decodeShardIterator, encodeShardIterator, type ShardIterator } from '../../streams/shard-iterator.ts'
import type { EngineServices } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { findStream, type StoredStream } from '../stored-stream.ts'
import { imagesSizeBytes, type NumberedRecord, readStreamPage, type StreamPage } from './stream-page.ts'

const EVENT_VERSION = '1.1'
const MS_PER_SECOND = 1000
/** Hexadecimal digits of a sequence number in an event's id. */
const EVENT_NUMBER_DIGITS = 24
const TIME_TO_LIVE_SERVICE = { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }

interface StreamRead {
  readonly stream: StoredStream
  readonly page: StreamPage
}

/** Reads records. */
export function getRecords(services: EngineServices, input: GetRecordsInput): MaybePromise<GetRecordsOutput> {
  const { arnScope, clock } = services
  const iterator = decodeShardIterator(input.ShardIterator, clock.now())
  const limit = input.Limit ?? MAX_STREAM_RECORDS
  const read = (isConsistent: boolean): MaybePromise<StreamRead> =>
    readRecords(services, { iterator, limit, isConsistent })
  const output = ({ stream, page }: StreamRead): GetRecordsOutput => {
    const Records = page.records.map((record) => eventRecord(stream, record, arnScope.region))
    if (page.isAtEnd && stream.closed !== undefined) return { Records }
    return {
      Records,
      NextShardIterator: encodeShardIterator({ ...iterator, from: page.next, issuedAtMs: clock.now() }),
    }
  }
  // Whoever finds nothing new here may be waiting for what another tab has written.
  return after(read(false), (first) => (first.page.records.length > 0 ? output(first) : after(read(true), output)))
}

function readRecords(
  { store, catalog, arnScope }: EngineServices,
  read: { readonly iterator: ShardIterator; readonly limit: number; readonly isConsistent: boolean },
): MaybePromise<StreamRead> {
  const { streamArn, shardId, from } = read.iterator
  return readSnapshot(store, read.isConsistent, (snapshot) =>
    after(findStream(snapshot, arnScope, streamArn), (stream) => {
      if (stream?.shardId !== shardId) throw validationException('Invalid ShardIterator')
      return after(readStreamPage(catalog, snapshot, { stream, from, limit: read.limit }), (page) => ({ stream, page }))
    }),
  )
}

function eventRecord(stream: StoredStream, record: NumberedRecord, awsRegion: string): StreamEventRecord {
  const { event, atMs, newImage, oldImage, origin, sequenceNumber } = record
  const Keys = keysOf(stream, record)
  return {
    eventID: eventId(stream, sequenceNumber),
    eventName: event,
    eventVersion: EVENT_VERSION,
    eventSource: 'aws:dynamodb',
    awsRegion,
    dynamodb: {
      ApproximateCreationDateTime: new Date(Math.floor(atMs / MS_PER_SECOND) * MS_PER_SECOND),
      Keys,
      ...(newImage !== undefined && { NewImage: newImage.toItem() }),
      ...(oldImage !== undefined && { OldImage: oldImage.toItem() }),
      SequenceNumber: sequenceNumber,
      SizeBytes: itemSizeBytes(Keys) + imagesSizeBytes(record),
      StreamViewType: stream.viewType,
    },
    ...(origin === 'time-to-live' && { userIdentity: TIME_TO_LIVE_SERVICE }),
  }
}

function keysOf({ keySchema }: StoredStream, { keySource }: NumberedRecord): Key {
  const keys: Record<string, AttributeValue> = {}
  for (const { AttributeName } of keySchema) {
    setAttribute(keys, AttributeName, keySource.attribute(AttributeName) as AttributeValue)
  }
  return keys
}

/** The same for everybody who reads the record, however often. */
function eventId({ shardId }: StoredStream, sequenceNumber: SequenceNumber): string {
  const shard = shardId.slice(shardId.lastIndexOf('-') + 1)
  return shard + BigInt(sequenceNumber).toString(16).padStart(EVENT_NUMBER_DIGITS, '0')
}
