// What the app asked for, kept so that it can be done again: the very request, with its condition, not its effect. One
// row of the outbox for each; a transaction is one intent of several actions.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { decodeJsonRow, encodeJsonRow } from './json-row.ts'
import type { TableSchema } from './table-schema.ts'

/** The ways to act on one item, as the members of a TransactWriteItem are called. */
export type IntentKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck'

/** The request of one action: that of the API's operation, without what it asks to be told. */
export interface IntentRequest {
  readonly TableName: string
  readonly Item?: Item
  readonly Key?: Key
  readonly [parameter: string]: unknown
}

/** What one intent does to one item. */
export interface IntentAction {
  readonly kind: IntentKind
  readonly request: IntentRequest
  /** Of the table, which may have been deleted since and made anew under the same name. */
  readonly tableId: number
  /** The item's row. */
  readonly key: ByteKey
  /** Of what was made where there was no item, in a table whose items expire. */
  readonly expiry?: ExpiryNote
}

/**
 * What had expired by then was gone here: time to live deletes here at once, and at the remote within days. It is in nobody's
 * way, be it the remote's or made by writes that still wait.
 */
export interface ExpiryNote {
  readonly attribute: string
  readonly atMs: number
}

/** A write of the app that waits to be replicated: all of its actions, or none. */
export interface Intent {
  /** Its place in the order of the app's writes to this database; never given twice. */
  readonly order: number
  /** When it was made, by the hybrid logical clock of this database (see outbox-state). */
  readonly clock: number
  /** Of the engine that queued it: 48 bits drawn at random. With the place it names the intent for ever. */
  readonly tag: number
  readonly actions: readonly IntentAction[]
}

const INTENT_FORMAT = 1

/** What a request asks to be told is nobody's business any more when it is replayed. */
const REPORT_PARAMETERS: ReadonlySet<string> = new Set([
  'ReturnValues',
  'ReturnValuesOnConditionCheckFailure',
  'ReturnConsumedCapacity',
  'ReturnItemCollectionMetrics',
])

/**
 * The part of a write's input that has to be known to do it again.
 *
 * @param tableName the table's name, which the input may have as an ARN
 */
export function intentRequest(input: { readonly TableName: string }, tableName: string): IntentRequest {
  const kept = Object.entries(input).filter(([name, value]) => value !== undefined && !REPORT_PARAMETERS.has(name))
  return { ...Object.fromEntries(kept), TableName: tableName }
}

/** What an action is noted with that was made where there was no item. */
export function expiryNote({ expiry }: TableSchema, atMs: number): Pick<IntentAction, 'expiry'> {
  return expiry === undefined ? {} : { expiry: { attribute: expiry.attribute, atMs } }
}

/** Puts an item that was there before its table was replicated. */
export function adoptingAction(
  table: TableSchema,
  { key, item, atMs }: { readonly key: ByteKey; readonly item: PackedItem; readonly atMs: number },
): IntentAction {
  const { name: TableName, record } = table
  const request = { TableName, Item: item.toItem() }
  return { kind: 'Put', request, tableId: record.tableId, key, ...expiryNote(table, atMs) }
}

/** Whether an action makes an item what it says, whatever it was: a put or a deletion without a condition. */
export function replacesWhole({ kind, request }: IntentAction): boolean {
  // Beside the table and the item or its key there are only conditions.
  return (kind === 'Put' || kind === 'Delete') && Object.keys(request).length === 2
}

/** The row of an intent. Its place is the row's key. */
export function encodeIntent({ clock, tag, actions }: Omit<Intent, 'order'>): Uint8Array {
  return encodeJsonRow({ format: INTENT_FORMAT, clock, tag, actions })
}

/** The intent of a row. */
export function decodeIntent(order: number, row: Uint8Array): Intent {
  const { format, clock, tag, actions } = decodeJsonRow(row) as StoredIntent
  assert(format === INTENT_FORMAT, `An intent has format ${INTENT_FORMAT}.`)
  return { order, clock, tag, actions }
}

interface StoredIntent extends Omit<Intent, 'order'> {
  readonly format: number
}
