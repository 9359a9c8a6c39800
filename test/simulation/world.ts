// The tables of a simulation and the remote that they are replicated with: our own engine, which nobody but the devices
// writes to, and which is looked at after each of its transactions.

import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import type { KeyShape } from '../../src/model/key-schema.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import type { DynamoApi, RemoteTableFacts } from '../../src/sync/dynamo-remote.ts'
import type { ConflictStrategy, ReplicatedTable } from '../../src/sync/settings.ts'
import type { VirtualClock } from './virtual-clock.ts'

export const COMPANION_TABLE = 'companion'
/** Replicated by partition: the partition key names the scope. */
export const NOTES_TABLE = 'notes'
/** Replicated by attribute: who owns an item names its scope. */
export const OWNED_TABLE = 'owned'
/** Replicated as a whole. */
export const SHARED_TABLE = 'shared'
export const SHARED_SCOPE = 'everybody'
export const VERSION = '_version'

/** All tables that are replicated. */
export const DATA_TABLES: readonly string[] = [NOTES_TABLE, OWNED_TABLE, SHARED_TABLE]

/** The scopes that exist. */
export const PARTITIONS = ['red', 'blue'] as const

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
  /** Texts under `op` and `ops` that items have ever held. */
  readonly seen: Set<string>
}

/** Makes the remote, with its tables. */
export async function createWorld(clock: VirtualClock, check: () => Promise<void>): Promise<World> {
  const engine = createEngine({ store: createMemoryStore(), clock, random: seededRandom(1) })
  for (const table of DATA_TABLES) await clock.outside(engine.dispatch('CreateTable', tableInput(table)))
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
  const seen = new Set<string>()
  const api: DynamoApi = {
    async send(operation, input) {
      const output = await engine.dispatch(operation, input)
      if (operation === 'TransactWriteItems') {
        noteTexts(input, seen)
        await check()
      }
      return output
    },
  }
  return { engine, api, seen }
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

/** A string's text; empty where there is none. */
export function textOf(value: AttributeValue | undefined): string {
  return value !== undefined && 'S' in value ? value.S : ''
}

/** Names of operations are texts that begin with `op-`. */
export function noteTexts(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('op-')) into.add(value)
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const member of Object.values(value)) noteTexts(member, into)
  }
}
