// Failures of Tidetable's own machinery (not of a request): one class, a closed union of codes. What a user of
// DynamoDB would see as an exception of the service is a ServiceException in src/model instead.

/**
 * What went wrong:
 * - `StorageUnavailable`: IndexedDB is missing, refused to open, or did not answer in time.
 * - `StorageClosed`: the database was closed (by `close()`, or by the browser and could not be opened again).
 * - `StorageFull`: the origin's quota is used up; nothing of the write was kept.
 * - `StorageCorrupt`: stored bytes fail their checksum or break a law of the layout.
 * - `StorageFailed`: a read or a write failed for another reason, which is in `cause`.
 * - `StorageOverloaded`: more writes wait than the queue's bound allows; none of this write was kept.
 * - `SnapshotLost`: a snapshot was held so long that another worker has removed what it needs; take a new one.
 * - `LogTruncated`: a log cursor asked for batches that have been cut already.
 * - `UnknownFormat`: the database was written by a newer version of Tidetable.
 * - `WorkerLost`: the worker died or was ended before it answered; a write may or may not have been kept.
 * - `WorkerUnavailable`: the worker could not be started.
 * - `CallTimedOut`: no answer within the call's time limit.
 * - `DefinitionMismatch`: a table is stored with another key or other local indexes than the app declares.
 * - `RaceLost`: others changed what a recipe had read, each time that it was tried; nothing of it was kept.
 * - `WritesWaiting`: replication cannot end while writes wait or are parked, unless they are to be discarded.
 * - `InvalidOption`: an option of this package has a value it cannot have.
 */
export type DatabaseErrorCode =
  | 'StorageUnavailable'
  | 'StorageClosed'
  | 'StorageFull'
  | 'StorageCorrupt'
  | 'StorageFailed'
  | 'StorageOverloaded'
  | 'SnapshotLost'
  | 'LogTruncated'
  | 'UnknownFormat'
  | 'WorkerLost'
  | 'WorkerUnavailable'
  | 'CallTimedOut'
  | 'DefinitionMismatch'
  | 'RaceLost'
  | 'WritesWaiting'
  | 'InvalidOption'

/** Facts about the failure that can be shown and sent between threads. Never credentials, never whole items. */
export type DatabaseErrorData = Readonly<Record<string, string | number | boolean>>

/** A failure of Tidetable's own machinery. `code` says which, `data` holds its facts, `cause` what lies beneath. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: DatabaseErrorCode
  readonly data: DatabaseErrorData

  constructor(
    code: DatabaseErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly data?: DatabaseErrorData } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.data = options.data ?? {}
  }
}
