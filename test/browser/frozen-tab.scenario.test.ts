// What one of several tabs does for all (a trigger, deleting what has expired) when that tab is frozen, thaws, is closed, goes
// to another page and back, or its process dies: another tab does it, and no change is missed or given twice. How long it took
// is printed; that it is at most two seconds, and ten after a frozen tab, is proven in virtual time (unit/streams, unit/engine).

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database, Table } from 'tidetable'
import { defineTable } from '../../src/client/define-table.ts'
import { databaseNameOf } from '../../src/storage/database-name.ts'
import { triggerDutyName } from '../../src/streams/trigger-turns.ts'
import { createProfile, removeProfile } from '../support/browsers.ts'
import { type ChromiumTab, type ChromiumTabs, startChromium } from '../support/chromium-tabs.ts'
import { startPackageServer } from '../support/package-page.ts'
import type { StaticServer } from '../support/static-server.ts'

interface Note {
  readonly author: string
  readonly number: number
  readonly until?: number
}

const DATABASE = 'frozen'
const NOTES = defineTable<Note>()({
  name: 'Notes',
  attributes: { author: 'S', number: 'N' },
  key: { partition: 'author', sort: 'number' },
  stream: 'NEW_AND_OLD_IMAGES',
  timeToLive: 'until',
})
/** Has no stream: what is written to it is no change. */
const MARKS = defineTable<{ readonly id: string }>()({
  name: 'Marks',
  attributes: { id: 'S' },
  key: { partition: 'id' },
})
const TRIGGER = 'log'
/** Of the locks of what one tab does for all. */
const DUTIES = [triggerDutyName(DATABASE, NOTES.name, TRIGGER), `${databaseNameOf(DATABASE)}/background`]
const TABS = 3
const TIMEOUT_MS = 300_000
/** Some heartbeats. */
const AWAY_MS = 5000

const AWAY = `<!doctype html><title>Away</title><link rel="icon" href="data:," />`

/** What a tab keeps between two steps of a test. */
interface Opened {
  readonly database: Database
  readonly notes: Table<typeof NOTES>
  readonly marks: Table<typeof MARKS>
  /** Numbers of the notes that the trigger was given here. */
  readonly seen: number[]
}

let server: StaticServer
let profileDirectory: string
let browser: ChromiumTabs
let tabs: ChromiumTab[]

beforeEach(async () => {
  server = await startPackageServer({ pages: { '/away': AWAY } })
  profileDirectory = await createProfile('chromium')
  browser = await startChromium(profileDirectory)
  tabs = []
  for (let tab = 0; tab < TABS; tab++) {
    const opened = await browser.open(`${server.origin}/`)
    tabs.push(opened)
    await start(opened)
    // The tabs have their turns in the order in which they are opened.
    await opened.evaluate(untilWaiting, DUTIES, tab + 1)
  }
})

afterEach(async () => {
  await browser.close()
  await server.close()
  await removeProfile(profileDirectory)
})

/** Opens the database for good, with a trigger that notes what it was given. */
function start(tab: ChromiumTab): Promise<void> {
  return tab.evaluate(
    async (name, triggerName, definition, marksDefinition) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition, marksDefinition] })
      const [notes, marks] = [database.table(definition), database.table(marksDefinition)]
      const seen: number[] = []
      const trigger = notes.trigger({
        name: triggerName,
        filters: [{ eventName: ['INSERT'] }],
        run: (changes) => void seen.push(...changes.map(({ key }) => key.number)),
      })
      trigger.ended.catch((error: unknown) => console.error(error))
      Object.assign(window, { opened: { database, notes, marks, seen } satisfies Opened })
    },
    DATABASE,
    TRIGGER,
    NOTES,
    MARKS,
  )
}

/** Runs in a page: until so many tabs have each of these locks, or wait for it. */
async function untilWaiting(names: readonly string[], count: number): Promise<void> {
  const areThere = async (): Promise<boolean> => {
    const { held = [], pending = [] } = await navigator.locks.query()
    const present = [...held, ...pending].map(({ name }) => name)
    return names.every((name) => present.filter((each) => each === name).length === count)
  }
  while (!(await areThere())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Writes notes with these numbers, which expire at once. */
function write(tab: ChromiumTab, numbers: readonly number[]): Promise<void> {
  return tab.evaluate(async (all) => {
    const { notes } = (window as unknown as { opened: Opened }).opened
    for (const number of all) await notes.put({ author: 'any', number, until: Math.floor(Date.now() / 1000) })
  }, numbers)
}

/** How long something took. */
interface Waited {
  readonly triggerMs: number
  readonly expiryMs: number
}

/** Waits until a tab's trigger has been given so many changes, and has kept that it was, and all notes have expired. */
function waitFor(tab: ChromiumTab, count: number): Promise<Waited> {
  return tab.evaluate(async (expected) => {
    const { notes, marks, seen } = (window as unknown as { opened: Opened }).opened
    const beganMs = performance.now()
    const until = async (isDone: () => boolean | Promise<boolean>): Promise<number> => {
      while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 50))
      return Math.round(performance.now() - beganMs)
    }
    const [triggerMs, expiryMs] = await Promise.all([
      until(() => seen.length >= expected),
      until(async () => (await notes.scan({ consistent: true })).length === 0),
    ])
    // A worker writes in the order in which it is asked: how far the trigger came has been kept when this has.
    await marks.put({ id: 'mark' })
    return { triggerMs, expiryMs }
  }, count)
}

