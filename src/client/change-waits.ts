// Requests of this page for changes that wait: what there is comes with the answer, what comes later with the page's news,
// once, as the next page is only asked for when this one has been taken. A lost worker costs neither a gap nor a double: the
// next one is asked for what is behind the same position.

import type { Clock } from '../base/clock.ts'
import type { ChangesOutput, WireNews } from '../rpc/protocol.ts'
import type { Session } from '../rpc/session.ts'
import { decodeError } from '../rpc/wire-error.ts'
import { type NewsParty, type NewsPoll, newsPollOf } from './news-poll.ts'
import { askForChanges, type ChangesReader, endWaiting, nextRequestId } from './open-changes.ts'

/** Which changes are waited for. */
export interface AwaitedChanges {
  /** A position, or `start`. */
  readonly from: string
  readonly limit?: number
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

interface Asked extends AwaitedChanges {
  readonly reader: ChangesReader
  /** Whether the worker has answered, and waits now. */
  isWaited: boolean
  readonly settle: (page: ChangesOutput | undefined) => void
  readonly fail: (error: unknown) => void
}

const waits = new WeakMap<Session, ChangeWaits>()

/**
 * Reads changes, waiting for the first.
 *
 * @returns undefined when the waiting was ended
 */
export function awaitChanges(reader: ChangesReader, awaited: AwaitedChanges): Promise<ChangesOutput | undefined> {
  const { session } = reader
  let own = waits.get(session)
  if (own === undefined) waits.set(session, (own = new ChangeWaits(newsPollOf(session))))
  return own.read(reader, awaited)
}

/** The same, for a while at most. */
export async function awaitChangesFor(
  reader: ChangesReader,
  { clock, waitMs, ...awaited }: AwaitedChanges & { readonly clock: Clock; readonly waitMs: number },
): Promise<ChangesOutput | undefined> {
  if (awaited.signal.aborted) return undefined
  const patience = new AbortController()
  const end = (): void => patience.abort()
  const timer = clock.after(waitMs, end)
  awaited.signal.addEventListener('abort', end)
  try {
    return await awaitChanges(reader, { ...awaited, signal: patience.signal })
  } finally {
    timer.cancel()
    awaited.signal.removeEventListener('abort', end)
  }
}

/** The waiting requests of one page. */
class ChangeWaits implements NewsParty {
  readonly #poll: NewsPoll
  readonly #asked = new Map<number, Asked>()

  constructor(poll: NewsPoll) {
    this.#poll = poll
    poll.join(this)
  }

  get isWaiting(): boolean {
    return this.#asked.size > 0
  }

  read(reader: ChangesReader, awaited: AwaitedChanges): Promise<ChangesOutput | undefined> {
    const { signal } = awaited
    if (signal.aborted) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      const end = (): void => this.#end(asked)
      const asked: Asked = {
        ...awaited,
        reader,
        isWaited: false,
        settle(page) {
          signal.removeEventListener('abort', end)
          resolve(page)
        },
        fail(error) {
          signal.removeEventListener('abort', end)
          reject(error)
        },
      }
      signal.addEventListener('abort', end)
      this.#ask(asked)
      this.#poll.wake()
    })
  }

  take({ changes, isEnded }: WireNews): void {
    for (const { id, page, error } of changes) {
      if (page === undefined) this.#fail(id, decodeError(error))
      else this.#settle(id, page)
    }
    if (!isEnded) return
    for (const [id, { from }] of this.#asked) this.#settle(id, { changes: [], label: '', position: from, isEnded })
  }

  /** Those that have not been answered are asked again with the call that has not been. */
  askAnew(): void {
    for (const [id, asked] of this.#asked) {
      if (!asked.isWaited) continue
      this.#asked.delete(id)
      asked.isWaited = false
      this.#ask(asked)
    }
  }

  fail(error: unknown): void {
    for (const id of this.#asked.keys()) this.#fail(id, error)
  }

  /** Each time by a number of its own: news of a request that was given up is nobody's. */
  #ask(asked: Asked): void {
    const { reader, from, limit } = asked
    const id = nextRequestId()
    this.#asked.set(id, asked)
    askForChanges(reader, { id, from, waits: true, ...(limit !== undefined && { limit }) }).then(
      (page) => {
        if (page.changes.length > 0 || page.isEnded) this.#settle(id, page)
        else asked.isWaited = true
      },
      (error: unknown) => this.#fail(id, error),
    )
  }

  #settle(id: number, page: ChangesOutput): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    asked?.settle(page)
  }

  #fail(id: number, error: unknown): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    asked?.fail(error)
  }

  #end(ended: Asked): void {
    for (const [id, asked] of this.#asked) {
      if (asked !== ended) continue
      this.#asked.delete(id)
      // A worker that is gone waits for nothing.
      endWaiting(asked.reader.session, id).catch(() => undefined)
    }
    ended.settle(undefined)
  }
}
