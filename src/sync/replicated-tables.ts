// Which tables are replicated, how that begins, with the items that a table has already, and how it ends. What is stored
// with a table decides; what a tab has declared says what it can do for it: another tab may have an older app in it.

import { type ByteKey, keyAfter } from '../base/byte-key.ts'
import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { writeBaseImage } from '../engine/base-image.ts'
import type { Catalog } from '../engine/catalog.ts'
import { forEachRow } from '../engine/for-each-row.ts'
import { adoptingAction } from '../engine/intent.ts'
import { baseImageKey, countersKey, prefixRange, TABLE_RECORDS } from '../engine/keyspace.ts'
import { readOutboxState, writeOutboxState } from '../engine/outbox-state.ts'
import { queueIntent } from '../engine/outbox-writer.ts'
import { readSnapshot } from '../engine/read-snapshot.ts'
import { TableCounters } from '../engine/table-counters.ts'
import {
  type AdoptionRecord,
  decodeTableRecord,
  type ReplicationRecord,
  type TableRecord,
} from '../engine/table-record.ts'
import type { TableSchema } from '../engine/table-schema.ts'
import { PackedItem } from '../model/packed-item.ts'
import type { OrderedStore, Reader, Transaction } from '../storage/contract.ts'
import { type Checkpoint, deleteCheckpoint, forgetSeen, readCheckpoints, writeCheckpoint } from './replication-rows.ts'
import { forgetHiddenOf } from './hidden-images.ts'
import { DEFAULT_STRATEGY, DEFAULT_VERSION_ATTRIBUTE, type ReplicatedTable } from './settings.ts'

/** What it is made of. */
export interface ReplicatedTablesOptions {
  readonly store: OrderedStore
  readonly clock: Clock
  readonly catalog: Catalog
  readonly tables: Readonly<Record<string, ReplicatedTable>>
}

/** How far the items that tables had before have been queued. */
export interface AdoptionProgress {
  readonly items: number
  /** How many the tables have now. */
  readonly total: number
}

/** Rows that one step of an adoption looks at, and what it queues of them, about. */
const STEP_ROWS = 500
const STEP_BYTES = 1_000_000
/** Steps of one adoption: what is left is done by the next. */
const MAX_STEPS = 1_000_000

/** The replicated tables of one database, as one tab has declared them. */
export class ReplicatedTables {
  readonly #store: OrderedStore
  readonly #clock: Clock
  readonly #catalog: Catalog
  readonly #tables: ReadonlyMap<string, ReplicatedTable>

  constructor({ store, clock, catalog, tables }: ReplicatedTablesOptions) {
    this.#store = store
    this.#clock = clock
    this.#catalog = catalog
    this.#tables = new Map(Object.entries(tables))
  }

