// A table that was used before it is replicated: its items are queued, meet what the remote has, and nothing is lost.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { Catalog } from '../../../src/engine/catalog.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { createDynamoRemote } from '../../../src/sync/dynamo-remote.ts'
import { Replica } from '../../../src/sync/replica.ts'
import { Replicator } from '../../../src/sync/replicator.ts'
import type { Checkpoint } from '../../../src/sync/replication-rows.ts'
import type { ConflictStrategy } from '../../../src/sync/settings.ts'
import { WaitingWrites } from '../../../src/sync/waiting-writes.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  SCOPE,
  type StepClock,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'

const note = (s: string, text: string): Item => ({ ...keyOf(s), a: { S: text } })
const noSignal = new AbortController().signal

/** A remote with the items that one device has pushed, and a device that had items before it began to replicate. */
async function stage(
  items: readonly Item[],
  { there = [], conflicts }: { readonly there?: readonly Item[]; readonly conflicts?: ConflictStrategy } = {},
): Promise<{ clock: StepClock; remote: RemoteFixture; first: ReplicaFixture; device: ReplicaFixture }> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const first = await createReplica(remote, clock)
  for (const each of there) await first.put(each)
  await first.replicator.syncOnce()
  const device = await createReplica(remote, clock, { seed: 3, items, ...(conflicts && { conflicts }) })
  return { clock, remote, first, device }
}

/** A signal that ends what looks at it when it has let so many steps pass. */
function endingAfter(steps: number): AbortSignal {
  let left = steps
  return Object.assign(new AbortController().signal, {
    throwIfAborted() {
      if (left-- === 0) throw new Error('enough')
    },
  })
}

async function checkpointOf({ replicator }: ReplicaFixture): Promise<Checkpoint> {
  const checkpoint = await replicator.replica.checkpoint(SCOPE)
  if (checkpoint === undefined) throw new Error('Nothing is known of the scope.')
  return checkpoint
}

function waitingWrites({ store, engine, replicator: { replica } }: ReplicaFixture): WaitingWrites {
  const tables = { [TABLE]: { scope: TABLE_FACTS.scope } }
  return new WaitingWrites({ store, catalog: new Catalog(), replica, tables, dispatch: engine.dispatch })
}

async function textsOf({ engine }: ReplicaFixture): Promise<Readonly<Record<string, string>>> {
  const { Items } = (await engine.dispatch('Scan', { TableName: TABLE })) as { Items: readonly Item[] }
  return Object.fromEntries(Items.map(({ s, a }) => [(s as { S: string }).S, (a as { S: string }).S]))
}

