// The decision of CreateTable: from the request to the table's record, or to the service's refusal.

import type { AttributeDefinition, GlobalSecondaryIndex, LocalSecondaryIndex } from '../model/key-schema.ts'
import { MAX_GLOBAL_INDEXES, MAX_LOCAL_INDEXES } from '../model/limits.ts'
import type { BillingMode, CreateTableInput, GlobalSecondaryIndexInput } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import { type ArnScope, tableNameOf } from './arn.ts'
import {
  checkDistinctDefinitions,
  checkDistinctNames,
  checkGlobalKeySchema,
  checkKeySchema,
  checkProjectedAttributes,
  checkProjection,
  checkThroughput,
  namesOf,
} from './index-definition.ts'
import { checkNewSettings, newWarmThroughput, readyFor, type WarmRecord } from './table-settings.ts'
import {
  type IndexRecord,
  NO_THROUGHPUT,
  TABLE_RECORD_FORMAT,
  type TableRecord,
  type ThroughputRecord,
} from './table-record.ts'

const INVALID = 'One or more parameter values were invalid:'

/** What a new table is given beside what the request says. */
export interface NewTableFacts {
  readonly tableId: number
  readonly uuid: string
  readonly nowMs: number
}

/**
 * Refuses a CreateTable request that the service refuses whatever tables there are.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkNewTable(input: CreateTableInput, scope: ArnScope): void {
  const { AttributeDefinitions, KeySchema, LocalSecondaryIndexes, GlobalSecondaryIndexes } = input
  const billingMode = input.BillingMode ?? 'PROVISIONED'
  checkNewSettings(input, scope)
  checkThroughput(input.ProvisionedThroughput, billingMode)
  checkDistinctDefinitions(AttributeDefinitions)
  checkKeySchema(KeySchema, AttributeDefinitions)
  if (LocalSecondaryIndexes === undefined && GlobalSecondaryIndexes === undefined) {
    if (KeySchema.length !== AttributeDefinitions.length) {
      throw validationException(
        `${INVALID} Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
      )
    }
    return
  }
  if (LocalSecondaryIndexes !== undefined) checkLocalIndexes(input, LocalSecondaryIndexes)
  if (GlobalSecondaryIndexes !== undefined) checkGlobalIndexes(input, GlobalSecondaryIndexes, billingMode)
  const indexes = [...(LocalSecondaryIndexes ?? []), ...(GlobalSecondaryIndexes ?? [])]
  checkDistinctNames(indexes.map(({ IndexName }) => IndexName))
  checkProjectedAttributes(indexes.map(({ Projection }) => Projection))
  checkAllUsed(AttributeDefinitions, [KeySchema, ...indexes.map((index) => index.KeySchema)].flat())
}

/** The record of a new table. */
export function newTableRecord(input: CreateTableInput, { tableId, uuid, nowMs }: NewTableFacts): TableRecord {
  const billingMode = input.BillingMode ?? 'PROVISIONED'
  const local = (input.LocalSecondaryIndexes ?? []).map((index, at) => newIndex('local', index, at + 1))
  const global = (input.GlobalSecondaryIndexes ?? []).map((index, at) =>
    newGlobalIndex(index, { indexId: local.length + at + 1, billingMode }),
  )
  return {
    format: TABLE_RECORD_FORMAT,
    tableId,
    name: tableNameOf(input.TableName),
    uuid,
    createdAtMs: nowMs,
    attributes: input.AttributeDefinitions,
    keySchema: input.KeySchema,
    indexes: [...local, ...global],
    nextIndexId: local.length + global.length + 1,
    billingMode,
    ...(billingMode === 'PAY_PER_REQUEST' && { payPerRequestSinceMs: nowMs }),
    throughput: newThroughput(input),
    ...(input.OnDemandThroughput !== undefined && { onDemand: input.OnDemandThroughput }),
    ...withWarm(input, { billingMode, resource: 'table' }),
    ...(input.TableClass !== undefined && { tableClass: input.TableClass }),
    isDeletionProtected: input.DeletionProtectionEnabled ?? false,
  }
}

