// The composition root of the worker: puts the store, the engine and the wire together and answers the page. The only
// file that knows all of them.

import { type Endpoint, expose } from 'comlink'
import { assert } from '../src/base/assert.ts'
import { systemClock } from '../src/base/clock.ts'
import { DatabaseError } from '../src/base/database-error.ts'
import { type Logger, silentLogger } from '../src/base/logger.ts'
import { randomUuid, systemRandom } from '../src/base/random.ts'
import { createEngine, type Engine } from '../src/engine/engine.ts'
import { doAlone, type ShareWork } from '../src/engine/shared-work.ts'
import { createCallServer, type NewsSource } from '../src/rpc/call-server.ts'
import type {
  Answer,
  BulkGetInput,
  BulkInput,
  CallForm,
  ChangesInput,
  ChangesOutput,
  EraseRequest,
  OpenRequest,
  RemoteLogger,
  WorkerDoor,
  WorkerOperations,
} from '../src/rpc/protocol.ts'
import { webLocks } from '../src/rpc/web-locks.ts'
import { encodeError } from '../src/rpc/wire-error.ts'
import type { OrderedStore } from '../src/storage/contract.ts'
import { deleteStoredDatabase } from '../src/storage/delete-database.ts'
import { openLogStructuredStore } from '../src/storage/log-structured-store.ts'
import { createMemoryStore } from '../src/storage/memory-store.ts'
import { definedTriggers } from './define-trigger.ts'
import { ensureTables } from './ensure-tables.ts'
import { getMany } from './get-many.ts'
import type { PageNews } from './page-news.ts'
import { withPlainValues } from './plain-values.ts'
import type { RunningTriggers } from './run-triggers.ts'
import { sendTo } from './send.ts'
import type { SyncOperations, SyncParts } from './sync-operations.ts'

/**
 * Serves one page over `endpoint` until the worker ends.
 *
 * @param endpoint the worker's global scope, or a port in tests
 */
export function serve(endpoint: Endpoint): void {
  let engine: Engine | undefined
  let sync: Promise<SyncOperations> | undefined
  let openSync = refuseSync
  let triggers: Promise<RunningTriggers | undefined> | undefined
  const news = createNewsDoor()
  const close = async (): Promise<void> => {
    await (await triggers)?.stop()
    // What could not be loaded has nothing to end.
    await sync?.then(
      (loaded) => loaded.close(),
      () => undefined,
    )
    await engine?.close()
  }
  const { deliver, rest } = createCallServer((form, input) => {
    if (form.operation === 'tidetable:close') return close()
    assert(engine !== undefined, 'A page opens the database before it calls.')
    return run({ engine, news, openSync }, form, input)
  }, news)
  const door: WorkerDoor = {
    deliver,
    rest,
    ping: async () => true,
    start: (request, remoteLogger, page) =>
      answer(async () => {
        assert(engine === undefined, 'A worker serves one database.')
        const begin = async (): Promise<void> => {
          if (request.kind === 'erase') return erase(request)
          const logger = localLogger(remoteLogger)
          const store = await openStore(request, logger)
          engine = openEngine(request, store, logger)
          triggers = startTriggers({ ...request, engine, logger })
          const { sync: settings } = request
          if (settings === undefined || page === undefined) return
          const parts = { ...request, engine, store, logger, settings, page, clock: systemClock, random: systemRandom }
          openSync = () => (sync ??= loadSync(parts))
        }
        const [lockName] = await Promise.all([holdLifeLock(), begin()])
        return { lockName }
      }),
  }
  expose(door, endpoint)
}

async function answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    return { ok: false, error: encodeError(error) }
  }
}

function openEngine(request: OpenRequest, store: OrderedStore, logger: Logger): Engine {
  const sharing = request.storage === 'memory' ? {} : { shareWork: shareLater(request.name) }
  return createEngine({ store, clock: systemClock, random: systemRandom, logger, ...sharing })
}

/** Who does the work is settled when the code for that has been loaded. */
function shareLater(databaseName: string): ShareWork {
  return (work) => {
    const sharing = import('./share-work.ts').then(
      ({ shareAmongTabs }) => shareAmongTabs(databaseName, systemClock, work),
      // It cannot be had now: tabs that all do the work only lose races against each other.
      () => doAlone(work),
    )
    return {
      wake: () => void sharing.then((share) => share.wake()),
      close: () => void sharing.then((share) => share.close()),
    }
  }
}

async function openStore({ name, storage, durability }: OpenRequest, logger: Logger): Promise<OrderedStore> {
  if (storage === 'memory') return createMemoryStore()
  requireIndexedDb()
  return openLogStructuredStore({ name, durability, clock: systemClock, random: systemRandom, logger })
}

async function erase({ name }: EraseRequest): Promise<void> {
  requireIndexedDb()
  await deleteStoredDatabase(name)
}

interface TriggerParts extends OpenRequest {
  readonly engine: Engine
  readonly logger: Logger
}

/** Those that the app's worker file has defined. */
async function startTriggers({ engine, logger, name, storage }: TriggerParts): Promise<RunningTriggers | undefined> {
  const triggers = definedTriggers()
  if (triggers.length === 0) return undefined
  const { runTriggers } = await import('./run-triggers.ts')
  const locks = storage === 'memory' ? undefined : webLocks()
  return runTriggers(triggers, { engine, clock: systemClock, logger, locks, databaseName: name })
}

