// Stored bytes that break a law of the layout. They are never repaired silently: the caller is told what and where.

import { DatabaseError, type DatabaseErrorData } from '../base/database-error.ts'

/** The error for stored bytes that fail their checksum or break the layout. */
export function corrupt(message: string, data: DatabaseErrorData): DatabaseError {
  return new DatabaseError('StorageCorrupt', message, { data })
}