/** The record of a new global index, ready for reading. */
export function newGlobalIndex(
  index: GlobalSecondaryIndexInput,
  { indexId, billingMode }: { readonly indexId: number; readonly billingMode: BillingMode },
): IndexRecord {
  return {
    ...newIndex('global', index, indexId),
    throughput: newThroughput(index),
    ...(index.OnDemandThroughput !== undefined && { onDemand: index.OnDemandThroughput }),
    ...withWarm(index, { billingMode, resource: `index ${index.IndexName}` }),
  }
}

function withWarm(
  {
    WarmThroughput: warm,
    ProvisionedThroughput,
  }: Pick<GlobalSecondaryIndexInput, 'WarmThroughput' | 'ProvisionedThroughput'>,
  { billingMode, resource }: { readonly billingMode: BillingMode; readonly resource: string },
): { readonly warm?: WarmRecord } {
  const throughput = newThroughput({ ...(ProvisionedThroughput !== undefined && { ProvisionedThroughput }) })
  const units = newWarmThroughput(warm, { ...readyFor(undefined, { billingMode, throughput }), billingMode, resource })
  return units === undefined ? {} : { warm: units }
}

function newIndex(kind: 'local' | 'global', index: LocalSecondaryIndex, indexId: number): IndexRecord {
  const { IndexName, KeySchema, Projection } = index
  return { indexId, name: IndexName, kind, keySchema: KeySchema, projection: Projection, status: 'ACTIVE' }
}

function newThroughput({
  ProvisionedThroughput,
}: Pick<GlobalSecondaryIndex, 'ProvisionedThroughput'>): ThroughputRecord {
  if (ProvisionedThroughput === undefined) return NO_THROUGHPUT
  const { ReadCapacityUnits, WriteCapacityUnits } = ProvisionedThroughput
  return { readUnits: ReadCapacityUnits, writeUnits: WriteCapacityUnits, decreasesThatDay: 0 }
}

function checkLocalIndexes(input: CreateTableInput, indexes: readonly LocalSecondaryIndex[]): void {
  if (indexes.length === 0) throw validationException(`${INVALID} List of LocalSecondaryIndexes is empty`)
  if (input.KeySchema.length !== 2) {
    throw validationException(
      `${INVALID} Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex`,
    )
  }
  const tableHash = input.KeySchema[0]?.AttributeName
  for (const { IndexName, KeySchema, Projection } of indexes) {
    checkKeySchema(KeySchema, input.AttributeDefinitions)
    if (KeySchema.length !== 2) {
      throw validationException(`${INVALID} Index KeySchema does not have a range key for index: ${IndexName}`)
    }
    const indexHash = KeySchema[0]?.AttributeName
    if (indexHash !== tableHash) {
      throw validationException(
        `${INVALID} Index KeySchema does not have the same leading hash key as table KeySchema for index: ${IndexName}. ` +
          `index hash key: ${indexHash}, table hash key: ${tableHash}`,
      )
    }
    checkProjection(Projection)
  }
  if (indexes.length > MAX_LOCAL_INDEXES) {
    throw validationException(
      `${INVALID} Number of LocalSecondaryIndexes exceeds per-table limit of ${MAX_LOCAL_INDEXES}`,
    )
  }
}

function checkGlobalIndexes(
  input: CreateTableInput,
  indexes: readonly GlobalSecondaryIndexInput[],
  billingMode: BillingMode,
): void {
  if (indexes.length === 0) throw validationException(`${INVALID} List of GlobalSecondaryIndexes is empty`)
  for (const { IndexName, KeySchema, Projection, ProvisionedThroughput } of indexes) {
    checkGlobalKeySchema(KeySchema, input.AttributeDefinitions)
    checkProjection(Projection)
    checkThroughput(ProvisionedThroughput, billingMode, IndexName)
  }
  if (indexes.length > MAX_GLOBAL_INDEXES) {
    throw validationException(
      `${INVALID} GlobalSecondaryIndex count exceeds the per-table limit of ${MAX_GLOBAL_INDEXES}`,
    )
  }
}

function checkAllUsed(
  definitions: readonly AttributeDefinition[],
  keys: readonly { readonly AttributeName: string }[],
): void {
  const used = [...new Set(keys.map(({ AttributeName }) => AttributeName))]
  if (definitions.every(({ AttributeName }) => used.includes(AttributeName))) return
  throw validationException(
    `${INVALID} Some AttributeDefinitions are not used. ` +
      `AttributeDefinitions: ${namesOf(definitions)}, keys used: [${used.join(', ')}]`,
  )
}
