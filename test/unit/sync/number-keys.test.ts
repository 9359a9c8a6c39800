// Keys that are numbers: a request may spell one in many ways (1, 1.0, 1e0), and means the same item.

import { expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { createDynamoRemote, type RemoteTableFacts } from '../../../src/sync/dynamo-remote.ts'
import { Replicator } from '../../../src/sync/replicator.ts'
import { COMPANION, createRemote, createStepClock, type RemoteFixture } from '../../support/replication-fixture.ts'
import { tableInput } from '../../support/table-input.ts'

const TableName = 'readings'
const FACTS: RemoteTableFacts = {
  key: { partition: [{ name: 'p', type: 'N' }], sort: [{ name: 's', type: 'N' }] },
  scope: { kind: 'partition' },
  versionAttribute: '_version',
}

interface Device {
  readonly engine: Engine
  readonly replicator: Replicator
}

async function createDevice(remote: RemoteFixture, seed: number): Promise<Device> {
  const [store, random, clock] = [createMemoryStore(), seededRandom(seed), createStepClock()]
  const engine = createEngine({ store, clock, random })
  await engine.dispatch('CreateTable', tableInput(TableName, ['p', 'N'], ['s', 'N']))
  const tables = { [TableName]: FACTS }
  const replicator = new Replicator({
    store,
    remote: createDynamoRemote({ api: remote.api, clock, companionTable: COMPANION, tables }),
    clock,
    random,
    tables: { [TableName]: { scope: FACTS.scope } },
    scopes: ['1'],
  })
  await replicator.replica.begin()
  return { engine, replicator }
}

async function createDevices(): Promise<readonly [Device, Device]> {
  const remote = await createRemote(createStepClock())
  await remote.engine.dispatch('CreateTable', tableInput(TableName, ['p', 'N'], ['s', 'N']))
  return [await createDevice(remote, 2), await createDevice(remote, 3)]
}

async function itemsOf({ engine }: Device): Promise<unknown> {
  return ((await engine.dispatch('Scan', { TableName })) as { Items: readonly Item[] }).Items
}

it('are the same in a deletion of nothing, which does not wait for a scope of another name', async () => {
  const [device] = await createDevices()
  await device.engine.dispatch('DeleteItem', { TableName, Key: { p: { N: '1.0' }, s: { N: '5' } } })
  await device.replicator.syncOnce()
  expect(await device.replicator.replica.pending(1)).toEqual([])
})

it('are the same in a deletion, and in what is made anew after it', async () => {
  const [device, other] = await createDevices()
  await other.replicator.syncOnce()
  const Item = { p: { N: '1' }, s: { N: '0.0000001' } }
  await device.engine.dispatch('PutItem', { TableName, Item })
  await device.replicator.syncOnce()
  await device.engine.dispatch('DeleteItem', { TableName, Key: { p: { N: '1e0' }, s: { N: '1e-7' } } })
  await device.replicator.syncOnce()
  await device.engine.dispatch('PutItem', { TableName, Item: { ...Item, v: { S: 'anew' } } })
  await device.replicator.syncOnce()
  await other.replicator.syncOnce()
  const now = [{ ...Item, v: { S: 'anew' }, _version: { N: '3' } }]
  expect([await itemsOf(device), await itemsOf(other)]).toEqual([now, now])
})
