// What becomes of writes that meet others' writes to the same items.

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { ConflictStrategy } from '../../../src/sync/settings.ts'
import {
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type ReplicaFixture,
  type StepClock,
  TABLE,
} from '../../support/replication-fixture.ts'

const KEY = keyOf('item')

interface Meeting {
  readonly clock: StepClock
  readonly one: ReplicaFixture
  readonly other: ReplicaFixture
}

/** Two databases that have the same item, both of which change it before they sync again; `one` pushes first. */
async function meeting(
  conflicts: ConflictStrategy,
  start: Item | undefined,
  changes: (sides: Meeting) => Promise<void>,
): Promise<Meeting> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const one = await createReplica(remote, clock, { conflicts })
  const other = await createReplica(remote, clock, { conflicts, seed: 3 })
  if (start !== undefined) await one.put({ ...KEY, ...start })
  await one.replicator.syncOnce()
  await other.replicator.syncOnce()
  const sides = { clock, one, other }
  await changes(sides)
  await one.replicator.syncOnce()
  await other.replicator.syncOnce()
  await one.replicator.syncOnce()
  expect(await one.read(KEY)).toEqual(await other.read(KEY))
  return sides
}

const text = (S: string): Item[string] => ({ S })
const number = (N: number): Item[string] => ({ N: String(N) })

