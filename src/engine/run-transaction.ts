// A transaction of writes as a request: done once for each token that its caller gives it, and reported.

import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { setAttribute } from '../model/attribute-map.ts'
import type {
  ConsumedCapacity,
  ItemCollectionMetrics,
  ReturnConsumedCapacity,
  TransactWriteItemsOutput,
  WriteReportInput,
} from '../model/operations.ts'
import type { Transaction } from '../storage/contract.ts'
import { readUnits, tallyFor } from './capacity.ts'
import { type ItemAction, touchedItem } from './item-action.ts'
import { itemCollectionsMetrics } from './item-collection.ts'
import type { EngineServices } from './operation.ts'
import {
  findRepetition,
  rememberRequest,
  type RepetitionUnits,
  type TokenOperation,
  type TokenRequest,
  tokenRequest,
} from './request-token.ts'
import { userWrite } from './write-cause.ts'
import { type DoneAction, type TableActions, writeTransaction } from './write-transaction.ts'

/** A transaction as it was asked for. */
export interface TransactionRequest {
  readonly operation: TokenOperation
  readonly input: WriteReportInput & { readonly ClientRequestToken?: string }
  /** The part of the input that has to be the same when its token comes again. */
  readonly identity: unknown
  readonly actions: readonly ItemAction[]
}

/**
 * Does the actions of a request, all or none; nothing when its token says that it has been done.
 *
 * @throws ServiceException what `writeTransaction` throws; `IdempotentParameterMismatchException` when the token belongs
 *   to another request
 */
export function runTransaction(
  { store, catalog, clock }: EngineServices,
  { operation, input, identity, actions }: TransactionRequest,
): Promise<TransactWriteItemsOutput> {
  const cause = userWrite(clock)
  const token = tokenRequest(operation, input.ClientRequestToken, { identity, atMs: cause.atMs })
  const detail = input.ReturnConsumedCapacity
  return store.write((transaction) =>
    after(token && findRepetition(transaction, token), (repeated) => {
      if (repeated !== undefined) return repetitionOutput(repeated, detail)
      const tallyOf = (name: string): ReturnType<typeof tallyFor> => tallyFor(detail, name, 'WriteCapacityUnits')
      return after(writeTransaction({ catalog, transaction, cause, tallyOf }, actions), (tables) =>
        after(remember(transaction, token, tables), () => transactionOutput(tables, input)),
      )
    }),
  )
}

function remember(
  transaction: Transaction,
  token: TokenRequest | undefined,
  tables: readonly TableActions[],
): MaybePromise<void> {
  return token && rememberRequest(transaction, token, tables.map(repetitionUnits))
}

/** A repetition is charged for reading the items as they were when the request was done. */
function repetitionUnits({ writer, done }: TableActions): RepetitionUnits[number] {
  let units = 0
  for (const { effect } of done) {
    units += readUnits(Math.max(effect.previous?.sizeBytes ?? 0, effect.next?.sizeBytes ?? 0), true)
  }
  return [writer.table.name, units]
}

function repetitionOutput(
  units: RepetitionUnits,
  detail: ReturnConsumedCapacity | undefined,
): TransactWriteItemsOutput {
  const capacity: ConsumedCapacity[] = []
  for (const [tableName, readUnitsOfTable] of units) {
    const tally = tallyFor(detail, tableName, 'ReadCapacityUnits')
    tally?.addTable(readUnitsOfTable)
    if (tally !== undefined) capacity.push(tally.report())
  }
  return capacity.length > 0 ? { ConsumedCapacity: capacity } : {}
}

function transactionOutput(
  tables: readonly TableActions[],
  { ReturnItemCollectionMetrics: detail }: WriteReportInput,
): TransactWriteItemsOutput {
  const byTable: Record<string, readonly ItemCollectionMetrics[]> = {}
  for (const { writer, done } of tables) {
    const written = { items: done.filter(isWrite).map(touched), tableSizeBytes: writer.tableSizeBytes }
    const metrics = itemCollectionsMetrics(detail, writer.table, written)
    if (metrics.length > 0) setAttribute(byTable, writer.table.name, metrics)
  }
  const capacity = tables.flatMap(({ tally }) => tally?.report() ?? [])
  return {
    ...(Object.keys(byTable).length > 0 && { ItemCollectionMetrics: byTable }),
    ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
  }
}

function isWrite({ action }: DoneAction): boolean {
  return action.kind !== 'ConditionCheck'
}

function touched({ action, effect }: DoneAction): ReturnType<typeof touchedItem> {
  return touchedItem(action, effect)
}
