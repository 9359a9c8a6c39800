// Rows in memory with as many versions as live snapshots need: a Map for point reads, sorted rows for walks. The
// log-structured store keeps in one what the log says since the last flush; the memory store keeps everything in one.

import type { ByteKey } from '../base/byte-key.ts'
import type { ScanOptions } from './contract.ts'
import type { LiveSnapshots } from './live-snapshots.ts'
import { headOf, type RowSource } from './row-source.ts'
import { SortedRows, type SortedRowsWalk } from './sorted-rows.ts'

/** What a row was from `sequence` on; `value` is undefined where it was removed. */
export interface RowVersion {
  readonly sequence: number
  readonly value: Uint8Array | undefined
  readonly older: RowVersion | undefined
}

/** The newest version of a row. */
export interface RowVersionAt extends RowVersion {
  readonly key: ByteKey
}

/** The newest version of a row, changed in place, with the older ones that snapshots still need behind it. */
interface MemtableRow {
  readonly key: ByteKey
  sequence: number
  value: Uint8Array | undefined
  /** Whether the value is the one that was put right before: an item's, in a row of an index that projects everything. */
  isShared: boolean
  older: RowVersion | undefined
}

/** Removed rows that only snapshots keep, swept when these are gone. */
interface Grave {
  readonly row: MemtableRow
  readonly sequence: number
}

/** What a row costs beside its key and value: map entry, row object, reference in order. An estimate. */
const ROW_OVERHEAD_BYTES = 120

/** A sorted map of byte keys with versions. */
export class Memtable {
  readonly #live: LiveSnapshots
  readonly #keepsRemovals: boolean
  readonly #rows = new Map<ByteKey, MemtableRow>()
  readonly #order = new SortedRows<MemtableRow>()
  #graves: Grave[] = []
  #bytes = 0
  /** Bytes among them of values that are in memory once and in several rows. */
  #sharedBytes = 0
  #latestValue: Uint8Array | undefined

  /**
   * @param options.live the snapshots for which versions are kept
   * @param options.keepsRemovals whether a removed row stays as a removal because it may hide rows below
   */
  constructor(options: { readonly live: LiveSnapshots; readonly keepsRemovals: boolean }) {
    this.#live = options.live
    this.#keepsRemovals = options.keepsRemovals
  }

  /** Bytes of the keys and values held, old versions included. */
  get sizeBytes(): number {
    return this.#bytes
  }

  /** An estimate of the memory taken, for bounds. */
  get memoryBytes(): number {
    return this.#bytes - this.#sharedBytes + this.#rows.size * ROW_OVERHEAD_BYTES
  }

  /** How many rows there are, removals included. */
  get rowCount(): number {
    return this.#rows.size
  }

  /** What the row is for a snapshot at `sequence`; undefined when this memtable says nothing about it. */
  versionAt(key: ByteKey, sequence: number): RowVersion | undefined {
    const row = this.#rows.get(key)
    return row === undefined ? undefined : versionAt(row, sequence)
  }

