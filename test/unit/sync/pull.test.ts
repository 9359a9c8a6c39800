// Pulls: pages of a first sync, logs that were cut or lost, entries that are still landing.

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { Checkpoint } from '../../../src/sync/replication-rows.ts'
import {
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  TABLE,
} from '../../support/replication-fixture.ts'

/** Has each page of the table hold three items. */
function shortenPages(remote: RemoteFixture): void {
  const { send } = remote.api
  Object.assign(remote.api, {
    send: (operation: string, input: { TableName?: string }) =>
      send(operation, operation === 'Query' && input.TableName === TABLE ? { ...input, Limit: 3 } : input),
  })
}

async function companionRows({ engine }: RemoteFixture): Promise<readonly Item[]> {
  return ((await engine.dispatch('Scan', { TableName: 'companion' })) as { Items: readonly Item[] }).Items
}

/** Removes rows of the companion table. */
async function cut(remote: RemoteFixture, isCut: (pk: string) => boolean): Promise<void> {
  for (const { pk, sk } of await companionRows(remote)) {
    if (pk === undefined || sk === undefined || !('S' in pk) || !isCut(pk.S)) continue
    await remote.engine.dispatch('DeleteItem', { TableName: 'companion', Key: { pk, sk } })
  }
}

describe('a first sync', () => {
  it('goes on at the page that it had reached', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const writer = await createReplica(remote, clock)
    for (let n = 0; n < 12; n++) await writer.put({ ...keyOf(`item ${n}`), n: { N: `${n}` } })
    await writer.replicator.syncOnce()
    shortenPages(remote)
    const reader = await createReplica(remote, clock, { seed: 3 })
    const error = Object.assign(new Error('gone'), { name: 'TypeError' })
    const { send } = remote.api
    let pages = 0
    Object.assign(remote.api, {
      send: (operation: string, input: { TableName?: string }) =>
        operation === 'Query' && input.TableName === TABLE && ++pages === 3
          ? Promise.reject(error)
          : send(operation, input),
    })
    await expect(reader.replicator.syncOnce()).rejects.toBe(error)
    expect(await reader.replicator.replica.checkpoint('red')).toMatchObject({
      phase: 'loading',
      load: { itemCount: 6 },
    })
    remote.requests.splice(0)
    await reader.replicator.syncOnce()
    // Two full pages, one that finds nothing more, and what surrounds them.
    expect(remote.requests.filter((name) => name === 'Query')).toHaveLength(3)
    expect(await reader.read(keyOf('item 9'))).toMatchObject({ n: { N: '9' } })
    expect(await reader.replicator.isComplete()).toBe(true)
  })
})

describe('a log that does not reach back far enough', () => {
  it('makes the client compare all items: what was deleted is gone, what waits is kept', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const [one, other] = [await createReplica(remote, clock), await createReplica(remote, clock, { seed: 3 })]
    for (const s of ['kept', 'deleted', 'changed']) await one.put({ ...keyOf(s), v: { S: 'old' } })
    await one.replicator.syncOnce()
    await other.replicator.syncOnce()
    await one.remove(keyOf('deleted'))
    await one.replicator.syncOnce()
    await one.update(keyOf('changed'), 'SET v = :v', { ':v': { S: 'new' } })
    await one.replicator.syncOnce()
    await cut(remote, (pk) => pk.startsWith('log#'))
    await other.update(keyOf('changed'), 'SET w = :w', { ':w': { S: 'mine' } })
    await other.replicator.syncOnce()
    expect(await other.read(keyOf('deleted'))).toBeUndefined()
    expect(await other.read(keyOf('kept'))).toMatchObject({ v: { S: 'old' } })
    expect(await other.read(keyOf('changed'))).toMatchObject({ v: { S: 'new' }, w: { S: 'mine' } })
    expect(await other.replicator.replica.pending(1)).toEqual([])
  })

  it('makes it compare all items too when the log was lost and begun anew', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const [one, other] = [await createReplica(remote, clock), await createReplica(remote, clock, { seed: 3 })]
    await one.put({ ...keyOf('item'), v: { S: 'old' } })
    await one.replicator.syncOnce()
    await other.replicator.syncOnce()
    await cut(remote, () => true)
    await one.replicator.syncOnce()
    await one.put({ ...keyOf('item'), v: { S: 'new' } })
    await one.replicator.syncOnce()
    await other.replicator.syncOnce()
    expect(await other.read(keyOf('item'))).toMatchObject({ v: { S: 'new' } })
  })
})

