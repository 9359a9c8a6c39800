// The port of Node, over real sockets.

import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { RawRequest, RawResponse } from '../../../src/base/http-message.ts'
import type { Exchange } from '../../../src/server/exchange.ts'
import { type Listener, listen, type ListenOptions } from '../../../src/server/listen.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024
const EMPTY: RawResponse = { status: 200, headers: { 'Content-Length': '0' }, body: new Uint8Array(0) }

const listeners: Listener[] = []

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

async function start(exchange: Exchange, options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await listen(exchange, { host: '127.0.0.1', port: 0, ...options })
  listeners.push(listener)
  return listener
}

/** Keeps what it is asked. */
function recorder(): { readonly requests: RawRequest[]; readonly exchange: Exchange } {
  const requests: RawRequest[] = []
  return {
    requests,
    exchange: (request) => {
      requests.push(request)
      return Promise.resolve(EMPTY)
    },
  }
}

describe('a listener', () => {
  it('hands requests on whole, with the names of headers in small letters', async () => {
    const { requests, exchange } = recorder()
    const { url, port } = await start(exchange)
    await fetch(`${url}/a?b=c`, { method: 'POST', headers: { 'X-Amz-Target': 'T' }, body: 'żółw' })
    const [{ headers, ...request } = { headers: {} }] = requests
    expect(request).toEqual({ method: 'POST', path: '/a?b=c', body: new TextEncoder().encode('żółw') })
    expect(headers).toMatchObject({ host: `127.0.0.1:${port}`, 'x-amz-target': 'T', 'content-length': '7' })
  })

  it('sends answers as they are', async () => {
    const body = new Uint8Array([1, 2, 3])
    const { url } = await start(() => Promise.resolve({ status: 418, headers: { 'X-Tea': 'green' }, body }))
    const response = await fetch(url)
    expect([response.status, response.headers.get('x-tea')]).toEqual([418, 'green'])
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body)
  })

  it('keeps connections for the next request', async () => {
    const { url } = await start(recorder().exchange)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const sockets = new Set<Socket>()
    for (let count = 0; count < 3; count++) {
      const request = httpRequest(url, { agent, method: 'POST' }).end('{}')
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      sockets.add(response.socket)
      await response.resume().toArray()
    }
    expect(sockets.size).toBe(1)
    agent.destroy()
  })

  it('refuses a body of more than 16 MB, and reads one of 16 MB', async () => {
    const { requests, exchange } = recorder()
    const { url } = await start(exchange)
    const tooLarge = await fetch(url, { method: 'POST', body: new Uint8Array(MAX_BODY_BYTES + 1) })
    expect([tooLarge.status, await tooLarge.text(), requests.length]).toEqual([413, '', 0])
    const fitting = await fetch(url, { method: 'POST', body: new Uint8Array(MAX_BODY_BYTES) })
    expect([fitting.status, requests[0]?.body.length]).toEqual([200, MAX_BODY_BYTES])
  })

  it('forgets a request that breaks off', async () => {
    const { requests, exchange } = recorder()
    const { url, port } = await start(exchange)
    const socket = connect(port, '127.0.0.1')
    socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf')
    await once(socket.resume(), 'close')
    await fetch(url)
    expect(requests.map(({ method }) => method)).toEqual(['GET'])
  })

  it('closes at once, whatever is under way, and again', async () => {
    const listener = await start(() => new Promise(() => undefined))
    const answer = fetch(listener.url).then(
      () => 'answered',
      () => 'broken off',
    )
    await expect.poll(() => connectionsOf(listener)).toBe('open')
    await listener.close()
    await listener.close()
    expect(await answer).toBe('broken off')
    expect(await connectionsOf(listener)).toBe('closed')
  })

  it('fails with the error of Node when its port is taken', async () => {
    const { port } = await start(recorder().exchange)
    await expect(start(recorder().exchange, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses %d for a port', async (port) => {
    const message = `A port is a whole number from 0 to 65535, not ${port}.`
    await expect(start(recorder().exchange, { port })).rejects.toThrow(new RangeError(message))
  })
})

/** Whether a new connection can be had. */
async function connectionsOf({ port }: Listener): Promise<'open' | 'closed'> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return 'open'
  } catch {
    return 'closed'
  } finally {
    socket.destroy()
  }
}
