// Entries that only name items, because these are too large for them: what is fetched is as new as it is, and fits what else
// is shown all the same.

import { describe, expect, it } from 'vitest'
import type { AttributeValue, Item } from '../../../src/model/attribute-value.ts'
import { MAX_NESTING_DEPTH } from '../../../src/model/limits.ts'
import { createDynamoRemote } from '../../../src/sync/dynamo-remote.ts'
import type { RemoteTable } from '../../../src/sync/remote-table.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  type StepClock,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'

const SCOPES = ['red', 'blue']
/** An entry of so many bytes has room for no image. */
const NO_ROOM_BYTES = 150
/** So large that the entries of all scopes have no room for one each, beside the items. */
const LARGE = { S: 'x'.repeat(350_000) }
const LEFT = keyOf('left')
const RIGHT = keyOf('right')
const ACROSS: Item = { p: { S: 'blue' }, s: { S: 'across' } }

interface Stage {
  readonly remote: RemoteFixture
  readonly clock: StepClock
  readonly reader: ReplicaFixture
  /** What the reader showed, when it said that it was complete, whenever it asked for something: left and right. */
  readonly shown: (readonly [string, string])[]
  /** Writes these items as one, each with this value. */
  write(value: string, keys: readonly Item[], maxEntrySizeBytes?: number): Promise<void>
}

function road({ api }: RemoteFixture, clock: StepClock, maxEntrySizeBytes = 300_000): RemoteTable {
  return createDynamoRemote({
    api,
    clock,
    companionTable: COMPANION,
    tables: { [TABLE]: TABLE_FACTS },
    maxEntrySizeBytes,
  })
}

/** A reader that has left and right as they were at first. */
async function stage(): Promise<Stage> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const writer = await createReplica(remote, clock, { scopes: SCOPES })
  const shown: (readonly [string, string])[] = []
  const look = async (): Promise<void> => {
    if (!(await reader.replicator.isComplete())) return
    const [left, right] = [await reader.read(LEFT), await reader.read(RIGHT)]
    shown.push([valueOf(left), valueOf(right)])
  }
  const watched = new Proxy(road(remote, clock), {
    get: (target, name: keyof RemoteTable) => async (input: never) => {
      await look()
      return target[name](input)
    },
  })
  const reader = await createReplica(remote, clock, { scopes: SCOPES, seed: 3, road: watched })
  const write: Stage['write'] = async (value, keys, maxEntrySizeBytes) => {
    const TransactItems = keys.map((key) => ({ Put: { TableName: TABLE, Item: { ...key, v: { S: value } } } }))
    await writer.engine.dispatch('TransactWriteItems', { TransactItems })
    const { store } = writer
    const tab = await createReplica(remote, clock, {
      scopes: SCOPES,
      store,
      road: road(remote, clock, maxEntrySizeBytes),
    })
    await tab.replicator.syncOnce()
  }
  await write('old', [LEFT, RIGHT])
  await reader.replicator.syncOnce()
  return { remote, clock, reader, shown, write }
}

function valueOf(item: Item | undefined): string {
  const value = item?.['v']
  return value !== undefined && 'S' in value ? value.S : ''
}

/** Has queries of the log answer this many entries. */
function limitPages({ api }: RemoteFixture, Limit: number): void {
  const { send } = api
  Object.assign(api, {
    send: (operation: string, input: { TableName?: string }) =>
      send(operation, operation === 'Query' && input.TableName === COMPANION ? { ...input, Limit } : input),
  })
}

/** Has the next queries of the log not show an entry. */
function hide({ api }: RemoteFixture, sequence: number, times: number): void {
  const { send } = api
  let left = times
  Object.assign(api, {
    async send(operation: string, input: { TableName?: string }) {
      const output = (await send(operation, input)) as { Items?: readonly Item[] }
      if (operation !== 'Query' || input.TableName !== COMPANION || left-- <= 0) return output
      return {
        ...output,
        Items: output.Items?.filter(({ sk }) => sk !== undefined && 'N' in sk && sk.N !== `${sequence}`),
      }
    },
  })
}

