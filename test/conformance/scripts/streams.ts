// DynamoDB Streams against the service: StreamSpecification, and the four operations.

import { answerAt, answered, broken, failed, refused, type Script, step } from '../../support/conformance-script.ts'
import { described, hashTable } from './tables.ts'

const INVALID = 'One or more parameter values were invalid:'
const NO_STREAM_ARN = 'arn:aws:dynamodb:ddblocal:000000000000:table/nowhere/stream/2026-01-01T00:00:00.000'
const VIEWS = '[NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY]'

const table = (TableName: string, StreamSpecification?: unknown): unknown => ({
  ...hashTable(TableName),
  ...(StreamSpecification !== undefined && { StreamSpecification }),
})
const enabled = (StreamViewType: string): unknown => ({ StreamEnabled: true, StreamViewType })
const update = (title: string, TableName: string, more: object, expected: Parameters<typeof step>[3] = {}) =>
  step(title, 'UpdateTable', { TableName, ...more }, expected)
const arn = answerAt('makes a table with a stream', 'TableDescription', 'LatestStreamArn')
const shard = answerAt('describes a stream', 'StreamDescription', 'Shards', 0, 'ShardId')
const iterator = (title: string, more: object, expected: Parameters<typeof step>[3] = {}) =>
  step(title, 'GetShardIterator', { StreamArn: arn, ShardId: shard, ...more }, expected)
const records = (title: string, iteratorTitle: string, more: object = {}) =>
  step(title, 'GetRecords', { ShardIterator: answerAt(iteratorTitle, 'ShardIterator'), ...more })
const number = (at: number): unknown => answerAt('reads the records', 'Records', at, 'dynamodb', 'SequenceNumber')
const views = (viewType: string, TableName: string): Script['steps'] => {
  const made = `makes a table with a stream of ${viewType}`
  const describing = `describes a stream of ${viewType}`
  const iterated = `starts at the horizon of ${viewType}`
  const StreamArn = answerAt(made, 'TableDescription', 'LatestStreamArn')
  return [
    step(made, 'CreateTable', table(TableName, enabled(viewType))),
    step(`puts with ${viewType}`, 'PutItem', { TableName, Item: { a: { S: 'k' }, x: { S: 'one' } } }),
    step(`puts again with ${viewType}`, 'PutItem', { TableName, Item: { a: { S: 'k' }, x: { S: 'two' } } }),
    step(`deletes with ${viewType}`, 'DeleteItem', { TableName, Key: { a: { S: 'k' } } }),
    step(describing, 'DescribeStream', { StreamArn }),
    step(iterated, 'GetShardIterator', {
      StreamArn,
      ShardId: answerAt(describing, 'StreamDescription', 'Shards', 0, 'ShardId'),
      ShardIteratorType: 'TRIM_HORIZON',
    }),
    records(`reads the records of ${viewType}`, iterated),
  ]
}

