// A table's changes for whoever wants to be told of them as they come: subscriptions of the page, and triggers. Reads the
// table's streams one after another, and waits for the log where they end, so that nobody polls.

import type { Clock } from '../../base/clock.ts'
import { DatabaseError } from '../../base/database-error.ts'
import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { StreamViewType } from '../../model/stream-operations.ts'
import type { LogBatch, OrderedStore, Snapshot } from '../../storage/contract.ts'
import {
  type ChangePlace,
  type ChangePosition,
  changePosition,
  parseChangePosition,
} from '../../streams/change-position.ts'
import { lastSequenceNumber, sequenceNumberAfter } from '../../streams/sequence-number.ts'
import type { Catalog } from '../catalog.ts'
import { streamRecordPrefix, tableStreams } from '../keyspace.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { type StoredStream, streamsOfTable, trimHorizon } from '../stored-stream.ts'
import { type NumberedRecord, readStreamPage, trimmedDataAccess } from './stream-page.ts'

/** Where to begin: `now`, behind all that this worker has seen; `start`, before the oldest that is there; or a position. */
export type ChangesStart = 'now' | 'start' | (ChangePosition & {})

/** Which changes are read. */
export interface ChangesRead {
  readonly tableName: string
  readonly from: ChangesStart
  /** Of records in one answer. */
  readonly limit: number
  /** How long to wait for the first of them, in milliseconds; 0 not to wait. */
  readonly waitMs: number
  /** Ends the waiting. */
  readonly signal?: AbortSignal
  /** The number of the newest batch that `now` is behind. Default: the newest when the read is asked for. */
  readonly seenUpTo?: number
}

/** Changes that stand next to each other, in one stream. */
export interface ChangesPage {
  readonly records: readonly NumberedRecord[]
  /** Of the stream, which begins the position of each of them. */
  readonly label: string
  readonly viewType: StreamViewType
  /** Names of the attributes of the table's key. */
  readonly keyNames: readonly string[]
  /** Where the next read begins. */
  readonly position: ChangePosition
  /** True when there will be no more: the stream was disabled and there is no other, or the database is closed. */
  readonly isEnded: boolean
}

/** What reading takes. */
export interface ChangesServices {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly clock: Clock
}

/** A read that says what `now` is. */
export interface AnchoredRead extends ChangesRead {
  readonly seenUpTo: number
}

interface Look {
  readonly page: ChangesPage
  readonly stream: StoredStream
  /** Of the snapshot. */
  readonly sequence: number
}

/**
 * Reads changes, waiting for the first.
 *
 * @throws ServiceException `ResourceNotFoundException` for a table that does not exist, `TrimmedDataAccessException` when
 *   changes from there on are gone
 * @throws DatabaseError `InvalidOption` for a table without a stream, and for a text that is no position
 */
export async function readTableChanges(services: ChangesServices, read: AnchoredRead): Promise<ChangesPage> {
  const { store, catalog, clock } = services
  const waiting = new AbortController()
  const stop = (): void => waiting.abort()
  const isStopped = (): boolean => read.signal?.aborted === true
  read.signal?.addEventListener('abort', stop)
  const timer = clock.after(read.waitMs, stop)
  try {
    for (let from = read.from; ;) {
      const { page, stream, sequence } = await readSnapshot(store, false, (snapshot) =>
        look(catalog, snapshot, { ...read, from }),
      )
      const isOver = read.waitMs === 0 || isStopped() || waiting.signal.aborted
      if (page.records.length > 0 || page.isEnded || isOver) return page
      const heard = await waitForNews(store, { stream, sequence, signal: waiting.signal })
      from = page.position
      if (heard === 'something') continue
      if (!waiting.signal.aborted) return { ...page, isEnded: true }
      if (isStopped()) return page
      // Nobody said anything for long: a tab that was killed may have committed without a word.
      await store.refresh()
    }
  } finally {
    timer.cancel()
    read.signal?.removeEventListener('abort', stop)
  }
}

