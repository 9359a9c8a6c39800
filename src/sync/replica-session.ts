// One transaction of replication: bases change, intents leave the outbox, and every view that hangs on them is made anew,
// all in one batch (law 3). A view is always its base with the pending intents done to it (law 9).

import { assert } from '../base/assert.ts'
import { type ByteKey, keyAfter } from '../base/byte-key.ts'
import { decodeBaseImage, writeBaseImage } from '../engine/base-image.ts'
import type { Catalog } from '../engine/catalog.ts'
import { forEachRow } from '../engine/for-each-row.ts'
import { packForTable } from '../engine/incoming-item.ts'
import { adoptingAction, decodeIntent, encodeIntent, type Intent, type IntentAction } from '../engine/intent.ts'
import { keyRowKey } from '../engine/item-key.ts'
import {
  baseImageKey,
  intentKey,
  INTENTS,
  orderOfIntentKey,
  orderOfTouchKey,
  touchKey,
  touchRange,
} from '../engine/keyspace.ts'
import { isReading, type OutboxState, readOutboxState, writeOutboxState } from '../engine/outbox-state.ts'
import { awaitsAdoption, queueIntent } from '../engine/outbox-writer.ts'
import type { ReplicationRecord } from '../engine/table-record.ts'
import { openTableWriter, type TableWriter } from '../engine/table-writer.ts'
import type { WriteCause } from '../engine/write-cause.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { canonicalItem } from '../model/validate-item.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import {
  type DecidedConflict,
  type OpenConflict,
  type ParkingCause,
  rebase,
  type RebasedItem,
  replayed,
  sameImage,
  withoutVersion,
} from './rebase.ts'
import type { IntentId } from './remote-table.ts'
import {
  deleteParked,
  type ParkedMutation,
  readCheckpoint,
  readParkedMutation,
  readReplicaState,
  type ReplicaState,
  writeConflict,
  writeParked,
  writeReplicaState,
} from './replication-rows.ts'
import { scopeOf } from './scope.ts'
import type { ConflictStrategy, Resolution } from './settings.ts'

/** What a session has to know beside the database. */
export interface SessionOptions {
  readonly catalog: Catalog
  readonly nowMs: number
  /** How conflicts are decided, by table. */
  readonly strategies: ReadonlyMap<string, ConflictStrategy>
  readonly resolutions: ReadonlyMap<string, Resolution>
}

/** What an item is at the remote now. */
export interface RemoteImage {
  readonly table: string
  readonly key: Key
  /** With its version; undefined when it is not there. */
  readonly image: Item | undefined
  /** When others wrote it last, by the hybrid clock; infinite when nobody knows. */
  readonly clock: number
}

/** Intents of an entry that this database knows, and the items that they touch. */
export interface MatchedIntents {
  readonly ids: readonly IntentId[]
  readonly rowKeys: ReadonlySet<ByteKey>
}

/** The app's resolver has to be asked before the transaction can be made. */
export class ResolutionNeeded extends Error {
  override readonly name = 'ResolutionNeeded'
  readonly conflicts: readonly OpenConflict[]

  constructor(conflicts: readonly OpenConflict[]) {
    super('A conflict has to be decided first.')
    this.conflicts = conflicts
  }
}

/** The name of an intent, as entries carry it. */
export function intentId({ order, tag }: IntentId): IntentId {
  return { order, tag }
}

interface PendingItem {
  readonly writer: TableWriter
  readonly key: Key
  base: Item | undefined
  isBaseChanged: boolean
  /** Intents that touch it and have not left. */
  orders: number[]
}

/** Lives as long as one run of a transaction's body; ends with `finish`. */
export class ReplicaSession {
  readonly #transaction: Transaction
  readonly #options: SessionOptions
  readonly #cause: WriteCause
  readonly #writers = new Map<string, TableWriter>()
  readonly #pending = new Map<ByteKey, PendingItem>()
  readonly #intents = new Map<number, Intent>()
  readonly #views = new Map<ByteKey, { readonly writer: TableWriter; readonly image: Item | undefined }>()
  #outbox: OutboxState
  #state: ReplicaState

  private constructor(
    transaction: Transaction,
    options: SessionOptions,
    rows: { outbox: OutboxState; state: ReplicaState },
  ) {
    this.#transaction = transaction
    this.#options = options
    this.#cause = { origin: 'replication', atMs: options.nowMs }
    this.#outbox = rows.outbox
    this.#state = rows.state
  }

