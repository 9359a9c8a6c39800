// The package's entry `tidetable/engine`: the database without a page or a worker, for Node, tests and servers.

export type { Clock, Timer } from '../base/clock.ts'
export type { DatabaseErrorCode, DatabaseErrorData } from '../base/database-error.ts'
export type { LogLevel, Logger } from '../base/logger.ts'
export type { Random } from '../base/random.ts'
export type {
  AttributeMap,
  AttributeType,
  AttributeValue,
  Item,
  Key,
  KeyAttributeType,
  NumberText,
} from '../model/attribute-value.ts'
export type { OperationName, OperationTypes } from '../model/operations.ts'
export type { CancellationReason, ServiceExceptionFields, ServiceExceptionName } from '../model/service-exception.ts'
export type { OrderedStore } from '../storage/contract.ts'
export type { Engine, EngineOptions, EngineStatistics } from './engine.ts'
export type { RequestContext } from './operation.ts'

export { systemClock } from '../base/clock.ts'
export { DatabaseError } from '../base/database-error.ts'
export { seededRandom, systemRandom } from '../base/random.ts'
export { ServiceException } from '../model/service-exception.ts'
export { createMemoryStore } from '../storage/memory-store.ts'
export { createEngine } from './engine.ts'