/** Reads what there is now. */
function look(catalog: Catalog, snapshot: Snapshot, read: AnchoredRead): MaybePromise<Look> {
  return after(findPlace(catalog, snapshot, read), ({ stream, place, younger }) => {
    const horizon = trimHorizon(stream)
    const from = place.after === undefined ? horizon : sequenceNumberAfter(place.after)
    return after(readStreamPage(catalog, snapshot, { stream, from, limit: read.limit }), (page) => {
      const { records } = page
      const isExhausted = page.isAtEnd && records.length === 0 && stream.closed !== undefined
      const next = younger[0]
      if (isExhausted && next !== undefined) return look(catalog, snapshot, { ...read, from: next.label })
      const { label, viewType, keySchema } = stream
      const last = records.at(-1)?.sequenceNumber ?? place.after
      const keyNames = keySchema.map(({ AttributeName }) => AttributeName)
      const position = changePosition({ label, after: last })
      return {
        page: { records, label, viewType, keyNames, position, isEnded: isExhausted },
        stream,
        sequence: snapshot.sequence,
      }
    })
  })
}

interface FoundPlace {
  readonly stream: StoredStream
  readonly place: ChangePlace
  /** Streams of tables of this name that were made after it. */
  readonly younger: readonly StoredStream[]
}

function findPlace(
  catalog: Catalog,
  snapshot: Snapshot,
  { tableName, from, seenUpTo }: AnchoredRead,
): MaybePromise<FoundPlace> {
  return after(streamsOfTable(snapshot, tableName), (streams) => {
    const found = (index: number, number: ChangePlace['after']): FoundPlace => {
      const stream = streams[index] as StoredStream
      return { stream, place: { label: stream.label, after: number }, younger: streams.slice(index + 1) }
    }
    if (from !== 'now' && from !== 'start') {
      const place = parseChangePosition(from)
      if (place === undefined) throw invalid(`"${from}" is no position in the changes of a table.`, tableName)
      const index = streams.findIndex(({ label }) => label === place.label)
      if (index === -1) throw trimmedDataAccess()
      return found(index, place.after)
    }
    return after(catalog.requireNamed(snapshot, tableName), ({ record }) => {
      const isOwn = ({ tableId }: StoredStream): boolean => tableId === record.tableId
      if (from === 'start' && streams.some(isOwn)) return found(streams.findIndex(isOwn), undefined)
      const anchor = lastSequenceNumber(seenUpTo)
      // A stream that has been closed since the call is read to its end.
      const isOpen = ({ closed }: StoredStream): boolean => closed === undefined || closed.sequenceNumber > anchor
      const index = streams.findIndex((stream) => isOwn(stream) && isOpen(stream))
      if (index === -1) {
        throw invalid(`Table ${tableName} has no stream: declare one, as in stream: 'NEW_AND_OLD_IMAGES'.`, tableName)
      }
      const young = found(index, undefined)
      return anchor < trimHorizon(young.stream) ? young : { ...young, place: { ...young.place, after: anchor } }
    })
  })
}

interface Waiting {
  readonly stream: StoredStream
  /** Of the state that has been looked at. */
  readonly sequence: number
  readonly signal: AbortSignal
}

/** Waits for a commit that the stream, or a younger one of the table, has a part in. `nothing`: it is over. */
async function waitForNews(
  store: OrderedStore,
  { stream, sequence, signal }: Waiting,
): Promise<'something' | 'nothing'> {
  const records = streamRecordPrefix(stream.tableId, stream.streamId)
  const streams = tableStreams(stream.tableName)
  const isNews = ({ entries }: LogBatch): boolean =>
    entries.some(({ key }) => key.startsWith(records) || (key >= streams.start && key < streams.end))
  const cursor = store.openLog({ after: sequence })
  try {
    for (;;) {
      const batch = await cursor.next(signal)
      if (batch === undefined) return 'nothing'
      if (isNews(batch)) return 'something'
    }
  } catch (error) {
    // This worker slept past what it waited for: the state says what came.
    if (error instanceof DatabaseError && error.code === 'LogTruncated') return 'something'
    throw error
  } finally {
    cursor.close()
  }
}

function invalid(message: string, tableName: string): DatabaseError {
  return new DatabaseError('InvalidOption', message, { data: { tableName } })
}
