// Transactions: what the conformance scripts cannot see, because it takes time, other tabs, or packed items.

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { TransactGetItemsOutput } from '../../../src/model/operations.ts'
import { createDictionary, PackedItem, packItem } from '../../../src/model/packed-item.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { type EngineFixture, engineFixture, rowCount } from '../../support/engine-fixture.ts'

const TEN_MINUTES_MS = 600_000
const TABLE = {
  TableName: 'items',
  AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
}
const ARN = 'arn:aws:dynamodb:local:000000000000:table/items'

async function openFixture(store = createMemoryStore()): Promise<EngineFixture> {
  const fixture = engineFixture(store)
  await fixture.engine.dispatch('CreateTable', TABLE)
  return fixture
}

function increment(p: string, TableName = 'items'): unknown {
  return {
    Update: {
      TableName,
      Key: { p: { S: p } },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
  }
}

function packed(item: Item): PackedItem {
  const dictionary = createDictionary(['names', 'of', 'the page'])
  return new PackedItem(packItem(item, dictionary), dictionary)
}

async function counterOf({ engine }: EngineFixture, p: string): Promise<unknown> {
  const { Item: item } = (await engine.dispatch('GetItem', { TableName: 'items', Key: { p: { S: p } } })) as {
    readonly Item?: Item
  }
  return item?.['n']
}

describe('a request token', () => {
  it('is known for ten minutes, whatever the order of members', async () => {
    const fixture = await openFixture()
    const { engine, clock } = fixture
    await engine.dispatch('TransactWriteItems', { TransactItems: [increment('a')], ClientRequestToken: 'token' })
    clock.advance(TEN_MINUTES_MS)
    const reordered = {
      Update: {
        ExpressionAttributeValues: { ':one': { N: '1' } },
        Key: { p: { S: 'a' } },
        UpdateExpression: 'ADD n :one',
        TableName: 'items',
      },
    }
    await engine.dispatch('TransactWriteItems', { ClientRequestToken: 'token', TransactItems: [reordered] })
    expect(await counterOf(fixture, 'a')).toEqual({ N: '1' })
    clock.advance(1)
    await engine.dispatch('TransactWriteItems', { TransactItems: [increment('a')], ClientRequestToken: 'token' })
    expect(await counterOf(fixture, 'a')).toEqual({ N: '2' })
  })

  it('is known to the next engine over the same store', async () => {
    const store = createMemoryStore()
    const fixture = await openFixture(store)
    const request = { TransactItems: [increment('a')], ClientRequestToken: 'Zürich 🌊' }
    await fixture.engine.dispatch('TransactWriteItems', request)
    const next = engineFixture(store)
    await next.engine.dispatch('TransactWriteItems', request)
    expect(await counterOf(next, 'a')).toEqual({ N: '1' })
    const other = { ...request, TransactItems: [increment('b')] }
    await expect(next.engine.dispatch('TransactWriteItems', other)).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    })
  })

  it('works for requests at the same time', async () => {
    const fixture = await openFixture()
    const request = { TransactItems: [increment('a')], ClientRequestToken: 'token' }
    await Promise.all(Array.from({ length: 20 }, () => fixture.engine.dispatch('TransactWriteItems', request)))
    expect(await counterOf(fixture, 'a')).toEqual({ N: '1' })
  })

  it('is forgotten with others, a few with each request', async () => {
    const fixture = await openFixture()
    const { engine, clock, store } = fixture
    const check = {
      ConditionCheck: { TableName: 'items', Key: { p: { S: 'a' } }, ConditionExpression: 'attribute_not_exists(p)' },
    }
    const request = (ClientRequestToken: string): Promise<unknown> =>
      engine.dispatch('TransactWriteItems', { TransactItems: [check], ClientRequestToken })
    const rows = rowCount(store)
    for (let count = 0; count < 20; count++) await request(`token ${count}`)
    expect(rowCount(store)).toBe(rows + 40)
    clock.advance(TEN_MINUTES_MS + 1)
    const left: number[] = []
    for (let count = 0; count < 4; count++) {
      await request(`later ${count}`)
      left.push(rowCount(store) - rows)
    }
    expect(left).toEqual([26, 12, 6, 8])
  })

  it('is not kept by a transaction that was cancelled', async () => {
    const fixture = await openFixture()
    const { engine, store } = fixture
    const rows = rowCount(store)
    const check = {
      ConditionCheck: { TableName: 'items', Key: { p: { S: 'b' } }, ConditionExpression: 'attribute_exists(p)' },
    }
    const request = { TransactItems: [increment('a'), check], ClientRequestToken: 'token' }
    await expect(engine.dispatch('TransactWriteItems', request)).rejects.toThrow('[None, ConditionalCheckFailed]')
    expect(rowCount(store)).toBe(rows)
  })
})

