// Two sides of replication in memory: a remote that counts what it is asked, and databases that replicate with it.

import type { Clock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { createDynamoRemote, type DynamoApi, type RemoteTableFacts } from '../../src/sync/dynamo-remote.ts'
import type { RemoteTable } from '../../src/sync/remote-table.ts'
import { Replicator } from '../../src/sync/replicator.ts'
import type { ConflictStrategy } from '../../src/sync/settings.ts'
import { companionInput, tableInput } from './table-input.ts'

export const TABLE = 'notes'
export const SCOPE = 'red'
export const COMPANION = 'companion'
/** What a remote has to know of the table. */
export const TABLE_FACTS: RemoteTableFacts = {
  key: { partition: [{ name: 'p', type: 'S' }], sort: [{ name: 's', type: 'S' }] },
  scope: { kind: 'partition' },
  versionAttribute: '_version',
}
const START_MS = 1_790_000_000_000

/** A remote, and what it was asked. */
export interface RemoteFixture {
  readonly engine: Engine
  readonly api: DynamoApi
  /** Names of the operations since the last `splice`. */
  readonly requests: string[]
  /** Fails the next requests of an operation with these errors. */
  readonly failures: { readonly operation: string; readonly error: Error }[]
}

/** A database that replicates. */
export interface ReplicaFixture {
  readonly store: OrderedStore
  readonly engine: Engine
  readonly replicator: Replicator
  put(attributes: Item): Promise<void>
  update(key: Item, UpdateExpression: string, values?: Item, names?: Readonly<Record<string, string>>): Promise<void>
  remove(key: Item): Promise<void>
  read(key: Item): Promise<Item | undefined>
}

/** A clock that tests move, and whose timers fire at once. */
export interface StepClock extends Clock {
  advance(ms: number): void
}

/** A clock that goes on by a millisecond whenever it is looked at. */
export function createStepClock(): StepClock {
  let nowMs = START_MS
  return {
    now: () => nowMs++,
    monotonicMs: () => nowMs,
    after(_delayMs, run) {
      const handle = setImmediate(run)
      return { cancel: () => clearImmediate(handle) }
    },
    advance(ms) {
      nowMs += ms
    },
  }
}

/** An empty remote with its tables. */
export async function createRemote(clock: Clock): Promise<RemoteFixture> {
  const engine = createEngine({ store: createMemoryStore(), clock, random: seededRandom(1) })
  await engine.dispatch('CreateTable', tableInput(TABLE, ['p', 'S'], ['s', 'S']))
  await engine.dispatch('CreateTable', companionInput(COMPANION))
  const requests: string[] = []
  const failures: RemoteFixture['failures'] = []
  const api: DynamoApi = {
    send(operation, input) {
      requests.push(operation)
      const at = failures.findIndex((failure) => failure.operation === operation)
      const [failure] = at === -1 ? [] : failures.splice(at, 1)
      if (failure !== undefined) return Promise.reject(failure.error)
      return engine.dispatch(operation, structuredClone(input))
    },
  }
  return { engine, api, requests, failures }
}

/** A database that replicates scopes of one table. */
export async function createReplica(
  remote: RemoteFixture,
  clock: Clock,
  options: {
    readonly conflicts?: ConflictStrategy
    readonly seed?: number
    /** Items that the table has before it is replicated. */
    readonly items?: readonly Item[]
    /** Default the partition `red`. */
    readonly scopes?: readonly string[]
    readonly facts?: RemoteTableFacts
    /** One that has been replicated before. */
    readonly store?: OrderedStore
    /** Default the remote's API itself. */
    readonly road?: RemoteTable
  } = {},
): Promise<ReplicaFixture> {
  const store = options.store ?? createMemoryStore()
  const random = seededRandom(options.seed ?? 2)
  const engine = createEngine({ store, clock, random })
  if (options.store === undefined) await engine.dispatch('CreateTable', tableInput(TABLE, ['p', 'S'], ['s', 'S']))
  for (const each of options.items ?? []) await engine.dispatch('PutItem', { TableName: TABLE, Item: each })
  const { facts = TABLE_FACTS, scopes = [SCOPE], conflicts } = options
  const direct = { api: remote.api, clock, companionTable: COMPANION, tables: { [TABLE]: facts } }
  const replicator = new Replicator({
    store,
    remote: options.road ?? createDynamoRemote(direct),
    clock,
    random,
    tables: { [TABLE]: { scope: facts.scope, ...(conflicts && { conflicts }) } },
    scopes,
  })
  await replicator.replica.begin()
  return {
    store,
    engine,
    replicator,
    async put(attributes) {
      await engine.dispatch('PutItem', { TableName: TABLE, Item: attributes })
    },
    async update(Key, UpdateExpression, values, names) {
      await engine.dispatch('UpdateItem', {
        TableName: TABLE,
        Key,
        UpdateExpression,
        ...(values && { ExpressionAttributeValues: values }),
        ...(names && { ExpressionAttributeNames: names }),
      })
    },
    async remove(Key) {
      await engine.dispatch('DeleteItem', { TableName: TABLE, Key })
    },
    async read(Key) {
      return ((await engine.dispatch('GetItem', { TableName: TABLE, Key })) as { Item?: Item }).Item
    },
  }
}

/** The key of an item of the table. */
export function keyOf(s: string): Item {
  return { p: { S: SCOPE }, s: { S: s } }
}
