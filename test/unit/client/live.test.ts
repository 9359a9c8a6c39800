// Live results over the real wire and the real engine, in memory.

import 'fake-indexeddb/auto'
import { firstValueFrom, from, lastValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defineTable } from '../../../src/client/define-table.ts'
import { expr } from '../../../src/client/expression.ts'
import type { Live, LiveItem, LiveRows } from '../../../src/client/live.ts'
import type { Table } from '../../../src/client/table.ts'
import type { Database, OpenOptions } from '../../../src/client/open-database.ts'
import { eventually } from '../../support/cities-fixture.ts'
import { type MemoryDatabase, openMemoryDatabase } from '../../support/memory-database.ts'
import type { PortWorker } from '../../support/port-worker.ts'

interface City {
  readonly country: string
  readonly name: string
  readonly population?: number
  readonly place?: { readonly latitude: number; readonly notes: readonly string[] }
}

const CITIES = defineTable<City>()({
  name: 'cities',
  attributes: { country: 'S', name: 'S', population: 'N' },
  key: { partition: 'country', sort: 'name' },
  localIndexes: { byPopulation: { sort: 'population' } },
})

interface Note {
  readonly id: string
  readonly tags: ReadonlySet<string>
  readonly ink: Uint8Array
  readonly parts: readonly unknown[]
}

const NOTES = defineTable<Note>()({ name: 'notes', attributes: { id: 'S' }, key: { partition: 'id' } })

const delft: City = { country: 'NL', name: 'Delft', population: 103_659, place: { latitude: 52, notes: ['old'] } }
const leiden: City = { country: 'NL', name: 'Leiden', population: 125_174 }
const ghent: City = { country: 'BE', name: 'Ghent', population: 265_086 }

interface Opened extends MemoryDatabase {
  readonly cities: Table<typeof CITIES>
}

async function open(options: Partial<OpenOptions> = {}): Promise<Opened> {
  const opened = await openMemoryDatabase({ tables: [CITIES], ...options })
  onTestFinished(() => opened.database.close().catch(() => undefined))
  return { ...opened, cities: opened.database.table(CITIES) }
}

