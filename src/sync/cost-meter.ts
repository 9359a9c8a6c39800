// Adds up what replication costs, by table: as the service reports it, or, behind a gateway, which does not tell, as the
// service's arithmetic makes it of the sizes.
// @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html

import type { Clock } from '../base/clock.ts'
import { readUnits, writeUnits } from '../engine/capacity.ts'
import { itemSizeBytes } from '../model/item-size.ts'
import type { DynamoApi } from './dynamo-remote.ts'
import type { HintingRemote } from './gateway-remote.ts'
import type { LogEntry, Push } from './remote-table.ts'

/** Units of one table. */
export interface UnitCount {
  readonly readUnits: number
  readonly writeUnits: number
}

/** What has been added up. */
export interface CostReport {
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number
  readonly tables: Readonly<Record<string, UnitCount>>
}

/** A transaction takes each item twice. */
const TRANSACTION_FACTOR = 2
/** About what the head's and the client's row take: less than one unit each. */
const SMALL_ROW_BYTES = 200

/** Read units of all tables. */
export function totalReadUnits({ tables }: CostReport): number {
  let total = 0
  for (const { readUnits: units } of Object.values(tables)) total += units
  return total
}

/** Adds up units. */
export class CostMeter {
  readonly #clock: Clock
  readonly #onCost: (table: string, units: UnitCount) => void
  #sinceMs: number
  readonly #tables = new Map<string, UnitCount>()

  /** @param onCost hears of what was added */
  constructor(clock: Clock, onCost: (table: string, units: UnitCount) => void) {
    this.#clock = clock
    this.#onCost = onCost
    this.#sinceMs = clock.now()
  }

  get report(): CostReport {
    return { sinceMs: this.#sinceMs, tables: Object.fromEntries(this.#tables) }
  }

  /** Read units of all tables. */
  get readUnits(): number {
    return totalReadUnits(this.report)
  }

  add(table: string, { readUnits: read = 0, writeUnits: write = 0 }: Partial<UnitCount>): void {
    const known = this.#tables.get(table) ?? { readUnits: 0, writeUnits: 0 }
    this.#tables.set(table, { readUnits: known.readUnits + read, writeUnits: known.writeUnits + write })
    this.#onCost(table, { readUnits: read, writeUnits: write })
  }

  /** Goes on from a report, of this database in another tab or at another time. */
  adopt({ sinceMs, tables }: CostReport): void {
    this.#sinceMs = sinceMs
    this.#tables.clear()
    for (const [table, units] of Object.entries(tables)) this.#tables.set(table, units)
  }

  /** Begins to count anew. */
  reset(): void {
    this.#sinceMs = this.#clock.now()
    this.#tables.clear()
  }
}

/** An API whose requests are added up as the service reports them. */
export function meteredApi(api: DynamoApi, meter: CostMeter): DynamoApi {
  return {
    async send(operation, input) {
      const output = await api.send(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' })
      const { ConsumedCapacity: told } = output as { readonly ConsumedCapacity?: Consumed | readonly Consumed[] }
      const isWrite = operation === 'TransactWriteItems'
      for (const { TableName, CapacityUnits = 0 } of told === undefined ? [] : [told].flat()) {
        meter.add(TableName, isWrite ? { writeUnits: CapacityUnits } : { readUnits: CapacityUnits })
      }
      return output
    },
  }
}

interface Consumed {
  readonly TableName: string
  readonly CapacityUnits?: number
}

/** A remote whose requests are estimated. */
export function estimatedRemote(remote: HintingRemote, companionTable: string, meter: CostMeter): HintingRemote {
  const read = (table: string, sizeBytes: number): void => meter.add(table, { readUnits: readUnits(sizeBytes, true) })
  const one = async <T>(request: Promise<T>): Promise<T> => {
    const answer = await request
    read(companionTable, SMALL_ROW_BYTES)
    return answer
  }
  return {
    ...remote,
    readHead: (scope) => one(remote.readHead(scope)),
    readClient: (clientId) => one(remote.readClient(clientId)),
    async isCut(request) {
      const answer = await remote.isCut(request)
      meter.add(companionTable, { readUnits: 2 * TRANSACTION_FACTOR })
      return answer
    },
    async readLog(request) {
      const page = await remote.readLog(request)
      read(companionTable, sum(page.entries.map(entrySizeBytes)))
      return page
    },
    async readItems(request) {
      const page = await remote.readItems(request)
      read(request.table, sum(page.items.map(itemSizeBytes)))
      return page
    },
    async fetchItems(places) {
      const items = await remote.fetchItems(places)
      for (const [index, item] of items.entries()) read(places[index]?.table ?? '', item ? itemSizeBytes(item) : 0)
      return items
    },
    async push(push) {
      const outcome = await remote.push(push)
      addPush(push, companionTable, meter)
      return outcome
    },
  }
}

function addPush({ items, heads }: Push, companionTable: string, meter: CostMeter): void {
  let entryBytes = 0
  for (const { table, image, key } of items) {
    const sizeBytes = itemSizeBytes(typeof image === 'string' ? key : image)
    entryBytes += sizeBytes
    meter.add(table, { writeUnits: TRANSACTION_FACTOR * writeUnits(sizeBytes) })
  }
  const rows = 1 + Object.keys(heads).length
  meter.add(companionTable, { writeUnits: TRANSACTION_FACTOR * (rows + writeUnits(entryBytes)) })
}

function entrySizeBytes({ changes }: LogEntry): number {
  return SMALL_ROW_BYTES + sum(changes.map(({ image, key }) => itemSizeBytes(typeof image === 'string' ? key : image)))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
