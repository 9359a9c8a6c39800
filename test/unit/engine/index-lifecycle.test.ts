// A global index added to a table with items, and deleted again: in bounded steps, while requests go on, over restarts.

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { QueryOutput } from '../../../src/model/operations.ts'
import {
  backgroundStep,
  describeTable,
  type EngineFixture,
  engineFixture,
  finishBackground,
  rowCount,
} from '../../support/engine-fixture.ts'

/** Two and a half steps. */
const ITEMS = 640

const CREATE_INDEX = {
  TableName: 'items',
  AttributeDefinitions: [{ AttributeName: 'group', AttributeType: 'S' }],
  GlobalSecondaryIndexUpdates: [
    {
      Create: {
        IndexName: 'byGroup',
        KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    },
  ],
}
const DELETE_INDEX = { TableName: 'items', GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byGroup' } }] }

function item(number: number, more: Item = {}): Item {
  return { id: { N: String(number) }, group: { S: number % 2 === 0 ? 'even' : 'odd' }, ...more }
}

async function fixtureWithItems(count: number): Promise<EngineFixture> {
  const fixture = engineFixture()
  await fixture.engine.dispatch('CreateTable', {
    TableName: 'items',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
  for (let number = 0; number < count; number++) await put(fixture, item(number))
  await finishBackground(fixture)
  return fixture
}

async function put({ engine }: EngineFixture, Item: Item): Promise<void> {
  await engine.dispatch('PutItem', { TableName: 'items', Item })
}

async function numbersIn({ engine }: EngineFixture, group: string): Promise<readonly number[]> {
  const { Items = [] } = (await engine.dispatch('Query', {
    TableName: 'items',
    IndexName: 'byGroup',
    KeyConditionExpression: '#g = :g',
    ExpressionAttributeNames: { '#g': 'group' },
    ExpressionAttributeValues: { ':g': { S: group } },
  })) as QueryOutput
  return Items.map(({ id }) => Number((id as { N: string }).N)).sort((one, other) => one - other)
}

function numbers(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => first + 2 * at)
}

async function expectIndexCount(fixture: EngineFixture, count: number): Promise<void> {
  const { GlobalSecondaryIndexes = [] } = await describeTable(fixture, 'items')
  expect(GlobalSecondaryIndexes.map(({ ItemCount, IndexStatus }) => ({ ItemCount, IndexStatus }))).toEqual([
    { ItemCount: count, IndexStatus: 'ACTIVE' },
  ])
}

describe('a new index', () => {
  it('is filled in steps, during which the table is UPDATING', async () => {
    const fixture = await fixtureWithItems(ITEMS)
    await fixture.engine.dispatch('UpdateTable', CREATE_INDEX)
    const seen: unknown[] = []
    for (let step = 0; step < 4; step++) {
      const { TableStatus, GlobalSecondaryIndexes } = await describeTable(fixture, 'items')
      const index = GlobalSecondaryIndexes?.[0]
      seen.push([TableStatus, index?.IndexStatus, index?.Backfilling, index?.ItemCount])
      await backgroundStep(fixture)
    }
    expect(seen).toEqual([
      ['UPDATING', 'CREATING', true, 0],
      ['UPDATING', 'CREATING', true, 256],
      ['UPDATING', 'CREATING', true, 512],
      ['ACTIVE', 'ACTIVE', undefined, ITEMS],
    ])
    expect(await numbersIn(fixture, 'odd')).toEqual(numbers(1, ITEMS / 2))
  })

  it('cannot be read before it is filled', async () => {
    const fixture = await fixtureWithItems(1)
    await fixture.engine.dispatch('UpdateTable', CREATE_INDEX)
    await expect(numbersIn(fixture, 'odd')).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Cannot read from backfilling global secondary index: byGroup',
    })
  })

  it('holds what was written, changed and deleted while it was filled', async () => {
    const fixture = await fixtureWithItems(ITEMS)
    const { engine } = fixture
    await engine.dispatch('UpdateTable', CREATE_INDEX)
    for (let number = 0; number < 100; number++) {
      if (number === 50) await backgroundStep(fixture)
      await engine.dispatch('DeleteItem', { TableName: 'items', Key: { id: { N: String(number) } } })
      await put(fixture, item(number + 200, { group: { S: 'moved' } }))
      await put(fixture, item(number + 1000))
    }
    await finishBackground(fixture)
    expect(await numbersIn(fixture, 'even')).toEqual([...numbers(100, 50), ...numbers(300, 170), ...numbers(1000, 50)])
    expect(await numbersIn(fixture, 'odd')).toEqual([...numbers(101, 50), ...numbers(301, 170), ...numbers(1001, 50)])
    expect(await numbersIn(fixture, 'moved')).toEqual(Array.from({ length: 100 }, (_, at) => 200 + at))
    await expectIndexCount(fixture, ITEMS)
  })

  it('is filled on by the next engine when the first is closed in between', async () => {
    const fixture = await fixtureWithItems(ITEMS)
    await fixture.engine.dispatch('UpdateTable', CREATE_INDEX)
    await backgroundStep(fixture)
    const next = engineFixture(fixture.store)
    await finishBackground(next)
    await expectIndexCount(next, ITEMS)
    expect(next.engine.statistics().backgroundSteps).toBe(2)
  })

  it('is filled once when two engines fill it at the same time', async () => {
    const fixture = await fixtureWithItems(ITEMS)
    const other = engineFixture(fixture.store)
    await fixture.engine.dispatch('UpdateTable', CREATE_INDEX)
    await Promise.all([finishBackground(fixture), finishBackground(other)])
    await expectIndexCount(other, ITEMS)
  })

  it('leaves out items whose attribute cannot be a key', async () => {
    const fixture = await fixtureWithItems(2)
    await put(fixture, { id: { N: '7' }, group: { N: '1' } })
    await put(fixture, { id: { N: '8' }, group: { S: '' } })
    await put(fixture, { id: { N: '9' } })
    await fixture.engine.dispatch('UpdateTable', CREATE_INDEX)
    await finishBackground(fixture)
    await expectIndexCount(fixture, 2)
  })

  it('keeps the table from being changed or deleted meanwhile, save by deleting the index', async () => {
    const fixture = await fixtureWithItems(1)
    const { engine } = fixture
    await engine.dispatch('UpdateTable', CREATE_INDEX)
    const inUse = {
      name: 'ResourceInUseException',
      message: 'Attempt to change a resource which is still in use: Table is being updated: items',
    }
    await expect(engine.dispatch('DeleteTable', { TableName: 'items' })).rejects.toMatchObject(inUse)
    const protect = { TableName: 'items', DeletionProtectionEnabled: true }
    await expect(engine.dispatch('UpdateTable', protect)).rejects.toMatchObject(inUse)
    await expect(engine.dispatch('UpdateTable', CREATE_INDEX)).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    })
    await engine.dispatch('UpdateTable', DELETE_INDEX)
    await finishBackground(fixture)
    expect(await describeTable(fixture, 'items')).not.toHaveProperty('GlobalSecondaryIndexes')
  })
})

