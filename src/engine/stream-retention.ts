// Removes stream records after 24 hours, and streams that have taken no records for as long, in bounded steps. Any tab may
// do it, and two that do it at once only lose races.

import type { Clock } from '../base/clock.ts'
import type { ByteKey } from '../base/byte-key.ts'
import type { Logger } from '../base/logger.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { STREAM_RETENTION_MS } from '../model/limits.ts'
import type { OrderedStore, Reader, Transaction } from '../storage/contract.ts'
import { timeOfStreamRecord } from '../streams/stream-record.ts'
import { BackgroundLoop } from './background-loop.ts'
import type { Catalog } from './catalog.ts'
import { forEachRow } from './for-each-row.ts'
import { dictionaryKey, prefixRange, STREAMS, streamKey, streamRecordPrefix } from './keyspace.ts'
import { readSnapshot } from './read-snapshot.ts'
import { decodeStream, saveStream, type StoredStream, streamsIn, streamsOfTable } from './stored-stream.ts'

/** Records that one step removes. */
const MAX_STEP_RECORDS = 256
/** Records live this much longer at most. */
const INTERVAL_MS = 10 * 60_000

interface RetentionOptions {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly clock: Clock
  readonly logger: Logger
}

/** Trims the streams of one engine: a loop that is to be woken when there may be streams, and to be closed. */
export function createStreamRetention(options: RetentionOptions): BackgroundLoop {
  const { clock, logger } = options
  return new BackgroundLoop({ clock, logger, complaint: 'Trimming streams failed.', step: () => trimOne(options) })
}

/** The milliseconds until the next look; undefined while there are no streams. */
async function trimOne({ store, catalog, clock }: RetentionOptions): Promise<number | undefined> {
  const before = clock.now() - STREAM_RETENTION_MS
  const found = await readSnapshot(store, false, (snapshot) => findOverdue(snapshot, before))
  if (found === 'no-streams') return undefined
  if (found === undefined) return INTERVAL_MS
  const { tableName, label } = found
  await store.write((transaction) => trim(catalog, transaction, { key: streamKey(tableName, label), before }))
  return 0
}

/** A stream that has something to remove. */
function findOverdue(reader: Reader, before: number): MaybePromise<StoredStream | 'no-streams' | undefined> {
  return after(streamsIn(reader, STREAMS), (streams) => {
    if (streams.length === 0) return 'no-streams'
    const look = (index: number): MaybePromise<StoredStream | undefined> => {
      const stream = streams[index]
      if (stream === undefined || isOver(stream, before)) return stream
      return after(overdueRecords(reader, { stream, before, atMost: 1 }), (keys) =>
        keys.length > 0 ? stream : look(index + 1),
      )
    }
    return look(0)
  })
}

function isOver({ closed }: StoredStream, before: number): boolean {
  return closed !== undefined && closed.atMs < before
}

interface Overdue {
  readonly stream: StoredStream
  /** Milliseconds since 1970. */
  readonly before: number
  readonly atMost: number
}

/** Keys of the oldest records, up to the first that is young enough: what is left has no hole. */
function overdueRecords(reader: Reader, { stream, before, atMost }: Overdue): MaybePromise<readonly ByteKey[]> {
  const keys: ByteKey[] = []
  const range = prefixRange(streamRecordPrefix(stream.tableId, stream.streamId))
  const isAllOver = isOver(stream, before)
  const walk = forEachRow(reader.scan(range), ({ key, value }) => {
    if (!isAllOver && timeOfStreamRecord(value) >= before) return false
    return keys.push(key) < atMost
  })
  return after(walk, () => keys)
}

function trim(
  catalog: Catalog,
  transaction: Transaction,
  { key, before }: { readonly key: ByteKey; readonly before: number },
): MaybePromise<void> {
  return after(transaction.get(key), (row) => {
    // Another tab was first.
    if (row === undefined) return undefined
    const stream = decodeStream(row)
    return after(overdueRecords(transaction, { stream, before, atMost: MAX_STEP_RECORDS }), (keys) => {
      for (const record of keys) transaction.delete(record)
      if (isOver(stream, before) && keys.length < MAX_STEP_RECORDS) return removeStream(catalog, transaction, stream)
      const last = keys.at(-1)
      if (last === undefined) return undefined
      const prefix = streamRecordPrefix(stream.tableId, stream.streamId)
      saveStream(transaction, { ...stream, trimmedThrough: last.slice(prefix.length) })
      return undefined
    })
  })
}

/** The last stream of a deleted table takes the table's dictionary along. */
function removeStream(catalog: Catalog, transaction: Transaction, stream: StoredStream): MaybePromise<void> {
  const { tableName, tableId, label } = stream
  return after(streamsOfTable(transaction, tableName), (streams) =>
    after(catalog.find(transaction, tableName), (table) => {
      transaction.delete(streamKey(tableName, label))
      const isNeeded =
        table?.record.tableId === tableId || streams.some((other) => other.tableId === tableId && other.label !== label)
      if (!isNeeded) transaction.delete(dictionaryKey(tableId))
    }),
  )
}
