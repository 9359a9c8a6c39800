// Two tabs on one database: each is told of the other's changes, and a trigger moves to the tab that is left.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineTable } from '../../src/client/define-table.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import type { BrowserPage, BrowserSession } from '../support/browsers.ts'
import { startPackageServer } from '../support/package-page.ts'
import type { StaticServer } from '../support/static-server.ts'

interface Note {
  readonly author: string
  readonly number: number
}

const DATABASE = 'changes'
const NOTES = defineTable<Note>()({
  name: 'Notes',
  attributes: { author: 'S', number: 'N' },
  key: { partition: 'author', sort: 'number' },
  stream: 'NEW_AND_OLD_IMAGES',
})
/** Has no stream: what is written to it is no change. */
const MARKS = defineTable<{ readonly id: string }>()({
  name: 'Marks',
  attributes: { id: 'S' },
  key: { partition: 'id' },
})
const NOTES_PER_TAB = 100

let server: StaticServer
let profileDirectory: string
let browser: BrowserSession
let tabs: readonly [BrowserPage, BrowserPage]

beforeEach(async () => {
  server = await startPackageServer()
  profileDirectory = await createProfile('chromium')
  browser = await startBrowser('chromium', profileDirectory)
  tabs = [await browser.open(`${server.origin}/`), await browser.open(`${server.origin}/`)]
})

afterEach(async () => {
  await browser.close()
  await server.close()
  await removeProfile(profileDirectory)
})

/** Writes notes and reads the changes of both tabs, until all are there. Returns what it was told, in that order. */
function writeAndListen(tab: BrowserPage, author: string): Promise<readonly string[]> {
  return tab.evaluate(
    async (name, definition, { who, count }) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const notes = database.table(definition)
      const told: string[] = []
      const listening = (async () => {
        for await (const { key } of notes.changes({ from: 'start' })) {
          told.push(`${key.author} ${key.number}`)
          if (told.length === 2 * count) break
        }
      })()
      for (let number = 0; number < count; number++) await notes.put({ author: who, number })
      await listening
      await database.close()
      return told
    },
    DATABASE,
    NOTES,
    { who: author, count: NOTES_PER_TAB },
  )
}

/** Opens the database for good, with a trigger that notes what it was given under the tab's name. */
function startTrigger(tab: BrowserPage, author: string): Promise<void> {
  return tab.evaluate(
    async (name, definition, marksDefinition, who) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition, marksDefinition] })
      const seen: string[] = []
      const trigger = database.table(definition).trigger({
        name: 'log',
        run: (changes) => void seen.push(...changes.map(({ key }) => `${who} ${key.number}`)),
      })
      trigger.ended.catch((error: unknown) => seen.push(String(error)))
      Object.assign(window, { opened: { database, seen } })
    },
    DATABASE,
    NOTES,
    MARKS,
    author,
  )
}

/** Writes a note and waits until this tab's trigger has seen this many, and has kept that it has. */
function putAndWait(tab: BrowserPage, number: number, count: number): Promise<readonly string[]> {
  return tab.evaluate(
    async (definition, marksDefinition, note, expected) => {
      const { database, seen } = (window as unknown as { opened: { database: never; seen: string[] } }).opened as {
        readonly database: Awaited<ReturnType<typeof window.tidetable.openDatabase>>
        readonly seen: string[]
      }
      await database.table(definition).put({ author: 'any', number: note })
      while (seen.length < expected) await new Promise((resolve) => setTimeout(resolve, 20))
      // The worker writes in the order in which it is asked: how far the trigger came has been kept when this has.
      await database.table(marksDefinition).put({ id: 'mark' })
      return seen
    },
    NOTES,
    MARKS,
    number,
    count,
  )
}

describe('two tabs', () => {
  it('are told of all changes, once, in one order', async () => {
    const [one, other] = await Promise.all([writeAndListen(tabs[0], 'one'), writeAndListen(tabs[1], 'other')])
    expect(one).toEqual(other)
    for (const author of ['one', 'other']) {
      const own = one.filter((note) => note.startsWith(`${author} `))
      expect(own).toEqual(Array.from({ length: NOTES_PER_TAB }, (_, number) => `${author} ${number}`))
    }
  })

  it('run a trigger in one of them, and in the other when that one is closed', async () => {
    await startTrigger(tabs[0], 'one')
    expect(await putAndWait(tabs[0], 1, 1)).toEqual(['one 1'])
    await startTrigger(tabs[1], 'other')
    await tabs[0].close()
    expect(await putAndWait(tabs[1], 2, 1)).toEqual(['other 2'])
  })
})
