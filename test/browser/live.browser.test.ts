// Streams, changes, live results, the page's cache, triggers and time to live in every browser: two connections with a worker
// each write at random to one database, and in the end each was told what is in the table.

import { defineTable, deleteDatabase, openDatabase } from 'tidetable'
import type { ChangeOf, Database, Table } from 'tidetable'
import { afterEach, describe, expect, it } from 'vitest'

interface Note {
  readonly shelf: string
  readonly id: number
  readonly colour?: string
  readonly text: string
  readonly until?: number
}

const NOTES = defineTable<Note>()({
  name: 'notes',
  attributes: { shelf: 'S', id: 'N', colour: 'S' },
  key: { partition: 'shelf', sort: 'id' },
  globalIndexes: { byColour: { partition: 'colour', sort: 'id' } },
  stream: 'NEW_AND_OLD_IMAGES',
  timeToLive: 'until',
})
const WRITES = 300
const LANES = 8

type NoteTable = Table<typeof NOTES>

const opened: Database[] = []
let nextName = 0

async function open(name: string, workers: Worker[] = []): Promise<NoteTable> {
  const worker = (): Worker => {
    const started = new Worker(new URL('../../dist/worker.js', import.meta.url), { type: 'module' })
    workers.push(started)
    return started
  }
  const database = await openDatabase({ name, tables: [NOTES], worker })
  opened.push(database)
  return database.table(NOTES)
}

function freshName(): string {
  return `live-test-${nextName++}`
}

afterEach(async () => {
  const names = new Set(opened.map(({ name }) => name))
  await Promise.all(opened.splice(0).map((database) => database.close()))
  // A browser lets go of what a worker that has died had open when it comes to it.
  const isGone = (name: string): Promise<unknown> => deleteDatabase(name).then(() => 'gone', String)
  for (const name of names) await expect.poll(() => isGone(name)).toBe('gone')
})

