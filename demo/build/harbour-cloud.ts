// The cloud that `npm start` embeds: the project's own engine in memory, the gateway of replication in front of it, and a
// look at what it holds.

import type { RequestListener } from 'node:http'

import { systemClock } from '../../src/base/clock.ts'
import { systemRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import { marshall } from '../../src/model/marshall.ts'
import { nodeListener } from '../../src/server/node-listener.ts'
import { createSyncGateway } from '../../src/server/sync-gateway.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import {
  BOOK_TABLE,
  type CloudAnswer,
  COMPANION_TABLE,
  FIRST_LINES,
  HARBOUR,
  SHOWN_ENTRIES,
} from '../harbour/tables.ts'

/** What answers for the cloud. */
export interface HarbourCloud {
  /** The gateway of replication. */
  readonly gateway: RequestListener
  /** What is stored, as {@link CloudAnswer}. */
  readonly look: RequestListener
  /** Forgets the book. */
  close(): Promise<void>
}

/** A cloud in which the book has just been begun. */
export async function createHarbourCloud(): Promise<HarbourCloud> {
  const engine = createEngine({ store: createMemoryStore(), clock: systemClock, random: systemRandom })
  await createTable(engine, BOOK_TABLE, [
    ['harbour', 'S'],
    ['line', 'S'],
  ])
  await createTable(engine, COMPANION_TABLE, [
    ['pk', 'S'],
    ['sk', 'N'],
  ])
  for (const line of FIRST_LINES) {
    await engine.dispatch('PutItem', { TableName: BOOK_TABLE, Item: marshall({ ...line }) })
  }
  const gateway = createSyncGateway({
    api: { send: (operation, input) => engine.dispatch(operation, input) },
    tables: {
      [BOOK_TABLE]: {
        key: { partition: [{ name: 'harbour', type: 'S' }], sort: [{ name: 'line', type: 'S' }] },
        scope: { kind: 'partition' },
        versionAttribute: '_version',
      },
    },
    companionTable: COMPANION_TABLE,
    // Whoever reaches 127.0.0.1 may play.
    authorize: () => ({ caller: 'visitor', read: [HARBOUR], write: [HARBOUR] }),
  })
  const look = async (): Promise<Response> =>
    Response.json(await read(engine), { headers: { 'cache-control': 'no-store' } })
  return { gateway: nodeListener(gateway), look: nodeListener(look), close: () => engine.close() }
}

type KeyAttribute = readonly [name: string, type: 'S' | 'N']

async function createTable(
  engine: Engine,
  TableName: string,
  key: readonly [KeyAttribute, KeyAttribute],
): Promise<void> {
  await engine.dispatch('CreateTable', {
    TableName,
    AttributeDefinitions: key.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: key.map(([AttributeName], at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    BillingMode: 'PAY_PER_REQUEST',
  })
}

async function read(engine: Engine): Promise<CloudAnswer> {
  const [lines, entries] = await Promise.all([
    query(engine, { TableName: BOOK_TABLE, partition: 'harbour', value: HARBOUR }),
    query(engine, { TableName: COMPANION_TABLE, partition: 'pk', value: `log#${HARBOUR}`, Limit: SHOWN_ENTRIES }),
  ])
  return { rows: { lines, entries } }
}

interface PartitionQuery {
  readonly TableName: string
  readonly partition: string
  readonly value: string
  readonly Limit?: number
}

/** The items of a partition, the last first, without their bytes, which JSON does not have. */
async function query(engine: Engine, { partition, value, ...rest }: PartitionQuery): Promise<readonly object[]> {
  const { Items } = (await engine.dispatch('Query', {
    ...rest,
    KeyConditionExpression: '#partition = :value',
    ExpressionAttributeNames: { '#partition': partition },
    ExpressionAttributeValues: { ':value': { S: value } },
    ScanIndexForward: false,
  })) as { readonly Items: readonly Readonly<Record<string, object>>[] }
  return Items.map((item) => Object.fromEntries(Object.entries(item).filter(([, attribute]) => !('B' in attribute))))
}
