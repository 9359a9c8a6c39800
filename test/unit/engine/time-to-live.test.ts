// Time to live: items are deleted soon after they expire, from an index that every write keeps, and nothing else is.

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { DescribeTimeToLiveOutput, ScanOutput, UpdateTableOutput } from '../../../src/model/operations.ts'
import type {
  DescribeStreamOutput,
  GetRecordsOutput,
  GetShardIteratorOutput,
} from '../../../src/model/stream-operations.ts'
import { createSlowStore } from '../../support/slow-store.ts'
import {
  backgroundStep,
  describeTable,
  type EngineFixture,
  engineFixture,
  finishBackground,
  rowCount,
} from '../../support/engine-fixture.ts'

const HOUR_MS = 3_600_000
const FIVE_YEARS_SECONDS = 157_680_000
/** A step that adds items to an index looks at this many. */
const FILL_STEP = 256

function enabling(AttributeName: string, Enabled = true): unknown {
  return { TableName: 'items', TimeToLiveSpecification: { Enabled, AttributeName } }
}

async function emptyTable(fixture = engineFixture()): Promise<EngineFixture> {
  fixture.clock.advance(2 * FIVE_YEARS_SECONDS * 1000)
  await fixture.engine.dispatch('CreateTable', {
    TableName: 'items',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'group', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byGroup',
        KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  })
  return fixture
}

async function expiringTable(fixture?: EngineFixture): Promise<EngineFixture> {
  const table = await emptyTable(fixture)
  await table.engine.dispatch('UpdateTimeToLive', enabling('until'))
  return table
}

async function put({ engine }: EngineFixture, id: string, more: Item = {}): Promise<void> {
  await engine.dispatch('PutItem', { TableName: 'items', Item: { id: { S: id }, ...more } })
}

/** The attribute of an item that expires in this many seconds. */
function until({ clock }: EngineFixture, seconds: number): Item {
  return { until: { N: String(clock.now() / 1000 + seconds) } }
}

async function ids({ engine }: EngineFixture): Promise<readonly string[]> {
  const { Items = [] } = (await engine.dispatch('Scan', { TableName: 'items' })) as ScanOutput
  return Items.map(({ id }) => (id as { readonly S: string }).S).sort()
}

async function status({ engine }: EngineFixture): Promise<unknown> {
  const output = (await engine.dispatch('DescribeTimeToLive', { TableName: 'items' })) as DescribeTimeToLiveOutput
  return output.TimeToLiveDescription
}

/** Lets time pass, and what it brings happen. */
async function pass(fixture: EngineFixture, ms: number): Promise<void> {
  fixture.clock.advance(ms)
  await backgroundStep(fixture)
  await finishBackground(fixture)
}

