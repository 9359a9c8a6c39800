// Many actions on items of any tables, as one: all of them or none. The one way to do so, for TransactWriteItems, for
// PartiQL's transactions, and for replication, which does again what an app has asked for.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { after, allOf, eachInOrder, type MaybePromise } from '../base/maybe-promise.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { validationException } from '../model/service-exception.ts'
import type { Transaction } from '../storage/contract.ts'
import { tableNameOf } from './arn.ts'
import { Cancellation } from './cancellation.ts'
import type { CapacityTally } from './capacity.ts'
import type { Catalog } from './catalog.ts'
import {
  type ActionEffect,
  applyAction,
  decideAction,
  type ItemAction,
  type LocatedAction,
  locateAction,
} from './item-action.ts'
import { OutboxWriter } from './outbox-writer.ts'
import { openTableWriter, type TableWriter } from './table-writer.ts'
import type { WriteCause } from './write-cause.ts'

/** What a transaction is made with. */
export interface TransactionServices {
  readonly catalog: Catalog
  readonly transaction: Transaction
  readonly cause: WriteCause
  /** Capacity units of a table, by the name that the first action on it gives; undefined where nobody asks for them. */
  readonly tallyOf: (tableName: string) => CapacityTally | undefined
}

/** One action that was done. */
export interface DoneAction {
  readonly action: ItemAction
  readonly effect: ActionEffect
}

/** The actions on one table, when all are done. */
export interface TableActions {
  readonly writer: TableWriter
  readonly tally: CapacityTally | undefined
  /** In the order of the request. */
  readonly done: readonly DoneAction[]
}

interface OpenTable extends TableActions {
  readonly done: DoneAction[]
}

/** An action, its table, and where its item is. */
interface Placed {
  readonly action: ItemAction
  readonly table: OpenTable
  /** Undefined when the action does not fit its table, which is noted. */
  readonly located: LocatedAction | undefined
}

/**
 * Does actions, all or none.
 *
 * @param actions no two of them on one item
 * @returns by table, in the order in which the actions name them first
 * @throws ServiceException `ResourceNotFoundException`; `ValidationException` for two actions on one item;
 *   `TransactionCanceledException` when an action does not fit its table or its item, or its condition does not hold
 */
export function writeTransaction(
  services: TransactionServices,
  actions: readonly ItemAction[],
): MaybePromise<readonly TableActions[]> {
  return after(openTables(services, actions), (tables) => {
    const cancellation = new Cancellation(actions.length)
    const placed = actions.map((action, index) => {
      const table = tableOf(tables, action)
      return { action, table, located: cancellation.attempt(index, () => locateAction(table.writer, action)) }
    })
    if (!cancellation.isDue) checkDistinct(placed)
    return after(allOf(placed.map(readItem)), (found) => {
      const effects = placed.map(({ action, table, located }, index) => {
        if (located === undefined) return undefined
        return cancellation.attempt(index, () => decideAction(table.writer, action, located, found[index]))
      })
      cancellation.throwIfDue()
      for (const [index, { action, table }] of placed.entries()) {
        const effect = effects[index]
        assert(effect !== undefined, 'An action that has no effect cancels its transaction.')
        applyAction(table.writer, action, effect, table.tally)
        table.done.push({ action, effect })
      }
      return after(finish([...tables.values()], placed), () => [...tables.values()])
    })
  })
}

/** By name: a table may be named by its ARN as well, and has to have one writer only. */
function openTables(
  { catalog, transaction, cause, tallyOf }: TransactionServices,
  actions: readonly ItemAction[],
): MaybePromise<ReadonlyMap<string, OpenTable>> {
  const tables = new Map<string, OpenTable>()
  const opened = eachInOrder(actions, ({ input }) => {
    const name = tableNameOf(input.TableName)
    if (tables.has(name)) return undefined
    return after(openTableWriter(catalog, transaction, input.TableName, cause), (writer) => {
      tables.set(name, { writer, tally: tallyOf(input.TableName), done: [] })
    })
  })
  return after(opened, () => tables)
}

function tableOf(tables: ReadonlyMap<string, OpenTable>, { input }: ItemAction): OpenTable {
  const table = tables.get(tableNameOf(input.TableName))
  assert(table !== undefined, 'All tables of a transaction are open.')
  return table
}

function checkDistinct(placed: readonly Placed[]): void {
  const keys = new Set(placed.map(({ located }) => located?.key))
  if (keys.size === placed.length) return
  throw validationException('Transaction request cannot include multiple operations on one item')
}

function readItem({ table, located }: Placed): MaybePromise<PackedItem | undefined> {
  return located && table.writer.read(located.key)
}

/** Replication takes what was done as one: the actions of all tables, in the order of the request. */
function finish(tables: readonly OpenTable[], placed: readonly Placed[]): MaybePromise<void> {
  const outboxes = tables.flatMap(({ writer }) => writer.outbox ?? [])
  const order = new Map<ByteKey | undefined, number>(placed.map(({ located }, index) => [located?.key, index]))
  const queued = OutboxWriter.queueTogether(outboxes, ({ key }) => order.get(key) ?? 0)
  return after(queued, () => eachInOrder(tables, ({ writer }) => writer.finish()))
}
