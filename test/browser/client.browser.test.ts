// The whole road in a browser: the built page, its worker, real IndexedDB and real Web Locks.

import { attribute, DatabaseError, defineTable, deleteDatabase, expr, openDatabase } from 'tidetable'
import type { Database, OpenOptions } from 'tidetable'
import { afterEach, describe, expect, it } from 'vitest'

interface City {
  readonly country: string
  readonly name: string
  readonly population: number
  readonly tags?: Set<string>
}

const cities = defineTable<City>()({
  name: 'cities',
  attributes: { country: 'S', name: 'S', population: 'N' },
  key: { partition: 'country', sort: 'name' },
  localIndexes: { byPopulation: { sort: 'population' } },
})

const DELFT: City = { country: 'NL', name: 'Delft', population: 103_659, tags: new Set(['blue']) }
const ASSEN: City = { country: 'NL', name: 'Assen', population: 68_606 }

const opened: Database[] = []
let nextName = 0

async function open(name: string, options: Partial<OpenOptions> = {}): Promise<Database> {
  const database = await openDatabase({ name, tables: [cities], ...options })
  opened.push(database)
  return database
}

function freshName(): string {
  return `client-test-${nextName++}`
}

afterEach(async () => {
  const names = new Set(opened.map(({ name }) => name))
  await Promise.all(opened.splice(0).map((database) => database.close()))
  await Promise.all([...names].map((name) => deleteDatabase(name)))
})

/** Opens a database whose workers a test can end behind the page's back. */
async function openWithWorkers(name: string, options: Partial<OpenOptions> = {}): Promise<[Database, Worker[]]> {
  const workers: Worker[] = []
  const database = await open(name, {
    ...options,
    worker: () => {
      // In this form Vite bundles it; served as it is, Vitest would wrap its dynamic imports for a page.
      const worker = new Worker(new URL('../../dist/worker.js', import.meta.url), { type: 'module' })
      workers.push(worker)
      return worker
    },
  })
  return [database, workers]
}

