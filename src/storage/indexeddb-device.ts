// The log, the pages and the manifest in one IndexedDB database: object stores `log`, `pages` and `meta`, version 1
// for ever (DESIGN: an upgrade can never be blocked). Law 4: inside a transaction nothing is awaited but its requests;
// all of a transaction's requests are issued in the task that opens it, which Safari insists on.

import { openDB, unwrap } from 'idb'
import { assert } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Random } from '../base/random.ts'
import { beginBrowserLog, dataLossOf, hasLevelDb } from './browser-log.ts'
import type { DataLoss } from './contract.ts'
import { databaseNameOf } from './database-name.ts'
import { corrupt } from './corruption.ts'
import type { AppendOutcome, AppendRequest, Durability, LogDevice, LogStretch, PageRange } from './log-device.ts'

/** Where and how to open. */
export interface IndexedDbDeviceOptions {
  /** The name the app gave its database. */
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Called when the database is being deleted, or was deleted behind our back; the device is then closed for good. */
  readonly onDeleted?: () => void
}

/** How often a lost connection is opened again for one step. */
export const MAX_REOPENS = 3
/** How long opening may take; another tab or a stuck browser process may never answer. */
export const OPEN_TIMEOUT_MS = 10_000
/** Parts of one record lie between its sequence number and the next, so a record has at most this many. */
export const MAX_PARTS_PER_RECORD = 4096
/** The version of the IndexedDB database. It never changes: the logical format has its own number. */
const PHYSICAL_VERSION = 1
/** Key in `log` of the floor: the sequence number up to which records were cut. */
const FLOOR_KEY = -1
const MANIFEST_KEY = 'manifest'
/** Key in `meta` of a random number drawn when the database was made. */
const EPOCH_KEY = 'epoch'
/** Key in `meta` of what the browser lost before the database was made; it is there only if it did. */
const DATA_LOSS_KEY = 'data loss'

type StoreName = 'log' | 'pages' | 'meta'
const STORE_NAMES: readonly StoreName[] = ['log', 'pages', 'meta']

/** A device over the browser's IndexedDB. */
export function createIndexedDbDevice(options: IndexedDbDeviceOptions): LogDevice {
  return new IndexedDbDevice(options)
}

class IndexedDbDevice implements LogDevice {
  readonly #options: IndexedDbDeviceOptions
  #connection: IDBDatabase | undefined
  #opening: Promise<IDBDatabase> | undefined
  /** The connection once it may be written to. */
  #writable: IDBDatabase | undefined
  #preparing: Promise<IDBDatabase> | undefined
  #dataLoss: DataLoss | undefined
  #epoch: number | undefined
  #isClosed = false

  constructor(options: IndexedDbDeviceOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    await this.#connect()
  }

  get dataLoss(): DataLoss | undefined {
    return this.#dataLoss
  }

  async append(request: AppendRequest): Promise<AppendOutcome> {
    const { sequence, parts } = request
    assert(parts.length <= MAX_PARTS_PER_RECORD, 'A record of the log has at most 4096 parts.')
    for (let reopens = 0; ; reopens++) {
      const database = this.#writable ?? (await this.#connectToWrite())
      const appending = this.#tryToAppend(database, request, reopens)
      if (appending === undefined) continue
      try {
        return await appending
      } catch (error) {
        if (errorName(error) === 'ConstraintError') return 'taken'
        if (!isLostConnection(error)) throw storageError(error, { sequence, parts: parts.length })
        this.#forget(database)
        return 'unknown'
      }
    }
  }

