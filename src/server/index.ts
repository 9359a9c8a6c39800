// The package's entry `tidetable/server`: DynamoDB's HTTP protocol, and the gateway of replication, as functions from Request
// to Response.

export type { LogLevel, Logger } from '../base/logger.ts'
export type { SigningCredentials } from '../security/verify-signature.ts'
export type { ScopeRule } from '../engine/table-record.ts'
export type { KeyAttribute, KeyShape } from '../model/key-schema.ts'
export type { DynamoApi, RemoteTableFacts } from '../sync/dynamo-remote.ts'
export type { CrossOriginOptions } from './cross-origin.ts'
export type { HttpHandlerOptions } from './http-handler.ts'
export type { StreamEvent, StreamEventResponse, StreamStamperOptions } from './stream-stamper.ts'
export type { GatewayAccess, SyncGatewayOptions } from './gateway-options.ts'
export type { ClientPolicyOptions, PolicyDocument, PolicyStatement, SyncSetup, SyncSetupOptions } from './sync-setup.ts'

export { createHttpHandler } from './http-handler.ts'
export { createStreamStamper } from './stream-stamper.ts'
export { createSyncGateway } from './sync-gateway.ts'
export { clientPolicy, setUpSync } from './sync-setup.ts'
