// A table's changes in the page. Loaded when the first are asked for.
//
// Obligations: every change is given once, in the order of commits. The next are fetched only when those before them have
// been taken. A worker that is lost meanwhile is asked nothing twice, as each answer says where the next begins.

import { systemClock } from '../base/clock.ts'
import type { ChangesOutput, WireChange } from '../rpc/protocol.ts'
import { changePosition } from '../streams/change-position.ts'
import { createPacer, type Pacer } from './pacer.ts'
import { nativeChange, type UntypedChange } from '../streams/native-change.ts'
import { askForChanges, endWaiting, type OpenedChanges } from './open-changes.ts'

/** How long the worker waits before it says that there is nothing: less than a call may take. */
const MAX_WAIT_MS = 20_000
const WAIT_SHARE_OF_CALL = 0.5

type Result = IteratorResult<UntypedChange, undefined>

const DONE: Result = { done: true, value: undefined }

/** Reads a table's changes until it is ended. */
export class ChangeFeed implements AsyncIterableIterator<UntypedChange, undefined> {
  readonly #feed: OpenedChanges
  readonly #pacer: Pacer = createPacer(systemClock)
  #page: ChangesOutput | undefined
  #index = 0
  #isOver = false
  /** Ends the waiting of `#next`. */
  #interrupt: (() => void) | undefined
  #queue: Promise<unknown> = Promise.resolve()
  readonly #end = (): void => this.#finish()

  constructor(feed: OpenedChanges) {
    this.#feed = feed
    feed.closing.add(this.#end)
    feed.options.signal?.addEventListener('abort', this.#end)
  }

  next(): Promise<Result> {
    const result = this.#queue.then(() => this.#next())
    this.#queue = result.catch(() => undefined)
    return result
  }

  return(): Promise<Result> {
    this.#finish()
    return Promise.resolve(DONE)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #next(): Promise<Result> {
    const { signal } = this.#feed.options
    for (;;) {
      signal?.throwIfAborted()
      if (this.#isOver) return DONE
      const change = this.#page?.changes[this.#index]
      if (change !== undefined) {
        if (this.#pacer.isDue()) await this.#pacer.pause()
        this.#index++
        return {
          done: false,
          value: this.#native(change),
        }
      }
      if (this.#page?.isEnded === true) this.#finish()
      else await this.#fetch()
    }
  }

  /** Resolves when there are more changes, or when nobody waits for them any more. */
  async #fetch(): Promise<void> {
    const interrupted = new Promise<undefined>((resolve) => (this.#interrupt = () => resolve(undefined)))
    try {
      const page = await Promise.race([
        this.#page === undefined ? this.#feed.first : this.#ask(this.#page),
        interrupted,
      ])
      if (page === undefined) return
      this.#page = page
      this.#index = 0
    } catch (error) {
      this.#finish()
      throw error
    } finally {
      this.#interrupt = undefined
    }
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#feed.closing.delete(this.#end)
    this.#feed.options.signal?.removeEventListener('abort', this.#end)
    if (this.#interrupt === undefined) return
    this.#interrupt()
    // A worker that is gone waits for nothing.
    endWaiting(this.#feed).catch(() => undefined)
  }

  #ask({ position }: ChangesOutput): Promise<ChangesOutput> {
    const waitMs = Math.min(MAX_WAIT_MS, this.#feed.session.options.callTimeoutMs * WAIT_SHARE_OF_CALL)
    return askForChanges(this.#feed, { from: position, waitMs })
  }

  #native(change: WireChange): UntypedChange {
    const { label } = this.#page as ChangesOutput
    const position = changePosition({ label, after: change.sequenceNumber })
    return nativeChange(change, { position, keyNames: this.#feed.keyNames })
  }
}
