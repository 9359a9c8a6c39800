// A table's methods, against a real engine behind a message port.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineTable } from '../../../src/client/define-table.ts'
import { attribute, expr } from '../../../src/client/expression.ts'
import type { Database } from '../../../src/client/open-database.ts'
import type { Table } from '../../../src/client/table.ts'
import { NumberValue } from '../../../src/model/native.ts'
import { ServiceException } from '../../../src/model/service-exception.ts'
import { openMemoryDatabase } from '../../support/memory-database.ts'
import type { PortWorker } from '../../support/port-worker.ts'

interface City {
  country: string
  name: string
  population?: number
  region?: string
  tags?: Set<string>
  address?: { mayor: string; founded?: number }
  visits?: number
  [more: string]: unknown
}

const cities = defineTable<City>()({
  name: 'cities',
  attributes: { country: 'S', name: 'S', region: 'S', population: 'N' },
  key: { partition: 'country', sort: 'name' },
  globalIndexes: { byRegion: { partition: 'region', sort: 'population', projection: ['visits'] } },
  localIndexes: { byPopulation: { sort: 'population' } },
})

const DELFT: City = { country: 'NL', name: 'Delft', population: 103_659, region: 'South' }
const ASSEN: City = { country: 'NL', name: 'Assen', population: 68_606, region: 'North' }
const GENT: City = { country: 'BE', name: 'Gent', population: 265_086 }

let database: Database
let table: Table<typeof cities>
let workers: readonly PortWorker[]

beforeEach(async () => {
  ;({ database, workers } = await openMemoryDatabase({ tables: [cities] }))
  table = database.table(cities)
})

afterEach(() => database.close())

async function failure(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error) return { ...error, name: error.name, message: error.message }
  }
  return 'nothing failed'
}

describe('put', () => {
  it('stores an item of all kinds of native values', async () => {
    const item = {
      country: 'NL',
      name: 'Delft',
      big: 12345678901234567890n,
      exact: new NumberValue('0.12345678901234567890123456789'),
      negative: -1.5,
      yes: true,
      nothing: null,
      bytes: new Uint8Array([0, 255]),
      tags: new Set(['a', 'b']),
      numbers: new Set([1, 2.5]),
      list: ['x', 1, [null]],
      address: { mayor: 'x', founded: 1246 },
    }
    expect(await table.put(item)).toBe(undefined)
    expect(await table.get({ country: 'NL', name: 'Delft' })).toEqual(item)
  })

  it('returns the item before when asked', async () => {
    expect(await table.put(DELFT, { returnValues: 'ALL_OLD' })).toBe(undefined)
    expect(await table.put({ ...DELFT, population: 1 }, { returnValues: 'ALL_OLD' })).toEqual(DELFT)
  })

  it('stores what the item was when it was called', async () => {
    const item = { ...DELFT }
    const put = table.put(item)
    item.population = 0
    await put
    expect(await table.get({ country: 'NL', name: 'Delft' })).toEqual(DELFT)
  })

  it('is refused when its condition does not hold', async () => {
    await table.put(DELFT, { if: 'not_exists' })
    expect(await failure(table.put(DELFT, { if: 'not_exists', returnValuesOnFailure: 'ALL_OLD' }))).toEqual({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { country: { S: 'NL' }, name: { S: 'Delft' }, population: { N: '103659' }, region: { S: 'South' } },
    })
    await table.put({ ...DELFT, visits: 1 }, { if: expr`${attribute('population')} > ${100_000}` })
    expect(await table.get({ country: 'NL', name: 'Delft' })).toEqual({ ...DELFT, visits: 1 })
  })

  it('is refused for a value that cannot be stored', async () => {
    expect(await failure(table.put({ ...DELFT, mayor: undefined }))).toEqual({
      name: 'ValidationException',
      message: 'undefined is not a value: leave the attribute out, or pass removeUndefinedValues.',
    })
  })
})

