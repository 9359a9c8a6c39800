// What Chromium does with the log below our log, and how to keep it from losing everything.
//
// Symptom: a browser that is killed while it writes may empty IndexedDB for the whole origin, not at its next start but at
// the one after. Cause: LevelDB, under Chromium's IndexedDB, goes on writing to the log file it finds (`reuse_logs`) even
// if that ends in half a record; the next reading takes what follows for a corrupt file, and Chromium replaces a corrupt
// database with an empty one. https://github.com/google/leveldb/issues/1287
//
// Remedy: begin a new log file before the first write. Nothing asks for that by name, but deleting a database compacts its
// range of keys, and a compaction first closes the log that is written to.

import { deleteDB, openDB } from 'idb'
import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { DataLoss } from './contract.ts'
import { databaseNameOf } from './database-name.ts'

/** Chromium's addition to IndexedDB: whether the database that is made now takes the place of one that was damaged. */
interface LossTellingEvent extends IDBVersionChangeEvent {
  readonly dataLoss?: string
  readonly dataLossMessage?: string
}

/** How long the first write of a connection waits for a new log file. */
export const BROWSER_LOG_TIMEOUT_MS = 2_000
/** Of the database that is made and deleted. No app's database has this name, as an app's name is never empty. */
const SCRATCH_NAME = databaseNameOf('')

/** Whether this is Chromium, or a browser made of it. Names say little, but only Chromium's IndexedDB tells of data loss. */
export function isChromium(): boolean {
  return typeof IDBVersionChangeEvent !== 'undefined' && 'dataLoss' in IDBVersionChangeEvent.prototype
}

/**
 * Has the browser begin a new log file. What was written before is safe from what is written after.
 *
 * @throws DatabaseError `StorageUnavailable` when that takes more than 2 seconds; DOMException as IndexedDB does
 */
export async function beginBrowserLog(clock: Clock): Promise<void> {
  let cancel = (): void => undefined
  const timeout = new Promise<never>((_, reject) => {
    const data = { timeoutMs: BROWSER_LOG_TIMEOUT_MS }
    const error = new DatabaseError('StorageUnavailable', 'IndexedDB did not make a database in time.', { data })
    const timer = clock.after(BROWSER_LOG_TIMEOUT_MS, () => reject(error))
    cancel = () => timer.cancel()
  })
  try {
    await Promise.race([makeAndDelete(), timeout])
  } finally {
    cancel()
  }
}

async function makeAndDelete(): Promise<void> {
  const scratch = await openDB(SCRATCH_NAME, 1)
  scratch.close()
  await deleteDB(SCRATCH_NAME)
}

/** What was lost, by the event that announces a new database; undefined when nothing was. */
export function dataLossOf(event: IDBVersionChangeEvent, atMs: number): DataLoss | undefined {
  const { dataLoss, dataLossMessage = '' } = event as LossTellingEvent
  return dataLoss === 'total' ? { atMs, message: dataLossMessage } : undefined
}