describe('an entry that is still landing', () => {
  it('is waited for, and nothing behind it is passed', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const [one, other] = [await createReplica(remote, clock), await createReplica(remote, clock, { seed: 3 })]
    await other.replicator.syncOnce()
    for (const v of ['1', '2', '3']) {
      await one.put({ ...keyOf(v), v: { S: v } })
      await one.replicator.syncOnce()
    }
    const { send } = remote.api
    let looks = 0
    Object.assign(remote.api, {
      async send(operation: string, input: { TableName?: string }) {
        const output = (await send(operation, input)) as { Items?: readonly Item[] }
        const isLanding = operation === 'Query' && input.TableName === 'companion' && ++looks <= 2
        return isLanding
          ? { ...output, Items: output.Items?.filter(({ sk }) => sk !== undefined && 'N' in sk && sk.N !== '2') }
          : output
      },
    })
    await other.replicator.syncOnce()
    expect(looks).toBeGreaterThan(2)
    expect(await other.replicator.replica.checkpoint('red')).toMatchObject({ phase: 'complete', sequence: 3 })
    for (const v of ['1', '2', '3']) expect(await other.read(keyOf(v))).toMatchObject({ v: { S: v } })
    expect(remote.requests.filter((name) => name === 'TransactGetItems')).toEqual([])
  })
})

describe('an entry with a reading of the clock that no clock has', () => {
  it('is taken over, and what is written afterwards has a later reading each time, and is pushed', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const [one, other] = [await createReplica(remote, clock), await createReplica(remote, clock, { seed: 3 })]
    await other.replicator.syncOnce()
    await one.put(keyOf('item'))
    await one.replicator.syncOnce()
    await remote.engine.dispatch('UpdateItem', {
      TableName: 'companion',
      Key: { pk: { S: 'log#red' }, sk: { N: '1' } },
      UpdateExpression: 'SET #at = :at',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': { N: '9e100' } },
    })
    await other.replicator.syncOnce()
    expect(await other.read(keyOf('item'))).toBeDefined()
    for (const s of ['1', '2']) await other.put(keyOf(s))
    const [first, second] = await other.replicator.replica.pending(2)
    expect(Number.isSafeInteger(second?.clock)).toBe(true)
    expect(second?.clock).toBeGreaterThan(first?.clock ?? Infinity)
    await other.replicator.syncOnce()
    expect(await other.replicator.replica.pending(1)).toEqual([])
  })
})

describe('a false change in an entry', () => {
  const names = { L: [{ S: 'p' }, { S: 's' }] }

  it.each([
    ['a deletion of a key of other types', { d: { M: { p: { N: '1' }, s: { S: 'x' } } } }],
    ['a deletion of a part of a key', { d: { M: { p: { S: 'red' } } } }],
    ['an item that is to be fetched under no key', { f: { M: { p: { S: 'red' }, s: { N: '1' } } } }],
    ['an item with an empty key', { k: names, i: { M: { p: { S: 'red' }, s: { S: '' } } } }],
    ['an item of another scope', { k: names, i: { M: { p: { S: 'blue' }, s: { S: '1' } } } }],
  ])('is passed over, as %s', async (_what, change) => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const [one, other] = [await createReplica(remote, clock), await createReplica(remote, clock, { seed: 3 })]
    await other.replicator.syncOnce()
    for (const s of ['1', '2']) {
      await one.put(keyOf(s))
      await one.replicator.syncOnce()
    }
    await remote.engine.dispatch('UpdateItem', {
      TableName: 'companion',
      Key: { pk: { S: 'log#red' }, sk: { N: '1' } },
      UpdateExpression: 'SET l = list_append(l, :l)',
      ExpressionAttributeValues: { ':l': { L: [{ M: { t: { S: TABLE }, h: { N: '1' }, ...change } }] } },
    })
    await other.replicator.syncOnce()
    expect(await other.engine.dispatch('Scan', { TableName: TABLE })).toMatchObject({
      Items: [keyOf('1'), keyOf('2')],
    })
  })
})

