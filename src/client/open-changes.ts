// The first request for a table's changes, sent at once, so that nothing written after it is missed. What goes on from there
// is loaded when it is needed.

import type { ChangesInput, ChangesOutput, WorkerOperations } from '../rpc/protocol.ts'
import type { Session } from '../rpc/session.ts'
import type { ChangesOptions } from './change-types.ts'

/** Changes of one answer. */
const PAGE_LIMIT = 256

/** Whose changes are read, and how. */
export interface ChangesRequest {
  readonly session: Session
  readonly tableName: string
  /** Names of the attributes of the table's key. */
  readonly keyNames: readonly string[]
  readonly options: ChangesOptions
  /** What is called when the database is closed; it waits a while for promises. */
  readonly closing: Set<() => unknown>
}

/** Who reads. */
export interface ChangesReader extends Pick<ChangesRequest, 'session' | 'tableName' | 'options'> {
  /** Of no other reader of this page. */
  readonly readerId: number
}

/** A request and its first answer. */
export interface OpenedChanges extends ChangesRequest, ChangesReader {
  readonly first: Promise<ChangesOutput>
}

let lastReaderId = 0

/** A number that no other reader of this page has. */
export function nextReaderId(): number {
  return ++lastReaderId
}

/** Changes as they come, one by one. */
export function openChanges(request: ChangesRequest): AsyncIterableIterator<unknown, undefined> {
  const identified = { ...request, readerId: nextReaderId() }
  const first = askForChanges(identified, { from: request.options.from ?? 'now', waitMs: 0 })
  // Whoever asks for the first change hears of it.
  first.catch(() => undefined)
  const loading = import('./changes.ts').then(({ ChangeFeed }) => new ChangeFeed({ ...identified, first }))
  loading.catch(() => undefined)
  return {
    next: async () => (await loading).next(),
    return: async () => (await loading).return(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Asks for changes. */
export function askForChanges(
  { session, tableName, options: { view }, readerId }: ChangesReader,
  { from, waitMs, limit = PAGE_LIMIT }: Pick<ChangesInput, 'from' | 'waitMs'> & Partial<Pick<ChangesInput, 'limit'>>,
): Promise<ChangesOutput> {
  const facts = { readerId, tableName, from, waitMs, limit }
  return call(session, 'tidetable:changes', { ...facts, ...(view !== undefined && { view }) }) as Promise<ChangesOutput>
}

/** Has a request for changes answered at once. */
export function endWaiting({ session, readerId }: Pick<ChangesReader, 'session' | 'readerId'>): Promise<unknown> {
  return call(session, 'tidetable:end-changes', { readerId })
}

function call<Name extends keyof WorkerOperations>(
  session: Session,
  operation: Name,
  input: WorkerOperations[Name],
): Promise<unknown> {
  return session.call(
    () => ({ form: { operation, input, rows: 'packed' } }),
    (output) => output,
  )
}
