// The log in one IndexedDB database, the pages and the manifest in another, each with one object store, version 1 for ever
// (an upgrade can never be blocked). Law 4: inside a transaction nothing is awaited but its requests; all of a
// transaction's requests are issued in the task that opens it, which Safari insists on.
//
// Why two databases (law 15). Symptom: a Chromium that is killed while two transactions write to two object stores of one
// database empties IndexedDB for the whole origin at its next start. Cause: each has noted the locks that it holds, on its
// store and on the database; when they are to be taken back, both locks on the database are asked for exclusively, and
// Chromium takes the conflict for damage ("Invalid locks on disk", LevelDBScopes::Initialize). With one object store in a
// database its writing transactions come one after another.

import { openDB, unwrap } from 'idb'
import { assert } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Random } from '../base/random.ts'
import { beginBrowserLog, dataLossOf, isChromium } from './browser-log.ts'
import type { DataLoss } from './contract.ts'
import { databaseNameOf, pagesDatabaseNameOf } from './database-name.ts'
import { corrupt } from './corruption.ts'
import { DELETING_KEY, deleteStoredDatabase } from './delete-database.ts'
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
/** Key in the log of the floor: the sequence number up to which records were cut. */
const FLOOR_KEY = -1
/** Key in the log of the epoch of the pages that it belongs to. */
const PAGES_EPOCH_KEY = -2
/** Key in the log of a random number drawn when its database was made. */
const LOG_EPOCH_KEY = -3
/** Key in the log of what the browser lost before its database was made; it is there only if it did. */
const LOG_DATA_LOSS_KEY = -4
/** Key among the pages of the manifest. */
const MANIFEST_KEY = 'manifest'
/** Key among the pages of a random number drawn when their database was made. */
const EPOCH_KEY = 'epoch'
/** Key among the pages of what the browser lost: it tells only the first database that is made afterwards. */
const DATA_LOSS_KEY = 'data loss'
/** Pages have numbers from 0; what else there is among them has a text. */
const FIRST_PAGE_KEY = 0
/** How often opening begins anew behind a deletion. */
const MAX_DELETIONS = 3

/** The databases, each called like the one object store in it. */
interface Connection {
  readonly log: IDBDatabase
  readonly pages: IDBDatabase
}

type StoreName = keyof Connection

/** A device over the browser's IndexedDB. */
export function createIndexedDbDevice(options: IndexedDbDeviceOptions): LogDevice {
  return new IndexedDbDevice(options)
}

