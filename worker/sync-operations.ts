// Replication in the worker: puts the remote, the turns of the tabs and the database together, and answers the page.
// Loaded when a database is opened that replicates.

import { assert } from '../src/base/assert.ts'
import type { Clock } from '../src/base/clock.ts'
import type { Logger } from '../src/base/logger.ts'
import type { Random } from '../src/base/random.ts'
import { openTabChannel } from '../src/base/tab-channel.ts'
import { Catalog } from '../src/engine/catalog.ts'
import type { Engine } from '../src/engine/engine.ts'
import { readSnapshot } from '../src/engine/read-snapshot.ts'
import type { TableDescription } from '../src/model/operations.ts'
import type { StorageKind } from '../src/rpc/protocol.ts'
import type {
  PageDoor,
  PageRequests,
  SyncCall,
  SyncCommands,
  SyncSettings,
  SyncStatus,
} from '../src/rpc/sync-protocol.ts'
import { webLocks } from '../src/rpc/web-locks.ts'
import { decodeError } from '../src/rpc/wire-error.ts'
import type { OrderedStore } from '../src/storage/contract.ts'
import { databaseNameOf } from '../src/storage/database-name.ts'
import { CostMeter } from '../src/sync/cost-meter.ts'
import type { DynamoApi } from '../src/sync/dynamo-remote.ts'
import { withNeighbourHints } from '../src/sync/neighbour-hints.ts'
import { Replica } from '../src/sync/replica.ts'
import { readBackground, writeBackground } from '../src/sync/replication-rows.ts'
import { type HostedRemote, type HostStatus, SyncHost } from '../src/sync/sync-host.ts'
import { parkedWrite, pendingWrite, WaitingWrites } from '../src/sync/waiting-writes.ts'
import { createRemote, type RemoteDoors, replicatedTable } from './create-remote.ts'

/** What replication works with. */
export interface SyncParts {
  readonly engine: Engine
  readonly store: OrderedStore
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Of the database. */
  readonly name: string
  readonly storage: StorageKind
  readonly settings: SyncSettings
  readonly page: PageDoor
}

/** Replication of one database. */
export interface SyncOperations {
  run<Name extends keyof SyncCommands>(call: SyncCall<Name>): Promise<SyncCommands[Name]['output']>
  close(): void
}

interface Begun {
  readonly host: SyncHost
  readonly writes: WaitingWrites
}

/** Replication that begins when it is asked to. */
export function createSyncOperations(parts: SyncParts): SyncOperations {
  let beginning: Promise<Begun> | undefined
  let isClosed = false
  const nows = new Map<number, AbortController>()
  const begin = (): Promise<Begun> => {
    beginning ??= beginSync(parts).catch((error: unknown) => {
      // A table may be missing that is made in a moment.
      beginning = undefined
      throw error
    })
    return beginning
  }
  const close = (): void => {
    isClosed = true
    beginning?.then(
      ({ host }) => host.close(),
      () => undefined,
    )
  }
  return {
    close,
    async run({ command, input }) {
      const { host, writes } = await begin()
      if (isClosed) host.close()
      const answers = answersOf(parts, { host, writes, nows })
      return answers[command](input)
    },
  }
}

interface Answering extends Begun {
  readonly nows: Map<number, AbortController>
}

type Answers = {
  readonly [Name in keyof SyncCommands]: (
    input: SyncCommands[Name]['input'],
  ) => SyncCommands[Name]['output'] | Promise<SyncCommands[Name]['output']>
}

function answersOf(parts: SyncParts, { host, writes, nows }: Answering): Answers {
  const { settings } = parts
  const pause = async (isPaused: boolean): Promise<void> => {
    host.pause(isPaused)
    await tellServiceWorker(parts, isPaused)
  }
  return {
    begin: async () => wireStatus(await host.status(), settings),
    pause: () => pause(true),
    resume: () => pause(false),
    wake: () => host.wake(),
    async now(id) {
      const ending = new AbortController()
      nows.set(id, ending)
      try {
        await host.now(ending.signal)
      } finally {
        nows.delete(id)
      }
    },
    'end-now': (id) => nows.get(id)?.abort(),
    'item-states': ({ table, keys }) => writes.itemStates(table, keys),
    pending: (request) => writes.pending(request),
    parked: () => writes.parked(),
    retry: ({ id, writes: edited }) => writes.retry(id, edited),
    async discard(id) {
      const isThere = await host.replicator.discard(id)
      // Those that waited for it may go now.
      host.wake()
      return isThere
    },
    conflicts: () => writes.conflicts(),
    resolve: ({ id, item }) => writes.resolve(id, item),
    dismiss: (id) => writes.dismiss(id),
    'reset-cost': ({ withBudget }) => host.resetCost(withBudget),
    'set-budget': (budget) => host.setBudget(budget),
    async stop({ tables, discardPending }) {
      const { pending, parked } = await host.end({ tables, discardPending })
      return { pending: pending.map(pendingWrite), parked: parked.map(parkedWrite) }
    },
  }
}

