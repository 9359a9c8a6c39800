// Replication as an app sees it: two devices and a remote database, each with its own worker, in one process.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attribute, expr } from '../../../src/client/expression.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { Database, SyncedDatabase } from '../../../src/client/open-database.ts'
import type { SyncOptions } from '../../../src/client/sync-types.ts'
import { arrivalOf, isQuiet, NOTES, openCloud, openDevice, statusOnce } from '../../support/synced-databases.ts'

const KEY = { list: 'home', id: '1' }

let cloud: Database
let devices: SyncedDatabase[]

beforeEach(async () => {
  cloud = await openCloud()
  devices = []
})

afterEach(async () => {
  for (const each of devices) await each.close()
  await cloud.close()
})

async function device(changes: Partial<SyncOptions> = {}): Promise<SyncedDatabase> {
  const opened = await openDevice({ database: cloud }, changes)
  devices.push(opened)
  return opened
}

/** Two devices that have the note and make no requests unless they are asked to. */
async function pausedPair(changes: Partial<SyncOptions> = {}): Promise<readonly [SyncedDatabase, SyncedDatabase]> {
  const pair = [await device({ ...changes, isPaused: true }), await device({ ...changes, isPaused: true })] as const
  await pair[0].table(NOTES).put({ ...KEY, text: 'milk', count: 1 })
  for (const each of pair) await each.sync.now()
  return pair
}