describe('get', () => {
  it('returns undefined where there is nothing', async () => {
    expect(await table.get({ country: 'NL', name: 'Atlantis' })).toBe(undefined)
  })

  it('returns the attributes that are selected, whatever they are called', async () => {
    await table.put({ ...DELFT, 'a.b': 1 })
    const options = { select: ['name', 'a.b', 'nothing'], consistent: true }
    expect(await table.get({ country: 'NL', name: 'Delft' }, options)).toEqual({ name: 'Delft', 'a.b': 1 })
  })

  it('travels with the other calls of its microtask', async () => {
    await Promise.all([table.put(DELFT), table.put(ASSEN)])
    const before = workers[0]?.sentByPage() ?? 0
    const found = await Promise.all([DELFT, ASSEN, GENT].map(({ country, name }) => table.get({ country, name })))
    expect(found).toEqual([DELFT, ASSEN, undefined])
    expect((workers[0]?.sentByPage() ?? 0) - before).toBe(1)
  })
})

describe('update', () => {
  it('sets, removes, adds and deletes', async () => {
    const key = { country: 'NL', name: 'Delft' }
    await table.put({ ...DELFT, tags: new Set(['old', 'blue']), visits: 1 })
    const updated = await table.update(key, {
      set: { population: 1 },
      remove: ['region'],
      add: { visits: 2 },
      delete: { tags: new Set(['old']) },
      returnValues: 'ALL_NEW',
    })
    expect(updated).toEqual({ ...key, population: 1, tags: new Set(['blue']), visits: 3 })
  })

  it('takes expressions for values and paths', async () => {
    const key = { country: 'NL', name: 'Delft' }
    await table.put({ ...DELFT, address: { mayor: 'x' } })
    const first = await table.update(key, {
      set: { visits: expr`if_not_exists(visits, ${0}) + ${1}` },
      returnValues: 'UPDATED_NEW',
    })
    const second = await table.update(key, {
      expression: expr`SET ${attribute('address', 'founded')} = ${1246}`,
      returnValues: 'ALL_NEW',
    })
    expect([first, second.address]).toEqual([{ visits: 1 }, { mayor: 'x', founded: 1246 }])
  })

  it('is refused when its condition does not hold', async () => {
    const refused = table.update({ country: 'NL', name: 'Delft' }, { set: { visits: 1 }, if: 'exists' })
    expect(await failure(refused)).toEqual({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
    })
  })
})

describe('delete', () => {
  it('removes the item and returns it when asked', async () => {
    await table.put(DELFT)
    const key = { country: 'NL', name: 'Delft' }
    expect(await table.delete(key, { returnValues: 'ALL_OLD' })).toEqual(DELFT)
    expect([await table.get(key), await table.delete(key)]).toEqual([undefined, undefined])
  })
})

describe('query', () => {
  beforeEach(() => table.putMany([DELFT, ASSEN, GENT, { country: 'NL', name: 'Almelo', population: 73_107 }]))

  it('gives the rows of a partition in order', async () => {
    const rows = await table.query({ where: { country: 'NL' } })
    expect(rows.map(({ name }) => name)).toEqual(['Almelo', 'Assen', 'Delft'])
  })

  it('gives those in a range of the sort key, from the end, up to a limit', async () => {
    const rows = await table.query({ where: { country: 'NL', name: { beginsWith: 'A' } }, reverse: true, limit: 1 })
    expect(rows).toEqual([ASSEN])
  })

  it('gives those that pass a filter, up to a limit', async () => {
    const filter = expr`${attribute('population')} > ${70_000}`
    expect(await table.query({ where: { country: 'NL' }, filter, limit: 1 })).toEqual([
      { country: 'NL', name: 'Almelo', population: 73_107 },
    ])
    const rows = await table.query({ where: { country: 'NL' }, filter, limit: 2, pageSize: 1, select: ['name'] })
    expect(rows).toEqual([{ name: 'Almelo' }, { name: 'Delft' }])
  })

  it('reads indexes', async () => {
    const local = await table.query({ index: 'byPopulation', where: { country: 'NL', population: { '>=': 70_000 } } })
    const global = await table.query({ index: 'byRegion', where: { region: 'South' } })
    expect([local.map(({ name }) => name), global]).toEqual([['Almelo', 'Delft'], [DELFT]])
  })

  it('streams rows page by page', async () => {
    const names: string[] = []
    for await (const { name } of table.query({ where: { country: 'NL' }, pageSize: 2 })) names.push(name)
    expect(names).toEqual(['Almelo', 'Assen', 'Delft'])
  })

  it('gives pages with cursors from which a later query goes on', async () => {
    const query = { where: { country: 'NL' }, pageSize: 2, select: ['name'] } as const
    const pages = table.query(query).pages()
    const { value: first } = await pages.next()
    await pages.return()
    expect(first).toEqual({
      items: [{ name: 'Almelo' }, { name: 'Assen' }],
      cursor: '{"country":{"S":"NL"},"name":{"S":"Assen"}}',
      scannedCount: 2,
    })
    const after = first?.cursor ?? 'none'
    const rest: unknown[] = []
    for await (const page of table.query({ ...query, after }).pages()) rest.push(page)
    expect(rest).toEqual([{ items: [{ name: 'Delft' }], cursor: undefined, scannedCount: 1 }])
  })

  it('gives the first row, and the count', async () => {
    const query = table.query({ where: { country: 'NL' }, pageSize: 1 })
    expect([await query.first(), await query.count()]).toEqual([
      { country: 'NL', name: 'Almelo', population: 73_107 },
      3,
    ])
  })

  it('gives nothing with a limit of 0', async () => {
    expect(await table.query({ where: { country: 'NL' }, limit: 0 })).toEqual([])
  })

  it('stops between pages when it is aborted', async () => {
    const abort = new AbortController()
    const seen: string[] = []
    const stream = async (): Promise<void> => {
      for await (const row of table.query({ where: { country: 'NL' }, pageSize: 1, signal: abort.signal })) {
        seen.push(row.name)
        abort.abort(new Error('enough'))
      }
    }
    expect([await failure(stream()), seen]).toEqual([{ name: 'Error', message: 'enough' }, ['Almelo']])
  })

  it('is refused for an index that there is not', async () => {
    const wrong = { index: 'byMayor', where: { mayor: 'x' } } as unknown as Parameters<typeof table.query>[0]
    await expect(table.query(wrong)).rejects.toBeInstanceOf(ServiceException)
  })
})

