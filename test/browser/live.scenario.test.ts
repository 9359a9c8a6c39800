// Live results, the page's cache and the changes of a table in three tabs that write at random, with and without the
// process of one of them dying in the middle: in the end every tab shows what is in the table, and was told every change
// once, in one order, each beginning with what the one before it of the same item has left.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change, Live, LiveItem, LiveRows, Table } from 'tidetable'
import { defineTable } from '../../src/client/define-table.ts'
import { createProfile, removeProfile } from '../support/browsers.ts'
import type { BrowserPage } from '../support/browsers.ts'
import { type ChromiumTab, type ChromiumTabs, startChromium } from '../support/chromium-tabs.ts'
import { startPackageServer } from '../support/package-page.ts'
import type { StaticServer } from '../support/static-server.ts'

interface Note {
  readonly shelf: string
  readonly id: number
  readonly colour?: string
  readonly text: string
}

const DATABASE = 'notes'
const NOTES = defineTable<Note>()({
  name: 'Notes',
  attributes: { shelf: 'S', id: 'N', colour: 'S' },
  key: { partition: 'shelf', sort: 'id' },
  globalIndexes: { byColour: { partition: 'colour', sort: 'id' } },
  stream: 'NEW_AND_OLD_IMAGES',
})

const WRITES = 10_000
const TABS = 3
const SETTLED_WITHIN_MS = 120_000
const TIMEOUT_MS = 600_000

/** A page that goes back to where its visitor came from. */
const AWAY = `<!doctype html><title>Away</title><link rel="icon" href="data:," />
<script>addEventListener('load', () => setTimeout(() => history.back(), 500))</script>`

/** The changes that a tab was told, in short. */
interface Told {
  count: number
  lastPosition: string
  /** Of their positions in their order. */
  checksum: number
  /** What should not have been told then. */
  readonly faults: string[]
}

/** What a tab keeps between two steps of a test. */
interface Watched {
  readonly notes: Table<typeof NOTES>
  readonly results: Readonly<Record<string, Live<LiveRows<Note>>>>
  readonly item: Live<LiveItem<Note>>
  /** The table as its changes tell it. */
  readonly replayed: Map<string, Note>
  readonly told: Told
  isWriting: boolean
  wasLeft: boolean
  cacheHits(): number
}

declare global {
  interface Window {
    /** A {@link Watched}. */
    watched?: unknown
  }
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
  for (let tab = 0; tab < TABS; tab++) tabs.push(await browser.open(`${server.origin}/`))
})

afterEach(async () => {
  await browser.close()
  await server.close()
  await removeProfile(profileDirectory)
})

/** The last note of all: who was told of it was told of everything before. */
const LAST: Note = { shelf: 'last', id: 0, text: 'last' }

/** Differences that a tab finds between what it shows and what is in the table. */
interface Findings {
  readonly differences: readonly string[]
  readonly notes: number
  readonly cacheHits: number
  readonly told: Told
}

const NO_DIFFERENCES = { differences: [], told: { faults: [] } }

/** Fails when tabs show what is not in the table, or have not been told the same. */
function expectAgreement(findings: readonly Findings[]): void {
  console.log(findings)
  expect(findings).toMatchObject(findings.map(() => NO_DIFFERENCES))
  expect(findings.map(({ told }) => told)).toEqual(findings.map(() => findings[0]?.told))
}

describe('three tabs that write at random', () => {
  it(
    'all show what is in the table',
    async () => {
      for (const tab of tabs) await watch(tab)
      await Promise.all(tabs.map((tab, index) => write(tab, { seed: index + 1, count: Math.ceil(WRITES / TABS) })))

      const findings = await findAll(tabs)
      expectAgreement(findings)
      expect(findings.every(({ cacheHits, notes }) => cacheHits > 0 && notes > 0)).toBe(true)
    },
    TIMEOUT_MS,
  )

  it(
    'all show what is in the table after the process of one of them has died in the middle',
    async () => {
      for (const tab of tabs) await watch(tab)
      const [dying, ...staying] = tabs as [ChromiumTab, ...ChromiumTab[]]
      const writing = staying.map((tab, index) => write(tab, { seed: index + 1, count: Math.ceil(WRITES / TABS) }))
      // Its promise dies with it.
      void write(dying, { seed: TABS, count: WRITES }).catch(() => undefined)
      await dying.evaluate(async () => {
        while ((window.watched as Watched | undefined)?.isWriting !== true)
          await new Promise((resolve) => setTimeout(resolve, 5))
        await new Promise((resolve) => setTimeout(resolve, 1000))
      })
      await dying.kill()
      await Promise.all(writing)

      const findings = await findAll(staying)
      expectAgreement(findings)
    },
    TIMEOUT_MS,
  )
})

