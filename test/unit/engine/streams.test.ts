// What a table's stream tells of its writes, how long, and to whom.

import { describe, expect, it } from 'vitest'
import type { UpdateTableInput } from '../../../src/model/operations.ts'
import type {
  DescribeStreamOutput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListStreamsOutput,
  StreamEventRecord,
  StreamViewType,
} from '../../../src/model/stream-operations.ts'
import { describeTable, type EngineFixture, engineFixture, rowCount } from '../../support/engine-fixture.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const TURNS = 2000

function fixtureWithTable(StreamViewType: StreamViewType = 'NEW_AND_OLD_IMAGES'): Promise<EngineFixture> {
  const fixture = engineFixture()
  return createTable(fixture, { StreamEnabled: true, StreamViewType }).then(() => fixture)
}

async function createTable(
  { engine }: EngineFixture,
  StreamSpecification?: object,
  TableName = 'notes',
): Promise<void> {
  await engine.dispatch('CreateTable', {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...(StreamSpecification !== undefined && { StreamSpecification }),
  })
}

async function put({ engine }: EngineFixture, id: string, text?: string, TableName = 'notes'): Promise<void> {
  await engine.dispatch('PutItem', {
    TableName,
    Item: { id: { S: id }, ...(text !== undefined && { text: { S: text } }) },
  })
}

async function remove({ engine }: EngineFixture, id: string): Promise<void> {
  await engine.dispatch('DeleteItem', { TableName: 'notes', Key: { id: { S: id } } })
}

async function streamArns({ engine }: EngineFixture, TableName = 'notes'): Promise<readonly string[]> {
  const { Streams } = (await engine.dispatch('ListStreams', { TableName })) as ListStreamsOutput
  return Streams.map(({ StreamArn }) => StreamArn)
}

async function describeStream(
  { engine }: EngineFixture,
  StreamArn: string,
): Promise<DescribeStreamOutput['StreamDescription']> {
  return ((await engine.dispatch('DescribeStream', { StreamArn })) as DescribeStreamOutput).StreamDescription
}

async function iterator(
  fixture: EngineFixture,
  StreamArn: string,
  more: Partial<GetShardIteratorInput> = {},
): Promise<string> {
  const ShardId = (await describeStream(fixture, StreamArn)).Shards[0]?.ShardId
  const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON', ...more }
  return ((await fixture.engine.dispatch('GetShardIterator', input)) as GetShardIteratorOutput).ShardIterator
}

function getRecords({ engine }: EngineFixture, ShardIterator: string, Limit?: number): Promise<GetRecordsOutput> {
  const input = { ShardIterator, ...(Limit !== undefined && { Limit }) }
  return engine.dispatch('GetRecords', input) as Promise<GetRecordsOutput>
}

async function records(fixture: EngineFixture): Promise<readonly StreamEventRecord[]> {
  const [arn = ''] = await streamArns(fixture)
  return (await getRecords(fixture, await iterator(fixture, arn))).Records
}

function update({ engine }: EngineFixture, StreamSpecification: object, more: object = {}): Promise<unknown> {
  const input: UpdateTableInput = { TableName: 'notes', StreamSpecification, ...more } as UpdateTableInput
  return engine.dispatch('UpdateTable', input)
}

/** Lets time pass, and the background do what is due. */
async function pass({ clock }: EngineFixture, ms: number): Promise<void> {
  clock.advance(ms)
  for (let turn = 0; turn < TURNS; turn++) {
    await Promise.resolve()
    clock.advance(0)
  }
}

