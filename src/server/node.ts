// The package's entry `tidetable/node`: a database in memory behind a port, as DynamoDB's endpoint, for tests and for
// development.

import { systemClock } from '../base/clock.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import { systemRandom } from '../base/random.ts'
import { createEngine } from '../engine/engine.ts'
import type { SigningCredentials } from '../security/verify-signature.ts'
import { createMemoryStore } from '../storage/memory-store.ts'
import { createHttpExchange } from './http-handler.ts'
import { listen } from './listen.ts'

export type { NodeRequest, NodeResponse } from './node-listener.ts'
export { nodeListener } from './node-listener.ts'

/** Where to listen, and who may ask. */
export interface ServerOptions {
  /** 0 for any free one. Default 0. */
  readonly port?: number
  /** An address of this machine. Default `127.0.0.1`, which other machines do not reach. */
  readonly host?: string
  /** The key that requests must be signed with. Without it any key is accepted and signatures are not verified. */
  readonly credentials?: SigningCredentials
  /** In the names (ARNs) of tables; with `credentials`, the region that requests must be signed for. Default `local`, and any. */
  readonly region?: string
  /** Hears of failures and of background work. */
  readonly logger?: Logger
}

/** A running server. */
export interface LocalServer {
  /** The endpoint for clients, e.g. `http://127.0.0.1:41234`. */
  readonly url: string
  readonly port: number
  /** Ends at once and forgets everything. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Starts a server with an empty database in memory.
 *
 * @example
 * const server = await startServer()
 * const client = new DynamoDBClient({ endpoint: server.url, region: 'local', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
 * @throws Error of Node when the port cannot be had, e.g. with code `EADDRINUSE`
 */
export async function startServer(options: ServerOptions = {}): Promise<LocalServer> {
  const { port = 0, host = '127.0.0.1', credentials, region, logger = silentLogger } = options
  const named = region === undefined ? {} : { region }
  const engine = createEngine({
    store: createMemoryStore(),
    clock: systemClock,
    random: systemRandom,
    logger,
    ...named,
  })
  const { dispatch } = engine
  const exchange = createHttpExchange({ dispatch, logger, ...named, ...(credentials !== undefined && { credentials }) })
  const listener = await listen(exchange, { host, port }).catch(async (error: unknown) => {
    await engine.close()
    throw error
  })
  return {
    url: listener.url,
    port: listener.port,
    async close() {
      await listener.close()
      await engine.close()
    },
  }
}
