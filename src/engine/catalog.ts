// Tables and their attribute dictionaries, read from the catalog's rows. The row is read every time, inside the caller's
// transaction or snapshot, so that a table deleted or an index added by another tab is seen; decoding it is what the
// caches save, and they are used only while the bytes are the same.

import type { ByteKey } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { createDictionary, type AttributeDictionary, type GrowableDictionary } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import { tableNameOf } from './arn.ts'
import { decodeNames, encodeNames } from './attribute-names.ts'
import { dictionaryKey, tableRecordKey } from './keyspace.ts'
import { sameBytes, startsWithBytes } from './same-bytes.ts'
import { decodeTableRecord, encodeTableRecord, type TableRecord } from './table-record.ts'
import { tableSchema, type TableSchema } from './table-schema.ts'

/** Decoded tables that are kept, and dictionaries. */
const MAX_CACHED_TABLES = 512

interface CachedTable {
  readonly key: ByteKey
  row: Uint8Array | undefined
  schema: TableSchema | undefined
}

/** A dictionary and the row that it was read from. Names that it has beyond `storedCount` are not stored yet. */
interface CachedDictionary {
  readonly key: ByteKey
  readonly row: Uint8Array | undefined
  readonly storedCount: number
  readonly dictionary: GrowableDictionary
}

/** Reads tables and dictionaries for one engine. */
export class Catalog {
  readonly #tables = new Map<string, CachedTable>()
  readonly #dictionaries = new Map<number, CachedDictionary>()
  readonly #onTable: (table: TableSchema) => void
  readonly #drawTag: () => number
  #writerTag: number | undefined

  /**
   * @param onTable hears of each table when it is read for the first time, and when it has changed since
   * @param drawTag draws the writer's tag
   */
  constructor(onTable: (table: TableSchema) => void = () => undefined, drawTag: () => number = () => 0) {
    this.#onTable = onTable
    this.#drawTag = drawTag
  }

  /**
   * What tells the intents of this engine from those of any other on the same database, or on a copy of it: places in the
   * order of intents are given anew where a disk has lost its last commits.
   */
  get writerTag(): number {
    this.#writerTag ??= this.#drawTag()
    return this.#writerTag
  }

  /** The table of this name, or of this ARN, if there is one. */
  find(reader: Reader, tableName: string): MaybePromise<TableSchema | undefined> {
    const cached = this.#tables.get(tableName) ?? this.#remember(tableName)
    const row = reader.get(cached.key)
    return row instanceof Promise ? row.then((later) => this.#schemaOf(cached, later)) : this.#schemaOf(cached, row)
  }

  /**
   * The table of this name.
   *
   * @throws ServiceException `ResourceNotFoundException`, worded as for operations on items
   */
  require(reader: Reader, tableName: string): MaybePromise<TableSchema> {
    return after(this.find(reader, tableName), (table) => {
      if (table === undefined) throw new ServiceException('ResourceNotFoundException', 'Requested resource not found')
      return table
    })
  }

  /**
   * The table of this name.
   *
   * @throws ServiceException `ResourceNotFoundException`, worded as for operations on tables
   */
  requireNamed(reader: Reader, tableName: string): MaybePromise<TableSchema> {
    return after(this.find(reader, tableName), (table) => {
      if (table !== undefined) return table
      const message = `Requested resource not found: Table: ${tableNameOf(tableName)} not found`
      throw new ServiceException('ResourceNotFoundException', message)
    })
  }

  /** Stores a table's record. */
  save(transaction: Transaction, record: TableRecord): void {
    transaction.put(tableRecordKey(record.name), encodeTableRecord(record))
  }

  /** A table's dictionary, for reading its rows: it may know more names than these rows use. */
  dictionary(reader: Reader, table: TableSchema): MaybePromise<AttributeDictionary> {
    return this.dictionaryOf(reader, table.record.tableId)
  }

  /** The dictionary of a table that may be gone. */
  dictionaryOf(reader: Reader, tableId: number): MaybePromise<AttributeDictionary> {
    const cached = this.#dictionaries.get(tableId)
    return after(reader.get(cached?.key ?? dictionaryKey(tableId)), (row) => {
      if (cached !== undefined && startsWithBytes(cached.row, row)) return cached.dictionary
      return this.#readDictionary(tableId, row).dictionary
    })
  }

  /** A table's dictionary, for a transaction that may add names to it; `saveDictionary` stores them. */
  dictionaryToGrow(transaction: Transaction, table: TableSchema): MaybePromise<GrowableDictionary> {
    const { tableId } = table.record
    const cached = this.#dictionaries.get(tableId)
    return after(transaction.get(cached?.key ?? dictionaryKey(tableId)), (row) => {
      // A transaction that was not kept may have left names behind; ids given anew must not collide with them.
      const isExact =
        cached !== undefined && cached.dictionary.names.length === cached.storedCount && sameBytes(cached.row, row)
      return isExact ? cached.dictionary : this.#readDictionary(tableId, row).dictionary
    })
  }

  /** Stores the names that a transaction added to a dictionary from `dictionaryToGrow`. */
  saveDictionary(
    transaction: Transaction,
    table: TableSchema,
    dictionary: GrowableDictionary,
    storedCount: number,
  ): void {
    if (dictionary.names.length === storedCount) return
    const { tableId } = table.record
    const key = dictionaryKey(tableId)
    const row = encodeNames(dictionary.names)
    transaction.put(key, row)
    this.#dictionaries.set(tableId, { key, row, storedCount: dictionary.names.length, dictionary })
  }

  #schemaOf(cached: CachedTable, row: Uint8Array | undefined): TableSchema | undefined {
    if (row === undefined) return undefined
    if (cached.schema !== undefined && sameBytes(cached.row, row)) return cached.schema
    cached.row = row
    cached.schema = tableSchema(decodeTableRecord(row))
    this.#onTable(cached.schema)
    return cached.schema
  }

  #readDictionary(tableId: number, row: Uint8Array | undefined): CachedDictionary {
    const names = row === undefined ? [] : decodeNames(row)
    const read = {
      key: dictionaryKey(tableId),
      row,
      storedCount: names.length,
      dictionary: createDictionary(names),
    }
    dropOldest(this.#dictionaries)
    this.#dictionaries.set(tableId, read)
    return read
  }

  #remember(tableName: string): CachedTable {
    dropOldest(this.#tables)
    const cached: CachedTable = { key: tableRecordKey(tableNameOf(tableName)), row: undefined, schema: undefined }
    this.#tables.set(tableName, cached)
    return cached
  }
}

function dropOldest(cache: Map<unknown, unknown>): void {
  if (cache.size < MAX_CACHED_TABLES) return
  const [oldest] = cache.keys()
  cache.delete(oldest)
}