/** Which of two tabs is the first whose trigger has been given so many changes. */
function firstOf(
  one: ChromiumTab,
  other: ChromiumTab,
  count: number,
): Promise<{ readonly heir: ChromiumTab; readonly left: ChromiumTab; readonly waited: Waited }> {
  return Promise.race([
    waitFor(one, count).then((waited) => ({ heir: one, left: other, waited })),
    waitFor(other, count).then((waited) => ({ heir: other, left: one, waited })),
  ])
}

/** At another page, or back from there with or without what it kept. */
type Place = 'away' | 'kept' | 'anew' | 'on the way'

/** Waits until a tab is at one of these places. */
async function placed(tab: ChromiumTab, ...places: readonly Place[]): Promise<Place> {
  for (;;) {
    const place = await tab
      .evaluate((): Place => {
        if (document.title === 'Away') return 'away'
        // A page that is loaded anew is back when its script has run.
        if (window.tidetable === undefined) return 'on the way'
        return 'opened' in window ? 'kept' : 'anew'
      })
      // Pages that come and go break evaluations off.
      .catch((): Place => 'on the way')
    if (places.includes(place)) return place
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What each of the tabs that are left has done. */
async function work(some: readonly ChromiumTab[]): Promise<{ seen: number[][]; expired: number[] }> {
  const done = await Promise.all(
    some.map((tab) =>
      tab.evaluate(async () => {
        const { database, seen } = (window as unknown as { opened: Opened }).opened
        return { seen, expired: (await database.statistics()).expiredItems }
      }),
    ),
  )
  return { seen: done.map(({ seen }) => seen), expired: done.map(({ expired }) => expired) }
}

describe('the tab that works for all', () => {
  it(
    'is another when it is frozen, and does nothing twice when it goes on',
    async () => {
      const [first, second, third] = tabs as [ChromiumTab, ChromiumTab, ChromiumTab]
      await write(third, [1, 2])
      await waitFor(first, 2)
      await first.freeze()
      await write(third, [3, 4])
      // Either misses the heartbeat first.
      const { heir, left, waited } = await firstOf(second, third, 2)
      console.log('after the first tab was frozen', waited)
      await first.thaw()
      await write(left, [5, 6])
      await waitFor(heir, 4)
      // It goes on as one of those that wait.
      await heir.close()
      await write(left, [7, 8])
      console.log('after that tab was closed', await Promise.race([waitFor(first, 4), waitFor(left, 2)]))
      const { seen } = await work([first, left])
      expect(seen.flat().toSorted((one, other) => one - other)).toEqual([1, 2, 7, 8])
    },
    TIMEOUT_MS,
  )

  it(
    'is another when it goes to another page, and one of those that wait when it comes back',
    async () => {
      const [first, second, third] = tabs as [ChromiumTab, ChromiumTab, ChromiumTab]
      await write(third, [1, 2])
      await waitFor(first, 2)
      await first.evaluate((address) => void setTimeout(() => location.assign(address), 0), `${server.origin}/away`)
      await placed(first, 'away')
      await write(third, [3, 4])
      console.log('after the first tab went to another page', await waitFor(second, 2))
      await first.evaluate((delayMs) => void setTimeout(() => history.back(), delayMs), AWAY_MS)
      const isKept = (await placed(first, 'kept', 'anew')) === 'kept'
      console.log(isKept ? 'the page was kept' : 'the page was loaded anew')
      if (!isKept) await start(first)
      await write(third, [5, 6])
      await waitFor(second, 4)
      const { seen } = await work([first, second, third])
      expect(seen).toEqual([isKept ? [1, 2] : [], [3, 4, 5, 6], []])
    },
    TIMEOUT_MS,
  )

  it(
    'is another when its process dies',
    async () => {
      const [first, second, third] = tabs as [ChromiumTab, ChromiumTab, ChromiumTab]
      await write(third, [1, 2])
      await waitFor(first, 2)
      await first.kill()
      await write(third, [3, 4])
      console.log('after the process of the first tab had died', await waitFor(second, 2))
      const { seen, expired } = await work([second, third])
      expect(seen).toEqual([[3, 4], []])
      expect(expired.reduce((sum, count) => sum + count, 0)).toBe(2)
    },
    TIMEOUT_MS,
  )
})
