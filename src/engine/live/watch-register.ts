// The watches of one page, and which of them a change concerns.

import type { ByteKey } from '../../base/byte-key.ts'
import type { LogEntry } from '../../storage/contract.ts'
import { tableRecordKey } from '../keyspace.ts'
import type { TableSchema } from '../table-schema.ts'
import { RangeIndex } from './range-index.ts'
import type { Watch } from './watch.ts'
import type { BoundWatch, WatchSource } from './watch-source.ts'

/** A change and the watches that it concerns, all of one table. */
export interface ConcernedChange extends LogEntry {
  readonly watches: readonly Watch[]
}

/** The changes of one table that concern watches, in their order. */
export interface ConcernedTable {
  readonly table: TableSchema
  readonly changes: readonly ConcernedChange[]
}

/** A watch and what it was asked with. */
export interface RegisteredWatch {
  readonly watch: Watch
  readonly bound: BoundWatch
}

/** An id in use: its watch comes when the table has been read. */
interface Place {
  registered: RegisteredWatch | undefined
}

/** The watches of one page. */
export class WatchRegister {
  readonly #places = new Map<number, Place>()
  readonly #ranges = new RangeIndex<Watch>()
  readonly #byRecord = new Map<ByteKey, Set<RegisteredWatch>>()

  /** How many ids are in use. */
  get size(): number {
    return this.#places.size
  }

  /** Watches that have been added. */
  get watches(): Iterable<Watch> {
    return Array.from(this.#places.values(), ({ registered }) => registered?.watch).filter(
      (watch) => watch !== undefined,
    )
  }

  /**
   * Takes an id into use.
   *
   * @returns whether it is still in use for this
   */
  reserve(id: number): () => boolean {
    const place: Place = { registered: undefined }
    this.#places.set(id, place)
    return () => this.#places.get(id) === place
  }

  /** Adds the watch of an id in use. */
  add(watch: Watch, bound: BoundWatch): void {
    const place = this.#places.get(watch.options.id)
    if (place === undefined) return
    const registered = { watch, bound }
    place.registered = registered
    this.#ranges.add(watch.source.watched, watch)
    const recordKey = tableRecordKey(bound.tableName)
    const ofTable = this.#byRecord.get(recordKey)
    if (ofTable === undefined) this.#byRecord.set(recordKey, new Set([registered]))
    else ofTable.add(registered)
  }

  /** Frees an id; the watch that had it, if there was one. */
  remove(id: number): Watch | undefined {
    const registered = this.#places.get(id)?.registered
    this.#places.delete(id)
    if (registered === undefined) return undefined
    const { watch, bound } = registered
    this.#ranges.remove(watch.source.watched, watch)
    const recordKey = tableRecordKey(bound.tableName)
    const ofTable = this.#byRecord.get(recordKey)
    ofTable?.delete(registered)
    if (ofTable?.size === 0) this.#byRecord.delete(recordKey)
    return watch
  }

  /** Gives a watch another source. */
  move(watch: Watch, source: WatchSource): void {
    this.#ranges.remove(watch.source.watched, watch)
    watch.source = source
    this.#ranges.add(source.watched, watch)
  }

  has(watch: Watch): boolean {
    return this.#places.get(watch.options.id)?.registered?.watch === watch
  }

  /** Whether any watch is about this key. */
  isWatched(key: ByteKey): boolean {
    let isWatched = false
    this.#ranges.visit(key, () => (isWatched = true))
    return isWatched
  }

  /** The changes that concern watches, table by table. */
  concerned(entries: readonly LogEntry[], isFor: (watch: Watch) => boolean): readonly ConcernedTable[] {
    const tables = new Map<number, { readonly table: TableSchema; readonly changes: ConcernedChange[] }>()
    for (const { key, value } of entries) {
      const watches: Watch[] = []
      this.#ranges.visit(key, (watch) => {
        if (isFor(watch)) watches.push(watch)
      })
      const [first] = watches
      if (first === undefined) continue
      // A key belongs to one table, and so do all who watch it.
      const { table } = first.source
      const ofTable = tables.get(table.record.tableId) ?? { table, changes: [] }
      tables.set(table.record.tableId, ofTable)
      ofTable.changes.push({ key, value, watches })
    }
    return [...tables.values()]
  }

  /** Watches of tables whose records are among the entries. */
  concernedByRecords(entries: readonly LogEntry[]): readonly RegisteredWatch[] {
    const concerned = new Set<RegisteredWatch>()
    for (const { key } of entries) for (const registered of this.#byRecord.get(key) ?? []) concerned.add(registered)
    return [...concerned]
  }
}