describe('a database that replicates with another of the page', () => {
  it('brings a write to the remote, and from there to another device, without being asked', async () => {
    const [anna, ben] = [await device(), await device()]
    await statusOnce(ben, isQuiet)
    const arrived = arrivalOf(ben, KEY)

    await anna.table(NOTES).put({ ...KEY, text: 'milk' })

    expect(await arrived).toEqual({ ...KEY, text: 'milk', _version: 1 })
    expect(await cloud.table(NOTES).get(KEY)).toEqual(await arrived)
  })

  it('keeps writes while it is paused, and pushes them when it is resumed', async () => {
    const anna = await device()
    await statusOnce(anna, isQuiet)
    await anna.sync.pause()
    await anna.table(NOTES).put(KEY)
    const { state, pending } = await statusOnce(anna, (status) => status.pending.count > 0)

    expect([state, pending.count, pending.bytes > 0, pending.oldestAtMs !== undefined]).toEqual([
      'paused',
      1,
      true,
      true,
    ])
    expect(await cloud.table(NOTES).get(KEY)).toBeUndefined()

    await anna.sync.resume()
    await statusOnce(anna, isQuiet)
    expect(await cloud.table(NOTES).get(KEY)).toEqual({ ...KEY, _version: 1 })
  })

  it('replicates when it is asked to, paused or not', async () => {
    const [, ben] = await pausedPair()

    expect(await ben.table(NOTES).get(KEY)).toEqual({ ...KEY, text: 'milk', count: 1, _version: 1 })
    expect((await statusOnce(ben, ({ lastPullAtMs }) => lastPullAtMs !== undefined)).state).not.toBe('idle')
  })

  it('does not replicate for somebody who no longer wants it', async () => {
    const anna = await device({ isPaused: true })
    const ending = new AbortController()
    ending.abort(new Error('enough'))

    await expect(anna.sync.now({ signal: ending.signal })).rejects.toThrow('enough')
    expect((await statusOnce(anna, ({ state }) => state === 'paused')).lastPullAtMs).toBeUndefined()
  })

  it('lets go of a remote that does not answer', async () => {
    const silent = { name: 'silent', send: () => new Promise(() => undefined) }
    const anna = await openDevice({ database: silent }, { isPaused: true })
    devices.push(anna)
    const ending = new AbortController()
    const syncing = anna.sync.now({ signal: ending.signal })
    await statusOnce(anna, ({ state }) => state === 'syncing')
    ending.abort(new Error('enough'))

    await expect(syncing).rejects.toThrow('enough')
    // Nor is it waited for when the database is closed.
    const last = anna.sync.now().catch((error: unknown) => error)
    await statusOnce(anna, ({ state }) => state === 'syncing')
    await anna.close()
    expect(await last).toBeInstanceOf(Error)
  })

  it.each([
    [{ scopes: [] }, { code: 'InvalidOption', data: { option: 'sync.scopes' } }],
    [{ tables: {} }, { code: 'InvalidOption', data: { option: 'sync.tables' } }],
    [{ tables: { lists: { scope: { kind: 'partition' } } } }, { name: 'ResourceNotFoundException' }],
  ] as const)('is not opened with %j', async (changes, error) => {
    await expect(device(changes)).rejects.toMatchObject(error)
  })

  it('tells of each item how far it has been replicated', async () => {
    const anna = await device({ isPaused: true })
    const states = (): Promise<readonly string[]> => anna.sync.itemStates(NOTES, [KEY, { list: 'home', id: '2' }])
    await anna.table(NOTES).put(KEY)

    expect(await states()).toEqual(['pending', 'synced'])
    await anna.sync.now()
    expect(await states()).toEqual(['synced', 'synced'])
  })

  it('tells every subscription of its status for itself, one observer twice', async () => {
    const anna = await device({ isPaused: true })
    const seen: string[] = []
    const observer = { next: ({ state }: { readonly state: string }): void => void seen.push(state) }
    const [first, second] = [anna.sync.status.subscribe(observer), anna.sync.status.subscribe(observer)]
    await statusOnce(anna, ({ state }) => state === 'paused')
    first.unsubscribe()
    seen.length = 0
    await anna.sync.resume()
    await statusOnce(anna, ({ state }) => state !== 'paused')
    expect(seen.length).toBeGreaterThan(0)
    second.unsubscribe()
  })

  it('tells how far a first sync has come, where the remote knows how much there is', async () => {
    const count = 3000
    await cloud
      .table(NOTES)
      .putMany(Array.from({ length: count }, (_, id) => ({ list: 'home', id: String(id), text: 'x'.repeat(1000) })))
    const anna = await device({
      tables: { notes: { scope: { kind: 'table', scope: 'all' } } },
      scopes: ['all'],
      isPaused: true,
    })
    expect(anna.sync.status.current.firstSync).toEqual({ items: 0 })

    const seen: unknown[] = []
    anna.sync.status.subscribe(({ firstSync }) => firstSync && seen.push(firstSync))
    await anna.sync.resume()
    const { firstSync } = await statusOnce(anna, isQuiet)

    expect(firstSync).toBeUndefined()
    // How often the status is told meanwhile depends on how quick the machine is.
    expect(seen.length).toBeGreaterThan(0)
    for (const each of seen.slice(1)) {
      const { items, percent = 0 } = each as { readonly items: number; readonly percent?: number }
      expect([percent, items <= count]).toEqual([percent === 0 ? 0 : Math.floor((100 * items) / count), true])
    }
    expect(await anna.table(NOTES).scan().count()).toBe(count)
  })

  it('goes on pushing while writes go on', async () => {
    const anna = await device()
    await statusOnce(anna, isQuiet)
    let isOver = false
    const writing = (async () => {
      for (let id = 0; !isOver; id++) await anna.table(NOTES).put({ list: 'home', id: String(id) })
    })()
    await statusOnce(anna, ({ lastPushAtMs }) => lastPushAtMs !== undefined)
    isOver = true
    await writing
    expect(await cloud.table(NOTES).get({ list: 'home', id: '0' })).toBeDefined()
  })

  it('adds up what it costs', async () => {
    const anna = await device({ isPaused: true })
    await anna.table(NOTES).put(KEY)
    await anna.sync.now()
    const { cost } = await statusOnce(anna, (status) => (status.cost.tables['notes']?.writeUnits ?? 0) > 0)

    expect(cost).toEqual({
      sinceMs: expect.any(Number) as number,
      isEstimate: false,
      tables: {
        notes: { readUnits: expect.any(Number) as number, writeUnits: 2 },
        tidetable_sync: { readUnits: expect.any(Number) as number, writeUnits: 6 },
      },
    })

    await anna.sync.resetCost()
    expect((await statusOnce(anna, (status) => status.cost.tables['notes'] === undefined)).cost.tables).toEqual({})
  })

  it('gets another budget, or none, while it goes on', async () => {
    const anna = await device({ poll: { shortestMs: 1, longestMs: 1 } })
    await anna.sync.setBudget({ readUnits: 2, windowMs: 3_600_000 })
    const { budget } = await statusOnce(anna, ({ state }) => state === 'over-budget')
    expect(budget).toEqual({
      readUnits: 2,
      spentUnits: expect.any(Number) as number,
      endsAtMs: expect.any(Number) as number,
    })
    expect(budget?.spentUnits).toBeGreaterThanOrEqual(2)

    await anna.sync.setBudget(undefined)
    expect((await statusOnce(anna, ({ state }) => state === 'idle')).budget).toBeUndefined()
    await expect(anna.sync.setBudget({ readUnits: -1 })).rejects.toMatchObject({ code: 'InvalidOption' })
    await expect(anna.sync.setBudget({ readUnits: 1, windowMs: 0 })).rejects.toMatchObject({ code: 'InvalidOption' })
  })

  it('looks at the remote no more when the budget is used up, but pushes writes', async () => {
    const anna = await device({ budget: { readUnits: 1 }, poll: { shortestMs: 1, longestMs: 1 } })
    await statusOnce(anna, ({ state }) => state === 'over-budget')

    await anna.table(NOTES).put(KEY)
    await statusOnce(anna, ({ lastPushAtMs, state }) => lastPushAtMs !== undefined && state === 'over-budget')
    expect(await cloud.table(NOTES).get(KEY)).toEqual({ ...KEY, _version: 1 })
  })
})

