// All live results of one database in this page, and who is told of them. What is new comes with the page's news. A lost
// worker loses nothing: every result is asked for anew of the next one, and only what differs is told.

import type { Clock, Timer } from '../base/clock.ts'
import { after, eachInOrder, type MaybePromise } from '../base/maybe-promise.ts'
import { decodeError } from '../rpc/wire-error.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import type { WatchedOperation, WatchInput, WireNews, WireWatchUpdate, WorkerOperations } from '../rpc/protocol.ts'
import type { Session } from '../rpc/session.ts'
import { iterateLive } from './iterate-live.ts'
import { type Listener, listenerOf, tellListener } from './listener.ts'
import type { Live, LiveObserver, LiveOptions, LiveRequest } from './live.ts'
import { LiveChannel } from './live-channel.ts'
import { type NewsParty, type NewsPoll, newsPollOf } from './news-poll.ts'
import { createPacer } from './pacer.ts'
import { PageCache } from './page-cache.ts'

/** How long a result is kept right after the last subscription to it has ended: whoever subscribes again finds it. */
const LINGER_MS = 1000

/** Who subscribes. */
export interface Subscriber extends LiveOptions {
  readonly observer: LiveObserver<unknown> | ((result: unknown) => void)
}

/** How a result is followed. */
export interface FollowOptions {
  /** Whether writes of this page are shown before they are durable. */
  readonly showsTentative: boolean
  /** Whether the result is kept for a while after the last listener has left. */
  readonly lingers: boolean
  /** Called with whether the result is all that it should be: not while more is to come, or the worker is lost. */
  readonly onRight?: (isRight: boolean) => void
}

interface Followed {
  readonly id: number
  readonly key: string
  readonly channel: LiveChannel
  readonly options: FollowOptions
  readonly listeners: Set<Listener>
  linger: Timer | undefined
}

const SUBSCRIBED: FollowOptions = { showsTentative: true, lingers: true }

/** The live results of one database. */
export class LiveConnection implements NewsParty {
  /** Answers that the page gives itself; undefined when it shall not. */
  readonly cache: PageCache | undefined
  readonly #session: Session
  readonly #clock: Clock
  readonly #byKey = new Map<string, Followed>()
  readonly #byId = new Map<number, Followed>()
  readonly #poll: NewsPoll
  #lastId = 0
  /** News in its order; the first is being taken in. */
  readonly #received: WireNews[] = []
  #isClosed = false

  constructor(session: Session, clock: Clock, cacheBytes: number) {
    this.#session = session
    this.#clock = clock
    this.cache = cacheBytes > 0 ? new PageCache(this, cacheBytes) : undefined
    this.#poll = newsPollOf(session)
    this.#poll.join(this)
  }

  /** Whether news has come that is still being taken in. */
  get isBehind(): boolean {
    return this.#received.length > 0
  }

  get isWaiting(): boolean {
    return this.#byId.size > 0
  }

  /** The newest result of this key, if it is followed. */
  current(key: string): unknown {
    return this.#byKey.get(key)?.channel.result
  }

  /**
   * Tells of a result: those of one key are the same.
   *
   * @returns ends it
   */
  subscribe(key: string, request: LiveRequest, { observer, signal }: Subscriber): () => void {
    const listener = listenerOf(observer)
    const signals = [request.signal, signal].filter((each) => each !== undefined)
    if (signals.some(({ aborted }) => aborted)) return () => undefined
    const stop = this.follow(key, request, listener)
    const unsubscribe = (): void => {
      for (const each of signals) each.removeEventListener('abort', unsubscribe)
      stop()
    }
    for (const each of signals) each.addEventListener('abort', unsubscribe)
    return unsubscribe
  }

  /**
   * Keeps a result right for as long as somebody listens.
   *
   * @returns ends it for this listener
   */
  follow(key: string, request: LiveRequest, listener: Listener, options: FollowOptions = SUBSCRIBED): () => void {
    if (this.#isClosed) {
      tellListener(listener.complete)
      return () => undefined
    }
    const followed = this.#byKey.get(key) ?? this.#follow(key, request, options)
    followed.linger?.cancel()
    followed.listeners.add(listener)
    const { result } = followed.channel
    if (result !== undefined) tellListener(() => listener.next(result))
    return () => this.#leave(followed, listener)
  }

