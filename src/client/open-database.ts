// Opens a database: starts its worker, and sees to it that the declared tables are there.

import { sleep, systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { RawRequest, RawResponse } from '../base/http-message.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import type { ListTablesOutput, OperationName, OperationTypes } from '../model/operations.ts'
import type {
  DatabaseStatistics,
  Durability,
  EraseRequest,
  OpenRequest,
  StorageKind,
  WorkerOperations,
} from '../rpc/protocol.ts'
import { Session } from '../rpc/session.ts'
import type { PageDoor } from '../rpc/sync-protocol.ts'
import { webLocks } from '../rpc/web-locks.ts'
import type { ItemOf, KeyOf, TableDefinition } from './define-table.ts'
import { type CacheStatistics, LiveDoor } from './live.ts'
import { startWorker } from './start-worker.ts'
import type { DatabaseSync, SyncOptions } from './sync-types.ts'
import { createTable, type Table } from './table.ts'
import type { Transaction, TransactOptions } from './transaction-types.ts'

const DEFAULT_CALL_TIMEOUT_MS = 60_000
const MAX_NAME_CHARS = 255
/** How long closing waits for what goes on in the page. */
const CLOSE_PATIENCE_MS = 1000
const DEFAULT_CACHE_BYTES = 4_194_304
const clock = systemClock

/** How the worker of a database is run. */
export interface WorkerOptions {
  /** Starts the app's own worker, whose file imports `tidetable/worker`. By default the package's own. */
  readonly worker?: () => Worker
  /** How long one call may take, in milliseconds. Default 60,000. */
  readonly callTimeoutMs?: number
  /** Receives lines about what goes on in the background. */
  readonly logger?: Logger
}

/** What `openDatabase` takes. */
export interface OpenOptions extends WorkerOptions {
  /** Of the database, in this origin: 1 to 255 characters. */
  readonly name: string
  /** Tables to create where they are missing, with their indexes. */
  readonly tables?: readonly TableDefinition[]
  /** `strict`: a write counts as kept when it has been flushed to the disk. Default `relaxed`, as browsers have it. */
  readonly durability?: Durability
  /** `memory` keeps nothing: for private windows and tests. Default `indexeddb`. */
  readonly storage?: StorageKind
  /**
   * Bytes of items and query results that the page keeps, so that what is read often need not be asked of the worker. Only
   * for reads that are not `consistent`. 0 keeps nothing. Default 4 MiB.
   */
  readonly cacheBytes?: number
  /** Replicates tables with a remote. Loads what does it. */
  readonly sync?: SyncOptions
}

/** How strictly a request of the HTTP protocol is taken. */
export interface HttpOptions {
  /** Whether it must look signed, as servers ask. Default false. */
  readonly requiresSignature?: boolean
}

/** An open database. */
export interface Database {
  readonly name: string
  /** Where its data is. */
  readonly storage: StorageKind

  /** The table of a definition. It costs nothing to ask again. */
  table<Definition extends TableDefinition>(definition: Definition): Table<Definition>

  /**
   * Any operation of the API, with DynamoDB's own input and output.
   *
   * @throws ServiceException as the operation does
   */
  send<Name extends OperationName>(
    operation: Name,
    input: OperationTypes[Name]['input'],
  ): Promise<OperationTypes[Name]['output']>

  /**
   * Answers one request of DynamoDB's HTTP protocol: what a server would answer that any key may use. Its body is parsed
   * in the worker. `tidetable/aws` stands on it.
   *
   * @throws DatabaseError for what has no answer in the protocol, e.g. `StorageFull` or `WorkerLost`
   */
  http(request: RawRequest, options?: HttpOptions): Promise<RawResponse>

  /**
   * Does many things to items of any tables, all of them or none (TransactWriteItems).
   *
   * @example
   * await db.transact((tx) => {
   *   tx.put(orders, order, { if: 'not_exists' })
   *   tx.update(stock, { product: 'tea' }, { add: { left: -1 }, if: expr`left > ${0}` })
   * })
   * @example with items that are read and changed in place
   * await db.transact(async (tx) => {
   *   const from = await tx.get(accounts, { id: 'ann' })
   *   const to = await tx.get(accounts, { id: 'bob' })
   *   if (from === undefined || to === undefined || from.balance < 5) throw new Error('no')
   *   from.balance -= 5
   *   to.balance += 5
   * })
   * @param work asks for the actions, 1 to 100; runs a moment later, and again when others have changed what it has read
   * @returns what `work` returns: a draft, or a list or an object of drafts, as the items that were stored
   * @throws ServiceException TransactionCanceledException with a reason for each action; ValidationException
   * @throws DatabaseError `RaceLost` when others were always first
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
   */
  transact<T>(work: (transaction: Transaction) => T | Promise<T>, options?: TransactOptions): Promise<T>

  /**
   * Items of any tables, all as they were at one moment: 1 to 100, in the order of the reads.
   *
   * @example
   * const [order, customer] = await db.transactGet([orders, orderKey], [customers, { id: 'ann' }])
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
   */
  transactGet<Definitions extends readonly TableDefinition[]>(
    ...reads: { readonly [Index in keyof Definitions]: readonly [Definitions[Index], KeyOf<Definitions[Index]>] }
  ): Promise<{ [Index in keyof Definitions]: ItemOf<Definitions[Index]> | undefined }>

  /** Names of all tables. */
  tables(): Promise<string[]>

  /** Sizes and counts of the worker's engine and store. */
  statistics(): Promise<DatabaseStatistics>

  /** How often the page has answered reads itself. */
  cacheStatistics(): CacheStatistics

  /** Waits for the calls made so far, then ends the worker. Later calls are rejected with `StorageClosed`. */
  close(): Promise<void>
}

/** An open database that is replicated. */
export interface SyncedDatabase extends Database {
  readonly sync: DatabaseSync
}

/**
 * Opens a database, or makes it.
 *
 * @example
 * const db = await openDatabase({ name: 'atlas', tables: [cities] })
 * await db.table(cities).put({ country: 'NL', name: 'Delft', population: 103_659 })
 * @throws DatabaseError `StorageUnavailable`, `WorkerUnavailable`, `UnknownFormat`, `StorageCorrupt`, and
 *   `DefinitionMismatch` when a table is stored with another key or other local indexes than declared
 */
export function openDatabase(options: OpenOptions & { readonly sync: SyncOptions }): Promise<SyncedDatabase>
export function openDatabase(options: OpenOptions): Promise<Database>
export async function openDatabase(options: OpenOptions): Promise<Database | SyncedDatabase> {
  const { name, tables = [], storage = 'indexeddb', durability = 'relaxed', cacheBytes = DEFAULT_CACHE_BYTES } = options
  const sync = options.sync && (await import('./page-sync.ts')).prepareSync(name, options.sync)
  const settings = sync && { sync: sync.settings }
  if (storage === 'indexeddb') warmUpStorage()
  const session = createSession({ kind: 'open', name, storage, durability, ...settings }, options, sync?.page)
  await session.open()
  const closing = new Set<() => unknown>()
  const database = createDatabase(session, { name, storage }, { cacheBytes, closing })
  try {
    if (tables.length > 0) await ask(session, 'tidetable:ensure-tables', tables)
    if (sync !== undefined) return { ...database, sync: await sync.begin(session, closing) }
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

/**
 * Deletes a database with everything in it.
 *
 * @throws DatabaseError `StorageUnavailable` when another tab keeps it open, `WorkerUnavailable`
 */
export async function deleteDatabase(name: string, options: WorkerOptions = {}): Promise<void> {
  const session = createSession({ kind: 'erase', name }, options)
  await session.open()
  await session.close()
}

/**
 * Has the browser open the storage of this origin while the worker starts, so that the worker finds it open. In a Chromium
 * that has just started this takes 60 ms. What can go wrong the worker will meet, and tell.
 */
function warmUpStorage(): void {
  if (typeof indexedDB === 'undefined' || !('databases' in indexedDB)) return
  indexedDB.databases().catch(() => undefined)
}

function createSession(request: OpenRequest | EraseRequest, options: WorkerOptions, page?: PageDoor): Session {
  const { name } = request
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARS) {
    const message = `A database's name is a text of 1 to ${MAX_NAME_CHARS} characters.`
    throw new DatabaseError('InvalidOption', message, { data: { option: 'name' } })
  }
  const { worker, callTimeoutMs = DEFAULT_CALL_TIMEOUT_MS, logger = silentLogger } = options
  const start = worker ?? (() => startWorker(name))
  return new Session({ request, startWorker: start, clock, locks: webLocks(), logger, callTimeoutMs, page })
}

interface DatabaseParts {
  readonly cacheBytes: number
  /** What is called when the database is closed; promises are waited for a while. */
  readonly closing: Set<() => unknown>
}

function createDatabase(
  session: Session,
  facts: Pick<Database, 'name' | 'storage'>,
  { cacheBytes, closing }: DatabaseParts,
): Database {
  const live = new LiveDoor(session, clock, cacheBytes)
  closing.add(() => live.close())
  return {
    ...facts,
    table: (definition) => createTable(definition, { session, clock, closing, live }),
    send: (operation, input) => ask(session, operation, input),
    http: (request, { requiresSignature = false } = {}) =>
      ask(session, 'tidetable:http', { request, requiresSignature } satisfies WorkerOperations['tidetable:http']),
    async transact(work, options = {}) {
      const { transact } = await import('./transact.ts')
      return transact({ session, clock }, work, options)
    },
    async transactGet(...reads) {
      const { transactGet } = await import('./transact.ts')
      return (await transactGet({ session, clock }, reads)) as never
    },
    cacheStatistics: () => live.cacheStatistics,
    statistics: () => ask(session, 'tidetable:statistics', undefined),
    close() {
      const ending = [...closing].map((end) => end()).filter((work) => work instanceof Promise)
      return ending.length === 0 ? session.close() : waitForAll(ending).then(() => session.close())
    },
    async tables() {
      const names: string[] = []
      let ExclusiveStartTableName: string | undefined
      do {
        const page: ListTablesOutput = await ask(
          session,
          'ListTables',
          ExclusiveStartTableName ? { ExclusiveStartTableName } : {},
        )
        names.push(...page.TableNames)
        ExclusiveStartTableName = page.LastEvaluatedTableName
      } while (ExclusiveStartTableName !== undefined)
      return names
    },
  }
}

/** Triggers store how far they came: one that takes longer is given its last changes again. */
async function waitForAll(ending: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.allSettled(ending), sleep(clock, CLOSE_PATIENCE_MS)])
}

function ask<Output>(session: Session, operation: string, input: unknown): Promise<Output> {
  return session.call(
    () => ({ form: { operation, input: copyInput(operation, input), rows: 'attribute-values' } }),
    (output) => output as Output,
  )
}

/** The input as it is now: it is sent at the end of the microtask, together with others that it must not make fail. */
function copyInput(operation: string, input: unknown): unknown {
  try {
    return structuredClone(input)
  } catch (cause) {
    const message = `The input of ${operation} holds something that cannot be sent to a worker.`
    throw new DatabaseError('InvalidOption', message, { cause, data: { operation } })
  }
}
