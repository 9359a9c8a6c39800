// The writes of a batch while its transactions are evaluated: each sees those before it, and one that throws takes
// its own back. Nothing of it is in the store before the batch is durable.

import type { ByteKey } from '../base/byte-key.ts'
import type { LogEntry, ScanOptions } from './contract.ts'
import { headOf, type RowSource } from './row-source.ts'
import { SortedRows, type SortedRowsWalk } from './sorted-rows.ts'

/** What the batch says about a row so far. */
interface OverlayRow {
  readonly key: ByteKey
  value: Uint8Array | undefined
  /** False after the only transaction that wrote it was taken back. */
  isWritten: boolean
}

/** Stands for the value of a row that had not been written before. */
const NOT_WRITTEN = new Uint8Array(0)

/** Bytes an entry takes in a batch beside its key and value. */
const ENTRY_OVERHEAD_BYTES = 8

/** The writes of one batch in the making. */
export class WriteOverlay {
  readonly #rows = new Map<ByteKey, OverlayRow>()
  readonly #order = new SortedRows<OverlayRow>()
  readonly #entries: LogEntry[] = []
  /** The rows that the running transaction has written, and what they were before, write by write. */
  #writtenRows: OverlayRow[] = []
  #valuesBefore: (Uint8Array | undefined)[] = []
  #bytes = 0
  #bytesBefore = 0

  /** All writes in the order they were made. */
  get entries(): readonly LogEntry[] {
    return this.#entries
  }

  /** About what the batch will take when packed. */
  get sizeBytes(): number {
    return this.#bytes
  }

  /** Whether the running transaction has written. */
  get hasWrites(): boolean {
    return this.#writtenRows.length > 0
  }

  /** What the batch says about the row; undefined when nothing. */
  get(key: ByteKey): { readonly value: Uint8Array | undefined } | undefined {
    const row = this.#rows.get(key)
    return row?.isWritten === true ? row : undefined
  }

  /** Starts the next transaction: what was written so far stays. */
  begin(): void {
    this.#writtenRows = []
    this.#valuesBefore = []
    this.#bytesBefore = this.#bytes
  }

  /** Takes back what the running transaction wrote. */
  rollBack(): void {
    this.#entries.length -= this.#writtenRows.length
    for (let row = this.#writtenRows.pop(); row !== undefined; row = this.#writtenRows.pop()) {
      const before = this.#valuesBefore.pop()
      row.isWritten = before !== NOT_WRITTEN
      row.value = row.isWritten ? before : undefined
    }
    this.#bytes = this.#bytesBefore
  }

  /** Writes a row; `value` undefined removes it. */
  set(key: ByteKey, value: Uint8Array | undefined): void {
    let row = this.#rows.get(key)
    if (row === undefined) {
      row = { key, value: undefined, isWritten: false }
      this.#rows.set(key, row)
      this.#order.add(row)
    }
    this.#writtenRows.push(row)
    this.#valuesBefore.push(row.isWritten ? row.value : NOT_WRITTEN)
    row.value = value
    row.isWritten = true
    this.#entries.push({ key, value })
    this.#bytes += key.length + (value?.length ?? 0) + ENTRY_OVERHEAD_BYTES
  }

  /** The batch's rows in a range, removals included. */
  source(options: ScanOptions): RowSource {
    const { start, end, reverse = false } = options
    return new OverlaySource(this.#order.walk({ start, end, reverse }))
  }
}

class OverlaySource implements RowSource {
  readonly #walk: SortedRowsWalk<OverlayRow>
  key: ByteKey = ''
  value: Uint8Array | undefined

  constructor(walk: SortedRowsWalk<OverlayRow>) {
    this.#walk = walk
  }

  advance(): boolean {
    for (let row = this.#walk.next(); row !== undefined; row = this.#walk.next()) {
      if (!row.isWritten) continue
      this.key = row.key
      this.value = row.value
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
