// The decision of UpdateTable: from a table's record and the request to the new record and the duty that follows from it,
// or to the service's refusal.

import type { AttributeDefinition, ProvisionedThroughput } from '../model/key-schema.ts'
import { MAX_GLOBAL_INDEXES } from '../model/limits.ts'
import type {
  CreateGlobalSecondaryIndexAction,
  GlobalSecondaryIndexUpdate,
  UpdateGlobalSecondaryIndexAction,
  UpdateTableInput,
} from '../model/operations.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import type { ArnScope } from './arn.ts'
import type { Duty } from './duty.ts'
import {
  checkDistinctDefinitions,
  checkGlobalKeySchema,
  checkProjectedAttributes,
  checkProjection,
  checkThroughput,
  checkThroughputBounds,
} from './index-definition.ts'
import { newGlobalIndex } from './new-table.ts'
import { tableStatus } from './table-description.ts'
import {
  decreasesOn,
  type IndexRecord,
  NO_THROUGHPUT,
  type TableRecord,
  type ThroughputRecord,
} from './table-record.ts'

import {
  alreadyEncrypted,
  changedWarmThroughput,
  checkOnDemand,
  checkUpdatedSettings,
  hasUnits,
  readyFor,
} from './table-settings.ts'

const INVALID = 'One or more parameter values were invalid:'

/** What follows from an UpdateTable request. */
export interface TableUpdate {
  readonly record: TableRecord
  /** Work for the background, and the index that it is about. */
  readonly duty: Extract<Duty, { readonly indexId: number }> | undefined
}

/**
 * Refuses an UpdateTable request that the service refuses whatever the table is like.
 *
 * @throws ServiceException `ValidationException`, `LimitExceededException`
 */
export function checkTableUpdate(input: UpdateTableInput, scope: ArnScope): void {
  checkUpdatedSettings(input, scope)
  const updates = input.GlobalSecondaryIndexUpdates ?? []
  const isEmpty =
    updates.length === 0 &&
    input.ProvisionedThroughput === undefined &&
    input.BillingMode === undefined &&
    input.TableClass === undefined &&
    input.OnDemandThroughput === undefined &&
    input.StreamSpecification === undefined &&
    input.DeletionProtectionEnabled === undefined &&
    input.SSESpecification === undefined &&
    !hasUnits(input.WarmThroughput)
  if (isEmpty) {
    throw validationException(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required',
    )
  }
  if (input.ProvisionedThroughput !== undefined) checkThroughputBounds(input.ProvisionedThroughput)
  const names = new Set<string>()
  for (const update of updates) {
    const name = indexNameOf(update)
    if (names.has(name)) {
      throw validationException(
        `${INVALID} Only one global secondary index update per index is allowed simultaneously. Index: ${name}`,
      )
    }
    names.add(name)
    checkOneAction(update)
    const throughput = update.Update?.ProvisionedThroughput
    if (throughput !== undefined) checkThroughputBounds(throughput, name)
  }
  if (updates.filter(({ Create, Delete }) => Create !== undefined || Delete !== undefined).length > 1) {
    throw oneIndexAtATime()
  }
}

/**
 * Decides what a request makes of a table.
 *
 * @throws ServiceException `ValidationException`, `LimitExceededException`, `ResourceInUseException`,
 *   `ResourceNotFoundException`
 */
export function decideTableUpdate(record: TableRecord, input: UpdateTableInput, nowMs: number): TableUpdate {
  const updates = input.GlobalSecondaryIndexUpdates ?? []
  const removed = updates.find(({ Delete }) => Delete !== undefined)?.Delete
  const created = updates.find(({ Create }) => Create !== undefined)?.Create
  if (removed !== undefined) checkIsFree(record, { except: removed.IndexName })
  else if (created !== undefined && tableStatus(record) !== 'ACTIVE') throw oneIndexAtATime()
  else checkIsFree(record)
  const settled = updateSettings(record, input, nowMs)
  const indexed = updates.reduce(
    (table, { Update }) => (Update === undefined ? table : updateIndex(table, Update, nowMs)),
    settled,
  )
  checkIndexThroughputs(indexed)
  if (created !== undefined) return createIndex(indexed, created, input.AttributeDefinitions ?? [])
  if (removed !== undefined) return removeIndex(indexed, removed.IndexName)
  return { record: indexed, duty: undefined }
}

function indexNameOf({ Update, Create, Delete }: GlobalSecondaryIndexUpdate): string {
  const name = Update?.IndexName ?? Create?.IndexName ?? Delete?.IndexName
  if (name !== undefined) return name
  throw validationException(
    `${INVALID} One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null`,
  )
}

