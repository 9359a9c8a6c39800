// What Chromium makes of a crash in the middle of a write, and why it does not befall Tidetable.
//
// Half a record at the end of its own log: it goes on writing behind that, and at its next start takes the whole file for
// damaged and empties IndexedDB for the origin (https://github.com/google/leveldb/issues/1287). Tidetable begins a new file
// first; where others have written meanwhile, it says what was lost.
//
// Two transactions that were writing to one database: it cannot take both back, and empties IndexedDB for the origin.
// Tidetable's databases have one object store each, so that there are no two.

import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineTable } from '../../src/client/define-table.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import type { BrowserPage } from '../support/browsers.ts'
import { waitFor } from '../support/processes.ts'
import { startPackageServer } from '../support/package-page.ts'
import type { StaticServer } from '../support/static-server.ts'

interface Note {
  readonly id: number
  readonly text: string
}

const DATABASE = 'notes'
const NOTES = defineTable<Note>()({ name: 'Notes', attributes: { id: 'N' }, key: { partition: 'id' } })
const SESSIONS = 4
const NOTES_PER_SESSION = 20
const ONE_LOG_WITHIN_MS = 60_000
const TIMEOUT_MS = 600_000

/**
 * The beginning of a record of LevelDB's log: checksum, length 1,000, type "full", and 10 of the 1,000 bytes.
 * https://github.com/google/leveldb/blob/main/doc/log_format.md
 */
const HALF_A_RECORD = Buffer.from([1, 2, 3, 4, 0xe8, 0x03, 1, ...Buffer.alloc(10)])

let server: StaticServer
let profileDirectory: string

beforeEach(async () => {
  server = await startPackageServer()
  profileDirectory = await createProfile('chromium')
})

afterEach(async () => {
  await server.close()
  await removeProfile(profileDirectory)
})

describe('a browser whose log ends in half a record', () => {
  it(
    'keeps what it had and what was written since',
    async () => {
      const found: number[] = []
      for (let session = 0; session < SESSIONS; session++) {
        found.push(await inBrowser((page) => countAndAddNotes(page, session * NOTES_PER_SESSION)))
        tearBrowserLog()
      }
      expect(found).toEqual([0, 1, 2, 3].map((session) => session * NOTES_PER_SESSION))
    },
    TIMEOUT_MS,
  )

  it(
    'tells what it has lost when something else wrote to it first',
    async () => {
      expect(await inBrowser((page) => countAndAddNotes(page, 0))).toBe(0)
      tearBrowserLog()
      await inBrowser(writeElsewhere)

      expectLossToBeTold(await inBrowser(openAndLook))
    },
    TIMEOUT_MS,
  )
})

describe('a browser that is killed while transactions write', () => {
  it(
    "keeps everything when they were on Tidetable's log and pages",
    async () => {
      expect(await inBrowser((page) => countAndAddNotes(page, 0))).toBe(0)
      const stores = [
        { database: `tidetable/${DATABASE}`, store: 'log' },
        { database: `tidetable-pages/${DATABASE}`, store: 'pages' },
      ]
      await inBrowser((page) => keepWriting(page, stores))

      expect(await inBrowser(openAndLook)).toEqual({ count: NOTES_PER_SESSION, dataLoss: undefined, lines: [] })
    },
    TIMEOUT_MS,
  )

  it(
    'tells what it has lost when they were on two stores of any one database',
    async () => {
      expect(await inBrowser((page) => countAndAddNotes(page, 0))).toBe(0)
      const stores = [
        { database: 'elsewhere', store: 'one' },
        { database: 'elsewhere', store: 'two' },
      ]
      await inBrowser((page) => keepWriting(page, stores))

      expectLossToBeTold(await inBrowser(openAndLook))
    },
    TIMEOUT_MS,
  )
})

/** Chromium 156 loses everything. One that has been mended keeps everything, and has nothing to tell. */
function expectLossToBeTold(found: Found): void {
  console.log(found.count === 0 ? 'the browser has lost everything' : 'the browser has lost nothing')
  if (found.count > 0) {
    expect(found).toEqual({ count: NOTES_PER_SESSION, dataLoss: undefined, lines: [] })
    return
  }
  expect(found).toEqual({
    count: 0,
    dataLoss: { atMs: expect.any(Number), message: expect.stringContaining('corrupt') },
    lines: ['The browser found the data of this origin damaged, and has removed all of it.'],
  })
}