  /**
   * Sees to it that the tables' items have no attribute of the app's where the version will be.
   *
   * @throws DatabaseError `InvalidOption`
   */
  async check(): Promise<void> {
    for (const [name, { versionAttribute = DEFAULT_VERSION_ATTRIBUTE }] of this.#tables) {
      await readSnapshot(this.#store, true, async (snapshot) => {
        const table = await this.#catalog.requireNamed(snapshot, name)
        const { replication, formerVersionAttribute } = table.record
        if (replication !== undefined || formerVersionAttribute === versionAttribute) return
        const dictionary = await this.#catalog.dictionary(snapshot, table)
        await forEachRow(snapshot.scan(prefixRange(table.prefix)), ({ value }) => {
          if (!new PackedItem(value, dictionary).has(versionAttribute)) return true
          const message = `Items have an attribute ${versionAttribute} already: give sync.tables another versionAttribute.`
          throw new DatabaseError('InvalidOption', message, { data: { table: name, versionAttribute } })
        })
      })
    }
  }

  /**
   * Has the writes of the declared tables queued from now on.
   *
   * @throws DatabaseError `DefinitionMismatch` when a table is replicated otherwise already
   */
  async declare(transaction: Transaction): Promise<void> {
    for (const [name, settings] of this.#tables) {
      const table = await this.#catalog.requireNamed(transaction, name)
      const known = table.record.replication
      const declared = declaredReplication(settings)
      if (known === undefined) {
        const isEmpty = !(await transaction.scan(prefixRange(table.prefix)).advance())
        const adoption = isEmpty ? {} : { adoption: { doneUpTo: '', itemCount: 0 } }
        this.#save(transaction, table, { ...declared, ...adoption })
        await this.#beginAnew(transaction, declared)
        continue
      }
      checkSame(name, known, declared)
      if (known.isWhole !== declared.isWhole) this.#save(transaction, table, { ...known, isWhole: declared.isWhole })
    }
  }

  /** Those of the scopes that there is anything to replicate of. */
  async activeScopes(reader: Reader, scopes: readonly string[]): Promise<readonly string[]> {
    const active = await this.#active(reader)
    return scopes.filter((scope) => active.some(({ rule }) => mayHold(rule, scope)))
  }

  /**
   * The tables that may have items in a scope, to be read. Those that this tab does not know are noted: what is passed over
   * of them is read when a tab comes that does.
   */
  async tablesToRead(transaction: Transaction, scope: string): Promise<readonly string[]> {
    for (const { name, replication } of await readRecords(transaction)) {
      if (replication !== undefined && mayHold(replication.scope, scope)) await this.#passOver(transaction, name)
    }
    return (await this.#active(transaction)).filter(({ rule }) => mayHold(rule, scope)).map(({ name }) => name)
  }

  /** Whether a change of this table at the remote is to be taken over; notes that it was not, where it should be. */
  async takesPart(transaction: Transaction, name: string): Promise<boolean> {
    await this.#passOver(transaction, name)
    return this.#tables.has(name) && (await this.#replication(transaction, name)) !== undefined
  }

  /** Notes that something was passed over of a table that is replicated here, but is unknown to this tab. */
  async #passOver(transaction: Transaction, name: string): Promise<void> {
    if (this.#tables.has(name)) return
    const table = await this.#catalog.find(transaction, name)
    const replication = table?.record.replication
    if (table === undefined || replication === undefined || replication.isBehind === true) return
    this.#save(transaction, table, { ...replication, isBehind: true })
  }

  /** Queues what the tables had before, step by step, and has read anew what other tabs have passed over. */
  async prepare(signal: AbortSignal): Promise<void> {
    for (const name of this.#tables.keys()) {
      for (let step = 0; step < MAX_STEPS; step++) {
        signal.throwIfAborted()
        const replication = await readSnapshot(this.#store, true, (snapshot) => this.#replication(snapshot, name))
        if (replication?.isBehind === true) await this.#catchUp(name)
        else if (replication?.adoption !== undefined) await this.#adoptSome(name)
        else break
      }
    }
  }

  /** How far that is; undefined when there is nothing (any more) to be queued. */
  async adoption(reader: Reader): Promise<AdoptionProgress | undefined> {
    let progress: AdoptionProgress | undefined
    for (const { tableId, replication } of await readRecords(reader)) {
      if (replication?.adoption === undefined) continue
      const { items, total } = progress ?? { items: 0, total: 0 }
      const { itemCount } = new TableCounters(await reader.get(countersKey(tableId))).table
      progress = { items: items + replication.adoption.itemCount, total: total + itemCount }
    }
    return progress
  }

  /** The tables of this database that are replicated, or those of them that are named. */
  async replicated(reader: Reader, names: readonly string[] | undefined): Promise<readonly TableRecord[]> {
    if (names === undefined) return (await readRecords(reader)).filter(({ replication }) => replication !== undefined)
    const tables: TableRecord[] = []
    for (const name of names) {
      const { record } = await this.#catalog.requireNamed(reader, name)
      if (record.replication !== undefined) tables.push(record)
    }
    return tables
  }

  /** Makes tables plain ones. Nothing of them waits (any more). */
  async release(transaction: Transaction, tables: readonly TableRecord[]): Promise<void> {
    for (const { replication, ...record } of tables) {
      const former = replication === undefined ? {} : { formerVersionAttribute: replication.versionAttribute }
      this.#catalog.save(transaction, { ...record, ...former })
      await forgetHiddenOf(transaction, record.tableId)
    }
    const names = new Set(tables.map(({ name }) => name))
    const rest = (await readRecords(transaction)).filter(({ name }) => !names.has(name))
    for (const { scope } of await readCheckpoints(transaction)) {
      if (rest.some(({ replication }) => replication !== undefined && mayHold(replication.scope, scope))) continue
      await forgetSeen(transaction, scope)
      deleteCheckpoint(transaction, scope)
    }
  }

  async #catchUp(name: string): Promise<void> {
    await this.#store.write(async (transaction) => {
      const table = await this.#catalog.requireNamed(transaction, name)
      if (table.record.replication?.isBehind !== true) return
      const { isBehind: _isBehind, ...replication } = table.record.replication
      this.#save(transaction, table, replication)
      await this.#beginAnew(transaction, replication)
    })
  }

  /** One step: a stretch of the table's rows, of which those are queued that have not been touched since. */
  async #adoptSome(name: string): Promise<void> {
    const cause = { origin: 'replication' as const, atMs: this.#clock.now() }
    await this.#store.write(async (transaction) => {
      const table = await this.#catalog.requireNamed(transaction, name)
      const { replication } = table.record
      if (replication?.adoption === undefined) return
      const { rows, isLast } = await readStretch(transaction, table, replication.adoption)
      const dictionary = await this.#catalog.dictionary(transaction, table)
      let state = await readOutboxState(transaction)
      for (const { key, value } of rows) {
        if ((await transaction.get(baseImageKey(key))) !== undefined) continue
        const action = adoptingAction(table, { key, item: new PackedItem(value, dictionary), atMs: cause.atMs })
        state = queueIntent({ transaction, cause, tag: this.#catalog.writerTag }, [action], state)
        writeBaseImage(transaction, key, undefined)
      }
      writeOutboxState(transaction, state)
      const { adoption, ...done } = replication
      const doneUpTo = rows.at(-1)?.key ?? adoption.doneUpTo
      const going = { ...replication, adoption: { doneUpTo, itemCount: adoption.itemCount + rows.length } }
      this.#save(transaction, table, isLast ? done : going)
    })
  }

  /** What the scopes that are known already hold of a table is still to be read. */
  async #beginAnew(transaction: Transaction, { scope: rule }: ReplicationRecord): Promise<void> {
    for (const checkpoint of await readCheckpoints(transaction)) {
      if (mayHold(rule, checkpoint.scope)) writeCheckpoint(transaction, invalidCheckpoint(checkpoint))
    }
  }

  async #active(
    reader: Reader,
  ): Promise<readonly { readonly name: string; readonly rule: ReplicatedTable['scope'] }[]> {
    const active: { readonly name: string; readonly rule: ReplicatedTable['scope'] }[] = []
    for (const name of this.#tables.keys()) {
      const replication = await this.#replication(reader, name)
      if (replication !== undefined) active.push({ name, rule: replication.scope })
    }
    return active
  }

  #replication(reader: Reader, name: string): MaybePromise<ReplicationRecord | undefined> {
    return after(this.#catalog.find(reader, name), (table) => table?.record.replication)
  }

  #save(transaction: Transaction, { record }: TableSchema, replication: ReplicationRecord): void {
    this.#catalog.save(transaction, { ...record, replication })
  }
}

