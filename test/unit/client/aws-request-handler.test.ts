// The SDK's request handler over a real worker: what it passes on, and how it gives up.

import { DynamoDBClient, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { clientConfig, createRequestHandler, type SdkRequest } from '../../../src/client/aws-request-handler.ts'
import type { Database } from '../../../src/client/open-database.ts'
import { type MemoryDatabase, openMemoryDatabase } from '../../support/memory-database.ts'
import { postRequest } from '../../support/http-requests.ts'

const LIST: SdkRequest = {
  method: 'POST',
  path: '/',
  headers: { 'X-Amz-Target': 'DynamoDB_20120810.ListTables', 'Content-Type': 'application/x-amz-json-1.0' },
  body: '{}',
}

let opened: MemoryDatabase
let database: Database

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body)
}

beforeEach(async () => {
  opened = await openMemoryDatabase({ logger: () => undefined })
  database = opened.database
})

afterEach(() => database.close())

describe('the request handler', () => {
  it('answers in the worker, whatever the case of the names of headers', async () => {
    const { response } = await createRequestHandler(database).handle(LIST)
    expect({ ...response, body: textOf(response.body) }).toEqual({
      statusCode: 200,
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'x-amzn-RequestId': expect.stringMatching(/^[0-9A-V]{52}$/) as string,
      },
      body: '{"TableNames":[]}',
    })
  })

  it('takes bodies of bytes, and only the part of a buffer that they are', async () => {
    const buffer = new TextEncoder().encode('--{"Limit":1}--')
    const handler = createRequestHandler(database)
    for (const body of [buffer.subarray(2, 13), new TextEncoder().encode('{}').buffer]) {
      const { response } = await handler.handle({ ...LIST, body })
      expect(textOf(response.body)).toBe('{"TableNames":[]}')
    }
  })

  it('refuses bodies that are streams', async () => {
    const answer = createRequestHandler(database).handle({ ...LIST, body: new ReadableStream() })
    await expect(answer).rejects.toThrow(new TypeError('The body of a request is text or bytes.'))
  })

  it('takes a missing body for an empty one', async () => {
    const { response } = await createRequestHandler(database).handle({ ...LIST, body: undefined })
    expect(textOf(response.body)).toBe('{"__type":"com.amazon.coral.service#SerializationException"}')
  })

  it('gives up before it has begun when its signal says so', async () => {
    const answer = createRequestHandler(database).handle(LIST, { abortSignal: AbortSignal.abort('enough') })
    await expect(answer).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' })
    expect((await database.statistics()).requests).toBe(0)
  })

  it('gives up at once when its signal says so', async () => {
    const controller = new AbortController()
    const answer = createRequestHandler(database).handle(LIST, { abortSignal: controller.signal })
    controller.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError', message: 'The request was given up.' })
  })

  it('gives up at once when a signal of the old kind says so', async () => {
    const signal: { aborted: boolean; onabort?: () => void } = { aborted: false }
    const answer = createRequestHandler(database).handle(LIST, { abortSignal: signal })
    signal.onabort?.()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('answers when its signal says nothing', async () => {
    const abortSignal = new AbortController().signal
    const { response } = await createRequestHandler(database).handle(LIST, { abortSignal, requestTimeout: 10_000 })
    expect(response.statusCode).toBe(200)
  })

  it('gives up after its time limit', async () => {
    opened.workers[0]?.die()
    const handler = createRequestHandler(database, { requestTimeout: 10_000 })
    handler.updateHttpClientConfig('requestTimeout', 5)
    expect(handler.httpHandlerConfigs()).toEqual({ requestTimeout: 5 })
    const message = 'The request was not answered within 5 ms.'
    await expect(handler.handle(LIST)).rejects.toMatchObject({ name: 'TimeoutError', message })
    opened.workers[0]?.raise(new Event('messageerror'))
  })

  it('keeps the database open when it is destroyed', async () => {
    const handler = createRequestHandler(database)
    handler.destroy()
    expect((await handler.handle(LIST)).response.statusCode).toBe(200)
  })
})

describe('a client of the SDK', () => {
  it('meets failures of the database as what they are', async () => {
    const client = new DynamoDBClient(clientConfig(database))
    await database.close()
    const answer = client.send(new ListTablesCommand({}))
    await expect(answer).rejects.toBeInstanceOf(DatabaseError)
    await expect(answer).rejects.toMatchObject({ code: 'StorageClosed' })
  })

  it('needs no signature', async () => {
    const client = new DynamoDBClient(clientConfig(database))
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([])
  })

  it('never writes twice when a worker dies', async () => {
    const client = new DynamoDBClient(clientConfig(database))
    opened.workers[0]?.raise(new Event('messageerror'))
    const Item = { pk: { S: 'a' } }
    await expect(client.send(new PutItemCommand({ TableName: 'cities', Item }))).rejects.toMatchObject({
      code: 'WorkerLost',
    })
  })
})

describe('the HTTP protocol of a database', () => {
  it('asks for a signature where it is told to', async () => {
    const request = postRequest('ListTables', '{}', { authorization: undefined })
    expect(textOf((await database.http(request)).body)).toBe('{"TableNames":[]}')
    expect(textOf((await database.http(request, { requiresSignature: true })).body)).toContain('MissingAuthentication')
    const signed = await database.http(postRequest('ListTables', '{}'), { requiresSignature: true })
    expect(textOf(signed.body)).toBe('{"TableNames":[]}')
  })
})
