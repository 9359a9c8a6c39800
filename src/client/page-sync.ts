// The page's side of replication: keeps the app's functions, which the worker asks for, and tells the app of its state.
// Loaded when a database is opened with `sync`.

import { systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { marshall, unmarshall } from '../model/marshall.ts'
import type { NativeItem } from '../model/native.ts'
import type { Session } from '../rpc/session.ts'
import {
  BACKGROUND_TAG,
  type ConflictSides,
  type ItemSyncState,
  type PageDoor,
  type PageRequests,
  type RemotePlace,
  type Resolution,
  type SyncBudget,
  type SyncCommands,
  type SyncSettings,
  type SyncStatus,
  type WireConflict,
  type WireParked,
  type WirePending,
} from '../rpc/sync-protocol.ts'
import { encodeError } from '../rpc/wire-error.ts'
import { iterateLive } from './iterate-live.ts'
import { type Listener, listenerOf, tellListener } from './listener.ts'
import { type LiveObserver, type LiveOptions, type LiveSubscription, markObservable } from './live.ts'
import type {
  ConflictToResolve,
  DatabaseSync,
  LiveSyncStatus,
  RemoteDatabase,
  SyncConflict,
  SyncOptions,
} from './sync-types.ts'

const DEFAULT_COMPANION_TABLE = 'tidetable_sync'
/** Pending writes that travel together in an export. */
const EXPORT_PAGE = 2000

/** Replication of a database that is being opened. */
export interface PreparedSync {
  readonly settings: SyncSettings
  readonly page: PageDoor
  /** Begins to replicate: the tables are there. */
  begin(session: Session, closing: Set<() => unknown>): Promise<DatabaseSync>
}

/**
 * Reads what an app has declared.
 *
 * @throws DatabaseError `InvalidOption`
 */
export function prepareSync(name: string, options: SyncOptions): PreparedSync {
  const settings = settingsOf(options)
  const status = new StatusBoard()
  return {
    settings,
    page: pageDoor(options, status),
    async begin(session, closing) {
      const ask = createAsk(session)
      status.tell(await ask('begin', undefined))
      // Another worker knows nothing of what the one before it was doing.
      session.onRestarted = () => void restart(ask, status)
      const stop = wakeWhenSeen(() => void ask('wake', undefined).catch(() => undefined))
      if (settings.pushesInBackground) askForBackground(name, status)
      closing.add(() => {
        stop()
        status.close()
      })
      return createDatabaseSync(ask, status, closing)
    },
  }
}

type Ask = <Name extends keyof SyncCommands>(
  command: Name,
  input: SyncCommands[Name]['input'],
) => Promise<SyncCommands[Name]['output']>

function createAsk(session: Session): Ask {
  return (command, input) =>
    session.call(
      () => {
        const operation = command === 'now' ? 'tidetable:sync-now' : 'tidetable:sync'
        return { form: { operation, input: { command, input }, rows: 'attribute-values' } }
      },
      (output) => output as never,
    )
}

async function restart(ask: Ask, status: StatusBoard): Promise<void> {
  const { isPaused } = status
  try {
    status.tell(await ask('begin', undefined))
    await ask(isPaused ? 'pause' : 'resume', undefined)
  } catch (error) {
    // The next worker may fare better; the database's own calls say what is wrong.
    const { name, message } = error as Error
    status.tell({ ...status.current, state: 'waiting', lastFailure: { name, message, atMs: systemClock.now() } })
    status.isPaused = isPaused
  }
}

function settingsOf(options: SyncOptions): SyncSettings {
  const {
    remote,
    companionTable = DEFAULT_COMPANION_TABLE,
    conflicts: byDefault,
    scopes,
    poll,
    budget,
    isPaused = false,
    pushInBackground = false,
  } = options
  const tables = Object.entries(options.tables).map(([name, { scope, conflicts = byDefault, versionAttribute }]) => {
    const strategy = typeof conflicts === 'function' ? ('resolver' as const) : conflicts
    return [
      name,
      {
        scope,
        ...(strategy !== undefined && { conflicts: strategy }),
        ...(versionAttribute !== undefined && { versionAttribute }),
      },
    ] as const
  })
  if (tables.length === 0) throw invalid('tables', 'Replication needs a table.')
  if (scopes.length === 0) throw invalid('scopes', 'Replication needs a scope.')
  return {
    remote: placeOf(remote),
    companionTable,
    tables: Object.fromEntries(tables),
    scopes: [...scopes],
    isPaused,
    // A database of the page is not to be reached without it.
    pushesInBackground: pushInBackground && !('database' in remote),
    ...(poll !== undefined && { poll: { ...poll } }),
    ...(budget !== undefined && { budget: checkedBudget(budget) }),
  }
}

function checkedBudget({ readUnits, windowMs }: SyncBudget): SyncBudget {
  if (!(readUnits >= 0)) throw invalid('budget', 'A budget is a number of read units, not below 0.')
  if (windowMs !== undefined && !(windowMs > 0)) throw invalid('budget', 'A window of a budget is longer than 0 ms.')
  return { readUnits, ...(windowMs !== undefined && { windowMs }) }
}

function placeOf(remote: SyncOptions['remote']): RemotePlace {
  if ('gateway' in remote) {
    const { url, headers, sendsCookies = false } = remote.gateway
    // The worker's own address is not the page's.
    const base = typeof document === 'undefined' ? undefined : document.baseURI
    return { kind: 'gateway', url: new URL(url, base).href, hasHeaders: headers !== undefined, sendsCookies }
  }
  if ('dynamodb' in remote) {
    const { region, endpoint } = remote.dynamodb
    return { kind: 'dynamodb', region, ...(endpoint !== undefined && { endpoint }) }
  }
  return { kind: 'database', name: remote.database.name }
}

function invalid(option: string, message: string): DatabaseError {
  return new DatabaseError('InvalidOption', message, { data: { option: `sync.${option}` } })
}

type Answers = {
  readonly [Name in keyof PageRequests]: (
    input: PageRequests[Name]['input'],
  ) => PageRequests[Name]['output'] | Promise<PageRequests[Name]['output']>
}

function pageDoor({ remote, tables, conflicts }: SyncOptions, status: StatusBoard): PageDoor {
  const answers: Answers = {
    headers: () => ('gateway' in remote ? (remote.gateway.headers?.() ?? {}) : {}),
    credentials() {
      if ('dynamodb' in remote) return remote.dynamodb.credentials()
      throw invalid('remote', 'This remote takes no credentials.')
    },
    send({ operation, input }) {
      if (!('database' in remote)) throw invalid('remote', 'This remote is no database of the page.')
      return sendTo(remote.database, operation, input)
    },
    async resolve(sides) {
      const handle = tables[sides.table]?.conflicts ?? conflicts
      if (typeof handle !== 'function') return { park: true }
      return wireResolution(await handle(nativeSides(sides)))
    },
    status(told) {
      status.tell(told)
      return undefined
    },
  }
  return async (request, input) => {
    try {
      return { ok: true, value: (await answers[request](input)) as never }
    } catch (error) {
      return { ok: false, error: encodeError(error) }
    }
  }
}

/** The database's own `send` is typed by operations; here the worker chooses them. */
function sendTo(database: RemoteDatabase, operation: string, input: object): Promise<unknown> {
  return (database.send as (operation: string, input: object) => Promise<unknown>)(operation, input)
}

function nativeSides({ table, base, local, remote }: ConflictSides): ConflictToResolve {
  return { table, base: native(base), local: native(local), remote: native(remote) }
}

function native(item: Item | undefined): NativeItem | undefined {
  return item && unmarshall(item)
}

function wireResolution(resolution: Awaited<ReturnType<ResolverOf>>): Resolution {
  return 'item' in resolution ? { item: marshall(resolution.item) } : resolution
}

type ResolverOf = Extract<NonNullable<SyncOptions['tables'][string]['conflicts']>, (...input: never) => unknown>

function createDatabaseSync(ask: Ask, status: StatusBoard, closing: Set<() => unknown>): DatabaseSync {
  let lastNowId = 0
  return {
    status,
    pause: () => ask('pause', undefined),
    resume: () => ask('resume', undefined),
    async now({ signal } = {}) {
      signal?.throwIfAborted()
      const id = ++lastNowId
      const end = (): Promise<void> => ask('end-now', id)
      const abort = (): void => void end().catch(() => undefined)
      // What is under way would keep the database from being closed.
      closing.add(end)
      signal?.addEventListener('abort', abort)
      try {
        await ask('now', id)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      } finally {
        closing.delete(end)
        signal?.removeEventListener('abort', abort)
      }
    },
    async itemStates({ name: table }, keys): Promise<readonly ItemSyncState[]> {
      return ask('item-states', { table, keys: keys.map((key): Key => marshall(key)) })
    },
    parked: () => ask('parked', undefined),
    async retry(id, edit) {
      if (edit === undefined) return ask('retry', { id })
      const parked = (await ask('parked', undefined)).find((each: WireParked) => each.id === id)
      return parked === undefined ? false : ask('retry', { id, writes: edit(parked.writes) })
    },
    discard: (id) => ask('discard', id),
    async export() {
      const pending: WirePending[] = []
      for (let after = 0; ; after = pending.at(-1)?.id ?? 0) {
        const page = await ask('pending', { after, limit: EXPORT_PAGE })
        pending.push(...page)
        if (page.length < EXPORT_PAGE) break
      }
      return { pending, parked: await ask('parked', undefined) }
    },
    async conflicts() {
      return (await ask('conflicts', undefined)).map(nativeConflict)
    },
    resolve(id, result) {
      if ('keep' in result) return ask('dismiss', id)
      return ask('resolve', 'item' in result ? { id, item: marshall(result.item) } : { id })
    },
    stop: ({ tables, discardPending = false } = {}) =>
      ask('stop', { discardPending, ...(tables !== undefined && { tables: [...tables] }) }),
    resetCost: ({ budget = false } = {}) => ask('reset-cost', { withBudget: budget }),
    async setBudget(budget) {
      await ask('set-budget', budget && checkedBudget(budget))
    },
  }
}

function nativeConflict({ id, table, key, base, local, remote, result, decidedAtMs }: WireConflict): SyncConflict {
  return {
    id,
    table,
    key: unmarshall(key),
    base: native(base),
    local: native(local),
    remote: native(remote),
    result: native(result),
    decidedAtMs,
  }
}

/** A tab that was hidden or frozen for a while, or had no network, may have missed something. */
function wakeWhenSeen(wake: () => void): () => void {
  if (typeof document === 'undefined') return () => undefined
  const seen = (): void => {
    if (document.visibilityState === 'visible') wake()
  }
  const targets = [
    [document, 'visibilitychange'],
    [document, 'resume'],
    [globalThis, 'pageshow'],
    [globalThis, 'online'],
  ] as const
  for (const [target, event] of targets) target.addEventListener(event, seen)
  return () => {
    for (const [target, event] of targets) target.removeEventListener(event, seen)
  }
}

/** The part of a service worker's registration that TypeScript's library does not know. */
interface BackgroundRegistration {
  readonly sync?: { register(tag: string): Promise<void> }
}

/** Each time that something begins to wait, the browser is asked to wake the app's service worker for it. */
function askForBackground(name: string, status: StatusBoard): void {
  let isAsked = false
  status.subscribe(({ pending, state }) => {
    const isDue = pending.count > 0 && state !== 'paused'
    if (isDue && !isAsked) void registerBackground(name)
    isAsked = isDue
  })
}

/** Does nothing where there is no service worker, no Background Sync, or the user has forbidden it: the next page pushes. */
async function registerBackground(name: string): Promise<void> {
  const workers = (globalThis as { readonly navigator?: { readonly serviceWorker?: ServiceWorkerContainer } }).navigator
    ?.serviceWorker
  const registration = (await workers?.getRegistration().catch(() => undefined)) as BackgroundRegistration | undefined
  await registration?.sync?.register(BACKGROUND_TAG + name).catch(() => undefined)
}

const UNKNOWN_STATUS: SyncStatus = Object.freeze({
  state: 'starting',
  replicatesHere: false,
  isComplete: false,
  pending: { count: 0, bytes: 0 },
  parkedCount: 0,
  conflictCount: 0,
  cost: { sinceMs: 0, tables: {}, isEstimate: false },
})

let lastBoardId = 0

/** The newest status, and who is told of it. */
class StatusBoard implements LiveSyncStatus {
  readonly key = `sync ${++lastBoardId}`
  readonly '@@observable' = (): LiveSyncStatus => this
  readonly #listeners = new Set<Listener<SyncStatus>>()
  /** What the next worker has to be told. */
  isPaused = false
  #current: SyncStatus = UNKNOWN_STATUS
  #isClosed = false

  constructor() {
    markObservable(this)
  }

  get current(): SyncStatus {
    return this.#current
  }

  tell(status: SyncStatus): void {
    this.#current = Object.freeze(status)
    // What is paused may still replicate when it is asked to.
    if (status.state !== 'syncing') this.isPaused = status.state === 'paused'
    // Whoever subscribes meanwhile is told by that.
    const present = [...this.#listeners]
    for (const { next } of present) tellListener(() => next(status))
  }

  close(): void {
    this.#isClosed = true
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const { complete } of listeners) tellListener(complete)
  }

  subscribe(
    observer: LiveObserver<SyncStatus> | ((status: SyncStatus) => void),
    { signal }: LiveOptions = {},
  ): LiveSubscription {
    const listener = listenerOf(observer)
    const unsubscribe = (): void => {
      this.#listeners.delete(listener)
      signal?.removeEventListener('abort', unsubscribe)
    }
    if (signal?.aborted === true) return { unsubscribe }
    if (this.#isClosed) tellListener(listener.complete)
    else {
      this.#listeners.add(listener)
      signal?.addEventListener('abort', unsubscribe)
      tellListener(() => listener.next(this.#current))
    }
    return { unsubscribe }
  }

  [Symbol.asyncIterator](): AsyncGenerator<SyncStatus, void, undefined> {
    return iterateLive(this, undefined)
  }
}
