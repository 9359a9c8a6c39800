// What an app asks of its own writes while they wait, were put aside or were in conflict. Works in every tab: it is all in
// the database.

import type { Catalog } from '../engine/catalog.ts'
import type { Intent } from '../engine/intent.ts'
import { keyRowKey } from '../engine/item-key.ts'
import { baseImageKey, parkedKey } from '../engine/keyspace.ts'
import { awaitsAdoption } from '../engine/outbox-writer.ts'
import { timeOfReading } from '../engine/outbox-state.ts'
import { readSnapshot } from '../engine/read-snapshot.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { canonicalItem } from '../model/validate-item.ts'
import type { OrderedStore } from '../storage/contract.ts'
import { actionsOf, requestsOf, type WriteRequest } from './parked-requests.ts'
import type { Replica } from './replica.ts'
import { type ConflictRecord, type ParkedMutation, readConflicts, readParked } from './replication-rows.ts'
import { DEFAULT_VERSION_ATTRIBUTE, type ReplicatedTable } from './settings.ts'

/** How far an item has been replicated; `local`: its table is not. */
export type ItemState = 'synced' | 'pending' | 'parked' | 'local'

/** A stretch of the writes that wait. */
export interface PendingRequest {
  readonly limit: number
  readonly after: number
}

/** A write that waits. */
export interface PendingWrite {
  readonly id: number
  readonly writes: readonly WriteRequest[]
  /** When it was made. */
  readonly atMs: number
}

/** A write that was put aside. */
export interface ParkedWrite extends PendingWrite, Pick<ParkedMutation, 'cause' | 'parkedAtMs'> {}

/** A conflict that was decided. */
export interface DecidedConflict extends Omit<ConflictRecord, 'number' | 'orders'> {
  readonly id: number
}

/** What it is made of. */
export interface WaitingWritesOptions {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly replica: Replica
  readonly tables: Readonly<Record<string, ReplicatedTable>>
  /** Of the engine. */
  readonly dispatch: (operation: string, input: unknown) => Promise<unknown>
}

/** An intent, as an app sees it. */
export function pendingWrite({ order, clock, actions }: Omit<Intent, 'tag'>): PendingWrite {
  return { id: order, writes: requestsOf(actions), atMs: timeOfReading(clock) }
}

/** A parked mutation, as an app sees it. */
export function parkedWrite({ cause, parkedAtMs, ...intent }: ParkedMutation): ParkedWrite {
  return { ...pendingWrite(intent), cause, parkedAtMs }
}

/** The app's writes that are not simply in effect. */
export class WaitingWrites {
  readonly #options: WaitingWritesOptions

  constructor(options: WaitingWritesOptions) {
    this.#options = options
  }

  /**
   * How far items have been replicated, in the order of the keys.
   *
   * @throws ServiceException `ResourceNotFoundException`, ValidationException for what is no key of the table
   */
  async itemStates(tableName: string, keys: readonly Key[]): Promise<readonly ItemState[]> {
    const { store, catalog } = this.#options
    return readSnapshot(store, false, async (snapshot) => {
      const table = await catalog.requireNamed(snapshot, tableName)
      if (table.record.replication === undefined) return keys.map(() => 'local' as const)
      const parked = new Set((await readParked(snapshot)).flatMap(({ actions }) => actions.map(({ key }) => key)))
      const states: ItemState[] = []
      for (const key of keys) {
        const rowKey = keyRowKey(table, canonicalItem(key))
        // There is a base image as long as a write of the item waits; or it is still to be queued.
        const isQueued = (await snapshot.get(baseImageKey(rowKey))) !== undefined
        const isPending = isQueued || (awaitsAdoption(table, rowKey) && (await snapshot.get(rowKey)) !== undefined)
        if (parked.has(rowKey)) states.push('parked')
        else states.push(isPending ? 'pending' : 'synced')
      }
      return states
    })
  }

  /** The writes that wait, in their order: at most so many behind one of them, or behind 0. */
  async pending({ limit, after }: PendingRequest): Promise<readonly PendingWrite[]> {
    return (await this.#options.replica.pending(limit, after)).map(pendingWrite)
  }

  /** The writes that were put aside, in the order in which they were made. */
  async parked(): Promise<readonly ParkedWrite[]> {
    return (await this.#options.replica.parked()).map(parkedWrite)
  }

  /**
   * Does a parked write again, as it was or with other requests. Answers false when it is not there.
   *
   * @throws ServiceException ValidationException for requests that cannot be done
   */
  async retry(id: number, writes?: readonly WriteRequest[]): Promise<boolean> {
    const { store, catalog, replica } = this.#options
    if (writes === undefined) return replica.retry(id)
    const actions = await readSnapshot(store, false, (snapshot) => actionsOf(catalog, snapshot, writes))
    return replica.retry(id, () => actions)
  }

  /** The conflicts that are recorded, oldest first. */
  async conflicts(): Promise<readonly DecidedConflict[]> {
    const conflicts = await this.#options.replica.conflicts()
    return conflicts.map(({ number, orders: _orders, ...facts }) => ({ id: number, ...facts }))
  }

  /**
   * Gives a conflict another result, as a new write, and lists it no longer. Answers false when it is not listed.
   *
   * @param item undefined to delete the item
   */
  async resolve(id: number, item: Item | undefined): Promise<boolean> {
    const { dispatch, tables } = this.#options
    const conflict = (await readSnapshot(this.#options.store, true, readConflicts)).find(({ number }) => number === id)
    if (conflict === undefined) return false
    const { table: TableName, key: Key } = conflict
    const versionAttribute = tables[TableName]?.versionAttribute ?? DEFAULT_VERSION_ATTRIBUTE
    if (item === undefined) {
      await dispatch('DeleteItem', { TableName, Key })
    } else {
      const { [versionAttribute]: _version, ...attributes } = item
      await dispatch('PutItem', { TableName, Item: { ...attributes, ...Key } })
    }
    return this.dismiss(id)
  }

  /** Lists a conflict no longer. Answers false when it is not listed. */
  async dismiss(id: number): Promise<boolean> {
    return this.#options.store.write(async (transaction) => {
      const key = parkedKey('conflict', id)
      if ((await transaction.get(key)) === undefined) return false
      transaction.delete(key)
      return true
    })
  }
}
