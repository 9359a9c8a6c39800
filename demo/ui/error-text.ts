// What went wrong, in words for the person before the screen, with the database's own sentence after them.

import { DatabaseError, ServiceException, type DatabaseErrorCode } from 'tidetable'

const DATABASE_ERRORS: Readonly<Record<DatabaseErrorCode, string>> = {
  StorageUnavailable: 'The browser’s storage cannot be used now: another tab may be in the way, or a private window.',
  StorageClosed: 'The database was closed. Reload the page to open it again.',
  StorageFull: 'This browser’s storage is full. Nothing of this write was kept, everything before it was.',
  StorageCorrupt:
    'Stored data could not be read back as they were written. Empty the database and load the cities again.',
  StorageFailed: 'The browser’s storage failed.',
  StorageOverloaded: 'More writes are waiting than fit. Wait a moment and try again.',
  LogTruncated: 'This tab slept too long to catch up. Reload the page.',
  SnapshotLost: 'What this tab was reading was replaced by another tab. Ask again.',
  UnknownFormat: 'These data were written by a newer version of this page. Reload it to get that version.',
  WorkerLost: 'The database’s worker stopped before it answered. Reload the page to see what was kept.',
  WorkerUnavailable: 'The database’s worker could not be started in this browser.',
  CallTimedOut: 'The database did not answer in time.',
  DefinitionMismatch:
    'The stored tables are not the ones this page expects. Empty the database and load the cities again.',
  RaceLost: 'Others kept changing the same thing at the same moment. Try again.',
  WritesWaiting: 'Some writes have not reached the cloud yet. Wait for them, or give them up.',
  InvalidOption: 'The page asked for something the database does not offer.',
}

/** A sentence or two for the user. */
export function errorText(error: unknown): string {
  if (error instanceof ServiceException) return `The database refused this. ${error.name}: ${error.message}`
  if (error instanceof DatabaseError) return `${DATABASE_ERRORS[error.code]} (${error.code}: ${error.message})`
  return error instanceof Error ? error.message : String(error)
}
