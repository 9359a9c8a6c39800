// The keys of the rows that a watch holds. Without a limit their order does not matter here (the page orders its rows);
// with one they are in the order of the result, so that the last is known, which falls out when there are too many.

import type { ByteKey } from '../../base/byte-key.ts'

/** Keys of rows. */
export interface KeyWindow {
  readonly size: number
  /** The last in the result's order; undefined while there is none, or where that does not matter. */
  readonly last: ByteKey | undefined
  /**
   * Adds a key.
   *
   * @returns the key that fell out for it, which may be itself
   */
  add(key: ByteKey): ByteKey | undefined
  /** Whether it was there. */
  delete(key: ByteKey): boolean
  clear(): void
}

/**
 * An empty window.
 *
 * @param limitRows the most keys that it holds; may be infinite
 */
export function createKeyWindow(limitRows: number, isReverse: boolean): KeyWindow {
  return Number.isFinite(limitRows) ? new LimitedWindow(limitRows, isReverse) : new OpenWindow()
}

class OpenWindow implements KeyWindow {
  readonly #keys = new Set<ByteKey>()
  readonly last = undefined

  get size(): number {
    return this.#keys.size
  }

  add(key: ByteKey): undefined {
    this.#keys.add(key)
  }

  delete(key: ByteKey): boolean {
    return this.#keys.delete(key)
  }

  clear(): void {
    this.#keys.clear()
  }
}

class LimitedWindow implements KeyWindow {
  readonly #limitRows: number
  readonly #isReverse: boolean
  #keys: ByteKey[] = []

  constructor(limitRows: number, isReverse: boolean) {
    this.#limitRows = limitRows
    this.#isReverse = isReverse
  }

  get size(): number {
    return this.#keys.length
  }

  get last(): ByteKey | undefined {
    return this.#keys.at(-1)
  }

  add(key: ByteKey): ByteKey | undefined {
    const index = this.#indexFor(key)
    if (this.#keys[index] !== key) this.#keys.splice(index, 0, key)
    return this.#keys.length > this.#limitRows ? this.#keys.pop() : undefined
  }

  delete(key: ByteKey): boolean {
    const index = this.#indexFor(key)
    if (this.#keys[index] !== key) return false
    this.#keys.splice(index, 1)
    return true
  }

  clear(): void {
    this.#keys = []
  }

  /** Where the key is, or would be. */
  #indexFor(key: ByteKey): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#keys[middle] as ByteKey
      if (this.#isReverse ? other > key : other < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