  /** A result as a loop: see iterateLive. */
  iterate<Result>(live: Live<Result>, signal: AbortSignal | undefined): AsyncGenerator<Result, void, undefined> {
    return iterateLive(live, signal)
  }

  /** Ends all: the database is being closed. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const followed of this.#byId.values()) {
      followed.linger?.cancel()
      for (const { complete } of followed.listeners) tellListener(complete)
    }
    this.#byId.clear()
    this.#byKey.clear()
  }

  #follow(key: string, request: LiveRequest, options: FollowOptions): Followed {
    const id = ++this.#lastId
    const channel = new LiveChannel(request)
    const followed: Followed = { id, key, channel, options, listeners: new Set(), linger: undefined }
    this.#byKey.set(key, followed)
    this.#byId.set(id, followed)
    this.#watch(followed)
    this.#poll.wake()
    return followed
  }

  #leave(followed: Followed, listener: Listener): void {
    const { listeners } = followed
    if (!listeners.delete(listener) || listeners.size > 0 || !this.#byId.has(followed.id)) return
    const end = (): void => {
      this.#forget(followed)
      this.#send('tidetable:unwatch', [followed.id])
    }
    if (followed.options.lingers) followed.linger = this.#clock.after(LINGER_MS, end)
    else end()
  }

  #forget({ id, key }: Followed): void {
    this.#byId.delete(id)
    if (this.#byKey.get(key)?.id === id) this.#byKey.delete(key)
  }

  #watch({ id, channel, options }: Followed): void {
    const { form, items = [], limitRows } = channel.request
    const { showsTentative } = options
    // Only gets, queries and scans are made live.
    const operation = form.operation as WatchedOperation
    const input: WatchInput = { id, operation, input: form.input, limitRows, showsTentative }
    this.#send('tidetable:watch', input, items)
  }

  /** Sends what has no answer of its own: what comes of it comes with the news, and so does the loss of the worker. */
  #send<Name extends keyof WorkerOperations>(
    operation: Name,
    input: WorkerOperations[Name],
    items: Prepared['items'] = [],
  ): void {
    this.#session
      .call(
        () => ({ form: { operation, input, rows: 'packed' }, items }),
        () => undefined,
      )
      .catch(() => undefined)
  }

  /** Taken in before the answers settle that news comes with, so that a write that has settled is shown. */
  take(news: WireNews): void {
    this.#received.push(news)
    if (this.#received.length === 1) this.#takeReceived()
  }

  #takeReceived(): void {
    for (let news = this.#received[0]; news !== undefined; news = this.#received[0]) {
      const taken = this.#takeOne(news)
      if (taken instanceof Promise) {
        void taken.then(() => {
          this.#received.shift()
          this.#takeReceived()
        })
        return
      }
      this.#received.shift()
    }
  }

  /** The next worker is asked for every result. */
  askAnew(): void {
    for (const followed of this.#byId.values()) {
      followed.options.onRight?.(false)
      this.#watch(followed)
    }
  }

  fail(error: unknown): void {
    this.#fail([...this.#byId.values()], error)
  }

  #takeOne({ updates, failures, isEnded }: WireNews): MaybePromise<void> {
    if (isEnded) {
      this.close()
      return
    }
    const pacer = createPacer(this.#clock)
    const changed: Followed[] = []
    const takeUpdate = (update: WireWatchUpdate): MaybePromise<void> => {
      // News of what was given up meanwhile is nobody's.
      const followed = this.#byId.get(update.id)
      return (
        followed &&
        after(followed.channel.take(update, pacer), (hasChanged) => {
          if (hasChanged) changed.push(followed)
          followed.options.onRight?.(update.isWhole)
        })
      )
    }
    return after(eachInOrder(updates, takeUpdate), () => {
      for (const { id, error } of failures) {
        const followed = this.#byId.get(id)
        if (followed !== undefined) this.#fail([followed], decodeError(error))
      }
      for (const { channel, listeners } of changed) {
        // Whoever subscribes meanwhile is told by that.
        const present = [...listeners]
        for (const { next } of present) tellListener(() => next(channel.result))
      }
    })
  }

  #fail(all: readonly Followed[], error: unknown): void {
    for (const followed of all) {
      this.#forget(followed)
      followed.linger?.cancel()
      for (const listener of followed.listeners) tellListener(() => listener.error(error))
      followed.listeners.clear()
    }
  }
}