function checkOneAction({ Update, Create, Delete }: GlobalSecondaryIndexUpdate): void {
  if ([Update, Create, Delete].filter((action) => action !== undefined).length > 1) {
    throw validationException(
      `${INVALID} Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object`,
    )
  }
  if (Update?.WarmThroughput === undefined || hasUnits(Update.WarmThroughput)) return
  throw validationException(
    `${INVALID} WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: ${Update.IndexName}`,
  )
}

function oneIndexAtATime(): ServiceException {
  return new ServiceException(
    'LimitExceededException',
    'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
  )
}

/** A table with an index in the making can only have that index deleted. */
function checkIsFree(record: TableRecord, { except }: { readonly except?: string } = {}): void {
  for (const { name, status } of record.indexes) {
    if (status === 'ACTIVE' || (status === 'CREATING' && name === except)) continue
    throw new ServiceException(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is being updated: ${record.name}`,
    )
  }
}

function updateSettings(record: TableRecord, input: UpdateTableInput, nowMs: number): TableRecord {
  const { TableClass, OnDemandThroughput, DeletionProtectionEnabled, WarmThroughput } = input
  if (input.SSESpecification !== undefined) throw alreadyEncrypted()
  const billed = updateBilling(record, input, nowMs)
  checkOnDemand(OnDemandThroughput, { mode: billed.billingMode, mayClear: true, resource: 'table' })
  const ready = { ...readyFor(billed.warm, billed), billingMode: billed.billingMode, resource: 'table' }
  return {
    ...billed,
    ...(hasUnits(WarmThroughput) && { warm: changedWarmThroughput(WarmThroughput, ready) }),
    ...(OnDemandThroughput !== undefined && { onDemand: OnDemandThroughput }),
    ...(TableClass !== undefined && { tableClass: TableClass, tableClassChangedAtMs: nowMs }),
    ...(DeletionProtectionEnabled !== undefined && { isDeletionProtected: DeletionProtectionEnabled }),
  }
}

function updateBilling(record: TableRecord, input: UpdateTableInput, nowMs: number): TableRecord {
  const { BillingMode = record.billingMode, ProvisionedThroughput } = input
  const changesMode = BillingMode !== record.billingMode
  if (changesMode && BillingMode === 'PROVISIONED' && ProvisionedThroughput === undefined) {
    throw validationException(`${INVALID} ProvisionedThroughput must be specified when BillingMode is PROVISIONED`)
  }
  if (ProvisionedThroughput !== undefined || changesMode) checkThroughput(ProvisionedThroughput, BillingMode)
  if (BillingMode === 'PAY_PER_REQUEST') {
    if (!changesMode) return record
    const indexes = record.indexes.map((index) =>
      index.kind === 'global' ? { ...index, throughput: NO_THROUGHPUT } : index,
    )
    return { ...record, billingMode: BillingMode, payPerRequestSinceMs: nowMs, throughput: NO_THROUGHPUT, indexes }
  }
  if (ProvisionedThroughput === undefined) return record
  const current = { resource: 'table', throughput: record.throughput }
  const throughput = changedThroughput(current, ProvisionedThroughput, nowMs)
  return { ...record, billingMode: BillingMode, throughput }
}

function updateIndex(record: TableRecord, update: UpdateGlobalSecondaryIndexAction, nowMs: number): TableRecord {
  const { IndexName, ProvisionedThroughput, OnDemandThroughput, WarmThroughput } = update
  const index = record.indexes.find(({ name }) => name === IndexName)
  if (index === undefined) throw indexNotFound(record, IndexName)
  if (index.kind === 'local') {
    throw validationException(`Cannot update an index that is not a GlobalSecondaryIndex: ${IndexName}`)
  }
  const { billingMode } = record
  checkOnDemand(OnDemandThroughput, { mode: billingMode, mayClear: true, resource: `index : ${IndexName}` })
  const ready = {
    ...readyFor(index.warm, { billingMode, throughput: index.throughput }),
    billingMode,
    resource: `index ${IndexName}`,
  }
  if (ProvisionedThroughput !== undefined) checkThroughput(ProvisionedThroughput, record.billingMode, IndexName)
  const current = { resource: `index ${IndexName}`, throughput: index.throughput ?? NO_THROUGHPUT }
  const updated: IndexRecord = {
    ...index,
    ...(ProvisionedThroughput !== undefined && {
      throughput: changedThroughput(current, ProvisionedThroughput, nowMs),
    }),
    ...(OnDemandThroughput !== undefined && { onDemand: OnDemandThroughput }),
    ...(hasUnits(WarmThroughput) && { warm: changedWarmThroughput(WarmThroughput, ready) }),
  }
  return { ...record, indexes: record.indexes.map((other) => (other === index ? updated : other)) }
}

/** A table that comes to be paid by capacity has capacity for each of its indexes. */
function checkIndexThroughputs(record: TableRecord): void {
  if (record.billingMode !== 'PROVISIONED') return
  for (const { kind, name, throughput } of record.indexes) {
    if (kind === 'global' && throughput?.readUnits === 0) checkThroughput(undefined, 'PROVISIONED', name)
  }
}

function createIndex(
  record: TableRecord,
  action: CreateGlobalSecondaryIndexAction,
  given: readonly AttributeDefinition[],
): TableUpdate {
  const { IndexName, KeySchema, Projection, ProvisionedThroughput } = action
  if (record.indexes.some(({ name }) => name === IndexName)) {
    throw validationException('Attempting to create an index which already exists')
  }
  checkDistinctDefinitions(given)
  const attributes = mergeDefinitions(record.attributes, given)
  checkGlobalKeySchema(KeySchema, attributes)
  checkProjection(Projection)
  checkThroughput(ProvisionedThroughput, record.billingMode, IndexName)
  const global = record.indexes.filter(({ kind }) => kind === 'global')
  if (global.length >= MAX_GLOBAL_INDEXES) {
    throw new ServiceException(
      'LimitExceededException',
      `Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of ${MAX_GLOBAL_INDEXES}`,
    )
  }
  checkProjectedAttributes([Projection, ...record.indexes.map(({ projection }) => projection)])
  const indexId = record.nextIndexId
  const index: IndexRecord = {
    ...newGlobalIndex(action, { indexId, billingMode: record.billingMode }),
    status: 'CREATING',
  }
  const used = new Set(KeySchema.map(({ AttributeName }) => AttributeName))
  const known = new Set(record.attributes.map(({ AttributeName }) => AttributeName))
  return {
    record: {
      ...record,
      attributes: attributes.filter(({ AttributeName }) => used.has(AttributeName) || known.has(AttributeName)),
      indexes: [...record.indexes, index],
      nextIndexId: indexId + 1,
    },
    duty: { kind: 'fill-index', tableName: record.name, tableId: record.tableId, indexId, doneUpTo: '' },
  }
}

function removeIndex(record: TableRecord, indexName: string): TableUpdate {
  const index = record.indexes.find(({ name }) => name === indexName)
  if (index === undefined) throw indexNotFound(record, indexName)
  if (index.kind === 'local') {
    throw validationException(`Cannot delete an index that is not a GlobalSecondaryIndex: ${indexName}`)
  }
  const deleting: IndexRecord = { ...index, status: 'DELETING' }
  return {
    record: { ...record, indexes: record.indexes.map((other) => (other === index ? deleting : other)) },
    duty: { kind: 'drop-index', tableName: record.name, tableId: record.tableId, indexId: index.indexId },
  }
}

function indexNotFound({ name }: TableRecord, indexName: string): ServiceException {
  const message = `Requested resource not found: Index ${indexName} for table ${name}`
  return new ServiceException('ResourceNotFoundException', message)
}

function mergeDefinitions(
  known: readonly AttributeDefinition[],
  given: readonly AttributeDefinition[],
): readonly AttributeDefinition[] {
  const added = given.filter((definition) => {
    const same = known.find(({ AttributeName }) => AttributeName === definition.AttributeName)
    if (same === undefined || same.AttributeType === definition.AttributeType) return same === undefined
    throw validationException(
      `${INVALID} Attribute ${same.AttributeName} is defined as ${same.AttributeType} already, not ${definition.AttributeType}`,
    )
  })
  return [...known, ...added]
}

function changedThroughput(
  current: { readonly resource: string; readonly throughput: ThroughputRecord },
  { ReadCapacityUnits: readUnits, WriteCapacityUnits: writeUnits }: ProvisionedThroughput,
  nowMs: number,
): ThroughputRecord {
  const { resource, throughput } = current
  const kind = resource === 'table' ? 'table' : 'index'
  if (readUnits === throughput.readUnits && writeUnits === throughput.writeUnits) {
    throw validationException(
      `The provisioned throughput for the ${resource} will not change. The requested value equals the current value. ` +
        `Current ReadCapacityUnits provisioned for the ${kind}: ${throughput.readUnits}. Requested ReadCapacityUnits: ${readUnits}. ` +
        `Current WriteCapacityUnits provisioned for the ${kind}: ${throughput.writeUnits}. Requested WriteCapacityUnits: ${writeUnits}. ` +
        'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
    )
  }
  const isIncrease = readUnits > throughput.readUnits || writeUnits > throughput.writeUnits
  const isDecrease = readUnits < throughput.readUnits || writeUnits < throughput.writeUnits
  return {
    ...throughput,
    readUnits,
    writeUnits,
    ...(isIncrease && { increasedAtMs: nowMs }),
    ...(isDecrease && { decreasedAtMs: nowMs, decreasesThatDay: decreasesOn(throughput, nowMs) + 1 }),
  }
}