describe('an item whose time to live has run out', () => {
  it('is read until it is deleted, with its index entries, within a second', async () => {
    const fixture = await expiringTable()
    await finishBackground(fixture)
    const before = rowCount(fixture.store)
    await put(fixture, 'a', { ...until(fixture, 10), group: { S: 'g' } })
    await pass(fixture, 9000)
    expect(await ids(fixture)).toEqual(['a'])
    fixture.clock.advance(1000)
    expect(await ids(fixture)).toEqual(['a'])
    await backgroundStep(fixture)
    await finishBackground(fixture)
    expect(await ids(fixture)).toEqual([])
    // The names of its attributes and the table's counters stay.
    expect(rowCount(fixture.store) - before).toBe(2)
    const { ItemCount, TableSizeBytes, GlobalSecondaryIndexes } = await describeTable(fixture, 'items')
    expect([ItemCount, TableSizeBytes, GlobalSecondaryIndexes?.[0]?.ItemCount]).toEqual([0, 0, 0])
    expect(fixture.engine.statistics().expiredItems).toBe(1)
  })

  it('is deleted over a store that has to be waited for', async () => {
    const fixture = await expiringTable(engineFixture(createSlowStore()))
    await put(fixture, 'a', until(fixture, 1))
    await put(fixture, 'b', until(fixture, 100))
    for (let turn = 0; turn < 100; turn++) await pass(fixture, 100)
    expect(await ids(fixture)).toEqual(['b'])
  })

  it('stays when it was given more time, or unlimited time', async () => {
    const fixture = await expiringTable()
    await put(fixture, 'longer', until(fixture, 10))
    await put(fixture, 'endless', until(fixture, 10))
    await put(fixture, 'anew', until(fixture, 10))
    const update = { TableName: 'items', Key: { id: { S: 'longer' } }, UpdateExpression: 'ADD #u :more' }
    await fixture.engine.dispatch('UpdateItem', {
      ...update,
      ExpressionAttributeNames: { '#u': 'until' },
      ExpressionAttributeValues: { ':more': { N: '10' } },
    })
    await put(fixture, 'endless')
    await fixture.engine.dispatch('DeleteItem', { TableName: 'items', Key: { id: { S: 'anew' } } })
    await put(fixture, 'anew', until(fixture, 30))
    await pass(fixture, 10_000)
    expect(await ids(fixture)).toEqual(['anew', 'endless', 'longer'])
    await pass(fixture, 10_000)
    expect(await ids(fixture)).toEqual(['anew', 'endless'])
  })

  it('stays when it expired more than five years ago', async () => {
    const fixture = await expiringTable()
    await put(fixture, 'four', until(fixture, -FIVE_YEARS_SECONDS + 10))
    await put(fixture, 'five', until(fixture, -FIVE_YEARS_SECONDS))
    await put(fixture, 'six', until(fixture, -FIVE_YEARS_SECONDS - 10))
    await pass(fixture, 1000)
    expect(await ids(fixture)).toEqual(['five', 'six'])
  })

  it.for<readonly [string, Item]>([
    ['a text', { until: { S: '100' } }],
    ['a list of numbers', { until: { L: [{ N: '100' }] } }],
    ['a set of numbers', { until: { NS: ['100'] } }],
    ['zero', { until: { N: '0' } }],
    ['a moment before 1970', { until: { N: '-100' } }],
    ['milliseconds', { until: { N: '1700000000000' } }],
    ['the largest number', { until: { N: '9.9999999999999999999999999999999999999E+125' } }],
    ['nothing', {}],
  ])('is not one that has %s there', async ([, more]) => {
    const fixture = await expiringTable()
    await put(fixture, 'a', more)
    await put(fixture, 'expired', until(fixture, 1))
    await pass(fixture, 1000)
    expect(await ids(fixture)).toEqual(['a'])
  })

  it('may have a fraction of a second, which counts as a whole one', async () => {
    const fixture = await expiringTable()
    await put(fixture, 'a', { until: { N: `${fixture.clock.now() / 1000 + 1}.25` } })
    await pass(fixture, 1000)
    expect(await ids(fixture)).toEqual(['a'])
    await pass(fixture, 1000)
    expect(await ids(fixture)).toEqual([])
  })

  it('may have its time in the key', async () => {
    const fixture = engineFixture()
    await fixture.engine.dispatch('CreateTable', {
      TableName: 'items',
      AttributeDefinitions: [{ AttributeName: 'until', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'until', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    })
    await fixture.engine.dispatch('UpdateTimeToLive', enabling('until'))
    await fixture.engine.dispatch('PutItem', { TableName: 'items', Item: { until: { N: '1' } } })
    await pass(fixture, 1000)
    expect((await describeTable(fixture, 'items')).ItemCount).toBe(0)
  })
})

describe('a stream of the table', () => {
  it('tells that the service deleted the item, and not the app', async () => {
    const fixture = await expiringTable()
    const { engine } = fixture
    const { TableDescription } = (await engine.dispatch('UpdateTable', {
      TableName: 'items',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
    })) as UpdateTableOutput
    await put(fixture, 'swept', until(fixture, 1))
    await put(fixture, 'deleted', until(fixture, 100))
    await engine.dispatch('DeleteItem', { TableName: 'items', Key: { id: { S: 'deleted' } } })
    await pass(fixture, 1000)
    const StreamArn = TableDescription.LatestStreamArn
    const { StreamDescription } = (await engine.dispatch('DescribeStream', { StreamArn })) as DescribeStreamOutput
    const ShardId = StreamDescription.Shards[0]?.ShardId
    const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
    const { ShardIterator } = (await engine.dispatch('GetShardIterator', input)) as GetShardIteratorOutput
    const { Records } = (await engine.dispatch('GetRecords', { ShardIterator })) as GetRecordsOutput
    const removals = Records.filter(({ eventName }) => eventName === 'REMOVE')
    expect(removals.map(({ dynamodb, userIdentity }) => [dynamodb.Keys, userIdentity])).toEqual([
      [{ id: { S: 'deleted' } }, undefined],
      [{ id: { S: 'swept' } }, { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' }],
    ])
  })
})

describe('many items that expire together', () => {
  it('are deleted in steps, between which requests have their turn', async () => {
    const fixture = await expiringTable()
    for (let number = 0; number < 1000; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    const counts: number[] = []
    fixture.clock.advance(10_000)
    for (let step = 0; step < 6; step++) {
      await backgroundStep(fixture)
      counts.push((await describeTable(fixture, 'items')).ItemCount)
    }
    expect(counts).toEqual([936, 808, 552, 40, 0, 0])
  })

  it('are deleted by the next engine when the first is closed in between', async () => {
    const fixture = await expiringTable()
    for (let number = 0; number < 200; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    fixture.clock.advance(10_000)
    await backgroundStep(fixture)
    const next = engineFixture(fixture.store)
    await pass(next, fixture.clock.now())
    expect(await ids(next)).toEqual([])
    expect(next.engine.statistics().expiredItems).toBe(136)
  })

  it('are deleted once when two engines are at it at the same time', async () => {
    const fixture = await expiringTable()
    for (let number = 0; number < 300; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    const other = engineFixture(fixture.store)
    await Promise.all([pass(fixture, 10_000), pass(other, fixture.clock.now() + 10_000)])
    expect(await ids(fixture)).toEqual([])
    expect(fixture.engine.statistics().expiredItems + other.engine.statistics().expiredItems).toBe(300)
  })
})

describe('another engine over the same store', () => {
  it('deletes what was written by one that is gone', async () => {
    const fixture = await expiringTable()
    const other = engineFixture(fixture.store)
    await pass(other, fixture.clock.now())
    await put(fixture, 'a', until(fixture, 3))
    await pass(other, 1000)
    await pass(other, 1000)
    await pass(other, 1000)
    expect(await ids(other)).toEqual([])
  })
})

describe('enabling time to live', () => {
  it('of a table with items adds them to the index in steps, and is ENABLING meanwhile', async () => {
    const fixture = await emptyTable()
    for (let number = 0; number < 2.5 * FILL_STEP; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    await fixture.engine.dispatch('UpdateTimeToLive', enabling('until'))
    const seen: unknown[] = []
    for (let step = 0; step < 4; step++) {
      seen.push(await status(fixture))
      await backgroundStep(fixture)
    }
    const enablingStatus = { TimeToLiveStatus: 'ENABLING', AttributeName: 'until' }
    expect(seen).toEqual([
      enablingStatus,
      enablingStatus,
      enablingStatus,
      { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    ])
    await pass(fixture, 10_000)
    expect(await ids(fixture)).toEqual([])
  })

  it('sees what was written, changed and deleted while the items were added', async () => {
    const fixture = await emptyTable()
    for (let number = 0; number < 2 * FILL_STEP; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    await fixture.engine.dispatch('UpdateTimeToLive', enabling('until'))
    await backgroundStep(fixture)
    for (let number = 0; number < 2 * FILL_STEP; number += 2) await put(fixture, `item ${number}`, until(fixture, 20))
    await put(fixture, 'new', until(fixture, 10))
    await pass(fixture, 10_000)
    expect(await ids(fixture)).toHaveLength(FILL_STEP)
    await pass(fixture, 10_000)
    expect(await ids(fixture)).toEqual([])
  })

  it('goes on when the table is deleted meanwhile, and leaves nothing behind', async () => {
    const fixture = await emptyTable()
    for (let number = 0; number < 2 * FILL_STEP; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    await fixture.engine.dispatch('UpdateTimeToLive', enabling('until'))
    await backgroundStep(fixture)
    await fixture.engine.dispatch('DeleteTable', { TableName: 'items' })
    await finishBackground(fixture)
    expect(rowCount(fixture.store)).toBe(1)
  })
})

describe('disabling time to live', () => {
  it('ends the deletions at once and clears the index', async () => {
    const fixture = await expiringTable()
    await pass(fixture, HOUR_MS)
    for (let number = 0; number < 1.5 * FILL_STEP; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    const before = rowCount(fixture.store)
    await fixture.engine.dispatch('UpdateTimeToLive', enabling('until', false))
    expect(await status(fixture)).toEqual({ TimeToLiveStatus: 'DISABLED' })
    await pass(fixture, 10_000)
    expect(await ids(fixture)).toHaveLength(1.5 * FILL_STEP)
    expect(before - rowCount(fixture.store)).toBe(1.5 * FILL_STEP)
  })

  it('lets it be enabled again, by another attribute, after an hour', async () => {
    const fixture = await expiringTable()
    await put(fixture, 'a', { ...until(fixture, 10_000), deadline: { N: '1' } })
    await pass(fixture, HOUR_MS)
    await fixture.engine.dispatch('UpdateTimeToLive', enabling('until', false))
    await pass(fixture, HOUR_MS)
    await put(fixture, 'b', { deadline: { N: String(fixture.clock.now() / 1000) } })
    await fixture.engine.dispatch('UpdateTimeToLive', enabling('deadline'))
    await finishBackground(fixture)
    expect(await status(fixture)).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'deadline' })
    await pass(fixture, 4 * HOUR_MS)
    // `a` expired by the attribute of before, and in 1970 by this one.
    expect(await ids(fixture)).toEqual(['a'])
  })
})

describe('a change of time to live', () => {
  it('is refused for an hour after the one before, in the words of what it would be otherwise', async () => {
    const fixture = await expiringTable()
    const change = async (spec: unknown): Promise<unknown> => {
      const refusal = await fixture.engine.dispatch('UpdateTimeToLive', spec).catch((error: Error) => error.message)
      return typeof refusal === 'string' ? refusal : 'done'
    }
    const tooSoon = 'Time to live has been modified multiple times within a fixed interval'
    fixture.clock.advance(HOUR_MS - 1)
    expect(await change(enabling('until', false))).toBe(tooSoon)
    expect(await change(enabling('until'))).toBe('TimeToLive is already enabled')
    expect(await change(enabling('x'))).toBe(
      'TimeToLive is active on a different AttributeName: current AttributeName is until',
    )
    fixture.clock.advance(1)
    expect(await change(enabling('until', false))).toBe('done')
    expect(await change(enabling('until', false))).toBe('TimeToLive is already disabled')
    expect(await change(enabling('until'))).toBe(tooSoon)
  })
})

describe('a table without time to live', () => {
  it('keeps no timer running', async () => {
    const fixture = await emptyTable()
    await put(fixture, 'a', until(fixture, 10))
    await finishBackground(fixture)
    expect(fixture.clock.timerCount()).toBe(0)
  })
})

describe('closing', () => {
  it('waits for the running step and ends the turn', async () => {
    const fixture = await expiringTable()
    for (let number = 0; number < 200; number++) await put(fixture, `item ${number}`, until(fixture, 10))
    fixture.clock.advance(10_000)
    await fixture.engine.close()
    expect(fixture.clock.timerCount()).toBe(0)
  })
})
