// The page's way to the engine, across the lives of several workers: gathers the calls of one microtask into one
// message, starts a new worker when one is lost, and asks it again what may be asked twice.
//
// Obligations: every call settles (law 10). A write is never sent twice: it is rejected with `WorkerLost` when the
// worker died with it, and waits for the next worker when it had not been sent yet. A read is asked again once.

import { ByteWriter } from '../base/byte-writer.ts'
import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'
import { createDictionary, type GrowableDictionary } from '../model/packed-item.ts'
import { type GatheredBatch, isLongPoll, isRead, PendingCall, type Prepared } from './pending-call.ts'
import type { CallForm, EraseRequest, OpenRequest, WireNews, WorkerOperations } from './protocol.ts'
import { createRestartLimit, MAX_STARTS_PER_WINDOW, RESTART_WINDOW_MS, type RestartLimit } from './restart-limit.ts'
import type { PageDoor } from './sync-protocol.ts'
import { type WorkerEndpoint, WorkerLink } from './worker-link.ts'

/** Calls that may be under way at once; more are refused. */
export const MAX_PENDING_CALLS = 65_536
/** A batch is closed when it has this many calls, so that settling it stays a short task (law 13) … */
export const MAX_CALLS_PER_BATCH = 1024
/** … or items of this size together. */
export const MAX_BATCH_ITEMS_BYTES: number = 1024 * 1024
/** Workers that may die with a read before the read is given up. */
export const MAX_LOSSES_PER_READ = 2

const NO_BYTES = new Uint8Array(0)

/** What a session opens, and with what. */
export interface SessionOptions {
  readonly request: OpenRequest | EraseRequest
  readonly startWorker: () => WorkerEndpoint
  readonly clock: Clock
  readonly locks: LockManager | undefined
  readonly logger: Logger
  /** Time limit of a call from the moment it is sent, in milliseconds. */
  readonly callTimeoutMs: number
  /** What the worker of a database that replicates asks of the page. */
  readonly page?: PageDoor | undefined
}

