// A table as CreateTable, DescribeTable, UpdateTable and DeleteTable answer it.

import { after, type MaybePromise } from '../base/maybe-promise.ts'
import type { LocalSecondaryIndex } from '../model/key-schema.ts'
import type {
  GlobalSecondaryIndexDescription,
  LocalSecondaryIndexDescription,
  ProvisionedThroughputDescription,
  TableDescription,
  TableStatus,
} from '../model/operations.ts'
import type { Reader } from '../storage/contract.ts'
import { type ArnScope, indexArn, tableArn } from './arn.ts'
import { countersKey } from './keyspace.ts'
import { TableCounters } from './table-counters.ts'
import {
  decreasesOn,
  type IndexRecord,
  NO_THROUGHPUT,
  type TableRecord,
  type ThroughputRecord,
} from './table-record.ts'
import { readyFor } from './table-settings.ts'
import { describeTableStream } from './table-stream.ts'

/** What a description depends on beside the record. */
export interface DescriptionFacts {
  readonly counters: TableCounters
  readonly arnScope: ArnScope
  readonly nowMs: number
}

/** Reads a table's counters, then describes it. */
export function readTableDescription(
  reader: Reader,
  record: TableRecord,
  facts: Omit<DescriptionFacts, 'counters'>,
): MaybePromise<TableDescription> {
  return after(reader.get(countersKey(record.tableId)), (row) =>
    describeTable(record, { ...facts, counters: new TableCounters(row) }),
  )
}

/**
 * Describes a table.
 *
 * @param status its status when that is not what follows from its indexes
 */
export function describeTable(record: TableRecord, facts: DescriptionFacts, status?: TableStatus): TableDescription {
  const local = record.indexes.filter(({ kind }) => kind === 'local')
  const global = record.indexes.filter(({ kind }) => kind === 'global')
  const { itemCount, sizeBytes } = facts.counters.table
  return {
    AttributeDefinitions: record.attributes,
    TableName: record.name,
    KeySchema: record.keySchema,
    TableStatus: status ?? tableStatus(record),
    CreationDateTime: new Date(record.createdAtMs),
    ProvisionedThroughput: describeThroughput(record.throughput, facts.nowMs),
    TableSizeBytes: sizeBytes,
    ItemCount: itemCount,
    TableArn: tableArn(facts.arnScope, record.name),
    TableId: record.uuid,
    ...describeBilling(record),
    ...(local.length > 0 && {
      LocalSecondaryIndexes: local.map((index) => describeIndex(record, index, facts)),
    }),
    ...(global.length > 0 && {
      GlobalSecondaryIndexes: global.map((index) => describeGlobalIndex(record, index, facts)),
    }),
    ...describeTableClass(record),
    ...(record.onDemand !== undefined && { OnDemandThroughput: record.onDemand }),
    ...describeWarmThroughput(record, record),
    DeletionProtectionEnabled: record.isDeletionProtected,
    ...describeTableStream(record, facts.arnScope),
  }
}

/** A table is being updated for as long as one of its indexes is being made or removed. */
export function tableStatus(record: TableRecord): TableStatus {
  return record.indexes.every(({ status }) => status === 'ACTIVE') ? 'ACTIVE' : 'UPDATING'
}

function describeBilling(record: TableRecord): Pick<TableDescription, 'BillingModeSummary'> {
  const { billingMode, payPerRequestSinceMs } = record
  if (billingMode === 'PROVISIONED' && payPerRequestSinceMs === undefined) return {}
  return {
    BillingModeSummary: {
      BillingMode: billingMode,
      ...(payPerRequestSinceMs !== undefined && {
        LastUpdateToPayPerRequestDateTime: new Date(payPerRequestSinceMs),
      }),
    },
  }
}

function describeWarmThroughput(
  { billingMode }: TableRecord,
  { warm, throughput }: Pick<IndexRecord, 'warm' | 'throughput'>,
): Pick<TableDescription, 'WarmThroughput'> {
  if (warm === undefined) return {}
  const { readUnits, writeUnits } = readyFor(warm, { billingMode, throughput })
  return { WarmThroughput: { ReadUnitsPerSecond: readUnits, WriteUnitsPerSecond: writeUnits, Status: 'ACTIVE' } }
}

function describeTableClass({
  tableClass,
  tableClassChangedAtMs,
}: TableRecord): Pick<TableDescription, 'TableClassSummary'> {
  if (tableClass === undefined) return {}
  return {
    TableClassSummary: {
      TableClass: tableClass,
      ...(tableClassChangedAtMs !== undefined && { LastUpdateDateTime: new Date(tableClassChangedAtMs) }),
    },
  }
}

function describeThroughput(throughput: ThroughputRecord, nowMs: number): ProvisionedThroughputDescription {
  const { readUnits, writeUnits, increasedAtMs, decreasedAtMs } = throughput
  return {
    ...(increasedAtMs !== undefined && { LastIncreaseDateTime: new Date(increasedAtMs) }),
    ...(decreasedAtMs !== undefined && { LastDecreaseDateTime: new Date(decreasedAtMs) }),
    NumberOfDecreasesToday: decreasesOn(throughput, nowMs),
    ReadCapacityUnits: readUnits,
    WriteCapacityUnits: writeUnits,
  }
}

function describeIndex(
  table: TableRecord,
  index: IndexRecord,
  { counters, arnScope }: DescriptionFacts,
): LocalSecondaryIndexDescription {
  const { itemCount, sizeBytes } = counters.index(index.indexId)
  const definition: LocalSecondaryIndex = {
    IndexName: index.name,
    KeySchema: index.keySchema,
    Projection: index.projection,
  }
  return {
    ...definition,
    IndexSizeBytes: sizeBytes,
    ItemCount: itemCount,
    IndexArn: indexArn(arnScope, table.name, index.name),
  }
}

function describeGlobalIndex(
  table: TableRecord,
  index: IndexRecord,
  facts: DescriptionFacts,
): GlobalSecondaryIndexDescription {
  return {
    ...describeIndex(table, index, facts),
    IndexStatus: index.status,
    ...(index.status === 'CREATING' && { Backfilling: true }),
    ProvisionedThroughput: describeThroughput(index.throughput ?? NO_THROUGHPUT, facts.nowMs),
    ...(index.onDemand !== undefined && { OnDemandThroughput: index.onDemand }),
    ...describeWarmThroughput(table, index),
  }
}