describe('entries of pushes over two scopes', () => {
  it('are taken over in both logs at once, and no more of them than one page asks for', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const scopes = ['red', 'blue']
    const [one, other] = [
      await createReplica(remote, clock, { scopes }),
      await createReplica(remote, clock, { scopes, seed: 3 }),
    ]
    await other.replicator.syncOnce()
    for (let n = 1; n <= 6; n++) {
      const TransactItems = scopes.map((p) => ({ Put: { TableName: TABLE, Item: { p: { S: p }, s: { S: `${n}` } } } }))
      await one.engine.dispatch('TransactWriteItems', { TransactItems })
      await one.replicator.syncOnce()
    }
    const { send } = remote.api
    const reached = new Set<string>()
    Object.assign(remote.api, {
      async send(operation: string, input: { TableName?: string }) {
        const checkpoints = await Promise.all(scopes.map((scope) => other.replicator.replica.checkpoint(scope)))
        reached.add(checkpoints.map((checkpoint) => checkpoint?.sequence).join())
        const isShort = operation === 'Query' && JSON.stringify(input).includes('log#red')
        return send(operation, isShort ? { ...input, Limit: 2 } : input)
      },
    })
    await other.replicator.syncOnce()
    expect([...reached]).toEqual(['0,0', '2,2', '4,4', '6,6'])
  })

  it.each(['lost', 'lost and begun anew'])('are taken over in one log when the other one was %s', async (what) => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const scopes = ['red', 'blue']
    const one = await createReplica(remote, clock, { scopes })
    const other = await createReplica(remote, clock, { scopes, seed: 3 })
    const keys = scopes.map((p) => ({ p: { S: p }, s: { S: 'both' } }))
    const write = async (v: string): Promise<void> => {
      const TransactItems = keys.map((key) => ({ Put: { TableName: TABLE, Item: { ...key, v: { S: v } } } }))
      await one.engine.dispatch('TransactWriteItems', { TransactItems })
      await one.replicator.syncOnce()
    }
    await write('1')
    await other.replicator.syncOnce()
    for (const v of ['2', '3']) await write(v)
    await cut(remote, (pk) => pk.endsWith('#blue'))
    if (what === 'lost and begun anew') {
      const third = await createReplica(remote, clock, { scopes: ['blue'], seed: 4 })
      await third.put({ p: { S: 'blue' }, s: { S: 'more' } })
      await third.replicator.syncOnce()
      // The other log is read first.
      const blue = await createReplica(remote, clock, { scopes: ['blue'], seed: 3, store: other.store })
      await blue.replicator.syncOnce()
    }
    await other.replicator.syncOnce()
    for (const key of keys) expect(await other.read(key)).toMatchObject({ v: { S: '3' } })
    expect(await other.replicator.isComplete()).toBe(true)
    expect(remote.requests.length).toBeLessThan(200)
  })
})

