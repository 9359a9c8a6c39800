// A table's changes as the page sees them, with the real engine behind a message port.

import 'fake-indexeddb/auto'
import { afterEach, describe, expect, it } from 'vitest'
// Tests count turns here, which are nothing beside the time that it takes to load what is loaded on first use.
import '../../../src/client/changes.ts'
import '../../../src/client/live-connection.ts'
import '../../../src/engine/live/live-queries.ts'
import '../../../src/engine/streams/table-changes.ts'
import '../../../worker/page-news.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { defineTable } from '../../../src/client/define-table.ts'
import { type Database, openDatabase } from '../../../src/client/open-database.ts'
import type { ChangeOf } from '../../../src/client/trigger-types.ts'
import { openMemoryDatabase } from '../../support/memory-database.ts'
import { type PortWorker, startPortWorker } from '../../support/port-worker.ts'
import { serve } from '../../../worker/serve.ts'

interface Note {
  readonly owner: string
  readonly at: number
  readonly text?: string
}

const notes = defineTable<Note>()({
  name: 'notes',
  attributes: { owner: 'S', at: 'N' },
  key: { partition: 'owner', sort: 'at' },
  stream: 'NEW_AND_OLD_IMAGES',
})
type NoteChange = ChangeOf<typeof notes>
const silent = defineTable<Note>()({
  name: 'silent',
  attributes: { owner: 'S', at: 'N' },
  key: { partition: 'owner', sort: 'at' },
})
const keysOnly = defineTable<Note>()({ ...notes, name: 'keysOnly', stream: 'KEYS_ONLY' })

const opened: Database[] = []

async function open(): Promise<Database> {
  const { database } = await openMemoryDatabase({ tables: [notes, silent, keysOnly] })
  opened.push(database)
  return database
}

afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())))

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function take(changes: AsyncIterator<NoteChange, undefined>, count: number): Promise<NoteChange[]> {
  const taken: NoteChange[] = []
  while (taken.length < count) {
    const { value, done } = await changes.next()
    if (done === true) break
    taken.push(value)
  }
  return taken
}

