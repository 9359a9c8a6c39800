// Each limit of the service that a request can reach, one below it, at it, and one beyond.
// Sizes of keys and items, units of capacity and pages of answers are in the conformance scripts too; limits of transactions
// are with the transactions.

import { describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import * as limits from '../../../src/model/limits.ts'
import { engineFixture } from '../../support/engine-fixture.ts'

/** What a request answers: `accepted`, or the message of its refusal. */
type Outcome = string

/** A request of a size. */
type SizedRequest = (size: number) => readonly [operation: string, input: object]

interface Limit {
  readonly title: string
  readonly limit: number
  readonly request: SizedRequest
  /** What is said one beyond the limit. */
  readonly refusal: string
}

const INVALID = 'One or more parameter values were invalid:'
const TABLE = {
  TableName: 'limits',
  AttributeDefinitions: [
    { AttributeName: 'p', AttributeType: 'S' },
    { AttributeName: 's', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'p', KeyType: 'HASH' },
    { AttributeName: 's', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
}
const KEY = { p: { S: 'p' }, s: { S: 's' } }
const HASH_ONLY = {
  ...TABLE,
  AttributeDefinitions: TABLE.AttributeDefinitions.slice(0, 1),
  KeySchema: TABLE.KeySchema.slice(0, 1),
}

const put = (Item: object): ReturnType<SizedRequest> => ['PutItem', { TableName: 'limits', Item: { ...KEY, ...Item } }]
const scan = (input: object): ReturnType<SizedRequest> => ['Scan', { TableName: 'limits', ...input }]
const text = (sizeBytes: number): string => 'x'.repeat(sizeBytes)
const times = <Value>(count: number, value: (at: number) => Value): Value[] =>
  Array.from({ length: count }, (_, at) => value(at))
const atPath = (path: string, rule: string, value: string): string =>
  `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must have ${rule}`

function nested(levels: number): unknown {
  let value: unknown = { S: 'deepest' }
  for (let level = 1; level < levels; level++) value = { L: [value] }
  return value
}

function globalIndexes(count: number): { readonly GlobalSecondaryIndexes: readonly object[] } {
  return {
    GlobalSecondaryIndexes: times(count, (at) => ({
      IndexName: `index${at}`,
      KeySchema: [{ AttributeName: 's', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    })),
  }
}

function localIndexes(count: number): object {
  return {
    LocalSecondaryIndexes: times(count, (at) => ({
      IndexName: `index${at}`,
      KeySchema: [
        { AttributeName: 'p', KeyType: 'HASH' },
        { AttributeName: 's', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    })),
  }
}

/** Indexes that project this many attributes together, no more than 20 each. */
function projecting(count: number): object {
  const sizes = times(Math.ceil(count / 20), (at) => Math.min(20, count - at * 20))
  return {
    GlobalSecondaryIndexes: sizes.map((size, at) => ({
      IndexName: `index${at}`,
      KeySchema: [{ AttributeName: 's', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: times(size, (name) => `attribute${name}`) },
    })),
  }
}

/** `a` of such a length that the expression has this size. */
const named = (size: number, before: string, after: string): string =>
  `${before}${'a'.repeat(size - before.length - after.length)}${after}`
const ONE_VALUE = { ExpressionAttributeValues: { ':v': { S: 'v' } } }
const TOO_LONG = 'Expression size has exceeded the maximum allowed size;'

const EXPRESSIONS: readonly Limit[] = [
  {
    title: 'bytes of a FilterExpression',
    limit: limits.MAX_EXPRESSION_SIZE_BYTES,
    request: (size) => scan({ FilterExpression: named(size, '', ' = :v'), ...ONE_VALUE }),
    refusal: `Invalid FilterExpression: ${TOO_LONG} expression size: 4097`,
  },
  {
    title: 'bytes of a ConditionExpression',
    limit: limits.MAX_EXPRESSION_SIZE_BYTES,
    request: (size) => [
      'PutItem',
      { TableName: 'limits', Item: KEY, ConditionExpression: named(size, 'attribute_not_exists(', ')') },
    ],
    refusal: `Invalid ConditionExpression: ${TOO_LONG} expression size: 4097`,
  },
  {
    title: 'bytes of a ProjectionExpression',
    limit: limits.MAX_EXPRESSION_SIZE_BYTES,
    request: (size) => ['GetItem', { TableName: 'limits', Key: KEY, ProjectionExpression: named(size, '', '') }],
    refusal: `Invalid ProjectionExpression: ${TOO_LONG}`,
  },
  {
    title: 'bytes of an UpdateExpression',
    limit: limits.MAX_EXPRESSION_SIZE_BYTES,
    request: (size) => [
      'UpdateItem',
      { TableName: 'limits', Key: KEY, UpdateExpression: named(size, 'SET ', ' = :v'), ...ONE_VALUE },
    ],
    refusal: `Invalid UpdateExpression: ${TOO_LONG}`,
  },
  {
    title: 'bytes of a KeyConditionExpression',
    limit: limits.MAX_EXPRESSION_SIZE_BYTES,
    request: (size) => [
      'Query',
      { TableName: 'limits', KeyConditionExpression: `p${' '.repeat(size - 5)}= :v`, ...ONE_VALUE },
    ],
    refusal: `Invalid KeyConditionExpression: ${TOO_LONG}`,
  },
  {
    title: 'operators of an expression',
    limit: limits.MAX_EXPRESSION_OPERATORS,
    request: (size) =>
      // An equality each, joined by ORs.
      scan({
        FilterExpression: `${size % 2 === 0 ? 'NOT ' : ''}${times(Math.ceil(size / 2), () => 'a=:v').join(' OR ')}`,
        ...ONE_VALUE,
      }),
    refusal: 'Invalid FilterExpression: The expression contains too many operators; operator count: 301',
  },
  {
    title: 'operands of IN',
    limit: limits.MAX_IN_OPERANDS,
    request: (size) => scan({ FilterExpression: `a IN (${times(size, () => ':v').join(',')})`, ...ONE_VALUE }),
    refusal: 'Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 101',
  },
  {
    title: 'levels of a path',
    limit: limits.MAX_NESTING_DEPTH,
    request: (size) => scan({ ProjectionExpression: times(size, () => 'a').join('.') }),
    refusal: 'Invalid ProjectionExpression: The document path has too many nesting levels; nesting levels: 33',
  },
  {
    title: 'the index of a list',
    limit: limits.MAX_LIST_INDEX,
    request: (size) => scan({ ProjectionExpression: `a[${size}]` }),
    refusal: 'Invalid ProjectionExpression: List index is not within the allowable range; index: [2147483648]',
  },
  {
    title: 'bytes of a placeholder of a name',
    limit: limits.MAX_PLACEHOLDER_SIZE_BYTES,
    request: (size) =>
      scan({ ProjectionExpression: named(size, '#', ''), ExpressionAttributeNames: { [named(size, '#', '')]: 'a' } }),
    refusal:
      'ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long; size of key: 256',
  },
  {
    title: 'bytes of a placeholder of a value',
    limit: limits.MAX_PLACEHOLDER_SIZE_BYTES,
    request: (size) =>
      scan({
        FilterExpression: `a = ${named(size, ':', '')}`,
        ExpressionAttributeValues: { [named(size, ':', '')]: { S: 'v' } },
      }),
    refusal:
      'ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is too long;',
  },
]

const DATA: readonly Limit[] = [
  {
    title: 'bytes of an item',
    limit: limits.MAX_ITEM_SIZE_BYTES,
    request: (size) => put({ d: { S: text(size - 5) } }),
    refusal: 'Item size has exceeded the maximum allowed size',
  },
  {
    title: 'bytes of an item that is updated',
    limit: limits.MAX_ITEM_SIZE_BYTES,
    request: (size) => [
      'UpdateItem',
      { TableName: 'limits', Key: KEY, AttributeUpdates: { d: { Value: { S: text(size - 5) } } } },
    ],
    refusal: 'Item size to update has exceeded the maximum allowed size',
  },
  {
    title: 'bytes of a partition key',
    limit: limits.MAX_PARTITION_KEY_SIZE_BYTES,
    request: (size) => put({ p: { S: text(size) } }),
    refusal: `${INVALID} Size of hashkey has exceeded the maximum size limit of2048 bytes`,
  },
  {
    title: 'bytes of a sort key',
    limit: limits.MAX_SORT_KEY_SIZE_BYTES,
    request: (size) => put({ s: { S: `é${text(size - 2)}` } }),
    refusal: `${INVALID} Aggregated size of all range keys has exceeded the size limit of 1024 bytes`,
  },
  {
    title: 'bytes of an attribute name',
    limit: limits.MAX_ATTRIBUTE_NAME_SIZE_BYTES,
    request: (size) => put({ [`é${text(size - 2)}`]: { S: '' } }),
    refusal: 'Attribute name is too large, must be less than 65536 bytes',
  },
  {
    title: 'levels of a document',
    limit: limits.MAX_NESTING_DEPTH,
    request: (size) => put({ d: nested(size) }),
    refusal:
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
  },
  {
    title: 'levels of a document that is updated',
    limit: limits.MAX_NESTING_DEPTH,
    request: (size) => [
      'UpdateItem',
      { TableName: 'limits', Key: KEY, AttributeUpdates: { d: { Value: nested(size) } } },
    ],
    refusal:
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
  },
  {
    title: 'digits of a number',
    limit: limits.MAX_NUMBER_DIGITS,
    request: (size) => put({ n: { N: '1'.repeat(size) } }),
    refusal: 'Attempting to store more than 38 significant digits in a Number',
  },
  {
    title: 'the exponent of a number',
    limit: limits.MAX_NUMBER_EXPONENT,
    request: (size) => put({ n: { N: `1e${size}` } }),
    refusal: 'Number overflow. Attempting to store a number with magnitude larger than supported range',
  },
  {
    title: 'the negative exponent of a number',
    limit: -limits.MIN_NUMBER_EXPONENT,
    request: (size) => put({ n: { N: `1e-${size}` } }),
    refusal: 'Number underflow. Attempting to store a number with magnitude smaller than supported range',
  },
]

const BATCHES: readonly Limit[] = [
  {
    title: 'keys of a BatchGetItem',
    limit: limits.MAX_BATCH_GET_ITEMS,
    request: (size) => [
      'BatchGetItem',
      { RequestItems: { limits: { Keys: times(size, (at) => ({ ...KEY, s: { S: String(at) } })) } } },
    ],
    refusal: atPath(
      'requestItems.limits.member.keys',
      'length less than or equal to 100',
      `[${times(10, () => '{…}').join(', ')}, …]`,
    ),
  },
  {
    title: 'writes of a BatchWriteItem',
    limit: limits.MAX_BATCH_WRITE_ITEMS,
    request: (size) => [
      'BatchWriteItem',
      { RequestItems: { limits: times(size, (at) => ({ DeleteRequest: { Key: { ...KEY, s: { S: String(at) } } } })) } },
    ],
    refusal:
      "1 validation error detected: Value '{limits=…}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]",
  },
  {
    title: 'names of an AttributesToGet',
    limit: limits.MAX_ATTRIBUTES_TO_GET,
    request: (size) => ['GetItem', { TableName: 'limits', Key: KEY, AttributesToGet: times(size, (at) => `a${at}`) }],
    refusal: atPath(
      'attributesToGet',
      'length less than or equal to 255',
      `[${times(10, (at) => `a${at}`).join(', ')}, …]`,
    ),
  },
  {
    title: 'segments of a Scan',
    limit: limits.MAX_SCAN_SEGMENTS,
    request: (size) => scan({ Segment: 0, TotalSegments: size }),
    refusal: atPath('totalSegments', 'value less than or equal to 1000000', '1000001'),
  },
  {
    title: 'names of a ListTables',
    limit: limits.MAX_LIST_TABLES,
    request: (size) => ['ListTables', { Limit: size }],
    refusal: atPath('limit', 'value less than or equal to 100', '101'),
  },
]

const TABLES: readonly Limit[] = [
  {
    title: 'global indexes',
    limit: limits.MAX_GLOBAL_INDEXES,
    request: (size) => ['CreateTable', { ...TABLE, TableName: 'made', ...globalIndexes(size) }],
    refusal: `${INVALID} GlobalSecondaryIndex count exceeds the per-table limit of 20`,
  },
  {
    title: 'local indexes',
    limit: limits.MAX_LOCAL_INDEXES,
    request: (size) => ['CreateTable', { ...TABLE, TableName: 'made', ...localIndexes(size) }],
    refusal: `${INVALID} Number of LocalSecondaryIndexes exceeds per-table limit of 5`,
  },
  {
    title: 'projected attributes of all indexes',
    limit: limits.MAX_PROJECTED_ATTRIBUTES,
    request: (size) => ['CreateTable', { ...TABLE, TableName: 'made', ...projecting(size) }],
    refusal: `${INVALID} Number of projected attributes across all indexes exceeds per-table limit of 100`,
  },
  {
    title: 'provisioned units',
    limit: limits.MAX_CAPACITY_UNITS,
    request: (size) => [
      'CreateTable',
      {
        ...TABLE,
        TableName: 'made',
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: size, WriteCapacityUnits: 1 },
      },
    ],
    refusal: `Given value 1000000000001 for ReadCapacityUnits is out of bounds`,
  },
  {
    title: 'characters of a table name',
    limit: limits.MAX_TABLE_NAME_CHARS,
    request: (size) => ['CreateTable', { ...HASH_ONLY, TableName: text(size) }],
    refusal: 'TableName must be at least 3 characters long and at most 255 characters long',
  },
]

async function outcomeOf(engine: Engine, [operation, input]: ReturnType<SizedRequest>): Promise<Outcome> {
  try {
    await engine.dispatch(operation, input)
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

describe.for([
  ['expressions', EXPRESSIONS],
  ['data', DATA],
  ['batches and pages', BATCHES],
  ['tables', TABLES],
] as const)('the limits of %s', ([, all]) => {
  it.for(all)('$title: $limit', async ({ limit, request, refusal }) => {
    const outcomes: Outcome[] = []
    for (const size of [limit - 1, limit, limit + 1]) {
      const { engine } = engineFixture()
      await engine.dispatch('CreateTable', TABLE)
      outcomes.push(await outcomeOf(engine, request(size)))
    }
    expect(outcomes).toEqual(['accepted', 'accepted', refusal])
  })
})

describe('the limit of global indexes', () => {
  it('holds for those that are added one by one', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', { ...TABLE, ...globalIndexes(limits.MAX_GLOBAL_INDEXES) })
    const [Create] = globalIndexes(1).GlobalSecondaryIndexes
    const input = { TableName: 'limits', GlobalSecondaryIndexUpdates: [{ Create: { ...Create, IndexName: 'more' } }] }
    expect(await outcomeOf(engine, ['UpdateTable', input])).toBe(
      'Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20',
    )
  })
})

describe('the limit of a page', () => {
  it.for([
    ['one byte less than 1 MB', -1, 2],
    ['1 MB', 0, 1],
    ['one byte more', 1, 1],
  ] as const)('is reached by an item that makes it %s', async ([, bytes, pages]) => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const sizes = [400_000, 400_000, limits.MAX_PAGE_SIZE_BYTES - 800_000 + bytes, 10]
    for (const [at, size] of sizes.entries()) {
      await engine.dispatch(...put({ s: { S: String(at) }, d: { S: text(size - 5) } }))
    }
    const input = { TableName: 'limits', KeyConditionExpression: 'p = :p', ExpressionAttributeValues: { ':p': KEY.p } }
    expect(await engine.dispatch('Query', { ...input, Select: 'COUNT' })).toMatchObject(
      pages === 1 ? { Count: 3, LastEvaluatedKey: { p: { S: 'p' }, s: { S: '2' } } } : { Count: 4 },
    )
  })
})
