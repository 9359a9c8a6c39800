// Recipes: for any item and any changes of it, what is stored afterwards is what the recipe has made of its draft, and a
// recipe at the same time that changes other attributes survives as well.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineTable } from '../../src/client/define-table.ts'
import type { Database } from '../../src/client/open-database.ts'
import type { Table } from '../../src/client/table.ts'
import { type NativeItem, type NativeValue, NumberValue } from '../../src/model/native.ts'
import { openMemoryDatabase } from '../support/memory-database.ts'

const things = defineTable({ name: 'things', attributes: { id: 'S' }, key: { partition: 'id' } })

const NAMES = ['a', 'b.c', '#d', 'size', 'ü', 'list'] as const

const numbers: fc.Arbitrary<NativeValue> = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom<NativeValue>(
    0.1,
    -1.5,
    12345678901234567890n,
    new NumberValue('0.12345678901234567890123456789'),
    new NumberValue('-0.12345678901234567890123456789'),
  ),
)
const binaries = fc.uint8Array({ maxLength: 3 }).map((bytes) => Uint8Array.from(bytes))
const texts = fc.constantFrom('', 'x', 'y', 'ä', '🌊', 'a longer text')
const scalars: fc.Arbitrary<NativeValue> = fc.oneof(texts, numbers, binaries, fc.boolean(), fc.constant(null))
const sets: fc.Arbitrary<NativeValue> = fc.oneof(
  fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 's'), { minLength: 1 }).map((members) => new Set(members)),
  fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1 }).map((members) => new Set(members)),
  fc
    .uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 })
    .map((members) => new Set(members.map((member) => new Uint8Array([member])))),
)
const values: fc.Arbitrary<NativeValue> = fc.letrec<{ value: NativeValue; list: NativeValue; map: NativeValue }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalars, sets, tie('list'), tie('map')),
    list: fc.array(tie('value'), { maxLength: 5 }),
    map: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4 }),
  }),
).value
const items = fc.dictionary(fc.constantFrom(...NAMES), values, { maxKeys: 6 })

/** One change; what it does depends on what it finds. `where` leads to a place, `how` chooses what happens there. */
interface Step {
  readonly where: readonly number[]
  readonly how: number
  readonly value: NativeValue
}

const steps: fc.Arbitrary<Step> = fc.record({
  where: fc.array(fc.nat({ max: 7 }), { maxLength: 4 }),
  how: fc.nat({ max: 9 }),
  value: values,
})

/** Changes something somewhere in a draft, as far as there is something. */
function change(draft: Record<string, unknown>, { where, how, value }: Step): void {
  let at: unknown = draft
  for (const step of where) {
    const inner: unknown = Array.isArray(at)
      ? at[step % Math.max(1, at.length)]
      : isMap(at)
        ? at[nameAt(step)]
        : undefined
    if (!Array.isArray(inner) && !isMap(inner) && !(inner instanceof Set) && !(inner instanceof Uint8Array)) break
    at = inner
  }
  const fresh = copyOf(value)
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
  switch (how % 6) {
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
    default:
      if (list.length > 0) list[at] = value
  }
}

function changeMap(map: Record<string, unknown>, how: number, value: unknown): void {
  const name = nameAt(how)
  if (how % 3 === 0) delete map[name]
  else map[name] = value
}

function nameAt(step: number): string {
  return NAMES[step % NAMES.length] as string
}

function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Set || value instanceof Uint8Array || value instanceof NumberValue || Array.isArray(value))
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

/** DynamoDB has no empty sets: one that is an attribute is gone, one in a list cannot be stored. */
function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable)
  if (!isMap(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => !(inner instanceof Set && inner.size === 0))
  return Object.fromEntries(kept.map(([name, inner]) => [name, storable(inner)]))
}

function holdsEmptySetInList(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some((inner) => (inner instanceof Set && inner.size === 0) || holdsEmptySetInList(inner))
  }
  return isMap(value) && Object.values(value).some(holdsEmptySetInList)
}

/** A map that is new may hold a set that was emptied before: it is set as it is, and refused. */
function holdsEmptySet(value: unknown): boolean {
  if (value instanceof Set) return value.size === 0
  if (Array.isArray(value)) return value.some(holdsEmptySet)
  return isMap(value) && Object.values(value).some(holdsEmptySet)
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
        if (holdsEmptySetInList(model)) {
          await updated.catch(() => undefined)
          return
        }
        if (holdsEmptySet(model)) {
          // Refused where it is inside of something new, removed elsewhere.
          const stored = await updated.catch(() => undefined)
          if (stored !== undefined) expect(stored).toEqual(storable(model))
          return
        }
        expect(await updated).toEqual(model)
        expect(await table.get({ id: 'one' })).toEqual(model)
      }),
      { numRuns: 300 },
    )
  }, 60_000)

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
  }, 60_000)
})