  readLog({ after, limitParts }: { readonly after: number; readonly limitParts: number }): Promise<LogStretch> {
    return this.#repeat(async (database) => {
      const [floor, parts] = await read(
        database,
        'log',
        (log) => [log.get(FLOOR_KEY), log.getAll(IDBKeyRange.lowerBound(after + 1), limitParts)] as const,
      )
      const found = parts.result as Uint8Array[]
      return { floor: floorOf(floor), parts: found, isEnd: found.length < limitParts }
    })
  }

  cutLog(upTo: number): Promise<void> {
    return this.#repeatWrite((database) =>
      write(database, { store: 'log', durability: 'relaxed' }, (log) => {
        const floor = log.get(FLOOR_KEY)
        floor.onsuccess = () => {
          if (floorOf(floor) >= upTo) return
          log.put(upTo, FLOOR_KEY)
          log.delete(IDBKeyRange.bound(0, upTo + 1, false, true))
        }
        return () => undefined
      }),
    )
  }

  readManifest(): Promise<Uint8Array | undefined> {
    return this.#repeat(async (database) => {
      const [manifest] = await read(database, 'meta', (meta) => [meta.get(MANIFEST_KEY)] as const)
      return manifest.result as Uint8Array | undefined
    })
  }

  changeManifest(change: (present: Uint8Array | undefined) => Uint8Array | undefined): Promise<void> {
    // Strict, because the log behind the manifest is cut afterwards (law 5).
    return this.#repeatWrite((database) =>
      write(database, { store: 'meta', durability: 'strict' }, (meta, abort) => {
        const present = meta.get(MANIFEST_KEY)
        present.onsuccess = () => {
          try {
            const changed = change(present.result as Uint8Array | undefined)
            if (changed !== undefined) meta.put(changed, MANIFEST_KEY)
          } catch (error) {
            abort(error)
          }
        }
        return () => undefined
      }),
    )
  }

  readPages(ranges: readonly PageRange[]): Promise<(Uint8Array | undefined)[][]> {
    return this.#repeat(async (database) => {
      const requests = await read(database, 'pages', (pages) =>
        ranges.map(({ first, count }) =>
          count === 1 ? pages.get(first) : pages.getAll(IDBKeyRange.bound(first, first + count - 1)),
        ),
      )
      return ranges.map(({ count }, index) => {
        const result = requests[index]?.result as Uint8Array | undefined | Uint8Array[]
        if (!Array.isArray(result)) return [result]
        // A range with holes belongs to a run that was deleted: which of its pages are left does not matter.
        return result.length === count ? result : Array.from({ length: count }, () => undefined)
      })
    })
  }

  writePages(first: number, pages: readonly Uint8Array[]): Promise<void> {
    return this.#repeatWrite((database) =>
      write(database, { store: 'pages', durability: 'relaxed' }, (store) => {
        for (const [index, page] of pages.entries()) store.put(page, first + index)
        return () => undefined
      }),
    )
  }

  deletePages({ first, count }: PageRange): Promise<void> {
    return this.#repeatWrite((database) =>
      write(database, { store: 'pages', durability: 'relaxed' }, (store) => {
        store.delete(IDBKeyRange.bound(first, first + count - 1))
        return () => undefined
      }),
    )
  }

  listPageGroups(groupPages: number): Promise<number[]> {
    return this.#repeat(
      (database) =>
        new Promise((resolve, reject) => {
          const transaction = database.transaction('pages', 'readonly')
          const groups: number[] = []
          const request = transaction.objectStore('pages').openKeyCursor()
          request.onsuccess = () => {
            const cursor = request.result
            if (cursor === null) return resolve(groups)
            const group = Math.floor((cursor.key as number) / groupPages)
            groups.push(group)
            cursor.continue((group + 1) * groupPages)
          }
          transaction.onabort = () => reject(transaction.error ?? lostConnection())
        }),
    )
  }

  async close(): Promise<void> {
    const database = this.#connection
    this.#isClosed = true
    this.#disconnect()
    if (database === undefined) return
    await endOfTransactions(database)
    database.close()
  }

  /** Runs a step that may be repeated, on a new connection if the present one is lost. */
  #repeat<T>(step: (database: IDBDatabase) => Promise<T>): Promise<T> {
    return this.#repeatOn(() => this.#connection ?? this.#connect(), step)
  }

  #repeatWrite(step: (database: IDBDatabase) => Promise<void>): Promise<void> {
    return this.#repeatOn(() => this.#writable ?? this.#connectToWrite(), step)
  }

  async #repeatOn<T>(
    connect: () => MaybePromise<IDBDatabase>,
    step: (database: IDBDatabase) => Promise<T>,
  ): Promise<T> {
    for (let reopens = 0; ; reopens++) {
      const connecting = connect()
      const database = connecting instanceof Promise ? await connecting : connecting
      try {
        return await step(database)
      } catch (error) {
        if (!isLostConnection(error) || reopens === MAX_REOPENS) throw storageError(error, { reopens })
        this.#forget(database)
      }
    }
  }

  /** Undefined when the transaction could not even be opened: nothing has happened, and it may be tried again. */
  #tryToAppend(database: IDBDatabase, request: AppendRequest, reopens: number): Promise<AppendOutcome> | undefined {
    try {
      return appendRecord(database, request)
    } catch (error) {
      if (!isLostConnection(error) || reopens === MAX_REOPENS) throw storageError(error, { reopens })
      this.#forget(database)
      return undefined
    }
  }

  #connect(): Promise<IDBDatabase> {
    if (this.#isClosed) return Promise.reject(closedError())
    if (this.#connection !== undefined) return Promise.resolve(this.#connection)
    this.#opening ??= this.#openDatabase().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** A connection whose writes cannot be taken for the rest of one that the browser did not finish. */
  async #connectToWrite(): Promise<IDBDatabase> {
    const database = this.#connection ?? (await this.#connect())
    if (!hasLevelDb()) {
      this.#writable = database
      return database
    }
    this.#preparing ??= this.#prepareToWrite(database).finally(() => {
      this.#preparing = undefined
    })
    return this.#preparing
  }

  async #prepareToWrite(database: IDBDatabase): Promise<IDBDatabase> {
    const { clock, logger } = this.#options
    try {
      await beginBrowserLog(clock)
    } catch (cause) {
      // It makes writes safer, but they are no worse off without it than those of others.
      logger('error', "The browser's log could not be begun anew.", { cause })
    }
    if (this.#connection === database) this.#writable = database
    return database
  }

  async #openDatabase(): Promise<IDBDatabase> {
    const database = await this.#openInTime()
    database.onversionchange = () => {
      database.close()
      this.#end()
    }
    // The browser closes connections of frozen pages and after crashes of its own; the next step opens a new one.
    database.onclose = () => this.#forget(database)
    const { epoch, dataLoss } = await readIdentity(database).catch((error: unknown) => {
      database.close()
      throw storageError(error, {})
    })
    this.#dataLoss = dataLoss
    if (this.#epoch !== undefined && this.#epoch !== epoch) {
      // Site data was cleared, or the database deleted and made anew: what this worker remembers is of another one.
      database.close()
      this.#end()
    }
    this.#epoch = epoch
    if (this.#isClosed) {
      database.close()
      throw closedError()
    }
    this.#connection = database
    return database
  }

  #openInTime(): Promise<IDBDatabase> {
    const { name, clock, random, logger } = this.#options
    if (typeof indexedDB === 'undefined') {
      return Promise.reject(new DatabaseError('StorageUnavailable', 'There is no IndexedDB here.'))
    }
    return new Promise((resolve, reject) => {
      let isLate = false
      const timer = clock.after(OPEN_TIMEOUT_MS, () => {
        isLate = true
        const data = { name, timeoutMs: OPEN_TIMEOUT_MS }
        reject(new DatabaseError('StorageUnavailable', 'IndexedDB did not open the database in time.', { data }))
      })
      const opening = openDB(databaseNameOf(name), PHYSICAL_VERSION, {
        upgrade(database, ...[, , , event]) {
          database.createObjectStore('log')
          database.createObjectStore('pages')
          const meta = database.createObjectStore('meta')
          void meta.put(random.uint32(), EPOCH_KEY)
          const dataLoss = dataLossOf(event, clock.now())
          if (dataLoss === undefined) return
          void meta.put(dataLoss, DATA_LOSS_KEY)
          logger('error', 'The browser found the data of this origin damaged, and has removed all of it.', {
            ...dataLoss,
          })
        },
      })
      opening.then(
        (wrapped) => {
          timer.cancel()
          const database = unwrap(wrapped)
          if (isLate) database.close()
          else resolve(database)
        },
        (cause: unknown) => {
          timer.cancel()
          reject(openError(cause, name))
        },
      )
    })
  }

  /** Lets go of a connection that no longer answers. */
  #forget(database: IDBDatabase): void {
    if (this.#connection === database) this.#disconnect()
    database.close()
  }

  /** The database is gone: it must not be made anew by a worker that remembers the old one. */
  #end(): void {
    this.#isClosed = true
    this.#disconnect()
    this.#options.onDeleted?.()
  }

  #disconnect(): void {
    this.#connection = undefined
    this.#writable = undefined
  }
}