/** Collects results; `next` resolves with the next that fits. */
function listen<Result>(live: Live<Result>): {
  readonly results: Result[]
  readonly until: (fits: (result: Result) => boolean) => Promise<Result>
  readonly ended: Promise<unknown>
  readonly unsubscribe: () => void
} {
  const results: Result[] = []
  let wake: (() => void) | undefined
  let finish: (how: unknown) => void
  const ended = new Promise<unknown>((resolve) => (finish = resolve))
  const { unsubscribe } = live.subscribe({
    next(result) {
      results.push(result)
      wake?.()
    },
    error: (error) => finish(error),
    complete: () => finish('complete'),
  })
  const until = async (fits: (result: Result) => boolean): Promise<Result> => {
    for (;;) {
      const last = results.at(-1)
      if (last !== undefined && fits(last)) return last
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { results, until, ended, unsubscribe }
}

const isSettled = (result: { readonly isPending: boolean }): boolean => !result.isPending
const names = ({ rows }: LiveRows<Pick<City, 'name'>>): string[] => rows.map(({ name }) => name)

describe('a live query', () => {
  it('tells the present rows, then every change, at once and again when it is durable', async () => {
    const { cities } = await open({ storage: 'indexeddb', name: 'pending rows' })
    await cities.putMany([delft, ghent])
    const { results, until } = listen(cities.query({ where: { country: 'NL' } }).live())
    await until(() => true)
    await cities.put(leiden)
    await until((result) => result.rows.length === 2 && isSettled(result))
    await cities.put({ country: 'FR', name: 'Lille' })
    await cities.delete({ country: 'NL', name: 'Delft' })
    await until((result) => result.rows.length === 1 && isSettled(result))
    expect(results.map(({ rows, pending, isPending }) => [rows, [...pending], isPending])).toEqual([
      [[delft], [], false],
      [[delft, leiden], [leiden], true],
      [[delft, leiden], [], false],
      [[leiden], [], true],
      [[leiden], [], false],
    ])
  })

  it('keeps rows that did not change, and the parts of a row that did not, the same frozen objects', async () => {
    const { cities } = await open()
    await cities.putMany([delft, leiden])
    const { until } = listen(cities.query({ where: { country: 'NL' } }).live())
    const before = await until(() => true)
    await cities.update({ country: 'NL', name: 'Delft' }, { add: { population: 1 } })
    const after = await until(({ rows, isPending }) => rows[0]?.population === 103_660 && !isPending)
    expect(after.rows[1]).toBe(before.rows[1])
    expect(after.rows[0]).not.toBe(before.rows[0])
    expect(after.rows[0]?.place).toBe(before.rows[0]?.place)
    expect(Object.isFrozen(after.rows) && Object.isFrozen(after.rows[0]) && Object.isFrozen(after.rows[0]?.place)).toBe(
      true,
    )
  })

  it('follows changes of sets, bytes and lists in its rows', async () => {
    const { database } = await openMemoryDatabase({ tables: [NOTES] })
    onTestFinished(() => database.close().catch(() => undefined))
    const notes = database.table(NOTES)
    const note = (tag: string): Note => ({
      id: '1',
      tags: new Set(['all', tag]),
      ink: new Uint8Array([tag.length]),
      parts: [{ tags: new Set([tag]) }, new Set([tag]), 'end'],
    })
    await notes.put(note('a'))
    const { until } = listen(notes.scan().live())
    expect((await until(() => true)).rows).toEqual([note('a')])
    await notes.put(note('bc'))
    expect((await until((result) => result.rows[0]?.tags.has('bc') === true && isSettled(result))).rows).toEqual([
      note('bc'),
    ])
  })

  it('tells nothing when what it shows did not change', async () => {
    const { cities } = await open()
    await cities.putMany([delft, leiden])
    const live = cities.query({ where: { country: 'NL' }, select: ['name'], filter: expr`population > ${100}` }).live()
    const { results, until } = listen(live)
    await until(() => true)
    await cities.update({ country: 'NL', name: 'Delft' }, { add: { population: 1 } })
    await cities.put({ country: 'NL', name: 'Hamlet', population: 3 })
    await cities.delete({ country: 'NL', name: 'Leiden' })
    await until((result) => result.rows.length === 1 && isSettled(result))
    expect([...new Set(results.map(({ rows }) => rows))]).toEqual([
      [{ name: 'Delft' }, { name: 'Leiden' }],
      [{ name: 'Delft' }],
    ])
  })

  it('shows a write no later than that it has settled', async () => {
    const { cities } = await open()
    const live = cities.query({ where: { country: 'NL' } }).live()
    await listen(live).until(() => true)
    for (let index = 0; index < 50; index++) {
      await cities.put({ country: 'NL', name: `n${index}` })
      expect([live.current?.rows.length, live.current?.isPending]).toEqual([index + 1, false])
    }
  })

  it('follows order, limit and index', async () => {
    const { cities } = await open()
    await cities.putMany(
      Array.from({ length: 30 }, (_, index) => ({ country: 'NL', name: `n${index}`, population: index })),
    )
    const live = cities.query({ index: 'byPopulation', where: { country: 'NL' }, reverse: true, limit: 3 }).live()
    const { until } = listen(live)
    expect(names(await until(() => true))).toEqual(['n29', 'n28', 'n27'])
    await cities.delete({ country: 'NL', name: 'n28' })
    await cities.update({ country: 'NL', name: 'n3' }, { set: { population: 1000 } })
    expect(names(await until((result) => isSettled(result) && names(result)[0] === 'n3'))).toEqual(['n3', 'n29', 'n27'])
    for (let index = 4; index < 30; index++) await cities.delete({ country: 'NL', name: `n${index}` })
    expect(names(await until((result) => isSettled(result) && names(result)[1] === 'n2'))).toEqual(['n3', 'n2', 'n1'])
  })

  it('begins after a cursor', async () => {
    const { cities } = await open()
    await cities.putMany(['a', 'b', 'c', 'd'].map((name) => ({ country: 'NL', name })))
    const [page] = [
      await cities
        .query({ where: { country: 'NL' }, pageSize: 2 })
        .pages()
        .next(),
    ]
    const after = page.value?.cursor as string
    const { until } = listen(cities.query({ where: { country: 'NL' }, after, limit: 1 }).live())
    expect(names(await until(() => true))).toEqual(['c'])
    await cities.put({ country: 'NL', name: 'bb' })
    expect(names(await until((result) => isSettled(result) && names(result)[0] === 'bb'))).toEqual(['bb'])
  })

  it('ends with the error of the service when its request is not valid, or its table is deleted', async () => {
    const { cities, database } = await open()
    const invalid = listen(cities.scan({ filter: { expression: 'no such expression' } }).live())
    await expect(invalid.ended).resolves.toMatchObject({ name: 'ValidationException' })
    const { until, ended } = listen(cities.scan().live())
    await until(() => true)
    await database.send('DeleteTable', { TableName: 'cities' })
    await expect(ended).resolves.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('completes when the database is closed', async () => {
    const { cities, database } = await open()
    const { until, ended } = listen(cities.scan().live())
    await until(() => true)
    await database.close()
    expect(await ended).toBe('complete')
  })

  it('tells nothing after it was unsubscribed or its signal aborted', async () => {
    const { cities } = await open()
    const live = cities.scan().live()
    const first = listen(live)
    const abort = new AbortController()
    const told: unknown[] = []
    cities.scan().subscribe((result) => told.push(result), { signal: abort.signal })
    const other = listen(live)
    await first.until(() => true)
    await other.until(() => true)
    expect(told).toHaveLength(1)
    first.unsubscribe()
    abort.abort()
    await cities.put(delft)
    await other.until(isSettled)
    expect([first.results.length, told.length]).toEqual([1, 1])
  })

  it('shares one result among all who ask alike, and has it at hand', async () => {
    const { cities } = await open()
    await cities.put(delft)
    const one = cities.query({ where: { country: 'NL' } }).live()
    const other = cities.query({ where: { country: 'NL' } }).live()
    expect([one.key === other.key, one.key === cities.scan().live().key, other.current]).toEqual([
      true,
      false,
      undefined,
    ])
    const result = await listen(one).until(() => true)
    expect(other.current).toBe(result)
    expect(await listen(other).until(() => true)).toBe(result)
  })

  it('can be iterated, and misses results rather than falling behind', async () => {
    const { cities } = await open()
    const abort = new AbortController()
    const seen: string[][] = []
    const loop = async (): Promise<void> => {
      for await (const result of cities.scan({ signal: abort.signal }).live()) {
        if (result.isPending) continue
        seen.push(names(result))
        if (seen.length === 1) await cities.putMany(['a', 'b'].map((name) => ({ country: 'NL', name })))
        if (result.rows.length === 2) abort.abort(new Error('enough'))
      }
    }
    await expect(loop()).rejects.toThrow('enough')
    expect(seen).toEqual([[], ['a', 'b']])
  })

  it('is an Observable to RxJS', async () => {
    const { cities } = await open()
    await cities.put(delft)
    const first = from(cities.scan().live()).pipe(take(1), toArray())
    expect((await firstValueFrom(first)).map(names)).toEqual([['Delft']])
  })

  it('ends to RxJS as it ends, and is unsubscribed from by it', async () => {
    const { cities, database } = await open()
    const invalid = from(cities.scan({ filter: { expression: 'no such expression' } }).live())
    await expect(firstValueFrom(invalid)).rejects.toMatchObject({ name: 'ValidationException' })
    const seen: number[] = []
    const subscription = from(cities.scan().live()).subscribe(({ rows }) => seen.push(rows.length))
    await eventually(() => seen.length > 0)
    subscription.unsubscribe()
    await cities.put(delft)
    expect(seen).toEqual([0])
    const ended = lastValueFrom(from(cities.scan().live()))
    await listen(cities.scan().live()).until(() => true)
    await database.close()
    expect((await ended).rows).toEqual([delft])
  })

  it('is an Observable to libraries that were loaded after somebody had made the symbol for them, and before', async () => {
    const { cities } = await open()
    const observable = Symbol('observable')
    Object.defineProperty(Symbol, 'observable', { value: observable, configurable: true })
    onTestFinished(() => void Reflect.deleteProperty(Symbol, 'observable'))
    const live = cities.scan().live()
    const { [observable]: bySymbol } = live as unknown as Record<symbol, () => unknown>
    expect([bySymbol?.(), live['@@observable']()]).toEqual([live, live])
  })
})

describe('a live get', () => {
  it('tells the item, its changes and its absence', async () => {
    const { cities } = await open({ storage: 'indexeddb', name: 'pending item' })
    const { results, until } = listen(cities.live({ country: 'NL', name: 'Delft' }))
    await until(() => true)
    await cities.put(delft)
    await until((result) => result.item !== undefined && isSettled(result))
    await cities.put(leiden)
    await cities.delete({ country: 'NL', name: 'Delft' })
    await until((result) => result.item === undefined && isSettled(result))
    expect(results).toEqual<LiveItem<City>[]>([
      { item: undefined, isPending: false },
      { item: delft, isPending: true },
      { item: delft, isPending: false },
      { item: undefined, isPending: true },
      { item: undefined, isPending: false },
    ])
  })
})

describe('a lost worker', () => {
  it('loses no live result: the next is asked anew, and what has not changed stays the same', async () => {
    const { cities, workers } = await open({ storage: 'indexeddb' })
    await cities.putMany([delft, leiden, ghent])
    const [all, dutch] = [listen(cities.scan().live()), listen(cities.query({ where: { country: 'NL' } }).live())]
    const before = await dutch.until(() => true)
    await all.until(() => true)
    workers[0]?.raise(new Event('messageerror'))
    await cities.delete({ country: 'NL', name: 'Leiden' })
    const after = await dutch.until((result) => result.rows.length === 1 && isSettled(result))
    expect(workers).toHaveLength(2)
    expect(after.rows[0]).toBe(before.rows[0])
    await all.until((result) => result.rows.length === 2)
    await cities.put({ country: 'NL', name: 'Hoorn' })
    await dutch.until((result) => isSettled(result) && names(result).join(' ') === 'Delft Hoorn')
  })

  it('ends all live results when it cannot be replaced', async () => {
    const { cities, workers } = await open()
    const { until, ended } = listen(cities.scan().live())
    await until(() => true)
    workers[0]?.raise(new Event('messageerror'))
    await expect(ended).resolves.toMatchObject({ name: 'DatabaseError', code: 'WorkerLost' })
  })
})

describe('the page', () => {
  it('has one call open for all its live results', async () => {
    const { cities, workers } = await open()
    const [worker] = workers
    const listeners = Array.from({ length: 50 }, (_, index) =>
      listen(cities.query({ where: { country: `C${index}` } }).live()),
    )
    await Promise.all(listeners.map(({ until }) => until(() => true)))
    const before = worker?.sentByWorker() ?? 0
    await cities.putMany(Array.from({ length: 50 }, (_, index) => ({ country: `C${index}`, name: 'one' })))
    await Promise.all(listeners.map(({ until }) => until((result) => result.rows.length === 1 && isSettled(result))))
    // The answer of the puts, what was shown before they were durable, and that they are.
    expect((worker?.sentByWorker() ?? 0) - before).toBeLessThanOrEqual(3)
  })

  it('has nothing told any more a while after the last has left', async () => {
    const { cities, workers } = await open()
    const [worker] = workers as [PortWorker]
    const { until, unsubscribe } = listen(cities.scan().live())
    await until(() => true)
    const sent = worker.sentByPage()
    unsubscribe()
    await eventually(() => worker.sentByPage() > sent)
    const told = worker.sentByWorker()
    await cities.put(delft)
    // What was sent is the answers to the farewell and to the put.
    expect(worker.sentByWorker() - told).toBeLessThanOrEqual(2)
    expect(cities.scan().live().current).toBeUndefined()
  })

  it('closes at once although a call waits for news', async () => {
    const { cities, database }: Opened & { readonly database: Database } = await open()
    const { until } = listen(cities.scan().live())
    await until(() => true)
    await expect(database.close()).resolves.toBeUndefined()
  })
})