describe('scan', () => {
  beforeEach(() => table.putMany([DELFT, ASSEN, GENT]))

  it('gives all rows, of the table and of an index', async () => {
    const names = (rows: readonly City[]): string[] => rows.map(({ name }) => name).toSorted()
    expect(names(await table.scan())).toEqual(['Assen', 'Delft', 'Gent'])
    expect(names(await table.scan({ index: 'byRegion' }))).toEqual(['Assen', 'Delft'])
    expect(await table.scan().count()).toBe(3)
  })

  it('gives each row in one of its segments', async () => {
    const segments = await Promise.all([0, 1, 2].map((segment) => table.scan({ segment, totalSegments: 3 })))
    const names = segments.flat().map(({ name }) => name)
    expect(names.toSorted()).toEqual(['Assen', 'Delft', 'Gent'])
  })
})

describe('many items', () => {
  const many = (count: number): City[] =>
    Array.from({ length: count }, (_, index) => ({ country: `c${index % 7}`, name: `n${index}`, visits: index }))

  it('are put, got and deleted in any number', async () => {
    const items = many(1234)
    const keys = items.map(({ country, name }) => ({ country, name }))
    expect(await table.putMany(items)).toBe(1234)
    expect(await table.getMany([...keys, { country: 'no', name: 'such' }])).toEqual([...items, undefined])
    expect(await table.deleteMany(keys.slice(1))).toBe(1233)
    expect(await table.scan()).toEqual([items[0]])
  })

  it('come from an asynchronous stream', async () => {
    async function* stream(): AsyncGenerator<City> {
      yield* many(30)
    }
    expect([await table.putMany(stream()), await table.scan().count()]).toEqual([30, 30])
  })

  it('may name a key twice: the later item counts, and a get finds it twice', async () => {
    await table.putMany([DELFT, { ...DELFT, visits: 2 }])
    const key = { country: 'NL', name: 'Delft' }
    const found = { ...DELFT, visits: 2 }
    expect(await table.getMany([key, key])).toEqual([found, found])
  })

  it('are refused when one of them is refused', async () => {
    const refused = table.putMany([DELFT, { country: '', name: 'x' }])
    expect(await failure(refused)).toMatchObject({ name: 'ValidationException' })
  })

  it('are got although they are more than one answer of the service holds', async () => {
    const items = many(50).map((item) => ({ ...item, text: 'x'.repeat(390_000) }))
    await table.putMany(items)
    const found = await table.getMany(items.map(({ country, name }) => ({ country, name })))
    expect(found).toEqual(items)
  })
})