/** One open database, seen from the page. */
export class Session {
  /** Items that go to the worker are packed with it. Names it cannot hold travel inside the items. */
  readonly dictionary: GrowableDictionary = createDictionary()
  /** Takes news, before the calls settle that they came with. */
  onNews: ((news: WireNews) => void) | undefined
  /** Told that the database is being closed, while calls can still be made. */
  onClosing: (() => void) | undefined
  /** Told when another worker has taken the place of one that was lost. */
  onRestarted: (() => void) | undefined
  readonly #options: SessionOptions
  readonly #restarts: RestartLimit
  readonly #writer = new ByteWriter()
  /** Calls of this microtask. */
  #gathered: PendingCall[] = []
  /** Batches that wait for a worker. */
  #unsent: GatheredBatch[] = []
  #pendingCalls = 0
  /** One function for all calls. */
  readonly #onSettled = (): void => {
    this.#pendingCalls--
    if (this.#pendingCalls === 0) this.#onIdle?.()
  }
  #link: WorkerLink | undefined
  #isStarting = false
  /** Why calls are refused for good. */
  #refusal: DatabaseError | undefined
  #closed: Promise<void> | undefined
  #isOver = false
  #onIdle: (() => void) | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#restarts = createRestartLimit(options.clock)
  }

  /**
   * Starts the first worker.
   *
   * @throws DatabaseError `WorkerUnavailable`, or why the database could not be opened
   */
  async open(): Promise<void> {
    this.#restarts.tryStart()
    await this.#start()
  }

  /**
   * Makes a call. It travels with the other calls of the same microtask.
   *
   * @param prepare says what to send. Runs at once, so that whatever the caller changes later does not matter; what it
   *   throws rejects the call.
   * @param decode makes the result of the output, in which PackedItem instances stand for items
   * @throws DatabaseError `StorageClosed`, `StorageOverloaded`, `WorkerLost`, `WorkerUnavailable`, `CallTimedOut`
   */
  call<T>(prepare: () => Prepared, decode: (output: unknown) => T): Promise<T> {
    return this.#refusal === undefined ? this.#enqueue(prepare, decode) : Promise.reject(this.#refusal)
  }

  /** What it was made with. */
  get options(): SessionOptions {
    return this.#options
  }

  /** Waits for the calls made so far, closes the database and ends the worker. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#shutDown()
    return this.#closed
  }

  async #shutDown(): Promise<void> {
    this.onClosing?.()
    this.#refusal ??= new DatabaseError('StorageClosed', 'The database has been closed.')
    if (this.#pendingCalls > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    const operation: keyof WorkerOperations = 'tidetable:close'
    try {
      const form: CallForm = { operation, input: undefined, rows: 'attribute-values' }
      if (this.#link !== undefined) await this.#enqueue(() => ({ form }), ignoreOutput)
    } catch (error) {
      // What has been acknowledged is durable: a worker that dies on the way out has lost nothing.
      if (!(error instanceof DatabaseError && error.code === 'WorkerLost')) throw error
    } finally {
      this.#isOver = true
      this.#link?.end()
      this.#link = undefined
    }
  }

  #enqueue<T>(prepare: () => Prepared, decode: (output: unknown) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#pendingCalls >= MAX_PENDING_CALLS) throw overloaded()
      const { form, items } = prepare()
      // What `decode` makes is what `resolve` takes.
      const call = new PendingCall(form, {
        decode,
        resolve: resolve as (result: unknown) => void,
        reject,
        onSettled: this.#onSettled,
      })
      this.#pendingCalls++
      call.itemsStart = this.#writer.sizeBytes
      if (items !== undefined) this.#writeItems(items)
      this.#gather(call)
    })
  }

  #writeItems(items: readonly Uint8Array[]): void {
    for (const bytes of items) {
      this.#writer.varint(bytes.length)
      this.#writer.bytes(bytes)
    }
  }

  /** Adds a call whose items have been written. */
  #gather(call: PendingCall): void {
    const travelsAlone = isLongPoll(call.form)
    if (travelsAlone) this.#flush()
    if (this.#gathered.length === 0) queueMicrotask(() => this.#flush())
    call.itemsEnd = this.#writer.sizeBytes
    this.#gathered.push(call)
    const isFull = this.#gathered.length >= MAX_CALLS_PER_BATCH || call.itemsEnd >= MAX_BATCH_ITEMS_BYTES
    if (isFull || travelsAlone) this.#flush()
  }

  #flush(): void {
    if (this.#gathered.length > 0) {
      const items = this.#writer.sizeBytes > 0 ? this.#writer.take() : undefined
      this.#unsent.push({ calls: this.#gathered, items })
      this.#gathered = []
    }
    if (this.#link !== undefined) this.#sendAll(this.#link)
    else if (!this.#isStarting) void this.#restart()
  }

  #sendAll(link: WorkerLink): void {
    for (const batch of this.#unsent) link.send(batch)
    this.#unsent = []
  }

  async #start(): Promise<void> {
    const { request, ...shared } = this.#options
    this.#isStarting = true
    try {
      const link: WorkerLink = new WorkerLink({
        ...shared,
        worker: this.#startWorker(),
        dictionary: this.dictionary,
        onNews: (news) => this.onNews?.(news),
        onLost: (batches, why) => this.#onLost(batches, why),
      })
      await link.start(request)
      if (this.#isOver) link.end()
      else this.#link = link
    } finally {
      this.#isStarting = false
    }
  }

  #startWorker(): WorkerEndpoint {
    try {
      return this.#options.startWorker()
    } catch (cause) {
      throw new DatabaseError('WorkerUnavailable', "The database's worker could not be started.", { cause })
    }
  }

  async #restart(): Promise<void> {
    try {
      if (this.#refusal !== undefined) throw this.#refusal
      if (!this.#restarts.tryStart()) throw tooManyStarts()
      await this.#start()
      this.onRestarted?.()
      this.#flush()
    } catch (error) {
      const unsent = this.#unsent
      this.#unsent = []
      for (const batch of unsent) for (const call of batch.calls) call.reject(error)
    }
  }

  #onLost(batches: readonly GatheredBatch[], why: string): void {
    this.#link = undefined
    const { logger, request } = this.#options
    logger('error', 'The worker has been lost.', { why })
    if (request.kind === 'open' && request.storage === 'memory') this.#refusal ??= lost(why)
    for (const batch of batches) for (const call of batch.calls) if (!call.isSettled) this.#retry(call, batch, why)
    if (this.#refusal === undefined && this.#gathered.length === 0) void this.#restart()
  }

  #retry(call: PendingCall, batch: GatheredBatch, why: string): void {
    call.losses++
    if (this.#refusal !== undefined || !isRead(call.form) || call.losses >= MAX_LOSSES_PER_READ) {
      call.reject(lost(why, call.form.operation))
      return
    }
    const { items = NO_BYTES } = batch
    const bytes = items.subarray(call.itemsStart, call.itemsEnd)
    call.itemsStart = this.#writer.sizeBytes
    this.#writer.bytes(bytes)
    this.#gather(call)
  }
}

function ignoreOutput(): void {}

function lost(why: string, operation?: string): DatabaseError {
  const message = `The database's worker was lost: ${why}.`
  return new DatabaseError('WorkerLost', message, operation === undefined ? {} : { data: { operation } })
}

function overloaded(): DatabaseError {
  const message = `More than ${MAX_PENDING_CALLS} calls are under way.`
  return new DatabaseError('StorageOverloaded', message, { data: { limit: MAX_PENDING_CALLS } })
}

function tooManyStarts(): DatabaseError {
  const message = `The database's worker was lost ${MAX_STARTS_PER_WINDOW} times within ${RESTART_WINDOW_MS} ms.`
  return new DatabaseError('WorkerUnavailable', message)
}
