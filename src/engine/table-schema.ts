// A table as the engine works with it, derived once from its record: keys with their types, key prefixes, what each
// index holds.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import type { AttributeDefinition, KeyAttribute, KeySchemaElement, KeyShape } from '../model/key-schema.ts'
import type { ExpiryIndex } from './expiry-index.ts'
import { expiryPrefix, indexPrefix, itemPrefix, streamRecordPrefix } from './keyspace.ts'
import type { IndexRecord, TableRecord } from './table-record.ts'
import type { StreamSchema } from './table-stream.ts'

/** A secondary index as the engine works with it. */
export interface IndexSchema {
  readonly record: IndexRecord
  readonly name: string
  readonly isGlobal: boolean
  /** Where its rows begin. */
  readonly prefix: ByteKey
  readonly key: KeyShape
  /** Partition key attributes, then sort key attributes: an item that lacks one is not in the index. */
  readonly keyAttributes: readonly KeyAttribute[]
  /** Key attributes of the table that the index's own key lacks: they end the row's key and make it unique. */
  readonly tieBreakers: readonly KeyAttribute[]
  /** Whether these are the table's whole key, in its order: the row's key then ends as the item's does. */
  readonly endsWithTableKey: boolean
  /** Names of `keyAttributes` and `tieBreakers`: what a LastEvaluatedKey of this index holds. */
  readonly positionNames: readonly string[]
  /** Names of the attributes that its rows hold; undefined when they hold all. */
  readonly projectedNames: ReadonlySet<string> | undefined
}

/** A table as the engine works with it. */
export interface TableSchema {
  readonly record: TableRecord
  readonly name: string
  /** Where its items' rows begin. */
  readonly prefix: ByteKey
  readonly key: KeyShape
  readonly keyAttributes: readonly KeyAttribute[]
  readonly keyNames: ReadonlySet<string>
  readonly positionNames: readonly string[]
  /** In the order of the record; those being deleted are left out, as nobody may see or change them. */
  readonly indexes: readonly IndexSchema[]
  /** Undefined while the table's items have no time to live. */
  readonly expiry: ExpiryIndex | undefined
  /** Undefined while the table has no stream that takes records. */
  readonly stream: StreamSchema | undefined
}

/** Derives the schema of a table. */
export function tableSchema(record: TableRecord): TableSchema {
  const key = keyShape(record.keySchema, record.attributes)
  const keyAttributes = [...key.partition, ...key.sort]
  const positionNames = keyAttributes.map(({ name }) => name)
  return {
    record,
    name: record.name,
    prefix: itemPrefix(record.tableId),
    key,
    keyAttributes,
    keyNames: new Set(positionNames),
    positionNames,
    indexes: record.indexes
      .filter(({ status }) => status !== 'DELETING')
      .map((index) => indexSchema(record, index, keyAttributes)),
    expiry: expiryIndex(record),
    stream: streamSchema(record),
  }
}

function streamSchema({ tableId, stream }: TableRecord): StreamSchema | undefined {
  if (stream?.isEnabled !== true) return undefined
  return { prefix: streamRecordPrefix(tableId, stream.streamId), viewType: stream.viewType }
}

function expiryIndex({ tableId, timeToLive }: TableRecord): ExpiryIndex | undefined {
  if (timeToLive === undefined || timeToLive.status === 'DISABLED') return undefined
  const { attribute, indexId } = timeToLive
  return { attribute, indexId, prefix: expiryPrefix(tableId, indexId) }
}

/** Joins a key schema with the attribute definitions. */
export function keyShape(schema: readonly KeySchemaElement[], definitions: readonly AttributeDefinition[]): KeyShape {
  const ofType = (type: KeySchemaElement['KeyType']): readonly KeyAttribute[] =>
    schema
      .filter(({ KeyType }) => KeyType === type)
      .map(({ AttributeName }) => {
        const definition = definitions.find((candidate) => candidate.AttributeName === AttributeName)
        assert(definition !== undefined, 'Every key attribute is defined.')
        return { name: AttributeName, type: definition.AttributeType }
      })
  return { partition: ofType('HASH'), sort: ofType('RANGE') }
}

function indexSchema(
  table: TableRecord,
  record: IndexRecord,
  tableKeyAttributes: readonly KeyAttribute[],
): IndexSchema {
  const key = keyShape(record.keySchema, table.attributes)
  const keyAttributes = [...key.partition, ...key.sort]
  const own = new Set(keyAttributes.map(({ name }) => name))
  const tieBreakers = tableKeyAttributes.filter(({ name }) => !own.has(name))
  const positionNames = [...own, ...tieBreakers.map(({ name }) => name)]
  return {
    record,
    name: record.name,
    isGlobal: record.kind === 'global',
    prefix: indexPrefix(table.tableId, record.indexId),
    key,
    keyAttributes,
    tieBreakers,
    endsWithTableKey: tieBreakers.length === tableKeyAttributes.length,
    positionNames,
    projectedNames: projectedNames(record, positionNames),
  }
}

function projectedNames(record: IndexRecord, keyNames: readonly string[]): ReadonlySet<string> | undefined {
  const { ProjectionType, NonKeyAttributes = [] } = record.projection
  switch (ProjectionType) {
    case 'KEYS_ONLY':
      return new Set(keyNames)
    case 'INCLUDE':
      return new Set([...keyNames, ...NonKeyAttributes])
    default:
      return undefined
  }
}
