// DynamoDB's protocol in front of the built package in a real browser: Node has the port and forwards each request as it
// is to a page, whose worker answers it from IndexedDB. What a client sees is what `tidetable serve` shows it, but for where
// the work is done.
//
// Requests and answers cross a WebSocket as one binary message each: number of the request and size of the head, four bytes
// each, the head as JSON, the body.

import type { AddressInfo } from 'node:net'
import { type WebSocket as NodeSocket, WebSocketServer } from 'ws'
import type { RawRequest, RawResponse } from '../../src/base/http-message.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createExchange } from '../../src/server/exchange.ts'
import { listen } from '../../src/server/listen.ts'
import type { BrowserEngine } from './browser-executables.ts'
import { createProfile, removeProfile, startBrowser } from './browsers.ts'
import { startPackageServer } from './package-page.ts'

/** Where to listen, and which browser works behind it. */
export interface BrowserServerOptions {
  readonly engine: BrowserEngine
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
}

/** A running server and its browser. */
export interface BrowserServer {
  /** The endpoint for clients. */
  readonly url: string
  /** Ends both and removes the browser's profile. */
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (response: RawResponse) => void
  readonly reject: (error: Error) => void
}

/** What a page answers: a response, or what the database failed with. */
type Head = Omit<RawResponse, 'body'> | { readonly failure: string }

const HEAD_BYTES = 8
const encoder = new TextEncoder()

/** Starts a browser with an empty profile and listens when its database is open. */
export async function startBrowserServer({ engine, host, port }: BrowserServerOptions): Promise<BrowserServer> {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 64 * 1024 * 1024 })
  const pages = await startPackageServer()
  const profile = await createProfile(engine)
  const browser = await startBrowser(engine, profile)
  const socketOpened = new Promise<NodeSocket>((resolve) => sockets.once('connection', resolve))
  const page = await browser.open(`${pages.origin}/`)
  // The loader that runs this file adds calls of this function to the text of others.
  await page.evaluate('void (globalThis.__name = (named) => named)')
  await page.evaluate(openBridge, `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`)
  const exchange = createExchange({
    protocol: forwardTo(await socketOpened),
    random: seededRandom(Date.now()),
    logger: (level, message, facts) => console.error(level, message, facts),
  })
  const listener = await listen(exchange, { host, port })
  return {
    url: listener.url,
    async close() {
      await listener.close()
      sockets.close()
      await browser.kill()
      await pages.close()
      await removeProfile(profile)
    },
  }
}

/** Sends requests to the page and hands its answers back, each to the request of its number. */
function forwardTo(socket: NodeSocket): (request: RawRequest) => Promise<RawResponse> {
  const waiting = new Map<number, Waiting>()
  let requests = 0
  socket.on('message', (message: Buffer) => {
    const number = message.readUInt32LE(0)
    const bodyStart = HEAD_BYTES + message.readUInt32LE(4)
    const head = JSON.parse(message.toString('utf8', HEAD_BYTES, bodyStart)) as Head
    const { resolve, reject } = waiting.get(number) as Waiting
    waiting.delete(number)
    if ('failure' in head) reject(new Error(head.failure))
    else resolve({ ...head, body: new Uint8Array(message.subarray(bodyStart)) })
  })
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('The browser has ended.'))
  })
  return ({ body, ...rest }) =>
    new Promise((resolve, reject) => {
      const number = ++requests
      waiting.set(number, { resolve, reject })
      const head = encoder.encode(JSON.stringify(rest))
      const sizes = Buffer.alloc(HEAD_BYTES)
      sizes.writeUInt32LE(number, 0)
      sizes.writeUInt32LE(head.length, 4)
      socket.send(Buffer.concat([sizes, head, typeof body === 'string' ? encoder.encode(body) : body]))
    })
}

/** Runs in the page, where it finds nothing but `window`. */
async function openBridge(socketUrl: string): Promise<void> {
  const headBytes = 8
  const database = await window.tidetable.openDatabase({ name: 'served' })
  const socket = new WebSocket(socketUrl)
  socket.binaryType = 'arraybuffer'
  const answer = async (head: RawRequest, body: Uint8Array<ArrayBuffer>): Promise<[Head, Uint8Array]> => {
    try {
      const { body: answered, ...rest } = await database.http({ ...head, body }, { requiresSignature: true })
      return [rest, answered]
    } catch (error) {
      return [{ failure: String(error) }, new Uint8Array(0)]
    }
  }
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    const view = new DataView(data)
    const bodyStart = headBytes + view.getUint32(4, true)
    const head = JSON.parse(new TextDecoder().decode(data.slice(headBytes, bodyStart))) as RawRequest
    void answer(head, new Uint8Array(data.slice(bodyStart))).then(([answeredHead, body]) => {
      const headText = new TextEncoder().encode(JSON.stringify(answeredHead))
      const sizes = new Uint32Array([view.getUint32(0, true), headText.length])
      return socket.send(new Blob([sizes, headText, body as Uint8Array<ArrayBuffer>]))
    })
  })
  await new Promise((resolve) => socket.addEventListener('open', resolve))
}
