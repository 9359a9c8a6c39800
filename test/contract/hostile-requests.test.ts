// Requests made to hurt, by the engine's own door and by the HTTP protocol: each gets the service's answer, and one that is
// refused has changed nothing.

import { describe, expect, it } from 'vitest'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import type { Answer } from '../support/conformance-script.ts'
import { outputOf } from '../support/endpoint.ts'
import { createEngineEndpoint, createProtocolEndpoint } from '../support/engine-endpoint.ts'
import { HOSTILE_REQUESTS } from '../support/hostile-requests.ts'
import type { HttpEndpoint } from '../support/http-endpoint.ts'

/** Names that mean something to JavaScript's objects. */
const OBJECT_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'] as const
/** In place of a parameter, wherever it stands. */
const INTRUDERS: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1e308',
  '""',
  '"\\ud800"',
  '"__proto__"',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":1}',
  '{"S":null}',
  '[[{}]]',
]

interface Place {
  readonly store: OrderedStore
  readonly endpoint: HttpEndpoint
}

function tableInput(TableName: string, partition = 'p', IndexName = 'byG'): object {
  return {
    TableName,
    AttributeDefinitions: [
      { AttributeName: partition, AttributeType: 'S' },
      { AttributeName: 'g', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: partition, KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      { IndexName, KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
    ],
  }
}

async function openPlace(): Promise<Place> {
  const store = createMemoryStore()
  const endpoint = createProtocolEndpoint(store)
  await outputOf(endpoint, 'CreateTable', tableInput('main'))
  await outputOf(endpoint, 'PutItem', { TableName: 'main', Item: { p: { S: 'a' }, g: { S: 'g' }, n: { N: '1' } } })
  return { store, endpoint }
}

/** All that is stored. */
function contentOf(store: OrderedStore): readonly (readonly [string, string])[] {
  const snapshot = store.snapshot()
  const cursor = snapshot.scan({ start: '', end: '\uffff' })
  const rows: (readonly [string, string])[] = []
  while (cursor.advance() === true) rows.push([cursor.key, Buffer.from(cursor.value).toString('base64')])
  snapshot.close()
  return rows
}

function lineOf(answer: Answer): string {
  return 'output' in answer ? 'output' : `${answer.error.name}: ${answer.error.message}`
}

describe('a hostile request', () => {
  it.each(HOSTILE_REQUESTS)(
    'of $title gets its answer over HTTP, and what is refused changes nothing',
    async (hostile) => {
      const { store, endpoint } = await openPlace()
      const before = contentOf(store)
      const { status, text } = await endpoint.post(hostile.operation, hostile.body())
      const document = JSON.parse(text === '' ? '{}' : text) as {
        readonly __type?: string
        readonly message?: string
        readonly Message?: string
      }
      const { __type: type = '', message = document.Message ?? '' } = document
      const line =
        status === 200 ? 'output' : status === 413 ? '413' : `${type.slice(type.indexOf('#') + 1)}: ${message}`
      expect(line.slice(0, hostile.answer.length)).toBe(hostile.answer)
      if (line !== 'output') expect(contentOf(store)).toEqual(before)
      await endpoint.close()
    },
  )

  const parsable = HOSTILE_REQUESTS.flatMap(({ title, operation, body, answer }) => {
    const text = body()
    // What JSON cannot hold, or what a platform's own messages cannot carry, comes over HTTP alone.
    const isInput = typeof text === 'string' && text.startsWith('{') && !answer.startsWith('SerializationException')
    return isInput ? [{ title, operation, text, answer }] : []
  })
  it.each(parsable)('of $title gets its answer from the engine', async ({ operation, text, answer }) => {
    const endpoint = createEngineEndpoint()
    await outputOf(endpoint, 'CreateTable', tableInput('main'))
    const input: unknown = JSON.parse(text)
    expect(lineOf(await endpoint.send(operation, input)).slice(0, answer.length)).toBe(answer)
    await endpoint.close()
  })
})

const REQUESTS: readonly (readonly [string, object])[] = [
  ['CreateTable', tableInput('other')],
  [
    'UpdateTable',
    {
      TableName: 'main',
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byG' } }],
    },
  ],
  ['DescribeTable', { TableName: 'main' }],
  ['ListTables', { Limit: 1, ExclusiveStartTableName: 'aaa' }],
  [
    'PutItem',
    {
      TableName: 'main',
      Item: { p: { S: 'b' }, m: { M: { l: { L: [{ NS: ['1'] }] } } } },
      ConditionExpression: '#n <> :v',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':v': { B: 'AQ==' } },
      ReturnValues: 'ALL_OLD',
    },
  ],
  [
    'UpdateItem',
    {
      TableName: 'main',
      Key: { p: { S: 'a' } },
      UpdateExpression: 'SET n = :v',
      ExpressionAttributeValues: { ':v': { N: '1' } },
    },
  ],
  [
    'UpdateItem',
    {
      TableName: 'main',
      Key: { p: { S: 'a' } },
      AttributeUpdates: { n: { Action: 'ADD', Value: { N: '1' } } },
      Expected: { n: { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '1' }] } },
    },
  ],
  [
    'DeleteItem',
    { TableName: 'main', Key: { p: { S: 'a' } }, Expected: { n: { Value: { N: '2' } } }, ConditionalOperator: 'AND' },
  ],
  ['GetItem', { TableName: 'main', Key: { p: { S: 'a' } }, ProjectionExpression: 'n', ConsistentRead: true }],
  [
    'Query',
    {
      TableName: 'main',
      IndexName: 'byG',
      KeyConditionExpression: 'g = :g',
      FilterExpression: 'n = :g',
      ExpressionAttributeValues: { ':g': { S: 'g' } },
      Limit: 1,
      ScanIndexForward: false,
      ExclusiveStartKey: { g: { S: 'g' }, p: { S: 'a' } },
    },
  ],
  [
    'Query',
    {
      TableName: 'main',
      KeyConditions: { p: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'a' }] } },
      QueryFilter: { n: { ComparisonOperator: 'NOT_NULL' } },
    },
  ],
  [
    'Scan',
    {
      TableName: 'main',
      Segment: 0,
      TotalSegments: 2,
      Select: 'COUNT',
      ScanFilter: { n: { ComparisonOperator: 'NULL' } },
    },
  ],
  [
    'BatchGetItem',
    { RequestItems: { main: { Keys: [{ p: { S: 'a' } }], AttributesToGet: ['n'] } }, ReturnConsumedCapacity: 'TOTAL' },
  ],
  [
    'BatchWriteItem',
    {
      RequestItems: {
        main: [{ PutRequest: { Item: { p: { S: 'c' } } } }, { DeleteRequest: { Key: { p: { S: 'd' } } } }],
      },
    },
  ],
  ['TransactGetItems', { TransactItems: [{ Get: { TableName: 'main', Key: { p: { S: 'a' } } } }] }],
  [
    'TransactWriteItems',
    {
      TransactItems: [
        { Update: { TableName: 'main', Key: { p: { S: 'a' } }, UpdateExpression: 'REMOVE n' } },
        {
          ConditionCheck: { TableName: 'main', Key: { p: { S: 'z' } }, ConditionExpression: 'attribute_not_exists(p)' },
        },
      ],
      ClientRequestToken: 'token',
    },
  ],
]

