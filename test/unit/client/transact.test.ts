// Transactions and recipes of the typed client, against a real engine behind a message port.

import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { defineTable } from '../../../src/client/define-table.ts'
import { attribute, expr } from '../../../src/client/expression.ts'
import type { Database } from '../../../src/client/open-database.ts'
import type { Table } from '../../../src/client/table.ts'
import { NumberValue } from '../../../src/model/native.ts'
import { openMemoryDatabase } from '../../support/memory-database.ts'

interface City {
  country: string
  name: string
  population?: number
  visits?: number
  tags?: Set<string>
  photo?: Uint8Array
  places?: { name: string; stars?: number; kinds?: Set<string> }[]
  address?: { mayor: string; phones?: string[] }
  [more: string]: unknown
}

const cities = defineTable<City>()({
  name: 'cities',
  attributes: { country: 'S', name: 'S' },
  key: { partition: 'country', sort: 'name' },
})
const accounts = defineTable<{ id: string; balance: number; note?: string }>()({
  name: 'accounts',
  attributes: { id: 'S' },
  key: { partition: 'id' },
})

const DELFT = { country: 'NL', name: 'Delft' }
const GENT = { country: 'BE', name: 'Gent' }

let database: Database
let table: Table<typeof cities>

beforeEach(async () => {
  ;({ database } = await openMemoryDatabase({ tables: [cities, accounts] }))
  table = database.table(cities)
})

afterEach(() => database.close())

