// Capacity of a request over several tables.

import { setAttribute } from '../../model/attribute-map.ts'
import type { ConsumedCapacity, ReturnConsumedCapacity } from '../../model/operations.ts'
import { type CapacityTally, tallyFor, type TransactionUnits } from '../capacity.ts'

/** Tallies by table, as far as the request asks for them. */
export class CapacityTallies {
  readonly #detail: ReturnConsumedCapacity | undefined
  readonly #transaction: TransactionUnits | undefined
  readonly #tallies: Record<string, CapacityTally> = {}

  constructor(detail: ReturnConsumedCapacity | undefined, transaction?: TransactionUnits) {
    this.#detail = detail
    this.#transaction = transaction
  }

  /** The tally of a table; undefined when nobody asks for it. */
  of(tableName: string): CapacityTally | undefined {
    if (Object.hasOwn(this.#tallies, tableName)) return this.#tallies[tableName]
    const tally = tallyFor(this.#detail, tableName, this.#transaction)
    if (tally !== undefined) setAttribute(this.#tallies, tableName, tally)
    return tally
  }

  /** The member ConsumedCapacity of an output; nothing when the request did not ask for it. */
  report(): { readonly ConsumedCapacity?: readonly ConsumedCapacity[] } {
    const tallies = Object.values(this.#tallies)
    return tallies.length === 0 ? {} : { ConsumedCapacity: tallies.map((tally) => tally.report()) }
  }
}
