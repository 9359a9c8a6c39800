// Every public name of the package, types first. A name that is not here is private.

export type { DatabaseErrorCode, DatabaseErrorData } from './base/database-error.ts'
export type { RawRequest, RawResponse } from './base/http-message.ts'
export type { Logger, LogLevel } from './base/logger.ts'
export type { BulkOptions, Source } from './client/bulk.ts'
export type { ChangesOptions } from './client/change-types.ts'
export type { ItemOf, KeyOf, TableDefinition } from './client/define-table.ts'
export type { AttributeName, Expression, RawExpression, TemplateExpression } from './client/expression.ts'
export type {
  CacheStatistics,
  Live,
  LiveItem,
  LiveObserver,
  LiveOptions,
  LiveRows,
  LiveSubscription,
} from './client/live.ts'
export type { Database, HttpOptions, OpenOptions, SyncedDatabase, WorkerOptions } from './client/open-database.ts'
export type { QueryRequest, ReadOptions, ScanRequest, SortCondition } from './client/query-types.ts'
export type { Condition } from './client/request.ts'
export type { Page, Rows } from './client/rows.ts'
export type {
  ConflictHandler,
  ConflictResolution,
  ConflictToResolve,
  DatabaseSync,
  DynamoDbRemote,
  GatewayRemote,
  LiveSyncStatus,
  RemoteDatabase,
  SyncConflict,
  StopOptions,
  SyncExport,
  SyncOptions,
  SyncRemote,
  TableSync,
} from './client/sync-types.ts'
export type { GetOptions, Returned, Table, WriteOptions } from './client/table.ts'
export type {
  Draft,
  Recipe,
  RecipeOptions,
  Transaction,
  TransactionWriteOptions,
  TransactOptions,
} from './client/transaction-types.ts'
export type { ChangeOf, Trigger, TriggerOptions } from './client/trigger-types.ts'
export type { AttributeChanges, UpdateChanges, UpdateExpression } from './client/update-expression.ts'
export type {
  AttributeMap,
  AttributeType,
  AttributeValue,
  Item,
  Key,
  KeyAttributeType,
  NumberText,
} from './model/attribute-value.ts'
export type { MarshallOptions, NativeItem, NativeNumber, NativeValue } from './model/native.ts'
export type { OperationName, OperationTypes } from './model/operations.ts'
export type {
  AttributeTypes,
  GlobalIndex,
  IndexProjection,
  LocalIndex,
  TableDeclaration,
  TableKey,
} from './model/table-declaration.ts'
export type { ChangeKind, StreamViewType } from './model/stream-operations.ts'
export type { WriteOrigin } from './model/write-origin.ts'
export type { CancellationReason, ServiceExceptionName } from './model/service-exception.ts'
export type { Change } from './streams/change.ts'
export type { AnythingBut, EventPattern, PatternRule, TextRule } from './streams/event-pattern.ts'
export type {
  TriggerContext,
  TriggerFailure,
  TriggerHandler,
  TriggerResponse,
  TriggerSettings,
} from './streams/trigger-types.ts'
export type { DatabaseStatistics, Durability, StorageKind } from './rpc/protocol.ts'
export type {
  Credentials,
  ItemSyncState,
  NamedStrategy,
  PollWaits,
  ScopeRule,
  SyncBudget,
  SyncFailure,
  SyncStatus,
  TableCost,
  WireParked as ParkedWrite,
  WirePending as PendingWrite,
  WireWrite as WriteRequest,
} from './rpc/sync-protocol.ts'

export { AssertionError } from './base/assert.ts'
export { DatabaseError } from './base/database-error.ts'
export { defineTable } from './client/define-table.ts'
export { attribute, expr } from './client/expression.ts'
export { deleteDatabase, openDatabase } from './client/open-database.ts'
export { marshall, unmarshall } from './model/marshall.ts'
export { NumberValue } from './model/native.ts'
export { ServiceException } from './model/service-exception.ts'
