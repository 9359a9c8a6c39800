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
export type ChangesReader = Pick<ChangesRequest, 'session' | 'tableName' | 'options'>

/** A request and its first answer. */
export interface OpenedChanges extends ChangesRequest {
  readonly first: Promise<ChangesOutput>
}

let lastRequestId = 0

/** A number that no other request of this page has. */
export function nextRequestId(): number {
  return ++lastRequestId
}

/** Changes as they come, one by one. */
export function openChanges(request: ChangesRequest): AsyncIterableIterator<unknown, undefined> {
  const first = askForChanges(request, { from: request.options.from ?? 'now' })
  // Whoever asks for the first change hears of it.
  first.catch(() => undefined)
  const loading = import('./changes.ts').then(({ ChangeFeed }) => new ChangeFeed({ ...request, first }))
  loading.catch(() => undefined)
  return {
    next: async () => (await loading).next(),
    return: async () => (await loading).return(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Asks for changes that are there now; see `awaitChanges` for those to come. */
export function askForChanges(
  { session, tableName, options: { view } }: ChangesReader,
  { id = nextRequestId(), from, limit = PAGE_LIMIT, waits = false }: Pick<ChangesInput, 'from'> & Partial<ChangesInput>,
): Promise<ChangesOutput> {
  const facts = { id, tableName, from, limit, waits }
  return call(session, 'tidetable:changes', { ...facts, ...(view !== undefined && { view }) }) as Promise<ChangesOutput>
}

/** Gives a request for changes up. */
export function endWaiting(session: Session, id: number): Promise<unknown> {
  return call(session, 'tidetable:end-changes', id)
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