describe('items that were there before', () => {
  it('reach the remote, and from there other devices', async () => {
    const { first, device } = await stage([note('1', 'one'), note('2', 'two')], { there: [note('3', 'three')] })
    await device.replicator.syncOnce()
    await first.replicator.syncOnce()
    expect(await textsOf(first)).toEqual({ 1: 'one', 2: 'two', 3: 'three' })
    expect(await textsOf(device)).toEqual({ 1: 'one', 2: 'two', 3: 'three' })
    expect(await device.replicator.conflicts()).toEqual([])
  })

  it.each([
    ['last-writer-wins', 'there'],
    ['remote-wins', 'there'],
    ['local-wins', 'here'],
    ['merge', 'there'],
    [() => ({ item: note('1', 'decided') }), 'decided'],
  ] as const)('meet those of the remote under the same keys by the strategy %s', async (conflicts, winner) => {
    const { first, device } = await stage([note('1', 'here')], { there: [note('1', 'there')], conflicts })
    await device.replicator.syncOnce()
    await first.replicator.syncOnce()
    expect([await textsOf(device), await textsOf(first)]).toEqual([{ 1: winner }, { 1: winner }])
    expect(await device.replicator.conflicts()).toMatchObject([
      { local: note('1', 'here'), remote: note('1', 'there') },
    ])
  })

  it('are no conflict, and no write, where the remote has the same', async () => {
    const { remote, device } = await stage([note('1', 'same')], { there: [note('1', 'same')] })
    remote.requests.length = 0
    await device.replicator.syncOnce()
    expect(remote.requests).not.toContain('TransactWriteItems')
    expect(await device.replicator.conflicts()).toEqual([])
    expect(await device.read(keyOf('1'))).toEqual({ ...note('1', 'same'), _version: { N: '1' } })
  })

  it('are no older than the remote’s where these are the same: what was written to them since stays', async () => {
    const there = [note('1', 'same'), note('2', 'same')]
    const { device, first } = await stage([note('1', 'same'), note('2', 'same')], { there })
    await device.put(note('1', 'edited'))
    await device.remove(keyOf('2'))
    await device.replicator.syncOnce()
    await first.replicator.syncOnce()
    expect([await textsOf(device), await textsOf(first)]).toEqual([{ 1: 'edited' }, { 1: 'edited' }])
    expect(await device.replicator.conflicts()).toEqual([])
  })

  it('are merged attribute by attribute where the strategy says so', async () => {
    const here = { ...keyOf('1'), a: { S: 'same' }, b: { S: 'here' } }
    const there = { ...keyOf('1'), a: { S: 'same' }, c: { S: 'there' } }
    const { device } = await stage([here], { there: [there], conflicts: 'merge' })
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('1'))).toMatchObject({ ...here, ...there })
  })

  it('are queued before what the app does to them, whenever it does', async () => {
    const { device, first } = await stage([note('1', 'one'), note('2', 'two'), note('3', 'three')])
    await device.update(keyOf('1'), 'SET b = :b', { ':b': { S: 'more' } })
    await device.remove(keyOf('2'))
    await device.engine.dispatch('TransactWriteItems', {
      TransactItems: [
        { Update: { TableName: TABLE, Key: keyOf('3'), UpdateExpression: 'SET b = a' } },
        { Put: { TableName: TABLE, Item: note('4', 'four') } },
      ],
    })
    await device.replicator.syncOnce()
    await first.replicator.syncOnce()
    expect(await first.read(keyOf('1'))).toMatchObject({ a: { S: 'one' }, b: { S: 'more' } })
    expect(await first.read(keyOf('3'))).toMatchObject({ a: { S: 'three' }, b: { S: 'three' } })
    expect(await textsOf(first)).toEqual({ 1: 'one', 3: 'three', 4: 'four' })
    expect(await device.replicator.parked()).toEqual([])
  })

  it('are queued in steps, of which none is done twice when it ends in between', async () => {
    const items = Array.from({ length: 1200 }, (_, n) => note(String(n), `text ${n}`))
    const { device, first } = await stage(items)
    const { replica } = device.replicator
    expect(await replica.adoption()).toEqual({ items: 0, total: 1200 })
    await expect(replica.prepare(endingAfter(1))).rejects.toThrow('enough')
    expect(await replica.adoption()).toEqual({ items: 500, total: 1200 })
    const states = await waitingWrites(device).itemStates(TABLE, [keyOf('1'), keyOf('1198'), keyOf('none')])
    expect(states).toEqual(['pending', 'pending', 'synced'])
    await device.put(note('1199', 'changed'))

    await replica.prepare(noSignal)
    expect(await replica.adoption()).toBeUndefined()
    // Each once, and the change of the last: queued with it, or in its place.
    expect((await replica.pending(9999)).length).toBeLessThanOrEqual(1201)
    await device.replicator.syncOnce()
    await first.replicator.syncOnce()
    expect(await textsOf(first)).toEqual(await textsOf(device))
    expect((await textsOf(first))['1199']).toBe('changed')
    expect(Object.keys(await textsOf(first))).toHaveLength(1200)
  })

  it('wait until all are queued before any is pushed', async () => {
    const { device } = await stage([note('1', 'one')])
    await device.put(note('2', 'two'))
    const { replica } = device.replicator
    const head = { sequence: 0, logId: '' }
    await replica.beginLoad(SCOPE, head)
    await replica.applyPage({ scope: SCOPE, table: TABLE, items: [], next: undefined }, await checkpointOf(device))
    await replica.endLoad(head, await checkpointOf(device))
    expect(await replica.checkpoint(SCOPE)).toMatchObject({ phase: 'complete' })
    expect(await replica.preparePush([SCOPE], 1000)).toEqual({ kind: 'nothing' })
    await replica.prepare(noSignal)
    expect(await replica.preparePush([SCOPE], 1000)).toMatchObject({ kind: 'push' })
  })

  it('are queued when a pull meets them first, as another tab’s may', async () => {
    const { device } = await stage([note('1', 'one')])
    const { replica } = device.replicator
    await replica.beginLoad(SCOPE, { sequence: 0, logId: '' })
    const page = { scope: SCOPE, table: TABLE, items: [note('1', 'there')], next: undefined }
    await replica.applyPage(page, await checkpointOf(device))
    expect(await device.replicator.conflicts()).toMatchObject([{ local: note('1', 'one'), remote: note('1', 'there') }])
  })

  it('are refused where they have an attribute called as the version will be', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const refused = createReplica(remote, clock, { items: [{ ...note('1', 'one'), _version: { S: 'mine' } }] })
    await expect(refused).rejects.toMatchObject({
      code: 'InvalidOption',
      data: { table: TABLE, versionAttribute: '_version' },
    })
  })
})

