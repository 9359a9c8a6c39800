// The page's side of one worker, for as long as that worker lives: sends batches, settles their calls, and notices when
// the worker has died. Comlink by itself never settles a call to a worker that is gone, hence three signs of death:
//
// 1. The worker holds a Web Lock for life and the page queues for it: the browser grants it when the worker has ended,
//    however it ended. This sign is exact.
// 2. A message that cannot be read (`messageerror`), or an `error` event before the worker has started.
// 3. A call that passed its time limit, followed by a ping that is not answered: the worker hangs. It is ended first,
//    so that what it was doing cannot go on beside its successor. Where there are no Web Locks this sign has to do.

import { proxy, type Remote, wrap } from 'comlink'
import { assert } from '../base/assert.ts'
import type { Clock, Timer } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import { type PackedCursor, readSizedView, readVarint } from '../model/packed-format.ts'
import { createDictionary, type GrowableDictionary, PackedItem } from '../model/packed-item.ts'
import { HOLE, replaceObjects } from './holes.ts'
import { type GatheredBatch, isRead, isUnlimited, type PendingCall } from './pending-call.ts'
import type {
  CallBatch,
  EraseRequest,
  OpenRequest,
  RemoteLogger,
  Settlements,
  WireNews,
  WorkerDoor,
} from './protocol.ts'
import type { PageDoor } from './sync-protocol.ts'
import { transferItems } from './transfer-items.ts'
import { decodeError } from './wire-error.ts'

/** How long a worker's script may take to load and answer. */
export const SCRIPT_LIMIT_MS = 15_000
/** How long opening or deleting the database may take; storage has tighter limits of its own. */
export const START_LIMIT_MS = 60_000
/** How long a worker may take to answer a ping after a call has passed its limit. */
export const PING_LIMIT_MS = 5_000

/** Time limit of what has none of its own: a worker that has not ended by then hangs. */
const UNLIMITED_MS: number = 60 * 60 * 1000
const NO_BYTES = new Uint8Array(0)

/** The part of a Worker that a link uses. */
export interface WorkerEndpoint {
  postMessage(message: unknown, transfer?: Transferable[]): void
  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject): void
  terminate(): void
}

/** What a link is made of. */
export interface WorkerLinkOptions {
  readonly worker: WorkerEndpoint
  /** The page's own dictionary; the worker is told of names as they come. */
  readonly dictionary: GrowableDictionary
  readonly clock: Clock
  readonly locks: LockManager | undefined
  readonly callTimeoutMs: number
  readonly logger: Logger
  /** Asked by the worker of a database that replicates. */
  readonly page?: PageDoor | undefined
  /** Called with news of live results, before the calls settle that they came with. */
  readonly onNews: (news: WireNews) => void
  /** Called once, after the worker has ended, with the batches that it left behind. */
  readonly onLost: (batches: readonly GatheredBatch[], why: string) => void
}

/** One worker. Starts with `start`, ends with `end` or when the worker is lost. */
export class WorkerLink {
  readonly #options: WorkerLinkOptions
  readonly #door: Remote<WorkerDoor>
  readonly #deliver: Remote<WorkerDoor>['deliver']
  readonly #ended = new AbortController()
  readonly #open = new Map<number, { readonly batch: GatheredBatch; readonly timer: Timer }>()
  readonly #dictionaries = new Map<number, GrowableDictionary>()
  #namesTold = 0
  #batches = 0
  #failStart: ((error: DatabaseError) => void) | undefined

