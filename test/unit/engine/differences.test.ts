// What differs from the service on purpose and does not show in a single recorded answer. The README lists all differences,
// and test/docs/differences.test.ts which test holds which.

import { describe, expect, it } from 'vitest'
import { assert } from '../../../src/base/assert.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { itemCollectionMetrics } from '../../../src/engine/item-collection.ts'
import { itemSource } from '../../../src/engine/item-source.ts'
import { tableRecordKey } from '../../../src/engine/keyspace.ts'
import { decodeTableRecord } from '../../../src/engine/table-record.ts'
import { tableSchema } from '../../../src/engine/table-schema.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { describeTable, engineFixture } from '../../support/engine-fixture.ts'

const TABLE = {
  TableName: 'items',
  AttributeDefinitions: [
    { AttributeName: 'p', AttributeType: 'S' },
    { AttributeName: 'g', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    { IndexName: 'byG', KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
  ],
  BillingMode: 'PAY_PER_REQUEST',
}
const item = (p: string, more: Item = {}): Item => ({ p: { S: p }, ...more })

function put(engine: Engine, Item: Item): Promise<unknown> {
  return engine.dispatch('PutItem', { TableName: 'items', Item })
}

describe('an eventually consistent read', () => {
  it('sees what was written before it', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    for (let at = 0; at < 100; at++) {
      await put(engine, item('a', { n: { N: String(at) } }))
      const answer = await engine.dispatch('GetItem', { TableName: 'items', Key: item('a') })
      expect(answer).toEqual({ Item: item('a', { n: { N: String(at) } }) })
    }
  })
})

describe('provisioned throughput', () => {
  it('never throttles', async () => {
    const { engine } = engineFixture()
    const least = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }
    await engine.dispatch('CreateTable', {
      ...TABLE,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: least,
      GlobalSecondaryIndexes: TABLE.GlobalSecondaryIndexes.map((index) => ({ ...index, ProvisionedThroughput: least })),
    })
    const large = item('one', { g: { S: 'g' }, d: { S: 'x'.repeat(100_000) } })
    const writes = await Promise.all(
      Array.from({ length: 20 }, () =>
        engine.dispatch('PutItem', { TableName: 'items', Item: large, ReturnConsumedCapacity: 'TOTAL' }),
      ),
    )
    expect(writes.at(-1)).toEqual({ ConsumedCapacity: { TableName: 'items', CapacityUnits: 98 } })
  })
})

describe('the counts of a table', () => {
  it('are exact after every write', async () => {
    const fixture = engineFixture()
    const { engine } = fixture
    await engine.dispatch('CreateTable', TABLE)
    const counts = async (): Promise<unknown> => {
      const { ItemCount, TableSizeBytes, GlobalSecondaryIndexes = [] } = await describeTable(fixture, 'items')
      return [
        ItemCount,
        TableSizeBytes,
        GlobalSecondaryIndexes[0]?.ItemCount,
        GlobalSecondaryIndexes[0]?.IndexSizeBytes,
      ]
    }
    await put(engine, item('a'))
    expect(await counts()).toEqual([1, 2, 0, 0])
    await put(engine, item('b', { g: { S: 'gg' } }))
    expect(await counts()).toEqual([2, 7, 1, 5])
    await put(engine, item('b', { g: { S: 'g' } }))
    expect(await counts()).toEqual([2, 6, 1, 4])
    await engine.dispatch('DeleteItem', { TableName: 'items', Key: item('b') })
    expect(await counts()).toEqual([1, 2, 0, 0])
  })
})

describe('BatchWriteItem', () => {
  it('keeps nothing of a batch of which one request is refused', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    await put(engine, item('kept'))
    const requests = [
      { DeleteRequest: { Key: item('kept') } },
      ...Array.from({ length: 22 }, (_, at) => ({ PutRequest: { Item: item(String(at)) } })),
      { PutRequest: { Item: item('bad', { g: { N: '1' } }) } },
    ]
    await expect(engine.dispatch('BatchWriteItem', { RequestItems: { items: requests } })).rejects.toMatchObject({
      name: 'ValidationException',
    })
    expect(await engine.dispatch('Scan', { TableName: 'items' })).toMatchObject({ Items: [item('kept')] })
  })

  it('leaves nothing unprocessed, however large', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const text = { S: 'x'.repeat(400_000) }
    const requests = Array.from({ length: 25 }, (_, at) => ({ PutRequest: { Item: item(String(at), { d: text }) } }))
    expect(await engine.dispatch('BatchWriteItem', { RequestItems: { items: requests } })).toEqual({
      UnprocessedItems: {},
    })
  })

  it('is one commit', async () => {
    const { engine, store } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const before = store.statistics().sequence
    const requests = Array.from({ length: 25 }, (_, at) => ({
      PutRequest: { Item: item(String(at), { g: { S: 'g' } }) },
    }))
    await engine.dispatch('BatchWriteItem', { RequestItems: { items: requests } })
    expect(store.statistics().sequence - before).toBe(1)
  })
})