describe('stream records', () => {
  it('tell inserts, changes and removals with both images, in their order', async () => {
    const fixture = await fixtureWithTable()
    await put(fixture, 'a', 'one')
    await put(fixture, 'a', 'two')
    await remove(fixture, 'a')
    const told = (await records(fixture)).map(({ eventName, dynamodb: { Keys, NewImage, OldImage } }) => ({
      eventName,
      Keys,
      NewImage,
      OldImage,
    }))
    const Keys = { id: { S: 'a' } }
    const image = (text: string): object => ({ id: { S: 'a' }, text: { S: text } })
    expect(told).toEqual([
      { eventName: 'INSERT', Keys, NewImage: image('one'), OldImage: undefined },
      { eventName: 'MODIFY', Keys, NewImage: image('two'), OldImage: image('one') },
      { eventName: 'REMOVE', Keys, NewImage: undefined, OldImage: image('two') },
    ])
  })

  it('have the shape of the API', async () => {
    const fixture = await fixtureWithTable()
    fixture.clock.advance(12_345)
    await put(fixture, 'a', 'one')
    const [record] = await records(fixture)
    expect(record).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'local',
      dynamodb: {
        ApproximateCreationDateTime: new Date(12_000),
        Keys: { id: { S: 'a' } },
        NewImage: { id: { S: 'a' }, text: { S: 'one' } },
        SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
        SizeBytes: 13,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    })
  })

  it.each([
    ['KEYS_ONLY', [], []],
    ['NEW_IMAGE', ['NewImage'], []],
    ['OLD_IMAGE', [], ['OldImage']],
    ['NEW_AND_OLD_IMAGES', ['NewImage'], ['OldImage']],
  ] as const)('of the view %s show what it names', async (viewType, ofInsert, ofRemove) => {
    const fixture = await fixtureWithTable(viewType)
    await put(fixture, 'a', 'one')
    await remove(fixture, 'a')
    const told = (await records(fixture)).map(({ dynamodb }) => dynamodb)
    const images = told.map((record) => Object.keys(record).filter((name) => name.endsWith('Image')))
    expect(images).toEqual([ofInsert, ofRemove])
    expect(told.map(({ Keys }) => Keys)).toEqual([{ id: { S: 'a' } }, { id: { S: 'a' } }])
  })

  it('are not written for writes that change nothing', async () => {
    const fixture = await fixtureWithTable()
    const { engine } = fixture
    await engine.dispatch('PutItem', { TableName: 'notes', Item: { id: { S: 'a' }, n: { N: '1' }, m: { N: '2' } } })
    await engine.dispatch('PutItem', { TableName: 'notes', Item: { m: { N: '2.0' }, n: { N: '1' }, id: { S: 'a' } } })
    await remove(fixture, 'nobody')
    expect(await records(fixture)).toHaveLength(1)
  })

  it('are not written for writes that are refused', async () => {
    const fixture = await fixtureWithTable()
    const ConditionExpression = 'attribute_exists(id)'
    const refused = fixture.engine.dispatch('PutItem', {
      TableName: 'notes',
      Item: { id: { S: 'a' } },
      ConditionExpression,
    })
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
    expect(await records(fixture)).toEqual([])
  })

  it('have rising numbers, within one request too', async () => {
    const fixture = await fixtureWithTable()
    const notes = Array.from({ length: 25 }, (_, at) => ({ PutRequest: { Item: { id: { S: `n${at}` } } } }))
    await fixture.engine.dispatch('BatchWriteItem', { RequestItems: { notes } })
    await Promise.all(Array.from({ length: 40 }, (_, at) => put(fixture, `p${at}`)))
    const numbers = (await records(fixture)).map(({ dynamodb }) => dynamodb.SequenceNumber)
    expect(numbers).toHaveLength(65)
    expect(numbers).toEqual([...new Set(numbers)].sort())
  })

  it('come in pages', async () => {
    const fixture = await fixtureWithTable()
    for (const id of ['a', 'b', 'c']) await put(fixture, id)
    const [arn = ''] = await streamArns(fixture)
    const first = await getRecords(fixture, await iterator(fixture, arn), 2)
    const second = await getRecords(fixture, first.NextShardIterator ?? '', 2)
    const third = await getRecords(fixture, second.NextShardIterator ?? '', 2)
    expect([first, second, third].map(({ Records }) => Records.length)).toEqual([2, 1, 0])
    await put(fixture, 'd')
    expect((await getRecords(fixture, third.NextShardIterator ?? '')).Records).toHaveLength(1)
  })

  it('end a page at 1 MB', async () => {
    const fixture = await fixtureWithTable()
    for (let at = 0; at < 5; at++) await put(fixture, `n${at}`, 'x'.repeat(300_000))
    const [arn = ''] = await streamArns(fixture)
    expect((await getRecords(fixture, await iterator(fixture, arn))).Records).toHaveLength(4)
  })
})