describe('changes', () => {
  it('tell what was inserted, changed and removed, as native items', async () => {
    const table = (await open()).table(notes)
    const changes = table.changes()
    await table.put({ owner: 'ann', at: 1, text: 'one' })
    await table.update({ owner: 'ann', at: 1 }, { set: { text: 'two' } })
    await table.delete({ owner: 'ann', at: 1 })
    const told = (await take(changes, 3)).map(({ kind, key, oldItem, newItem, origin }) => [
      kind,
      key,
      oldItem?.text,
      newItem?.text,
      origin,
    ])
    const key = { owner: 'ann', at: 1 }
    expect(told).toEqual([
      ['insert', key, undefined, 'one', 'user'],
      ['modify', key, 'one', 'two', 'user'],
      ['remove', key, 'two', undefined, 'user'],
    ])
  })

  it('begin with what is written after the call', async () => {
    const table = (await open()).table(notes)
    await table.put({ owner: 'ann', at: 1 })
    const changes = table.changes()
    await table.put({ owner: 'ann', at: 2 })
    expect((await take(changes, 1))[0]?.newItem).toEqual({ owner: 'ann', at: 2 })
  })

  it('wait for the next without anybody asking again', async () => {
    const { database, workers } = await openMemoryDatabase({ tables: [notes] })
    opened.push(database)
    const changes = database.table(notes).changes()
    const next = changes.next()
    await turns(50)
    const before = workers[0]?.sentByPage()
    await turns(50)
    expect(workers[0]?.sentByPage()).toBe(before)
    await database.table(notes).put({ owner: 'ann', at: 1 })
    expect((await next).value?.kind).toBe('insert')
  })

  it('wait together, in the one call in which live results wait', async () => {
    const { database, workers } = await openMemoryDatabase({ tables: [notes] })
    opened.push(database)
    const table = database.table(notes)
    table
      .query({ where: { owner: 'ann' } })
      .live()
      .subscribe(() => undefined)
    await turns(50)
    const before = workers[0]?.sentByPage() ?? 0
    const all = Array.from({ length: 10 }, () => table.changes().next())
    await turns(50)
    // What is there, asked for together, and what comes, likewise: a message and one for the rest of its answers each.
    expect((workers[0]?.sentByPage() ?? 0) - before).toBeLessThanOrEqual(4)
    await table.put({ owner: 'ann', at: 1 })
    expect((await Promise.all(all)).map(({ value }) => value?.key.at)).toEqual(Array.from({ length: 10 }, () => 1))
  })

  it('go on behind a position, from the start of the stream, and over more than one page', async () => {
    const table = (await open()).table(notes)
    await table.putMany(Array.from({ length: 600 }, (_, at) => ({ owner: 'ann', at })))
    const all = await take(table.changes({ from: 'start' }), 600)
    expect(all.map(({ key }) => key.at).toSorted((a, b) => a - b)).toEqual(all.map((_, at) => at))
    const rest = await take(table.changes({ from: all[399]?.position ?? '' }), 200)
    expect(rest.map(({ key }) => key)).toEqual(all.slice(400).map(({ key }) => key))
  })

  it('show no more than the view asked for', async () => {
    const table = (await open()).table(notes)
    const changes = table.changes({ view: 'KEYS_ONLY' })
    await table.put({ owner: 'ann', at: 1, text: 'one' })
    const [change] = await take(changes, 1)
    expect(change).toMatchObject({ key: { owner: 'ann', at: 1 }, newItem: undefined, oldItem: undefined })
  })

  it('are refused where the stream shows less, or is not there', async () => {
    const database = await open()
    await expect(database.table(keysOnly).changes({ view: 'NEW_IMAGE' }).next()).rejects.toMatchObject({
      code: 'InvalidOption',
    })
    await expect(database.table(silent).changes().next()).rejects.toMatchObject({ code: 'InvalidOption' })
    await expect(database.table(notes).changes({ from: 'x/y/z' }).next()).rejects.toMatchObject({
      code: 'InvalidOption',
    })
    await expect(database.table(notes).changes({ from: '2020-01-01' }).next()).rejects.toMatchObject({
      name: 'TrimmedDataAccessException',
    })
  })

  it('of a deletion that the view does not show tell the key', async () => {
    const table = (await open()).table(keysOnly)
    const changes = table.changes()
    await table.put({ owner: 'ann', at: 1, text: 'one' })
    await table.delete({ owner: 'ann', at: 1 })
    expect((await take(changes, 2)).map(({ kind, key }) => [kind, key])).toEqual([
      ['insert', { owner: 'ann', at: 1 }],
      ['remove', { owner: 'ann', at: 1 }],
    ])
  })

  it('end when the stream is disabled, and go on in the next one where there is one', async () => {
    const database = await open()
    const table = database.table(notes)
    const changes = table.changes()
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } as const
    await table.put({ owner: 'ann', at: 1 })
    await database.send('UpdateTable', { TableName: 'notes', StreamSpecification: { StreamEnabled: false } })
    await database.send('UpdateTable', { TableName: 'notes', StreamSpecification })
    await table.put({ owner: 'ann', at: 2 })
    expect((await take(changes, 2)).map(({ newItem }) => newItem?.at)).toEqual([1, 2])
    const next = changes.next()
    await database.send('UpdateTable', { TableName: 'notes', StreamSpecification: { StreamEnabled: false } })
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('end with the reason of the signal', async () => {
    const table = (await open()).table(notes)
    const ending = new AbortController()
    const next = table.changes({ signal: ending.signal }).next()
    await new Promise((resolve) => setImmediate(resolve))
    ending.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })

  it('end with the loop over them', async () => {
    const table = (await open()).table(notes)
    const changes = table.changes()
    await table.put({ owner: 'ann', at: 1 })
    await table.put({ owner: 'ann', at: 2 })
    for await (const { newItem } of changes) {
      expect(newItem?.at).toBe(1)
      break
    }
    expect(await changes.next()).toEqual({ done: true, value: undefined })
  })

  it('end when the database is closed, which does not wait for them', async () => {
    const database = await open()
    const next = database.table(notes).changes().next()
    await new Promise((resolve) => setImmediate(resolve))
    const startedMs = systemClock.monotonicMs()
    await database.close()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(10_000)
  })

  it('are given to whoever asks first, in order, however many ask at once', async () => {
    const table = (await open()).table(notes)
    const changes = table.changes()
    const asked = Array.from({ length: 5 }, () => changes.next())
    for (let at = 0; at < 5; at++) await table.put({ owner: 'ann', at })
    expect((await Promise.all(asked)).map(({ value }) => value?.newItem?.at)).toEqual([0, 1, 2, 3, 4])
  })
})

describe('changes across workers', () => {
  it('are neither lost nor told twice when a worker dies', async () => {
    const workers: PortWorker[] = []
    const database = await openDatabase({
      name: 'restart',
      worker: () => {
        const worker = startPortWorker(serve)
        workers.push(worker)
        return worker.worker as Worker
      },
      tables: [notes],
    })
    opened.push(database)
    const table = database.table(notes)
    const changes = table.changes()
    for (let at = 0; at < 5; at++) await table.put({ owner: 'ann', at })
    const before = await take(changes, 3)
    const waiting = take(changes, 5)
    workers[0]?.die()
    workers[0]?.raise(new Event('messageerror'))
    for (let at = 5; at < 8; at++) await table.put({ owner: 'ann', at })
    const told = [...before, ...(await waiting)].map(({ newItem }) => newItem?.at)
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(workers).toHaveLength(2)
  })

  it('are neither lost nor told twice when workers die while nothing happens', async () => {
    const workers: PortWorker[] = []
    const start = (): Worker => {
      const worker = startPortWorker(serve)
      workers.push(worker)
      return worker.worker as Worker
    }
    const here = await openDatabase({ name: 'idle', worker: start, tables: [notes] })
    const there = await openDatabase({ name: 'idle', worker: () => startPortWorker(serve).worker as Worker })
    opened.push(here, there)
    const changes = here.table(notes).changes()
    const told: (number | undefined)[] = []
    for (let at = 0; at < 4; at++) {
      const next = changes.next()
      await turns(20)
      workers.at(-1)?.die()
      if (at % 2 === 0) workers.at(-1)?.raise(new Event('messageerror'))
      await there.table(notes).put({ owner: 'ann', at })
      if (at % 2 === 1) workers.at(-1)?.raise(new Event('messageerror'))
      told.push((await next).value?.newItem?.at)
    }
    expect(told).toEqual([0, 1, 2, 3])
    expect(workers).toHaveLength(5)
  })

  it('are told of the writes of another worker', async () => {
    const openShared = (): Promise<Database> =>
      openDatabase({ name: 'shared', worker: () => startPortWorker(serve).worker as Worker, tables: [notes] })
    const [here, there] = [await openShared(), await openShared()]
    opened.push(here, there)
    const changes = here.table(notes).changes()
    await here.table(notes).put({ owner: 'ann', at: 1 })
    await there.table(notes).put({ owner: 'bob', at: 2 })
    expect((await take(changes, 2)).map(({ newItem }) => newItem?.owner)).toEqual(['ann', 'bob'])
  })
})
