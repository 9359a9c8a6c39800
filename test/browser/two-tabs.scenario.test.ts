// Two tabs, each with a worker of its own, on one database: no update of one is lost to the other.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineTable } from '../../src/client/define-table.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import type { BrowserPage, BrowserSession } from '../support/browsers.ts'
import { startPackageServer } from '../support/package-page.ts'
import type { StaticServer } from '../support/static-server.ts'

interface Counter {
  readonly page: string
  readonly visits: number
}

const DATABASE = 'visits'
const COUNTERS = defineTable<Counter>()({
  name: 'Counters',
  attributes: { page: 'S' },
  key: { partition: 'page' },
})

const UPDATES_PER_TAB = 1_000
/** A tab that loses so many races in a row is starved. */
const MAX_RACES_PER_UPDATE = 500
const TIMEOUT_MS = 600_000

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

describe('a counter that two tabs write at the same time', () => {
  it(
    'counts every conditional update once',
    async () => {
      const races = await Promise.all(tabs.map(countWithConditions))

      console.log(`races lost: ${races.join(' and ')}`)
      expect(await Promise.all(tabs.map(readVisits))).toEqual([2 * UPDATES_PER_TAB, 2 * UPDATES_PER_TAB])
    },
    TIMEOUT_MS,
  )

  it(
    'counts every ADD once',
    async () => {
      const seen = await Promise.all(tabs.map(countWithAdd))

      // Every value from 1 to 2,000 was returned to exactly one tab, in rising order within the tab.
      const all = Array.from({ length: 2 * UPDATES_PER_TAB }, (_, index) => index + 1)
      expect(seen.flat().toSorted((a, b) => a - b)).toEqual(all)
      for (const values of seen) expect(values).toEqual(values.toSorted((a, b) => a - b))
      expect(await Promise.all(tabs.map(readVisits))).toEqual([2 * UPDATES_PER_TAB, 2 * UPDATES_PER_TAB])
    },
    TIMEOUT_MS,
  )
})

/** Reads, then updates on condition that the value is still the one that was read. Returns how many races were lost. */
function countWithConditions(tab: BrowserPage): Promise<number> {
  return tab.evaluate(
    async (name, definition, { updates, maxRaces }) => {
      const { expr, openDatabase } = window.tidetable
      const database = await openDatabase({ name, tables: [definition] })
      const counters = database.table(definition)
      let races = 0
      const updateOnce = async (): Promise<boolean> => {
        const stored = await counters.get({ page: 'home' }, { consistent: true })
        const visits = stored?.visits ?? 0
        const condition = stored === undefined ? ('not_exists' as const) : expr`visits = ${visits}`
        try {
          await counters.update({ page: 'home' }, { set: { visits: visits + 1 }, if: condition })
          return true
        } catch (error) {
          if ((error as Error).name !== 'ConditionalCheckFailedException') throw error
          races += 1
          return false
        }
      }
      for (let update = 0; update < updates; update += 1) {
        const racesBefore = races
        while (!(await updateOnce())) {
          if (races - racesBefore > maxRaces) throw new Error('one tab keeps the other from writing')
        }
      }
      await database.close()
      return races
    },
    DATABASE,
    COUNTERS,
    { updates: UPDATES_PER_TAB, maxRaces: MAX_RACES_PER_UPDATE },
  )
}

/** Adds one, time and again. Returns the values that the updates returned. */
function countWithAdd(tab: BrowserPage): Promise<readonly number[]> {
  return tab.evaluate(
    async (name, definition, updates) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const values: number[] = []
      for (let update = 0; update < updates; update += 1) {
        const { visits } = await database
          .table(definition)
          .update({ page: 'home' }, { add: { visits: 1 }, returnValues: 'ALL_NEW' })
        values.push(visits)
      }
      await database.close()
      return values
    },
    DATABASE,
    COUNTERS,
    UPDATES_PER_TAB,
  )
}

function readVisits(tab: BrowserPage): Promise<number> {
  return tab.evaluate(
    async (name, definition) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const stored = await database.table(definition).get({ page: 'home' }, { consistent: true })
      await database.close()
      return stored?.visits ?? 0
    },
    DATABASE,
    COUNTERS,
  )
}
