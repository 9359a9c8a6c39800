// Law 2, in a whole browser: what was acknowledged survives. A page writes without pause and reports every
// acknowledgement to a server of the test's own; the browser, or only the worker, is killed at random moments; then the
// database opens at once, holds every acknowledged item whole, and its index says the same as its table (law 3).

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { defineTable } from '../../src/client/define-table.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import type { BrowserPage } from '../support/browsers.ts'
import { startMessageInbox } from '../support/message-inbox.ts'
import type { MessageInbox } from '../support/message-inbox.ts'
import { startPackageServer } from '../support/package-page.ts'
import { replaySeed } from '../support/replay-seed.ts'
import type { StaticServer } from '../support/static-server.ts'

/** The page was told that the notes with these numbers, `count` of them from `first` on, are durable. */
interface Acknowledgement {
  readonly first: number
  readonly count: number
}

interface Note {
  readonly shelf: string
  readonly id: number
  readonly colour: string
  readonly text: string
}

/** What a page found in the database. */
interface Contents {
  readonly openToFirstReadMs: number
  /** The same for a database that did not exist, right after it. */
  readonly emptyToFirstReadMs: number
  readonly ids: readonly number[]
  /** Of notes that are not as they were written. */
  readonly damagedIds: readonly number[]
  readonly idsInIndex: readonly number[]
}

/** What a kill has done to a database. */
interface Damage {
  readonly lostIds: readonly number[]
  readonly damagedIds: readonly number[]
  readonly idsMissingInIndex: readonly number[]
  readonly idsOnlyInIndex: readonly number[]
  readonly openedAtOnce: boolean
}

/** How the calls of a page ended whose worker was killed again and again. */
interface WorkerDeaths {
  readonly acknowledged: readonly Acknowledgement[]
  /** Name and code of every rejection. */
  readonly failures: readonly string[]
  readonly workersStarted: number
}

const DATABASE = 'notes'
const NOTES = defineTable<Note>()({
  name: 'Notes',
  attributes: { shelf: 'S', id: 'N', colour: 'S' },
  key: { partition: 'shelf', sort: 'id' },
  globalIndexes: { byColour: { partition: 'colour', sort: 'id', projection: 'KEYS_ONLY' } },
})

const BROWSER_KILLS = 6
/** Workers started within a minute are limited to one more. */
const WORKER_KILLS = 4
/** Each kill waits for up to so many acknowledgements of its own. */
const MAX_ACKNOWLEDGEMENTS = 60
const BATCH_ITEMS = 100
/** Numbers that one lane of one run cannot use up. */
const IDS_PER_LANE = 1_000_000
const ACKNOWLEDGED_WITHIN_MS = 120_000
/** "At once": far above what opening takes, far below a recovery that would have to be waited for. */
const OPENS_WITHIN_MS = 5_000
/** Where an empty database takes longer the machine has other work, and the limit is as much larger. */
const EMPTY_OPENS_WITHIN_MS = 250
const NO_DAMAGE: Damage = {
  lostIds: [],
  damagedIds: [],
  idsMissingInIndex: [],
  idsOnlyInIndex: [],
  openedAtOnce: true,
}
const TIMEOUT_MS = 600_000

let server: StaticServer
let inbox: MessageInbox<Acknowledgement>
let profileDirectory: string

beforeEach(async () => {
  server = await startPackageServer()
  inbox = await startMessageInbox<Acknowledgement>()
  profileDirectory = await createProfile('chromium')
})

afterEach(async () => {
  await server.close()
  await inbox.close()
  await removeProfile(profileDirectory)
})

describe('a browser that is killed while it loads', () => {
  it(
    'has lost no acknowledged item and opens again at once',
    async () => {
      const random = seededRandom(replaySeed('killing the browser'))
      for (let kill = 0; kill < BROWSER_KILLS; kill += 1) {
        const browser = await startBrowser('chromium', profileDirectory)
        const page = await browser.open(`${server.origin}/`)
        expect(damageOf(await readContents(page), inbox.messages)).toEqual(NO_DAMAGE)
        const acknowledgements = inbox.messages.length + 1 + (random.uint32() % MAX_ACKNOWLEDGEMENTS)
        await startLoading(page, kill)
        await inbox.find('loading', ACKNOWLEDGED_WITHIN_MS, () => inbox.messages.length >= acknowledgements)
        await browser.kill()
      }

      const browser = await startBrowser('chromium', profileDirectory)
      const contents = await readContents(await browser.open(`${server.origin}/`))
      await browser.close()
      console.log(
        `${contents.ids.length} notes after ${BROWSER_KILLS} kills, ${acknowledgedIds(inbox.messages).length} acknowledged`,
      )
      expect(damageOf(contents, inbox.messages)).toEqual(NO_DAMAGE)
    },
    TIMEOUT_MS,
  )
})

describe('a worker that is killed while it is written to', () => {
  it(
    'settles every call, is replaced, and has lost no acknowledged item',
    async () => {
      const random = seededRandom(replaySeed('killing the worker'))
      const acknowledgementsPerKill = Array.from({ length: WORKER_KILLS }, () => 1 + (random.uint32() % 2_000))
      const browser = await startBrowser('chromium', profileDirectory)
      const page = await browser.open(`${server.origin}/`)

      const deaths = await killWorkers(page, acknowledgementsPerKill)
      const contents = await readContents(page)
      await browser.close()

      console.log(`${deaths.acknowledged.length} puts acknowledged, ${deaths.failures.length} lost with a worker`)
      expect(new Set(deaths.failures)).toEqual(new Set(['DatabaseError WorkerLost']))
      expect(deaths.workersStarted).toBe(WORKER_KILLS + 1)
      expect(damageOf(contents, deaths.acknowledged)).toEqual(NO_DAMAGE)
    },
    TIMEOUT_MS,
  )
})

