// The devices' cloud. A page that was served by `npm start` finds a gateway beside it, which windows of other profiles use
// as well; a page that lies on a server of files alone keeps the cloud in a third database of its own.

import { type Database, openDatabase, ServiceException, type SyncRemote, unmarshall } from 'tidetable'

import { book, companion, lineKey } from './book.ts'
import { type CloudState, cloudStateOf } from './cloud-state.ts'
import {
  CLOUD_FILE,
  CLOUD_FOLDER,
  type CloudAnswer,
  type CloudRows,
  COUNTER_LINE,
  FIRST_LINES,
  GATEWAY_FILE,
  HARBOUR,
  SHOWN_ENTRIES,
} from './tables.ts'

const CLOUD_URL = `./${CLOUD_FOLDER}/${CLOUD_FILE}`
const GATEWAY_URL = `./${CLOUD_FOLDER}/${GATEWAY_FILE}`
const DATABASE_NAME = 'tidetable-demo-cloud'
/** How often a page looks at what a gateway's cloud holds, besides whenever a device has reached it. */
const LOOK_INTERVAL_MS = 2_000

/** Where the devices meet. */
export interface Cloud {
  readonly kind: 'gateway' | 'page'
  readonly remote: SyncRemote
  /** Calls `show` with what the cloud holds, and whenever that has changed; with an error when it cannot be seen. */
  watch(show: (state: CloudState) => void, fail: (error: unknown) => void): void
  /** A device has reached the cloud: there may be something new. */
  lookAgain(): void
}

/**
 * Asks once whether there is a gateway, and else opens the database that stands for it.
 * @throws DatabaseError as `openDatabase` does
 */
export async function findCloud(): Promise<Cloud> {
  return (await askCloud()) === undefined ? cloudInPage() : cloudBehindGateway()
}

async function askCloud(): Promise<CloudRows | undefined> {
  const response = await fetch(CLOUD_URL)
  if (!response.ok) throw new Error(`The cloud answered with status ${response.status}.`)
  return ((await response.json()) as CloudAnswer).rows
}

function cloudBehindGateway(): Cloud {
  let look = (): void => undefined
  return {
    kind: 'gateway',
    remote: { gateway: { url: GATEWAY_URL } },
    watch(show, fail) {
      const lookOnce = async (): Promise<void> => {
        try {
          const { lines = [], entries = [] } = (await askCloud()) ?? {}
          show(cloudStateOf(lines.map(native), entries.map(native)))
        } catch (error) {
          fail(error)
        }
      }
      let looking: Promise<void> = Promise.resolve()
      let isWaiting = false
      look = () => {
        if (isWaiting) return
        isWaiting = true
        looking = looking.then(() => {
          isWaiting = false
          return lookOnce()
        })
      }
      setInterval(() => {
        if (document.visibilityState === 'visible') look()
      }, LOOK_INTERVAL_MS)
      look()
    },
    lookAgain: () => look(),
  }
}

function native(row: unknown): Readonly<Record<string, unknown>> {
  return unmarshall(row as Parameters<typeof unmarshall>[0])
}

async function cloudInPage(): Promise<Cloud> {
  const database = await openDatabase({ name: DATABASE_NAME, tables: [book, companion] })
  await beginBook(database)
  return {
    kind: 'page',
    remote: { database },
    watch(show, fail) {
      let lines: readonly Readonly<Record<string, unknown>>[] | undefined
      let entries: readonly Readonly<Record<string, unknown>>[] | undefined
      const tell = (): void => {
        if (lines !== undefined && entries !== undefined) show(cloudStateOf(lines, entries))
      }
      const lineQuery = database.table(book).query({ where: { harbour: HARBOUR } })
      lineQuery.live().subscribe({
        next: ({ rows }) => {
          lines = rows.map((row) => ({ ...row }))
          tell()
        },
        error: fail,
      })
      const log = { where: { pk: `log#${HARBOUR}` }, reverse: true, limit: SHOWN_ENTRIES }
      const logQuery = database.table(companion).query(log)
      logQuery.live().subscribe({
        next: ({ rows }) => {
          entries = rows.map((row) => ({ ...row }))
          tell()
        },
        error: fail,
      })
    },
    // Its queries are live.
    lookAgain: () => undefined,
  }
}

/** Writes the first lines, unless that has been done. */
async function beginBook(database: Database): Promise<void> {
  if ((await database.table(book).get(lineKey(COUNTER_LINE), { consistent: true })) !== undefined) return
  try {
    await database.transact((tx) => {
      for (const line of FIRST_LINES) tx.put(book, line, { if: 'not_exists' })
    })
  } catch (error) {
    // Another tab was first.
    if (!(error instanceof ServiceException) || error.name !== 'TransactionCanceledException') throw error
  }
}