async function loadSync(parts: SyncParts): Promise<SyncOperations> {
  const { createSyncOperations } = await import('./sync-operations.ts')
  return createSyncOperations(parts)
}

function refuseSync(): Promise<SyncOperations> {
  const message = 'The database was opened without replication.'
  return Promise.reject(new DatabaseError('InvalidOption', message, { data: { option: 'sync' } }))
}

function requireIndexedDb(): void {
  if (typeof indexedDB !== 'undefined') return
  const message = "This browser offers no IndexedDB here. To work without keeping data, open with storage: 'memory'."
  throw new DatabaseError('StorageUnavailable', message)
}

/**
 * Takes a Web Lock that is freed when the worker ends, by whatever cause: the page queues for it to learn of that.
 *
 * @returns undefined where there are no Web Locks (a page without a secure context)
 */
function holdLifeLock(): Promise<string | undefined> {
  const locks = webLocks()
  if (locks === undefined) return Promise.resolve(undefined)
  const name = `tidetable-worker-${randomUuid(systemRandom)}`
  return new Promise((resolve, reject) => {
    const held = locks.request(name, () => {
      resolve(name)
      return new Promise(() => undefined)
    })
    held.catch(reject)
  })
}

/** The page's logger as the rooms here know loggers. */
function localLogger(remote: RemoteLogger | undefined): Logger {
  if (remote === undefined) return silentLogger
  return (level, message, facts = {}) => {
    const sendable = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, sendableFact(fact)]))
    // What the page's logger throws is the page's affair, and so is a line that cannot be sent.
    Promise.resolve(remote(level, message, sendable)).catch(() => undefined)
  }
}

function sendableFact(fact: unknown): unknown {
  return fact instanceof Error ? `${fact.name}: ${fact.message}` : fact
}

/** The page's news, as far as the page has asked for any. */
interface NewsDoor extends NewsSource {
  open(): Promise<PageNews>
}

function createNewsDoor(): NewsDoor {
  let opening: Promise<PageNews> | undefined
  let news: PageNews | undefined
  const load = async (): Promise<PageNews> => {
    try {
      const { createPageNews } = await import('./page-news.ts')
      return (news = createPageNews())
    } catch (error) {
      // The network may be back the next time.
      opening = undefined
      throw error
    }
  }
  return {
    open: () => (opening ??= load()),
    caughtUp: () => news?.caughtUp(),
    takeNews: () => news?.takeNews(),
  }
}

async function readChanges(engine: Engine, news: NewsDoor, input: ChangesInput): Promise<ChangesOutput> {
  // Taken before anything is waited for: what is written after this call comes after it.
  const { sequence } = engine.statistics().store
  return (await news.open()).readers.read(engine, input, sequence)
}

interface Served {
  readonly engine: Engine
  readonly news: NewsDoor
  readonly openSync: () => Promise<SyncOperations>
}

async function run(
  { engine, news, openSync }: Served,
  { operation, rows }: CallForm,
  input: unknown,
): Promise<unknown> {
  switch (operation as keyof WorkerOperations) {
    case 'tidetable:ensure-tables':
      return ensureTables(sendTo(engine), input as WorkerOperations['tidetable:ensure-tables'], systemClock)
    case 'tidetable:put-many':
      return engine.writeMany({ ...(input as BulkInput), kind: 'put' })
    case 'tidetable:delete-many':
      return engine.writeMany({ ...(input as BulkInput), kind: 'delete' })
    case 'tidetable:get-many':
      return getMany(engine, input as BulkGetInput)
    case 'tidetable:watch':
      return (await news.open()).live.watch(engine, input as WorkerOperations['tidetable:watch'])
    case 'tidetable:unwatch':
      return (await news.open()).live.unwatch(engine, input as WorkerOperations['tidetable:unwatch'])
    case 'tidetable:news':
      return (await news.open()).whenNews()
    case 'tidetable:end-news':
      return (await news.open()).end()
    case 'tidetable:changes':
      return readChanges(engine, news, input as WorkerOperations['tidetable:changes'])
    case 'tidetable:claim-checkpoint':
      return engine.claimCheckpoint(input as WorkerOperations['tidetable:claim-checkpoint'])
    case 'tidetable:holds-checkpoint':
      return engine.holdsCheckpoint(input as WorkerOperations['tidetable:holds-checkpoint'])
    case 'tidetable:save-checkpoint':
      return engine.saveCheckpoint(input as WorkerOperations['tidetable:save-checkpoint'])
    case 'tidetable:end-changes':
      return (await news.open()).readers.end(input as WorkerOperations['tidetable:end-changes'])
    case 'tidetable:sync':
    case 'tidetable:sync-now':
      return (await openSync()).run(input as WorkerOperations['tidetable:sync'])
    case 'tidetable:http':
      return (await import('./answer-http.ts')).answerHttp(engine, input as WorkerOperations['tidetable:http'])
    case 'tidetable:statistics':
      return engine.statistics()
    default:
      return engine.dispatch(operation, rows === 'packed' ? withPlainValues(input) : input, { rows })
  }
}
