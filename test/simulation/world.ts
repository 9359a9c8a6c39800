// The tables of a simulation and the remote that they are replicated with: our own engine, which is looked at after each of
// its transactions.

import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { AttributeValue, Item, Key } from '../../src/model/attribute-value.ts'
import type { KeyShape } from '../../src/model/key-schema.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import type { DynamoApi, RemoteTableFacts } from '../../src/sync/dynamo-remote.ts'
import { scopeOf } from '../../src/sync/scope.ts'
import type { ConflictStrategy, ReplicatedTable } from '../../src/sync/settings.ts'
import { deleteExpired, withoutTimers } from './expiry.ts'
import { Ledger, placeOf, textOf } from './ledger.ts'
import { START_MS, type VirtualClock } from './virtual-clock.ts'

export const COMPANION_TABLE = 'companion'
/** Replicated by partition: the partition key names the scope. */
export const NOTES_TABLE = 'notes'
/** Replicated by attribute: who owns an item names its scope. */
export const OWNED_TABLE = 'owned'
/** Replicated as a whole. */
export const SHARED_TABLE = 'shared'
export const SHARED_SCOPE = 'everybody'
export const VERSION = '_version'
/** An item of each partition that keeps what was noted, in the order in which it was. */
export const DIARY = 'diary'
/** How the names of items begin that do not live for ever. */
export const FLEETING = 'fleeting-'
/** When they expire, in seconds since 1970. */
export const EXPIRES: readonly AttributeValue[] = [60, 600, 3600, 20_000].map((seconds) => ({
  N: String(START_MS / 1000 + seconds),
}))

/** All tables that are replicated. */
export const DATA_TABLES: readonly string[] = [NOTES_TABLE, OWNED_TABLE, SHARED_TABLE]

/** The scopes that exist. */
export const PARTITIONS = ['red', 'blue'] as const
export const SCOPES: readonly string[] = [...PARTITIONS, SHARED_SCOPE]
/** Their pages are cut short, so that few items make several pages. */
export const SHORT_PAGED_TABLES: ReadonlySet<string> = new Set([...DATA_TABLES, COMPANION_TABLE])

const KEY: KeyShape = { partition: [{ name: 'p', type: 'S' }], sort: [{ name: 's', type: 'S' }] }

/** What the remote is told of the tables. */
export const TABLE_FACTS: Readonly<Record<string, RemoteTableFacts>> = {
  [NOTES_TABLE]: { key: KEY, scope: { kind: 'partition' }, versionAttribute: VERSION },
  [OWNED_TABLE]: { key: KEY, scope: { kind: 'attribute', attribute: 'owner' }, versionAttribute: VERSION },
  [SHARED_TABLE]: { key: KEY, scope: { kind: 'table', scope: SHARED_SCOPE }, versionAttribute: VERSION },
}

/** What a device declares of the tables. */
export function replicatedTables(conflicts: ConflictStrategy): Readonly<Record<string, ReplicatedTable>> {
  return {
    [NOTES_TABLE]: { scope: { kind: 'partition' }, conflicts, versionAttribute: VERSION },
    [OWNED_TABLE]: { scope: { kind: 'attribute', attribute: 'owner' }, conflicts, versionAttribute: VERSION },
    [SHARED_TABLE]: { scope: { kind: 'table', scope: SHARED_SCOPE }, conflicts, versionAttribute: VERSION },
  }
}

/** The remote. */
export interface World {
  readonly engine: Engine
  readonly api: DynamoApi
  readonly ledger: Ledger
  /** An item as it is. */
  read(table: string, key: Key): Promise<Item | undefined>
  /** Deletes what has expired by now. */
  expire(): Promise<number>
}

interface WorldOptions {
  readonly clock: VirtualClock
  /** Whether somebody writes who does not know the log, so that the tables have streams and items expire. */
  readonly hasForeigners: boolean
  /** Looks at the remote after each transaction. */
  readonly check: () => Promise<void>
}

/** Makes the remote, with its tables. */
export async function createWorld({ clock, hasForeigners, check }: WorldOptions): Promise<World> {
  const store = createMemoryStore()
  const random = seededRandom(1)
  const engine = createEngine({ store, clock: withoutTimers(clock), random })
  const stream = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }
  for (const table of DATA_TABLES)
    await clock.outside(engine.dispatch('CreateTable', { ...tableInput(table), ...(hasForeigners && stream) }))
  const companion = {
    TableName: COMPANION_TABLE,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  }
  await clock.outside(engine.dispatch('CreateTable', companion))
  if (hasForeigners) await letItemsExpire(engine, clock)
  const ledger = new Ledger(DATA_TABLES, VERSION, (place, item) => scopeIn(place.slice(0, place.indexOf('/')), item))
  const api: DynamoApi = {
    async send(operation, input) {
      const output = await engine.dispatch(operation, input)
      if (operation === 'TransactWriteItems') {
        if (ledger.notePush(input as Parameters<Ledger['notePush']>[0])) await check()
      }
      return output
    },
  }
  return {
    engine,
    api,
    ledger,
    async read(TableName, Key) {
      const output = await engine.dispatch('GetItem', { TableName, Key, ConsistentRead: true })
      return (output as { readonly Item?: Item }).Item
    },
    async expire() {
      const before = await readTable(engine, NOTES_TABLE)
      const count = await deleteExpired(store, { clock, random })
      if (count === 0) return 0
      const after = await readTable(engine, NOTES_TABLE)
      for (const [place, item] of before) if (!after.has(place)) ledger.noteGone(placeOf(NOTES_TABLE, item))
      return count
    },
  }
}

/** Items of the notes may expire. */
export async function letItemsExpire(engine: Engine, clock: VirtualClock): Promise<void> {
  const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true }
  await clock.outside(engine.dispatch('UpdateTimeToLive', { TableName: NOTES_TABLE, TimeToLiveSpecification }))
}

/** The request that makes a data table. */
export function tableInput(TableName: string): object {
  return {
    TableName,
    AttributeDefinitions: [
      { AttributeName: 'p', AttributeType: 'S' },
      { AttributeName: 's', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'p', KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  }
}

/** The scope that an item of a table is in; undefined for none. */
export function scopeIn(table: string, item: Item): string | undefined {
  const facts = TABLE_FACTS[table]
  return facts && scopeOf(facts.scope, facts, item)
}

/** All items of a table, by key. */
export async function readTable(engine: Engine, TableName: string): Promise<Map<string, Item>> {
  const items = new Map<string, Item>()
  let ExclusiveStartKey: Item | undefined
  do {
    const input = { TableName, ConsistentRead: true, ...(ExclusiveStartKey && { ExclusiveStartKey }) }
    const output = (await engine.dispatch('Scan', input)) as { Items?: readonly Item[]; LastEvaluatedKey?: Item }
    for (const item of output.Items ?? []) items.set(`${textOf(item['p'])}/${textOf(item['s'])}`, item)
    ExclusiveStartKey = output.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return items
}