describe('an item that is fetched', () => {
  it('is shown with all that was written together with it, in other scopes too', async () => {
    const { remote, reader, shown, write } = await stage()
    await write('between', [LEFT], NO_ROOM_BYTES)
    await write('new', [LEFT, RIGHT, ACROSS], NO_ROOM_BYTES)
    limitPages(remote, 1)
    await reader.replicator.syncOnce()
    expect([...new Set(shown.map((pair) => pair.join()))]).toEqual(['old,old', 'new,new'])
  })

  it('is not shown before the entry has landed that wrote it', async () => {
    const { remote, reader, shown, write } = await stage()
    await write('between', [LEFT], NO_ROOM_BYTES)
    await write('new', [LEFT, RIGHT])
    hide(remote, 3, 2)
    await reader.replicator.syncOnce()
    expect([...new Set(shown.map((pair) => pair.join()))]).toEqual(['old,old', 'new,new'])
  })

  it('is shown when all has been read anew, if that entry was cut', async () => {
    const { remote, reader, shown, write } = await stage()
    await write('between', [LEFT], NO_ROOM_BYTES)
    await write('new', [LEFT, RIGHT])
    const Key = { pk: { S: 'log#red' }, sk: { N: '3' } }
    await remote.engine.dispatch('DeleteItem', { TableName: COMPANION, Key })
    await reader.replicator.syncOnce()
    expect([...new Set(shown.map((pair) => pair.join()))]).toEqual(['old,old'])
    expect(valueOf(await reader.read(LEFT))).toBe('new')
    expect(valueOf(await reader.read(RIGHT))).toBe('new')
    expect(await reader.replicator.isComplete()).toBe(true)
  })

  it('is shown as gone where somebody deleted it who does not know the log', async () => {
    const { remote, reader, write } = await stage()
    await write('between', [LEFT], NO_ROOM_BYTES)
    await remote.engine.dispatch('DeleteItem', { TableName: TABLE, Key: LEFT })
    await reader.replicator.syncOnce()
    expect(await reader.read(LEFT)).toBeUndefined()
    expect(valueOf(await reader.read(RIGHT))).toBe('old')
  })

  it('is one that is nested as deep as an item can be, but deeper than an entry holds it', async () => {
    const { remote, clock, reader } = await stage()
    const writer = await createReplica(remote, clock, { seed: 4 })
    let nested: AttributeValue = { S: 'deep' }
    for (let level = 1; level < MAX_NESTING_DEPTH; level++) nested = { M: { a: nested } }
    const item = { ...keyOf('tree'), nested }
    await writer.put(item)
    await writer.replicator.syncOnce()
    expect(await writer.replicator.parked()).toEqual([])
    await reader.replicator.syncOnce()
    expect(await reader.read(keyOf('tree'))).toEqual({ ...item, _version: { N: '2' } })
  })

  it('is one of a transaction that fills a push, over scopes that each have an entry in it', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const scopes = ['red', 'blue', 'green', 'white']
    const writer = await createReplica(remote, clock, { scopes })
    const reader = await createReplica(remote, clock, { scopes, seed: 3 })
    await reader.replicator.syncOnce()
    const items = scopes.flatMap((scope) => ['1', '2'].map((s): Item => ({ p: { S: scope }, s: { S: s }, v: LARGE })))
    const TransactItems = items.map((Item) => ({ Put: { TableName: TABLE, Item } }))
    await writer.engine.dispatch('TransactWriteItems', { TransactItems })
    await writer.replicator.syncOnce()
    expect(await writer.replicator.parked()).toEqual([])
    await reader.replicator.syncOnce()
    for (const { p, s, v } of items) expect(await reader.read({ p, s } as Item)).toMatchObject({ v })
  })
})
