// The index behind time to live: a table's items by when they expire, one empty row for each item that ever will. It is
// kept in the item's own batch (law 3), so that the sweeper finds what has expired without looking at anything else.

import type { ByteKey } from '../base/byte-key.ts'
import type { AttributeValue } from '../model/attribute-value.ts'
import { EXPIRED_TOO_LONG_AGO_SECONDS } from '../model/limits.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { Transaction } from '../storage/contract.ts'
import { EXPIRY_TIME_END, expiryKey } from './keyspace.ts'

/** The expiry index of a table. */
export interface ExpiryIndex {
  /** The attribute that holds when an item expires, in seconds since 1970. */
  readonly attribute: string
  readonly indexId: number
  /** Where its rows begin. */
  readonly prefix: ByteKey
}

/** One item before and after a write; undefined where there is none. */
interface Change {
  readonly key: ByteKey
  readonly previous: PackedItem | undefined
  readonly next: PackedItem | undefined
}

const MS_PER_SECOND = 1000
/** Its value says nothing: all that there is to know is in the key. Never changed. */
const NOTHING = new Uint8Array(0)

/**
 * The row of an item.
 *
 * @param itemKey of the item's own row
 * @returns undefined for an item that never expires: it lacks the attribute, or has there what is not a moment that an item
 *   may expire at (another type than a number, a time before 1970, or one in milliseconds, which is millennia ahead)
 */
export function expiryRowKey(index: ExpiryIndex, itemKey: ByteKey, item: PackedItem): ByteKey | undefined {
  if (item.typeOf(index.attribute) !== 'N') return undefined
  const atSeconds = expirySeconds(item.attribute(index.attribute))
  return atSeconds === undefined ? undefined : expiryKey(index.prefix, atSeconds, itemKey)
}

/** The second that an item with this attribute expires at; undefined when it never does. */
function expirySeconds(value: AttributeValue | undefined): number | undefined {
  if (value === undefined || !('N' in value)) return undefined
  const atSeconds = Math.ceil(Number(value.N))
  return atSeconds > 0 && atSeconds < EXPIRY_TIME_END ? atSeconds : undefined
}

/**
 * Whether time to live may delete an item at a time.
 *
 * @param value of the attribute that says when the item expires
 * @param atMs in milliseconds since 1970
 */
export function hasExpired(value: AttributeValue | undefined, atMs: number): boolean {
  const expiresAtSeconds = expirySeconds(value)
  return (
    expiresAtSeconds !== undefined &&
    expiresAtSeconds <= atMs / MS_PER_SECOND &&
    expiresAtSeconds >= oldestSeconds(atMs)
  )
}

/** What expired before is left alone, as the service has it: a table may hold old dates that nobody meant to be expiries. */
export function oldestSeconds(nowMs: number): number {
  return Math.max(0, Math.floor(nowMs / MS_PER_SECOND) - EXPIRED_TOO_LONG_AGO_SECONDS)
}

/** Adds an item, whatever became of it meanwhile. */
export function addToExpiry(transaction: Transaction, index: ExpiryIndex, key: ByteKey, item: PackedItem): void {
  const row = expiryRowKey(index, key, item)
  if (row !== undefined) transaction.put(row, NOTHING)
}

/** Writes what a change of an item means for the index. */
export function applyToExpiry(transaction: Transaction, index: ExpiryIndex, { key, previous, next }: Change): void {
  const before = previous && expiryRowKey(index, key, previous)
  const now = next && expiryRowKey(index, key, next)
  if (before === now) return
  if (before !== undefined) transaction.delete(before)
  if (now !== undefined) transaction.put(now, NOTHING)
}
