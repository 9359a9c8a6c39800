// One ordered walk over several sorted sources, the newer hiding the older. Where only one source has rows for a
// stretch, a step costs what a step of that source costs.

import type { ByteKey } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Cursor } from './contract.ts'
import type { RowSource } from './row-source.ts'

/** Who lends the sources: a snapshot or a transaction, after whose end its cursors must not be used. */
export interface CursorOwner {
  /** @throws AssertionError when it has ended */
  assertOpen(): void
}

/** How to merge. */
export interface MergeOptions {
  readonly reverse: boolean
  readonly owner: CursorOwner
  /** Whether to stop at removals too, as a merge of runs must that has older runs below it. Default false. */
  readonly keepsRemovals?: boolean
  /** Whether `passedKey` is wanted. Default false. */
  readonly isResumable?: boolean
}

/** A cursor over sources of the same range and direction; itself a source for those that lay more over it. */
export class MergeCursor implements Cursor, RowSource {
  readonly #owner: CursorOwner
  readonly #reverse: boolean
  readonly #keepsRemovals: boolean
  readonly #isResumable: boolean
  /** Sources that still have rows, newest first. */
  #sources: RowSource[]
  /** Sources whose present row is used up or hidden: they move before the next row is chosen. */
  #spent: RowSource[]
  /** The source whose row the cursor stands on. */
  #winner: RowSource | undefined
  /** The nearest key of the other sources; undefined when the winner has the rest to itself. */
  #limit: ByteKey | undefined
  /** The key of the row before the present move; undefined before the first row. */
  #passedKey: ByteKey | undefined
  /** Rows that the winner may still walk without a look at the others. */
  #free = 0

  /** @param sources newest first */
  constructor(sources: RowSource[], options: MergeOptions) {
    this.#owner = options.owner
    this.#sources = sources
    this.#spent = sources
    this.#reverse = options.reverse
    this.#keepsRemovals = options.keepsRemovals === true
    this.#isResumable = options.isResumable === true
  }

  get key(): ByteKey {
    return (this.#winner as RowSource).key
  }

  /** Undefined only at removals, and only where these are kept. */
  get value(): Uint8Array {
    return (this.#winner as RowSource).value as Uint8Array
  }

  /** The key of the last row it stood on before the move that is under way: from there a failed walk can go on. */
  get passedKey(): ByteKey | undefined {
    return this.#passedKey
  }

  rowsBefore(): number {
    return 0
  }

  advance(): MaybePromise<boolean> {
    this.#owner.assertOpen()
    while (this.#free > 0) {
      this.#free--
      void (this.#winner as RowSource).advance()
      if (this.#isRow()) return true
    }
    for (;;) {
      const moved = this.#move()
      if (moved instanceof Promise) return moved.then(() => this.#chooseOrAdvance())
      if (!this.#choose()) return false
      if (this.#isRow()) return true
    }
  }

  #isRow(): boolean {
    return this.#keepsRemovals || (this.#winner as RowSource).value !== undefined
  }

  #chooseOrAdvance(): MaybePromise<boolean> {
    if (!this.#choose()) return false
    return this.#isRow() || this.advance()
  }

  /** Moves the spent sources on, all at once, and drops those that are at their end. */
  #move(): MaybePromise<void> {
    if (this.#isResumable) this.#passedKey = this.#winner?.key
    let waiting: Promise<unknown>[] | undefined
    for (const source of this.#spent) {
      const moved = source.advance()
      if (moved instanceof Promise) {
        waiting ??= []
        waiting.push(moved.then((found) => found || this.#drop(source)))
      } else if (!moved) this.#drop(source)
    }
    if (waiting !== undefined) return Promise.all(waiting).then(() => undefined)
  }

  #drop(source: RowSource): void {
    this.#sources = this.#sources.filter((other) => other !== source)
  }

  /** Finds the source with the next row; false when all are at their end. */
  #choose(): boolean {
    const winner = this.#winner
    if (this.#spent.length === 1 && this.#spent[0] === winner && this.#staysAhead(winner)) return true
    let first: RowSource | undefined
    let limit: ByteKey | undefined
    let spent: RowSource[] = []
    for (const source of this.#sources) {
      if (first === undefined || this.#isBefore(source.key, first.key)) {
        limit = first?.key
        first = source
        spent = [source]
      } else if (source.key === first.key) {
        spent.push(source)
      } else if (limit === undefined || this.#isBefore(source.key, limit)) {
        limit = source.key
      }
    }
    this.#winner = first
    this.#limit = limit
    this.#spent = spent
    this.#free = spent.length === 1 ? (first as RowSource).rowsBefore(limit) : 0
    return first !== undefined
  }

  /** Whether the winner, which alone has moved, is still before all others. */
  #staysAhead(winner: RowSource | undefined): boolean {
    if (winner === undefined || !this.#sources.includes(winner)) return false
    if (this.#limit !== undefined && !this.#isBefore(winner.key, this.#limit)) return false
    this.#free = winner.rowsBefore(this.#limit)
    return true
  }

  #isBefore(left: ByteKey, right: ByteKey): boolean {
    return this.#reverse ? left > right : left < right
  }
}
