// Recipes: for any item and any changes of it (elements moved about in lists, parts moved elsewhere or put in two places,
// also of another item, sets emptied or changed into something else, what is undefined), what is stored afterwards is what
// the recipe has made of its draft, and a recipe at the same time that changes other attributes survives as well.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineTable } from '../../src/client/define-table.ts'
import type { Database } from '../../src/client/open-database.ts'
import type { Table } from '../../src/client/table.ts'
import { type NativeItem, type NativeValue, NumberValue } from '../../src/model/native.ts'
import { openMemoryDatabase } from '../support/memory-database.ts'
import { ATTRIBUTE_NAMES, nativeItems as items, nativeValues as values } from '../support/native-arbitraries.ts'

const things = defineTable({ name: 'things', attributes: { id: 'S' }, key: { partition: 'id' } })

/** One change; what it does depends on what it finds. `where` leads to a place, `how` chooses what happens there. */
interface Step {
  readonly where: readonly number[]
  readonly how: number
  readonly value: NativeValue
  /** Leads to a part that is put there instead of the value. */
  readonly from: readonly number[] | undefined
}

const places = fc.array(fc.nat({ max: 7 }), { maxLength: 4 })
const steps: fc.Arbitrary<Step> = fc.record({
  where: places,
  how: fc.nat({ max: 20 }),
  value: values,
  from: fc.option(places, { nil: undefined, freq: 3 }),
})

/** The innermost list, map, set or bytes on the way that there are. */
function follow(root: unknown, where: readonly number[]): unknown {
  let at = root
  for (const step of where) {
    const inner: unknown = Array.isArray(at)
      ? at[step % Math.max(1, at.length)]
      : isMap(at)
        ? at[nameAt(step)]
        : undefined
    if (!Array.isArray(inner) && !isMap(inner) && !(inner instanceof Set) && !(inner instanceof Uint8Array)) break
    at = inner
  }
  return at
}

/** Changes something somewhere in a draft, as far as there is something; parts come from another one. */
function change(draft: Record<string, unknown>, { where, how, value, from }: Step, other = draft): void {
  const at = follow(draft, where)
  const part = from && follow(other, from)
  const fresh = part === undefined || part === draft || part === other ? copyOf(value) : part
  if (at instanceof Uint8Array) {
    if (at.length > 0) at[0] = how
  } else if (at instanceof Set) changeSet(at, how)
  else if (Array.isArray(at)) changeList(at, how, fresh)
  else if (isMap(at)) changeMap(at, how, fresh)
}

function changeSet(set: Set<unknown>, how: number): void {
  const [first] = set
  if (how % 3 === 0) set.delete(first)
  if (how % 3 === 1) {
    if (typeof first === 'string') set.add(`new ${how}`)
    else if (typeof first === 'number') set.add(how + 10)
    else if (![...(set as Set<Uint8Array>)].some(({ length }) => length === how + 2)) set.add(new Uint8Array(how + 2))
  }
  if (how === 8) set.clear()
}

function changeList(list: unknown[], how: number, value: unknown): void {
  const at = how % Math.max(1, list.length)
  switch (how % 11) {
    case 0:
      list.push(value)
      break
    case 1:
      list.splice(at, 1)
      break
    case 2:
      list.unshift(value)
      break
    case 3:
      list.reverse()
      break
    case 4:
      list.splice(at, 2, value)
      break
    case 5:
      list.pop()
      break
    case 6:
      list.sort((one, other) => (String(one) < String(other) ? -1 : 1))
      break
    case 7:
      // Several taken out, in several places.
      for (let index = list.length - 1; index >= 0; index -= 2) list.splice(index, 1)
      break
    case 8:
      list.splice(at, 0, value, null)
      break
    case 9:
      if (list.length > 1) [list[0], list[at]] = [list[at], list[0]]
      break
    default:
      if (list.length > 0) list[at] = value
  }
}

function changeMap(map: Record<string, unknown>, how: number, value: unknown): void {
  const name = nameAt(how)
  // Maps have no order.
  const [other] = Object.keys(map)
    .filter((each) => each !== 'id')
    .sort()
  if (how % 7 === 0) delete map[name]
  else if (how % 7 === 1) map[name] = undefined
  else if (how % 7 === 2) map[name] = { none: undefined, set: new Set(), value }
  else if (how % 7 === 3 && other !== undefined && other !== name) {
    map[name] = map[other]
    delete map[other]
  } else if (how % 7 === 4) map[name] = new Map([[nameAt(how + 1), value]])
  else map[name] = value
}