/**
 * Compare-and-append. It is safe although the floor's answer comes too late to abort: an add that succeeds under a
 * sequence number that was cut leaves bytes below the floor, where nobody reads. If the number is free and not cut it
 * was never used, so it is the next one.
 *
 * Asking for the commit at once spares a round trip between the worker and the browser's process, a quarter of the
 * time. Symptom: in Firefox 153 the transaction then completes although a request has failed. Cause, as far
 * as seen from outside: it leaves out the check for failed requests that the specification has there. So this is done with one request only, whose own outcome
 * is looked at. https://w3c.github.io/IndexedDB/#commit-a-transaction
 */
function appendRecord(database: IDBDatabase, request: AppendRequest): Promise<AppendOutcome> {
  const { sequence, parts, durability } = request
  const [first] = parts
  assert(first !== undefined, 'A record of the log has at least one part.')
  return write(database, { store: 'log', durability, commitsAtOnce: parts.length === 1 }, (log) => {
    const floor = log.get(FLOOR_KEY)
    const added = log.add(first, sequence)
    for (let index = 1; index < parts.length; index++) log.add(parts[index], sequence + index / MAX_PARTS_PER_RECORD)
    return () => {
      if (added.error) throw added.error
      return floorOf(floor) >= sequence ? 'cut' : 'appended'
    }
  })
}

interface WriteOptions {
  readonly store: StoreName
  readonly durability: Durability
  /** Whether to ask for the commit without waiting for the requests. `issue` then looks at their errors itself. */
  readonly commitsAtOnce?: boolean
}

