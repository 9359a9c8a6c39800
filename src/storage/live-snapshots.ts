// Which points of the log somebody still looks at. Versions of a row are kept only while one of these needs them.

import { assert } from '../base/assert.ts'

interface Held {
  readonly sequence: number
  holders: number
}

/** Sequence numbers with live snapshots. They are taken in ascending order, as the head only grows. */
export class LiveSnapshots {
  readonly #held: Held[] = []

  /** How many distinct sequence numbers are held. */
  get count(): number {
    return this.#held.length
  }

  /** The oldest held sequence number; undefined when none is held. */
  get oldest(): number | undefined {
    return this.#held[0]?.sequence
  }

  /** Holds `sequence`, which is not below any held one. */
  hold(sequence: number): void {
    const newest = this.#held.at(-1)
    assert(newest === undefined || newest.sequence <= sequence, 'Snapshots are taken in the order of the log.')
    if (newest?.sequence === sequence) newest.holders++
    else this.#held.push({ sequence, holders: 1 })
  }

  /** Gives back one hold of `sequence`. */
  release(sequence: number): void {
    const at = this.#firstFrom(sequence)
    const held = this.#held[at]
    assert(held?.sequence === sequence, 'Only a held snapshot is released.')
    held.holders--
    if (held.holders === 0) this.#held.splice(at, 1)
  }

  /** Whether a snapshot is live at `from` or later, but before `to`. */
  someIn(from: number, to: number): boolean {
    const held = this.#held[this.#firstFrom(from)]
    return held !== undefined && held.sequence < to
  }

  #firstFrom(sequence: number): number {
    let low = 0
    let high = this.#held.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#held[middle] as Held).sequence < sequence) low = middle + 1
      else high = middle
    }
    return low
  }
}
