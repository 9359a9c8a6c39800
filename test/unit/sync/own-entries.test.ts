// Pushes that arrived although nobody was told: the log says so. What was written here after them was written on what they
// made, and on nothing else.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { createDynamoRemote } from '../../../src/sync/dynamo-remote.ts'
import type { RemoteTable } from '../../../src/sync/remote-table.ts'
import { createDisk } from '../../simulation/disk.ts'
import type { ConflictStrategy } from '../../../src/sync/settings.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'
import { tableInput } from '../../support/table-input.ts'

const SCOPES = ['red', 'blue']
const KEY = keyOf('item')
const ACROSS: Item = { p: { S: 'blue' }, s: { S: 'across' } }
/** An entry of so many bytes has room for no image. */
const NO_ROOM_BYTES = 150
const text = (S: string): Item[string] => ({ S })

interface Stage {
  readonly remote: RemoteFixture
  readonly one: ReplicaFixture
  readonly other: ReplicaFixture
  /** Pushes what `one` has written, whose answer is lost. */
  pushUnheard(): Promise<void>
}

/** Two databases of one remote. */
async function stage(maxEntrySizeBytes = 300_000): Promise<Stage> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const tables = { [TABLE]: TABLE_FACTS }
  const road = createDynamoRemote({ api: remote.api, clock, companionTable: COMPANION, tables, maxEntrySizeBytes })
  const lost = Object.assign(new Error('The answer is lost'), { name: 'TypeError' })
  let isDeaf = false
  const deaf: RemoteTable = {
    ...road,
    async push(push) {
      const outcome = await road.push(push)
      if (isDeaf) throw lost
      return outcome
    },
  }
  const one = await createReplica(remote, clock, { scopes: SCOPES, road: deaf })
  const other = await createReplica(remote, clock, { scopes: SCOPES, seed: 3 })
  return {
    remote,
    one,
    other,
    async pushUnheard() {
      isDeaf = true
      await expect(one.replicator.syncOnce()).rejects.toBe(lost)
      isDeaf = false
    },
  }
}

/** A database that has synced once, and may be copied. */
async function openDisk() {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const disk = await createDisk()
  const engine = createEngine({ store: disk.store, clock, random: seededRandom(5) })
  await engine.dispatch('CreateTable', tableInput(TABLE, ['p', 'S'], ['s', 'S']))
  const one = await createReplica(remote, clock, { store: disk.store })
  await one.replicator.syncOnce()
  const copyOf = async (options: { readonly conflicts?: ConflictStrategy }): Promise<ReplicaFixture> => {
    const { store } = await disk.without(0)
    return createReplica(remote, clock, { ...options, store, seed: 4 })
  }
  return { clock, remote, one, copyOf }
}

async function writeTogether({ engine }: ReplicaFixture, items: readonly Item[]): Promise<void> {
  const TransactItems = items.map((item) => ({ Put: { TableName: TABLE, Item: item } }))
  await engine.dispatch('TransactWriteItems', { TransactItems })
}

/** Writes an item once more, on condition that it is as it was written before. */
async function writeOnMine({ engine }: ReplicaFixture, Key: Item): Promise<void> {
  await engine.dispatch('UpdateItem', {
    TableName: TABLE,
    Key,
    UpdateExpression: 'SET v = :v',
    ConditionExpression: 'v = :mine',
    ExpressionAttributeValues: { ':v': text('mine again'), ':mine': text('mine') },
  })
}