describe('records of other writers', () => {
  it('name the service that deletes what has expired', async () => {
    const fixture = await fixtureWithTable()
    const { engine } = fixture
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' }
    await engine.dispatch('UpdateTimeToLive', { TableName: 'notes', TimeToLiveSpecification })
    await engine.dispatch('PutItem', { TableName: 'notes', Item: { id: { S: 'a' }, until: { N: '60' } } })
    await pass(fixture, HOUR_MS)
    const told = (await records(fixture)).map(({ eventName, userIdentity }) => [eventName, userIdentity])
    expect(told).toEqual([
      ['INSERT', undefined],
      ['REMOVE', { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }],
    ])
    await engine.close()
  })

  it('tell all actions of a transaction, or none', async () => {
    const fixture = await fixtureWithTable()
    const putOf = (id: string, more: object = {}): object => ({
      Put: { TableName: 'notes', Item: { id: { S: id } }, ...more },
    })
    await fixture.engine.dispatch('TransactWriteItems', { TransactItems: [putOf('a'), putOf('b')] })
    const ConditionExpression = 'attribute_not_exists(id)'
    const refused = fixture.engine.dispatch('TransactWriteItems', {
      TransactItems: [putOf('c'), putOf('a', { ConditionExpression })],
    })
    await expect(refused).rejects.toMatchObject({ name: 'TransactionCanceledException' })
    expect((await records(fixture)).map(({ dynamodb }) => dynamodb.Keys)).toEqual([
      { id: { S: 'a' } },
      { id: { S: 'b' } },
    ])
  })
})

describe('shard iterators', () => {
  it('start at a number, behind it, or behind all', async () => {
    const fixture = await fixtureWithTable()
    for (const id of ['a', 'b', 'c']) await put(fixture, id)
    const [arn = ''] = await streamArns(fixture)
    const SequenceNumber = (await records(fixture))[1]?.dynamodb.SequenceNumber ?? ''
    const idsFrom = async (more: Partial<GetShardIteratorInput>): Promise<readonly unknown[]> =>
      (await getRecords(fixture, await iterator(fixture, arn, more))).Records.map(({ dynamodb }) => dynamodb.Keys['id'])
    expect(await idsFrom({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber })).toEqual([{ S: 'b' }, { S: 'c' }])
    expect(await idsFrom({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber })).toEqual([{ S: 'c' }])
    expect(await idsFrom({ ShardIteratorType: 'LATEST' })).toEqual([])
    const latest = await iterator(fixture, arn, { ShardIteratorType: 'LATEST' })
    await put(fixture, 'd')
    expect((await getRecords(fixture, latest)).Records).toHaveLength(1)
  })

  it('expire after 15 minutes', async () => {
    const fixture = await fixtureWithTable()
    const [arn = ''] = await streamArns(fixture)
    const held = await iterator(fixture, arn)
    fixture.clock.advance(15 * MINUTE_MS)
    expect(await getRecords(fixture, held)).toMatchObject({ Records: [] })
    fixture.clock.advance(1)
    await expect(getRecords(fixture, held)).rejects.toMatchObject({ name: 'ExpiredIteratorException' })
  })
})

