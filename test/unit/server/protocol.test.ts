// The HTTP protocol over a real engine: what each request is answered with, down to the headers.

import { beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import { ServiceException, type ServiceExceptionFields } from '../../../src/model/service-exception.ts'
import type { ServiceExceptionName } from '../../../src/model/service-exception.ts'
import { authenticateBy } from '../../../src/server/authenticate.ts'
import { createProtocol, type Protocol, type ProtocolOptions } from '../../../src/server/protocol.ts'
import type { RawRequest } from '../../../src/base/http-message.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { contentOf, postRequest } from '../../support/http-requests.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024
const random = seededRandom(1)

let engine: Engine
let protocol: Protocol

function createTestProtocol(changes: Partial<ProtocolOptions> = {}): Protocol {
  return createProtocol({
    dispatch: (operation, input) => engine.dispatch(operation, input),
    authenticate: authenticateBy({ credentials: undefined, region: undefined, clock: systemClock }),
    random,
    region: 'local',
    ...changes,
  })
}

/** A protocol whose every operation fails in this way. */
function failingProtocol(name: ServiceExceptionName, message: string, fields?: ServiceExceptionFields): Protocol {
  return createTestProtocol({ dispatch: () => Promise.reject(new ServiceException(name, message, fields)) })
}

async function answer(request: RawRequest): Promise<ReturnType<typeof contentOf>> {
  return contentOf(await protocol(request))
}

function send(operation: string, input: unknown): Promise<ReturnType<typeof contentOf>> {
  return answer(postRequest(operation, JSON.stringify(input)))
}

beforeEach(async () => {
  engine = createEngine({ store: createMemoryStore(), clock: systemClock, random })
  protocol = createTestProtocol()
  await engine.dispatch('CreateTable', {
    TableName: 'blobs',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'B' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
})

describe('an operation', () => {
  it('is answered with its output', async () => {
    expect(await send('ListTables', {})).toEqual({ status: 200, body: { TableNames: ['blobs'] } })
  })

  it('may have a text that nobody has encoded yet for a body', async () => {
    const request = { ...postRequest('ListTables', ''), body: '{"Limit":1}' }
    expect(await answer(request)).toEqual({ status: 200, body: { TableNames: ['blobs'] } })
  })

  it('is answered with an empty object when it has no output', async () => {
    expect(await send('PutItem', { TableName: 'blobs', Item: { id: { B: 'AA==' } } })).toEqual({
      status: 200,
      body: {},
    })
  })

  it('is answered with a request id of 52 digits and capital letters and with the content type of the request', async () => {
    const { headers } = await protocol(postRequest('ListTables', '{}'))
    expect(headers).toEqual({
      'x-amzn-RequestId': expect.stringMatching(/^[0-9A-V]{52}$/) as string,
      'Content-Type': 'application/x-amz-json-1.0',
    })
  })

  it('never gets the request id of another', async () => {
    const first = await protocol(postRequest('ListTables', '{}'))
    const second = await protocol(postRequest('ListTables', '{}'))
    expect(first.headers['x-amzn-RequestId']).not.toBe(second.headers['x-amzn-RequestId'])
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'is answered as JSON when it is sent as %s',
    async (contentType) => {
      const { status, headers } = await protocol(postRequest('ListTables', '{}', { 'content-type': contentType }))
      expect([status, headers['Content-Type']]).toEqual([200, 'application/json'])
    },
  )

  it('has dates as seconds', async () => {
    const output = { Table: { CreationDateTime: new Date(1_700_000_000_250) } }
    protocol = createTestProtocol({ dispatch: () => Promise.resolve(output) })
    expect(await send('DescribeTable', {})).toEqual({
      status: 200,
      body: { Table: { CreationDateTime: 1_700_000_000.25 } },
    })
    expect(output.Table.CreationDateTime).toBeInstanceOf(Date)
  })
})

describe('binary values', () => {
  const item = {
    id: { B: 'a2V5' },
    set: { BS: ['AQ==', 'Ag=='] },
    list: { L: [{ B: 'Aw==' }, { M: { inner: { B: 'BA==' }, B: { S: 'B' } } }] },
    ['__proto__']: { B: 'BQ==' },
    text: { S: 'AQ==' },
  }

  it('go in and out as base64, wherever they stand', async () => {
    await send('PutItem', { TableName: 'blobs', Item: item })
    expect(await send('GetItem', { TableName: 'blobs', Key: { id: item.id } })).toEqual({
      status: 200,
      body: { Item: item },
    })
    const stored = await engine.dispatch('GetItem', { TableName: 'blobs', Key: { id: { B: Buffer.from('key') } } })
    expect(stored).toMatchObject({ Item: { set: { BS: [new Uint8Array([1]), new Uint8Array([2])] } } })
  })

  it('go through lists, maps and structures of parameters', async () => {
    await send('BatchWriteItem', { RequestItems: { blobs: [{ PutRequest: { Item: item } }] } })
    expect(await send('BatchGetItem', { RequestItems: { blobs: { Keys: [{ id: item.id }] } } })).toEqual({
      status: 200,
      body: { Responses: { blobs: [item] }, UnprocessedKeys: {} },
    })
    const values = { ':id': item.id }
    expect(
      await send('Query', {
        TableName: 'blobs',
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: values,
        Select: 'COUNT',
      }),
    ).toEqual({ status: 200, body: { Count: 1, ScannedCount: 1 } })
  })

  it.each([
    ['A', 'Base64 encoded length is expected a multiple of 4 bytes but found: 1'],
    ['=+/=', 'Invalid last non-pad Base64 character dectected'],
    ['+/+=', 'Invalid last non-pad Base64 character dectected'],
    ['AB?=', "Invalid base 64 character: '?'"],
  ])('are refused when they are %j', async (text, Message) => {
    const refused = { status: 400, body: { __type: 'com.amazon.coral.service#SerializationException', Message } }
    expect(await send('PutItem', { TableName: 'x', Item: { id: { B: text } } })).toEqual(refused)
    expect(await send('PutItem', { TableName: 'x', Item: { id: { BS: ['AA==', text] } } })).toEqual(refused)
  })

  it('that have another type are refused by the engine', async () => {
    expect(await send('PutItem', { TableName: 'blobs', Item: { id: { B: 1 } } })).toEqual({
      status: 400,
      body: {
        __type: 'com.amazon.coral.service#SerializationException',
        Message: 'only base-64-encoded strings are convertible to bytes',
      },
    })
  })

  it('are looked for in documents no deeper than items may be', async () => {
    const depth = 5000
    const text = `${'{"L":['.repeat(depth)}{"B":"AA=="}${']}'.repeat(depth)}`
    const { status, body } = await answer(postRequest('PutItem', `{"TableName":"blobs","Item":{"id":${text}}}`))
    expect([status, body]).toEqual([
      400,
      {
        __type: 'com.amazon.coral.validate#ValidationException',
        message:
          'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
      },
    ])
  })
})

describe('a body', () => {
  const serialization = { status: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } }

  it.each(['hi', '{', '{"Limit":1,}', '{}x', '\ufeff{}'])('is refused when it is %j', async (text) => {
    expect(await answer(postRequest('ListTables', text))).toEqual(serialization)
  })

  it('is refused when it is not UTF-8', async () => {
    const body = new Uint8Array([...new TextEncoder().encode('{"ExclusiveStartTableName":"a'), 0xff, 0x22, 0x7d])
    expect(await answer({ ...postRequest('ListTables', ''), body })).toEqual(serialization)
  })

  it('is refused when it is empty, after the operation and the signature', async () => {
    expect(await answer(postRequest('ListTables', ''))).toEqual(serialization)
    expect(await answer(postRequest('ListTable', ''))).toMatchObject({
      body: { __type: 'com.amazon.coral.service#UnknownOperationException' },
    })
    expect(await answer(postRequest('ListTables', '', { authorization: undefined }))).toMatchObject({
      body: { __type: 'com.amazon.coral.service#MissingAuthenticationTokenException' },
    })
  })

  it('is refused when it is an array', async () => {
    expect(await answer(postRequest('ListTables', '[]'))).toEqual({
      status: 400,
      body: {
        __type: 'com.amazon.coral.service#SerializationException',
        Message: 'Unrecognized collection type class com.amazonaws.dynamodb.v20120810.ListTablesInput',
      },
    })
  })

  it('may have 16 MB and not a byte more', async () => {
    const fitting = new Uint8Array(MAX_BODY_BYTES).fill(0x20)
    expect(await answer({ ...postRequest('ListTables', ''), body: fitting })).toEqual(serialization)
    const tooLarge = await protocol({ ...postRequest('ListTables', ''), body: new Uint8Array(MAX_BODY_BYTES + 1) })
    expect(tooLarge).toEqual({ status: 413, headers: {}, body: new Uint8Array(0) })
  })

  it('counts the bytes of a text', async () => {
    const body = 'ż'.repeat(MAX_BODY_BYTES / 2 + 1)
    expect((await protocol({ ...postRequest('ListTables', ''), body })).status).toBe(413)
  })
})

describe('a compressed body', () => {
  async function compressed(
    text: string | Uint8Array<ArrayBuffer>,
    coding: 'gzip' | 'deflate',
  ): Promise<Uint8Array<ArrayBuffer>> {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream(coding))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  }

  it.each(['gzip', 'deflate'] as const)('is read when it is %s', async (coding) => {
    const body = await compressed('{"Limit":1}', coding)
    expect(await answer({ ...postRequest('ListTables', '', { 'content-encoding': coding }), body })).toEqual({
      status: 200,
      body: { TableNames: ['blobs'] },
    })
  })

  it('is refused as no JSON when it is not what it says', async () => {
    expect(await answer(postRequest('ListTables', '{}', { 'content-encoding': 'gzip' }))).toEqual({
      status: 400,
      body: { __type: 'com.amazon.coral.service#SerializationException' },
    })
  })

  it('is refused when it holds more than 16 MB', async () => {
    const body = await compressed(new Uint8Array(MAX_BODY_BYTES + 1), 'gzip')
    expect(body.length).toBeLessThan(100_000)
    const request = { ...postRequest('ListTables', '', { 'content-encoding': 'gzip' }), body }
    expect((await protocol(request)).status).toBe(413)
  })

  it('that has no coding is read as it is', async () => {
    expect((await answer(postRequest('ListTables', '{}', { 'content-encoding': 'identity' }))).status).toBe(200)
  })
})

describe('a target', () => {
  const unknown = { status: 400, body: { __type: 'com.amazon.coral.service#UnknownOperationException' } }

  it.each([
    undefined,
    '',
    'ListTables',
    'whatever',
    'DynamoDB_20120810',
    'DynamoDB_20120810.',
    'DynamoDB_20120810.ListTable',
    'DynamoDB_20120810.listTables',
    'DynamoDB_20120810.constructor',
    'DynamoDB_20120810.ListTables.x',
    'DynamoDB_20111205.ListTables',
    'DynamoDBStreams_20120810.ListTables',
    'DynamoDB_20120810.ListStreams',
    'DynamoDB_20120810.tidetable:close',
  ])('is unknown when it is %j', async (target) => {
    expect(await answer(postRequest('', '{}', { 'x-amz-target': target }))).toEqual(unknown)
  })

  it('is looked at after the JSON and before the signature', async () => {
    const nothing = { 'x-amz-target': undefined, authorization: undefined }
    expect(await answer(postRequest('', '{', nothing))).toMatchObject({
      body: { __type: 'com.amazon.coral.service#SerializationException' },
    })
    expect(await answer(postRequest('', '{}', nothing))).toEqual(unknown)
  })
})

describe('a request that is not signed', () => {
  it.each([undefined, '', 'AWS4', 'Basic abc'])('is refused when its Authorization is %j', async (authorization) => {
    expect(await answer(postRequest('ListTables', '{}', { authorization }))).toEqual({
      status: 400,
      body: {
        __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
        message: 'Request is missing Authentication Token',
      },
    })
  })

  it('is refused when its Authorization is not whole', async () => {
    expect(await answer(postRequest('ListTables', '{}', { authorization: 'AWS4-' }))).toEqual({
      status: 400,
      body: {
        __type: 'com.amazon.coral.service#IncompleteSignatureException',
        message:
          "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
          "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a " +
          "'X-Amz-Date' or a 'Date' header. Authorization=AWS4-",
      },
    })
  })

  it('never reaches the engine', async () => {
    const before = engine.statistics().requests
    await answer(postRequest('ListTables', '{}', { authorization: undefined }))
    expect(engine.statistics().requests).toBe(before)
  })
})

describe('a request that is none of the protocol', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('is answered with 404 to %s', async (method) => {
    const response = await protocol({ method, path: '/', headers: {}, body: new Uint8Array(0) })
    expect(contentOf(response)).toEqual({ status: 404, body: '<UnknownOperationException/>\n' })
  })

  it.each([undefined, 'text/plain', 'application/x-amz-json-1.1'])(
    'is answered with 404 with type %j',
    async (type) => {
      const response = await protocol(postRequest('ListTables', '{}', { 'content-type': type }))
      expect(contentOf(response)).toEqual({ status: 404, body: '<UnknownOperationException/>\n' })
    },
  )

  it('is answered as JSON when it has no body', async () => {
    const response = await protocol(postRequest('', '', { 'content-type': undefined, 'x-amz-target': undefined }))
    expect(response.headers['Content-Type']).toBe('application/json')
    expect(contentOf(response)).toEqual({
      status: 400,
      body: { __type: 'com.amazon.coral.service#UnknownOperationException' },
    })
  })

  it('is answered with the state of health to GET', async () => {
    protocol = createTestProtocol({ region: 'eu-central-1' })
    expect(await answer({ method: 'GET', path: '/', headers: {}, body: new Uint8Array(0) })).toEqual({
      status: 200,
      body: 'healthy: dynamodb.eu-central-1.amazonaws.com ',
    })
  })
})

describe('a browser on another origin', () => {
  const origin = 'https://app.example'

  it('may ask, and may see the headers of the answer', async () => {
    const { headers } = await protocol(postRequest('ListTables', '{}', { origin }))
    expect(headers).toMatchObject({
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'x-amzn-RequestId, x-amz-crc32',
    })
  })

  it('is told so before it asks', async () => {
    const response = await protocol({
      method: 'OPTIONS',
      path: '/',
      headers: {
        origin,
        'access-control-request-headers': 'authorization,x-amz-target',
        'access-control-request-method': 'POST',
      },
      body: new Uint8Array(0),
    })
    expect(response).toEqual({
      status: 200,
      headers: {
        'x-amzn-RequestId': expect.stringMatching(/^[0-9A-V]{52}$/) as string,
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Expose-Headers': 'x-amzn-RequestId, x-amz-crc32',
        'Access-Control-Allow-Headers': 'authorization,x-amz-target',
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Max-Age': '172800',
      },
      body: new Uint8Array(0),
    })
  })

  it('that asks for nothing in particular is told only that it may', async () => {
    const { headers } = await protocol({ method: 'OPTIONS', path: '/', headers: { origin }, body: '' })
    expect(Object.keys(headers)).not.toContain('Access-Control-Allow-Headers')
    expect(Object.keys(headers)).not.toContain('Access-Control-Allow-Methods')
  })
})

describe('an exception', () => {
  it.each<[ServiceExceptionName, string, string]>([
    ['ValidationException', 'com.amazon.coral.validate#', 'message'],
    ['SerializationException', 'com.amazon.coral.service#', 'Message'],
    ['ResourceNotFoundException', 'com.amazonaws.dynamodb.v20120810#', 'message'],
    ['ResourceInUseException', 'com.amazonaws.dynamodb.v20120810#', 'message'],
    ['LimitExceededException', 'com.amazonaws.dynamodb.v20120810#', 'message'],
    ['ProvisionedThroughputExceededException', 'com.amazonaws.dynamodb.v20120810#', 'message'],
    ['ItemCollectionSizeLimitExceededException', 'com.amazonaws.dynamodb.v20120810#', 'message'],
    ['TransactionConflictException', 'com.amazonaws.dynamodb.v20120810#', 'message'],
    ['TransactionInProgressException', 'com.amazonaws.dynamodb.v20120810#', 'Message'],
    ['IdempotentParameterMismatchException', 'com.amazonaws.dynamodb.v20120810#', 'Message'],
  ])('%s has the type and message of the service', async (name, prefix, messageName) => {
    protocol = failingProtocol(name, 'because')
    expect(await send('ListTables', {})).toEqual({
      status: 400,
      body: { __type: `${prefix}${name}`, [messageName]: 'because' },
    })
  })

  it('of a failed condition brings the item, with base64', async () => {
    protocol = failingProtocol('ConditionalCheckFailedException', 'The conditional request failed', {
      Item: { id: { B: new Uint8Array([1, 2]) } },
    })
    expect(await send('PutItem', {})).toEqual({
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
        Item: { id: { B: 'AQI=' } },
        message: 'The conditional request failed',
      },
    })
  })

  it('of a transaction brings the reasons', async () => {
    const message =
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]'
    protocol = failingProtocol('TransactionCanceledException', message, {
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { id: { B: new Uint8Array([1, 2]) } },
        },
      ],
    })
    expect(await send('PutItem', {})).toEqual({
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { id: { B: 'AQI=' } } },
        ],
        Message: message,
      },
    })
  })

  it('of the server itself has status 500', async () => {
    protocol = failingProtocol('InternalServerError', 'because')
    expect(await send('ListTables', {})).toEqual({
      status: 500,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'because' },
    })
  })

  it('that the service does not know is left to the caller', async () => {
    protocol = createTestProtocol({ dispatch: () => Promise.reject(new RangeError('out of reach')) })
    await expect(send('ListTables', {})).rejects.toThrow(new RangeError('out of reach'))
  })
})