describe('an item collection', () => {
  it('has no limit of its own, and is estimated by the size of its table', async () => {
    const { engine, store } = engineFixture()
    await engine.dispatch('CreateTable', {
      TableName: 'items',
      AttributeDefinitions: TABLE.AttributeDefinitions,
      KeySchema: [
        { AttributeName: 'p', KeyType: 'HASH' },
        { AttributeName: 'g', KeyType: 'RANGE' },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'local',
          KeySchema: [
            { AttributeName: 'p', KeyType: 'HASH' },
            { AttributeName: 'g', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    })
    const row = await store.snapshot().get(tableRecordKey('items'))
    assert(row !== undefined, 'The table has just been made.')
    const written = { item: itemSource(item('a')), tableSizeBytes: 11 * 2 ** 30 + 1 }
    expect(itemCollectionMetrics('SIZE', tableSchema(decodeTableRecord(row)), written)).toEqual({
      ItemCollectionKey: item('a'),
      SizeEstimateRangeGB: [0, 12],
    })
  })
})

describe('a global index', () => {
  it('answers what was written before the query', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    await put(engine, item('a', { g: { S: 'one' } }))
    await put(engine, item('a', { g: { S: 'two' } }))
    const count = (g: string): Promise<unknown> =>
      engine.dispatch('Query', {
        TableName: 'items',
        IndexName: 'byG',
        KeyConditionExpression: 'g = :g',
        ExpressionAttributeValues: { ':g': { S: g } },
        Select: 'COUNT',
      })
    expect(await count('one')).toEqual({ Count: 0, ScannedCount: 0 })
    expect(await count('two')).toEqual({ Count: 1, ScannedCount: 1 })
  })
})

describe('settings that cannot be done here', () => {
  it.for(['SSESpecification', 'ResourcePolicy'])('are refused: %s', async (name) => {
    const { engine } = engineFixture()
    const value = name === 'ResourcePolicy' ? '{}' : { Enabled: true, SSEType: 'KMS' }
    await expect(engine.dispatch('CreateTable', { ...TABLE, [name]: value })).rejects.toThrow(
      /is not found|is not authorized/,
    )
  })
})

describe('warm throughput', () => {
  it('is described where it was asked for', async () => {
    const fixture = engineFixture()
    await fixture.engine.dispatch('CreateTable', TABLE)
    expect(await describeTable(fixture, 'items')).not.toHaveProperty('WarmThroughput')
    await fixture.engine.dispatch('UpdateTable', {
      TableName: 'items',
      WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 },
    })
    expect(await describeTable(fixture, 'items')).toHaveProperty('WarmThroughput')
  })
})

describe('how often settings change', () => {
  it('is up to the app: a class thrice, protection twice at once, and five times fewer units', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', {
      TableName: 'items',
      AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      ProvisionedThroughput: { ReadCapacityUnits: 9, WriteCapacityUnits: 9 },
    })
    const update = (more: object): Promise<unknown> => engine.dispatch('UpdateTable', { TableName: 'items', ...more })
    for (const TableClass of ['STANDARD', 'STANDARD_INFREQUENT_ACCESS', 'STANDARD']) await update({ TableClass })
    for (const DeletionProtectionEnabled of [true, false]) await update({ DeletionProtectionEnabled })
    const units = (count: number): object => ({
      ProvisionedThroughput: { ReadCapacityUnits: count, WriteCapacityUnits: count },
    })
    for (const count of [8, 7, 6, 5]) await update(units(count))
    await expect(update(units(4))).resolves.toMatchObject({
      TableDescription: { ProvisionedThroughput: { ReadCapacityUnits: 4, NumberOfDecreasesToday: 5 } },
    })
  })
})