describe('what has not taken effect', () => {
  it('is exported whole, however much it is', async () => {
    const anna = await device({ isPaused: true })
    const notes = Array.from({ length: 2500 }, (_, n) => ({ list: 'home', id: String(n) }))
    await anna.table(NOTES).putMany(notes)
    const { pending, parked } = await anna.sync.export()
    expect([pending.length, parked.length]).toEqual([2500, 0])
    const ids = pending.flatMap(({ writes }) => writes.map(({ request }) => (request['Item'] as Item)['id']))
    expect(new Set(ids.map((id) => (id as { S: string }).S)).size).toBe(2500)
  })
})

describe('a strategy for all tables', () => {
  it('decides where a table says nothing of its own', async () => {
    const [anna, ben] = await pausedPair({ conflicts: 'local-wins' })
    await ben.table(NOTES).put({ ...KEY, text: 'bread' })
    await ben.sync.now()
    await anna.table(NOTES).put({ ...KEY, text: 'butter' })
    for (const each of [anna, ben]) await each.sync.now()
    expect((await ben.table(NOTES).get(KEY))?.text).toBe('butter')
  })
})

describe('replication that is stopped', () => {
  it('is not while writes wait, unless they are given up, which hands them back', async () => {
    const anna = await device({ isPaused: true })
    await anna.table(NOTES).put({ ...KEY, text: 'milk' })
    await expect(anna.sync.stop()).rejects.toMatchObject({ code: 'WritesWaiting', data: { pending: 1, parked: 0 } })

    const { pending, parked } = await anna.sync.stop({ discardPending: true })
    expect(parked).toEqual([])
    expect(pending).toMatchObject([{ id: 1, writes: [{ kind: 'Put', request: { Item: { text: { S: 'milk' } } } }] }])
    expect(await anna.table(NOTES).get(KEY)).toEqual({ ...KEY, text: 'milk' })
  })

  it('leaves a table like any other, which is replicated no more', async () => {
    const anna = await device()
    await statusOnce(anna, isQuiet)
    expect(await anna.sync.stop({ tables: ['notes'] })).toEqual({ pending: [], parked: [] })
    await anna.table(NOTES).put(KEY)
    await anna.sync.now()

    expect(await cloud.table(NOTES).get(KEY)).toBeUndefined()
    expect(await anna.sync.itemStates(NOTES, [KEY])).toEqual(['local'])
    expect((await statusOnce(anna, ({ state }) => state === 'idle')).pending.count).toBe(0)
    await anna.send('DeleteTable', { TableName: 'notes' })
    await expect(anna.sync.stop({ tables: ['notes'] })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

describe('a write that the remote can no longer take', () => {
  it('is rolled back, listed with its cause, corrected and done again, while other writes pass', async () => {
    const [anna, ben] = await pausedPair()
    await ben.table(NOTES).update(KEY, { set: { text: 'bread' } })
    await ben.sync.now()
    await anna.table(NOTES).update(KEY, { set: { count: 2 }, if: expr`${attribute('text')} = ${'milk'}` })
    await anna.table(NOTES).put({ list: 'home', id: '2', text: 'eggs' })
    await anna.sync.now()

    const [parked, ...others] = await anna.sync.parked()
    expect(others).toEqual([])
    expect(parked?.cause).toEqual({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
    })
    expect(await anna.table(NOTES).get(KEY)).toEqual({ ...KEY, text: 'bread', count: 1, _version: 2 })
    expect(await anna.sync.itemStates(NOTES, [KEY, { list: 'home', id: '2' }])).toEqual(['parked', 'synced'])
    expect(await cloud.table(NOTES).get({ list: 'home', id: '2' })).toMatchObject({ text: 'eggs' })

    const id = parked?.id ?? 0
    const isRetried = await anna.sync.retry(id, ([write]) => [
      {
        kind: 'Update',
        request: {
          TableName: 'notes',
          Key: write?.request['Key'],
          UpdateExpression: 'SET #count = :count',
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':count': { N: '2' } },
        },
      },
    ])
    await anna.sync.now()

    expect([isRetried, await anna.sync.parked()]).toEqual([true, []])
    expect(await cloud.table(NOTES).get(KEY)).toMatchObject({ text: 'bread', count: 2 })
  })

  it('can be given up, and be exported before', async () => {
    const [anna, ben] = await pausedPair()
    await ben.table(NOTES).delete(KEY)
    await ben.sync.now()
    await anna.table(NOTES).update(KEY, { set: { count: 2 }, if: 'exists' })
    await anna.table(NOTES).put({ list: 'home', id: '3' })
    const before = await anna.sync.export()
    await anna.sync.now()
    const { pending, parked } = await anna.sync.export()

    expect(before.pending.map(({ writes }) => writes.map(({ kind }) => kind))).toEqual([['Update'], ['Put']])
    expect(pending).toEqual([])
    expect(parked.map(({ writes }) => writes)).toEqual([before.pending[0]?.writes])

    const id = parked[0]?.id ?? 0
    expect([await anna.sync.discard(id), await anna.sync.discard(id), await anna.sync.retry(id)]).toEqual([
      true,
      false,
      false,
    ])
    expect(await anna.sync.parked()).toEqual([])
  })
})

describe('a conflict', () => {
  it('is decided by the app, which is given both sides and what they come from', async () => {
    const asked: unknown[] = []
    const [anna, ben] = await pausedPair({
      tables: {
        notes: {
          scope: { kind: 'partition' },
          conflicts(conflict) {
            asked.push(conflict)
            const texts = [conflict.local, conflict.remote].map((side) => side?.['text'] as string)
            return { item: { ...KEY, text: texts.join(' and ') } }
          },
        },
      },
    })
    await ben.table(NOTES).put({ ...KEY, text: 'bread' })
    await ben.sync.now()
    await anna.table(NOTES).put({ ...KEY, text: 'eggs' })
    await anna.sync.now()

    expect(asked).toEqual([
      {
        table: 'notes',
        base: { ...KEY, text: 'milk', count: 1, _version: 1 },
        local: { ...KEY, text: 'eggs' },
        remote: { ...KEY, text: 'bread', _version: 2 },
      },
    ])
    expect(await cloud.table(NOTES).get(KEY)).toEqual({ ...KEY, text: 'eggs and bread', _version: 3 })
  })

  it('is listed with its result, and can be given another', async () => {
    const [anna, ben] = await pausedPair({
      tables: { notes: { scope: { kind: 'partition' }, conflicts: 'remote-wins' } },
    })
    await ben.table(NOTES).put({ ...KEY, text: 'bread' })
    await ben.sync.now()
    await anna.table(NOTES).put({ ...KEY, text: 'eggs' })
    await anna.sync.now()
    const [conflict, ...others] = await anna.sync.conflicts()

    expect(others).toEqual([])
    expect(conflict).toMatchObject({ table: 'notes', key: KEY, local: { text: 'eggs' }, result: { text: 'bread' } })
    expect((await statusOnce(anna, ({ conflictCount }) => conflictCount > 0)).conflictCount).toBe(1)

    const id = conflict?.id ?? 0
    expect(await anna.sync.resolve(id, { item: conflict?.local ?? {} })).toBe(true)
    await anna.sync.now()

    expect(await cloud.table(NOTES).get(KEY)).toEqual({ ...KEY, text: 'eggs', _version: 3 })
    expect([await anna.sync.conflicts(), await anna.sync.resolve(id, { keep: true })]).toEqual([[], false])
  })
})