describe('a deleted index', () => {
  it('is cleared in steps and forgotten with its attribute', async () => {
    const fixture = await fixtureWithItems(ITEMS)
    const before = rowCount(fixture.store)
    await fixture.engine.dispatch('UpdateTable', CREATE_INDEX)
    await finishBackground(fixture)
    await fixture.engine.dispatch('UpdateTable', DELETE_INDEX)
    const { TableStatus, GlobalSecondaryIndexes } = await describeTable(fixture, 'items')
    expect([TableStatus, GlobalSecondaryIndexes?.[0]?.IndexStatus]).toEqual(['UPDATING', 'DELETING'])
    await expect(numbersIn(fixture, 'odd')).rejects.toThrow('The table does not have the specified index: byGroup')
    await finishBackground(fixture)
    const { AttributeDefinitions } = await describeTable(fixture, 'items')
    expect(AttributeDefinitions).toEqual([{ AttributeName: 'id', AttributeType: 'N' }])
    expect(rowCount(fixture.store)).toBe(before)
  })

  it('can be made anew with another key', async () => {
    const fixture = await fixtureWithItems(3)
    const { engine } = fixture
    await engine.dispatch('UpdateTable', CREATE_INDEX)
    await finishBackground(fixture)
    await engine.dispatch('UpdateTable', DELETE_INDEX)
    await finishBackground(fixture)
    await put(fixture, { id: { N: '5' }, group: { N: '42' } })
    await engine.dispatch('UpdateTable', {
      ...CREATE_INDEX,
      AttributeDefinitions: [{ AttributeName: 'group', AttributeType: 'N' }],
    })
    await finishBackground(fixture)
    await expectIndexCount(fixture, 1)
  })
})