/** Runs a browser for as long as `use` takes, then kills it once it has one log only: of several it goes on with none. */
async function inBrowser<T>(use: (page: BrowserPage) => Promise<T>): Promise<T> {
  const browser = await startBrowser('chromium', profileDirectory)
  try {
    const result = await use(await browser.open(`${server.origin}/`))
    await waitFor('one log', ONE_LOG_WITHIN_MS, async () => (browserLogs().length === 1 ? true : undefined))
    return result
  } finally {
    await browser.kill()
  }
}

/** Does to the log what a kill in the middle of a write does. */
function tearBrowserLog(): void {
  const [log] = browserLogs()
  if (log === undefined) throw new Error('LevelDB has no log')
  appendFileSync(log, HALF_A_RECORD)
}

function browserLogs(): string[] {
  const root = join(profileDirectory, 'Default/IndexedDB')
  const folder = readdirSync(root).find((name) => name.endsWith('.indexeddb.leveldb'))
  if (folder === undefined) throw new Error('Chromium keeps IndexedDB elsewhere than in LevelDB')
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.log'))
  return names.map((name) => join(root, folder, name))
}

/** How many notes there were before. */
function countAndAddNotes(page: BrowserPage, first: number): Promise<number> {
  return page.evaluate(
    async (name, definition, from, count) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const notes = database.table(definition)
      let found = 0
      for await (const note of notes.scan()) found += note.text === `note ${note.id}` ? 1 : 0
      for (let id = from; id < from + count; id++) await notes.put({ id, text: `note ${id}` })
      return found
    },
    DATABASE,
    NOTES,
    first,
    NOTES_PER_SESSION,
  )
}

/** Another database of the same origin, without Tidetable. */
function writeElsewhere(page: BrowserPage): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('elsewhere', 1)
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore('store').put('value', 'key')
        }
        opening.onsuccess = () => resolve()
        opening.onerror = () => reject(new Error(opening.error?.name))
      }),
  )
}

/** What an opened database has and tells. */
interface Found {
  readonly count: number
  readonly dataLoss: unknown
  readonly lines: readonly string[]
}

interface Place {
  readonly database: string
  readonly store: string
}

/** Resolves when a transaction is writing to each of the stores. They go on until the browser is killed. */
function keepWriting(page: BrowserPage, places: readonly Place[]): Promise<void> {
  return page.evaluate(async (stores) => {
    const names = [...new Set(stores.map(({ database }) => database))]
    const opened = await Promise.all(
      names.map(
        (name) =>
          new Promise<IDBDatabase>((resolve, reject) => {
            const opening = indexedDB.open(name, 1)
            opening.onupgradeneeded = () => {
              for (const { store } of stores) opening.result.createObjectStore(store)
            }
            opening.onsuccess = () => resolve(opening.result)
            opening.onerror = () => reject(new Error(opening.error?.name))
          }),
      ),
    )
    await Promise.all(
      stores.map(
        ({ database, store }) =>
          new Promise<void>((resolve) => {
            const objects = opened[names.indexOf(database)]?.transaction(store, 'readwrite').objectStore(store)
            let written = 0
            const writeNext = (): void => {
              const request = objects?.put(new Uint8Array(20_000), 1_000_000 + written)
              if (request !== undefined) request.onsuccess = writeNext
              written += 1
              if (written === 20) resolve()
            }
            writeNext()
          }),
      ),
    )
  }, places)
}

function openAndLook(page: BrowserPage): Promise<Found> {
  return page.evaluate(
    async (name, definition) => {
      const lines: string[] = []
      const database = await window.tidetable.openDatabase({
        name,
        tables: [definition],
        logger: (level, message) => {
          if (level === 'error') lines.push(message)
        },
      })
      const items = await database.table(definition).scan()
      const { store } = await database.statistics()
      return { count: items.length, dataLoss: store.dataLoss, lines }
    },
    DATABASE,
    NOTES,
  )
}