function damageOf(contents: Contents, acknowledgements: readonly Acknowledgement[]): Damage {
  const inTable = new Set(contents.ids)
  const inIndex = new Set(contents.idsInIndex)
  const slowness = Math.max(1, contents.emptyToFirstReadMs / EMPTY_OPENS_WITHIN_MS)
  return {
    lostIds: acknowledgedIds(acknowledgements).filter((id) => !inTable.has(id)),
    damagedIds: contents.damagedIds,
    idsMissingInIndex: contents.ids.filter((id) => !inIndex.has(id)),
    idsOnlyInIndex: contents.idsInIndex.filter((id) => !inTable.has(id)),
    openedAtOnce: contents.openToFirstReadMs / slowness < OPENS_WITHIN_MS,
  }
}

function acknowledgedIds(acknowledgements: readonly Acknowledgement[]): number[] {
  return acknowledgements.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index))
}

function readContents(page: BrowserPage): Promise<Contents> {
  return page.evaluate(
    async (name, definition) => {
      const openAndRead = async (named: string) => {
        const startMs = performance.now()
        const opened = await window.tidetable.openDatabase({ name: named, tables: [definition] })
        await opened.table(definition).get({ shelf: 'shelf-0', id: 0 })
        return { opened, durationMs: performance.now() - startMs }
      }
      const { opened: database, durationMs: openToFirstReadMs } = await openAndRead(name)
      const { opened: empty, durationMs: emptyToFirstReadMs } = await openAndRead(`empty ${performance.timeOrigin}`)
      await empty.close()
      const notes = database.table(definition)
      const ids: number[] = []
      const damagedIds: number[] = []
      for await (const { id, colour, text } of notes.scan()) {
        ids.push(id)
        if (colour !== `colour-${id % 7}` || text !== `note ${id} `.repeat(40)) damagedIds.push(id)
      }
      const idsInIndex: number[] = []
      for await (const { id } of notes.scan({ index: 'byColour' })) idsInIndex.push(id)
      await database.close()
      return { openToFirstReadMs, emptyToFirstReadMs, ids, damagedIds, idsInIndex }
    },
    DATABASE,
    NOTES,
  )
}

/** Writes without end: three lanes of batches and one of single puts, so that some writes are always unacknowledged. */
function startLoading(page: BrowserPage, run: number): Promise<void> {
  return page.evaluate(
    async (name, definition, load) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const notes = database.table(definition)
      const noteOf = (id: number) => {
        const text = `note ${id} `.repeat(40)
        return { shelf: `shelf-${id % 16}`, id, colour: `colour-${id % 7}`, text }
      }
      const writeLane = async (lane: number, count: number): Promise<never> => {
        for (let first = (load.run * 10 + lane) * load.idsPerLane; ; first += count) {
          const batch = Array.from({ length: count }, (_, index) => noteOf(first + index))
          if (count === 1) await notes.put(noteOf(first))
          else await notes.putMany(batch)
          await fetch(load.inboxUrl, { method: 'POST', body: JSON.stringify({ first, count }) })
        }
      }
      for (const lane of [0, 1, 2]) void writeLane(lane, load.batchItems)
      void writeLane(3, 1)
    },
    DATABASE,
    NOTES,
    { inboxUrl: inbox.url, run, batchItems: BATCH_ITEMS, idsPerLane: IDS_PER_LANE },
  )
}

/** Puts note after note in 16 lanes, and kills the worker each time that it has acknowledged so many. */
function killWorkers(page: BrowserPage, acknowledgementsPerKill: readonly number[]): Promise<WorkerDeaths> {
  return page.evaluate(
    async (name, definition, moments) => {
      const workers: Worker[] = []
      window.Worker = class extends Worker {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options)
          workers.push(this)
        }
      }
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const notes = database.table(definition)
      const acknowledged: Acknowledgement[] = []
      const failures: string[] = []
      let kills = 0
      let acknowledgedByWorker = 0
      let nextId = 0
      const writeLane = async (): Promise<void> => {
        while (kills < moments.length) {
          const id = nextId++
          const text = `note ${id} `.repeat(40)
          try {
            await notes.put({ shelf: `shelf-${id % 16}`, id, colour: `colour-${id % 7}`, text })
          } catch (error) {
            const { name: errorName, code } = error as { name: string; code?: string }
            failures.push(`${errorName} ${code}`)
            continue
          }
          acknowledged.push({ first: id, count: 1 })
          // Answers of a worker may still come when it has been killed, before the next has started.
          if (workers.length === kills) continue
          acknowledgedByWorker += 1
          if (acknowledgedByWorker === moments[kills]) {
            kills += 1
            acknowledgedByWorker = 0
            workers.at(-1)?.terminate()
          }
        }
      }
      await Promise.all(Array.from({ length: 16 }, writeLane))
      // No call may have been under way when the last worker was killed: this one asks for the next.
      await notes.get({ shelf: 'shelf-0', id: 0 })
      await database.close()
      return { acknowledged, failures, workersStarted: workers.length }
    },
    DATABASE,
    NOTES,
    acknowledgementsPerKill,
  )
}