class IndexedDbDevice implements LogDevice {
  readonly #options: IndexedDbDeviceOptions
  #connection: Connection | undefined
  #opening: Promise<Connection> | undefined
  /** The connection once it may be written to. */
  #writable: Connection | undefined
  #preparing: Promise<Connection> | undefined
  #dataLoss: DataLoss | undefined
  #epoch: string | undefined
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
      const connection = this.#writable ?? (await this.#connectToWrite())
      const appending = this.#tryToAppend(connection, request, reopens)
      if (appending === undefined) continue
      try {
        return await appending
      } catch (error) {
        if (errorName(error) === 'ConstraintError') return 'taken'
        if (!isLostConnection(error)) throw storageError(error, { sequence, parts: parts.length })
        this.#forget(connection)
        return 'unknown'
      }
    }
  }

  readLog({ after, limitParts }: { readonly after: number; readonly limitParts: number }): Promise<LogStretch> {
    return this.#repeat(async ({ log: database }) => {
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
    return this.#repeatWrite(({ log: database }) =>
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
    return this.#repeat(async ({ pages }) => {
      const [manifest] = await read(pages, 'pages', (store) => [store.get(MANIFEST_KEY)] as const)
      return manifest.result as Uint8Array | undefined
    })
  }

  changeManifest(change: (present: Uint8Array | undefined) => Uint8Array | undefined): Promise<void> {
    // Strict, because the log behind the manifest is cut afterwards (law 5).
    return this.#repeatWrite(({ pages }) =>
      write(pages, { store: 'pages', durability: 'strict' }, (store, abort) => {
        const present = store.get(MANIFEST_KEY)
        present.onsuccess = () => {
          try {
            const changed = change(present.result as Uint8Array | undefined)
            if (changed !== undefined) store.put(changed, MANIFEST_KEY)
          } catch (error) {
            abort(error)
          }
        }
        return () => undefined
      }),
    )
  }

  readPages(ranges: readonly PageRange[]): Promise<(Uint8Array | undefined)[][]> {
    return this.#repeat(async ({ pages }) => {
      const requests = await read(pages, 'pages', (store) =>
        ranges.map(({ first, count }) =>
          count === 1 ? store.get(first) : store.getAll(IDBKeyRange.bound(first, first + count - 1)),
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
    return this.#repeatWrite(({ pages: database }) =>
      write(database, { store: 'pages', durability: 'relaxed' }, (store) => {
        for (const [index, page] of pages.entries()) store.put(page, first + index)
        return () => undefined
      }),
    )
  }

  deletePages({ first, count }: PageRange): Promise<void> {
    return this.#repeatWrite(({ pages }) =>
      write(pages, { store: 'pages', durability: 'relaxed' }, (store) => {
        store.delete(IDBKeyRange.bound(first, first + count - 1))
        return () => undefined
      }),
    )
  }

  listPageGroups(groupPages: number): Promise<number[]> {
    return this.#repeat(
      ({ pages }) =>
        new Promise((resolve, reject) => {
          const transaction = pages.transaction('pages', 'readonly')
          const groups: number[] = []
          const numbers = IDBKeyRange.bound(FIRST_PAGE_KEY, Number.MAX_VALUE)
          const request = transaction.objectStore('pages').openKeyCursor(numbers)
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
    const connection = this.#connection
    this.#isClosed = true
    this.#disconnect()
    if (connection === undefined) return
    const { log, pages } = connection
    await Promise.all([endOfTransactions(log, 'log'), endOfTransactions(pages, 'pages')])
    closeAll(connection)
  }

  /** Runs a step that may be repeated, on a new connection if the present one is lost. */
  #repeat<T>(step: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#repeatOn(() => this.#connection ?? this.#connect(), step)
  }

  #repeatWrite(step: (connection: Connection) => Promise<void>): Promise<void> {
    return this.#repeatOn(() => this.#writable ?? this.#connectToWrite(), step)
  }

  async #repeatOn<T>(
    connect: () => MaybePromise<Connection>,
    step: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    for (let reopens = 0; ; reopens++) {
      const connecting = connect()
      const connection = connecting instanceof Promise ? await connecting : connecting
      try {
        return await step(connection)
      } catch (error) {
        if (!isLostConnection(error) || reopens === MAX_REOPENS) throw storageError(error, { reopens })
        this.#forget(connection)
      }
    }
  }

  /** Undefined when the transaction could not even be opened: nothing has happened, and it may be tried again. */
  #tryToAppend(connection: Connection, request: AppendRequest, reopens: number): Promise<AppendOutcome> | undefined {
    try {
      return appendRecord(connection.log, request)
    } catch (error) {
      if (!isLostConnection(error) || reopens === MAX_REOPENS) throw storageError(error, { reopens })
      this.#forget(connection)
      return undefined
    }
  }

  #connect(): Promise<Connection> {
    if (this.#isClosed) return Promise.reject(closedError())
    if (this.#connection !== undefined) return Promise.resolve(this.#connection)
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** A connection whose writes cannot be taken for the rest of one that the browser did not finish. */
  async #connectToWrite(): Promise<Connection> {
    const connection = this.#connection ?? (await this.#connect())
    if (!isChromium()) {
      this.#writable = connection
      return connection
    }
    this.#preparing ??= this.#prepareToWrite(connection).finally(() => {
      this.#preparing = undefined
    })
    return this.#preparing
  }

  async #prepareToWrite(connection: Connection): Promise<Connection> {
    const { clock, logger } = this.#options
    try {
      await beginBrowserLog(clock)
    } catch (cause) {
      // It makes writes safer, but they are no worse off without it than those of others.
      logger('error', "The browser's log could not be begun anew.", { cause })
    }
    if (this.#connection === connection) this.#writable = connection
    return connection
  }

  async #open(): Promise<Connection> {
    const { name, clock } = this.#options
    for (let deletions = 0; ; deletions++) {
      const connection = await this.#openBoth()
      const identity = await identify(connection).catch((error: unknown) => {
        closeAll(connection)
        throw storageError(error, {})
      })
      const isKnown = this.#epoch !== undefined
      if (identity === 'deleted' && !isKnown && deletions < MAX_DELETIONS) {
        closeAll(connection)
        await deleteStoredDatabase(name, clock)
        continue
      }
      if (identity === 'deleted' || (isKnown && this.#epoch !== identity.epoch)) {
        // Site data was cleared, or the database deleted (and made anew): what this worker remembers is of another one.
        closeAll(connection)
        this.#end()
        throw closedError()
      }
      if (this.#isClosed) {
        closeAll(connection)
        throw closedError()
      }
      this.#epoch = identity.epoch
      this.#dataLoss = identity.dataLoss
      this.#connection = connection
      return connection
    }
  }

  async #openBoth(): Promise<Connection> {
    const { name, clock, random, logger } = this.#options
    const noteLoss = (store: IDBObjectStore, key: IDBValidKey, event: IDBVersionChangeEvent): void => {
      const dataLoss = dataLossOf(event, clock.now())
      if (dataLoss === undefined) return
      store.put(dataLoss, key)
      logger('error', 'The browser found the data of this origin damaged, and has removed all of it.', { ...dataLoss })
    }
    const log = this.#openInTime(databaseNameOf(name), (database, event) => {
      const store = database.createObjectStore('log')
      store.put(random.uint32(), LOG_EPOCH_KEY)
      noteLoss(store, LOG_DATA_LOSS_KEY, event)
    })
    const pages = this.#openInTime(pagesDatabaseNameOf(name), (database, event) => {
      const store = database.createObjectStore('pages')
      store.put(random.uint32(), EPOCH_KEY)
      noteLoss(store, DATA_LOSS_KEY, event)
    })
    const [openedLog, openedPages] = await Promise.allSettled([log, pages])
    if (openedLog.status === 'rejected' || openedPages.status === 'rejected') {
      if (openedLog.status === 'fulfilled') openedLog.value.close()
      if (openedPages.status === 'fulfilled') openedPages.value.close()
      throw openedLog.status === 'rejected' ? openedLog.reason : (openedPages as PromiseRejectedResult).reason
    }
    const connection = { log: openedLog.value, pages: openedPages.value }
    for (const database of [connection.log, connection.pages]) {
      database.onversionchange = () => {
        closeAll(connection)
        this.#end()
      }
      // The browser closes connections of frozen pages and after crashes of its own; the next step opens a new one.
      database.onclose = () => this.#forget(connection)
    }
    return connection
  }

  #openInTime(
    databaseName: string,
    make: (database: IDBDatabase, event: IDBVersionChangeEvent) => void,
  ): Promise<IDBDatabase> {
    const { name, clock } = this.#options
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
      const opening = openDB(databaseName, PHYSICAL_VERSION, {
        upgrade: (database, ...[, , , event]) => make(unwrap(database), event),
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
  #forget(connection: Connection): void {
    if (this.#connection === connection) this.#disconnect()
    closeAll(connection)
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
 * time. Symptom: in Firefox 153 the transaction then completes although a request has failed. Cause, as far as seen from
 * outside: it leaves out the check for failed requests that the specification has there. So outside of Chromium this is done
 * with one request only, whose own outcome is looked at. https://w3c.github.io/IndexedDB/#commit-a-transaction
 */
function appendRecord(database: IDBDatabase, request: AppendRequest): Promise<AppendOutcome> {
  const { sequence, parts, durability } = request
  const [first] = parts
  assert(first !== undefined, 'A record of the log has at least one part.')
  let refusal: DOMException | null = null
  const appended = write(
    database,
    { store: 'log', durability, commitsAtOnce: parts.length === 1 || isChromium() },
    (log) => {
      const floor = log.get(FLOOR_KEY)
      const added = log.add(first, sequence)
      // WebKit and Firefox do not say of an aborted transaction what aborted it if its commit had been asked for.
      added.onerror = () => (refusal = added.error)
      for (let index = 1; index < parts.length; index++) log.add(parts[index], sequence + index / MAX_PARTS_PER_RECORD)
      return () => {
        if (added.error) throw added.error
        return floorOf(floor) >= sequence ? 'cut' : 'appended'
      }
    },
  )
  return appended.catch((error: unknown) => {
    throw refusal ?? error
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
 * Resolves when every transaction of a database has ended: one that may write waits for those before it.
 *
 * Symptom: in WebKitGTK 2.50 a database cannot be deleted any more, nor its version changed, until the page is gone. Cause:
 * `read` resolves with its requests, before the transaction's end, and a worker that is terminated in between leaves
 * its connection open behind it, closed or not. https://w3c.github.io/IndexedDB/#transaction-scheduling
 */
function endOfTransactions(database: IDBDatabase, store: StoreName): Promise<void> {
  return new Promise((resolve, reject) => {
    try {
      const transaction = database.transaction(store, 'readwrite')
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

interface Identity {
  /** Of the two databases: it is another one when either was made anew. */
  readonly epoch: string
  readonly dataLoss: DataLoss | undefined
}

/** Which database this is, and what it was made in place of; `deleted` when its deletion was interrupted. */
async function identify(connection: Connection): Promise<Identity | 'deleted'> {
  const { log, pages } = connection
  const [ofPages, ofLog] = await Promise.all([readPagesIdentity(pages), readLogIdentity(log)])
  const [pagesLoss, deleting, manifest, epoch] = ofPages
  const [logLoss, pagesEpoch, logEpoch] = ofLog
  if (deleting.result === true) return 'deleted'
  if (typeof epoch.result !== 'number' || typeof logEpoch.result !== 'number') {
    throw corrupt('The database has no epoch.', { name: log.name })
  }
  const joined = pagesEpoch.result as number | undefined
  const belongsTo = joined ?? (manifest.result === undefined ? await joinPages(log, epoch.result) : undefined)
  if (belongsTo !== epoch.result) {
    const message = 'The log and the pages of the database do not belong together: one of them was removed.'
    throw corrupt(message, { name: log.name })
  }
  return {
    epoch: `${epoch.result} ${logEpoch.result}`,
    dataLoss: (logLoss.result ?? pagesLoss.result) as DataLoss | undefined,
  }
}

function readPagesIdentity(pages: IDBDatabase): Promise<readonly [IDBRequest, IDBRequest, IDBRequest, IDBRequest]> {
  return read(
    pages,
    'pages',
    (store) =>
      [store.get(DATA_LOSS_KEY), store.get(DELETING_KEY), store.getKey(MANIFEST_KEY), store.get(EPOCH_KEY)] as const,
  )
}

function readLogIdentity(log: IDBDatabase): Promise<readonly [IDBRequest, IDBRequest, IDBRequest]> {
  return read(
    log,
    'log',
    (store) => [store.get(LOG_DATA_LOSS_KEY), store.get(PAGES_EPOCH_KEY), store.get(LOG_EPOCH_KEY)] as const,
  )
}

/** Notes in a new log which pages it belongs to. Answers which it does: another tab may have been first. */
function joinPages(log: IDBDatabase, pagesEpoch: number): Promise<number> {
  return write(log, { store: 'log', durability: 'relaxed' }, (store) => {
    let joined = pagesEpoch
    const present = store.get(PAGES_EPOCH_KEY)
    present.onsuccess = () => {
      if (typeof present.result === 'number') joined = present.result
      else store.put(pagesEpoch, PAGES_EPOCH_KEY)
    }
    return () => joined
  })
}

function closeAll({ log, pages }: Connection): void {
  log.close()
  pages.close()
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
