// The package's entry `tidetable/server`: DynamoDB's HTTP protocol as a function from Request to Response.

export type { LogLevel, Logger } from '../base/logger.ts'
export type { SigningCredentials } from '../security/verify-signature.ts'
export type { HttpHandlerOptions } from './http-handler.ts'

export { createHttpHandler } from './http-handler.ts'
