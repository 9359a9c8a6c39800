// ConsumedCapacity and ItemCollectionMetrics of operations on items, against the service. Its rules:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html and, for indexes,
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes

import { answered, type Script, step, textOf } from '../../support/conformance-script.ts'
import { compared } from './values-of-all-types.ts'

type Steps = Script['steps']

const KEY = { p: { S: 'a' }, s: { N: '1' } }
const CONSUMED = { ReturnConsumedCapacity: 'INDEXES' }
const METRICS = { ItemCollectionKey: { p: { S: 'a' } }, SizeEstimateRangeGB: [0, 1] }

/** A local index of keys, a global one with `x`, and a global one with everything; both global ones by `g`. */
const table = (TableName: string): Steps[number] =>
  step(`makes table ${TableName}`, 'CreateTable', {
    TableName,
    AttributeDefinitions: [
      { AttributeName: 'p', AttributeType: 'S' },
      { AttributeName: 's', AttributeType: 'N' },
      { AttributeName: 'g', AttributeType: 'S' },
      { AttributeName: 'l', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'p', KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'byL',
        KeySchema: [
          { AttributeName: 'p', KeyType: 'HASH' },
          { AttributeName: 'l', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byG',
        KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] },
      },
      {
        IndexName: 'byGAndS',
        KeySchema: [
          { AttributeName: 'g', KeyType: 'HASH' },
          { AttributeName: 's', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  })

const put = (
  title: string,
  attributes: object,
  input: object = {},
  more: Parameters<typeof step>[3] = {},
): Steps[number] =>
  step(title, 'PutItem', { TableName: 'capacity', Item: { ...KEY, ...attributes }, ...CONSUMED, ...input }, more)
const text = (sizeBytes: number): { readonly S: string } => ({ S: textOf(sizeBytes) })
/** What is beside `d` or `x`: the names and values of the key, the name itself. */
const REST = 6

const G = { g: { S: 'g' } }
const IN_ALL = { ...G, l: { S: 'l' } }

const writes: Steps = [
  table('capacity'),
  table('other'),
  put('takes a unit for a small item', {}),
  put('takes a unit for the same item again', {}),
  put('takes a unit for 1,023 bytes', { d: text(1023 - REST) }),
  put('takes a unit for 1,024 bytes', { d: text(1024 - REST) }),
  put('takes two units for 1,025 bytes', { d: text(1025 - REST) }),
  put('takes the units of the larger item when it shrinks', {}),
  put('takes the units of the larger item when it grows', { d: text(3000) }),
  put('takes all units of an item that stays the same', { d: text(3000) }),
  put('answers the sum alone', {}, { ReturnConsumedCapacity: 'TOTAL' }),
  put('answers nothing', {}, { ReturnConsumedCapacity: 'NONE' }),
  put('takes a unit for each index that the item comes into', IN_ALL),
  put('takes none for indexes whose rows stay the same', IN_ALL),
  put('takes the units of what an index projects', { ...IN_ALL, x: text(3000) }),
  put('takes the units of the larger row when it shrinks', { ...IN_ALL, x: text(10) }),
  put('takes none for indexes that do not project what changes', { ...IN_ALL, x: text(10), y: text(1) }),
  put('takes a removal and a put when the key of a global index changes', { ...IN_ALL, g: { S: 'h' }, x: text(10) }),
  put('takes the units of both rows when the key changes', { ...IN_ALL, x: text(3000) }),
  put('takes them in the other direction too', { ...IN_ALL, g: { S: 'h' }, x: text(10) }),
  put('takes a removal and a put when the key of a local index changes', { g: { S: 'h' }, l: { S: 'm' }, x: text(10) }),
  put('takes a unit for each index that the item leaves', {}),
  put('takes the units of the row that leaves', { ...G, x: text(3000) }, { ReturnConsumedCapacity: 'NONE' }),
  step('takes units of all indexes for a removal', 'DeleteItem', { TableName: 'capacity', Key: KEY, ...CONSUMED }),
  step('takes a unit for the removal of nothing', 'DeleteItem', { TableName: 'capacity', Key: KEY, ...CONSUMED }),
  step('takes a unit for an update that makes an item', 'UpdateItem', { TableName: 'capacity', Key: KEY, ...CONSUMED }),
  step('takes a unit for an update of nothing', 'UpdateItem', { TableName: 'capacity', Key: KEY, ...CONSUMED }),
  step('takes the units of the whole item for an update of a small attribute', 'UpdateItem', {
    TableName: 'capacity',
    Key: KEY,
    UpdateExpression: 'SET d = :d, e = :e',
    ExpressionAttributeValues: { ':d': text(2000), ':e': text(1) },
    ...CONSUMED,
  }),
  step('takes them again when only that changes', 'UpdateItem', {
    TableName: 'capacity',
    Key: KEY,
    UpdateExpression: 'SET e = :e',
    ExpressionAttributeValues: { ':e': text(2) },
    ...CONSUMED,
  }),
  step('takes units of indexes for an update of their keys', 'UpdateItem', {
    TableName: 'capacity',
    Key: KEY,
    UpdateExpression: 'SET g = :g, l = :g',
    ExpressionAttributeValues: { ':g': { S: 'g' } },
    ...CONSUMED,
  }),
  put('says nothing of units when a condition fails', {}, { ConditionExpression: 'attribute_not_exists(p)' }),
  put(
    'answers the collection',
    {},
    { ReturnItemCollectionMetrics: 'SIZE', ReturnConsumedCapacity: 'NONE' },
    answered({ ItemCollectionMetrics: METRICS }),
  ),
  put('answers no collection when it is not asked', {}, { ReturnItemCollectionMetrics: 'NONE' }),
  step(
    'answers the collection of a removal',
    'DeleteItem',
    { TableName: 'capacity', Key: KEY, ReturnItemCollectionMetrics: 'SIZE' },
    answered({ ItemCollectionMetrics: METRICS }),
  ),
  step(
    'answers the collection of an update',
    'UpdateItem',
    { TableName: 'capacity', Key: KEY, ReturnItemCollectionMetrics: 'SIZE' },
    answered({ ItemCollectionMetrics: METRICS }),
  ),
  ...Array.from({ length: 10 }, (_, at) =>
    put(
      `puts item ${at + 2}`,
      { s: { N: String(at + 2) }, ...G, l: { S: `l${at}` }, x: text(1000), d: text(2000) },
      { ReturnConsumedCapacity: 'NONE' },
    ),
  ),
  step(
    'adds up the units of a batch by table',
    'BatchWriteItem',
    {
      RequestItems: {
        capacity: [
          { PutRequest: { Item: { p: { S: 'b' }, s: { N: '2' }, ...IN_ALL } } },
          { PutRequest: { Item: { p: { S: 'b' }, s: { N: '3' }, d: text(1025) } } },
          { DeleteRequest: { Key: { p: { S: 'c' }, s: { N: '3' } } } },
        ],
        other: [{ PutRequest: { Item: { p: { S: 'b' }, s: { N: '2' } } } }],
      },
      ...CONSUMED,
    },
    answered({
      UnprocessedItems: {},
      ConsumedCapacity: [
        {
          TableName: 'capacity',
          CapacityUnits: 7,
          Table: { CapacityUnits: 4 },
          LocalSecondaryIndexes: { byL: { CapacityUnits: 1 } },
          GlobalSecondaryIndexes: { byG: { CapacityUnits: 1 }, byGAndS: { CapacityUnits: 1 } },
        },
        { TableName: 'other', CapacityUnits: 1, Table: { CapacityUnits: 1 } },
      ],
    }),
  ),
]

const query = (title: string, input: object, more: Parameters<typeof step>[3] = {}): Steps[number] =>
  step(
    title,
    'Query',
    { TableName: 'capacity', KeyConditions: { p: compared('EQ', KEY.p) }, Select: 'COUNT', ...CONSUMED, ...input },
    more,
  )
const nothing = (units: number): ReturnType<typeof answered> =>
  answered({
    Count: 0,
    ScannedCount: 0,
    ConsumedCapacity: { TableName: 'capacity', CapacityUnits: units, Table: { CapacityUnits: units } },
  })
const NONE = { KeyConditions: { p: compared('EQ', { S: 'none' }) } }
const BY_L = { IndexName: 'byL' }
const WHOLE = { Select: 'ALL_ATTRIBUTES', Limit: 4 }

const reads: Steps = [
  query('adds up the bytes of a page before it rounds', {}),
  query('takes twice the units for a consistent read', { ConsistentRead: true }),
  query('takes units of what it has looked at', { Limit: 1 }),
  query('takes half a unit for nothing', NONE, nothing(0.5)),
  query('takes a unit for nothing, read consistently', { ...NONE, ConsistentRead: true }, nothing(1)),
  query('takes units of what a filter leaves out', { QueryFilter: { x: compared('NULL') } }),
  query('takes units of whole items for a projection', { Select: undefined, ProjectionExpression: 's', Limit: 2 }),
  query('takes units of the rows of a local index', BY_L),
  query('takes units of each item that is fetched', {
    ...BY_L,
    ...WHOLE,
    AttributesToGet: undefined,
    Select: undefined,
    ProjectionExpression: 'y',
  }),
  query('takes twice the units for each, read consistently', {
    ...BY_L,
    Limit: 4,
    ConsistentRead: true,
    Select: undefined,
    ProjectionExpression: 'y',
  }),
  query('answers the sum of both', {
    ...BY_L,
    Limit: 4,
    ReturnConsumedCapacity: 'TOTAL',
    Select: undefined,
    ProjectionExpression: 'y',
  }),
  query('takes units of items that a filter leaves out after it has fetched them', {
    ...BY_L,
    Limit: 4,
    Select: undefined,
    ProjectionExpression: 'y',
    QueryFilter: undefined,
    KeyConditions: undefined,
    KeyConditionExpression: 'p = :p',
    FilterExpression: 's > :s',
    ExpressionAttributeValues: { ':p': KEY.p, ':s': { N: '100' } },
  }),
  query('takes units of the rows of a global index', { IndexName: 'byG', KeyConditions: { g: compared('EQ', G.g) } }),
  query('takes units of the rows of one that holds everything', {
    IndexName: 'byGAndS',
    KeyConditions: { g: compared('EQ', G.g) },
  }),
  step('adds up the bytes of a scan', 'Scan', { TableName: 'capacity', Select: 'COUNT', ...CONSUMED }),
  step('takes units of what a scan leaves out', 'Scan', {
    TableName: 'capacity',
    Select: 'COUNT',
    ScanFilter: { x: compared('NULL') },
    ConsistentRead: true,
    ...CONSUMED,
  }),
  step(
    'takes units of the rows of a global index that is scanned',
    'Scan',
    { TableName: 'capacity', IndexName: 'byG', Select: 'COUNT', ...CONSUMED },
    answered({
      Count: 11,
      ScannedCount: 11,
      ConsumedCapacity: {
        TableName: 'capacity',
        CapacityUnits: 1.5,
        Table: { CapacityUnits: 0 },
        GlobalSecondaryIndexes: { byG: { CapacityUnits: 1.5 } },
      },
    }),
  ),
  step('takes half a unit for a scan that finds nothing', 'Scan', {
    TableName: 'other',
    Select: 'COUNT',
    Limit: 5,
    ScanFilter: { p: compared('EQ', { S: 'none' }) },
    ...CONSUMED,
  }),
  step('takes half a unit for an item', 'GetItem', {
    TableName: 'capacity',
    Key: KEY,
    ...CONSUMED,
    AttributesToGet: ['p'],
  }),
  step('takes a unit for a consistent one', 'GetItem', {
    TableName: 'capacity',
    Key: KEY,
    ConsistentRead: true,
    ...CONSUMED,
  }),
  step('takes half a unit for an item that is not there', 'GetItem', {
    TableName: 'capacity',
    Key: { p: { S: 'none' }, s: { N: '1' } },
    ...CONSUMED,
  }),
  step(
    'rounds each item of a batch by itself, and adds up by table',
    'BatchGetItem',
    {
      RequestItems: {
        capacity: { Keys: ['2', '3', '999'].map((s) => ({ p: { S: 'a' }, s: { N: s } })), AttributesToGet: ['s'] },
        other: { Keys: [{ p: { S: 'a' }, s: { N: '2' } }], ConsistentRead: true },
      },
      ...CONSUMED,
    },
    answered({
      Responses: { capacity: [{ s: { N: '2' } }, { s: { N: '3' } }], other: [] },
      UnprocessedKeys: {},
      ConsumedCapacity: [
        { TableName: 'capacity', CapacityUnits: 1.5, Table: { CapacityUnits: 1.5 } },
        { TableName: 'other', CapacityUnits: 1, Table: { CapacityUnits: 1 } },
      ],
    }),
  ),
]

/** The script. */
export const capacityScript: Script = { operation: 'capacity', steps: [...writes, ...reads] }
