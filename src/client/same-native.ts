// Whether two native values are the same, and the way from one row to the next that leaves alone what is the same.

import { produce } from 'immer'
import { NumberValue } from '../model/native.ts'

type Plain = Record<string, unknown>

/**
 * A row with the contents of `next` and the objects of `row` wherever they have not changed; `row` itself if nothing has.
 *
 * @param row frozen, as the result is
 */
export function nextRow<Row>(row: Row, next: Row): Row {
  if (sameNative(row, next)) return row
  if (!isPlain(row) || !isPlain(next) || Object.hasOwn(next, '__proto__')) return next
  return produce<Plain>(row, (draft) => change(draft, row, next)) as Row
}

/** Whether two values read from the database are the same. */
export function sameNative(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one)) return Array.isArray(other) && sameElements(one, other)
  if (one instanceof Uint8Array) return other instanceof Uint8Array && sameElements(one, other)
  if (one instanceof NumberValue) return other instanceof NumberValue && one.value === other.value
  if (one instanceof Set) return other instanceof Set && sameElements([...one], [...other])
  return isPlain(one) && isPlain(other) && sameMembers(one, other)
}

function sameElements(one: ArrayLike<unknown>, other: ArrayLike<unknown>): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (!sameNative(one[index], other[index])) return false
  return true
}

function sameMembers(one: Plain, other: Plain): boolean {
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every((name) => Object.hasOwn(other, name) && sameNative(one[name], other[name]))
}

function change(draft: Plain, before: Plain, after: Plain): void {
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) delete draft[name]
  for (const [name, value] of Object.entries(after)) {
    if (Object.hasOwn(before, name) && sameNative(before[name], value)) continue
    const old = before[name]
    // Read only where immer has a draft of it: of Sets it has none without a plugin, and throws.
    if (isPlain(old) && isPlain(value)) change(draft[name] as Plain, old, value)
    else if (Array.isArray(old) && Array.isArray(value)) changeElements(draft[name] as unknown[], old, value)
    else draft[name] = value
  }
}

function changeElements(draft: unknown[], before: readonly unknown[], after: readonly unknown[]): void {
  draft.length = Math.min(before.length, after.length)
  for (const [index, value] of after.entries()) {
    const old = before[index]
    if (index < before.length && sameNative(old, value)) continue
    if (index < before.length && isPlain(old) && isPlain(value)) change(draft[index] as Plain, old, value)
    else draft[index] = value
  }
}

function isPlain(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