  /** Opens a session in a transaction. */
  static async open(transaction: Transaction, options: SessionOptions): Promise<ReplicaSession> {
    const state = await readReplicaState(transaction)
    assert(state !== undefined, 'A database is a client of the remote before anything is replicated.')
    const outbox = await readOutboxState(transaction)
    return new ReplicaSession(transaction, options, { outbox, state })
  }

  get transaction(): Transaction {
    return this.#transaction
  }

  /** This database as a client, at this point of the session. */
  get state(): ReplicaState {
    return this.#state
  }

  /** The table, and the place of its writes. */
  async writer(table: string): Promise<TableWriter> {
    const known = this.#writers.get(table)
    if (known !== undefined) return known
    const writer = await openTableWriter(this.#options.catalog, this.#transaction, table, this.#cause)
    this.#writers.set(table, writer)
    return writer
  }

  /** The row key of an item. */
  async rowKey(table: string, key: Key): Promise<ByteKey> {
    return keyRowKey((await this.writer(table)).table, key)
  }

  /** The item as the remote had it last, as far as this database knows, at this point of the session. */
  async knownImage(table: string, key: Key): Promise<Item | undefined> {
    const writer = await this.writer(table)
    const rowKey = keyRowKey(writer.table, key)
    const pending = await this.#load(rowKey, writer, key)
    if (pending !== undefined) return pending.base
    const view = this.#views.get(rowKey)
    return view === undefined ? (await writer.read(rowKey))?.toItem() : view.image
  }

  /** Takes over what others have written: bases are replaced, and the intents on them done again. */
  async applyRemote(images: readonly RemoteImage[]): Promise<void> {
    const changed = await this.#show(images)
    if (changed.size > 0) await this.#rebase(changed)
  }

  /** Those of the intents that are pending or parked here: whoever pushed them, they are in effect now. */
  async match(intents: readonly IntentId[]): Promise<MatchedIntents> {
    const ids: IntentId[] = []
    const rowKeys = new Set<ByteKey>()
    for (const id of intents) {
      const found = (await this.#intent(id.order)) ?? (await readParkedMutation(this.#transaction, id.order))
      if (found?.tag !== id.tag) continue
      ids.push(id)
      for (const { key } of found.actions) rowKeys.add(key)
    }
    return { ids, rowKeys }
  }

  /**
   * Intents of this database are in effect at the remote. What they made of their items is what later writes here were made on:
   * an image that is anything else is weighed against these like any that others have made, who may have written since, or
   * with them (a copy of this database). So it is against older writes that still wait: a copy has pushed, and given them up.
   *
   * @param images of the items that are known
   * @param sequences by scope, of the entries in which they are: an item without an image, of which one is still to be read,
   *   becomes what they made of it, so that the conditions of later writes are not checked on less
   */
  async acknowledge(
    intents: readonly IntentId[],
    images: readonly RemoteImage[],
    sequences: Readonly<Record<string, number>> = {},
  ): Promise<void> {
    const made = new Map<ByteKey, { readonly pending: PendingItem; image: Item | undefined; isOlderWaiting: boolean }>()
    for (const { order, actions } of await this.#take(intents)) {
      for (const action of actions) {
        const writer = await this.writer(action.request.TableName)
        const pending = await this.#load(action.key, writer, keyOfAction(writer, action))
        if (pending === undefined) continue
        const item = made.get(action.key) ?? { pending, image: pending.base, isOlderWaiting: false }
        item.image = replayed(action, item.image).local
        item.isOlderWaiting ||= pending.orders.some((other) => other < order)
        made.set(action.key, item)
      }
    }
    const changed = await this.#show(images)
    for (const [rowKey, { pending, image, isOlderWaiting }] of made) {
      if (isOlderWaiting) continue
      if (changed.has(rowKey)) pending.base = image
      else await this.#foresee(pending, image, sequences)
    }
    await this.#rebase(changed, new Set(made.keys()))
  }

  /** Shows what nothing is pending on; answers the others. */
  async #show(images: readonly RemoteImage[]): Promise<Map<ByteKey, RemoteImage>> {
    const changed = new Map<ByteKey, RemoteImage>()
    for (const remote of images) {
      const writer = await this.writer(remote.table)
      // It was replicated when this was asked for.
      if (writer.table.record.replication === undefined) continue
      const rowKey = keyRowKey(writer.table, remote.key)
      const pending = await this.#load(rowKey, writer, remote.key)
      if (pending === undefined) this.#views.set(rowKey, { writer, image: remote.image })
      else changed.set(rowKey, remote)
    }
    return changed
  }

  /** Has a base be what the remote has made of it by a push, where the log is still to tell it. */
  async #foresee(
    pending: PendingItem,
    image: Item | undefined,
    sequences: Readonly<Record<string, number>>,
  ): Promise<void> {
    const { writer, key, base } = pending
    const { scope: rule, versionAttribute } = replicationOf(writer)
    const scope = scopeOf(rule, writer.table, base ?? image ?? key)
    const sequence = scope === undefined ? undefined : sequences[scope]
    if (scope === undefined || sequence === undefined || sameImage(base, image, versionAttribute)) return
    const checkpoint = await readCheckpoint(this.#transaction, scope)
    if (checkpoint === undefined || checkpoint.sequence >= sequence) return
    const version = base && ownAttribute(base, versionAttribute)
    if (version !== undefined && 'N' in version && Number(version.N) >= sequence) return
    pending.base = image && {
      ...withoutVersion(image, versionAttribute),
      ...(version && { [versionAttribute]: version }),
    }
    pending.isBaseChanged = true
  }

  /** Puts a mutation aside: it leaves the outbox and the views. */
  async park(order: number, cause: ParkingCause): Promise<void> {
    const intent = await this.#intent(order)
    if (intent === undefined) return
    this.#putAside(intent, cause)
    await this.#remove([intent])
    await this.#rebase(new Map(), new Set(intent.actions.map(({ key }) => key)))
  }

  /** Puts those of the intents aside that touch an item. */
  async parkTouching(intents: readonly IntentId[], rowKey: ByteKey, cause: ParkingCause): Promise<void> {
    for (const { order, tag } of intents) {
      const intent = await this.#intent(order)
      if (intent?.tag === tag && intent.actions.some(({ key }) => key === rowKey)) await this.park(order, cause)
    }
  }

  /** Puts a mutation back into its place, as it was or as it was edited. */
  async unpark(parked: ParkedMutation, actions: readonly IntentAction[]): Promise<void> {
    deleteParked(this.#transaction, parked.order)
    const intent: Intent = { order: parked.order, clock: parked.clock, tag: parked.tag, actions }
    this.#transaction.put(intentKey(intent.order), encodeIntent(intent))
    for (const action of actions) {
      const writer = await this.writer(action.request.TableName)
      const pending =
        (await this.#load(action.key, writer, keyOfAction(writer, action))) ??
        (await this.#startPending(action.key, writer, keyOfAction(writer, action)))
      pending.orders = [...pending.orders.filter((order) => order !== intent.order), intent.order].sort((a, b) => a - b)
      this.#transaction.put(touchKey(action.key, intent.order), new Uint8Array(0))
    }
    this.#intents.set(intent.order, intent)
    await this.#rebase(new Map(), new Set(actions.map(({ key }) => key)))
  }

  /** Takes intents out of the outbox. Items of these tables stay as they are; others are what they are without them. */
  async giveUp(intents: readonly Intent[], tableIds: ReadonlySet<number>): Promise<void> {
    await this.#remove(intents)
    const others = intents.flatMap(({ actions }) => actions.filter(({ tableId }) => !tableIds.has(tableId)))
    await this.#rebase(new Map(), new Set(others.map(({ key }) => key)))
  }

  /** Intents up to this place may be on their way. */
  noteSent(order: number): void {
    if (order > this.#outbox.sentUpTo) this.#outbox = { ...this.#outbox, sentUpTo: order }
  }

  /** Has the clock see a reading of another client. */
  seeClock(clock: number): void {
    if (isReading(clock) && clock > this.#outbox.clock) this.#outbox = { ...this.#outbox, clock }
  }

  /** Changes what is remembered of this client. */
  changeState(change: Partial<ReplicaState>): void {
    this.#state = { ...this.#state, ...change }
  }

  /** Writes all that has changed. */
  async finish(): Promise<void> {
    for (const [rowKey, { writer, image }] of this.#views) {
      const next: PackedItem | undefined = image && packForTable(image, writer.dictionary)
      writer.apply({ key: rowKey, previous: await writer.read(rowKey), next }, undefined)
    }
    for (const [rowKey, pending] of this.#pending) {
      if (pending.orders.length === 0) this.#transaction.delete(baseImageKey(rowKey))
      else if (pending.isBaseChanged) {
        const image = pending.base && packForTable(pending.base, pending.writer.dictionary)
        writeBaseImage(this.#transaction, rowKey, image)
      }
    }
    for (const writer of this.#writers.values()) await writer.finish()
    writeOutboxState(this.#transaction, this.#outbox)
    writeReplicaState(this.#transaction, this.#state)
  }

  /** An item with a base image, which it has as long as intents touch it. */
  async #load(rowKey: ByteKey, writer: TableWriter, key: Key): Promise<PendingItem | undefined> {
    const known = this.#pending.get(rowKey)
    if (known !== undefined) return known
    const row = await this.#transaction.get(baseImageKey(rowKey))
    if (row === undefined) return this.#adopted(rowKey, writer, key)
    const base = decodeBaseImage(row, writer.dictionary)?.toItem()
    const pending: PendingItem = {
      writer,
      key,
      base,
      isBaseChanged: false,
      orders: await readTouching(this.#transaction, rowKey),
    }
    this.#pending.set(rowKey, pending)
    return pending
  }

  /** An item that was there before its table was replicated, and is not queued yet, is queued before it is touched. */
  async #adopted(rowKey: ByteKey, writer: TableWriter, key: Key): Promise<PendingItem | undefined> {
    const item = awaitsAdoption(writer.table, rowKey) ? await writer.read(rowKey) : undefined
    if (item === undefined) return undefined
    const parts = { transaction: this.#transaction, cause: this.#cause, tag: this.#options.catalog.writerTag }
    const orders = [this.#outbox.nextOrder]
    this.#outbox = queueIntent(
      parts,
      [adoptingAction(writer.table, { key: rowKey, item, atMs: this.#cause.atMs })],
      this.#outbox,
    )
    const pending: PendingItem = { writer, key, base: undefined, isBaseChanged: true, orders }
    this.#pending.set(rowKey, pending)
    return pending
  }

  async #startPending(rowKey: ByteKey, writer: TableWriter, key: Key): Promise<PendingItem> {
    const view = this.#views.get(rowKey)
    const base = view === undefined ? (await writer.read(rowKey))?.toItem() : view.image
    const pending: PendingItem = { writer, key, base, isBaseChanged: true, orders: [] }
    this.#pending.set(rowKey, pending)
    return pending
  }

  async #intent(order: number): Promise<Intent | undefined> {
    const known = this.#intents.get(order)
    if (known !== undefined) return known
    const row = await this.#transaction.get(intentKey(order))
    if (row === undefined) return undefined
    const intent = decodeIntent(order, row)
    this.#intents.set(order, intent)
    return intent
  }

  /** Takes those of the intents that are here out of the outbox, or out of what was put aside. Answers them in their order. */
  async #take(ids: readonly IntentId[]): Promise<readonly Pick<Intent, 'order' | 'actions'>[]> {
    const waiting: Intent[] = []
    const aside: ParkedMutation[] = []
    for (const id of ids) {
      const intent = await this.#intent(id.order)
      if (intent?.tag === id.tag) {
        waiting.push(intent)
        continue
      }
      const parked = await readParkedMutation(this.#transaction, id.order)
      if (parked?.tag !== id.tag) continue
      // It was put aside while it was on its way, and has arrived all the same.
      deleteParked(this.#transaction, id.order)
      aside.push(parked)
    }
    await this.#remove(waiting)
    return [...waiting, ...aside].sort((one, other) => one.order - other.order)
  }

  async #remove(intents: readonly Intent[]): Promise<void> {
    for (const { order, actions } of intents) {
      this.#intents.delete(order)
      this.#transaction.delete(intentKey(order))
      for (const action of actions) {
        this.#transaction.delete(touchKey(action.key, order))
        const writer = await this.writer(action.request.TableName)
        const pending = await this.#load(action.key, writer, keyOfAction(writer, action))
        assert(pending !== undefined, 'An item that an intent touches has a base image.')
        pending.orders = pending.orders.filter((other) => other !== order)
      }
    }
  }

  /** All items and intents that hang together with these items through intents of several actions. */
  async #closure(rowKeys: Iterable<ByteKey>): Promise<{ items: Map<ByteKey, PendingItem>; intents: Intent[] }> {
    const items = new Map<ByteKey, PendingItem>()
    const intents = new Map<number, Intent>()
    const open = [...rowKeys]
    for (let rowKey = open.pop(); rowKey !== undefined; rowKey = open.pop()) {
      if (items.has(rowKey)) continue
      const item = this.#pending.get(rowKey)
      assert(item !== undefined, 'An item that intents touch is loaded before it is rebased.')
      items.set(rowKey, item)
      for (const order of item.orders) {
        if (intents.has(order)) continue
        const intent = await this.#intent(order)
        assert(intent !== undefined, 'An intent that touches an item is in the outbox.')
        intents.set(order, intent)
        for (const action of intent.actions) {
          const writer = await this.writer(action.request.TableName)
          await this.#load(action.key, writer, keyOfAction(writer, action))
          open.push(action.key)
        }
      }
    }
    return { items, intents: [...intents.values()].sort((one, other) => one.order - other.order) }
  }

  async #rebase(changed: ReadonlyMap<ByteKey, RemoteImage>, touched: ReadonlySet<ByteKey> = new Set()): Promise<void> {
    const { items, intents } = await this.#closure([...changed.keys(), ...touched])
    const rebased = new Map<ByteKey, RebasedItem>()
    for (const [rowKey, item] of items) rebased.set(rowKey, this.#rebasedItem(item, changed.get(rowKey)))
    const result = rebase({ intents, items: rebased, resolutions: this.#options.resolutions })
    if (result.open.length > 0) throw new ResolutionNeeded(result.open)
    for (const [rowKey, { image }] of changed) {
      const item = items.get(rowKey) as PendingItem
      item.base = image
      item.isBaseChanged = true
    }
    for (const [rowKey, image] of result.images)
      this.#views.set(rowKey, { writer: (items.get(rowKey) as PendingItem).writer, image })
    for (const intent of result.rewritten) {
      this.#intents.set(intent.order, intent)
      this.#transaction.put(intentKey(intent.order), encodeIntent(intent))
    }
    for (const { intent, cause } of result.parked) this.#putAside(intent, cause)
    for (const conflict of result.conflicts) this.#record(conflict)
    await this.#remove([...result.superseded, ...result.parked.map(({ intent }) => intent)])
  }

  #rebasedItem({ writer, key, base }: PendingItem, remote: RemoteImage | undefined): RebasedItem {
    return {
      table: writer.table.name,
      key,
      base,
      remote: remote === undefined ? base : remote.image,
      clock: remote?.clock ?? Infinity,
      strategy: this.#options.strategies.get(writer.table.name) ?? 'last-writer-wins',
      versionAttribute: replicationOf(writer).versionAttribute,
    }
  }

  #putAside({ order, clock, tag, actions }: Intent, cause: ParkingCause): void {
    const blocksBefore = this.#outbox.nextOrder
    writeParked(this.#transaction, { order, clock, tag, actions, cause, parkedAtMs: this.#options.nowMs, blocksBefore })
  }

  #record({ table, key, base, local, remote, result, orders }: DecidedConflict): void {
    const number = this.#state.nextConflict
    this.#state = { ...this.#state, nextConflict: number + 1 }
    writeConflict(this.#transaction, {
      number,
      table,
      key,
      ...(base && { base }),
      ...(local && { local }),
      ...(remote && { remote }),
      ...(result && { result }),
      orders,
      decidedAtMs: this.#options.nowMs,
    })
  }
}

function replicationOf({ table: { record } }: TableWriter): ReplicationRecord {
  assert(record.replication !== undefined, 'Only replicated tables have pending intents.')
  return record.replication
}

/** The key attributes of the item that an action is about: a request may spell their numbers in other ways than items do. */
export function keyOfAction({ table }: Pick<TableWriter, 'table'>, { request }: IntentAction): Key {
  const source = request.Key ?? request.Item ?? {}
  return canonicalItem(
    Object.fromEntries(
      table.positionNames.map((name) => [name, ownAttribute(source, name) ?? { NULL: true as const }]),
    ),
  )
}

/** Places of the intents that touch an item, in their order. */
async function readTouching(reader: Reader, rowKey: ByteKey): Promise<number[]> {
  const orders: number[] = []
  await forEachRow(reader.scan(touchRange(rowKey)), ({ key }) => orders.push(orderOfTouchKey(key)) > 0)
  return orders
}

/** The intents that wait, in their order. */
export async function readIntents(
  reader: Reader,
  request: { readonly after: number; readonly limit: number },
): Promise<Intent[]> {
  const intents: Intent[] = []
  const start = request.after === 0 ? INTENTS.start : keyAfter(intentKey(request.after))
  await forEachRow(reader.scan({ start, end: INTENTS.end }), ({ key, value }) => {
    intents.push(decodeIntent(orderOfIntentKey(key), value))
    return intents.length < request.limit
  })
  return intents
}