/** The script. */
export const streamsScript: Script = {
  operation: 'streams',
  steps: [
    // CreateTable
    step('makes a table with a stream', 'CreateTable', table('streamed', enabled('NEW_AND_OLD_IMAGES'))),
    step('makes a table with a stream that is not enabled', 'CreateTable', table('plain', { StreamEnabled: false })),
    step('refuses a stream without a view', 'CreateTable', table('other', { StreamEnabled: true })),
    step(
      'refuses a view without a stream',
      'CreateTable',
      table('other', { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' }),
    ),
    step(
      'refuses a view that is none',
      'CreateTable',
      table('other', enabled('x')),
      broken(
        `Value 'x' at 'streamSpecification.streamViewType' failed to satisfy constraint: Member must satisfy enum value set: ${VIEWS}`,
      ),
    ),
    step(
      'refuses to be told nothing of a stream',
      'CreateTable',
      table('other', {}),
      broken("Value null at 'streamSpecification.streamEnabled' failed to satisfy constraint: Member must not be null"),
    ),
    step('describes a table with a stream', 'DescribeTable', { TableName: 'streamed' }),

    // What is told
    step('describes a stream', 'DescribeStream', { StreamArn: arn }),
    iterator('starts behind all', { ShardIteratorType: 'LATEST' }),
    step('puts', 'PutItem', { TableName: 'streamed', Item: { a: { S: 'k' }, x: { S: 'one' } } }),
    step('puts the same', 'PutItem', { TableName: 'streamed', Item: { x: { S: 'one' }, a: { S: 'k' } } }),
    step('updates', 'UpdateItem', {
      TableName: 'streamed',
      Key: { a: { S: 'k' } },
      UpdateExpression: 'SET x = :x, y = :y',
      ExpressionAttributeValues: {
        ':x': { S: 'two' },
        ':y': { M: { l: { L: [{ NULL: true }, { BOOL: false }, { B: Uint8Array.of(1, 2) }] }, s: { SS: ['b', 'a'] } } },
      },
    }),
    step('updates to the same', 'UpdateItem', {
      TableName: 'streamed',
      Key: { a: { S: 'k' } },
      UpdateExpression: 'SET x = :x',
      ExpressionAttributeValues: { ':x': { S: 'two' } },
    }),
    step('deletes', 'DeleteItem', { TableName: 'streamed', Key: { a: { S: 'k' } } }),
    step('deletes nothing', 'DeleteItem', { TableName: 'streamed', Key: { a: { S: 'k' } } }, answered({})),
    iterator('starts at the horizon', { ShardIteratorType: 'TRIM_HORIZON' }),
    records('reads the records', 'starts at the horizon'),
    records('reads one record', 'starts at the horizon', { Limit: 1 }),
    records('reads what came since', 'starts behind all'),
    iterator('starts at a number', { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: number(1) }),
    records('reads from the number on', 'starts at a number'),
    iterator('starts behind a number', { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: number(1) }),
    records('reads behind the number', 'starts behind a number'),
    ...views('KEYS_ONLY', 'keys'),
    ...views('NEW_IMAGE', 'young'),
    ...views('OLD_IMAGE', 'old'),

    // GetRecords
    step('refuses a text that is no iterator', 'GetRecords', { ShardIterator: 'x' }),
    step(
      'refuses no iterator',
      'GetRecords',
      {},
      broken("Value null at 'shardIterator' failed to satisfy constraint: Member must not be null"),
    ),
    records('refuses to read no records', 'starts at the horizon', { Limit: 0 }),
    step(
      'refuses to read more than 1,000 records',
      'GetRecords',
      { ShardIterator: answerAt('starts at the horizon', 'ShardIterator'), Limit: 1001 },
      broken("Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000"),
    ),

    // GetShardIterator
    iterator(
      'refuses an iterator without a type',
      {},
      broken("Value null at 'shardIteratorType' failed to satisfy constraint: Member must not be null"),
    ),
    iterator(
      'refuses an iterator of another type',
      { ShardIteratorType: 'x' },
      broken(
        "Value 'x' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]",
      ),
    ),
    iterator('refuses a number with LATEST', { ShardIteratorType: 'LATEST', SequenceNumber: number(0) }),
    iterator('refuses a number with TRIM_HORIZON', { ShardIteratorType: 'TRIM_HORIZON', SequenceNumber: number(0) }),
    iterator('refuses to start at no number', { ShardIteratorType: 'AT_SEQUENCE_NUMBER' }),
    iterator('refuses to start at a short number', { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: 'x' }),
    iterator('refuses to start before the shard', {
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: '000000000000000000000',
    }),
    step('refuses a shard that is not there', 'GetShardIterator', {
      StreamArn: arn,
      ShardId: 'shardId-00000000000000000000-00000000',
      ShardIteratorType: 'LATEST',
    }),
    step(
      'refuses an iterator for a stream that is not there',
      'GetShardIterator',
      { StreamArn: NO_STREAM_ARN, ShardId: shard, ShardIteratorType: 'LATEST' },
      failed('ResourceNotFoundException', `Requested resource not found: Stream: ${NO_STREAM_ARN} not found`),
    ),

    // DescribeStream
    step('refuses a stream that is not there', 'DescribeStream', { StreamArn: NO_STREAM_ARN }),
    step(
      'refuses a text that names no stream',
      'DescribeStream',
      { StreamArn: 'x'.repeat(40) },
      refused('Invalid StreamArn'),
    ),
    step(
      'refuses a text that is too short',
      'DescribeStream',
      { StreamArn: 'x' },
      broken(
        "Value 'x' at 'streamArn' failed to satisfy constraint: Member must have length greater than or equal to 37",
      ),
    ),
    step(
      'refuses to describe nothing',
      'DescribeStream',
      {},
      broken("Value null at 'streamArn' failed to satisfy constraint: Member must not be null"),
    ),
    step('refuses to list no shards', 'DescribeStream', { StreamArn: arn, Limit: 0 }),
    step('lists shards behind the last', 'DescribeStream', {
      StreamArn: arn,
      ExclusiveStartShardId: `shardId-${'9'.repeat(20)}-ffffffff`,
    }),

    // ListStreams
    step('lists the streams of a table', 'ListStreams', { TableName: 'streamed' }),
    step('lists no streams', 'ListStreams', { TableName: 'plain' }),
    step('lists the streams of a table that is not there', 'ListStreams', { TableName: 'nowhere' }),
    step('refuses to list no streams', 'ListStreams', { Limit: 0 }),
    step(
      'refuses to list more than 100 streams',
      'ListStreams',
      { Limit: 101 },
      broken("Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"),
    ),

    // UpdateTable
    update(
      'refuses to enable a stream twice',
      'streamed',
      { StreamSpecification: enabled('NEW_AND_OLD_IMAGES') },
      refused('Table already has an enabled stream: TableName: streamed'),
    ),
    update(
      'refuses to change the view',
      'streamed',
      { StreamSpecification: enabled('KEYS_ONLY') },
      refused('Table already has an enabled stream: TableName: streamed'),
    ),
    update(
      'refuses to disable a stream that is not there',
      'plain',
      { StreamSpecification: { StreamEnabled: false } },
      refused('Table has no stream to disable: TableName: plain'),
    ),
    update(
      'refuses to enable a stream without a view',
      'plain',
      { StreamSpecification: { StreamEnabled: true } },
      refused(`${INVALID} If stream is being enabled then UpdateViewType is required`),
    ),
    update(
      'refuses to disable a stream with a view',
      'streamed',
      { StreamSpecification: { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' } },
      refused(`${INVALID} If stream is being disabled, then UpdateViewType must not be specified`),
    ),
    update(
      'refuses to change the stream and the capacity',
      'streamed',
      {
        StreamSpecification: { StreamEnabled: false },
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      },
      refused(`${INVALID} You cannot modify stream status while updating table IOPS`),
    ),
    update('disables a stream', 'streamed', { StreamSpecification: { StreamEnabled: false } }),
    step('describes the table without its stream', 'DescribeTable', { TableName: 'streamed' }),
    step('describes a disabled stream', 'DescribeStream', { StreamArn: arn }),
    iterator('starts at the horizon of a disabled stream', { ShardIteratorType: 'TRIM_HORIZON' }),
    records('reads a disabled stream to its end', 'starts at the horizon of a disabled stream'),
    update('enables a stream anew', 'streamed', { StreamSpecification: enabled('KEYS_ONLY') }),
    step(
      'deletes the table',
      'DeleteTable',
      { TableName: 'streamed' },
      answered({
        TableDescription: described({
          TableName: 'streamed',
          TableStatus: 'DELETING',
          StreamSpecification: enabled('KEYS_ONLY'),
          LatestStreamLabel: '<LatestStreamLabel>',
          LatestStreamArn: '<9>',
        }),
      }),
    ),
    step('describes the stream of a deleted table', 'DescribeStream', { StreamArn: arn }),
  ],
}
