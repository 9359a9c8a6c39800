// Removes a database and everything in it. It is two databases of IndexedDB, which go one after the other: a mark tells
// whoever opens what an interrupted deletion has left that it is to be gone.

import { deleteDB, openDB } from 'idb'
import { type Clock, systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { databaseNameOf, pagesDatabaseNameOf } from './database-name.ts'

/** How long deleting may take: workers that have the database open close it at once, unless they are frozen. */
export const DELETE_TIMEOUT_MS = 10_000
/** Key among the pages of the mark. */
export const DELETING_KEY = 'deleting'

/**
 * Deletes the database that the app calls `name`, whether it exists or not. Workers that have it open get
 * `StorageClosed` from then on.
 *
 * @throws DatabaseError `StorageUnavailable` when IndexedDB refuses or does not answer within 10 seconds; it may then
 *   still be deleted later
 */
export function deleteStoredDatabase(name: string, clock: Clock = systemClock): Promise<void> {
  if (typeof indexedDB === 'undefined') {
    return Promise.reject(new DatabaseError('StorageUnavailable', 'There is no IndexedDB here.'))
  }
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown): void => {
      reject(new DatabaseError('StorageUnavailable', message, { cause, data: { name } }))
    }
    const timer = clock.after(DELETE_TIMEOUT_MS, () => {
      fail('IndexedDB did not delete the database in time; another tab may have it open.')
    })
    deleteBoth(name).then(
      () => {
        timer.cancel()
        resolve()
      },
      (cause: unknown) => {
        timer.cancel()
        fail('IndexedDB did not delete the database.', cause)
      },
    )
  })
}

async function deleteBoth(name: string): Promise<void> {
  await mark(pagesDatabaseNameOf(name))
  await deleteDB(databaseNameOf(name))
  await deleteDB(pagesDatabaseNameOf(name))
}

/** What is not there, is of another version or of somebody else needs no mark, and goes without. */
async function mark(pagesName: string): Promise<void> {
  let isMissing = false
  const opening = openDB(pagesName, undefined, {
    upgrade(_database, _from, _to, transaction) {
      isMissing = true
      transaction.abort()
      // That it was aborted is told by the opening too.
      transaction.done.catch(() => undefined)
    },
  })
  const database = await opening.catch((error: unknown) => {
    if (isMissing) return undefined
    throw error
  })
  if (database === undefined) return
  try {
    if (database.objectStoreNames.contains('pages')) await database.put('pages', true, DELETING_KEY)
  } finally {
    database.close()
  }
}