describe('a push whose answer was lost', () => {
  it('does not take for its own what others made of an item that its entry only names', async () => {
    const { remote, one, pushUnheard } = await stage(NO_ROOM_BYTES)
    await one.put({ ...KEY, v: text('mine') })
    await pushUnheard()
    await remote.engine.dispatch('UpdateItem', {
      TableName: TABLE,
      Key: KEY,
      UpdateExpression: 'SET v = :v',
      ExpressionAttributeValues: { ':v': text('theirs') },
    })
    await one.put({ ...KEY, v: text('mine again') })
    await one.replicator.syncOnce()
    expect(await one.replicator.conflicts()).toMatchObject([
      { base: { v: text('mine') }, local: { v: text('mine again') }, remote: { v: text('theirs') } },
    ])
    expect(await one.read(KEY)).toMatchObject({ v: text('theirs') })
  })

  it('is no conflict with what was written after it, when others have written elsewhere in the item', async () => {
    const { one, other, pushUnheard } = await stage(NO_ROOM_BYTES)
    await one.put({ ...KEY, v: text('mine') })
    await pushUnheard()
    await other.replicator.syncOnce()
    await other.update(KEY, 'SET w = :w', { ':w': text('theirs') })
    await other.replicator.syncOnce()
    await one.update(KEY, 'SET v = :v', { ':v': text('mine again') })
    await one.replicator.syncOnce()
    expect(await one.replicator.conflicts()).toEqual([])
    expect(await one.read(KEY)).toMatchObject({ v: text('mine again'), w: text('theirs') })
  })

  it('has a later condition hold on what it made, when others have written the item since', async () => {
    const { one, other, pushUnheard } = await stage(NO_ROOM_BYTES)
    await one.put({ ...KEY, v: text('mine') })
    await pushUnheard()
    await other.replicator.syncOnce()
    await other.update(KEY, 'SET w = :w', { ':w': text('theirs') })
    await other.replicator.syncOnce()
    await writeOnMine(one, KEY)
    await one.replicator.syncOnce()
    expect(await one.replicator.parked()).toEqual([])
    expect(await one.read(KEY)).toMatchObject({ v: text('mine again'), w: text('theirs') })
  })

  it('has a later condition hold on what it made in another scope', async () => {
    const { one, pushUnheard } = await stage()
    await writeTogether(one, [
      { ...KEY, v: text('mine') },
      { ...ACROSS, v: text('mine') },
    ])
    await pushUnheard()
    for (const key of [KEY, ACROSS]) await writeOnMine(one, key)
    await one.replicator.syncOnce()
    expect(await one.replicator.parked()).toEqual([])
    expect(await one.read(KEY)).toMatchObject({ v: text('mine again') })
    expect(await one.read(ACROSS)).toMatchObject({ v: text('mine again') })
  })

  it('has a later condition hold on what it made, when the log was cut', async () => {
    const { remote, one, pushUnheard } = await stage()
    await one.put({ ...keyOf('before'), v: text('mine') })
    await one.replicator.syncOnce()
    await one.put({ ...KEY, v: text('mine') })
    await pushUnheard()
    await remote.engine.dispatch('DeleteItem', { TableName: COMPANION, Key: { pk: text('log#red'), sk: { N: '2' } } })
    await writeOnMine(one, KEY)
    await one.replicator.syncOnce()
    expect(await one.replicator.parked()).toEqual([])
    expect(await one.read(KEY)).toMatchObject({ v: text('mine again') })
  })

  it('is no conflict with what was written after it, when it had been put aside meanwhile', async () => {
    const { one, pushUnheard } = await stage(NO_ROOM_BYTES)
    await one.put({ ...KEY, v: text('mine') })
    await pushUnheard()
    const [intent] = await one.replicator.replica.pending(1)
    await one.replicator.replica.park([intent?.order ?? 0], { name: 'Conflict', message: 'for a test' })
    await one.put({ ...KEY, v: text('mine again') })
    await one.replicator.syncOnce()
    expect(await one.replicator.parked()).toEqual([])
    expect(await one.replicator.conflicts()).toEqual([])
    expect(await one.read(KEY)).toMatchObject({ v: text('mine again') })
  })
})

describe('a push of a copy of the same database', () => {
  it('is not wiped out by a later write that does not know what the copy had written after the copying', async () => {
    const { clock, one, copyOf } = await openDisk()
    await one.update(KEY, 'SET v = :v', { ':v': text('both') })
    const copy = await copyOf({})
    await one.put({ ...KEY, v: text('one') })
    clock.advance(1000)
    await copy.put({ ...KEY, v: text('copy') })
    await copy.replicator.syncOnce()
    await one.replicator.syncOnce()
    expect(await one.replicator.conflicts()).toMatchObject([{ remote: { v: text('copy') }, local: { v: text('one') } }])
    expect(await one.read(KEY)).toMatchObject({ v: text('copy') })
    expect(await one.replicator.replica.pending(1)).toEqual([])
  })

  it('is not undone by an older write that the copy had given up', async () => {
    const { clock, remote, one, copyOf } = await openDisk()
    const other = await createReplica(remote, clock, { seed: 3 })
    await other.put({ ...KEY, v: text('theirs') })
    await other.replicator.syncOnce()
    await one.put({ ...KEY, v: text('mine') })
    await one.update(KEY, 'SET a = :a', { ':a': text('mine, later') })
    const copy = await copyOf({ conflicts: 'remote-wins' })
    await copy.replicator.syncOnce()
    expect(await copy.read(KEY)).toMatchObject({ v: text('theirs'), a: text('mine, later') })
    await one.replicator.syncOnce()
    expect(await one.read(KEY)).toMatchObject({ v: text('theirs'), a: text('mine, later') })
    expect(await one.replicator.conflicts()).toMatchObject([
      { remote: { v: text('theirs') }, result: { v: text('mine') } },
      { remote: { v: text('theirs'), a: text('mine, later') } },
    ])
  })
})