describe('a database in a worker', () => {
  it('puts, gets, updates, deletes and queries', async () => {
    const table = (await open(freshName())).table(cities)
    await Promise.all([table.put(DELFT), table.put(ASSEN)])
    const key = { country: 'NL', name: 'Delft' }
    expect(await table.get(key)).toEqual(DELFT)
    const grown = await table.update(key, {
      set: { population: expr`${attribute('population')} + ${1}` },
      returnValues: 'ALL_NEW',
    })
    expect(grown).toEqual({ ...DELFT, population: 103_660 })
    expect(
      await table.query({ index: 'byPopulation', where: { country: 'NL', population: { '<': 100_000 } } }),
    ).toEqual([ASSEN])
    expect(await table.delete(key, { returnValues: 'ALL_OLD' })).toEqual(grown)
    expect(await table.scan()).toEqual([ASSEN])
  })

  it('keeps what was put when it is closed and opened again', async () => {
    const name = freshName()
    const first = await open(name)
    await first.table(cities).putMany([DELFT, ASSEN])
    await first.close()
    const second = await open(name)
    expect(await second.table(cities).query({ where: { country: 'NL' } })).toEqual([ASSEN, DELFT])
  })

  it('keeps thousands of items and streams them back', async () => {
    const table = (await open(freshName())).table(cities)
    const items = Array.from({ length: 5000 }, (_, index): City => ({
      country: `c${index % 3}`,
      name: String(index).padStart(5, '0'),
      population: index,
    }))
    await table.putMany(items)
    let count = 0
    let sum = 0
    for await (const { population } of table.scan()) {
      count++
      sum += population
    }
    expect([count, sum]).toEqual([5000, (4999 * 5000) / 2])
    expect(await table.getMany(items.slice(0, 250).map(({ country, name }) => ({ country, name })))).toEqual(
      items.slice(0, 250),
    )
  })

  it('opens in browsers that do not list their databases', async () => {
    const { prototype } = IDBFactory
    const databases = Object.getOwnPropertyDescriptor(prototype, 'databases') ?? {}
    Reflect.deleteProperty(prototype, 'databases')
    try {
      const table = (await open(freshName())).table(cities)
      await table.put(DELFT)
      expect(await table.get({ country: 'NL', name: 'Delft' })).toEqual(DELFT)
    } finally {
      Object.defineProperty(prototype, 'databases', databases)
    }
  })

  it('is apart from another one of another name', async () => {
    const [one, two] = await Promise.all([open(freshName()), open(freshName())])
    await one.table(cities).put(DELFT)
    expect([await one.table(cities).scan().count(), await two.table(cities).scan().count()]).toEqual([1, 0])
  })

  it('shares its data with another worker of the same name', async () => {
    const name = freshName()
    const [one, two] = await Promise.all([open(name), open(name)])
    await one.table(cities).put(DELFT)
    const key = { country: 'NL', name: 'Delft' }
    expect(await two.table(cities).get(key, { consistent: true })).toEqual(DELFT)
  })

  it('gains a global index that is declared later, filled with what was there', async () => {
    const name = freshName()
    const first = await open(name)
    await first.table(cities).putMany([DELFT, ASSEN])
    await first.close()
    const indexed = defineTable<City>()({ ...cities, globalIndexes: { bySize: { partition: 'population' } } })
    const second = await open(name, { tables: [indexed] })
    expect(await second.table(indexed).query({ index: 'bySize', where: { population: 68_606 } })).toEqual([ASSEN])
  })

  it('is refused with a key that contradicts what is stored', async () => {
    const name = freshName()
    await (await open(name)).close()
    const other = defineTable({ name: 'cities', attributes: { country: 'S', name: 'N' }, key: cities.key })
    await expect(open(name, { tables: [other] })).rejects.toMatchObject({
      code: 'DefinitionMismatch',
      message:
        'Table cities is stored with another definition: key is HASH country:S RANGE name:S, declared as HASH country:S RANGE name:N.',
    })
  })

  it('can be deleted at once, whatever it did before it was closed', async () => {
    for (let round = 0; round < 10; round++) {
      const name = freshName()
      const database = await open(name)
      await database.table(cities).put(DELFT)
      await database.table(cities).get({ country: 'NL', name: 'Delft' }, { consistent: true })
      await database.close()
      await expect(deleteDatabase(name)).resolves.toBeUndefined()
    }
  })

  it('is empty after it was deleted', async () => {
    const name = freshName()
    const first = await open(name)
    await first.table(cities).put(DELFT)
    await first.close()
    await deleteDatabase(name)
    expect(await (await open(name)).table(cities).scan().count()).toBe(0)
  })

  it('keeps nothing when it is in memory', async () => {
    const name = freshName()
    const database = await open(name, { storage: 'memory' })
    await database.table(cities).put(DELFT)
    expect([database.storage, await database.table(cities).scan().count()]).toEqual(['memory', 1])
    await database.close()
    expect(await (await open(name)).table(cities).scan().count()).toBe(0)
  })
})

describe('a worker that is ended behind the page', () => {
  it('is replaced, and what was acknowledged is there', async () => {
    const [database, workers] = await openWithWorkers(freshName())
    const table = database.table(cities)
    await table.put(DELFT)
    workers[0]?.terminate()
    expect(await table.get({ country: 'NL', name: 'Delft' })).toEqual(DELFT)
    await table.put(ASSEN)
    expect([await table.scan().count(), workers.length]).toEqual([2, 2])
  })

  it('settles every call that was under way', async () => {
    const [database, workers] = await openWithWorkers(freshName())
    const table = database.table(cities)
    const puts = Array.from({ length: 500 }, (_, index) => table.put({ ...DELFT, name: String(index) }))
    const gets = Array.from({ length: 100 }, (_, index) => table.get({ country: 'NL', name: String(index) }))
    await puts[0]
    workers[0]?.terminate()
    const late = table.put(ASSEN)
    const results = await Promise.allSettled([...puts, late])
    const lost = results.filter((result) => result.status === 'rejected').map((result) => result.reason as unknown)
    expect(lost.every((error) => error instanceof DatabaseError && error.code === 'WorkerLost')).toBe(true)
    await Promise.all(gets)
    const acknowledged = results.filter((result) => result.status === 'fulfilled').length
    const stored = await table.scan().count()
    expect(stored).toBeGreaterThanOrEqual(acknowledged)
    expect(stored).toBeLessThanOrEqual(501)
  })

  it('that never starts is an error', async () => {
    const worker = (): Worker => new Worker(URL.createObjectURL(new Blob(['throw new Error("out of order")'])))
    await expect(openDatabase({ name: freshName(), worker })).rejects.toMatchObject({ code: 'WorkerUnavailable' })
  })
})
