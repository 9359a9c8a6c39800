// Triggers of the page, with the real engine behind message ports over one IndexedDB: what they are given, where they go on,
// and who of several tabs runs them.

import 'fake-indexeddb/auto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { defineTable } from '../../../src/client/define-table.ts'
import { type Database, type OpenOptions, openDatabase } from '../../../src/client/open-database.ts'
import type { Trigger } from '../../../src/client/trigger-types.ts'
import { createMemoryLocks } from '../../support/memory-locks.ts'
import { openMemoryDatabase } from '../../support/memory-database.ts'
import { startPortWorker } from '../../support/port-worker.ts'
import { serve } from '../../../worker/serve.ts'

interface Order {
  readonly customer: string
  readonly number: number
  readonly state: string
}

const orders = defineTable<Order>()({
  name: 'orders',
  attributes: { customer: 'S', number: 'N' },
  key: { partition: 'customer', sort: 'number' },
  stream: 'NEW_AND_OLD_IMAGES',
})
const silent = defineTable<Order>()({
  name: 'silent',
  attributes: { customer: 'S', number: 'N' },
  key: { partition: 'customer', sort: 'number' },
})
const parked = defineTable({
  name: 'parked',
  attributes: { trigger: 'S', position: 'S' },
  key: { partition: 'trigger', sort: 'position' },
})
const tables = [orders, silent, parked]

const opened: Database[] = []
let nextName = 0

async function open(name: string, options: Partial<OpenOptions> = {}): Promise<Database> {
  const worker = (): Worker => startPortWorker(serve).worker as Worker
  const database = await openDatabase({ name, worker, tables, ...options })
  opened.push(database)
  return database
}

function order(number: number, state = 'new'): Order {
  return { customer: 'ann', number, state }
}

/** A list that can be waited for. */
class Seen<T> {
  readonly all: T[] = []
  #wake: (() => void) | undefined

  add(...more: readonly T[]): void {
    this.all.push(...more)
    this.#wake?.()
  }

  async count(expected: number): Promise<readonly T[]> {
    while (this.all.length < expected) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.all
  }
}

// Node has no Web Locks.
beforeAll(() => void vi.stubGlobal('navigator', { locks: createMemoryLocks() }))
afterAll(() => void vi.unstubAllGlobals())
afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())))

