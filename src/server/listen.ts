// A port of Node in front of an exchange: nothing but reading bodies and writing answers.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MAX_REQUEST_SIZE_BYTES } from '../model/limits.ts'
import { joinChunks } from './content-coding.ts'
import type { Exchange } from './exchange.ts'
import type { RawRequest } from '../base/http-message.ts'

/** Where to listen. */
export interface ListenOptions {
  /** An address of this machine. */
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
}

/** A port that answers. */
export interface Listener {
  readonly port: number
  /** With the host that was asked for and no slash at the end, e.g. `http://127.0.0.1:8000`. */
  readonly url: string
  /** Ends at once, whatever is under way. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Connections that nobody uses stay open for so long. Longer than clients keep theirs, so that it is they who close: a
 * request sent into a closing connection fails.
 */
const KEEP_ALIVE_MS = 120_000
const MAX_PORT = 65_535

/**
 * Answers requests on a port.
 *
 * @throws Error of Node when the port cannot be had, e.g. with code `EADDRINUSE`
 */
export async function listen(exchange: Exchange, { host, port }: ListenOptions): Promise<Listener> {
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new RangeError(`A port is a whole number from 0 to ${MAX_PORT}, not ${port}.`)
  }
  const server = createServer((message, response) => receive(exchange, message, response))
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: actualPort } = server.address() as AddressInfo
  let closed: Promise<void> | undefined
  return {
    port: actualPort,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      return closed
    },
  }
}

function receive(exchange: Exchange, message: IncomingMessage, response: ServerResponse): void {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  message.on('data', (chunk: Uint8Array) => {
    sizeBytes += chunk.length
    if (sizeBytes <= MAX_REQUEST_SIZE_BYTES) chunks.push(chunk)
    else chunks.length = 0
  })
  // A body that is too large is read to its end all the same: clients look for an answer only when they have sent all.
  message.on('end', () => {
    if (sizeBytes > MAX_REQUEST_SIZE_BYTES) response.writeHead(413).end()
    else void respond(exchange, rawRequest(message, joinChunks(chunks, sizeBytes)), response)
  })
}

async function respond(exchange: Exchange, request: RawRequest, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await exchange(request)
  response.writeHead(status, headers).end(body)
}

function rawRequest(message: IncomingMessage, body: Uint8Array<ArrayBuffer>): RawRequest {
  const headers: Record<string, string> = {}
  for (const [name, value = ''] of Object.entries(message.headers)) {
    headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return { method: message.method ?? '', path: message.url ?? '', headers, body }
}