describe('a tab that goes to another page and back', () => {
  it(
    'goes on showing what is in the table, whether it was kept or loaded anew',
    async () => {
      const [away, other] = tabs as [ChromiumTab, ChromiumTab]
      await watch(away)
      await watch(other)
      await away.evaluate((address) => {
        const watched = window.watched as Watched
        addEventListener('pagehide', () => (watched.wasLeft = true))
        setTimeout(() => location.assign(address), 0)
      }, `${server.origin}/away`)
      await write(other, { seed: 1, count: 500 })
      const isKept = await returned(away)
      console.log(isKept ? 'the page was kept' : 'the page was loaded anew')
      if (!isKept) await watch(away)
      await write(away, { seed: 2, count: 500 })

      const findings = await findAll([away, other])
      expectAgreement(findings)
    },
    TIMEOUT_MS,
  )
})

/** Waits until a page is back from where it was sent; false when it has come back without what it kept. */
async function returned(tab: BrowserPage): Promise<boolean> {
  const deadlineMs = Date.now() + SETTLED_WITHIN_MS
  while (Date.now() < deadlineMs) {
    const place = await tab
      .evaluate(() => {
        const watched = window.watched as Watched | undefined
        if (document.title !== 'Tidetable') return 'away'
        // A page that is loaded anew is back when its script has run.
        if (window.tidetable === undefined) return 'on the way'
        return watched === undefined ? 'anew' : watched.wasLeft ? 'kept' : 'not gone yet'
      })
      // Pages that come and go break evaluations off.
      .catch(() => 'on the way')
    if (place === 'anew' || place === 'kept') return place === 'kept'
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The page does not come back.')
}

/** Opens the database in a tab and follows it in every way. */
function watch(tab: BrowserPage): Promise<void> {
  return tab.evaluate(
    async (name, definition) => {
      const { attribute, expr, openDatabase } = window.tidetable
      const database = await openDatabase({ name, tables: [definition] })
      const notes = database.table(definition)
      const results = {
        shelf: notes.query({ where: { shelf: 's1' } }).live(),
        newest: notes.query({ where: { shelf: 's2' }, reverse: true, limit: 7 }).live(),
        red: notes
          .query({
            index: 'byColour',
            where: { colour: 'red' },
            filter: expr`begins_with(${attribute('text')}, ${'even'})`,
          })
          .live(),
        all: notes.scan().live(),
      }
      const item = notes.live({ shelf: 's0', id: 1 })
      for (const result of Object.values(results)) result.subscribe(() => undefined)
      item.subscribe(() => undefined)
      const replayed = new Map<string, Note>()
      const told: Told = { count: 0, lastPosition: '', checksum: 0, faults: [] }
      const sorted = (note: Note | undefined): string =>
        JSON.stringify(Object.entries(note ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      const replay = async (): Promise<void> => {
        for await (const change of notes.changes({ from: 'start' }) as AsyncIterable<
          Change<Note, { shelf: string; id: number }>
        >) {
          const { position, oldItem, newItem } = change
          const key = `${change.key.shelf} ${change.key.id}`
          if (position <= told.lastPosition) told.faults.push(`${position} after ${told.lastPosition}`)
          if (sorted(oldItem) !== sorted(replayed.get(key))) told.faults.push(`${position} does not follow on ${key}`)
          told.count++
          told.lastPosition = position
          for (const letter of position) told.checksum = (Math.imul(told.checksum, 31) + letter.charCodeAt(0)) | 0
          if (newItem === undefined) replayed.delete(key)
          else replayed.set(key, newItem)
        }
      }
      void replay()
      const cacheHits = (): number => database.cacheStatistics().hits
      const state = { isWriting: false, wasLeft: false, cacheHits }
      window.watched = { notes, results, item, replayed, told, ...state } satisfies Watched
    },
    DATABASE,
    NOTES,
  )
}

/** Puts, updates and deletes notes at random in 16 lanes, and reads some in between. */
function write(tab: BrowserPage, options: { readonly seed: number; readonly count: number }): Promise<void> {
  return tab.evaluate(async ({ seed, count }) => {
    const watched = window.watched as Watched | undefined
    if (watched === undefined) throw new Error('This tab does not watch.')
    const { notes } = watched
    watched.isWriting = true
    let state = seed
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    let left = count
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const key = { shelf: `s${random(4)}`, id: random(40) }
        const text = `${left % 2 === 0 ? 'even' : 'odd'} ${seed} ${left}`
        const colour = random(3) === 0 ? 'red' : 'blue'
        const kind = random(10)
        if (kind < 5) await notes.put({ ...key, text, ...(random(4) > 0 && { colour }) })
        else if (kind < 8) await notes.update(key, { set: { text, colour } })
        else await notes.delete(key)
        if (random(2) === 0) await notes.get({ shelf: 's0', id: random(3) })
      }
    }
    await Promise.all(Array.from({ length: 16 }, lane))
    watched.isWriting = false
  }, options)
}

/** Writes the last note and waits until some tabs show what is in the table, or tell what they show else. */
async function findAll(some: readonly ChromiumTab[]): Promise<readonly Findings[]> {
  await some[0]?.evaluate((note) => (window.watched as Watched).notes.put(note).then(() => undefined), LAST)
  return Promise.all(some.map(findDifferences))
}

/** Waits until a tab shows what is in the table, or tells what it shows else. */
function findDifferences(tab: BrowserPage): Promise<Findings> {
  return tab.evaluate(async (settledWithinMs) => {
    const watched = window.watched as Watched | undefined
    if (watched === undefined) throw new Error('This tab does not watch.')
    const { notes, results, item, replayed, told, cacheHits } = watched
    const { attribute, expr } = window.tidetable
    const sorted = (rows: readonly Note[]): string =>
      JSON.stringify(rows.map((row) => Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    const inOrder = (rows: Iterable<Note>): Note[] =>
      [...rows].toSorted((a, b) => (a.shelf < b.shelf || (a.shelf === b.shelf && a.id < b.id) ? -1 : 1))
    const all = await notes.scan({ consistent: true })
    const expected: Record<string, readonly Note[]> = {
      shelf: await notes.query({ where: { shelf: 's1' }, consistent: true }),
      newest: await notes.query({ where: { shelf: 's2' }, reverse: true, limit: 7, consistent: true }),
      red: await notes.query({
        index: 'byColour',
        where: { colour: 'red' },
        filter: expr`begins_with(${attribute('text')}, ${'even'})`,
      }),
      all,
    }
    const differences = async (): Promise<string[]> => {
      const found: string[] = []
      for (const [name, result] of Object.entries(results)) {
        const { current } = result
        if (current === undefined || current.isPending) found.push(`${name} is not settled`)
        else if (sorted(current.rows) !== sorted(expected[name] ?? [])) found.push(`${name} differs`)
      }
      const stored = await notes.get({ shelf: 's0', id: 1 }, { consistent: true })
      if (sorted([item.current?.item ?? ({} as Note)]) !== sorted([stored ?? ({} as Note)])) found.push('item differs')
      for (let id = 0; id < 3; id++) {
        const cached = await notes.get({ shelf: 's0', id })
        const kept = all.find((note) => note.shelf === 's0' && note.id === id)
        if (sorted(cached ? [cached] : []) !== sorted(kept ? [kept] : [])) found.push(`cached ${id} differs`)
      }
      if (sorted(inOrder(replayed.values())) !== sorted(inOrder(all))) found.push('changes differ')
      return found
    }
    const deadlineMs = performance.now() + settledWithinMs
    let found = await differences()
    while (found.length > 0 && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      found = await differences()
    }
    return { differences: found, notes: all.length, cacheHits: cacheHits(), told }
  }, SETTLED_WITHIN_MS)
}
