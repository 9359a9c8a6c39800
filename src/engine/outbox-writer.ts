// Queues the app's writes to replicated tables, in the batch that makes them (law 3): the intents, which items they
// touch, and what these items were before the first of them. Replication reads them (src/sync); a table that is not
// replicated pays one check of a property.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { textSizeBytes } from '../base/utf8.ts'
import { after, eachInOrder, type MaybePromise } from '../base/maybe-promise.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeValue, Item } from '../model/attribute-value.ts'
import { valuesEqual } from '../model/compare-values.ts'
import { itemSizeBytes } from '../model/item-size.ts'
import { MAX_ITEM_SIZE_BYTES } from '../model/limits.ts'
import { PackedItem } from '../model/packed-item.ts'
import type { Transaction } from '../storage/contract.ts'
import { writeBaseImage } from './base-image.ts'
import {
  adoptingAction,
  decodeIntent,
  encodeIntent,
  type ExpiryNote,
  expiryNote,
  type IntentAction,
  type IntentKind,
  intentRequest,
  replacesWhole,
} from './intent.ts'
import { baseImageKey, intentKey, touchKey } from './keyspace.ts'
import { nextReading, type OutboxState, readOutboxState, writeOutboxState } from './outbox-state.ts'
import type { ReplicationRecord, ScopeRule } from './table-record.ts'
import type { TableSchema } from './table-schema.ts'
import type { WriteCause } from './write-cause.ts'

/** One action of a request, as it was asked for. */
export interface RequestedAction {
  readonly kind: IntentKind
  readonly input: { readonly TableName: string }
}

interface NotedAction {
  readonly action: IntentAction
  readonly previous: PackedItem | undefined
  readonly table: TableSchema
}

interface OutboxParts {
  readonly transaction: Transaction
  readonly cause: WriteCause
  readonly table: TableSchema
  /** Of the engine (see Catalog.writerTag). */
  readonly tag: number
}

const NOTHING = new Uint8Array(0)
/** More than any version takes. */
const MAX_VERSION_SIZE_BYTES = 21

/** Notes the writes of one TableWriter, then queues them. */
export class OutboxWriter {
  readonly #parts: OutboxParts
  /** Items whose base image is kept already. */
  readonly #kept = new Set<ByteKey>()
  #noted: NotedAction[] = []

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** To be called, and waited for, before an item is changed. */
  prepare(key: ByteKey): MaybePromise<void> {
    if (this.#kept.has(key)) return undefined
    return after(this.#parts.transaction.get(baseImageKey(key)), (row) => {
      if (row !== undefined) this.#kept.add(key)
    })
  }

  /** Notes what was done to an item, or checked of it. */
  note(key: ByteKey, previous: PackedItem | undefined, { kind, input }: RequestedAction): void {
    const { table, cause } = this.#parts
    const { tableId } = table.record
    const action = { kind, request: intentRequest(input, table.name), tableId, key }
    const isOnNothing = previous === undefined
    this.#noted.push({ action: { ...action, ...(isOnNothing && expiryNote(table, cause.atMs)) }, previous, table })
  }