function nameAt(step: number): string {
  return ATTRIBUTE_NAMES[step % ATTRIBUTE_NAMES.length] as string
}

function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    ![Set, Map, Uint8Array, NumberValue].some((other) => value instanceof other)
  )
}

/** What a recipe stores is its own: the same value may go to many places. */
function copyOf(value: unknown): unknown {
  if (value instanceof NumberValue) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (value instanceof Set) return new Set([...(value as Set<unknown>)].map(copyOf))
  if (Array.isArray(value)) return value.map(copyOf)
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)])) : value
}

/** DynamoDB has no empty sets, and nothing that is undefined: there is no such attribute. */
function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable)
  if (value instanceof Map) return storable(Object.fromEntries(value))
  if (!isMap(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => !isNothing(inner))
  return Object.fromEntries(kept.map(([name, inner]) => [name, storable(inner)]))
}

function isNothing(value: unknown): boolean {
  return value === undefined || (value instanceof Set && value.size === 0)
}

/** Whether nothing in a value is refused: there are no empty sets in lists, and nothing is inside of itself. */
function isStorable(value: unknown, outer: readonly unknown[] = []): boolean {
  if (outer.includes(value)) return false
  const inside = [...outer, value]
  if (Array.isArray(value)) return value.every((inner) => !isNothing(inner) && isStorable(inner, inside))
  if (value instanceof Map) return [...value.values()].every((inner) => isStorable(inner, inside))
  return !isMap(value) || Object.values(value).every((inner) => isStorable(inner, inside))
}

let database: Database
let table: Table<typeof things>

beforeAll(async () => {
  ;({ database } = await openMemoryDatabase({ tables: [things] }))
  table = database.table(things)
})

afterAll(() => database.close())

describe('a recipe', () => {
  it('stores what it has made of its draft', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.array(steps, { minLength: 1, maxLength: 6 }), async (item, all) => {
        const start = { ...(copyOf(item) as NativeItem), id: 'one' }
        await table.put(start)
        const model = copyOf(await table.get({ id: 'one' })) as Record<string, unknown>
        for (const step of all) change(model, step)
        const updated = table.update({ id: 'one' }, (draft) => {
          for (const step of all) change(draft, step)
        })
        if (isStorable(model)) {
          expect(await updated).toEqual(storable(model))
          expect(await table.get({ id: 'one' })).toEqual(storable(model))
        } else {
          await expect(updated).rejects.toMatchObject({ name: 'ValidationException' })
          expect(await table.get({ id: 'one' })).toEqual(start)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('moves parts between the items of a transaction', async () => {
    await fc.assert(
      fc.asyncProperty(items, items, fc.array(steps, { minLength: 1, maxLength: 6 }), async (one, other, all) => {
        const keys = [{ id: 'here' }, { id: 'there' }]
        await table.putMany([one, other].map((item, at) => ({ ...(copyOf(item) as NativeItem), ...keys[at] }) as never))
        const before = await table.getMany(keys)
        const [here, there] = copyOf(before) as Record<string, unknown>[] as [NativeItem, NativeItem]
        const move = (from: NativeItem, to: NativeItem): void => {
          for (const [at, step] of all.entries()) change(at % 2 === 0 ? to : from, step, at % 2 === 0 ? from : to)
        }
        move(here, there)
        const moved = database.transact(async (tx) => {
          const drafts = await Promise.all(keys.map((key) => tx.get(things, key)))
          move(drafts[0] as NativeItem, drafts[1] as NativeItem)
          return drafts
        })
        if (isStorable([here, there])) {
          const after = [storable(here), storable(there)]
          expect(await moved).toEqual(after)
          expect(await table.getMany(keys)).toEqual(after)
        } else {
          await expect(moved).rejects.toMatchObject({ name: 'ValidationException' })
          expect(await table.getMany(keys)).toEqual(before)
        }
      }),
      { numRuns: 120 },
    )
  })

  it('survives another one that changes other attributes at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(items, values, values, async (item, mine, theirs) => {
        await table.put({ ...(copyOf(item) as NativeItem), id: 'two' })
        const before = (await table.get({ id: 'two' })) as NativeItem
        let runs = 0
        await Promise.all([
          table.update({ id: 'two' }, (draft) => {
            runs++
            ;(draft as Record<string, unknown>)['mine'] = mine
          }),
          table.update({ id: 'two' }, (draft) => {
            runs++
            ;(draft as Record<string, unknown>)['theirs'] = theirs
          }),
        ])
        expect(await table.get({ id: 'two' })).toEqual({ ...before, mine, theirs })
        expect(runs).toBe(2)
      }),
      { numRuns: 100 },
    )
  })
})
