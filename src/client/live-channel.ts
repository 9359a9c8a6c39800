// One live result in the page: rows in their order, brought up to date by what the worker tells. Rows that have not
// changed stay the same objects; of a row that has, the parts that have not.

import { freeze } from 'immer'
import type { ByteKey } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { WireWatchUpdate } from '../rpc/protocol.ts'
import type { LiveItem, LiveRequest, LiveRows } from './live.ts'
import type { Pacer } from './pacer.ts'
import { nextRow } from './same-native.ts'

/** Up to as many rows are put into a copy of the list one by one; more are merged with it. */
const MAX_SPLICES = 16

/** The rows of one live result. */
export class LiveChannel {
  readonly request: LiveRequest
  /** In the result's order, spare rows behind the limit included. */
  #keys: readonly ByteKey[] = []
  #rows: readonly NativeItem[] = []
  #pending: readonly ByteKey[] = []
  /** What has been told of a result that is not whole yet; null for rows that are gone. */
  #told = new Map<ByteKey, NativeItem | null>()
  #isFresh = false
  #result: LiveRows<NativeItem> | LiveItem<NativeItem> | undefined

  constructor(request: LiveRequest) {
    this.request = request
  }

  /** The newest whole result; undefined before there is one. */
  get result(): LiveRows<NativeItem> | LiveItem<NativeItem> | undefined {
    return this.#result
  }

  /**
   * Takes in what the worker tells: at once, unless that would take the page's thread for too long.
   *
   * @returns whether the result has changed
   */
  take(update: WireWatchUpdate, pacer: Pacer): MaybePromise<boolean> {
    if (update.isFresh) {
      this.#told.clear()
      this.#isFresh = true
    }
    return this.#takeRows(update, pacer, 0)
  }

  #takeRows(update: WireWatchUpdate, pacer: Pacer, first: number): MaybePromise<boolean> {
    const { keys, rows, pending, isWhole } = update
    for (let index = first; index < keys.length; index++) {
      if (index > first && pacer.isDue()) return pacer.pause().then(() => this.#takeRows(update, pacer, index))
      const row = rows[index] ?? null
      this.#told.set(keys[index] as ByteKey, row && freeze(unpackNativeItem(row), true))
    }
    return isWhole && this.#becomeWhole(pending)
  }

  #becomeWhole(pending: readonly ByteKey[]): boolean {
    const [rows, hadPending] = [this.#rows, this.#pending]
    if (this.#isFresh) for (const key of this.#keys) if (!this.#told.has(key)) this.#told.set(key, null)
    this.#isFresh = false
    if (this.#told.size > MAX_SPLICES) this.#merge()
    else if (this.#told.size > 0) this.#splice()
    this.#told.clear()
    this.#pending = pending
    const isSame = rows === this.#rows && sameKeys(hadPending, pending)
    if (isSame && this.#result !== undefined) return false
    this.#result = this.request.isItem ? this.#item() : this.#list()
    return true
  }

  #item(): LiveItem<NativeItem> {
    return Object.freeze({ item: this.#rows[0], isPending: this.#pending.length > 0 })
  }

  #list(): LiveRows<NativeItem> {
    const { limitRows } = this.request
    const before = this.#result as LiveRows<NativeItem> | undefined
    const shown = this.#rows.length > limitRows ? this.#rows.slice(0, limitRows) : this.#rows
    const rows = before !== undefined && sameRows(before.rows, shown) ? before.rows : Object.freeze(shown)
    const pending = new Set<NativeItem>()
    for (const key of this.#pending) {
      const index = this.#indexOf(this.#keys, key)
      const row = this.#keys[index] === key ? rows[index] : undefined
      if (row !== undefined) pending.add(row)
    }
    return Object.freeze({ rows, pending, isPending: this.#pending.length > 0 })
  }

  /** A few changes in a long list. */
  #splice(): void {
    const keys = [...this.#keys]
    const rows = [...this.#rows]
    let hasChanged = false
    for (const [key, row] of this.#told) {
      const index = this.#indexOf(keys, key)
      const present = keys[index] === key ? rows[index] : undefined
      if (row === null && present === undefined) continue
      const next = present === undefined || row === null ? row : nextRow(present, row)
      if (next === present) continue
      hasChanged = true
      if (next === null) {
        keys.splice(index, 1)
        rows.splice(index, 1)
      } else if (present === undefined) {
        keys.splice(index, 0, key)
        rows.splice(index, 0, next)
      } else rows[index] = next
    }
    if (hasChanged) [this.#keys, this.#rows] = [keys, rows]
  }

  /** Many changes: what was told is put in order, and both lists are walked once. */
  #merge(): void {
    const told = [...this.#told.keys()].sort((one, other) => (this.#isBefore(one, other) ? -1 : 1))
    const keys: ByteKey[] = []
    const rows: NativeItem[] = []
    let at = 0
    const keepUntil = (key: ByteKey | undefined): void => {
      for (; at < this.#keys.length; at++) {
        const own = this.#keys[at] as ByteKey
        if (key !== undefined && !this.#isBefore(own, key)) return
        keys.push(own)
        rows.push(this.#rows[at] as NativeItem)
      }
    }
    for (const key of told) {
      keepUntil(key)
      const present = this.#keys[at] === key ? this.#rows[at++] : undefined
      const row = this.#told.get(key) as NativeItem | null
      if (row === null) continue
      keys.push(key)
      rows.push(present === undefined ? row : nextRow(present, row))
    }
    keepUntil(undefined)
    if (rows.length === this.#rows.length && sameRows(rows, this.#rows)) return
    this.#keys = keys
    this.#rows = rows
  }

  /** Where the key is, or would be. */
  #indexOf(keys: readonly ByteKey[], key: ByteKey): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#isBefore(keys[middle] as ByteKey, key)) low = middle + 1
      else high = middle
    }
    return low
  }

  #isBefore(one: ByteKey, other: ByteKey): boolean {
    return this.request.isReverse ? one > other : one < other
  }
}

function sameRows(one: readonly NativeItem[], other: readonly NativeItem[]): boolean {
  return one.length === other.length && one.every((row, index) => row === other[index])
}

function sameKeys(one: readonly ByteKey[], other: readonly ByteKey[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index])
}
