// Which pages of other origins may ask a gateway, over Node's HTTP server, as a browser would ask.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { CrossOriginOptions } from '../../../src/server/cross-origin.ts'
import { nodeListener } from '../../../src/server/node-listener.ts'
import { createSyncGateway } from '../../../src/server/sync-gateway.ts'
import { COMPANION, createRemote, createStepClock, TABLE, TABLE_FACTS } from '../../support/replication-fixture.ts'

const APP = 'https://app.example'
const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function gateway(crossOrigin?: CrossOriginOptions): Promise<string> {
  const clock = createStepClock()
  const { api } = await createRemote(clock)
  const handle = createSyncGateway({
    api,
    clock,
    tables: { [TABLE]: TABLE_FACTS },
    companionTable: COMPANION,
    authorize: ({ headers }) =>
      headers.get('authorization') === 'anna' ? { caller: 'anna', read: ['red'], write: ['red'] } : undefined,
    ...(crossOrigin && { crossOrigin }),
  })
  const server = createServer(nodeListener(handle))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sync`
}

function preflight(url: string, origin: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
      ...headers,
    },
  })
}

function ask(url: string, origin: string | undefined, authorization: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...(origin !== undefined && { origin }) },
    body: JSON.stringify({ operation: 'readHead', input: 'red' }),
  })
}

function crossOriginHeaders({ headers }: Response): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'))
}

describe('a gateway for pages of other origins', () => {
  it('answers the browser that asks first, before anybody is signed in', async () => {
    const url = await gateway({ origins: [APP] })
    const answer = await preflight(url, APP)
    expect(answer.status).toBe(204)
    expect(crossOriginHeaders(answer)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-expose-headers': 'date, retry-after',
      'access-control-max-age': '7200',
      vary: 'origin, access-control-request-headers',
    })
  })

  it('lets them read its answers, and its refusals', async () => {
    const url = await gateway({ origins: (origin) => origin.endsWith('.example') })
    const headers = {
      'access-control-allow-origin': APP,
      'access-control-expose-headers': 'date, retry-after',
      vary: 'origin',
    }
    const [answer, refusal] = [await ask(url, APP, 'anna'), await ask(url, APP, 'nobody')]
    expect([answer.status, crossOriginHeaders(answer)]).toEqual([200, headers])
    expect([refusal.status, crossOriginHeaders(refusal)]).toEqual([401, headers])
    const ending = new AbortController()
    const hints = await fetch(`${url}?scope=red`, {
      headers: { origin: APP, authorization: 'anna' },
      signal: ending.signal,
    })
    expect(crossOriginHeaders(hints)).toEqual(headers)
    ending.abort()
  })

  it('shows others nothing', async () => {
    const url = await gateway({ origins: [APP] })
    for (const origin of ['https://evil.example', 'http://app.example', 'null', `${APP}.evil.example`]) {
      const refused = await preflight(url, origin)
      expect([refused.status, crossOriginHeaders(refused)]).toEqual([403, { vary: 'origin' }])
      expect(crossOriginHeaders(await ask(url, origin, 'anna'))).toEqual({ vary: 'origin' })
    }
    expect(crossOriginHeaders(await ask(url, undefined, 'anna'))).toEqual({ vary: 'origin' })
  })

  it('takes cookies only from origins that are named', async () => {
    const url = await gateway({ origins: [APP], allowsCookies: true, exposedHeaders: ['x-app'], maxAgeSeconds: 5 })
    expect(crossOriginHeaders(await preflight(url, APP))).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-app',
      'access-control-max-age': '5',
    })
    await expect(gateway({ origins: 'any', allowsCookies: true })).rejects.toThrow(TypeError)
    const open = await gateway({ origins: 'any' })
    expect(crossOriginHeaders(await ask(open, APP, 'anna'))).toMatchObject({ 'access-control-allow-origin': '*' })
  })

  it.each(['app.example', `${APP}/`, '*', ''])('is not made for %j, which is no origin', async (origin) => {
    await expect(gateway({ origins: [origin] })).rejects.toThrow(TypeError)
  })

  it('refuses a preflight with more headers than anybody has', async () => {
    const url = await gateway({ origins: [APP] })
    const asked = await preflight(url, APP, { 'access-control-request-headers': 'a'.repeat(5000) })
    expect(asked.status).toBe(400)
  })

  it('does not take part in it unless it is told to', async () => {
    const url = await gateway()
    expect((await preflight(url, APP)).status).toBe(401)
    expect(crossOriginHeaders(await ask(url, APP, 'anna'))).toEqual({})
  })
})
