// What is queued when the app writes to a replicated table: requests, in the batch that does them.

import { describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import { type Intent, decodeIntent } from '../../../src/engine/intent.ts'
import { baseImageRange, INTENTS, orderOfIntentKey } from '../../../src/engine/keyspace.ts'
import { nextReading, timeOfReading } from '../../../src/engine/outbox-state.ts'
import type { OrderedStore } from '../../../src/storage/contract.ts'
import { Replica } from '../../../src/sync/replica.ts'
import { seededRandom } from '../../../src/base/random.ts'
import type { ReplicatedTable } from '../../../src/sync/settings.ts'
import { engineFixture, rowCount } from '../../support/engine-fixture.ts'

const TABLE = {
  TableName: 'notes',
  AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
}

async function replicated(settings: Partial<ReplicatedTable> = {}): Promise<{ engine: Engine; store: OrderedStore }> {
  const { engine, store, clock } = engineFixture()
  await engine.dispatch('CreateTable', TABLE)
  const tables = { notes: { scope: { kind: 'partition' as const }, ...settings } }
  await new Replica({ store, clock, random: seededRandom(3), tables }).begin()
  return { engine, store }
}

function queued(store: OrderedStore): Intent[] {
  const snapshot = store.snapshot()
  const cursor = snapshot.scan(INTENTS)
  const intents: Intent[] = []
  while (cursor.advance() === true) intents.push(decodeIntent(orderOfIntentKey(cursor.key), cursor.value))
  snapshot.close()
  return intents
}

function actionsOf(store: OrderedStore): unknown[] {
  return queued(store).map(({ actions }) => actions.map(({ kind, request }) => ({ kind, request })))
}

const item = (p: string): { p: { S: string } } => ({ p: { S: p } })

describe('a write to a replicated table', () => {
  it('is queued as it was asked for, without what it wants to be told', async () => {
    const { engine, store } = await replicated()
    const bytes = { B: new Uint8Array([0, 255]) }
    await engine.dispatch('PutItem', { TableName: 'notes', Item: { ...item('a'), bytes }, ReturnValues: 'ALL_OLD' })
    const update = {
      Key: item('a'),
      UpdateExpression: 'ADD n :n',
      ConditionExpression: 'attribute_exists(p)',
      ExpressionAttributeValues: { ':n': { N: '1' } },
    }
    await engine.dispatch('UpdateItem', { TableName: 'notes', ...update, ReturnValues: 'ALL_NEW' })
    await engine.dispatch('DeleteItem', { TableName: 'notes', Key: item('a'), ReturnConsumedCapacity: 'TOTAL' })
    expect(actionsOf(store)).toEqual([
      [{ kind: 'Put', request: { TableName: 'notes', Item: { ...item('a'), bytes } } }],
      [{ kind: 'Update', request: { TableName: 'notes', ...update } }],
      [{ kind: 'Delete', request: { TableName: 'notes', Key: item('a') } }],
    ])
    expect(queued(store).map(({ order }) => order)).toEqual([1, 2, 3])
  })

  it('is queued element by element where it is a batch, and as one where it is a transaction', async () => {
    const { engine, store } = await replicated()
    const requests = [{ PutRequest: { Item: item('a') } }, { DeleteRequest: { Key: item('b') } }]
    await engine.dispatch('BatchWriteItem', { RequestItems: { notes: requests } })
    const check = { TableName: 'notes', Key: item('a'), ConditionExpression: 'attribute_exists(p)' }
    const put = { TableName: 'notes', Item: item('c') }
    await engine.dispatch('TransactWriteItems', { TransactItems: [{ ConditionCheck: check }, { Put: put }] })
    expect(actionsOf(store)).toEqual([
      [{ kind: 'Put', request: { TableName: 'notes', Item: item('a') } }],
      [{ kind: 'Delete', request: { TableName: 'notes', Key: item('b') } }],
      [
        { kind: 'ConditionCheck', request: check },
        { kind: 'Put', request: put },
      ],
    ])
  })

  it('is not queued when it fails, nor when it only checks', async () => {
    const { engine, store } = await replicated()
    const before = rowCount(store)
    const refused = { TableName: 'notes', Item: item('a'), ConditionExpression: 'attribute_exists(p)' }
    await expect(engine.dispatch('PutItem', refused)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
    const check = { TableName: 'notes', Key: item('a'), ConditionExpression: 'attribute_not_exists(p)' }
    await engine.dispatch('TransactWriteItems', { TransactItems: [{ ConditionCheck: check }] })
    expect(rowCount(store)).toBe(before)
  })

  it('takes the place of one right before it that puts or deletes the same item without a condition', async () => {
    const { engine, store } = await replicated()
    const put = (p: string, n: number, more = {}): Promise<unknown> =>
      engine.dispatch('PutItem', { TableName: 'notes', Item: { ...item(p), n: { N: `${n}` } }, ...more })
    const orders = (): number[] => queued(store).map(({ order }) => order)
    await put('a', 1)
    const before = rowCount(store)
    await put('a', 2)
    await engine.dispatch('DeleteItem', { TableName: 'notes', Key: item('a') })
    await put('a', 4)
    expect(actionsOf(store)).toEqual([
      [{ kind: 'Put', request: { TableName: 'notes', Item: { ...item('a'), n: { N: '4' } } } }],
    ])
    // What was written to something else in between would be seen without what was written before it.
    await put('b', 5)
    await put('a', 6)
    await put('a', 7, { ConditionExpression: 'attribute_exists(p)' })
    await put('a', 8)
    await engine.dispatch('UpdateItem', { TableName: 'notes', Key: item('a') })
    await put('a', 10)
    expect(orders()).toEqual([4, 5, 6, 7, 8, 9, 10])
    expect(rowCount(store) - before).toBe(2 * (orders().length - 1) + 2)
  })

  it('leaves those before it alone where its table looks at what each write has changed', async () => {
    const { engine, store } = await replicated({ conflicts: 'merge' })
    for (let n = 0; n < 3; n++) await engine.dispatch('PutItem', { TableName: 'notes', Item: item('a') })
    expect(queued(store)).toHaveLength(3)
  })

  it('keeps one base image for each item, that of before the first write', async () => {
    const { engine, store } = await replicated()
    for (let n = 0; n < 3; n++)
      await engine.dispatch('PutItem', { TableName: 'notes', Item: { ...item('a'), n: { N: `${n}` } } })
    const snapshot = store.snapshot()
    const cursor = snapshot.scan(baseImageRange(1))
    const images: Uint8Array[] = []
    while (cursor.advance() === true) images.push(cursor.value)
    snapshot.close()
    expect(images).toEqual([new Uint8Array([0xff])])
  })

  it('costs tables that are not replicated no row', async () => {
    const { engine, store } = await replicated()
    await engine.dispatch('CreateTable', { ...TABLE, TableName: 'others' })
    await engine.dispatch('PutItem', { TableName: 'others', Item: item('a') })
    expect(queued(store)).toEqual([])
  })
})

describe('a replicated table', () => {
  it('cannot be deleted', async () => {
    const { engine } = await replicated()
    await expect(engine.dispatch('DeleteTable', { TableName: 'notes' })).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: 'Attempt to change a resource which is still in use: Table is replicated: notes',
    })
  })
})

describe('the hybrid clock', () => {
  it('follows the time of day', () => {
    expect(nextReading({ clock: 0 }, 1_790_000_000_000)).toBe(1_790_000_000_000_000)
  })

  it('goes on by one where the time of day is behind what was seen', () => {
    const clock = 1_790_000_000_000_000
    expect(nextReading({ clock }, 1_700_000_000_000)).toBe(clock + 1)
    expect(timeOfReading(clock + 1)).toBe(1_790_000_000_000)
  })
})