describe('transact', () => {
  it('puts, updates, deletes and checks items of several tables as one', async () => {
    await table.put({ ...GENT, visits: 1 })
    await database.table(accounts).put({ id: 'ann', balance: 5 })
    const answer = await database.transact((tx) => {
      tx.put(cities, { ...DELFT, photo: new Uint8Array([1, 2]) }, { if: 'not_exists' })
      tx.update(accounts, { id: 'ann' }, { set: { note: 'paid' }, add: { balance: -5 }, if: expr`balance >= ${5}` })
      tx.delete(cities, GENT, { if: expr`${attribute('visits')} = ${1}` })
      tx.check(accounts, { id: 'bob' }, 'not_exists')
      return 'done'
    })
    expect(answer).toBe('done')
    expect(await database.transactGet([cities, DELFT], [cities, GENT], [accounts, { id: 'ann' }])).toEqual([
      { ...DELFT, photo: new Uint8Array([1, 2]) },
      undefined,
      { id: 'ann', balance: 0, note: 'paid' },
    ])
  })

  it('keeps nothing when a condition does not hold, and tells which', async () => {
    await table.put({ ...GENT, visits: 1 })
    const cancelled = database.transact((tx) => {
      tx.put(cities, DELFT)
      tx.update(cities, GENT, { add: { visits: 1 }, if: expr`visits = ${2}`, returnValuesOnFailure: 'ALL_OLD' })
    })
    await expect(cancelled).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { country: { S: 'BE' }, name: { S: 'Gent' }, visits: { N: '1' } },
        },
      ],
    })
    expect(await table.get(DELFT)).toBe(undefined)
  })

  it('has its effect once for a token', async () => {
    const visit = (): Promise<void> =>
      database.transact((tx) => tx.update(cities, DELFT, { add: { visits: 1 } }), { token: 'one visit' })
    await visit()
    await visit()
    expect(await table.get(DELFT)).toEqual({ ...DELFT, visits: 1 })
  })

  it('stores what an item was when it was put', async () => {
    const city = { ...DELFT, address: { mayor: 'x' } }
    await database.transact((tx) => {
      tx.put(cities, city)
      city.address.mayor = 'y'
    })
    expect(await table.get(DELFT)).toEqual({ ...DELFT, address: { mayor: 'x' } })
  })

  it('sends nothing when nothing is asked for', async () => {
    expect(await database.transact(() => 7)).toBe(7)
  })

  it('refuses two actions on one item, and what comes after its function', async () => {
    const twice = database.transact((tx) => {
      tx.put(cities, DELFT)
      tx.delete(cities, { name: 'Delft', country: 'NL' })
    })
    await expect(twice).rejects.toThrow('Transaction request cannot include multiple operations on one item')
    let late: (() => void) | undefined
    await database.transact((tx) => {
      late = () => tx.put(cities, DELFT)
    })
    expect(() => late?.()).toThrow('The transaction is over: its function has to await all that it does.')
  })

  it('writes the drafts that were changed and checks the others', async () => {
    const book = database.table(accounts)
    await book.putMany([
      { id: 'ann', balance: 9 },
      { id: 'bob', balance: 1 },
      { id: 'rules', balance: 5 },
    ])
    await database.transact(async (tx) => {
      const [ann, bob, rules] = await Promise.all(['ann', 'bob', 'rules'].map((id) => tx.get(accounts, { id })))
      if (ann === undefined || bob === undefined || rules === undefined) throw new Error('Somebody is missing.')
      ann.balance -= rules.balance
      bob.balance += rules.balance
      bob.note = 'from ann'
      tx.put(cities, DELFT)
    })
    expect(await book.getMany([{ id: 'ann' }, { id: 'bob' }])).toEqual([
      { id: 'ann', balance: 4 },
      { id: 'bob', balance: 6, note: 'from ann' },
    ])
    expect(await table.get(DELFT)).toEqual(DELFT)
  })

  it('returns drafts as the items that were stored', async () => {
    await table.put({ ...DELFT, visits: 1, address: { mayor: 'x' } })
    const one = await database.transact(async (tx) => {
      const delft = await tx.get(cities, DELFT)
      if (delft) delft.visits = 2
      return delft
    })
    expect(one).toEqual({ ...DELFT, visits: 2, address: { mayor: 'x' } })
    const several = await database.transact(async (tx) => {
      const delft = await tx.get(cities, DELFT)
      const gent = await tx.get(cities, GENT)
      if (delft?.address) delft.address.mayor = 'y'
      return { delft, gent, address: delft?.address, count: 1 }
    })
    expect(several).toEqual({
      delft: { ...DELFT, visits: 2, address: { mayor: 'y' } },
      gent: undefined,
      address: { mayor: 'y' },
      count: 1,
    })
    const listed = await database.transact((tx) => Promise.all([tx.get(cities, DELFT), tx.get(cities, GENT)]))
    expect(listed).toEqual([several.delft, undefined])
    const deep = await database.transact(async (tx) => {
      const found = [await tx.get(cities, DELFT)]
      return { pages: [{ found }, { found }] }
    })
    expect(deep).toEqual({ pages: [{ found: [several.delft] }, { found: [several.delft] }] })
  })

  it('moves parts of one item to another, and whole items into others', async () => {
    await table.put({ ...DELFT, places: [{ name: 'market', kinds: new Set(['food']) }, { name: 'church' }] })
    await table.put({ ...GENT, places: [] })
    const move = (from: City | undefined, to: City | undefined): void => {
      const place = from?.places?.shift()
      if (place === undefined) return
      place.stars = 3
      to?.places?.push(place)
    }
    await database.transact(async (tx) => {
      const [delft, gent] = [await tx.get(cities, DELFT), await tx.get(cities, GENT)]
      move(delft, gent)
      if (gent) gent['twin'] = Object.freeze({ of: [delft] })
    })
    const delft = { ...DELFT, places: [{ name: 'church' }] }
    const market = { name: 'market', stars: 3, kinds: new Set(['food']) }
    expect(await table.getMany([DELFT, GENT])).toEqual([delft, { ...GENT, places: [market], twin: { of: [delft] } }])
    await database.transact(async (tx) => {
      const [gent, again] = [await tx.get(cities, GENT), await tx.get(cities, DELFT)]
      move(gent, again)
    })
    expect(await table.get(DELFT)).toEqual({ ...DELFT, places: [{ name: 'church' }, market] })
  })

  it('runs again when its function has failed of items that were never like that together', async () => {
    const book = database.table(accounts)
    await book.putMany([
      { id: 'ann', balance: 10 },
      { id: 'bob', balance: 0 },
    ])
    let runs = 0
    const sum = await database.transact(async (tx) => {
      const ann = await tx.get(accounts, { id: 'ann' })
      if (runs++ === 0) {
        await database.transact(async (other) => {
          other.update(accounts, { id: 'ann' }, { add: { balance: -5 } })
          other.update(accounts, { id: 'bob' }, { add: { balance: 5 } })
        })
      }
      const bob = await tx.get(accounts, { id: 'bob' })
      const found = (ann?.balance ?? 0) + (bob?.balance ?? 0)
      if (found !== 10) throw new Error(`There are ${found}.`)
      return found
    })
    expect([sum, runs]).toEqual([10, 2])
    const failing = database.transact(async (tx) => {
      runs++
      await Promise.all([tx.get(accounts, { id: 'ann' }), tx.get(accounts, { id: 'bob' })])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(runs).toBe(3)
  })

  it('fails as its function does, if that fails however often it runs', async () => {
    const book = database.table(accounts)
    await book.putMany(['ann', 'bob'].map((id) => ({ id, balance: 0 })))
    const failing = database.transact(async (tx) => {
      await Promise.all([tx.get(accounts, { id: 'ann' }), tx.get(accounts, { id: 'bob' })])
      await book.update({ id: 'ann' }, { add: { balance: 1 } })
      throw new Error('never')
    })
    await expect(failing).rejects.toThrow('never')
    expect(await book.get({ id: 'ann' })).toEqual({ id: 'ann', balance: 100 })
  })

  it('refuses to be repeated with its token after it has had its effect on what it reads', async () => {
    const book = database.table(accounts)
    await book.put({ id: 'ann', balance: 9 })
    const pay = (): Promise<void> =>
      database.transact(
        async (tx) => {
          const ann = await tx.get(accounts, { id: 'ann' })
          if (ann) ann.balance -= 1
        },
        { token: 'one payment' },
      )
    await pay()
    await expect(pay()).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' })
    expect(await book.get({ id: 'ann' })).toEqual({ id: 'ann', balance: 8 })
  })

  it('refuses more than 100 items, read or written', async () => {
    const work = database.transact(async (tx) => {
      for (let at = 0; at <= 100; at++) await tx.get(accounts, { id: `${at}` })
    })
    await expect(work).rejects.toThrow("at 'transactItems' failed to satisfy constraint: Member must have length")
  })

  it('ends its drafts', async () => {
    await table.put({ ...DELFT, visits: 1 })
    let late: City | undefined
    await database.transact(async (tx) => {
      late = await tx.get(cities, DELFT)
    })
    expect(() => late?.visits).toThrow(TypeError)
  })

  it('runs again when others have changed what it has read, changed or not', async () => {
    const book = database.table(accounts)
    await book.putMany([
      { id: 'ann', balance: 9 },
      { id: 'rules', balance: 5 },
    ])
    let runs = 0
    await database.transact(async (tx) => {
      const ann = await tx.get(accounts, { id: 'ann' })
      const rules = await tx.get(accounts, { id: 'rules' })
      const bob = await tx.get(accounts, { id: 'bob' })
      if (runs++ === 0) await book.put({ id: 'rules', balance: 3 })
      else if (runs === 2) await book.put({ id: 'bob', balance: 0 })
      if (ann !== undefined) ann.balance -= rules?.balance ?? 0
      if (bob !== undefined) bob.note = 'seen'
    })
    expect(runs).toBe(3)
    expect(await book.getMany([{ id: 'ann' }, { id: 'bob' }])).toEqual([
      { id: 'ann', balance: 6 },
      { id: 'bob', balance: 0, note: 'seen' },
    ])
  })

  it('joins what it has read with what it asks for of the same item', async () => {
    const book = database.table(accounts)
    await book.put({ id: 'ann', balance: 9 })
    let runs = 0
    await database.transact(async (tx) => {
      const ann = await tx.get(accounts, { id: 'ann' })
      if (runs++ === 0) await book.put({ id: 'ann', balance: 0 })
      if (ann?.balance === 0) tx.delete(accounts, { id: 'ann' }, { if: expr`balance < ${1}` })
      else tx.check(accounts, { id: 'ann' }, 'exists')
    })
    expect(runs).toBe(2)
    expect(await book.get({ id: 'ann' })).toBe(undefined)
    await book.put({ id: 'ann', balance: 9 })
    const both = database.transact(async (tx) => {
      const ann = await tx.get(accounts, { id: 'ann' })
      if (ann !== undefined) ann.balance = 0
      tx.delete(accounts, { id: 'ann' })
    })
    await expect(both).rejects.toMatchObject({ name: 'DatabaseError', code: 'InvalidOption' })
  })

  it('does not run again for a condition of its own', async () => {
    await table.put({ ...DELFT, visits: 1 })
    let runs = 0
    const work = database.transact(async (tx) => {
      runs++
      await tx.get(cities, DELFT)
      tx.update(cities, DELFT, { add: { visits: 1 }, if: expr`visits = ${7}` })
    })
    await expect(work).rejects.toMatchObject({ name: 'TransactionCanceledException' })
    expect(runs).toBe(1)
  })

  it('moves money between accounts that everybody uses without losing any', async () => {
    const book = database.table(accounts)
    const ids = ['a', 'b', 'c']
    await book.putMany(ids.map((id) => ({ id, balance: 10 })))
    const move = (from: string, to: string): Promise<void> =>
      database.transact(async (tx) => {
        const [source, target] = [await tx.get(accounts, { id: from }), await tx.get(accounts, { id: to })]
        if (source === undefined || target === undefined || source.balance < 3) return
        source.balance -= 3
        target.balance += 3
      })
    await Promise.all(
      Array.from({ length: 24 }, (_, at) => move(ids[at % 3] as string, ids[(at + 1 + (at % 2)) % 3] as string)),
    )
    const balances = (await book.getMany(ids.map((id) => ({ id })))).map((account) => account?.balance ?? 0)
    expect(balances.reduce((sum, balance) => sum + balance)).toBe(30)
    expect(balances.every((balance) => balance >= 0)).toBe(true)
  })
})

