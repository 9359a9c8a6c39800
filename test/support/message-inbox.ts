// A small HTTP server to which pages report what they did. What has arrived here survives the page, the worker and the
// browser, so that a test can hold a killed browser to its word.

import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitFor } from './processes.ts'

/** Messages in the order of their arrival. */
export interface MessageInbox<Message> {
  /** Where pages of any origin POST one message as JSON; `fetch` without headers needs no preflight. */
  readonly url: string
  readonly messages: readonly Message[]
  /**
   * Resolves with the first message, come or to come, that `accepts`.
   *
   * @throws Error when none has come after `timeoutMs`
   */
  find(what: string, timeoutMs: number, accepts: (message: Message) => boolean): Promise<Message>
  close(): Promise<void>
}

/** No message of a test is larger. */
const MAX_MESSAGE_LENGTH = 1_000_000

/** Starts an inbox on a free port of 127.0.0.1. */
export async function startMessageInbox<Message>(): Promise<MessageInbox<Message>> {
  const messages: Message[] = []
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    readBody(request).then(
      (body) => {
        if (request.method === 'POST') messages.push(JSON.parse(body) as Message)
        response.writeHead(request.method === 'POST' ? 204 : 405).end()
      },
      (error: unknown) => response.destroy(error as Error),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    messages,
    find: (what, timeoutMs, accepts) => waitFor(what, timeoutMs, async () => messages.find(accepts)),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    body += chunk as string
    if (body.length > MAX_MESSAGE_LENGTH) throw new Error('a message is longer than the inbox takes')
  }
  return body
}