async function beginSync(parts: SyncParts): Promise<Begun> {
  const { engine, store, clock, random, logger, settings, page, storage } = parts
  const tables = Object.fromEntries(
    Object.entries(settings.tables).map(([name, table]) => [
      name,
      replicatedTable(table, (sides) => askPage(page, 'resolve', sides)),
    ]),
  )
  const replica = new Replica({ store, clock, random, tables })
  await replica.begin()
  await tellServiceWorker(parts, settings.isPaused)
  const meter = new CostMeter(clock, (table, units) => host.noteCost(table, units))
  const remote = await hostedRemote(parts, replica, meter)
  const name = `${databaseNameOf(parts.name)}/sync`
  const isShared = storage === 'indexeddb'
  const { scopes, poll, budget, isPaused } = settings
  const host: SyncHost = new SyncHost({
    store,
    remote,
    meter,
    clock,
    random,
    logger,
    tables,
    scopes,
    isPaused,
    lockName: name,
    ...(poll !== undefined && { poll }),
    ...(budget !== undefined && { budget }),
    locks: isShared ? webLocks() : undefined,
    channel: isShared ? openTabChannel(name) : undefined,
    // A page that is gone is told nothing.
    onStatus: (status) => void page('status', wireStatus(status, settings)).catch(() => undefined),
  })
  await host.start()
  if (typeof addEventListener === 'function') addEventListener('online', () => host.wake())
  const writes = new WaitingWrites({ store, catalog: new Catalog(), replica, dispatch: engine.dispatch, tables })
  return { host, writes }
}

/** It may be woken when nobody else is there to tell it what the app has declared. */
async function tellServiceWorker({ store, settings }: SyncParts, isPaused: boolean): Promise<void> {
  const isKnown = (await readSnapshot(store, false, readBackground)) !== undefined
  if (!settings.pushesInBackground && !isKnown) return
  const told = settings.pushesInBackground ? { ...settings, isPaused } : undefined
  await store.write((transaction) => writeBackground(transaction, told))
}

async function askPage<Name extends keyof PageRequests>(
  page: PageDoor,
  request: Name,
  input: PageRequests[Name]['input'],
): Promise<PageRequests[Name]['output']> {
  const answer = await page(request, input)
  if (!answer.ok) throw decodeError(answer.error)
  return answer.value
}

async function hostedRemote(parts: SyncParts, replica: Replica, meter: CostMeter): Promise<HostedRemote> {
  const { clock, page, settings } = parts
  const doors: RemoteDoors = {
    headers: () => askPage(page, 'headers', undefined),
    credentials: () => askPage(page, 'credentials', undefined),
    send: (operation, input) => askPage(page, 'send', { operation, input }),
  }
  const { remote, api } = await createRemote({ settings, clock, replica, meter, doors })
  if (api === undefined) return remote
  const countItems = (): Promise<number | undefined> => countTables(api, settings)
  const { remote: place } = settings
  if (place.kind !== 'database') return { ...remote, countItems }
  assert(typeof BroadcastChannel !== 'undefined', 'Databases of one page know each other by a channel.')
  const channel = new BroadcastChannel(`${databaseNameOf(place.name)}/pushed`)
  return { ...withNeighbourHints(remote, channel), countItems }
}

/**
 * The items that a first sync looks at: all of each table, for each scope that is an attribute's value. How many a partition
 * has nobody knows before they were read.
 */
async function countTables(api: DynamoApi, { tables, scopes }: SyncSettings): Promise<number | undefined> {
  let count = 0
  for (const [TableName, { scope }] of Object.entries(tables)) {
    if (scope.kind === 'partition') return undefined
    const { Table } = (await api.send('DescribeTable', { TableName })) as { readonly Table?: TableDescription }
    count += (Table?.ItemCount ?? 0) * (scope.kind === 'attribute' ? scopes.length : 1)
  }
  return count
}

function wireStatus(status: HostStatus, { remote }: SyncSettings): SyncStatus {
  const { counts, oldestAtMs, firstSync, adoption, cost, lastPullAtMs, lastPushAtMs, nextAttemptAtMs, lastFailure } =
    status
  return {
    state: status.state,
    replicatesHere: status.replicatesHere,
    isComplete: status.isComplete,
    pending: { count: counts.pending, bytes: counts.bytes, ...(oldestAtMs !== undefined && { oldestAtMs }) },
    parkedCount: counts.parked,
    conflictCount: counts.conflicts,
    ...(firstSync !== undefined && {
      firstSync: { items: firstSync.items, ...(firstSync.percent !== undefined && { percent: firstSync.percent }) },
    }),
    ...(lastPullAtMs !== undefined && { lastPullAtMs }),
    ...(lastPushAtMs !== undefined && { lastPushAtMs }),
    ...(nextAttemptAtMs !== undefined && { nextAttemptAtMs }),
    ...(lastFailure !== undefined && { lastFailure }),
    ...(adoption !== undefined && {
      adoption: { items: adoption.items, percent: percentOf(adoption.items, adoption.total) },
    }),
    ...(status.budget !== undefined && { budget: status.budget }),
    cost: { ...cost, isEstimate: remote.kind === 'gateway' },
  }
}

function percentOf(part: number, whole: number): number {
  return Math.min(100, Math.floor((100 * part) / Math.max(1, whole)))
}
