// The direct road: signed requests against our own server, which verifies signatures, and against answers that go wrong.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { type LocalServer, startServer } from '../../../src/server/node.ts'
import { createSignedApi, type SignedApiOptions } from '../../../src/sync/signed-api.ts'

const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
const REGION = 'eu-central-1'
const HOUR_MS = 3_600_000
const TABLE = {
  TableName: 'notes',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
}

let server: LocalServer

beforeEach(async () => {
  server = await startServer({ credentials: KEY, region: REGION })
  return () => server.close()
})

afterEach(() => void vi.restoreAllMocks())

function api(options: Partial<SignedApiOptions> = {}): ReturnType<typeof createSignedApi> {
  return createSignedApi({
    region: REGION,
    endpoint: server.url,
    credentials: () => KEY,
    clock: systemClock,
    ...options,
  })
}

function answering(status: number, body: string): typeof fetch {
  return async () => new Response(body, { status })
}

describe('a signed API', () => {
  it('is answered by a server that verifies signatures, with binary values whole', async () => {
    const { send } = api()
    await send('CreateTable', TABLE)
    const Item = {
      id: { S: 'é' },
      bytes: { B: new Uint8Array([0, 128, 255]) },
      blobs: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
      map: { M: { B: { S: 'a name' }, BS: { L: [] } } },
    }
    await send('PutItem', { TableName: 'notes', Item })
    expect(await send('GetItem', { TableName: 'notes', Key: { id: { S: 'é' } } })).toEqual({ Item })
  })

  it('fails with the name and the message of the exception', async () => {
    await expect(api().send('GetItem', { TableName: 'none', Key: { id: { S: 'x' } } })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    })
  })

  it('fails with the reasons of a cancelled transaction, and their items', async () => {
    const { send } = api()
    await send('CreateTable', TABLE)
    const Item = { id: { S: 'x' }, bytes: { B: new Uint8Array([7]) } }
    await send('PutItem', { TableName: 'notes', Item })
    const Put = {
      TableName: 'notes',
      Item,
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }
    await expect(send('TransactWriteItems', { TransactItems: [{ Put }] })).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item }],
    })
  })

  it('corrects a clock that is wrong by an hour, either way', async () => {
    for (const skewMs of [HOUR_MS, -HOUR_MS]) {
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + skewMs }
      const times: string[] = []
      const { send } = api({
        clock,
        fetch: (input, init) => {
          times.push((input as Request).headers.get('x-amz-date') ?? '')
          return fetch(input, init)
        },
      })
      expect(await send('ListTables', {})).toEqual({ TableNames: [] })
      expect(await send('ListTables', {})).toEqual({ TableNames: [] })
      expect(times.length).toBe(3)
    }
  })

  it('asks for credentials once, again before they end, and again when they are refused', async () => {
    let asked = 0
    let nowMs = systemClock.now()
    const clock: Clock = { ...systemClock, now: () => nowMs }
    const lasting = api({
      clock,
      credentials: async () => {
        asked++
        return { ...KEY, expiration: new Date(nowMs + HOUR_MS) }
      },
      fetch: answering(200, '{}'),
    })
    await Promise.all([lasting.send('ListTables', {}), lasting.send('ListTables', {})])
    await lasting.send('ListTables', {})
    const before = asked
    nowMs += HOUR_MS - 60_000
    await lasting.send('ListTables', {})
    expect([before <= 2, asked - before]).toEqual([true, 1])
    asked = 0
    const refused = api({
      credentials: () => {
        asked++
        return KEY
      },
      fetch: answering(400, '{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"expired"}'),
    })
    for (let times = 0; times < 2; times++) {
      await expect(refused.send('ListTables', {})).rejects.toMatchObject({ name: 'ExpiredTokenException' })
    }
    expect(asked).toBe(2)
  })

  it('tells credentials that cannot be had from a refusal', async () => {
    const { send } = api({ credentials: () => Promise.reject(new Error('signed out')) })
    await expect(send('ListTables', {})).rejects.toMatchObject({
      name: 'CredentialsProviderError',
      message: 'There are no credentials: signed out',
    })
  })

  it('asks again for credentials that never came, or that the app could not even ask for', async () => {
    const time = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
    const ways = [
      () => new Promise<typeof KEY>(() => undefined),
      () => {
        throw new Error('signed out')
      },
      () => KEY,
    ]
    const { send } = api({ credentials: () => (ways.shift() as () => typeof KEY | Promise<typeof KEY>)() })
    const asked = send('ListTables', {})
    time.abort(new DOMException('It took too long.', 'TimeoutError'))
    await expect(asked).rejects.toMatchObject({ message: 'There are no credentials: It took too long.' })
    timeout.mockRestore()
    await expect(send('ListTables', {})).rejects.toMatchObject({ message: 'There are no credentials: signed out' })
    expect(await send('ListTables', {})).toEqual({ TableNames: [] })
  })

  it.each([
    [502, '<html>'],
    [200, '<html>'],
    [200, ''],
    [200, 'null'],
    [200, '"signed in"'],
  ])('takes what is not from the service for trouble on the way: %s %s', async (status, body) => {
    await expect(api({ fetch: answering(status, body) }).send('TransactWriteItems', {})).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: `The service answered with status ${status}.`,
    })
  })
})
