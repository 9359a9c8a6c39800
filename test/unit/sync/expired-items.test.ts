// Time to live deletes here at once, and at the remote within days: what is written anew meanwhile meets what is as good as gone.

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { ConflictStrategy } from '../../../src/sync/settings.ts'
import {
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  type StepClock,
  TABLE,
} from '../../support/replication-fixture.ts'

const KEY = keyOf('session')
const LIFE_S = 100

interface Stage {
  readonly clock: StepClock
  readonly remote: RemoteFixture
  readonly replica: ReplicaFixture
}

/** An item that has expired, is gone here, and still there at the remote. */
async function stage(conflicts: ConflictStrategy = 'last-writer-wins'): Promise<Stage> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const replica = await createReplica(remote, clock, { conflicts })
  const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true }
  await replica.engine.dispatch('UpdateTimeToLive', { TableName: TABLE, TimeToLiveSpecification })
  await replica.put({ ...KEY, expires: inSeconds(clock, LIFE_S), v: { S: 'old' }, w: { S: 'old' } })
  await replica.replicator.syncOnce()
  clock.advance(2 * LIFE_S * 1000)
  await expect.poll(() => replica.read(KEY)).toBeUndefined()
  return { clock, remote, replica }
}

function inSeconds(clock: StepClock, seconds: number): Item[string] {
  return { N: String(Math.floor(clock.now() / 1000) + seconds) }
}

async function remoteItem({ remote }: Stage): Promise<Item | undefined> {
  return ((await remote.engine.dispatch('GetItem', { TableName: TABLE, Key: KEY })) as { Item?: Item }).Item
}

describe('an item that has expired here, and is still there at the remote', () => {
  it.each(['last-writer-wins', 'merge', 'remote-wins'] as const)('is written anew, under %s', async (conflicts) => {
    const at = await stage(conflicts)
    await at.replica.put({ ...KEY, v: { S: 'new' } })
    await at.replica.replicator.syncOnce()
    const now = { ...KEY, v: { S: 'new' }, _version: { N: '2' } }
    expect(await remoteItem(at)).toEqual(now)
    expect(await at.replica.read(KEY)).toEqual(now)
    expect(await at.replica.replicator.conflicts()).toMatchObject([{ remote: { v: { S: 'old' } } }])
  })

  it('is not in the way of a condition that it be gone', async () => {
    const at = await stage()
    const Item = { ...KEY, v: { S: 'new' } }
    await at.replica.engine.dispatch('PutItem', {
      TableName: TABLE,
      Item,
      ConditionExpression: 'attribute_not_exists(p)',
    })
    await at.replica.update(KEY, 'SET n = :n', { ':n': { N: '1' } })
    await at.replica.replicator.syncOnce()
    expect(await at.replica.replicator.parked()).toEqual([])
    expect(await remoteItem(at)).toEqual({ ...Item, n: { N: '1' }, _version: { N: '2' } })
  })

  it('gives nothing of what it was to an update that makes it anew', async () => {
    const at = await stage()
    await at.replica.update(KEY, 'SET v = :v', { ':v': { S: 'new' } })
    await at.replica.replicator.syncOnce()
    expect(await remoteItem(at)).toEqual({ ...KEY, v: { S: 'new' }, _version: { N: '2' } })
  })

  it('is what others have made of it, if they have had it live on', async () => {
    const at = await stage()
    const expires = inSeconds(at.clock, 2 * LIFE_S)
    await at.remote.engine.dispatch('UpdateItem', {
      TableName: TABLE,
      Key: KEY,
      UpdateExpression: 'SET expires = :e, v = :v',
      ExpressionAttributeValues: { ':e': expires, ':v': { S: 'theirs' } },
    })
    await at.replica.put({ ...KEY, v: { S: 'new' } })
    await at.replica.replicator.syncOnce()
    expect(await at.replica.read(KEY)).toMatchObject({ v: { S: 'theirs' }, expires })
    expect(await at.replica.replicator.conflicts()).toMatchObject([{ local: { v: { S: 'new' } } }])
  })

  it('is not what a write is done on that waits behind another one, made before it had expired', async () => {
    const at = await stage()
    const { replica, clock } = at
    await replica.put({ ...KEY, expires: inSeconds(clock, LIFE_S), v: { S: 'waits' } })
    clock.advance(2 * LIFE_S * 1000)
    await expect.poll(() => replica.read(KEY)).toBeUndefined()
    await replica.update(KEY, 'SET n = :n', { ':n': { N: '1' } })
    await replica.replicator.syncOnce()
    const now = { ...KEY, n: { N: '1' }, _version: { N: '2' } }
    expect([await remoteItem(at), await replica.read(KEY)]).toEqual([now, now])
  })

  it('does not fail a condition that it be gone behind a write that waits', async () => {
    const at = await stage()
    const { replica, clock } = at
    await replica.put({ ...KEY, expires: inSeconds(clock, LIFE_S), v: { S: 'waits' } })
    clock.advance(2 * LIFE_S * 1000)
    await expect.poll(() => replica.read(KEY)).toBeUndefined()
    const Item = { ...KEY, v: { S: 'new' } }
    const input = { TableName: TABLE, Item, ConditionExpression: 'attribute_not_exists(p)' }
    await replica.engine.dispatch('PutItem', input)
    await replica.replicator.syncOnce()
    expect(await replica.replicator.parked()).toEqual([])
    expect(await remoteItem(at)).toEqual({ ...Item, _version: { N: '2' } })
  })

  it('is renewed by the last of several puts too, of which one is kept', async () => {
    const at = await stage()
    for (const v of ['new', 'newer']) await at.replica.put({ ...KEY, v: { S: v } })
    await at.replica.replicator.syncOnce()
    expect(await remoteItem(at)).toEqual({ ...KEY, v: { S: 'newer' }, _version: { N: '2' } })
  })
})

describe('an item that is to expire yet', () => {
  it('is in the way of a condition that it be gone, though another device’s clock is far ahead', async () => {
    const { clock, remote, replica } = await stage()
    const ahead = createStepClock()
    ahead.advance(365 * 86_400_000)
    const other = await createReplica(remote, ahead, { seed: 3 })
    await other.replicator.syncOnce()
    await other.put(keyOf('seen'))
    await other.replicator.syncOnce()
    await replica.replicator.syncOnce()
    const theirs = { ...keyOf('lock'), expires: inSeconds(clock, LIFE_S), holder: { S: 'theirs' } }
    const mine = { ...keyOf('lock'), holder: { S: 'mine' } }
    const input = { TableName: TABLE, Item: mine, ConditionExpression: 'attribute_not_exists(p)' }
    await replica.engine.dispatch('PutItem', input)
    await other.put(theirs)
    await other.replicator.syncOnce()
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('lock'))).toMatchObject(theirs)
    expect(await replica.replicator.parked()).toMatchObject([{ cause: { name: 'ConditionalCheckFailedException' } }])
  })
})