describe('transactions', () => {
  it('never conflict: those at the same time come one after another', async () => {
    const fixture = await openFixture()
    const { engine } = fixture
    const both = { TransactItems: [increment('a'), increment('b')] }
    const requests = Array.from({ length: 50 }, () => engine.dispatch('TransactWriteItems', both))
    const single = Array.from({ length: 50 }, () =>
      engine.dispatch('UpdateItem', (increment('a') as { readonly Update: object }).Update),
    )
    await Promise.all([...requests, ...single])
    expect(await counterOf(fixture, 'a')).toEqual({ N: '100' })
    expect(await counterOf(fixture, 'b')).toEqual({ N: '50' })
  })

  it('know a table by its name and by its ARN', async () => {
    const fixture = await openFixture()
    const { engine } = fixture
    const twice = { TransactItems: [increment('a'), increment('a', ARN)] }
    await expect(engine.dispatch('TransactWriteItems', twice)).rejects.toThrow(
      'Transaction request cannot include multiple operations on one item',
    )
    await engine.dispatch('TransactWriteItems', { TransactItems: [increment('a'), increment('b', ARN)] })
    const { Table } = (await engine.dispatch('DescribeTable', { TableName: 'items' })) as {
      readonly Table: { readonly ItemCount: number }
    }
    expect(Table.ItemCount).toBe(2)
  })

  it('that are cancelled leave no name of their items behind', async () => {
    const { engine } = await openFixture()
    const put = (p: string, more: Item): unknown => ({ Put: { TableName: 'items', Item: { p: { S: p }, ...more } } })
    const check = {
      ConditionCheck: { TableName: 'items', Key: { p: { S: 'z' } }, ConditionExpression: 'attribute_exists(p)' },
    }
    const cancelled = engine.dispatch('TransactWriteItems', { TransactItems: [put('a', { x: { S: '1' } }), check] })
    await expect(cancelled).rejects.toMatchObject({ name: 'TransactionCanceledException' })
    await engine.dispatch('TransactWriteItems', { TransactItems: [put('a', { y: { S: '2' } })] })
    expect(await engine.dispatch('Scan', { TableName: 'items' })).toMatchObject({
      Items: [{ p: { S: 'a' }, y: { S: '2' } }],
    })
  })

  it('take packed items and keys, and answer packed rows', async () => {
    const { engine } = await openFixture()
    const item: Item = { p: { S: 'a' }, m: { M: { x: { N: '2' } } } }
    await engine.dispatch(
      'TransactWriteItems',
      {
        TransactItems: [
          { Put: { TableName: 'items', Item: packed(item) } },
          { Update: { ...(increment('b') as { readonly Update: object }).Update, Key: packed({ p: { S: 'b' } }) } },
          { Delete: { TableName: 'items', Key: packed({ p: { S: 'c' } }) } },
        ],
        ClientRequestToken: 'packed',
      },
      { rows: 'packed' },
    )
    const gets = {
      TransactItems: [
        { Get: { TableName: 'items', Key: packed({ p: { S: 'a' } }) } },
        { Get: { TableName: 'items', Key: { p: { S: 'b' } }, ProjectionExpression: 'n' } },
        { Get: { TableName: 'items', Key: { p: { S: 'c' } } } },
      ],
    }
    const { Responses } = (await engine.dispatch('TransactGetItems', gets, {
      rows: 'packed',
    })) as TransactGetItemsOutput<PackedItem>
    expect(Responses.map(({ Item: row }) => row instanceof PackedItem)).toEqual([true, true, false])
    expect(Responses.map(({ Item: row }) => row?.toItem())).toEqual([item, { n: { N: '1' } }, undefined])
  })

  it('bring items of failed conditions plainly', async () => {
    const { engine } = await openFixture()
    const item: Item = { p: { S: 'a' }, m: { M: { x: { N: '2' } } } }
    await engine.dispatch('PutItem', { TableName: 'items', Item: item })
    const put = {
      TableName: 'items',
      Item: packed({ p: { S: 'a' } }),
      ConditionExpression: 'attribute_not_exists(p)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }
    const request = engine.dispatch('TransactWriteItems', { TransactItems: [{ Put: put }] }, { rows: 'packed' })
    await expect(request).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: item }],
    })
  })
})