/**
 * Runs one readwrite transaction. `issue` makes its first requests at once; the promise resolves with what the
 * function that it returns gives once the transaction has completed (law 2), and rejects with the cause of an abort.
 *
 * @throws DOMException at once when the transaction cannot be opened
 */
function write<T>(
  database: IDBDatabase,
  { store, durability, commitsAtOnce = false }: WriteOptions,
  issue: (store: IDBObjectStore, abort: (error: unknown) => void) => () => T,
): Promise<T> {
  const transaction = database.transaction(store, 'readwrite', { durability })
  return new Promise((resolve, reject) => {
    let failure: Error | undefined
    const result = issue(transaction.objectStore(store), (error) => {
      failure = error instanceof Error ? error : new Error('The change failed.', { cause: error })
      transaction.abort()
    })
    transaction.oncomplete = () => {
      try {
        resolve(result())
      } catch (error) {
        reject(error)
      }
    }
    transaction.onabort = () => reject(failure ?? transaction.error ?? lostConnection())
    if (commitsAtOnce) transaction.commit()
  })
}

/**
 * Runs one readonly transaction whose requests `issue` makes at once and returns; resolves when all have succeeded,
 * which is earlier than the transaction's end.
 */
function read<Requests extends readonly IDBRequest[]>(
  database: IDBDatabase,
  store: StoreName,
  issue: (store: IDBObjectStore) => Requests,
): Promise<Requests> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, 'readonly')
    const requests = issue(transaction.objectStore(store))
    const last = requests.at(-1)
    assert(last !== undefined, 'A transaction has at least one request.')
    last.onsuccess = () => resolve(requests)
    transaction.onabort = () => reject(transaction.error ?? lostConnection())
  })
}

/**
 * Resolves when every transaction of a connection has ended: one over all stores waits for those before it.
 *
 * Symptom: in WebKitGTK 2.50 a database cannot be deleted any more, nor its version changed, until the page is gone. Cause:
 * `read` resolves with its requests, before the transaction's end, and a worker that is terminated in between leaves
 * its connection open behind it, closed or not. https://w3c.github.io/IndexedDB/#transaction-scheduling
 */
function endOfTransactions(database: IDBDatabase): Promise<void> {
  return new Promise((resolve, reject) => {
    try {
      const transaction = database.transaction(STORE_NAMES, 'readwrite')
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => resolve()
    } catch (error) {
      // The browser has closed the connection already, and its transactions with it.
      if (isLostConnection(error)) resolve()
      else reject(error)
    }
  })
}

/** For aborts that nobody asked for and that have no cause of their own. */
function lostConnection(): DOMException {
  return new DOMException('The transaction was aborted.', 'AbortError')
}

/** Which database this is, and what it was made in place of. */
async function readIdentity(database: IDBDatabase): Promise<{ epoch: number; dataLoss: DataLoss | undefined }> {
  const [dataLoss, epoch] = await read(
    database,
    'meta',
    (meta) => [meta.get(DATA_LOSS_KEY), meta.get(EPOCH_KEY)] as const,
  )
  if (typeof epoch.result !== 'number') throw corrupt('The database has no epoch.', { name: database.name })
  return { epoch: epoch.result, dataLoss: dataLoss.result as DataLoss | undefined }
}

function floorOf(request: IDBRequest): number {
  const floor = request.result as unknown
  return typeof floor === 'number' ? floor : 0
}

function errorName(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : ''
}

/**
 * Whether a new connection may help.
 * Symptom: InvalidStateError from a connection that was open, UnknownError or AbortError from transactions nobody
 * aborted. Cause: browsers close connections when their storage process restarts or the page was frozen or suspended.
 */
function isLostConnection(error: unknown): boolean {
  const name = errorName(error)
  return name === 'InvalidStateError' || name === 'UnknownError' || name === 'AbortError' || name === 'TimeoutError'
}

function storageError(cause: unknown, data: Readonly<Record<string, number>>): DatabaseError {
  if (cause instanceof DatabaseError) return cause
  const reason = errorName(cause)
  if (reason === 'QuotaExceededError') {
    return new DatabaseError('StorageFull', "The origin's storage quota is used up.", { cause, data })
  }
  return new DatabaseError('StorageFailed', `IndexedDB failed: ${reason}.`, { cause, data: { ...data, reason } })
}

function openError(cause: unknown, name: string): DatabaseError {
  const reason = errorName(cause)
  const data = { name, reason }
  if (reason === 'VersionError') {
    return new DatabaseError('UnknownFormat', 'The database was written by a newer version of Tidetable.', {
      cause,
      data,
    })
  }
  return new DatabaseError('StorageUnavailable', `IndexedDB did not open the database: ${reason}.`, { cause, data })
}

function closedError(): DatabaseError {
  return new DatabaseError('StorageClosed', 'The database is closed.')
}
