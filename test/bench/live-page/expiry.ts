// Many items that expire together, while the app goes on writing: how long it takes until they are gone, and what of that
// the page and the app's writes feel.

import { defineTable, deleteDatabase, openDatabase } from 'tidetable'

/** How much is measured. */
export interface ExpiryOptions {
  readonly items: number
}

/** What was measured, in ms. */
export interface ExpiryFigures {
  /** From the second in which all expire until all are gone. */
  readonly goneMs: number
  /** Of the app's writes, one after another, while nothing expires … */
  readonly quietPutMs: readonly number[]
  /** … and until all are gone. */
  readonly busyPutMs: readonly number[]
  /** The longest task of the page's thread until all are gone, as the browser tells of those over 50; 0 without one. */
  readonly longTaskMs: number
  /** The longest time between two turns of the page's thread until all are gone. */
  readonly longestGapMs: number
}

const DATABASE = 'expiry-bench'
const MS_PER_SECOND = 1000
/** Time for the load. */
const SECONDS_TO_LIVE = 45
const QUIET_MS = 3000
const PAUSE_MS = 5
const LOOK_INTERVAL_MS = 50
const TEXT = 'An item of a length that items have. '.repeat(8)
const SESSIONS = defineTable<{ readonly id: string; readonly text: string; readonly expires: number }>()({
  name: 'sessions',
  attributes: { id: 'S' },
  key: { partition: 'id' },
  timeToLive: 'expires',
})
const NOTES = defineTable<{ readonly id: number; readonly text: string }>()({
  name: 'notes',
  attributes: { id: 'N' },
  key: { partition: 'id' },
})

/** Measures once. */
export async function measureExpiry({ items }: ExpiryOptions): Promise<ExpiryFigures> {
  await deleteDatabase(DATABASE)
  const database = await openDatabase({ name: DATABASE, tables: [SESSIONS, NOTES] })
  const expires = Math.ceil(Date.now() / MS_PER_SECOND) + SECONDS_TO_LIVE
  await database
    .table(SESSIONS)
    .putMany(Array.from({ length: items }, (_, id) => ({ id: `session ${id}`, text: TEXT, expires })))
  if (Date.now() > expires * MS_PER_SECOND - 2 * QUIET_MS) throw new Error('The load took longer than the items live.')
  const putUntil = async (isOver: () => boolean): Promise<readonly number[]> => {
    const putMs: number[] = []
    while (!isOver()) {
      const startMs = performance.now()
      await database.table(NOTES).put({ id: putMs.length, text: TEXT })
      putMs.push(performance.now() - startMs)
      await pause(PAUSE_MS)
    }
    return putMs
  }
  const quietEndMs = Date.now() + QUIET_MS
  const quietPutMs = await putUntil(() => Date.now() >= quietEndMs)
  await pause(expires * MS_PER_SECOND - Date.now())

  const startMs = performance.now()
  const thread = watchThread()
  let isGone = false
  const busy = putUntil(() => isGone)
  while ((await database.statistics()).expiredItems < items) await pause(LOOK_INTERVAL_MS)
  const goneMs = performance.now() - startMs
  isGone = true
  const busyPutMs = await busy
  const figures = { goneMs, quietPutMs, busyPutMs, ...thread.end() }
  const left = await database.table(SESSIONS).scan().count()
  if (left > 0) throw new Error(`${left} items are left.`)
  await database.close()
  return figures
}

/** Watches the page's thread for long tasks, and how long a timer has to wait for its turn. */
function watchThread(): { end(): Pick<ExpiryFigures, 'longTaskMs' | 'longestGapMs'> } {
  let longTaskMs = 0
  let longestGapMs = 0
  let turnMs = performance.now()
  const take = (entries: PerformanceEntryList): void => {
    for (const { duration } of entries) longTaskMs = Math.max(longTaskMs, duration)
  }
  const observer = new PerformanceObserver((list) => take(list.getEntries()))
  observer.observe({ type: 'longtask' })
  const timer = setInterval(() => {
    longestGapMs = Math.max(longestGapMs, performance.now() - turnMs)
    turnMs = performance.now()
  }, 1)
  return {
    end() {
      clearInterval(timer)
      take(observer.takeRecords())
      observer.disconnect()
      return { longTaskMs, longestGapMs }
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
