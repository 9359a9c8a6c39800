// Writes that the remote refuses, or that cannot be done any more: put aside, listed, mended.

import { describe, expect, it } from 'vitest'
import { Catalog } from '../../../src/engine/catalog.ts'
import { itemSizeBytes } from '../../../src/model/item-size.ts'
import { MAX_ITEM_SIZE_BYTES } from '../../../src/model/limits.ts'
import type { WriteRequest } from '../../../src/sync/parked-requests.ts'
import { WaitingWrites } from '../../../src/sync/waiting-writes.ts'
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

interface Stage {
  readonly clock: StepClock
  readonly remote: RemoteFixture
  readonly replica: ReplicaFixture
}

async function stage(): Promise<Stage> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const replica = await createReplica(remote, clock)
  await replica.replicator.syncOnce()
  return { clock, remote, replica }
}

/** Refuses every push that writes this item. */
function deny(remote: RemoteFixture, s: string): () => void {
  const { send } = remote.api
  let isDenied = true
  Object.assign(remote.api, {
    send(operation: string, input: object) {
      if (isDenied && operation === 'TransactWriteItems' && JSON.stringify(input).includes(`"S":"${s}"`)) {
        return Promise.reject(Object.assign(new Error('Not allowed.'), { name: 'AccessDeniedException' }))
      }
      return send(operation, input)
    },
  })
  return () => {
    isDenied = false
  }
}

describe('a write that the remote refuses', () => {
  it('is rolled back and parked with its cause, and the others pass', async () => {
    const { remote, replica } = await stage()
    deny(remote, 'forbidden')
    for (let n = 0; n < 20; n++) await replica.put({ ...keyOf(n === 7 ? 'forbidden' : `item ${n}`), a: { S: 'x' } })
    await replica.replicator.syncOnce()
    expect(await replica.replicator.parked()).toMatchObject([
      {
        order: 8,
        cause: { name: 'AccessDeniedException', message: 'Not allowed.' },
        actions: [{ kind: 'Put', request: { TableName: 'notes', Item: { ...keyOf('forbidden'), a: { S: 'x' } } } }],
      },
    ])
    expect(await replica.read(keyOf('forbidden'))).toBeUndefined()
    expect(await replica.read(keyOf('item 19'))).toMatchObject({ a: { S: 'x' } })
    expect(await replica.replicator.replica.pending(1)).toEqual([])
  })

  it('is done again when it is retried, and what waited for it follows', async () => {
    const { remote, replica } = await stage()
    const allow = deny(remote, 'forbidden')
    await replica.put({ ...keyOf('forbidden'), a: { S: 'x' } })
    await replica.update(keyOf('forbidden'), 'SET b = :b', { ':b': { S: 'y' } })
    await replica.replicator.syncOnce()
    expect(await replica.replicator.parked()).toHaveLength(1)
    expect(await replica.replicator.replica.pending(9)).toHaveLength(1)
    allow()
    expect(await replica.replicator.retry(1)).toBe(true)
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('forbidden'))).toMatchObject({ a: { S: 'x' }, b: { S: 'y' } })
    expect(await replica.replicator.replica.pending(9)).toEqual([])
  })

  it('can be edited before it is retried', async () => {
    const { remote, replica } = await stage()
    deny(remote, 'forbidden')
    await replica.put({ ...keyOf('item'), a: { S: 'forbidden' } })
    await replica.replicator.syncOnce()
    const edited = await replica.replicator.retry(1, (actions) =>
      actions.map((action) => ({
        ...action,
        request: { ...action.request, Item: { ...keyOf('item'), a: { S: 'allowed' } } },
      })),
    )
    expect(edited).toBe(true)
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('item'))).toMatchObject({ a: { S: 'allowed' } })
  })

  it.each([
    [
      'two writes of one item',
      ['SET a = :v', 'SET b = :v'],
      'Transaction request cannot include multiple operations on one item',
    ],
    [
      'an update of a key',
      ['SET s = :v'],
      'One or more parameter values were invalid: Cannot update attribute s. This attribute is part of the key',
    ],
  ])('cannot be edited to be %s, and stays as it was', async (_what, updates, message) => {
    const { remote, replica } = await stage()
    deny(remote, 'forbidden')
    await replica.put({ ...keyOf('item'), a: { S: 'forbidden' } })
    await replica.replicator.syncOnce()
    const { store, engine, replicator } = replica
    const options = {
      store,
      catalog: new Catalog(),
      replica: replicator.replica,
      tables: {},
      dispatch: engine.dispatch,
    }
    const writes = updates.map((UpdateExpression): WriteRequest => {
      const ExpressionAttributeValues = { ':v': { S: 'allowed' } }
      const request = { TableName: TABLE, Key: keyOf('item'), UpdateExpression, ExpressionAttributeValues }
      return { kind: 'Update', request }
    })
    const edited = new WaitingWrites(options).retry(1, writes)
    await expect(edited).rejects.toMatchObject({ name: 'ValidationException', message })
    expect(await replicator.parked()).toMatchObject([{ actions: [{ kind: 'Put' }] }])
  })

  it('no longer holds back what follows when it is given up', async () => {
    const { remote, replica } = await stage()
    const allow = deny(remote, 'item')
    await replica.put({ ...keyOf('item'), a: { S: 'first' } })
    await replica.update(keyOf('item'), 'SET a = :a', { ':a': { S: 'second' } })
    await replica.replicator.syncOnce()
    allow()
    await replica.replicator.syncOnce()
    expect(await replica.replicator.replica.pending(9)).toMatchObject([{ order: 2 }])
    expect(await replica.replicator.discard(1)).toBe(true)
    await replica.replicator.syncOnce()
    expect(await replica.replicator.replica.pending(9)).toEqual([])
    expect(await replica.read(keyOf('item'))).toEqual({ ...keyOf('item'), a: { S: 'second' }, _version: { N: '1' } })
  })
})