/** Puts, updates and deletes at random, several at once. */
async function writeAtRandom(notes: NoteTable, seed: number): Promise<void> {
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  let left = WRITES
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const key = { shelf: `s${random(2)}`, id: random(12) }
      const [text, colour] = [`${seed} ${left}`, random(2) === 0 ? 'red' : 'blue']
      const kind = random(8)
      if (kind < 4) await notes.put({ ...key, text, ...(random(3) > 0 && { colour }) })
      else if (kind < 6) await notes.update(key, { set: { text, colour } })
      else await notes.delete(key)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

/** A table as its changes tell it, and what they should not have told. */
interface Replayed {
  readonly notes: Map<string, Note>
  readonly faults: string[]
}

function replay(changes: AsyncIterable<ChangeOf<typeof NOTES>>): Replayed {
  const notes = new Map<string, Note>()
  const faults: string[] = []
  let lastPosition = ''
  void (async () => {
    for await (const { key, position, oldItem, newItem } of changes) {
      const name = `${key.shelf} ${key.id}`
      if (position <= lastPosition || oldItem?.text !== notes.get(name)?.text) faults.push(position)
      lastPosition = position
      if (newItem === undefined) notes.delete(name)
      else notes.set(name, newItem)
    }
  })()
  return { notes, faults }
}

function inOrder(notes: Iterable<Note>): Note[] {
  return [...notes].toSorted((a, b) => (a.shelf < b.shelf || (a.shelf === b.shelf && a.id < b.id) ? -1 : 1))
}

describe('two connections that write at random', () => {
  it('are told what is in the table by changes, live results and the cache, though a worker dies', async () => {
    const name = freshName()
    const workers: Worker[] = []
    const tables = [await open(name, workers), await open(name)] as const
    const told = tables.map((table) => {
      const [shelf, red] = [
        table.query({ where: { shelf: 's0' }, reverse: true, limit: 5 }).live(),
        table.query({ index: 'byColour', where: { colour: 'red' } }).live(),
      ]
      for (const live of [shelf, red]) live.subscribe(() => undefined)
      return { table, shelf, red, replayed: replay(table.changes({ from: 'start' })) }
    })
    await Promise.all(tables.map((table, index) => writeAtRandom(table, index + 1)))
    workers[0]?.terminate()
    // A read is asked again of the next worker, which a write would not be.
    await tables[0].get({ shelf: 's0', id: 0 }, { consistent: true })
    await Promise.all(tables.map((table, index) => writeAtRandom(table, index + 3)))

    const all = await tables[1].scan({ consistent: true })
    const newest = inOrder(all.filter((note) => note.shelf === 's0'))
      .toReversed()
      .slice(0, 5)
    const red = await tables[1].query({ index: 'byColour', where: { colour: 'red' } })
    for (const { table, shelf, red: redLive, replayed } of told) {
      await expect.poll(() => shelf.current?.rows).toEqual(newest)
      await expect.poll(() => redLive.current?.rows).toEqual(red)
      await expect.poll(() => inOrder(replayed.notes.values())).toEqual(inOrder(all))
      expect(replayed.faults).toEqual([])
      const answers = await Promise.all(all.map(({ shelf: partition, id }) => table.get({ shelf: partition, id })))
      expect(answers).toEqual(all)
    }
  })

  it('run a trigger in one of them, and in the other when that one stops it', async () => {
    const name = freshName()
    const tables = [await open(name), await open(name)] as const
    const seen: string[] = []
    const triggers = tables.map((table, index) =>
      table.trigger({
        name: 'log',
        // Not from now on: each worker has a now of its own, which the other's write may come before.
        from: 'start',
        filters: [{ dynamodb: { NewImage: { text: { S: [{ prefix: 'seen' }] } } } }],
        run: (changes) => void seen.push(...changes.map(({ key }) => `${index} ${key.id}`)),
      }),
    )
    await tables[1].put({ shelf: 's', id: 1, text: 'seen' })
    await tables[1].put({ shelf: 's', id: 2, text: 'not' })
    await expect.poll(() => seen).toHaveLength(1)
    // Either worker may be the first to ask for the turn.
    const first = seen[0] === '0 1' ? 0 : 1
    expect(seen).toEqual([`${first} 1`])
    await triggers[first]?.stop()
    await tables[first].put({ shelf: 's', id: 3, text: 'seen' })
    await expect.poll(() => seen).toEqual([`${first} 1`, `${1 - first} 3`])
  })

  it('are told what time to live has deleted, by changes and by the API of streams', async () => {
    const name = freshName()
    const [here, there] = [await open(name), await open(name)]
    // From the start: what is now in this worker may be after the other's write.
    const changes = there.changes({ from: 'start' })
    await here.put({ shelf: 's', id: 1, text: 'short', until: Math.floor(Date.now() / 1000) })
    const told: string[] = []
    for await (const { kind, origin, oldItem } of changes) {
      told.push(`${kind} ${origin} ${oldItem?.text ?? ''}`)
      if (told.length === 2) break
    }
    expect(told).toEqual(['insert user ', 'remove time-to-live short'])
    const [database] = opened
    if (database === undefined) throw new Error('No database is open.')
    const { Table: description } = await database.send('DescribeTable', { TableName: 'notes' })
    const StreamArn = description?.LatestStreamArn ?? ''
    const { StreamDescription: stream } = await database.send('DescribeStream', { StreamArn })
    const ShardId = stream?.Shards?.[0]?.ShardId ?? ''
    const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
    const readEvents = async (): Promise<unknown> => {
      const { ShardIterator } = await database.send('GetShardIterator', start)
      const { Records } = await database.send('GetRecords', { ShardIterator })
      return Records.map(({ eventName, userIdentity }) => [eventName, userIdentity?.PrincipalId])
    }
    // Either worker deletes what has expired, and a shard is read as this one has it, which follows the other.
    await expect.poll(readEvents).toEqual([
      ['INSERT', undefined],
      ['REMOVE', 'dynamodb.amazonaws.com'],
    ])
  })
})
