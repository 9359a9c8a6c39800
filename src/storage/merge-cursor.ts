// One ordered walk over several sorted sources, the newer hiding the older. Where only one source has rows for a
// stretch, a step costs what a step of that source costs; where they interleave, rows are mostly compared by a few
// bytes of their keys read as one number, and keys that nobody asks for are not decoded.

import type { ByteKey } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Cursor, ScanOptions } from './contract.ts'
import type { RowSource } from './row-source.ts'

/** Who lends the sources: a snapshot or a transaction, after whose end its cursors must not be used. */
export interface CursorOwner {
  /** @throws AssertionError when it has ended */
  assertOpen(): void
}

/** How to merge. */
export interface MergeOptions {
  /** The range and direction of the sources. */
  readonly scan: ScanOptions
  readonly owner: CursorOwner
  /** Whether to stop at removals too, as a merge of runs must that has older runs below it. Default false. */
  readonly keepsRemovals?: boolean
}

/** A source that stays ahead this often in a row is asked how far it reaches. */
const LONG_STREAK = 8

/** A source and the number that orders its present row among those of the others. */
interface Contender {
  readonly source: RowSource
  /** 0 for the newest source. */
  readonly age: number
  head: number
}

/** A cursor over sources of the same range and direction; itself a source for those that lay more over it. */
export class MergeCursor implements Cursor, RowSource {
  readonly #owner: CursorOwner
  readonly #sign: 1 | -1
  readonly #keepsRemovals: boolean
  /** How many bytes all keys of the range share: their heads are what follows. */
  readonly #sharedSize: number
  /** Those whose rows are still to come, the next one last. */
  readonly #contenders: Contender[] = []
  /** Those whose present row is used up or hidden: they move before the next row is chosen. */
  #spent: Contender[]
  /** The one whose row the cursor stands on; the first of `#spent`. */
  #winner: Contender | undefined
  /** The key of the row before the last move that had to wait; undefined before the first row. */
  #passedKey: ByteKey | undefined
  /** How often in a row the winner has stayed ahead. */
  #streak = 0
  /** Rows that the winner may still walk without a look at the others. */
  #free = 0

  /** @param sources newest first */
  constructor(sources: readonly RowSource[], options: MergeOptions) {
    const { scan } = options
    this.#owner = options.owner
    this.#sign = scan.reverse === true ? -1 : 1
    this.#keepsRemovals = options.keepsRemovals === true
    this.#sharedSize = sharedPrefixSize(scan.start, scan.end)
    this.#spent = sources.map((source, age) => ({ source, age, head: 0 }))
  }

  get key(): ByteKey {
    return (this.#winner as Contender).source.key
  }

  /** Undefined only at removals, and only where these are kept. */
  get value(): Uint8Array {
    return (this.#winner as Contender).source.value as Uint8Array
  }

  /** The key of the last row it stood on before the move that is under way: from there a failed walk can go on. */
  get passedKey(): ByteKey | undefined {
    return this.#passedKey
  }

  head(offset: number): number {
    return (this.#winner as Contender).source.head(offset)
  }

  rowsBefore(): number {
    return 0
  }

  advance(): MaybePromise<boolean> {
    this.#owner.assertOpen()
    while (this.#free > 0) {
      this.#free--
      void (this.#winner as Contender).source.advance()
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
    return this.#keepsRemovals || (this.#winner as Contender).source.value !== undefined
  }

  #chooseOrAdvance(): MaybePromise<boolean> {
    if (!this.#choose()) return false
    return this.#isRow() || this.advance()
  }

  /** Moves the spent ones on, all at once; those that are at their end are out. */
  #move(): MaybePromise<void> {
    const spent = this.#spent
    let waiting: Promise<unknown>[] | undefined
    let leftCount = 0
    for (const contender of spent) {
      const moved = contender.source.advance()
      if (moved instanceof Promise) {
        // All that move stood on the same row, and one that waits stands there still.
        if (this.#winner !== undefined) this.#passedKey = contender.source.key
        waiting ??= []
        waiting.push(moved.then((found) => found || this.#leave(contender)))
        spent[leftCount++] = contender
      } else if (moved) spent[leftCount++] = contender
    }
    spent.length = leftCount
    if (waiting !== undefined) return Promise.all(waiting).then(() => undefined)
  }

  #leave(contender: Contender): void {
    this.#spent = this.#spent.filter((other) => other !== contender)
  }

  /** Finds the next row among those that have moved and those that wait; false when all are at their end. */
  #choose(): boolean {
    const [only] = this.#spent
    for (const contender of this.#spent) contender.head = contender.source.head(this.#sharedSize)
    if (only !== undefined && only === this.#winner && this.#spent.length === 1 && this.#staysAhead(only)) return true
    for (const contender of this.#spent) this.#enter(contender)
    this.#streak = 0
    this.#winner = this.#contenders.pop()
    if (this.#winner === undefined) {
      this.#spent = []
      return false
    }
    this.#spent = [this.#winner]
    for (let next = this.#contenders.at(-1); next !== undefined; next = this.#contenders.at(-1)) {
      if (next.head !== this.#winner.head || next.source.key !== this.#winner.source.key) break
      this.#contenders.pop()
      this.#spent.push(next)
    }
    return true
  }

  /** Whether the winner, which alone has moved, is before all others still. */
  #staysAhead(winner: Contender): boolean {
    const next = this.#contenders.at(-1)
    if (next !== undefined && this.#compare(winner, next) >= 0) return false
    this.#streak++
    // Asking how far it reaches costs as much as a few comparisons.
    if (next === undefined) this.#free = winner.source.rowsBefore(undefined)
    else if (this.#streak >= LONG_STREAK) this.#free = winner.source.rowsBefore(next.source.key)
    return true
  }

  /** Takes its place among those that wait. */
  #enter(contender: Contender): void {
    const contenders = this.#contenders
    let at = contenders.length
    contenders.push(contender)
    for (; at > 0; at--) {
      const next = contenders[at - 1] as Contender
      if (this.#order(contender, next) < 0) break
      contenders[at] = next
    }
    contenders[at] = contender
  }

  /** By key in the walk's direction, the newer first where keys are equal. */
  #order(left: Contender, right: Contender): number {
    return this.#compare(left, right) || left.age - right.age
  }

  #compare(left: Contender, right: Contender): number {
    if (left.head !== right.head) return (left.head - right.head) * this.#sign
    const leftKey = left.source.key
    const rightKey = right.source.key
    return leftKey === rightKey ? 0 : leftKey < rightKey ? -this.#sign : this.#sign
  }
}

function sharedPrefixSize(left: ByteKey, right: ByteKey): number {
  let size = 0
  while (size < left.length && size < right.length && left.charCodeAt(size) === right.charCodeAt(size)) size++
  return size
}
