// Changes the items of one table inside one transaction: the item's row, its index entries, the table's dictionary and
// counters, all in the same batch (law 3).

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { type GrowableDictionary, PackedItem } from '../model/packed-item.ts'
import type { Transaction } from '../storage/contract.ts'
import { type CapacityTally, writeUnits } from './capacity.ts'
import type { Catalog } from './catalog.ts'
import { decodeDuty } from './duty.ts'
import { applyToExpiry } from './expiry-index.ts'
import { indexChange, type ItemVersions } from './index-entry.ts'
import { countersKey, indexDutyKey } from './keyspace.ts'
import { OutboxWriter, type RequestedAction } from './outbox-writer.ts'
import { sameBytes } from './same-bytes.ts'
import { TableCounters, totalsChange } from './table-counters.ts'
import type { IndexSchema, TableSchema } from './table-schema.ts'
import { type StreamSchema, writeStreamRecord } from './table-stream.ts'
import type { WriteCause } from './write-cause.ts'

/** One item before and after a write. */
export interface ItemChange extends ItemVersions {
  /** What the app asked for; not there where nobody asked. */
  readonly action?: RequestedAction
}

/** How far an index that is being filled has come: key of the item row that was added last, by index id. */
type FillProgress = ReadonlyMap<number, ByteKey>

const NOTHING_IS_FILLING: FillProgress = new Map()

interface WriterParts {
  readonly catalog: Catalog
  readonly transaction: Transaction
  readonly cause: WriteCause
  readonly table: TableSchema
  readonly dictionary: GrowableDictionary
  readonly counters: TableCounters
  readonly progress: FillProgress
}

/**
 * Opens a table for writing. The table's record is read inside the transaction: a table deleted or an index added by
 * another tab makes the transaction's body run again.
 *
 * @param cause of everything that is written with this writer
 * @throws ServiceException `ResourceNotFoundException`
 */
export function openTableWriter(
  catalog: Catalog,
  transaction: Transaction,
  tableName: string,
  cause: WriteCause,
): MaybePromise<TableWriter> {
  return after(catalog.require(transaction, tableName), (table) =>
    after(catalog.dictionaryToGrow(transaction, table), (dictionary) =>
      after(transaction.get(countersKey(table.record.tableId)), (row) =>
        after(readFillProgress(transaction, table), (progress) => {
          const counters = new TableCounters(row)
          return new TableWriter({ catalog, transaction, cause, table, dictionary, counters, progress })
        }),
      ),
    ),
  )
}

/** Writes items of one table. Lives as long as one run of a transaction's body; ends with `finish`. */
export class TableWriter {
  /** Of all that is written with it. */
  readonly cause: WriteCause
  readonly table: TableSchema
  /** Takes the names of items that are packed for this table. */
  readonly dictionary: GrowableDictionary
  readonly #catalog: Catalog
  readonly #transaction: Transaction
  readonly #counters: TableCounters
  readonly #progress: FillProgress
  readonly #storedNames: number
  /** Of a replicated table that the app writes to. */
  readonly #outbox: OutboxWriter | undefined
  #hasChanges = false

  constructor({ catalog, transaction, cause, table, dictionary, counters, progress }: WriterParts) {
    this.cause = cause
    this.table = table
    this.dictionary = dictionary
    this.#catalog = catalog
    this.#transaction = transaction
    this.#counters = counters
    this.#progress = progress
    this.#storedNames = dictionary.names.length
    const isQueued = table.record.replication !== undefined && cause.origin === 'user'
    this.#outbox = isQueued ? new OutboxWriter({ transaction, cause, table, tag: catalog.writerTag }) : undefined
  }

  /** What queues the writes for replication; undefined where they are not. */
  get outbox(): OutboxWriter | undefined {
    return this.#outbox
  }

  /** Bytes of all items of the table, as the service counts them. */
  get tableSizeBytes(): number {
    return this.#counters.table.sizeBytes
  }

