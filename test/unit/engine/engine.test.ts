// The engine's door.

import { describe, expect, it } from 'vitest'
import type { PackedItem } from '../../../src/model/packed-item.ts'
import { createDictionary, PackedItem as Packed, packItem } from '../../../src/model/packed-item.ts'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { ReadPageOutput, WriteItemOutput } from '../../../src/model/operations.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { engineFixture } from '../../support/engine-fixture.ts'

const TABLE = {
  TableName: 'items',
  AttributeDefinitions: [
    { AttributeName: 'p', AttributeType: 'S' },
    { AttributeName: 's', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'p', KeyType: 'HASH' },
    { AttributeName: 's', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
}
const ITEM: Item = { p: { S: 'a' }, s: { N: '1' }, m: { M: { x: { N: '2' } } } }
const KEY = { p: { S: 'a' }, s: { N: '1' } }
const PACKED = { rows: 'packed' } as const

describe('dispatch', () => {
  it('refuses an operation that is not there', async () => {
    const { engine } = engineFixture()
    for (const name of ['PutEverything', 'constructor', '']) {
      await expect(engine.dispatch(name, {})).rejects.toMatchObject({
        name: 'UnknownOperationException',
        message: 'An unknown operation was requested.',
      })
    }
  })

  it('refuses what is no request', async () => {
    const { engine } = engineFixture()
    await expect(engine.dispatch('ListTables', 'x')).rejects.toMatchObject({
      name: 'SerializationException',
      message: 'Unexpected field type',
    })
    await expect(engine.dispatch('ListTables', [])).rejects.toMatchObject({ name: 'SerializationException' })
    expect(await engine.dispatch('ListTables', undefined)).toEqual({ TableNames: [] })
    expect(await engine.dispatch('ListTables', { Limit: null })).toEqual({ TableNames: [] })
  })

  it('gives a request up that was aborted before it began', async () => {
    const { engine } = engineFixture()
    const controller = new AbortController()
    controller.abort(new Error('not wanted any more'))
    const request = engine.dispatch('CreateTable', TABLE, { signal: controller.signal })
    await expect(request).rejects.toThrow('not wanted any more')
    expect(await engine.dispatch('ListTables', {})).toEqual({ TableNames: [] })
  })

  it('counts requests', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('ListTables', {})
    await engine.dispatch('GetItem', {}).catch(() => undefined)
    expect(engine.statistics()).toMatchObject({ requests: 2, backgroundSteps: 0, store: { sequence: 0 } })
  })

  it('names tables by region and account', async () => {
    const engine = createEngine({
      store: createMemoryStore(),
      clock: createManualClock(),
      random: seededRandom(1),
      region: 'eu-central-1',
      accountId: '123456789012',
    })
    expect(await engine.dispatch('CreateTable', TABLE)).toMatchObject({
      TableDescription: {
        TableArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/items',
        TableId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        CreationDateTime: new Date(0),
      },
    })
  })
})

describe('close', () => {
  it('closes the store, and may be called twice', async () => {
    const { engine } = engineFixture()
    await engine.close()
    await engine.close()
    await expect(engine.dispatch('CreateTable', TABLE)).rejects.toBeInstanceOf(DatabaseError)
    await expect(engine.dispatch('ListTables', {})).rejects.toMatchObject({ code: 'StorageClosed' })
  })
})

describe('packed rows', () => {
  async function engineWithItem(): Promise<ReturnType<typeof engineFixture>['engine']> {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const dictionary = createDictionary(['unrelated', 'm'])
    const packed = new Packed(packItem(ITEM, dictionary), dictionary)
    await engine.dispatch('PutItem', { TableName: 'items', Item: packed }, PACKED)
    return engine
  }

  function unpacked(row: unknown): unknown {
    expect(row).toBeInstanceOf(Packed)
    return (row as PackedItem).toItem()
  }

  it('are taken as items and as keys, and answered by every operation', async () => {
    const engine = await engineWithItem()
    const dictionary = createDictionary()
    const key = new Packed(packItem(KEY, dictionary), dictionary)
    const got = (await engine.dispatch('GetItem', { TableName: 'items', Key: key }, PACKED)) as { Item: unknown }
    expect(unpacked(got.Item)).toEqual(ITEM)
    const scanned = (await engine.dispatch('Scan', { TableName: 'items', Limit: 1 }, PACKED)) as ReadPageOutput
    expect(scanned.Items?.map(unpacked)).toEqual([ITEM])
    expect(scanned.LastEvaluatedKey).toEqual(KEY)
    const batch = (await engine.dispatch('BatchGetItem', { RequestItems: { items: { Keys: [key] } } }, PACKED)) as {
      Responses: { items: readonly unknown[] }
    }
    expect(batch.Responses.items.map(unpacked)).toEqual([ITEM])
    const deleted = (await engine.dispatch(
      'DeleteItem',
      { TableName: 'items', Key: key, ReturnValues: 'ALL_OLD' },
      PACKED,
    )) as WriteItemOutput
    expect(unpacked(deleted.Attributes)).toEqual(ITEM)
  })

  it('are answered for parts of items too', async () => {
    const engine = await engineWithItem()
    for (const [ProjectionExpression, part] of [
      ['p, m', { p: ITEM['p'], m: ITEM['m'] }],
      ['m.x', { m: ITEM['m'] }],
      ['nothing', {}],
    ] as const) {
      const input = { TableName: 'items', Key: KEY, ProjectionExpression }
      const { Item } = (await engine.dispatch('GetItem', input, PACKED)) as { Item: unknown }
      expect(unpacked(Item)).toEqual(part)
    }
    const updated = (await engine.dispatch(
      'UpdateItem',
      {
        TableName: 'items',
        Key: KEY,
        UpdateExpression: 'SET m.x = :x',
        ExpressionAttributeValues: { ':x': { S: 'new' } },
        ReturnValues: 'UPDATED_NEW',
      },
      PACKED,
    )) as WriteItemOutput
    expect(unpacked(updated.Attributes)).toEqual({ m: { M: { x: { S: 'new' } } } })
  })

  it('never stand in for keys and for the item of an exception', async () => {
    const engine = await engineWithItem()
    const input = {
      TableName: 'items',
      Item: ITEM,
      ConditionExpression: 'attribute_not_exists(p)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }
    await expect(engine.dispatch('PutItem', input, PACKED)).rejects.toMatchObject({ Item: ITEM })
  })
})

describe('writes at the same time', () => {
  it('each see those before them', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const count = (): Promise<unknown> =>
      engine.dispatch('UpdateItem', {
        TableName: 'items',
        Key: KEY,
        UpdateExpression: 'ADD hits :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      })
    await Promise.all(Array.from({ length: 100 }, count))
    expect(await engine.dispatch('GetItem', { TableName: 'items', Key: KEY })).toEqual({
      Item: { ...KEY, hits: { N: '100' } },
    })
  })

  it('of which one fails leave no name of its item behind', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const put = (Item: Item, more: object = {}): Promise<unknown> =>
      engine.dispatch('PutItem', { TableName: 'items', Item, ...more })
    const failing = { ConditionExpression: 'attribute_exists(p)' }
    const results = await Promise.allSettled([
      put({ ...KEY, first: { S: '1' } }),
      put({ p: { S: 'b' }, s: { N: '1' }, failed: { S: 'x' } }, failing),
      put({ p: { S: 'c' }, s: { N: '1' }, second: { S: '2' } }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await engine.dispatch('GetItem', { TableName: 'items', Key: { p: { S: 'c' }, s: { N: '1' } } })).toEqual({
      Item: { p: { S: 'c' }, s: { N: '1' }, second: { S: '2' } },
    })
    expect(await engine.dispatch('GetItem', { TableName: 'items', Key: KEY })).toEqual({
      Item: { ...KEY, first: { S: '1' } },
    })
  })
})

describe('a dictionary that is full', () => {
  it('leaves further names in the items', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const wide = (first: number): Item => ({
      p: { S: `wide ${first}` },
      s: { N: '1' },
      ...Object.fromEntries(Array.from({ length: 2100 }, (_, at) => [`name ${first + at}`, { BOOL: true }])),
    })
    for (const first of [0, 2100, 4200]) {
      await engine.dispatch('PutItem', { TableName: 'items', Item: wide(first) })
    }
    for (const first of [0, 2100, 4200]) {
      const Key = { p: { S: `wide ${first}` }, s: { N: '1' } }
      expect(await engine.dispatch('GetItem', { TableName: 'items', Key })).toEqual({ Item: wide(first) })
    }
  })
})

describe('an index of a table with keys as long as they may be', () => {
  it('is read in pages', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', {
      ...TABLE,
      AttributeDefinitions: ['p', 's', 'g'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byG',
          KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    })
    const items = ['1', '2'].map((last) => ({
      p: { S: 'p'.repeat(2048) },
      s: { S: `${'s'.repeat(1023)}${last}` },
      g: { S: 'g'.repeat(2048) },
    }))
    for (const Item of items) await engine.dispatch('PutItem', { TableName: 'items', Item })
    const input = { TableName: 'items', IndexName: 'byG', Limit: 1 }
    const first = (await engine.dispatch('Scan', input)) as ReadPageOutput
    const second = await engine.dispatch('Scan', { ...input, ExclusiveStartKey: first.LastEvaluatedKey })
    expect([first.Items, second]).toEqual([
      [items[0]],
      { Items: [items[1]], Count: 1, ScannedCount: 1, LastEvaluatedKey: items[1] },
    ])
  })
})

describe('a table named like a property of every object', () => {
  it('is a table like any other', async () => {
    const { engine } = engineFixture()
    for (const TableName of ['__proto__', 'constructor']) {
      await engine.dispatch('CreateTable', { ...TABLE, TableName })
      const put = { PutRequest: { Item: ITEM } }
      await engine.dispatch('BatchWriteItem', { RequestItems: { [TableName]: [put] } })
      const output = await engine.dispatch('BatchGetItem', { RequestItems: { [TableName]: { Keys: [KEY] } } })
      expect(output).toEqual({ Responses: { [TableName]: [ITEM] }, UnprocessedKeys: {} })
      expect(Object.keys((output as { Responses: object }).Responses)).toEqual([TableName])
    }
  })
})

describe('BatchGetItem', () => {
  it('leaves keys unprocessed whose items go beyond 16 MB, and answers them when they are sent again', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    // 40 items of 400 KB are 16,384,000 bytes, 41 are more than 16 MB.
    const keys = Array.from({ length: 43 }, (_, at) => ({ p: { S: 'large' }, s: { N: String(at + 10) } }))
    const text = 'x'.repeat(409_600 - 11)
    for (const key of keys) await engine.dispatch('PutItem', { TableName: 'items', Item: { ...key, d: { S: text } } })
    const request = { Keys: keys, ProjectionExpression: 's' }
    const first = (await engine.dispatch('BatchGetItem', { RequestItems: { items: request } })) as {
      Responses: { items: readonly unknown[] }
      UnprocessedKeys: { items: typeof request }
    }
    expect(first.Responses.items).toEqual(keys.slice(0, 40).map(({ s }) => ({ s })))
    expect(first.UnprocessedKeys).toEqual({ items: { Keys: keys.slice(40), ProjectionExpression: 's' } })
    const rest = await engine.dispatch('BatchGetItem', { RequestItems: first.UnprocessedKeys })
    expect(rest).toEqual({ Responses: { items: keys.slice(40).map(({ s }) => ({ s })) }, UnprocessedKeys: {} })
  })
})
