// The protocol as a function from Request to Response, for whatever serves those: Node with an adapter, Deno, Bun, Workers,
// a service worker, a test.

import { systemClock } from '../base/clock.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import { seededRandom, systemRandom } from '../base/random.ts'
import { MAX_REQUEST_SIZE_BYTES } from '../model/limits.ts'
import type { SigningCredentials } from '../security/verify-signature.ts'
import { authenticateBy } from './authenticate.ts'
import { readBounded } from './content-coding.ts'
import { createExchange, type Exchange } from './exchange.ts'
import { createProtocol } from './protocol.ts'
import type { RawRequest } from '../base/http-message.ts'

/** What answers requests, and who may ask. */
export interface HttpHandlerOptions {
  /** The door of an engine: `engine.dispatch`. */
  readonly dispatch: (operation: string, input: unknown) => Promise<unknown>
  /** The key that requests must be signed with. Without it any key is accepted and signatures are not verified. */
  readonly credentials?: SigningCredentials
  /** Where the service says it is; with `credentials`, the region that requests must be signed for. Default `local`, and any. */
  readonly region?: string
  /** Hears of every failure that a client gets to see as `InternalServerError`. */
  readonly logger?: Logger
}

/**
 * Makes a handler of DynamoDB's HTTP protocol.
 *
 * @example
 * const engine = createEngine({ store: createMemoryStore(), clock: systemClock, random: systemRandom })
 * const handle = createHttpHandler({ dispatch: engine.dispatch })
 * const response = await handle(request)
 */
export function createHttpHandler(options: HttpHandlerOptions): (request: Request) => Promise<Response> {
  const exchange = createHttpExchange(options)
  return async (request) => {
    const raw = await rawRequest(request)
    if (raw === undefined) return new Response(null, { status: 413 })
    const { status, headers, body } = await exchange(raw)
    return new Response(body, { status, headers })
  }
}

/** Makes what a handler stands on, for servers that have other requests than Request. */
export function createHttpExchange(options: HttpHandlerOptions): Exchange {
  const { dispatch, credentials, region, logger = silentLogger } = options
  // Request ids are names, not secrets; the machine's cryptographic source would take a fifth of a request's time.
  const random = seededRandom(systemRandom.uint32())
  const authenticate = authenticateBy({ credentials, region, clock: systemClock })
  const protocol = createProtocol({ dispatch, authenticate, random, region: region ?? 'local' })
  return createExchange({ protocol, random, logger })
}

/** @returns undefined when the body is too large */
async function rawRequest(request: Request): Promise<RawRequest | undefined> {
  const { pathname, search, host } = new URL(request.url)
  // The platform keeps some headers to itself, this one among them, and every signature covers it.
  const headers = { host, ...Object.fromEntries(request.headers) }
  const body = request.body === null ? new Uint8Array(0) : await readBounded(request.body, MAX_REQUEST_SIZE_BYTES)
  return body === undefined ? undefined : { method: request.method, path: pathname + search, headers, body }
}
