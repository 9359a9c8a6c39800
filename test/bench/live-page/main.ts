// The page of the benchmark of live queries: live-run.ts calls these functions, one at a time.

import { liveQuery } from 'dexie'
import { Dexie, type Table } from 'dexie'
import { defineTable, deleteDatabase, openDatabase } from 'tidetable'
import { type ExpiryFigures, type ExpiryOptions, measureExpiry } from './expiry.ts'

/** How much is measured. */
export interface LiveOptions {
  /** Live queries on the table, of which each write concerns one. */
  readonly queries: number
  readonly writes: number
}

/** Times of single writes, in ms. */
export interface LiveFigures {
  /** From the call to the callback of the live query with the row in it. */
  readonly callbackMs: readonly number[]
  /** From the call until the write is durable. */
  readonly writeMs: readonly number[]
}

/** What the page offers as `window.liveBench`. */
export interface LiveBench {
  tidetable(options: LiveOptions): Promise<LiveFigures>
  dexie(options: LiveOptions): Promise<LiveFigures>
  expiry(options: ExpiryOptions): Promise<ExpiryFigures>
}

declare global {
  interface Window {
    liveBench?: LiveBench
  }
}

interface Note {
  readonly shelf: string
  readonly id: number
  readonly text: string
}

/** A store under measurement. */
interface Subject {
  put(note: Note): Promise<unknown>
  /** Calls `see` with the notes of a shelf now and whenever they change; resolves after the first time. */
  follow(shelf: string, see: (notes: readonly Note[]) => void): Promise<void>
}

const DATABASE = 'live-bench'
/** Notes that a shelf has before the measurement. */
const NOTES_PER_SHELF = 20
/** Writes before those that count. */
const WARM_UP = 50
const TEXT = 'A note of a length that notes have. '.repeat(6)
const NOTES = defineTable<Note>()({
  name: 'notes',
  attributes: { shelf: 'S', id: 'N' },
  key: { partition: 'shelf', sort: 'id' },
})

window.liveBench = {
  expiry: measureExpiry,
  async tidetable(options) {
    await deleteDatabase(DATABASE)
    const database = await openDatabase({ name: DATABASE, tables: [NOTES] })
    const notes = database.table(NOTES)
    const figures = await measure(options, {
      put: (note) => notes.put(note),
      follow: (shelf, see) =>
        new Promise((resolve, reject) => {
          notes.query({ where: { shelf } }).subscribe({
            next({ rows }) {
              see(rows)
              resolve()
            },
            error: reject,
          })
        }),
    })
    await database.close()
    return figures
  },
  async dexie(options) {
    await Dexie.delete(DATABASE)
    const database = new Dexie(DATABASE) as Dexie & { readonly notes: Table<Note> }
    database.version(1).stores({ notes: '[shelf+id], shelf' })
    const subscriptions: { unsubscribe(): void }[] = []
    const figures = await measure(options, {
      put: (note) => Promise.resolve(database.notes.put(note)),
      follow: (shelf, see) =>
        new Promise((resolve, reject) => {
          const found = liveQuery(() => database.notes.where('shelf').equals(shelf).toArray())
          subscriptions.push(
            found.subscribe({
              next(rows) {
                see(rows)
                resolve()
              },
              error: reject,
            }),
          )
        }),
    })
    for (const subscription of subscriptions) subscription.unsubscribe()
    database.close()
    return figures
  },
}

async function measure({ queries, writes }: LiveOptions, subject: Subject): Promise<LiveFigures> {
  for (let id = 0; id < NOTES_PER_SHELF; id++) await subject.put({ shelf: 's0', id, text: TEXT })
  let seen: readonly Note[] = []
  let wake: (() => void) | undefined
  await subject.follow('s0', (notes) => {
    seen = notes
    wake?.()
  })
  const others = Array.from({ length: queries - 1 }, (_, index) => subject.follow(`s${index + 1}`, () => undefined))
  await Promise.all(others)
  const callbackMs: number[] = []
  const writeMs: number[] = []
  for (let write = 0; write < WARM_UP + writes; write++) {
    // One note is written again and again, so that the result keeps its size.
    const text = `${TEXT} ${write}`
    const startMs = performance.now()
    const shown = (async () => {
      while (!seen.some((note) => note.text === text)) await new Promise<void>((resolve) => (wake = resolve))
      return performance.now() - startMs
    })()
    await subject.put({ shelf: 's0', id: 0, text })
    const durableMs = performance.now() - startMs
    const shownMs = await shown
    if (write < WARM_UP) continue
    callbackMs.push(shownMs)
    writeMs.push(durableMs)
  }
  return { callbackMs, writeMs }
}
