// Tables whose scopes are named in different ways, replicated together: a scope of one may be none that another can have.

import { expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import type { AttributeValue, Item } from '../../../src/model/attribute-value.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { createDynamoRemote, type RemoteTableFacts } from '../../../src/sync/dynamo-remote.ts'
import { Replicator } from '../../../src/sync/replicator.ts'
import { COMPANION, createRemote, createStepClock, TABLE, TABLE_FACTS } from '../../support/replication-fixture.ts'
import { tableInput } from '../../support/table-input.ts'

const ORDERS = 'orders'

/** What is here after a first sync, of a table by its partitions beside one that is a scope as a whole. */
async function firstSync(type: 'N' | 'B', partition: AttributeValue, scope: string): Promise<readonly Item[]> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const orders: RemoteTableFacts = {
    key: { partition: [{ name: 'p', type }], sort: [{ name: 's', type: 'S' }] },
    scope: { kind: 'partition' },
    versionAttribute: '_version',
  }
  const notes: RemoteTableFacts = { ...TABLE_FACTS, scope: { kind: 'table', scope: 'shared' } }
  const [store, random] = [createMemoryStore(), seededRandom(2)]
  const engine = createEngine({ store, clock, random })
  for (const each of [engine, remote.engine])
    await each.dispatch('CreateTable', tableInput(ORDERS, ['p', type], ['s', 'S']))
  await engine.dispatch('CreateTable', tableInput(TABLE, ['p', 'S'], ['s', 'S']))
  await remote.engine.dispatch('PutItem', { TableName: ORDERS, Item: { p: partition, s: { S: 'order' } } })
  await remote.engine.dispatch('PutItem', { TableName: TABLE, Item: { p: { S: 'any' }, s: { S: 'note' } } })
  const tables = { [ORDERS]: orders, [TABLE]: notes }
  const replicator = new Replicator({
    store,
    remote: createDynamoRemote({ api: remote.api, clock, companionTable: COMPANION, tables }),
    clock,
    random,
    tables,
    scopes: ['shared', scope],
  })
  await replicator.replica.begin()
  await replicator.syncOnce()
  const found: Item[] = []
  for (const TableName of [ORDERS, TABLE]) {
    found.push(...((await engine.dispatch('Scan', { TableName })) as { Items: readonly Item[] }).Items)
  }
  return found
}

it('are read where partitions are numbers, of which none can be called as another scope is', async () => {
  const items = await firstSync('N', { N: '42' }, '42')
  expect(items.map(({ s }) => s)).toEqual([{ S: 'order' }, { S: 'note' }])
})

it('are read where partitions are bytes, which name scopes by their base64', async () => {
  const items = await firstSync('B', { B: new Uint8Array([1, 2, 3]) }, 'AQID')
  expect(items.map(({ s }) => s)).toEqual([{ S: 'order' }, { S: 'note' }])
})