describe('replication that ends', () => {
  const all = { tables: undefined, discardPending: false }

  it('leaves a plain table, without anything to be remembered of it', async () => {
    const { device, remote } = await stage([note('1', 'one')])
    await device.replicator.syncOnce()
    expect(await device.replicator.replica.end(all)).toEqual({ pending: [], parked: [] })
    remote.requests.length = 0
    await device.put(note('2', 'two'))
    await device.replicator.syncOnce()
    expect(remote.requests).toEqual([])
    expect(await device.replicator.replica.checkpoint('red')).toBeUndefined()
    expect(await device.replicator.replica.pending(9)).toEqual([])
    await device.engine.dispatch('DeleteTable', { TableName: TABLE })
  })

  it('is refused while writes wait, and gives them up when it is told to', async () => {
    const { device, remote } = await stage([note('1', 'one')])
    await device.replicator.syncOnce()
    await device.update(keyOf('1'), 'SET a = :a', { ':a': { S: 'changed' } })
    await expect(device.replicator.replica.end(all)).rejects.toMatchObject({
      code: 'WritesWaiting',
      data: { pending: 1, parked: 0 },
    })
    const { pending } = await device.replicator.replica.end({ ...all, discardPending: true })
    expect(pending).toMatchObject([{ actions: [{ kind: 'Update', request: { Key: keyOf('1') } }] }])
    expect(await textsOf(device)).toEqual({ 1: 'changed' })
    expect(await device.replicator.replica.pending(9)).toEqual([])
    remote.requests.length = 0
    await device.replicator.syncOnce()
    expect(remote.requests).toEqual([])
  })

  it('may begin anew, with what has changed on both sides meanwhile', async () => {
    const { device, first } = await stage([note('1', 'one'), note('2', 'two')], { conflicts: 'local-wins' })
    await device.replicator.syncOnce()
    await first.replicator.syncOnce()
    await device.replicator.replica.end(all)
    await device.put(note('1', 'changed here'))
    await device.put(note('3', 'new here'))
    await first.put(note('2', 'changed there'))
    await first.put(note('4', 'new there'))
    await first.replicator.syncOnce()

    await device.replicator.replica.begin()
    await device.replicator.syncOnce()
    await first.replicator.syncOnce()
    expect(await textsOf(device)).toEqual({ 1: 'changed here', 2: 'two', 3: 'new here', 4: 'new there' })
    expect(await textsOf(first)).toEqual(await textsOf(device))
  })

  it('is not begun anew by another tab that still replicates', async () => {
    const { device, clock } = await stage([note('1', 'one')])
    await device.replicator.syncOnce()
    await device.replicator.replica.end(all)
    await device.replicator.syncOnce()
    const other = new Replica({ store: device.store, clock, random: seededRandom(5), tables: {} })
    expect(await other.activeScopes(['red'])).toEqual([])
    await device.put(note('2', 'two'))
    expect(await device.replicator.replica.pending(9)).toEqual([])
  })

  it('gives up transactions with other tables as a whole, which others see no half of', async () => {
    const { device, clock } = await stage([note('1', 'one')])
    await device.engine.dispatch('CreateTable', { ...OTHER_TABLE })
    const partition = { kind: 'partition' as const }
    const tables = { [TABLE]: { scope: partition }, others: { scope: partition } }
    const replica = new Replica({ store: device.store, clock, random: seededRandom(5), tables })
    await replica.begin()
    await replica.prepare(noSignal)
    await device.engine.dispatch('TransactWriteItems', {
      TransactItems: [
        { Put: { TableName: TABLE, Item: note('2', 'both') } },
        { Put: { TableName: 'others', Item: { p: { S: 'red' } } } },
      ],
    })
    await replica.end({ tables: [TABLE], discardPending: true })
    expect(await textsOf(device)).toEqual({ 1: 'one', 2: 'both' })
    expect(await device.engine.dispatch('Scan', { TableName: 'others' })).toMatchObject({ Items: [] })
    expect(await replica.pending(9)).toEqual([])
  })

  it('leaves other tables replicated, which are read anew without one that has been deleted since', async () => {
    const { device, remote, clock } = await stage([note('1', 'one')])
    await device.engine.dispatch('CreateTable', { ...OTHER_TABLE })
    const facts = { others: TABLE_FACTS, [TABLE]: TABLE_FACTS }
    const direct = { api: remote.api, clock, companionTable: COMPANION, tables: facts }
    const { store } = device
    const replicator = new Replicator({
      store,
      remote: createDynamoRemote(direct),
      clock,
      random: seededRandom(5),
      tables: facts,
      scopes: [SCOPE],
    })
    await replicator.replica.begin()
    await replicator.replica.end({ tables: ['others'], discardPending: false })
    await device.engine.dispatch('DeleteTable', { TableName: 'others' })
    await replicator.syncOnce()
    const Key = { pk: { S: `head#${SCOPE}` }, sk: { N: '0' } }
    await remote.engine.dispatch('DeleteItem', { TableName: COMPANION, Key })
    await replicator.syncOnce()
    expect(await replicator.isComplete()).toBe(true)
    expect(await textsOf(device)).toEqual({ 1: 'one' })
  })

  it('is refused for a table that is not there', async () => {
    const { device } = await stage([])
    const unknown = device.replicator.replica.end({ tables: ['nothing'], discardPending: false })
    await expect(unknown).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

describe('a table that was declared otherwise before', () => {
  it('is refused: its items would be looked for in other scopes', async () => {
    const { device, clock } = await stage([])
    const tables = { [TABLE]: { scope: { kind: 'table' as const, scope: 'all' } } }
    const other = new Replica({ store: device.store, clock, random: seededRandom(5), tables })
    await expect(other.begin()).rejects.toMatchObject({ code: 'DefinitionMismatch', data: { table: TABLE } })
  })
})

const OTHER_TABLE = {
  TableName: 'others',
  AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
}
