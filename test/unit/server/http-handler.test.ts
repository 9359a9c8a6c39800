// The handler from Request to Response: what it adds to the protocol.

import { gunzipSync, inflateSync } from 'node:zlib'
import { AwsClient } from 'aws4fetch'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/base/crc32.ts'
import { systemClock } from '../../../src/base/clock.ts'
import type { LogLevel } from '../../../src/base/logger.ts'
import { systemRandom } from '../../../src/base/random.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import { createHttpHandler, type HttpHandlerOptions } from '../../../src/server/http-handler.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { ANY_AUTHORIZATION } from '../../support/http-requests.ts'

const URL_OF_SERVER = 'http://127.0.0.1:8000/'
const LONG_NAMES = Array.from({ length: 100 }, (_, index) => `table-of-a-long-name-${index}`)

function createHandler(options: Partial<HttpHandlerOptions> = {}): (request: Request) => Promise<Response> {
  const engine = createEngine({ store: createMemoryStore(), clock: systemClock, random: systemRandom })
  return createHttpHandler({ dispatch: engine.dispatch, ...options })
}

function post(operation: string, body: BodyInit, headers: Readonly<Record<string, string>> = {}): Request {
  return new Request(URL_OF_SERVER, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      Authorization: ANY_AUTHORIZATION,
      ...headers,
    },
    body,
  })
}

describe('the HTTP handler', () => {
  it('answers a request with a checksum over its bytes', async () => {
    const response = await createHandler()(post('ListTables', '{}'))
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(new TextDecoder().decode(bytes)).toBe('{"TableNames":[]}')
    expect([response.status, Object.fromEntries(response.headers)]).toEqual([
      200,
      {
        'content-type': 'application/x-amz-json-1.0',
        'content-length': '17',
        'x-amz-crc32': String(crc32(bytes)),
        'x-amzn-requestid': expect.stringMatching(/^[0-9A-V]{52}$/) as string,
      },
    ])
  })

  it('answers the health check of a region', async () => {
    const response = await createHandler({ region: 'us-east-1' })(new Request(URL_OF_SERVER))
    expect([response.headers.get('x-amz-crc32'), response.headers.get('content-length')]).toEqual(['3128867991', '42'])
  })

  it('refuses a body of more than 16 MB without reading the rest of it', async () => {
    let chunks = 0
    const endless = new ReadableStream({
      pull(controller) {
        chunks++
        controller.enqueue(new Uint8Array(1024 * 1024))
      },
    })
    const request = new Request(URL_OF_SERVER, { method: 'POST', body: endless, duplex: 'half' } as RequestInit)
    expect((await createHandler()(request)).status).toBe(413)
    expect(chunks).toBeLessThan(20)
  })

  it.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ])('compresses long answers as %s', async (coding, expand) => {
    const handle = createHandler({ dispatch: () => Promise.resolve({ TableNames: LONG_NAMES }) })
    const response = await handle(post('ListTables', '{}', { 'Accept-Encoding': `br, ${coding};q=0.5` }))
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect([response.headers.get('content-encoding'), response.headers.get('x-amz-crc32')]).toEqual([
      coding,
      String(crc32(bytes)),
    ])
    expect(JSON.parse(expand(bytes).toString())).toEqual({ TableNames: LONG_NAMES })
  })

  it.each(['', 'br', 'identity', 'gzip;q=0, deflate;q=0.0'])(
    'sends long answers as they are to who accepts %j',
    async (accepted) => {
      const handle = createHandler({ dispatch: () => Promise.resolve({ TableNames: LONG_NAMES }) })
      const response = await handle(post('ListTables', '{}', { 'Accept-Encoding': accepted }))
      expect(response.headers.get('content-encoding')).toBeNull()
      expect(await response.json()).toEqual({ TableNames: LONG_NAMES })
    },
  )

  it('sends short answers as they are', async () => {
    const response = await createHandler()(post('ListTables', '{}', { 'Accept-Encoding': 'gzip' }))
    expect(response.headers.get('content-encoding')).toBeNull()
  })

  it('reads compressed requests', async () => {
    const body = await new Response(new Blob(['{}']).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
    const response = await createHandler()(post('ListTables', body, { 'Content-Encoding': 'gzip' }))
    expect(await response.json()).toEqual({ TableNames: [] })
  })

  it('answers failures as an error of the server, and tells the logger', async () => {
    const lines: unknown[] = []
    const failure = new RangeError('out of reach')
    const handle = createHandler({
      dispatch: () => Promise.reject(failure),
      logger: (level: LogLevel, message: string, facts) => lines.push([level, message, facts]),
    })
    const response = await handle(post('ListTables', '{}', { Origin: 'https://app.example' }))
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([500, '*'])
    expect(await response.json()).toEqual({
      __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
      message: 'The request processing has failed because of an unknown error, exception or failure.',
    })
    expect(lines).toEqual([['error', 'A request failed.', { target: 'DynamoDB_20120810.ListTables', error: failure }]])
  })
})

describe('the HTTP handler that knows a key', () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
  const handle = createHandler({ credentials, region: 'eu-central-1' })

  async function typeOfAnswer(client: AwsClient): Promise<unknown> {
    const { headers, body } = post('ListTables', '{}')
    headers.delete('Authorization')
    const response = await handle(
      await client.sign(URL_OF_SERVER, { method: 'POST', headers, body: await new Response(body).text() }),
    )
    const document = (await response.json()) as Readonly<Record<string, unknown>>
    return document['__type'] ?? document
  }

  it('answers requests that are signed with it', async () => {
    const client = new AwsClient({ ...credentials, service: 'dynamodb', region: 'eu-central-1' })
    expect(await typeOfAnswer(client)).toEqual({ TableNames: [] })
  })

  it('refuses requests that are not', async () => {
    const refused = 'com.amazon.coral.service#InvalidSignatureException'
    const wrongSecret = { ...credentials, secretAccessKey: 'other', service: 'dynamodb', region: 'eu-central-1' }
    expect(await typeOfAnswer(new AwsClient(wrongSecret))).toBe(refused)
    const wrongRegion = { ...credentials, service: 'dynamodb', region: 'eu-west-1' }
    expect(await typeOfAnswer(new AwsClient(wrongRegion))).toBe(refused)
    const response = await handle(post('ListTables', '{}'))
    expect(await response.json()).toMatchObject({ __type: 'com.amazon.coral.service#IncompleteSignatureException' })
  })
})
