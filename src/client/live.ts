// Live results as an app sees them. What keeps them right is loaded when the first is subscribed to, so that the page
// entry carries only this file.

import { byteKeyFromBytes } from '../base/byte-key.ts'
import type { Clock } from '../base/clock.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import type { Session } from '../rpc/session.ts'
import type { LiveConnection, Subscriber } from './live-connection.ts'
import type { PageCache } from './page-cache.ts'

/** The present rows of a live query or scan. Rows and list are frozen, and stay the same objects while they do not change. */
export interface LiveRows<Row> {
  readonly rows: readonly Row[]
  /** Rows as a write of this page has left them that is not durable yet. */
  readonly pending: ReadonlySet<Row>
  /** Whether a write of this page is shown that is not durable yet: it may also have removed rows. */
  readonly isPending: boolean
}

/** The present item of a live get. It is frozen, and stays the same object while it does not change. */
export interface LiveItem<Row> {
  readonly item: Row | undefined
  /** Whether it is as a write of this page has left it that is not durable yet. */
  readonly isPending: boolean
}

/** Who is told of results. What it throws is uncaught, and others are told all the same. */
export interface LiveObserver<Result> {
  next?(result: Result): void
  /** Nothing follows. */
  error?(error: unknown): void
  /** The database was closed. Nothing follows. */
  complete?(): void
}

/** How to subscribe. */
export interface LiveOptions {
  /** Ends the subscription; nobody is told. */
  readonly signal?: AbortSignal | undefined
}

/** A subscription that can be ended. */
export interface LiveSubscription {
  /** Nothing is told any more. Safe to call twice. */
  unsubscribe(): void
}

/**
 * A result that stays right. Nothing is read before somebody subscribes. It can be iterated (an iteration that is slow
 * misses results, never the newest; it ends when the database is closed), and libraries know it as an Observable.
 */
export interface Live<Result> extends AsyncIterable<Result> {
  /** For RxJS and its like. */
  readonly '@@observable': () => Live<Result>
  /** The same for two that ask alike of one open database, which share one result; else different. */
  readonly key: string
  /** The newest result; undefined before there is one, and when nobody has subscribed for a while. */
  readonly current: Result | undefined
  /** Calls `observer` with the present result and with each that follows. */
  subscribe(observer: LiveObserver<Result> | ((result: Result) => void), options?: LiveOptions): LiveSubscription
}

/**
 * Lets libraries know a live result as an Observable: RxJS looks for the symbol if somebody had made it before RxJS was
 * loaded, which may have been after this file, else for the text.
 */
export function markObservable(live: Live<unknown>): void {
  const { observable } = Symbol as unknown as { readonly observable?: symbol }
  if (observable !== undefined) Object.defineProperty(live, observable, { value: () => live })
}

/** Figures of the page's cache, since it was loaded. */
export interface CacheStatistics {
  /** Reads that the page has answered itself. */
  readonly hits: number
  readonly misses: number
  /** Answers that fell out to make room. */
  readonly evictions: number
  /** Answers that are kept now, and about their size. */
  readonly answers: number
  readonly bytes: number
}

/** What to watch. */
export interface LiveRequest extends Prepared {
  /** A get has one item, not rows. */
  readonly isItem: boolean
  readonly isReverse: boolean
  /** Infinity for all rows. */
  readonly limitRows: number
  readonly signal?: AbortSignal | undefined
}

const NO_STATISTICS: CacheStatistics = { hits: 0, misses: 0, evictions: 0, answers: 0, bytes: 0 }
/** Reads after which the cache is loaded: a page that asks little needs none. */
const READS_WITHOUT_CACHE = 16

let lastDoorId = 0

/** The way to the live results of one database. */
export class LiveDoor {
  /** Tells databases of one page apart. */
  readonly id: number = ++lastDoorId
  readonly #session: Session
  readonly #clock: Clock
  readonly #cacheBytes: number
  #reads = 0
  #opening: Promise<LiveConnection> | undefined
  /** What has been loaded. */
  connection: LiveConnection | undefined
  #isClosed = false

  /** @param cacheBytes of answers that the page keeps; 0 for none */
  constructor(session: Session, clock: Clock, cacheBytes: number) {
    this.#session = session
    this.#clock = clock
    this.#cacheBytes = cacheBytes
  }

  /** The page's answers to what is read often. */
  cacheForRead(): PageCache | undefined {
    if (++this.#reads === READS_WITHOUT_CACHE && this.#cacheBytes > 0) this.open().catch(() => undefined)
    return this.connection?.cache
  }

  get cacheStatistics(): CacheStatistics {
    return this.connection?.cache?.statistics ?? NO_STATISTICS
  }

  /** Loads what keeps results right. */
  open(): Promise<LiveConnection> {
    this.#opening ??= import('./live-connection.ts').then(
      ({ LiveConnection }) => {
        this.connection = new LiveConnection(this.#session, this.#clock, this.#cacheBytes)
        if (this.#isClosed) this.connection.close()
        return this.connection
      },
      (error: unknown) => {
        // The network may be back the next time.
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#isClosed = true
    this.connection?.close()
  }
}

/** The same text for requests that ask alike. */
export function liveKey({ id }: LiveDoor, { form, items = [], limitRows }: LiveRequest): string {
  return [id, form.operation, limitRows, JSON.stringify(form.input), ...items.map(byteKeyFromBytes)].join(' ')
}

/** The live result of a request. */
export function createLive<Result>(door: LiveDoor, request: LiveRequest): Live<Result> {
  const key = liveKey(door, request)
  const live: Live<Result> = {
    key,
    get current() {
      return door.connection?.current(key) as Result | undefined
    },
    subscribe(observer, options = {}) {
      const { error } = observer as LiveObserver<Result>
      let isEnded = false
      let unsubscribe = (): void => void (isEnded = true)
      door.open().then(
        (connection) => {
          if (!isEnded) unsubscribe = connection.subscribe(key, request, { observer, ...options } as Subscriber)
        },
        (cause: unknown) => {
          // Without an observer of errors it is nobody's who could handle it.
          if (error === undefined) throw cause
          if (!isEnded) error.call(observer, cause)
        },
      )
      return { unsubscribe: () => unsubscribe() }
    },
    async *[Symbol.asyncIterator]() {
      const connection = await door.open()
      yield* connection.iterate(live, request.signal)
    },
    '@@observable': () => live,
  }
  markObservable(live)
  return live
}
