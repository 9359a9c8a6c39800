// What `query` and `scan` return: rows that are fetched when they are asked for. Awaiting gives them all, iterating
// gives them one by one with the next page on its way, `pages` gives them as the engine answers, with cursors.

import type { Clock } from '../base/clock.ts'
import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { Key } from '../model/attribute-value.ts'
import type { ReadPageOutput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { Live, LiveObserver, LiveOptions, LiveRows, LiveSubscription } from './live.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { createPacer } from './pacer.ts'

/** One answer of the engine: at most 1 MB of items are looked at for a page. */
export interface Page<Row> {
  readonly items: readonly Row[]
  /** Where the next page begins: give it as `after`, also after a reload. Undefined when there is none. */
  readonly cursor: string | undefined
  /** Items looked at, before the filter. */
  readonly scannedCount: number
}

/** The rows of a query or a scan. Each use fetches them anew. */
export interface Rows<Row> extends PromiseLike<Row[]>, AsyncIterable<Row> {
  /** Page by page; each is fetched when it is asked for. Pages are never cut: `limit` only ends them. */
  pages(): AsyncGenerator<Page<Row>, void, undefined>
  /** The first row; undefined when there is none. */
  first(): Promise<Row | undefined>
  /** How many rows there are, counted in the worker. `limit` does not apply. */
  count(): Promise<number>
  /**
   * The rows as they are, from now on: kept right by what is written, in whichever tab, without being read again.
   *
   * @throws what a request of this query would be rejected with before it is sent
   */
  live(): Live<LiveRows<Row>>
  /**
   * Calls `observer` with the present rows and whenever they change: `live().subscribe`.
   *
   * @example
   * cities.query({ where: { country: 'NL' } }).subscribe(({ rows }) => show(rows))
   */
  subscribe(
    observer: LiveObserver<LiveRows<Row>> | ((result: LiveRows<Row>) => void),
    options?: LiveOptions,
  ): LiveSubscription
}

/** What one page is asked with. */
export interface PageRequest {
  readonly startKey: Key | undefined
  /** Items to look at, at most. */
  readonly limitItems: number | undefined
  readonly isCount: boolean
}

/** Where rows come from, and how many. */
export interface RowSource {
  readonly fetch: (request: PageRequest) => Promise<ReadPageOutput<PackedItem>>
  readonly live: (request: PageRequest) => Live<unknown>
  /** All rows, if the page has them. */
  readonly cached: (request: PageRequest) => NativeItem[] | undefined
  readonly clock: Clock
  readonly limit: number | undefined
  readonly pageSize: number | undefined
  readonly after: string | undefined
  readonly hasFilter: boolean
  readonly signal: AbortSignal | undefined
}

/** Rows that come from this source. */
export function createRows<Row>(source: RowSource): Rows<Row> {
  const whole = (): PageRequest => ({ startKey: decodeCursor(source.after), limitItems: undefined, isCount: false })
  const live = (): Live<LiveRows<Row>> => source.live(whole()) as Live<LiveRows<Row>>
  const all = async (): Promise<Row[]> => {
    source.signal?.throwIfAborted()
    return (source.cached(whole()) as Row[] | undefined) ?? collectRows<Row>(source)
  }
  return {
    // reason: rows are awaited like a promise, as the queries of other clients are.
    // oxlint-disable-next-line unicorn/no-thenable
    then: (onRows, onError) => all().then(onRows, onError),
    [Symbol.asyncIterator]: () => streamRows<Row>(source),
    pages: () => readPages<Row>(source, { isPrefetching: false }),
    first: async () => (await collectRows<Row>({ ...source, limit: 1 }))[0],
    count: () => countRows(source),
    live,
    subscribe: (observer, options) => live().subscribe(observer, options),
  }
}

async function collectRows<Row>(source: RowSource): Promise<Row[]> {
  const rows: Row[] = []
  for await (const { items } of readPages<Row>(source, { isPrefetching: true })) {
    for (const item of items) rows.push(item)
  }
  if (rows.length > (source.limit ?? rows.length)) rows.length = source.limit as number
  return rows
}

async function* streamRows<Row>(source: RowSource): AsyncGenerator<Row, void, undefined> {
  let left = source.limit ?? Number.POSITIVE_INFINITY
  for await (const { items } of readPages<Row>(source, { isPrefetching: true })) {
    for (const item of items) {
      if (left-- === 0) return
      yield item
    }
  }
}

async function countRows(source: RowSource): Promise<number> {
  let count = 0
  let startKey = decodeCursor(source.after)
  do {
    source.signal?.throwIfAborted()
    const page = await source.fetch({ startKey, limitItems: undefined, isCount: true })
    count += page.Count
    startKey = page.LastEvaluatedKey
  } while (startKey !== undefined)
  return count
}

async function* readPages<Row>(
  source: RowSource,
  { isPrefetching }: { readonly isPrefetching: boolean },
): AsyncGenerator<Page<Row>, void, undefined> {
  let left = source.limit ?? Number.POSITIVE_INFINITY
  let fetched: Promise<ReadPageOutput<PackedItem>> | undefined
  let startKey = decodeCursor(source.after)
  let hasMore = left > 0
  while (hasMore) {
    source.signal?.throwIfAborted()
    const page = await (fetched ?? fetchPage(source, startKey, left))
    startKey = page.LastEvaluatedKey
    left -= page.Count
    hasMore = startKey !== undefined && left > 0
    fetched = hasMore && isPrefetching ? fetchPage(source, startKey, left) : undefined
    // A failure is reported when this page is asked for, which may be never.
    fetched?.catch(() => undefined)
    const items = await decodeRows<Row>(page.Items ?? [], source.clock)
    yield { items, cursor: encodeCursor(startKey), scannedCount: page.ScannedCount }
  }
}

/** A filter drops an unknown number of the items that are looked at, so that only `pageSize` can bound them then. */
function fetchPage(source: RowSource, startKey: Key | undefined, left: number): Promise<ReadPageOutput<PackedItem>> {
  const { pageSize = Number.POSITIVE_INFINITY, hasFilter } = source
  const limitItems = Math.min(pageSize, hasFilter ? Number.POSITIVE_INFINITY : left)
  return source.fetch({ startKey, limitItems: Number.isFinite(limitItems) ? limitItems : undefined, isCount: false })
}

/** Native rows, undefined where there is none; made in short stretches (law 13). */
export async function decodeRows<Row>(packed: readonly (PackedItem | null)[], clock: Clock): Promise<Row[]> {
  const rows: Row[] = []
  const pacer = createPacer(clock)
  for (const row of packed) {
    rows.push((row === null ? undefined : unpackNativeItem(row)) as Row)
    if (pacer.isDue()) await pacer.pause()
  }
  return rows
}
