// What has to be said to make one item of another: the few changes of an UpdateExpression. Both are native values; what
// they share is not told apart by identity but by value, so that binary values changed in place are seen as well.

import { byteKeyFromBytes } from '../base/byte-key.ts'
import { NumberValue } from '../model/native.ts'
import { canonicalNumber } from '../model/number.ts'

/** Names and list indexes, from the outside in. */
export type ItemPath = readonly [string, ...(string | number)[]]

/** Changes whose places lie side by side: none is inside another. */
export interface ItemChanges {
  readonly set: readonly { readonly path: ItemPath; readonly value: unknown }[]
  readonly remove: readonly ItemPath[]
  /** Members to add to sets that are attributes of the item. */
  readonly add: readonly { readonly path: ItemPath; readonly value: unknown }[]
  /** Members to take out of sets that are attributes of the item. */
  readonly delete: readonly { readonly path: ItemPath; readonly value: unknown }[]
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] extends readonly (infer Element)[] ? Element[] : never }
type Changes = Writable<ItemChanges>
type Attributes = Readonly<Record<string, unknown>>

/** A list of which more than this part is new is set as a whole. */
const MAX_NEW_PART = 0.5

/**
 * The changes that make `after` of `before`.
 *
 * @param isCoarse sets whole attributes of the item, which takes fewer words and more bytes
 */
export function itemChanges(before: Attributes, after: Attributes, isCoarse = false): ItemChanges {
  const changes: Changes = { set: [], remove: [], add: [], delete: [] }
  for (const common of compareNames(changes, [], before, after)) {
    if (isCoarse) setWhole(changes, common)
    else compare(changes, common.path, common.before, common.after)
  }
  return changes
}

/** Whether there is nothing to change. */
export function isNoChange({ set, remove, add, delete: takeOut }: ItemChanges): boolean {
  return set.length + remove.length + add.length + takeOut.length === 0
}

function compare(changes: Changes, path: ItemPath, before: unknown, after: unknown): void {
  if (before instanceof Set && after instanceof Set) compareSets(changes, path, before, after)
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(changes, path, before, after)
  else if (isPlainMap(before) && isPlainMap(after)) {
    for (const common of compareNames(changes, path, before, after)) {
      compare(changes, common.path, common.before, common.after)
    }
  } else if (!isSameScalar(before, after)) changes.set.push({ path, value: after })
}

/** What two maps have under the same name. */
interface CommonAttribute {
  readonly path: ItemPath
  readonly before: unknown
  readonly after: unknown
}

function setWhole(changes: Changes, { path, before, after }: CommonAttribute): void {
  if (!isSame(before, after)) changes.set.push({ path, value: after })
}

/** Compares which attributes there are; answers those that both maps have. */
function compareNames(
  changes: Changes,
  path: ItemPath | readonly [],
  before: Attributes,
  after: Attributes,
): readonly CommonAttribute[] {
  const placeOf = (name: string): ItemPath => [...path, name] as unknown as ItemPath
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changes.remove.push(placeOf(name))
  const common: CommonAttribute[] = []
  for (const [name, value] of Object.entries(after)) {
    if (Object.hasOwn(before, name)) common.push({ path: placeOf(name), before: before[name], after: value })
    else changes.set.push({ path: placeOf(name), value })
  }
  return common
}

function compareSets(
  changes: Changes,
  path: ItemPath,
  before: ReadonlySet<unknown>,
  after: ReadonlySet<unknown>,
): void {
  const old = new Map([...before].map((member) => [memberKey(member), member]))
  const next = new Map([...after].map((member) => [memberKey(member), member]))
  const added = [...next].filter(([key]) => !old.has(key)).map(([, member]) => member)
  const removed = [...old].filter(([key]) => !next.has(key)).map(([, member]) => member)
  if (added.length === 0 && removed.length === 0) return
  // ADD and DELETE work on attributes of the item only, and not on one at the same time. Members of several types are left
  // to the packer.
  const isWhole = path.length > 1 || (added.length > 0 && removed.length > 0) || countTypes(next.keys()) > 1
  if (isWhole) changes.set.push({ path, value: after })
  else if (added.length > 0) changes.add.push({ path, value: new Set(added) })
  else changes.delete.push({ path, value: new Set(removed) })
}

function compareLists(changes: Changes, path: ItemPath, before: readonly unknown[], after: readonly unknown[]): void {
  const [common, end] = commonEnds(before, after)
  // Elements taken out of one place: what stands behind them is as it was, and moves up by itself.
  if (common + end === after.length) {
    for (let at = common; at < before.length - end; at++) changes.remove.push([...path, at])
    return
  }
  const inside: Changes = { set: [], remove: [], add: [], delete: [] }
  const both = Math.min(before.length, after.length)
  for (let at = common; at < both; at++) compare(inside, [...path, at], before[at], after[at])
  for (let at = both; at < after.length; at++) inside.set.push({ path: [...path, at], value: after[at] })
  for (let at = both; at < before.length; at++) inside.remove.push([...path, at])
  const isNew =
    inside.set.filter((change) => change.path.length === path.length + 1).length > after.length * MAX_NEW_PART
  if (isNew) changes.set.push({ path, value: after })
  else {
    changes.set.push(...inside.set)
    changes.remove.push(...inside.remove)
  }
}

/** How many elements two lists have in common at their starts, and at their ends beyond that. */
function commonEnds(before: readonly unknown[], after: readonly unknown[]): readonly [start: number, end: number] {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && isSame(before[start], after[start])) start++
  let end = 0
  while (end < most - start && isSame(before[before.length - 1 - end], after[after.length - 1 - end])) end++
  return [start, end]
}

function isSame(before: unknown, after: unknown): boolean {
  const changes: Changes = { set: [], remove: [], add: [], delete: [] }
  compare(changes, ['element'], before, after)
  return isNoChange(changes)
}

function isSameScalar(before: unknown, after: unknown): boolean {
  if (before === after) return true
  if (before === null || after === null || typeof before !== typeof after) {
    return isNumber(before) && isNumber(after) && memberKey(before) === memberKey(after)
  }
  return typeof before === 'object' && memberKey(before) === memberKey(after)
}

function isNumber(value: unknown): value is number | bigint | NumberValue {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof NumberValue
}

/** A scalar as text, with its type; what is none is told apart from all others. */
function memberKey(value: unknown): unknown {
  if (typeof value === 'string') return `s${value}`
  if (value instanceof Uint8Array) return `b${byteKeyFromBytes(value)}`
  return isNumber(value) && isStorable(value) ? `n${canonicalNumber(String(value))}` : value
}

/** Of members by their keys. */
function countTypes(keys: Iterable<unknown>): number {
  return new Set(Array.from(keys, (key) => (typeof key === 'string' ? key[0] : key))).size
}

/** What is not is left to the packer, which has words for it. */
function isStorable(value: number | bigint | NumberValue): boolean {
  return typeof value !== 'number' || Number.isFinite(value)
}

/** Whether a value is a plain object, of any realm. What cannot be stored is left to the packer, which has words for it. */
export function isPlainMap(value: unknown): value is Attributes {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