  /** The item at a row key. */
  read(key: ByteKey): MaybePromise<PackedItem | undefined> {
    if (this.#outbox !== undefined) return after(this.#outbox.prepare(key), () => this.#read(key))
    return this.#read(key)
  }

  /** Writes an item, or removes it, with all its index entries. */
  apply(change: ItemChange, tally: CapacityTally | undefined): void {
    const { key, previous, next, action } = change
    if (action !== undefined) this.#outbox?.note(key, previous, action)
    tally?.addTable(writeUnits(Math.max(previous?.sizeBytes ?? 0, next?.sizeBytes ?? 0)))
    if (sameBytes(previous?.bytes, next?.bytes)) return
    if (next === undefined) this.#transaction.delete(key)
    else this.#transaction.put(key, next.bytes)
    this.#counters.addToTable(totalsChange(previous?.sizeBytes, next?.sizeBytes))
    for (const index of this.table.indexes) {
      if (this.#keepsIndex(index, key)) this.#applyToIndex(index, change, tally)
    }
    if (this.table.expiry !== undefined) applyToExpiry(this.#transaction, this.table.expiry, change)
    if (this.table.stream !== undefined) this.#applyToStream(this.table.stream, change)
    this.#hasChanges = true
  }

  /** Stores what the writes changed beside the items, and queues them for replication if it has not been done. */
  finish(): MaybePromise<void> {
    this.#saveNamesAndCounters()
    return this.#outbox?.queueEach()
  }

  #read(key: ByteKey): MaybePromise<PackedItem | undefined> {
    const row = this.#transaction.get(key)
    return row instanceof Promise ? row.then((later) => this.#packed(later)) : this.#packed(row)
  }

  #saveNamesAndCounters(): void {
    // A base image may bring names that no item of the table has.
    this.#catalog.saveDictionary(this.#transaction, this.table, this.dictionary, this.#storedNames)
    if (!this.#hasChanges) return
    this.#transaction.put(countersKey(this.table.record.tableId), this.#counters.encode())
  }

  #packed(row: Uint8Array | undefined): PackedItem | undefined {
    return row === undefined ? undefined : new PackedItem(row, this.dictionary)
  }

  /** An index that is being filled is kept current for what it holds already; the filling comes to the rest. */
  #keepsIndex(index: IndexSchema, key: ByteKey): boolean {
    const doneUpTo = this.#progress.get(index.record.indexId)
    return doneUpTo === undefined || key <= doneUpTo
  }

  #applyToStream(stream: StreamSchema, change: ItemChange): void {
    writeStreamRecord(this.#transaction, stream, change, { cause: this.cause, keyNames: this.table.keyNames })
  }

  #applyToIndex(index: IndexSchema, versions: ItemVersions, tally: CapacityTally | undefined): void {
    const change = indexChange(index, versions)
    if (change === undefined) return
    const { remove, put, overwritten } = change
    if (remove !== undefined) this.#transaction.delete(remove.key)
    if (put !== undefined) this.#transaction.put(put.key, put.row)
    const totals = totalsChange((remove ?? overwritten)?.sizeBytes, put?.sizeBytes)
    this.#counters.addToIndex(index.record.indexId, totals)
    tally?.addIndex(index, change.units)
  }
}

function readFillProgress(transaction: Transaction, table: TableSchema): MaybePromise<FillProgress> {
  // One index at a time is created, as the service has it.
  const filling = table.indexes.find(({ record }) => record.status === 'CREATING')
  if (filling === undefined) return NOTHING_IS_FILLING
  const { indexId } = filling.record
  return after(transaction.get(indexDutyKey(table.record.tableId, indexId)), (row) => {
    const duty = row === undefined ? undefined : decodeDuty(row)
    assert(duty?.kind === 'fill-index', 'An index that is being created has a duty to fill it.')
    return new Map([[indexId, duty.doneUpTo]])
  })
}