describe('a write that cannot be done any more', () => {
  it('is parked when its condition does not hold on what others have written', async () => {
    const { clock, remote, replica } = await stage()
    const other = await createReplica(remote, clock, { seed: 3 })
    await other.put({ ...keyOf('seat'), holder: { S: 'other' } })
    const mine = { ...keyOf('seat'), holder: { S: 'mine' } }
    const input = { TableName: 'notes', Item: mine, ConditionExpression: 'attribute_not_exists(p)' }
    await replica.engine.dispatch('PutItem', input)
    await other.replicator.syncOnce()
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('seat'))).toMatchObject({ holder: { S: 'other' } })
    expect(await replica.replicator.parked()).toMatchObject([{ cause: { name: 'ConditionalCheckFailedException' } }])
  })

  it('is parked when there is no room for the version, and what was written right before it takes effect', async () => {
    const { replica } = await stage()
    const first = { ...keyOf('item'), v: { S: 'first' } }
    await replica.put(first)
    await replica.put({
      ...first,
      v: { S: 'v'.repeat(MAX_ITEM_SIZE_BYTES - itemSizeBytes({ ...first, v: { S: '' } })) },
    })
    await replica.replicator.syncOnce()
    expect(await replica.replicator.parked()).toMatchObject([{ order: 2, cause: { name: 'ValidationException' } }])
    await replica.replicator.discard(2)
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('item'))).toEqual({ ...first, _version: { N: '1' } })
  })

  it('is parked when what it makes of others’ writes is too large', async () => {
    const { clock, remote, replica } = await stage()
    const other = await createReplica(remote, clock, { seed: 3 })
    await replica.put({ ...keyOf('large'), n: { N: '0' } })
    await replica.replicator.syncOnce()
    await other.replicator.syncOnce()
    await other.update(keyOf('large'), 'SET a = :a', { ':a': { S: 'a'.repeat(300_000) } })
    await replica.update(keyOf('large'), 'SET b = :b', { ':b': { S: 'b'.repeat(300_000) } })
    await other.replicator.syncOnce()
    await replica.replicator.syncOnce()
    expect(await replica.replicator.parked()).toMatchObject([{ cause: { name: 'ValidationException' } }])
    expect((await replica.read(keyOf('large')))?.['b']).toBeUndefined()
  })
})