/** The request as JSON, once for each of its places, with an intruder there. */
function intrudedBodies(input: unknown, intruder: string): readonly string[] {
  const bodies: string[] = [intruder]
  const mark = 'the place of the intruder'
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const name of Object.keys(value)) {
      const members = value as Record<string, unknown>
      const member = members[name]
      members[name] = mark
      bodies.push(JSON.stringify(input).replace(JSON.stringify(mark), () => intruder))
      members[name] = member
      walk(member)
    }
  }
  walk(structuredCloneOf(input, (copy) => (input = copy)))
  return bodies
}

function structuredCloneOf(input: unknown, keep: (copy: unknown) => void): unknown {
  const copy: unknown = structuredClone(input)
  keep(copy)
  return copy
}

describe('a request with something else in any one place', () => {
  it.each(INTRUDERS)('such as %s is answered or refused, and changes nothing when refused', async (intruder) => {
    for (const [operation, input] of REQUESTS) {
      const { store, endpoint } = await openPlace()
      for (const body of intrudedBodies(input, intruder)) {
        const before = contentOf(store)
        const { status } = await endpoint.post(operation, body)
        if (status === 200) continue
        expect(status, `${operation} ${body}`).toBe(400)
        expect(contentOf(store), `${operation} ${body}`).toEqual(before)
      }
      await endpoint.close()
    }
  })
})

