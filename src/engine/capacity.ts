// Capacity units by the service's arithmetic, added up over one request.
// @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html

import { READ_UNIT_SIZE_BYTES, WRITE_UNIT_SIZE_BYTES } from '../model/limits.ts'
import type { Capacity, ConsumedCapacity, ReturnConsumedCapacity } from '../model/operations.ts'
import type { IndexSchema } from './table-schema.ts'

/** Units that reading this many bytes takes; nothing read still takes the least. */
export function readUnits(sizeBytes: number, isConsistent: boolean): number {
  const units = Math.max(1, Math.ceil(sizeBytes / READ_UNIT_SIZE_BYTES))
  return isConsistent ? units : units / 2
}

/** Units that writing an item of this size takes. */
export function writeUnits(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / WRITE_UNIT_SIZE_BYTES))
}

/** What the units of a transaction are told as, beside CapacityUnits. */
export type TransactionUnits = 'ReadCapacityUnits' | 'WriteCapacityUnits'

/** A transaction takes each item twice, to prepare and to commit; its indexes are written once, as by any write. */
const TRANSACTION_FACTOR = 2

/** Units of one table and of its indexes, added up during one request. */
export class CapacityTally {
  readonly #tableName: string
  readonly #detail: 'TOTAL' | 'INDEXES'
  readonly #transaction: TransactionUnits | undefined
  #table = 0
  readonly #local = new Map<string, number>()
  readonly #global = new Map<string, number>()

  constructor(tableName: string, detail: 'TOTAL' | 'INDEXES', transaction: TransactionUnits | undefined) {
    this.#tableName = tableName
    this.#detail = detail
    this.#transaction = transaction
  }

  addTable(units: number): void {
    this.#table += this.#transaction === undefined ? units : units * TRANSACTION_FACTOR
  }

  addIndex(index: IndexSchema, units: number): void {
    const tally = index.isGlobal ? this.#global : this.#local
    tally.set(index.name, (tally.get(index.name) ?? 0) + units)
  }

  /** The sum as the service reports it. */
  report(): ConsumedCapacity {
    let total = this.#table
    for (const units of this.#local.values()) total += units
    for (const units of this.#global.values()) total += units
    const consumed = { TableName: this.#tableName, ...this.#capacity(total) }
    if (this.#detail === 'TOTAL') return consumed
    return {
      ...consumed,
      Table: this.#capacity(this.#table),
      ...(this.#local.size > 0 && { LocalSecondaryIndexes: this.#byName(this.#local) }),
      ...(this.#global.size > 0 && { GlobalSecondaryIndexes: this.#byName(this.#global) }),
    }
  }

  #byName(tally: ReadonlyMap<string, number>): Readonly<Record<string, Capacity>> {
    return Object.fromEntries([...tally].map(([name, units]) => [name, this.#capacity(units)]))
  }

  #capacity(units: number): Capacity {
    return { CapacityUnits: units, ...(this.#transaction !== undefined && { [this.#transaction]: units }) }
  }
}

/** A tally when the request asks for one. */
export function tallyFor(
  detail: ReturnConsumedCapacity | undefined,
  tableName: string,
  transaction?: TransactionUnits,
): CapacityTally | undefined {
  return detail === undefined || detail === 'NONE' ? undefined : new CapacityTally(tableName, detail, transaction)
}

/** The member ConsumedCapacity of an output; nothing when the request did not ask for it. */
export function consumedCapacity(tally: CapacityTally | undefined): { readonly ConsumedCapacity?: ConsumedCapacity } {
  return tally === undefined ? {} : { ConsumedCapacity: tally.report() }
}
