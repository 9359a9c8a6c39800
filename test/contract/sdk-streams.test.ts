// The SDK's client of DynamoDB Streams at two doors: a database of the page, and a server over HTTP.

import { CreateTableCommand, DynamoDBClient, PutItemCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb-streams'
import { describe, expect, it } from 'vitest'
import { clientConfig } from '../../src/client/aws-request-handler.ts'
import { startServer } from '../../src/server/node.ts'
import { openMemoryDatabase } from '../support/memory-database.ts'

interface Clients {
  readonly tables: DynamoDBClient
  readonly streams: DynamoDBStreamsClient
  readonly dispose: () => Promise<void>
}

async function inPage(): Promise<Clients> {
  const { database } = await openMemoryDatabase()
  const config = clientConfig(database)
  return {
    tables: new DynamoDBClient(config),
    streams: new DynamoDBStreamsClient(config),
    dispose: () => database.close(),
  }
}

async function overHttp(): Promise<Clients> {
  const server = await startServer({})
  const config = {
    endpoint: server.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
  }
  const [tables, streams] = [new DynamoDBClient(config), new DynamoDBStreamsClient(config)]
  return {
    tables,
    streams,
    async dispose() {
      tables.destroy()
      streams.destroy()
      await server.close()
    },
  }
}

describe.for([
  ['a database behind its worker', inPage],
  ['a server', overHttp],
] as const)('the streams client over %s', ([, open]) => {
  it('finds the stream of a table and reads what was written', async () => {
    const { tables, streams, dispose } = await open()
    const { TableDescription } = await tables.send(
      new CreateTableCommand({
        TableName: 'notes',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    )
    await tables.send(
      new PutItemCommand({ TableName: 'notes', Item: { id: { S: 'a' }, blob: { B: Uint8Array.of(1, 2) } } }),
    )
    const { Streams } = await streams.send(new ListStreamsCommand({}))
    expect(Streams?.map(({ StreamArn }) => StreamArn)).toEqual([TableDescription?.LatestStreamArn])
    const StreamArn = TableDescription?.LatestStreamArn
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }))
    expect(StreamDescription?.CreationRequestDateTime).toBeInstanceOf(Date)
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId
    const start = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' })
    const { ShardIterator } = await streams.send(start)
    const { Records, NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }))
    expect(Records?.map(({ eventName, dynamodb }) => [eventName, dynamodb?.NewImage])).toEqual([
      ['INSERT', { id: { S: 'a' }, blob: { B: Uint8Array.of(1, 2) } }],
    ])
    expect(Records?.[0]?.dynamodb?.ApproximateCreationDateTime).toBeInstanceOf(Date)
    const disable = { TableName: 'notes', StreamSpecification: { StreamEnabled: false } }
    await tables.send(new UpdateTableCommand(disable))
    const rest = await streams.send(new GetRecordsCommand({ ShardIterator: NextShardIterator }))
    expect([rest.Records, rest.NextShardIterator]).toEqual([[], undefined])
    await dispose()
  })

  it('gets typed exceptions', async () => {
    const { streams, dispose } = await open()
    const StreamArn = 'arn:aws:dynamodb:local:000000000000:table/nowhere/stream/2026-01-01T00:00:00.000'
    const failure = streams.send(new DescribeStreamCommand({ StreamArn }))
    await expect(failure).rejects.toBeInstanceOf(ResourceNotFoundException)
    await dispose()
  })
})
