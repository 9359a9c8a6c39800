// The page's cache: what it answers, what it never answers wrongly, and what it holds.

import { describe, expect, it, onTestFinished } from 'vitest'
import { defineTable } from '../../../src/client/define-table.ts'
import type { Database, OpenOptions } from '../../../src/client/open-database.ts'
import type { Table } from '../../../src/client/table.ts'
import { eventually } from '../../support/cities-fixture.ts'
import { openMemoryDatabase } from '../../support/memory-database.ts'
import type { PortWorker } from '../../support/port-worker.ts'

interface Note {
  readonly shelf: string
  readonly id: number
  readonly text: string
  readonly tags?: readonly string[]
}

const NOTES = defineTable<Note>()({
  name: 'notes',
  attributes: { shelf: 'S', id: 'N' },
  key: { partition: 'shelf', sort: 'id' },
})

interface Opened {
  readonly database: Database
  readonly notes: Table<typeof NOTES>
  readonly worker: PortWorker
}

/** A database that has been read from often enough for its cache to be loaded. */
async function open(options: Partial<OpenOptions> = {}): Promise<Opened> {
  const { database, workers } = await openMemoryDatabase({ tables: [NOTES], ...options })
  onTestFinished(() => database.close().catch(() => undefined))
  const notes = database.table(NOTES)
  for (let read = 0; read < 20; read++) await notes.get({ shelf: 'warm', id: 1 })
  return { database, notes, worker: workers[0] as PortWorker }
}

function note(id: number, text = `text ${id}`): Note {
  return { shelf: 'a', id, text, tags: ['x'] }
}

/** Reads a note until the page answers by itself, which it does when the cache has been loaded. */
async function warm({ notes, database }: Opened, id: number): Promise<void> {
  const { hits } = database.cacheStatistics()
  while (database.cacheStatistics().hits === hits) {
    await notes.get({ shelf: 'a', id })
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

describe('the cache of the page', () => {
  it('answers what is asked for often without a message', async () => {
    const opened = await open()
    const { notes, worker, database } = opened
    await notes.put(note(1))
    await warm(opened, 1)
    const [sent, { hits }] = [worker.sentByPage(), database.cacheStatistics()]
    for (let read = 0; read < 10; read++) expect(await notes.get({ shelf: 'a', id: 1 })).toEqual(note(1))
    expect([worker.sentByPage() - sent, database.cacheStatistics().hits - hits]).toEqual([0, 10])
  })

  it('gives copies that may be changed', async () => {
    const opened = await open()
    await opened.notes.put(note(1))
    await warm(opened, 1)
    const first = (await opened.notes.get({ shelf: 'a', id: 1 })) as unknown as { text: string; tags: string[] }
    first.text = 'changed'
    first.tags.push('y')
    expect(await opened.notes.get({ shelf: 'a', id: 1 })).toEqual(note(1))
  })

  it('knows of every write of the page when it has settled, whichever way it was made', async () => {
    const opened = await open()
    const { notes, database } = opened
    const key = { shelf: 'a', id: 1 }
    await notes.put(note(1))
    await warm(opened, 1)
    const read = async (): Promise<string | undefined> => (await notes.get(key))?.text
    await notes.put(note(1, 'put'))
    expect(await read()).toBe('put')
    await notes.update(key, { set: { text: 'updated' } })
    expect(await read()).toBe('updated')
    await notes.putMany([note(1, 'many'), note(2)])
    expect(await read()).toBe('many')
    await database.send('PutItem', {
      TableName: 'notes',
      Item: { shelf: { S: 'a' }, id: { N: '1' }, text: { S: 'sent' } },
    })
    expect(await read()).toBe('sent')
    await notes.delete(key)
    expect(await read()).toBeUndefined()
    const { hits, misses } = database.cacheStatistics()
    await read()
    expect([database.cacheStatistics().hits - hits, database.cacheStatistics().misses - misses]).toEqual([1, 0])
  })

  it('never goes back behind a write that has settled', async () => {
    const opened = await open()
    const { notes } = opened
    await notes.put(note(1, '0'))
    await warm(opened, 1)
    for (let version = 1; version <= 200; version++) {
      const written = notes.put(note(1, String(version)))
      await notes.get({ shelf: 'a', id: 1 })
      await written
      expect((await notes.get({ shelf: 'a', id: 1 }))?.text).toBe(String(version))
    }
  })

  it('answers queries that are made alike, of a bounded number of rows', async () => {
    const { notes, database, worker } = await open()
    await notes.putMany([note(1), note(2)])
    const query = (): Promise<Note[]> => Promise.resolve(notes.query({ where: { shelf: 'a' } }))
    const { hits } = database.cacheStatistics()
    while (database.cacheStatistics().hits === hits) {
      expect(await query()).toEqual([note(1), note(2)])
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    const sent = worker.sentByPage()
    expect(await query()).toEqual([note(1), note(2)])
    expect(worker.sentByPage()).toBe(sent)
    await notes.putMany(Array.from({ length: 300 }, (_, index) => note(index)))
    expect(await query()).toHaveLength(300)
  })

  it('asks the worker for consistent reads and for keys that are none', async () => {
    const opened = await open()
    const { notes, worker } = opened
    await notes.put(note(1))
    await warm(opened, 1)
    const sent = worker.sentByPage()
    await notes.get({ shelf: 'a', id: 1 }, { consistent: true })
    expect(worker.sentByPage()).toBeGreaterThan(sent)
    const wrong = { shelf: 'a', id: 1, more: 1 } as { shelf: string; id: number }
    await expect(notes.get(wrong)).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('forgets what is not asked for any more when it is full', async () => {
    const opened = await open({ cacheBytes: 1500 })
    const { notes, database } = opened
    await notes.putMany(Array.from({ length: 10 }, (_, index) => note(index)))
    for (let id = 0; id < 10; id++) await warm(opened, id)
    const { answers, bytes, evictions } = database.cacheStatistics()
    expect(bytes).toBeLessThanOrEqual(1500)
    expect([answers > 0 && answers < 10, evictions > 0]).toEqual([true, true])
  })

  it('answers nothing while the worker is lost', async () => {
    const opened = await open()
    await opened.notes.put(note(1))
    await warm(opened, 1)
    opened.worker.raise(new Event('messageerror'))
    await eventually(() => opened.worker.isDead())
    await expect(opened.notes.get({ shelf: 'a', id: 1 })).rejects.toMatchObject({ code: 'WorkerLost' })
  })

  it('can be switched off', async () => {
    const { notes, database, worker } = await open({ cacheBytes: 0 })
    const sent = worker.sentByPage()
    for (let read = 0; read < 50; read++) await notes.get({ shelf: 'a', id: 1 })
    expect(worker.sentByPage() - sent).toBe(50)
    expect(database.cacheStatistics()).toEqual({ hits: 0, misses: 0, evictions: 0, answers: 0, bytes: 0 })
  })
})
