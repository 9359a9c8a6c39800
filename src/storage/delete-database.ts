// Removes a database and everything in it.

import { deleteDB } from 'idb'
import { type Clock, systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { databaseNameOf } from './database-name.ts'

/** How long deleting may take: workers that have the database open close it at once, unless they are frozen. */
export const DELETE_TIMEOUT_MS = 10_000

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
    deleteDB(databaseNameOf(name)).then(
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
