// What an app says of its gateway: who may ask, and what stands behind it.

import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { DynamoApi, RemoteTableFacts } from '../sync/dynamo-remote.ts'
import type { CrossOriginOptions } from './cross-origin.ts'

/** What a caller may do. */
export interface GatewayAccess {
  /** Names the caller: clients of one caller share their rows in the companion table, others never see them. */
  readonly caller: string
  /** The scopes whose items and logs the caller may read. */
  readonly read: readonly string[] | 'all'
  /** The scopes that the caller may write to. */
  readonly write: readonly string[] | 'all'
  /** The tables that the caller may read and write. Default all that the gateway has. */
  readonly tables?: readonly string[]
}

/** What a gateway is made of. */
export interface SyncGatewayOptions {
  /** DynamoDB's API with the server's credentials, e.g. `(operation, input) => client.send(…)`, or an engine's door. */
  readonly api: DynamoApi
  /** The tables that are replicated, with their keys. */
  readonly tables: Readonly<Record<string, RemoteTableFacts>>
  readonly companionTable: string
  /** Who asks, and what that caller may do; undefined for nobody: the request is then refused. */
  readonly authorize: (request: Request) => GatewayAccess | undefined | Promise<GatewayAccess | undefined>
  /** Which pages of other origins may ask (CORS). Default none: the gateway is of the pages' own origin. */
  readonly crossOrigin?: CrossOriginOptions
  /** How long log entries are kept, in days. Default 30. */
  readonly retentionDays?: number
  readonly clock?: Clock
  /** Hears of requests that failed for a reason that the caller is not told. */
  readonly logger?: Logger
}