  /** Queues what was noted, each action as an intent of its own. */
  queueEach(): MaybePromise<void> {
    const noted = this.#take()
    return queue(
      this.#parts,
      noted.map((one) => ({ noted: [one], kept: this.#kept })),
    )
  }

  /** Queues what writers of one transaction have noted as one intent, in the order of the request. */
  static queueTogether(
    writers: readonly OutboxWriter[],
    inOrder: (action: IntentAction) => number,
  ): MaybePromise<void> {
    const [first] = writers
    if (first === undefined) return undefined
    const kept = new Set(writers.flatMap((writer) => [...writer.#kept]))
    const noted = writers.flatMap((writer) => writer.#take())
    noted.sort((one, other) => inOrder(one.action) - inOrder(other.action))
    // Nothing but checks changes nothing anywhere.
    const changes = noted.some(({ action }) => action.kind !== 'ConditionCheck')
    return changes ? queue(first.#parts, [{ noted, kept }]) : undefined
  }

  #take(): NotedAction[] {
    const noted = this.#noted
    this.#noted = []
    return noted
  }
}

interface Group {
  readonly noted: readonly NotedAction[]
  readonly kept: Set<ByteKey>
}

function queue(parts: OutboxParts, groups: readonly Group[]): MaybePromise<void> {
  if (groups.length === 0) return undefined
  const { transaction, cause } = parts
  assert(cause.origin === 'user', 'Only what the app writes is queued.')
  return after(readOutboxState(transaction), (state) => {
    let next = state
    const queued = eachInOrder(groups, (group) =>
      after(forgetReplaced(parts, group, next), (expiry) => {
        next = queueGroup(parts, group, next, expiry)
      }),
    )
    return after(queued, () => writeOutboxState(transaction, next))
  })
}

/** @param expiry of what the only action takes the place of */
function queueGroup(
  parts: OutboxParts,
  { noted, kept }: Group,
  state: OutboxState,
  expiry: ExpiryNote | undefined,
): OutboxState {
  const { transaction } = parts
  let next = state
  for (const { action, previous, table } of noted) {
    if (kept.has(action.key) || previous === undefined || !awaitsAdoption(table, action.key)) continue
    // It was there before its table was replicated: it is queued before what is done to it.
    const adopting = adoptingAction(table, { key: action.key, item: previous, atMs: parts.cause.atMs })
    next = queueIntent(parts, [adopting], next)
    writeBaseImage(transaction, action.key, undefined)
    kept.add(action.key)
  }
  next = queueIntent(
    parts,
    noted.map(({ action }) => (expiry === undefined ? action : { ...action, expiry })),
    next,
  )
  for (const { action, previous } of noted) {
    if (!kept.has(action.key)) writeBaseImage(transaction, action.key, previous)
    kept.add(action.key)
  }
  return next
}

/** Whether an item without a base image was there before its table was replicated, and has not been queued. */
export function awaitsAdoption({ record }: TableSchema, key: ByteKey): boolean {
  const adoption = record.replication?.adoption
  return adoption !== undefined && key > adoption.doneUpTo
}

/** What an intent is queued with. */
export interface QueueParts {
  readonly transaction: Transaction
  readonly cause: WriteCause
  readonly tag: number
}

/** Queues an intent; answers with the state after it, which the caller stores. */
export function queueIntent(
  { transaction, cause, tag }: QueueParts,
  actions: readonly IntentAction[],
  state: OutboxState,
): OutboxState {
  const clock = nextReading(state, cause.atMs)
  const order = state.nextOrder
  transaction.put(intentKey(order), encodeIntent({ clock, tag, actions }))
  for (const { key } of actions) transaction.put(touchKey(key, order), NOTHING)
  return { ...state, nextOrder: order + 1, clock }
}

/** Whether a put may be in another scope than the action before it: then it is parked, and what was before it must not be gone. */
function mayMove(rule: ScopeRule, before: IntentAction, { kind, request }: IntentAction): boolean {
  if (rule.kind !== 'attribute' || kind === 'Delete') return false
  const [one, other] = [before.request, request].map(({ Item: item }) => item && attributeOf(item, rule.attribute))
  return one === undefined || other === undefined || !valuesEqual(one, other)
}

/** Whether the remote may refuse a put that is taken here, because the item has one more attribute there, its version. */
function mayBeTooLarge({ versionAttribute }: ReplicationRecord, { request: { Item: item } }: IntentAction): boolean {
  if (item === undefined) return false
  const sizeBytes = item instanceof PackedItem ? item.sizeBytes : itemSizeBytes(item)
  return sizeBytes + textSizeBytes(versionAttribute) + MAX_VERSION_SIZE_BYTES > MAX_ITEM_SIZE_BYTES
}

/** Of an item as a request has it: plain, or packed by the page. */
function attributeOf(item: Item | PackedItem, name: string): AttributeValue | undefined {
  return item instanceof PackedItem ? item.attribute(name) : ownAttribute(item, name)
}

/**
 * A put that follows directly on another of the same item, which cannot have been sent, takes its place: nobody could ever
 * see the first (PROTOCOL.md, "In the database"). What it was made on is what the first was made on.
 */
function forgetReplaced(
  { transaction }: OutboxParts,
  { noted, kept }: Group,
  state: OutboxState,
): MaybePromise<ExpiryNote | undefined> {
  const [only] = noted
  const order = state.nextOrder - 1
  if (only === undefined || noted.length > 1 || order <= state.sentUpTo || !kept.has(only.action.key)) return undefined
  const { replication } = only.table.record
  if (replication?.isWhole !== true || !replacesWhole(only.action)) return undefined
  return after(transaction.get(intentKey(order)), (row) => {
    const [replaced, ...others] = row === undefined ? [] : decodeIntent(order, row).actions
    if (replaced?.key !== only.action.key || others.length > 0 || !replacesWhole(replaced)) return undefined
    if (mayMove(replication.scope, replaced, only.action)) return undefined
    if (mayBeTooLarge(replication, only.action)) return undefined
    transaction.delete(intentKey(order))
    transaction.delete(touchKey(replaced.key, order))
    return only.action.expiry ?? replaced.expiry
  })
}
