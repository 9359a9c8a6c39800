// A table's stream from the table's side: what may be asked for, opening and closing it, and writing its records, each in
// the item's own batch (law 3).

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import type { CreateTableInput, TableDescription, UpdateTableInput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { validationException } from '../model/service-exception.ts'
import type { StreamSpecification, StreamViewType } from '../model/stream-operations.ts'
import type { Transaction } from '../storage/contract.ts'
import { lastSequenceNumber, sequenceNumber } from '../streams/sequence-number.ts'
import { encodeStreamRecord, isChange } from '../streams/stream-record.ts'
import { type ArnScope, streamArn } from './arn.ts'
import { readStream, saveStream, STORED_STREAM_FORMAT, streamsOfTable } from './stored-stream.ts'
import type { TableRecord } from './table-record.ts'
import type { WriteCause } from './write-cause.ts'

/** A stream that takes records, as writes see it. */
export interface StreamSchema {
  /** Where its records' rows begin. */
  readonly prefix: ByteKey
  readonly viewType: StreamViewType
}

/** What UpdateTable makes of a table's stream. */
export type StreamUpdate = { readonly kind: 'enable'; readonly viewType: StreamViewType } | { readonly kind: 'disable' }

/** What a new stream is given; drawn before the transaction's body. */
export interface StreamFacts {
  readonly nowMs: number
  /** Any 32 bits. */
  readonly shardNumber: number
}

const INVALID = 'One or more parameter values were invalid:'
const SHARD_TIME_DIGITS = 20
const SHARD_NUMBER_DIGITS = 8

/**
 * The view of the stream that a new table gets; undefined for a table without.
 *
 * @throws ServiceException `ValidationException`
 */
export function newTableStream({ StreamSpecification }: CreateTableInput): StreamViewType | undefined {
  if (StreamSpecification === undefined) return undefined
  const { StreamEnabled, StreamViewType } = StreamSpecification
  if (StreamEnabled && StreamViewType === undefined) {
    throw validationException(
      'Invalid StreamViewType: Stream ViewType must not be null or empty when enabling streams.',
    )
  }
  if (!StreamEnabled && StreamViewType !== undefined) {
    throw validationException(
      'Invalid StreamViewType: Stream StreamEnabled was false but a StreamViewType was present.',
    )
  }
  return StreamViewType
}

/**
 * What a request makes of a table's stream; undefined when it says nothing of it.
 *
 * @throws ServiceException `ValidationException`
 */
export function streamUpdate(record: TableRecord, input: UpdateTableInput): StreamUpdate | undefined {
  const { StreamSpecification: specification } = input
  if (specification === undefined) return undefined
  checkStreamSpecification(specification)
  if (input.ProvisionedThroughput !== undefined || input.BillingMode === 'PROVISIONED') {
    throw validationException(`${INVALID} You cannot modify stream status while updating table IOPS`)
  }
  const isEnabled = record.stream?.isEnabled === true
  if (specification.StreamViewType === undefined) {
    if (!isEnabled) throw validationException(`Table has no stream to disable: TableName: ${record.name}`)
    return { kind: 'disable' }
  }
  if (isEnabled) throw validationException(`Table already has an enabled stream: TableName: ${record.name}`)
  return { kind: 'enable', viewType: specification.StreamViewType }
}

/** Does what `streamUpdate` says, and answers the table's record after it. */
export function changeStream(
  transaction: Transaction,
  record: TableRecord,
  update: StreamUpdate | undefined,
  facts: StreamFacts,
): MaybePromise<TableRecord> {
  if (update === undefined) return record
  if (update.kind === 'disable') return closeStream(transaction, record, facts.nowMs)
  return openStream(transaction, record, update.viewType, facts)
}

/** Opens a stream for a table: stores it, and answers the table's record with it. */
export function openStream(
  transaction: Transaction,
  record: TableRecord,
  viewType: StreamViewType,
  { nowMs, shardNumber }: StreamFacts,
): MaybePromise<TableRecord> {
  return after(streamsOfTable(transaction, record.name), (streams) => {
    // Streams made within one millisecond, or by clocks that disagree, still have names of their own, in their order.
    const newestMs = streams.at(-1)?.createdAtMs ?? 0
    const createdAtMs = Math.max(nowMs, newestMs + 1)
    const label = new Date(createdAtMs).toISOString().slice(0, -1)
    const streamId = (record.stream?.streamId ?? 0) + 1
    saveStream(transaction, {
      format: STORED_STREAM_FORMAT,
      tableName: record.name,
      tableId: record.tableId,
      streamId,
      label,
      viewType,
      keySchema: record.keySchema,
      createdAtMs,
      shardId: shardId(createdAtMs, shardNumber),
      startingSequenceNumber: sequenceNumber({ ...placeOf(transaction), ordinal: 0 }),
    })
    return { ...record, stream: { streamId, label, viewType, isEnabled: true } }
  })
}

/** Closes a table's stream, if it has one that takes records, and answers the table's record without it. */
export function closeStream(transaction: Transaction, record: TableRecord, nowMs: number): MaybePromise<TableRecord> {
  const { stream } = record
  if (stream?.isEnabled !== true) return record
  return after(readStream(transaction, record.name, stream.label), (stored) => {
    assert(stored !== undefined, 'A stream that takes records is in the catalog.')
    const closed = { atMs: nowMs, sequenceNumber: lastSequenceNumber(transaction.sequence) }
    saveStream(transaction, { ...stored, closed })
    return { ...record, stream: { ...stream, isEnabled: false } }
  })
}

/** What a table's description says of its stream. */
export function describeTableStream(
  { name, stream }: TableRecord,
  arnScope: ArnScope,
): Pick<TableDescription, 'StreamSpecification' | 'LatestStreamArn' | 'LatestStreamLabel'> {
  if (stream === undefined) return {}
  const { label, viewType, isEnabled } = stream
  return {
    ...(isEnabled && { StreamSpecification: { StreamEnabled: true, StreamViewType: viewType } }),
    LatestStreamLabel: label,
    LatestStreamArn: streamArn(arnScope, name, label),
  }
}

/** Stores the record of a change, if it is one. */
export function writeStreamRecord(
  transaction: Transaction,
  stream: StreamSchema,
  change: { readonly previous: PackedItem | undefined; readonly next: PackedItem | undefined },
  facts: { readonly cause: WriteCause; readonly keyNames: ReadonlySet<string> },
): void {
  if (!isChange(change)) return
  const { cause, keyNames } = facts
  const key = stream.prefix + sequenceNumber({ ...placeOf(transaction), ordinal: nextOrdinal(transaction) })
  transaction.put(key, encodeStreamRecord(change, { viewType: stream.viewType, keyNames, ...cause }))
}

function checkStreamSpecification({ StreamEnabled, StreamViewType }: StreamSpecification): void {
  if (StreamEnabled && StreamViewType === undefined) {
    throw validationException(`${INVALID} If stream is being enabled then UpdateViewType is required`)
  }
  if (!StreamEnabled && StreamViewType !== undefined) {
    throw validationException(`${INVALID} If stream is being disabled, then UpdateViewType must not be specified`)
  }
}

function shardId(createdAtMs: number, shardNumber: number): string {
  const time = String(createdAtMs).padStart(SHARD_TIME_DIGITS, '0')
  return `shardId-${time}-${shardNumber.toString(16).padStart(SHARD_NUMBER_DIGITS, '0')}`
}

function placeOf({ sequence, indexInBatch }: Transaction): Pick<Transaction, 'sequence' | 'indexInBatch'> {
  return { sequence, indexInBatch }
}

/** Records written by each transaction that is running, by whichever writers and in whichever streams. */
const recordCounts = new WeakMap<Transaction, number>()

function nextOrdinal(transaction: Transaction): number {
  const ordinal = recordCounts.get(transaction) ?? 0
  recordCounts.set(transaction, ordinal + 1)
  return ordinal
}