describe('names that mean something to JavaScript', () => {
  it.each(OBJECT_NAMES)(
    'such as %s are names of attributes, placeholders, tables and indexes like any other',
    async (name) => {
      const endpoint = createProtocolEndpoint()
      const named = (value: unknown): unknown => Object.fromEntries([[name, value]])
      await outputOf(endpoint, 'CreateTable', tableInput(name, name, name))
      const Key = named({ S: 'a' })
      const Item = { ...(Key as object), g: { S: 'g' }, m: { M: named({ L: [{ M: named({ N: '1' }) }] }) } }
      const names = { ExpressionAttributeNames: { [`#${name}`]: name } }
      await outputOf(endpoint, 'PutItem', { TableName: name, Item })
      expect(await outputOf(endpoint, 'GetItem', { TableName: name, Key })).toEqual({ Item })
      const indexed = {
        TableName: name,
        IndexName: name,
        KeyConditionExpression: 'g = :g',
        ExpressionAttributeValues: { ':g': { S: 'g' } },
      }
      expect(await outputOf(endpoint, 'Query', indexed)).toMatchObject({ Items: [Item] })
      const path = `m.#${name}[0].#${name}`
      const update = {
        TableName: name,
        Key,
        UpdateExpression: `SET ${path} = ${path} + :${name}`,
        ConditionExpression: `attribute_exists(#${name}) AND ${path} = :${name}`,
        ...names,
        ExpressionAttributeValues: { [`:${name}`]: { N: '1' } },
        ReturnValues: 'ALL_NEW',
      }
      const changed = { ...Item, m: { M: named({ L: [{ M: named({ N: '2' }) }] }) } }
      expect(await outputOf(endpoint, 'UpdateItem', update)).toEqual({ Attributes: changed })
      expect(
        await outputOf(endpoint, 'BatchGetItem', {
          RequestItems: named({ Keys: [Key], ProjectionExpression: path, ...names }),
        }),
      ).toEqual({
        Responses: named([{ m: { M: named({ L: [{ M: named({ N: '2' }) }] }) } }]),
        UnprocessedKeys: {},
      })
      await outputOf(endpoint, 'BatchWriteItem', { RequestItems: named([{ DeleteRequest: { Key } }]) })
      expect(await outputOf(endpoint, 'Scan', { TableName: name })).toEqual({ Items: [], Count: 0, ScannedCount: 0 })
      await endpoint.close()
    },
  )

  it.each(OBJECT_NAMES)('such as %s are no tables, operations or placeholders when nobody made them', async (name) => {
    const { store, endpoint } = await openPlace()
    const before = contentOf(store)
    const answers = [
      await endpoint.send('GetItem', { TableName: name, Key: { p: { S: 'a' } } }),
      await endpoint.send('Query', {
        TableName: 'main',
        IndexName: name,
        KeyConditionExpression: 'g = :g',
        ExpressionAttributeValues: { ':g': { S: 'g' } },
      }),
      await endpoint.send('DeleteItem', {
        TableName: 'main',
        Key: { p: { S: 'a' } },
        ConditionExpression: `n = :${name}`,
        ExpressionAttributeValues: {},
      }),
      await endpoint.send('DeleteItem', {
        TableName: 'main',
        Key: { p: { S: 'a' } },
        ConditionExpression: `#${name} = n`,
      }),
      await endpoint.send(name, {}),
    ]
    expect(answers.map((answer) => ('error' in answer ? answer.error.name : 'output'))).toEqual([
      'ResourceNotFoundException',
      'ValidationException',
      'ValidationException',
      'ValidationException',
      'UnknownOperationException',
    ])
    expect(contentOf(store)).toEqual(before)
    await endpoint.close()
  })
})

describe('text that is not well formed', () => {
  it('is stored with replacement characters, as UTF-8 has no place for half a character', async () => {
    const { endpoint } = await openPlace()
    await endpoint.post('PutItem', '{"TableName":"main","Item":{"p":{"S":"half"},"\\ud800":{"S":"a\\udc00b"}}}')
    expect(await outputOf(endpoint, 'GetItem', { TableName: 'main', Key: { p: { S: 'half' } } })).toEqual({
      Item: { p: { S: 'half' }, '\uFFFD': { S: 'a\uFFFDb' } },
    })
    await endpoint.close()
  })
})

describe('a member that comes twice in a body', () => {
  it('has the value that came last', async () => {
    const { endpoint } = await openPlace()
    const body =
      '{"TableName":"nowhere","Key":{"p":{"S":"b"}},"TableName":"main","Key":{"p":{"S":"b","S":"a"}},"ProjectionExpression":"n"}'
    expect(await endpoint.post('GetItem', body)).toEqual({ status: 200, text: '{"Item":{"n":{"N":"1"}}}' })
    await endpoint.close()
  })
})
