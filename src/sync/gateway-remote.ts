// A remote behind a gateway: for apps that keep their credentials on a server of their own. Each request of the port is
// one POST; hints come as server-sent events, read from a fetch, because an EventSource cannot send headers.

import { unlessAborted } from '../base/unless-aborted.ts'
import type { Item } from '../model/attribute-value.ts'
import { decodeMessage, encodeMessage, type GatewayOperation } from './gateway-wire.ts'
import type { ClientState, ItemPage, LogPage, PushOutcome, RemoteTable, ScopeHead } from './remote-table.ts'

/** Where the gateway is, and what shows it who asks. */
export interface GatewayOptions {
  /** The handler's address, e.g. `https://example.com/sync`. */
  readonly url: string
  /** Headers for each request: whatever `authorize` looks at. Asked anew each time, so that they may expire. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  /** Whether cookies go to a gateway of another origin. Default false. */
  readonly sendsCookies?: boolean
  /** Default the platform's. */
  readonly fetch?: typeof fetch
}

/** What is told to whoever listens. */
export interface HintListener {
  /** From now on there are hints. What happened before was told to nobody. */
  readonly onConnected: () => void
  /** The log of a scope has grown. */
  readonly onHint: (scope: string) => void
}

/** A remote that can also tell when there is something new. */
export interface HintingRemote extends RemoteTable {
  /**
   * Tells when the log of one of the scopes has grown. Resolves when the connection ends, for whatever reason: whoever wants
   * more hints asks again. A hint may be missing; polling finds what it would have told.
   *
   * @throws Error with the name that the gateway gives
   */
  listen(scopes: readonly string[], listener: HintListener, signal: AbortSignal): Promise<void>
}

/** A request that takes longer is given up: its fate is then unknown, as if the answer had been lost. */
const REQUEST_TIMEOUT_MS = 30_000
/** A gateway ends a connection sooner: one that is still there has broken off unnoticed, as in a laptop that slept. */
const LONGEST_CONNECTION_MS = 360_000
/** Items fetched with one request: more may be too large for one answer, and a gateway takes no more than 1,000. */
const MAX_FETCHED_ITEMS = 100
/** More of an event that has not ended is not kept. */
const MAX_EVENT_CHARS = 65_536
/** The status of a proxy that takes no body of this size. */
const TOO_LARGE = 413

/** A remote that is asked through a gateway. */
export function createGatewayRemote(options: GatewayOptions): HintingRemote {
  const ask = <Output>(operation: GatewayOperation, input: unknown): Promise<Output> =>
    askGateway(options, operation, input) as Promise<Output>
  return {
    readHead: (scope) => ask<ScopeHead>('readHead', scope),
    readClient: async (clientId) => (await ask<ClientState | null>('readClient', clientId)) ?? undefined,
    readLog: (request) => ask<LogPage>('readLog', request),
    isCut: (request) => ask<boolean>('isCut', request),
    async push(push) {
      const outcome = await ask<PushOutcome>('push', push)
      if (outcome.kind === 'applied') return outcome
      // What is undefined does not travel.
      const unexpected = outcome.unexpected.map(({ table, key, current }) => ({ table, key, current }))
      const client = outcome.client && { state: outcome.client.state }
      return { ...outcome, client, unexpected }
    },
    async readItems(request) {
      const { items, next } = await ask<ItemPage>('readItems', request)
      return { items, next }
    },
    async fetchItems(places) {
      const items: (Item | null)[] = []
      for (let at = 0; at < places.length; at += MAX_FETCHED_ITEMS) {
        items.push(...(await ask<readonly (Item | null)[]>('fetchItems', places.slice(at, at + MAX_FETCHED_ITEMS))))
      }
      return items.map((item) => item ?? undefined)
    },
    listen: (scopes, listener, signal) => listen(options, { scopes, listener, signal }),
  }
}

async function askGateway(options: GatewayOptions, operation: GatewayOperation, input: unknown): Promise<unknown> {
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  const headers = await unlessAborted(options.headers?.(), signal)
  const response = await send(options, options.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: encodeMessage({ operation, input }),
    signal,
  })
  const answer = answerOf(await response.text())
  if (response.ok && 'output' in answer) return answer['output']
  throw gatewayError(answer['error'], response.status)
}

/** Empty where whatever stands between here and the gateway has answered instead of it. */
function answerOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return decodeMessage(text)
  } catch {
    return {}
  }
}

function send(
  { fetch: fetchHere = fetch, sendsCookies = false }: GatewayOptions,
  url: string | URL,
  init: RequestInit,
): Promise<Response> {
  return fetchHere(url, sendsCookies ? { ...init, credentials: 'include' } : init)
}

interface Listening {
  readonly scopes: readonly string[]
  readonly listener: HintListener
  readonly signal: AbortSignal
}

/** The connection ends with the listening, however that ends. */
async function listen(options: GatewayOptions, { signal, ...listening }: Listening): Promise<void> {
  const ending = new AbortController()
  const end = (): void => ending.abort()
  for (const each of [signal, AbortSignal.timeout(LONGEST_CONNECTION_MS)]) {
    if (each.aborted) end()
    each.addEventListener('abort', end, { signal: ending.signal })
  }
  try {
    await hear(options, { ...listening, signal: ending.signal })
  } finally {
    end()
  }
}

async function hear(options: GatewayOptions, { scopes, listener, signal }: Listening): Promise<void> {
  const url = new URL(options.url)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const headers = { accept: 'text/event-stream', ...(await unlessAborted(options.headers?.(), signal)) }
  const response = await send(options, url, { headers, signal })
  if (!response.ok) throw gatewayError(answerOf(await response.text())['error'], response.status)
  if (response.body === null) return
  listener.onConnected()
  let rest = ''
  // WebKit's streams cannot be iterated.
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (rest + part.value).split('\n\n')
    rest = (events.pop() ?? '').slice(-MAX_EVENT_CHARS)
    for (const event of events)
      if (event.startsWith('data: ')) listener.onHint(hintedScope(event.slice('data: '.length)))
  }
}

function hintedScope(data: string): string {
  const { scope } = decodeMessage(data)
  return typeof scope === 'string' ? scope : ''
}

/** What is not from the gateway is trouble on the way, unless it says that less at once would go through. */
function gatewayError(told: unknown, status: number): Error {
  const { name, message } = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>
  const error = new Error(typeof message === 'string' ? message : `The gateway answered with status ${status}.`)
  error.name = typeof name === 'string' ? name : status === TOO_LARGE ? 'ValidationException' : 'ServiceUnavailable'
  return error
}