describe('transactGet', () => {
  it('answers nothing for no item, whatever else there is', async () => {
    await table.put(DELFT)
    const [delft, gent] = await database.transactGet([cities, DELFT], [cities, GENT])
    expect([delft, gent]).toEqual([DELFT, undefined])
  })

  it('refuses to read an item twice', async () => {
    await expect(database.transactGet([cities, DELFT], [cities, DELFT])).rejects.toThrow(
      'Transaction request cannot include multiple operations on one item',
    )
  })
})

describe('update with a recipe', () => {
  it('stores what the recipe has changed, and returns the item', async () => {
    await table.put({
      ...DELFT,
      population: 103_659,
      tags: new Set(['blue', 'old']),
      photo: new Uint8Array([1, 2, 3]),
      places: [{ name: 'market', kinds: new Set(['food']) }, { name: 'church' }, { name: 'canal', stars: 3 }],
      address: { mayor: 'x', phones: ['1'] },
      exact: new NumberValue('0.12345678901234567890123456789'),
      big: 12345678901234567890n,
      gone: 'soon',
    })
    const updated = await table.update(DELFT, (city) => {
      city.population = (city.population ?? 0) + 1
      city.tags?.add('tiles')
      city.tags?.delete('old')
      if (city.photo) city.photo[1] = 9
      city.places?.splice(1, 1)
      city.places?.[0]?.kinds?.delete('food')
      city.address?.phones?.push('2')
      delete city['gone']
      city['exact'] = new NumberValue('0.5')
      city['big'] = 12345678901234567891n
      city['empty'] = undefined
      city['new'] = { list: [1, { deep: null }] }
    })
    const expected = {
      ...DELFT,
      population: 103_660,
      tags: new Set(['blue', 'tiles']),
      photo: new Uint8Array([1, 9, 3]),
      places: [{ name: 'market' }, { name: 'canal', stars: 3 }],
      address: { mayor: 'x', phones: ['1', '2'] },
      exact: 0.5,
      big: 12345678901234567891n,
      new: { list: [1, { deep: null }] },
    }
    expect(updated).toEqual(expected)
    expect(await table.get(DELFT)).toEqual(expected)
  })

  it('gives the key where there is no item, and makes it', async () => {
    const made = await table.update(DELFT, (city) => {
      expect({ ...city }).toEqual(DELFT)
      city.visits = (city.visits ?? 0) + 1
    })
    expect(made).toEqual({ ...DELFT, visits: 1 })
    expect(await table.update(GENT, () => undefined)).toEqual(GENT)
    const missing = table.update({ country: 'BE', name: 'Brugge' }, (city) => void (city.visits = 1), { if: 'exists' })
    await expect(missing).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
  })

  it('writes nothing when nothing is changed', async () => {
    await table.put({ ...DELFT, visits: 1 })
    const { store: before } = await database.statistics()
    const found = await table.update(DELFT, (city) => {
      city.visits = 2
      city.visits = 1
    })
    expect(found).toEqual({ ...DELFT, visits: 1 })
    expect((await database.statistics()).store.sequence).toBe(before.sequence)
  })

  it('does not undo what others have done to other attributes, and runs once', async () => {
    await table.put({ ...DELFT, visits: 1, population: 1 })
    let runs = 0
    const updated = await table.update(DELFT, async (city) => {
      runs++
      city.visits = (city.visits ?? 0) + 1
      await table.update(DELFT, { set: { population: 7 } })
    })
    expect([runs, updated]).toEqual([1, { ...DELFT, visits: 2, population: 7 }])
  })

  it('runs again when others have changed what it has looked at', async () => {
    await table.put({ ...DELFT, visits: 1, population: 7 })
    let runs = 0
    const updated = await table.update(DELFT, async (city) => {
      const { population } = city
      if (runs++ === 0) await table.update(DELFT, { add: { population: 1 } })
      city.visits = population ?? 0
    })
    expect([runs, updated]).toEqual([2, { ...DELFT, visits: 8, population: 8 }])
  })

  it('counts right when many count at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => table.update(DELFT, (city) => void (city.visits = (city.visits ?? 0) + 1))),
    )
    expect(await table.get(DELFT)).toEqual({ ...DELFT, visits: 20 })
  })

  it('counts right when more count at once than may lose a race', async () => {
    const count = 300
    let runs = 0
    const visit = (city: City): void => {
      runs++
      city.visits = (city.visits ?? 0) + 1
    }
    await Promise.all(Array.from({ length: count }, () => table.update(DELFT, visit)))
    expect(await table.get(DELFT)).toEqual({ ...DELFT, visits: count })
    expect(runs).toBeLessThan(30 * count)
  })

  it('may change the same item inside of another recipe', async () => {
    let isFirst = true
    const outer = await table.update(DELFT, async (city) => {
      city['outer'] = city.visits ?? 0
      if (!isFirst) return
      isFirst = false
      await table.update(DELFT, (inner) => void (inner.visits = 1))
    })
    expect(outer).toEqual({ ...DELFT, outer: 1, visits: 1 })
  })

  it('keeps what others have changed inside of the same attribute', async () => {
    await table.put({ ...DELFT, address: { mayor: 'x', phones: ['1'] } })
    await Promise.all([
      table.update(DELFT, (city) => void (city.address && (city.address.mayor = 'y'))),
      table.update(DELFT, (city) => void city.address?.phones?.push('2')),
    ])
    expect(await table.get(DELFT)).toEqual({ ...DELFT, address: { mayor: 'y', phones: ['1', '2'] } })
  })

  it('counts right when several tabs count', async () => {
    const tabs = await Promise.all(
      Array.from({ length: 3 }, () =>
        openMemoryDatabase({ tables: [cities], storage: 'indexeddb', name: 'counting tabs' }),
      ),
    )
    onTestFinished(async () => void (await Promise.all(tabs.map((tab) => tab.database.close()))))
    const visit = (city: City): void => void (city.visits = (city.visits ?? 0) + 1)
    await Promise.all(
      tabs.flatMap((tab) => Array.from({ length: 8 }, () => tab.database.table(cities).update(DELFT, visit))),
    )
    const [first] = tabs
    expect(await first?.database.table(cities).get(DELFT, { consistent: true })).toEqual({ ...DELFT, visits: 24 })
  })

  it('goes on with the next worker when one dies under it', async () => {
    const opened = await openMemoryDatabase({ tables: [cities], storage: 'indexeddb', name: 'dying worker' })
    onTestFinished(() => opened.database.close())
    const other = opened.database.table(cities)
    await other.put({ ...DELFT, visits: 1 })
    let runs = 0
    const updated = await other.update(DELFT, (city) => {
      city.visits = (city.visits ?? 0) + 1
      if (runs++ === 0) opened.workers[0]?.raise(new Event('messageerror'))
    })
    expect([updated, runs, opened.workers.length]).toEqual([{ ...DELFT, visits: 2 }, 1, 2])
  })

  it('gives up when others are always first', async () => {
    await table.put({ ...DELFT, visits: 0 })
    const hopeless = table.update(DELFT, async (city) => {
      city.visits = -1
      await table.update(DELFT, { add: { visits: 1 } })
    })
    await expect(hopeless).rejects.toMatchObject({ name: 'DatabaseError', code: 'RaceLost', data: { runs: 100 } })
    expect(await table.get(DELFT)).toEqual({ ...DELFT, visits: 100 })
  })

  it('is refused when its condition does not hold, without another run', async () => {
    await table.put({ ...DELFT, visits: 1 })
    let runs = 0
    const refused = table.update(
      DELFT,
      (city) => {
        runs++
        city.visits = 2
      },
      { if: expr`visits > ${1}` },
    )
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
    expect(runs).toBe(1)
  })

  it('refuses what it would lose: an item that is returned', async () => {
    await table.put({ ...DELFT, visits: 1 })
    const replaced = table.update(DELFT, ((city: City) => ({ ...city, visits: 2 })) as unknown as () => void)
    await expect(replaced).rejects.toMatchObject({ name: 'DatabaseError', code: 'InvalidOption' })
    const made = table.update(GENT, ((city: City) => ({ ...city, visits: 2 })) as unknown as () => void)
    await expect(made).rejects.toMatchObject({ name: 'DatabaseError', code: 'InvalidOption' })
    expect(await table.getMany([DELFT, GENT])).toEqual([{ ...DELFT, visits: 1 }, undefined])
    const assigned = (city: City): City => Object.assign(city, { visits: 3 })
    expect(await table.update(DELFT, assigned as unknown as () => void)).toEqual({ ...DELFT, visits: 3 })
  })

  it('throws what the recipe throws, and writes nothing', async () => {
    await table.put({ ...DELFT, visits: 1 })
    const failing = table.update(DELFT, (city) => {
      city.visits = 2
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await table.get(DELFT)).toEqual({ ...DELFT, visits: 1 })
  })

  it('takes what is undefined, and sets without members, for what is not there, however deep and in whatever is new', async () => {
    const address = { mayor: 'x', phones: undefined, streets: new Set() }
    const change = (city: City): void => {
      city['address'] = address as never
      city['list'] = [{ none: undefined, set: new Set() }, new Map([['none', undefined]])]
      city.tags = new Set()
    }
    const stored = { address: { mayor: 'x' }, list: [{}, {}] }
    expect(await table.update(DELFT, change)).toEqual({ ...DELFT, ...stored })
    await table.put({ ...GENT, address: { mayor: 'y', phones: ['1'] }, tags: new Set(['a']), list: [1] })
    expect(await table.update(GENT, change)).toEqual({ ...GENT, ...stored })
    // The same in so many places that whole attributes are set.
    const many = Array.from({ length: 200 }, (_, at) => ({ at, set: new Set([at]) as Set<number> | undefined }))
    await table.put({ ...DELFT, many })
    const updated = await table.update(DELFT, (city) => {
      for (const [at, one] of (city['many'] as typeof many).entries()) one.set = at % 2 === 0 ? undefined : new Set()
    })
    expect(updated).toEqual({ ...DELFT, many: many.map(({ at }) => ({ at })) })
    await expect(table.update(DELFT, (city) => void (city['list'] = [new Set()]))).rejects.toThrow('may not be empty')
    await expect(table.update(DELFT, (city) => void (city['list'] = [undefined]))).rejects.toThrow('undefined')
  })

  it('stores parts that were moved, swapped or are in two places, and refuses one that is inside of itself', async () => {
    await table.put({ ...DELFT, a: { list: [{ n: 1 }, { n: 2 }, 3] }, b: {} })
    const updated = await table.update(DELFT, (city) => {
      const [a, b] = [city['a'], city['b']] as [{ list?: { n: number }[] }, { list?: { n: number }[] }]
      const list = a.list ?? []
      const [first, second] = list as [{ n: number }, { n: number }]
      list[0] = second
      list[1] = first
      first.n = 7
      b.list = list
      delete a.list
      city['twice'] = Object.freeze([first, first])
    })
    expect(updated).toEqual({ ...DELFT, a: {}, b: { list: [{ n: 2 }, { n: 7 }, 3] }, twice: [{ n: 7 }, { n: 7 }] })
    await expect(table.update(DELFT, (city) => void (city['self'] = city))).rejects.toThrow('Nesting Levels')
  })

  it('makes items of any number of attributes, unless somebody is first', async () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`n${at}`, at])) as Record<string, number>
    expect(await table.update(DELFT, (city) => void Object.assign(city, wide))).toEqual({ ...DELFT, ...wide })
    expect(await table.get(DELFT)).toEqual({ ...DELFT, ...wide })
    let runs = 0
    const refused = table.update(
      GENT,
      async (city) => {
        Object.assign(city, runs++ === 0 ? wide : {})
        if (runs === 1) await table.put({ ...GENT, visits: 1 })
      },
      { if: expr`attribute_not_exists(population)` },
    )
    expect([await refused, runs]).toEqual([{ ...GENT, visits: 1 }, 2])
  })

  it('keeps to its key, whatever becomes of the bytes that it was given', async () => {
    const blobs = defineTable({ name: 'blobs', attributes: { id: 'B' }, key: { partition: 'id' } })
    const { database: other } = await openMemoryDatabase({ tables: [blobs] })
    onTestFinished(() => other.close())
    const id = new Uint8Array([1])
    const made = other.table(blobs).update({ id }, (blob) => void (blob['n'] = 1))
    id[0] = 2
    expect(await made).toEqual({ id: new Uint8Array([1]), n: 1 })
    const moved = other.table(blobs).update({ id }, (blob) => void (blob.id[0] = 3))
    await expect(moved).rejects.toThrow('Cannot update attribute id. This attribute is part of the key')
  })

  it('refuses to change a key', async () => {
    await table.put(DELFT)
    await expect(table.update(DELFT, (city) => void (city.name = 'Gent'))).rejects.toThrow(
      'Cannot update attribute name. This attribute is part of the key',
    )
  })

  it('sets whole attributes where many places have changed', async () => {
    const list = Array.from({ length: 400 }, (_, at) => ({ at, even: false }))
    await table.put({ ...DELFT, list, other: 1 })
    const updated = await table.update(DELFT, (city) => {
      for (const [at, element] of (city['list'] as { even: boolean }[]).entries()) element.even = at % 2 === 0
    })
    expect(updated).toEqual({ ...DELFT, list: list.map(({ at }) => ({ at, even: at % 2 === 0 })), other: 1 })
  })

  it('stores Maps, and refuses what cannot be stored, as put does', async () => {
    await table.put({ ...DELFT, address: { mayor: 'x' } })
    await table.update(DELFT, (city) => void (city['address'] = new Map([['mayor', 'y']]) as never))
    expect(await table.get(DELFT)).toEqual({ ...DELFT, address: { mayor: 'y' } })
    const date = table.update(DELFT, (city) => void (city['address'] = new Date(0) as never))
    await expect(date).rejects.toThrow('A value of type Date cannot be stored: convert it to a plain value first.')
    expect(await table.get(DELFT)).toEqual({ ...DELFT, address: { mayor: 'y' } })
  })

  it('looks at 100 attributes, and refuses to look at 101', async () => {
    const wide = (count: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, at]))
    await table.put({ ...DELFT, ...wide(100) })
    const sum = (city: object): number => Object.values(city).filter((value) => typeof value === 'number').length
    expect(await table.update(DELFT, (city) => void (city['n0'] = sum(city)))).toMatchObject({ n0: 100 })
    await table.put({ ...GENT, ...wide(101) })
    await expect(table.update(GENT, (city) => void (city['n0'] = sum(city)))).rejects.toMatchObject({
      code: 'InvalidOption',
      data: { attributes: 101 },
    })
  })

  it('leaves what a recipe stores to the recipe', async () => {
    const address = { mayor: 'x' }
    await table.update(DELFT, (city) => void (city.address = address))
    address.mayor = 'y'
    expect(await table.get(DELFT)).toEqual({ ...DELFT, address: { mayor: 'x' } })
  })
})
