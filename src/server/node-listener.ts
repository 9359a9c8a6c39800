// Puts a function from Request to Response, such as the sync gateway, behind Node's own HTTP server.

import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

/** What is used of Node's `IncomingMessage`: a package's types must not ask for those of Node. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What is used of Node's `ServerResponse`. */
export interface NodeResponse {
  readonly headersSent: boolean
  once(event: 'close' | 'drain', listener: () => void): unknown
  writeHead(status: number, headers?: Record<string, string>): unknown
  flushHeaders(): void
  write(chunk: Uint8Array): boolean
  end(): unknown
  destroy(error?: Error): unknown
}

/**
 * A listener for `node:http` that answers with `handle`. Bodies and answers are streamed; the request's signal aborts when
 * the other side goes away.
 *
 * @example
 * createServer(nodeListener(createSyncGateway(options))).listen(8080)
 */
export function nodeListener(
  handle: (request: Request) => Promise<Response>,
): (message: NodeRequest, response: NodeResponse) => void {
  return (message, response) => {
    void answer(handle, message, response)
  }
}

async function answer(
  handle: (request: Request) => Promise<Response>,
  message: NodeRequest,
  response: NodeResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const { status, headers, body } = await handle(toRequest(message, gone.signal))
    response.writeHead(status, Object.fromEntries(headers))
    if (body === null) {
      response.end()
      return
    }
    response.flushHeaders()
    for await (const chunk of body) if (!response.write(chunk)) await drained(response, gone.signal)
    response.end()
  } catch (error) {
    if (gone.signal.aborted) return
    // The handler answers what it can: what it throws is a mistake in it, which the other side only gets to see as one.
    if (!response.headersSent) response.writeHead(500)
    response.destroy(error instanceof Error ? error : undefined)
  }
}

function drained(response: NodeResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve)
    gone.addEventListener('abort', () => resolve(), { once: true })
  })
}

function toRequest(message: NodeRequest, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value = ''] of Object.entries(message.headers)) {
    for (const each of typeof value === 'string' ? [value] : value) headers.append(name, each)
  }
  const { method = 'GET' } = message
  const url = new URL(message.url ?? '/', `http://${String(message.headers['host'] ?? 'localhost')}`)
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal })
  const body = Readable.toWeb(Readable.from(message)) as ReadableStream<Uint8Array>
  return new Request(url, { method, headers, signal, body: body as unknown as BodyInit, duplex: 'half' } as RequestInit)
}