describe('a stream', () => {
  it('is disabled and enabled anew under another name, and the old one can still be read', async () => {
    const fixture = await fixtureWithTable()
    await put(fixture, 'a')
    await update(fixture, { StreamEnabled: false })
    await put(fixture, 'unseen')
    await update(fixture, { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' })
    await put(fixture, 'b')
    const [old = '', young = ''] = await streamArns(fixture)
    const table = await describeTable(fixture, 'notes')
    expect(table.LatestStreamArn).toBe(young)
    expect(table.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' })
    const fromOld = await getRecords(fixture, await iterator(fixture, old))
    expect(fromOld.Records.map(({ dynamodb }) => dynamodb.Keys)).toEqual([{ id: { S: 'a' } }])
    expect(fromOld.NextShardIterator).toBeUndefined()
    expect(await describeStream(fixture, old)).toMatchObject({ StreamStatus: 'DISABLED' })
    expect((await getRecords(fixture, await iterator(fixture, young))).Records).toHaveLength(1)
  })

  it('has one shard, which has no children', async () => {
    const fixture = await fixtureWithTable()
    const [StreamArn = ''] = await streamArns(fixture)
    const ShardId = (await describeStream(fixture, StreamArn)).Shards[0]?.ShardId
    const ShardFilter = { Type: 'CHILD_SHARDS', ShardId }
    const { StreamDescription } = (await fixture.engine.dispatch('DescribeStream', {
      StreamArn,
      ShardFilter,
    })) as DescribeStreamOutput
    expect(StreamDescription.Shards).toEqual([])
  })

  it('keeps records for 24 hours and trims them then', async () => {
    const fixture = await fixtureWithTable()
    await put(fixture, 'a')
    const [arn = ''] = await streamArns(fixture)
    const [first] = await records(fixture)
    await pass(fixture, 20 * HOUR_MS)
    for (let at = 0; at < 300; at++) await put(fixture, `b${at}`)
    const held = await iterator(fixture, arn)
    await pass(fixture, 4 * HOUR_MS - MINUTE_MS)
    expect(await records(fixture)).toHaveLength(301)
    await pass(fixture, 11 * MINUTE_MS)
    expect(await records(fixture)).toHaveLength(300)
    const SequenceNumber = first?.dynamodb.SequenceNumber ?? ''
    const trimmed = iterator(fixture, arn, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber })
    await expect(trimmed).rejects.toMatchObject({ name: 'TrimmedDataAccessException' })
    await expect(getRecords(fixture, held)).rejects.toMatchObject({ name: 'ExpiredIteratorException' })
    await pass(fixture, 20 * HOUR_MS)
    expect(await records(fixture)).toEqual([])
    await fixture.engine.close()
  })

  it('whose records are trimmed under an iterator says so', async () => {
    const fixture = await fixtureWithTable()
    await put(fixture, 'a')
    const [arn = ''] = await streamArns(fixture)
    await pass(fixture, 24 * HOUR_MS - MINUTE_MS)
    const held = await iterator(fixture, arn)
    await pass(fixture, 12 * MINUTE_MS)
    await expect(getRecords(fixture, held)).rejects.toMatchObject({ name: 'TrimmedDataAccessException' })
    await fixture.engine.close()
  })

  it('outlives its table by 24 hours, then nothing is left of it', async () => {
    const fixture = engineFixture()
    await createTable(fixture)
    await fixture.engine.dispatch('DeleteTable', { TableName: 'notes' })
    await pass(fixture, MINUTE_MS)
    const rowsOfNoTable = rowCount(fixture.store)
    await createTable(fixture, { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' })
    await put(fixture, 'a', 'one')
    await fixture.engine.dispatch('DeleteTable', { TableName: 'notes' })
    await pass(fixture, HOUR_MS)
    const [record] = await records(fixture)
    expect(record?.dynamodb.NewImage).toEqual({ id: { S: 'a' }, text: { S: 'one' } })
    await createTable(fixture, { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' })
    expect(await streamArns(fixture)).toHaveLength(2)
    await fixture.engine.dispatch('DeleteTable', { TableName: 'notes' })
    await pass(fixture, 25 * HOUR_MS)
    expect(await streamArns(fixture)).toEqual([])
    expect(rowCount(fixture.store)).toBe(rowsOfNoTable)
    await fixture.engine.close()
  })

  it('is listed with those of other tables, page by page', async () => {
    const fixture = await fixtureWithTable()
    await createTable(fixture, { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' }, 'others')
    const first = (await fixture.engine.dispatch('ListStreams', { Limit: 1 })) as ListStreamsOutput
    const ExclusiveStartStreamArn = first.LastEvaluatedStreamArn
    const second = (await fixture.engine.dispatch('ListStreams', {
      Limit: 1,
      ExclusiveStartStreamArn,
    })) as ListStreamsOutput
    expect([...first.Streams, ...second.Streams].map(({ TableName }) => TableName)).toEqual(['notes', 'others'])
    expect(second.LastEvaluatedStreamArn).toBeUndefined()
  })
})