describe('writes that meet', () => {
  it('are both in effect where they touch different attributes, and that is no conflict', async () => {
    const { one, other } = await meeting('remote-wins', { a: text('0'), b: text('0') }, async (sides) => {
      await sides.one.update(KEY, 'SET a = :v', { ':v': text('1') })
      await sides.other.update(KEY, 'SET b = :v', { ':v': text('2') })
    })
    expect(await one.read(KEY)).toEqual({ ...KEY, a: text('1'), b: text('2'), _version: number(3) })
    expect(await other.replicator.conflicts()).toEqual([])
  })

  it('add up where both count, append or add elements', async () => {
    const change = 'ADD n :n, tags :t SET l = list_append(l, :l)'
    const { one, other } = await meeting('remote-wins', { n: number(1), l: { L: [] } }, async (sides) => {
      await sides.one.update(KEY, change, { ':n': number(2), ':t': { SS: ['a'] }, ':l': { L: [text('a')] } })
      await sides.other.update(KEY, change, { ':n': number(4), ':t': { SS: ['b'] }, ':l': { L: [text('b')] } })
    })
    expect(await one.read(KEY)).toMatchObject({
      n: number(7),
      tags: { SS: ['a', 'b'] },
      l: { L: [text('a'), text('b')] },
    })
    expect(await other.replicator.conflicts()).toEqual([])
  })

  it('are decided by the hybrid clock, and recorded', async () => {
    const { one, other } = await meeting('last-writer-wins', { a: text('0') }, async (sides) => {
      await sides.other.update(KEY, 'SET a = :v', { ':v': text('earlier') })
      sides.clock.advance(1000)
      await sides.one.update(KEY, 'SET a = :v', { ':v': text('later') })
    })
    expect(await one.read(KEY)).toMatchObject({ a: text('later') })
    expect(await other.replicator.conflicts()).toMatchObject([
      {
        table: 'notes',
        key: KEY,
        base: { a: text('0') },
        local: { a: text('earlier') },
        remote: { a: text('later') },
        result: { a: text('later') },
      },
    ])
    expect(await other.replicator.replica.pending(1)).toEqual([])
  })

  it('keep the local side where that wins, and the remote side where that does', async () => {
    const writes = async (sides: Meeting): Promise<void> => {
      await sides.one.put({ ...KEY, a: text('one') })
      await sides.other.put({ ...KEY, a: text('other') })
    }
    const local = await meeting('local-wins', { a: text('0') }, writes)
    expect(await local.one.read(KEY)).toMatchObject({ a: text('other') })
    const remote = await meeting('remote-wins', { a: text('0') }, writes)
    expect(await remote.one.read(KEY)).toMatchObject({ a: text('one') })
  })

  it('are merged by attribute, set element and difference', async () => {
    const start = { a: text('0'), n: number(10), tags: { SS: ['x', 'y'] }, m: { M: { p: text('0'), q: text('0') } } }
    const { one } = await meeting('merge', start, async (sides) => {
      await sides.one.put({
        ...KEY,
        a: text('0'),
        n: number(11),
        tags: { SS: ['x', 'y', 'one'] },
        m: { M: { p: text('1'), q: text('0') } },
      })
      await sides.other.put({
        ...KEY,
        a: text('2'),
        n: number(7),
        tags: { SS: ['y'] },
        m: { M: { p: text('0'), q: text('2') } },
      })
    })
    expect(await one.read(KEY)).toEqual({
      ...KEY,
      a: text('2'),
      n: number(8),
      tags: { SS: ['y', 'one'] },
      m: { M: { p: text('1'), q: text('2') } },
      _version: number(3),
    })
  })

  it('are handed to the app, which may take its time', async () => {
    const asked: unknown[] = []
    const resolver: ConflictStrategy = async ({ base, local, remote }) => {
      await new Promise((resolve) => setImmediate(resolve))
      asked.push([base?.['a'], local?.['a'], remote?.['a']])
      return { item: { ...KEY, a: text('decided') } }
    }
    const { one } = await meeting(resolver, { a: text('0') }, async (sides) => {
      await sides.one.put({ ...KEY, a: text('one') })
      await sides.other.put({ ...KEY, a: text('other') })
    })
    expect(await one.read(KEY)).toMatchObject({ a: text('decided') })
    expect(asked).toEqual([[text('0'), text('other'), text('one')]])
  })

  it('are parked when the app wants that, and can be given up', async () => {
    const { one, other } = await meeting(
      () => ({ park: true }),
      { a: text('0') },
      async (sides) => {
        await sides.one.put({ ...KEY, a: text('one') })
        await sides.other.put({ ...KEY, a: text('other') })
      },
    )
    expect(await one.read(KEY)).toMatchObject({ a: text('one') })
    const [parked] = await other.replicator.parked()
    expect(parked).toMatchObject({ cause: { name: 'Conflict' }, actions: [{ kind: 'Put' }] })
    expect(await other.replicator.discard(parked?.order ?? 0)).toBe(true)
    expect(await other.replicator.parked()).toEqual([])
  })

  it.each([
    ['an item of another key', { ...keyOf('another'), a: text('decided') }, /another key/],
    ['an item without a key', { a: text('decided') }, /another key/],
    ['no item', { ...KEY, a: { N: 'many' } }, /cannot be converted to a numeric value/],
  ])('are parked when the app answers with %s', async (_what, item, message) => {
    const { one, other } = await meeting(
      () => ({ item }),
      { a: text('0') },
      async (sides) => {
        await sides.one.put({ ...KEY, a: text('one') })
        await sides.other.put({ ...KEY, a: text('other') })
      },
    )
    expect(await one.read(KEY)).toMatchObject({ a: text('one') })
    expect(await other.replicator.parked()).toMatchObject([
      {
        actions: [{ kind: 'Put', request: { Item: { ...KEY, a: text('other') } } }],
        cause: { name: 'ValidationException', message: expect.stringMatching(message) as string },
      },
    ])
  })

  it('can be decided anew', async () => {
    const { one, other } = await meeting('remote-wins', { a: text('0') }, async (sides) => {
      await sides.one.put({ ...KEY, a: text('one') })
      await sides.other.put({ ...KEY, a: text('other') })
    })
    const [conflict] = await other.replicator.conflicts()
    expect(
      await other.replicator.resolveConflict(conflict?.number ?? -1, { ...KEY, a: text('other, after all') }),
    ).toBe(true)
    await other.replicator.syncOnce()
    await one.replicator.syncOnce()
    expect(await one.read(KEY)).toMatchObject({ a: text('other, after all') })
    expect(await other.replicator.conflicts()).toEqual([])
    expect(await other.replicator.resolveConflict(conflict?.number ?? -1, undefined)).toBe(false)
  })

  it('are decided anew for their own item only', async () => {
    const { other } = await meeting('remote-wins', { a: text('0') }, async (sides) => {
      await sides.one.put({ ...KEY, a: text('one') })
      await sides.other.put({ ...KEY, a: text('other') })
    })
    const [conflict] = await other.replicator.conflicts()
    await expect(other.replicator.resolveConflict(conflict?.number ?? -1, keyOf('another'))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The provided key element does not match the schema',
    })
  })

  it('bring a whole item back where an update wins over its deletion', async () => {
    const { one } = await meeting('local-wins', { a: text('0'), b: text('0') }, async (sides) => {
      await sides.one.remove(KEY)
      await sides.other.update(KEY, 'SET a = :v', { ':v': text('2') })
    })
    expect(await one.read(KEY)).toEqual({ ...KEY, a: text('2'), b: text('0'), _version: number(3) })
  })

  it('do not bring back what was deleted where the deletion wins', async () => {
    const { one } = await meeting('remote-wins', { a: text('0') }, async (sides) => {
      await sides.one.remove(KEY)
      await sides.other.update(KEY, 'ADD n :n', { ':n': number(1) })
    })
    expect(await one.read(KEY)).toBeUndefined()
  })

  it.each(['ConditionCheck', 'Put', 'Update'] as const)(
    'park a transaction for the condition of its %s, also where the item was then put back as it was',
    async (kind) => {
      const clock = createStepClock()
      const remote = await createRemote(clock)
      const one = await createReplica(remote, clock)
      await one.put({ ...KEY, a: number(0) })
      await one.replicator.syncOnce()
      const condition = { TableName: TABLE, ConditionExpression: 'a = :zero' }
      const ExpressionAttributeValues = { ':zero': number(0) }
      const required = {
        ConditionCheck: { ConditionCheck: { ...condition, ExpressionAttributeValues, Key: KEY } },
        Put: { Put: { ...condition, ExpressionAttributeValues, Item: { ...KEY, a: number(1) } } },
        Update: {
          Update: {
            ...condition,
            ExpressionAttributeValues,
            Key: KEY,
            UpdateExpression: 'SET a = a - :zero, b = :zero',
          },
        },
      }[kind]
      const dependent = { Put: { TableName: TABLE, Item: keyOf('dependent') } }
      await one.engine.dispatch('TransactWriteItems', { TransactItems: [required, dependent] })
      await one.update(KEY, 'SET a = :a', { ':a': number(1) })
      await one.update(KEY, 'SET a = :a REMOVE b', { ':a': number(0) })
      // Past the log: only the push can tell.
      await remote.engine.dispatch('PutItem', { TableName: TABLE, Item: { ...KEY, a: number(99) } })
      await one.replicator.syncOnce()
      expect(await one.replicator.parked()).toMatchObject([{ cause: { name: 'ConditionalCheckFailedException' } }])
      expect(await one.read(keyOf('dependent'))).toBeUndefined()
    },
  )

  it('lose a transaction as a whole', async () => {
    const { one, other } = await meeting('remote-wins', { a: text('0') }, async (sides) => {
      await sides.one.put({ ...KEY, a: text('one') })
      const puts = [KEY, keyOf('second')].map((key) => ({
        Put: { TableName: 'notes', Item: { ...key, a: text('other') } },
      }))
      await sides.other.engine.dispatch('TransactWriteItems', { TransactItems: puts })
    })
    expect(await one.read(KEY)).toMatchObject({ a: text('one') })
    expect(await other.read(keyOf('second'))).toBeUndefined()
  })
})