interface Row {
  readonly key: ByteKey
  readonly value: Uint8Array
}

async function readStretch(
  reader: Reader,
  { prefix }: TableSchema,
  { doneUpTo }: AdoptionRecord,
): Promise<{ readonly rows: readonly Row[]; readonly isLast: boolean }> {
  const range = prefixRange(prefix)
  const start = doneUpTo === '' ? range.start : keyAfter(doneUpTo)
  const rows: Row[] = []
  let sizeBytes = 0
  let isLast = true
  await forEachRow(reader.scan({ start, end: range.end }), ({ key, value }) => {
    isLast = rows.length < STEP_ROWS && sizeBytes < STEP_BYTES
    if (isLast) rows.push({ key, value })
    sizeBytes += value.length
    return isLast
  })
  return { rows, isLast }
}

async function readRecords(reader: Reader): Promise<readonly TableRecord[]> {
  const records: TableRecord[] = []
  await forEachRow(reader.scan(TABLE_RECORDS), ({ value }) => records.push(decodeTableRecord(value)) > 0)
  return records
}

function declaredReplication({
  scope,
  conflicts = DEFAULT_STRATEGY,
  versionAttribute,
}: ReplicatedTable): ReplicationRecord {
  return {
    scope,
    versionAttribute: versionAttribute ?? DEFAULT_VERSION_ATTRIBUTE,
    // Merging, and most functions, look at what each write has changed.
    isWhole: typeof conflicts !== 'function' && conflicts !== 'merge',
  }
}

function checkSame(table: string, known: ReplicationRecord, declared: ReplicationRecord): void {
  const isSame =
    JSON.stringify(sortedRule(known)) === JSON.stringify(sortedRule(declared)) &&
    known.versionAttribute === declared.versionAttribute
  if (isSame) return
  const message = `Table ${table} is replicated with another scope or version attribute: end its replication first (sync.stop).`
  throw new DatabaseError('DefinitionMismatch', message, { data: { table } })
}

function sortedRule({ scope }: ReplicationRecord): readonly unknown[] {
  return Object.entries(scope).sort(([one], [other]) => (one < other ? -1 : 1))
}

/** One that the log is always behind of: its scope is read anew. */
function invalidCheckpoint({ scope }: Checkpoint): Checkpoint {
  return { scope, phase: 'catching-up', sequence: Number.MAX_SAFE_INTEGER, logId: '' }
}

function mayHold(rule: ReplicatedTable['scope'], scope: string): boolean {
  return rule.kind !== 'table' || rule.scope === scope
}