  constructor(options: WorkerLinkOptions) {
    this.#options = options
    const { worker } = options
    worker.addEventListener('error', (event) => this.#onError(event))
    worker.addEventListener('messageerror', () => this.#lose('it sent a message that cannot be read'))
    this.#door = wrap<WorkerDoor>(worker)
    // One proxy for all calls: Comlink makes and registers a new one at each property access.
    this.#deliver = this.#door.deliver
  }

  /**
   * Sends the first request.
   *
   * @throws DatabaseError `WorkerUnavailable` when the worker does not start; what opening or deleting throws
   */
  async start(request: OpenRequest | EraseRequest): Promise<void> {
    const { clock, logger, page } = this.#options
    const timers: Timer[] = []
    const failed = new Promise<never>((_resolve, reject) => {
      this.#failStart = reject
      const limit = (delayMs: number, what: string): Timer =>
        clock.after(delayMs, () => reject(unavailable(`it did not ${what} within ${delayMs} ms`)))
      timers.push(limit(SCRIPT_LIMIT_MS, 'answer'), limit(START_LIMIT_MS, 'open the database'))
    })
    try {
      void this.#door.ping().then(() => timers[0]?.cancel())
      const answer = await Promise.race([
        this.#door.start(request, remoteLogger(logger), page && remotePage(page)),
        failed,
      ])
      if (!answer.ok) throw decodeError(answer.error)
      this.#watch(answer.value.lockName)
    } catch (error) {
      this.end()
      throw error
    } finally {
      this.#failStart = undefined
      for (const timer of timers) timer.cancel()
    }
  }

  /** Sends a batch. Its calls settle, or come back through `onLost`. */
  send(batch: GatheredBatch): void {
    const { clock, callTimeoutMs, dictionary } = this.#options
    const number = ++this.#batches
    const calls = batch.calls.map((call) => call.form)
    const limitMs = calls.some(isUnlimited) ? UNLIMITED_MS : callTimeoutMs
    const timer = clock.after(limitMs, () => void this.#expire(batch))
    this.#open.set(number, { batch, timer })
    const newNames = dictionary.names.slice(this.#namesTold)
    this.#namesTold = dictionary.names.length
    const message: CallBatch = { number, calls, hole: HOLE, items: batch.items, newNames }
    // Reads may have to be sent again to another worker, so their bytes stay here.
    const keepsItems = calls.some(isRead)
    this.#exchange(number, batch, keepsItems ? message : transferItems(message)).catch((error: unknown) => {
      this.#forget(number)
      for (const call of batch.calls) call.reject(error)
    })
  }

  /** Ends the worker. Nothing is reported. */
  end(): void {
    this.#ended.abort()
    this.#options.worker.terminate()
    for (const { timer } of this.#open.values()) timer.cancel()
  }

  async #exchange(number: number, batch: GatheredBatch, message: CallBatch): Promise<void> {
    let settlements = await this.#deliver(message)
    while (settlements.remaining > 0) {
      this.#settle(batch, settlements)
      settlements = await this.#door.rest(number)
    }
    this.#forget(number)
    this.#settle(batch, settlements)
  }

  #forget(number: number): void {
    this.#open.get(number)?.timer.cancel()
    this.#open.delete(number)
  }

  #settle(batch: GatheredBatch, settlements: Settlements): void {
    const { indexes, outputs, failures, hole } = settlements
    this.#learnNames(settlements)
    const cursor: PackedCursor = { bytes: settlements.items ?? NO_BYTES, at: 0 }
    const fill = (candidate: object): PackedItem | undefined => {
      if (candidate !== hole) return undefined
      const dictionary = this.#dictionaries.get(readVarint(cursor))
      assert(dictionary !== undefined, 'The worker has told the names of every dictionary that it uses.')
      return new PackedItem(readSizedView(cursor), dictionary)
    }
    if (settlements.news !== undefined) this.#options.onNews(replaceObjects(settlements.news, fill) as WireNews)
    for (let at = 0; at < indexes.length; at++) {
      const call = batch.calls[indexes[at] as number] as PendingCall
      const output = call.form.rows === 'packed' ? replaceObjects(outputs[at], fill) : outputs[at]
      call.resolve(output)
    }
    for (const { index, error } of failures) {
      batch.calls[index]?.reject(decodeError(error))
    }
  }

  #learnNames({ dictionaries, forgetDictionaries }: Settlements): void {
    if (forgetDictionaries) this.#dictionaries.clear()
    for (const { id, newNames } of dictionaries) {
      let dictionary = this.#dictionaries.get(id)
      if (dictionary === undefined) this.#dictionaries.set(id, (dictionary = createDictionary()))
      for (const name of newNames) dictionary.add(name)
    }
  }

  /** A batch has passed its time limit. A machine that slept answers the ping after all results that were waiting. */
  async #expire(batch: GatheredBatch): Promise<void> {
    const { clock, callTimeoutMs } = this.#options
    const timer = clock.after(PING_LIMIT_MS, () => this.#lose('it hangs'))
    await this.#door.ping()
    timer.cancel()
    for (const call of batch.calls) {
      const { operation } = call.form
      const message = `${operation} was not answered within ${callTimeoutMs} ms.`
      call.reject(new DatabaseError('CallTimedOut', message, { data: { operation } }))
    }
  }

  #watch(lockName: string | undefined): void {
    const { locks } = this.#options
    if (lockName === undefined || locks === undefined) return
    locks
      .request(lockName, { signal: this.#ended.signal }, () => this.#lose('it has ended'))
      .catch((error: unknown) => {
        if (!this.#ended.signal.aborted) this.#options.logger('error', 'The worker cannot be watched.', { error })
      })
  }

  #onError(event: Event): void {
    const { message = 'its script could not be loaded' } = event as Partial<ErrorEvent>
    if (this.#failStart === undefined) {
      this.#options.logger('error', 'Uncaught in the worker.', { message })
      return
    }
    // Whoever opens the database hears of it: the page's own error handler need not.
    event.preventDefault()
    this.#failStart(unavailable(message))
  }

  #lose(why: string): void {
    if (this.#ended.signal.aborted) return
    this.end()
    this.#options.onLost(
      Array.from(this.#open.values(), ({ batch }) => batch),
      why,
    )
  }
}

/** Comlink marks the function it proxies, so that it gets one of its own. */
function remoteLogger(logger: Logger): RemoteLogger | undefined {
  if (logger === silentLogger) return undefined
  const forward: RemoteLogger = (level, message, facts) => logger(level, message, facts)
  return proxy(forward)
}

function remotePage(page: PageDoor): PageDoor {
  const forward: PageDoor = (request, input) => page(request, input)
  return proxy(forward)
}

function unavailable(why: string): DatabaseError {
  return new DatabaseError('WorkerUnavailable', `The database's worker could not be started: ${why}.`)
}