  /** Makes `value` (undefined: removed) the row's newest version, as of batch `sequence`. */
  put(key: ByteKey, value: Uint8Array | undefined, sequence: number): void {
    const isShared = value !== undefined && value === this.#latestValue
    this.#latestValue = value
    const row = this.#rows.get(key)
    if (row === undefined) {
      if (value === undefined && !this.#keepsRemovals) return
      const added = { key, sequence, value, isShared, older: undefined }
      this.#rows.set(key, added)
      this.#order.add(added)
      this.#bytes += key.length + sizeOf(value)
      if (isShared) this.#sharedBytes += sizeOf(value)
      return
    }
    this.#bytes -= sizeOfVersions(row)
    if (row.isShared) this.#sharedBytes -= sizeOf(row.value)
    if (row.sequence !== sequence) row.older = this.#live.count === 0 ? undefined : this.#needed(row, sequence)
    row.sequence = sequence
    row.value = value
    row.isShared = isShared
    this.#bytes += sizeOfVersions(row)
    if (isShared) this.#sharedBytes += sizeOf(value)
    if (value === undefined && !this.#keepsRemovals) this.#bury(row)
  }

  /** Drops removed rows that no snapshot needs any more. */
  sweep(): void {
    if (this.#graves.length === 0) return
    const oldest = this.#live.oldest ?? Number.POSITIVE_INFINITY
    const kept = this.#graves.findIndex((grave) => grave.sequence > oldest)
    const ready = this.#graves.splice(0, kept === -1 ? this.#graves.length : kept)
    for (const { row, sequence } of ready) {
      if (row.value === undefined && row.sequence === sequence && this.#rows.get(row.key) === row) this.#drop(row)
    }
  }

  /** The rows of a range as a snapshot at `sequence` sees them, removals included. */
  source(options: ScanOptions, sequence: number): RowSource {
    const { start, end, reverse = false } = options
    return new MemtableSource(this.#order.walk({ start, end, reverse }), sequence)
  }

  /** The newest version of every row, in key order and in blocks, removals included; not to be changed on the way. */
  newest(): readonly (readonly RowVersionAt[])[] {
    return this.#order.ordered()
  }

  /** A memtable with only what is newer than batch `sequence`. */
  newerThan(sequence: number): Memtable {
    const copy = new Memtable({ live: this.#live, keepsRemovals: this.#keepsRemovals })
    for (const block of this.#order.ordered()) {
      for (const row of block) if (row.sequence > sequence) copy.#adopt(row, sequence)
    }
    return copy
  }

  /** Takes over a row of another memtable with its versions newer than `sequence`. */
  #adopt(row: MemtableRow, sequence: number): void {
    const newer: RowVersion[] = []
    for (let version = row.older; version !== undefined && version.sequence > sequence; version = version.older) {
      newer.push(version)
    }
    let older: RowVersion | undefined
    for (const version of newer.reverse()) older = { sequence: version.sequence, value: version.value, older }
    const added = { key: row.key, sequence: row.sequence, value: row.value, isShared: false, older }
    this.#rows.set(row.key, added)
    this.#order.add(added)
    this.#bytes += row.key.length + sizeOfVersions(added)
  }

  /** The row's present version and those behind it, without the ones that no live snapshot before `next` sees. */
  #needed(row: MemtableRow, next: number): RowVersion | undefined {
    const kept: RowVersion[] = []
    let successor = next
    for (let version: RowVersion | undefined = row; version !== undefined; version = version.older) {
      if (this.#live.someIn(version.sequence, successor)) kept.push(version)
      successor = version.sequence
    }
    let chain: RowVersion | undefined
    for (const { sequence, value } of kept.reverse()) chain = { sequence, value, older: chain }
    return chain
  }

  #bury(row: MemtableRow): void {
    if (row.older === undefined) this.#drop(row)
    else this.#graves.push({ row, sequence: row.sequence })
  }

  #drop(row: MemtableRow): void {
    this.#rows.delete(row.key)
    this.#order.remove(row)
    this.#bytes -= row.key.length + sizeOfVersions(row)
    if (row.isShared) this.#sharedBytes -= sizeOf(row.value)
  }
}

class MemtableSource implements RowSource {
  readonly #walk: SortedRowsWalk<MemtableRow>
  readonly #sequence: number
  key: ByteKey = ''
  value: Uint8Array | undefined

  constructor(walk: SortedRowsWalk<MemtableRow>, sequence: number) {
    this.#walk = walk
    this.#sequence = sequence
  }

  advance(): boolean {
    for (let row = this.#walk.next(); row !== undefined; row = this.#walk.next()) {
      const version = versionAt(row, this.#sequence)
      if (version === undefined) continue
      this.key = row.key
      this.value = version.value
      return true
    }
    return false
  }

  head(offset: number): number {
    return headOf(this.key, offset)
  }

  rowsBefore(): number {
    return 0
  }
}

function versionAt(row: MemtableRow, sequence: number): RowVersion | undefined {
  let version: RowVersion | undefined = row
  while (version !== undefined && version.sequence > sequence) version = version.older
  return version
}

function sizeOf(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : value.length
}

function sizeOfVersions(row: MemtableRow): number {
  let size = sizeOf(row.value)
  for (let version = row.older; version !== undefined; version = version.older) size += sizeOf(version.value)
  return size
}