describe('two tabs that read a scope anew at once', () => {
  const NEXT = undefined
  const HEAD = { sequence: 2, logId: 'log' }
  const IMAGE = { ...keyOf('item'), v: { S: 'new' }, _version: { N: '2' } }

  /** Of a database that has read the scope once. */
  async function openReplica(): Promise<{ readonly device: ReplicaFixture; checkpoint(): Promise<Checkpoint> }> {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    await device.replicator.syncOnce()
    const { replica } = device.replicator
    return { device, checkpoint: async () => (await replica.checkpoint('red')) as Checkpoint }
  }

  /** Of one that is reading it anew, and has read its one page. */
  async function openPaged() {
    const { device, checkpoint } = await openReplica()
    const { replica } = device.replicator
    await replica.beginLoad('red', HEAD)
    await replica.applyPage({ scope: 'red', table: TABLE, items: [IMAGE], next: NEXT }, await checkpoint())
    return { device, replica, checkpoint, paged: await checkpoint() }
  }

  it('take over no page that was read before one of them began again', async () => {
    const { device, checkpoint } = await openReplica()
    const { replica } = device.replicator
    await replica.beginLoad('red', { sequence: 1, logId: 'log' })
    const before = await checkpoint()
    await replica.beginLoad('red', { sequence: 2, logId: 'log' })
    const old = { ...IMAGE, v: { S: 'old' }, _version: { N: '1' } }
    expect(await replica.applyPage({ scope: 'red', table: TABLE, items: [old], next: NEXT }, before)).toBe(false)
    expect(
      await replica.applyPage({ scope: 'red', table: TABLE, items: [IMAGE], next: NEXT }, await checkpoint()),
    ).toBe(true)
    expect(await device.read(keyOf('item'))).toEqual(IMAGE)
  })

  it('take nothing away that was read, whichever of them ends first', async () => {
    const { device, replica, checkpoint, paged } = await openPaged()
    await replica.endLoad(HEAD, paged)
    await replica.endLoad(HEAD, paged)
    expect(await device.read(keyOf('item'))).toEqual(IMAGE)
    expect(await checkpoint()).toMatchObject({ phase: 'complete', sequence: 2 })
  })

  it('end nothing that one of them has only begun', async () => {
    const { device, replica, checkpoint, paged } = await openPaged()
    await replica.beginLoad('red', HEAD)
    await replica.endLoad(HEAD, paged)
    expect(await checkpoint()).toMatchObject({ phase: 'loading', load: { tables: [TABLE], itemCount: 0 } })
    expect(await device.read(keyOf('item'))).toEqual(IMAGE)
  })

  it('are complete for all of them, or for none', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const scopes = ['red', 'blue']
    const writer = await createReplica(remote, clock, { scopes })
    for (const p of scopes) await writer.put({ p: { S: p }, s: { S: 'item' } })
    await writer.replicator.syncOnce()
    const one = await createReplica(remote, clock, { scopes, seed: 3 })
    expect(await one.replicator.isComplete()).toBe(false)
    await one.replicator.syncOnce()
    expect(await one.replicator.isComplete()).toBe(true)
    const other = await createReplica(remote, clock, { scopes, seed: 4, store: one.store })
    expect(await other.replicator.isComplete()).toBe(true)
    // It dies before its first page.
    await other.replicator.replica.beginLoad('blue', { sequence: 2, logId: 'log' })
    expect(await one.replicator.isComplete()).toBe(false)
    await one.replicator.syncOnce()
    expect(await one.replicator.isComplete()).toBe(true)
    expect(await other.replicator.isComplete()).toBe(true)
  })

  it('are complete when all scopes were pulled once more, as what was read anew is newer than the rest', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const scopes = ['red', 'blue']
    const device = await createReplica(remote, clock, { scopes })
    const { replicator } = device
    await replicator.syncOnce()
    const { replica } = replicator
    await replica.beginLoad('blue', { sequence: 0, logId: '' })
    const now = async (): Promise<Checkpoint> => (await replica.checkpoint('blue')) as Checkpoint
    await replica.applyPage({ scope: 'blue', table: TABLE, items: [], next: NEXT }, await now())
    await replica.endLoad({ sequence: 0, logId: '' }, await now())
    expect(await now()).toMatchObject({ phase: 'complete' })
    expect(await replicator.isComplete()).toBe(false)
    await replicator.syncOnce()
    expect(await replicator.isComplete()).toBe(true)
  })
})