describe('a trigger', () => {
  it('is given changes as native items, filtered, from the call on', async () => {
    const table = (await open(`triggers ${nextName++}`)).table(orders)
    await table.put(order(1, 'paid'))
    const seen = new Seen<unknown>()
    table.trigger({
      name: 'paid',
      filters: [{ dynamodb: { NewImage: { state: { S: ['paid'] } } } }],
      run: (changes) => seen.add(...changes.map(({ kind, key, newItem }) => [kind, key, newItem?.state])),
    })
    await table.put(order(2))
    await table.put(order(3, 'paid'))
    await table.update({ customer: 'ann', number: 2 }, { set: { state: 'paid' } })
    expect(await seen.count(2)).toEqual([
      ['insert', { customer: 'ann', number: 3 }, 'paid'],
      ['modify', { customer: 'ann', number: 2 }, 'paid'],
    ])
  })

  it('goes on behind its checkpoint when the database is opened again', async () => {
    const name = `triggers ${nextName++}`
    const first = await open(name)
    const seen = new Seen<number>()
    const start = (database: Database): Trigger =>
      database
        .table(orders)
        .trigger({ name: 'log', run: (changes) => seen.add(...changes.map(({ key }) => key.number)) })
    const trigger = start(first)
    await first.table(orders).put(order(1))
    await seen.count(1)
    await trigger.stop()
    await first.table(orders).put(order(2))
    await first.close()
    const second = await open(name)
    start(second)
    await second.table(orders).put(order(3))
    expect(await seen.count(3)).toEqual([1, 2, 3])
  })

  it('runs in one tab at a time, and moves to another when that one is closed', async () => {
    const name = `triggers ${nextName++}`
    const databases = [await open(name), await open(name)] as const
    const seen = new Seen<string>()
    databases.forEach((database, tab) => {
      database.table(orders).trigger({
        name: 'log',
        // Not from now on: each worker has a now of its own, which the other's write may come before.
        from: 'start',
        run: (changes) => seen.add(...changes.map(({ key }) => `${tab} ${key.number}`)),
      })
    })
    await databases[1].table(orders).put(order(1))
    // Either may be the first to ask for the turn.
    const first = (await seen.count(1))[0] === '0 1' ? 0 : 1
    expect(seen.all).toEqual([`${first} 1`])
    await databases[first].close()
    await databases[1 - first]?.table(orders).put(order(2))
    expect(await seen.count(2)).toEqual([`${first} 1`, `${1 - first} 2`])
  })

  it('stops at once, wherever it is', async () => {
    const database = await open(`triggers ${nextName++}`)
    let stopped = 0
    for (let turns = 0; turns < 30; turns++) {
      const filters = [{ eventName: ['REMOVE'] }]
      const trigger = database.table(orders).trigger({ name: 'log', filters, run: () => undefined })
      await database.table(orders).put(order(turns))
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
      await trigger.stop()
      stopped++
    }
    // Those that waited for their time to be over would take longer than the test may.
    expect(stopped).toBe(30)
  })

  it('puts what it gives up into a table, one item for each change', async () => {
    const database = await open(`triggers ${nextName++}`)
    const seen = new Seen<number>()
    const trigger = database.table(orders).trigger({
      name: 'picky',
      retries: 0,
      bisectOnError: true,
      onFailure: parked,
      run(changes) {
        if (changes.some(({ key }) => key.number === 2)) throw new Error('not this one')
        seen.add(...changes.map(({ key }) => key.number))
      },
    })
    await database.table(orders).putMany([order(1), order(2), order(3)])
    expect(new Set(await seen.count(2))).toEqual(new Set([1, 3]))
    await trigger.stop()
    const items = await database.table(parked).query({ where: { trigger: 'picky' } })
    expect(items).toMatchObject([
      {
        condition: 'RetryAttemptsExhausted',
        attempts: 1,
        error: 'Error: not this one',
        kind: 'insert',
        key: { customer: 'ann', number: 2 },
        newItem: order(2),
      },
    ])
  })

  it('cannot run on a table without a stream, or with options that it does not have', async () => {
    const database = await open(`triggers ${nextName++}`)
    const run = (): void => undefined
    await expect(database.table(silent).trigger({ name: 'x', run }).ended).rejects.toMatchObject({
      code: 'InvalidOption',
    })
    await expect(database.table(orders).trigger({ name: '', run }).ended).rejects.toMatchObject({
      code: 'InvalidOption',
    })
    const onFailure = orders
    await expect(database.table(orders).trigger({ name: 'x', run, onFailure }).ended).rejects.toMatchObject({
      message: 'The key of table orders, which takes what a trigger gives up, is text.',
    })
  })

  it('ends with its database, and with the stream', async () => {
    const { database } = await openMemoryDatabase({ tables })
    const trigger = database.table(orders).trigger({ name: 'x', run: () => undefined })
    const seen = new Seen<number>()
    const other = database.table(orders).trigger({ name: 'y', run: (changes) => seen.add(changes.length) })
    await database.table(orders).put(order(1))
    await seen.count(1)
    await database.close()
    expect(await trigger.ended).toBe(undefined)
    expect(await other.ended).toBe(undefined)
    const { database: again } = await openMemoryDatabase({ tables })
    opened.push(again)
    const short = again.table(orders).trigger({ name: 'x', run: () => undefined })
    await again.send('UpdateTable', { TableName: 'orders', StreamSpecification: { StreamEnabled: false } })
    expect(await short.ended).toBe(undefined)
  })
})
