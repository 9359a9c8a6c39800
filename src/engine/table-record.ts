// What the catalog stores of a table: one row of JSON text by table name. Everything else (key shapes, prefixes, what an
// index projects) is derived from it (see table-schema).

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { decodeText, encodeText } from '../base/utf8.ts'
import type { AttributeDefinition, KeySchemaElement, Projection } from '../model/key-schema.ts'
import type { WarmRecord } from './table-settings.ts'
import type { BillingMode, OnDemandThroughput, TableClass } from '../model/operations.ts'
import type { StreamViewType } from '../model/stream-operations.ts'

/** Capacity units, and when they last changed (milliseconds since 1970). */
export interface ThroughputRecord {
  readonly readUnits: number
  readonly writeUnits: number
  readonly increasedAtMs?: number
  readonly decreasedAtMs?: number
  /** Decreases on the UTC day of `decreasedAtMs`. */
  readonly decreasesThatDay: number
}

/** A secondary index. `CREATING` while it is being filled, `DELETING` while its rows are being cleared. */
export interface IndexRecord {
  /** Never used twice in a table. */
  readonly indexId: number
  readonly name: string
  readonly kind: 'local' | 'global'
  readonly keySchema: readonly KeySchemaElement[]
  readonly projection: Projection
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING'
  /** Of global indexes. */
  readonly throughput?: ThroughputRecord
  readonly onDemand?: OnDemandThroughput
  /** Not there while it was never asked for. */
  readonly warm?: WarmRecord
}

/**
 * A table's time to live. Enabling it makes an index of the items by when they expire; an index made anew shares no row with
 * its predecessor, which may still be waiting to be cleared.
 */
export interface TimeToLiveRecord {
  /** Holds when an item expires, in seconds since 1970. */
  readonly attribute: string
  /** Of the index, taken from the ids of the table's other indexes. */
  readonly indexId: number
  /** `ENABLING` while the items that were there before are being added to the index. */
  readonly status: 'ENABLING' | 'ENABLED' | 'DISABLED'
  readonly changedAtMs: number
}

/** The stream that a table has, or had last. */
export interface TableStreamRecord {
  /** Rises with each stream of the table. */
  readonly streamId: number
  /** When it was made; names it. */
  readonly label: string
  readonly viewType: StreamViewType
  readonly isEnabled: boolean
}

/** What of a replicated table is in the app's scopes (see src/sync/PROTOCOL.md). */
export type ScopeRule =
  | { readonly kind: 'table'; readonly scope: string }
  | { readonly kind: 'partition' }
  | { readonly kind: 'attribute'; readonly attribute: string }

/** How far the items that a table had before its replication began have been queued. */
export interface AdoptionRecord {
  /** Key of the item row that was looked at last; empty before the first. */
  readonly doneUpTo: ByteKey
  readonly itemCount: number
}

/** How a table is replicated. Its writes are queued from the moment that this is stored. */
export interface ReplicationRecord {
  readonly scope: ScopeRule
  /** Holds the version that the remote gave an item: a number. */
  readonly versionAttribute: string
  /** Whether of two puts of one item in a row the first may be forgotten: its strategy looks at whole items only. */
  readonly isWhole: boolean
  /** While it goes on, an item without a base image has not been queued, and nothing of the table is pushed. */
  readonly adoption?: AdoptionRecord
  /** Changes at the remote were passed over, by a tab that did not know of the table: its scopes are to be read anew. */
  readonly isBehind?: true
}

/** A table. */
export interface TableRecord {
  readonly format: typeof TABLE_RECORD_FORMAT
  /** Never used twice in a database, so a table made anew has none of its predecessor's rows. */
  readonly tableId: number
  readonly name: string
  readonly uuid: string
  readonly createdAtMs: number
  readonly attributes: readonly AttributeDefinition[]
  readonly keySchema: readonly KeySchemaElement[]
  readonly indexes: readonly IndexRecord[]
  readonly nextIndexId: number
  readonly billingMode: BillingMode
  /** Since when the table is paid per request; not there while it never was. */
  readonly payPerRequestSinceMs?: number
  readonly throughput: ThroughputRecord
  readonly onDemand?: OnDemandThroughput
  /** Not there while it was never asked for. */
  readonly warm?: WarmRecord
  readonly tableClass?: TableClass
  readonly tableClassChangedAtMs?: number
  readonly isDeletionProtected: boolean
  /** Not there while it was never enabled. */
  readonly timeToLive?: TimeToLiveRecord
  /** Of a replicated table. */
  readonly replication?: ReplicationRecord
  /** Of a table that was replicated: its items may still have the version that the remote gave them. */
  readonly formerVersionAttribute?: string
  /** Not there while it never had one. */
  readonly stream?: TableStreamRecord
}

/** Rises with every change of the record that older code cannot read. */
export const TABLE_RECORD_FORMAT = 1

/** Throughput of what is paid per request. */
export const NO_THROUGHPUT: ThroughputRecord = { readUnits: 0, writeUnits: 0, decreasesThatDay: 0 }

const MS_PER_DAY = 86_400_000

/** How often throughput was decreased on the UTC day of `nowMs`. */
export function decreasesOn({ decreasedAtMs, decreasesThatDay }: ThroughputRecord, nowMs: number): number {
  const isSameDay = decreasedAtMs !== undefined && dayOf(decreasedAtMs) === dayOf(nowMs)
  return isSameDay ? decreasesThatDay : 0
}

/** The row of a table. */
export function encodeTableRecord(record: TableRecord): Uint8Array {
  return encodeText(JSON.stringify(record))
}

/** The table of a row. */
export function decodeTableRecord(row: Uint8Array): TableRecord {
  const record = JSON.parse(decodeText(row, 0, row.length)) as TableRecord
  assert(record.format === TABLE_RECORD_FORMAT, `A table record has format ${TABLE_RECORD_FORMAT}.`)
  return record
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / MS_PER_DAY)
}
