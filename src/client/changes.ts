// A table's changes in the page. Loaded when the first are asked for.
//
// Obligations: every change is given once, in the order of commits. The next are fetched only when those before them have
// been taken. A worker that is lost meanwhile is asked nothing twice, as each answer says where the next begins.

import { systemClock } from '../base/clock.ts'
import type { ChangesOutput, WireChange } from '../rpc/protocol.ts'
import { changePosition } from '../streams/change-position.ts'
import { createPacer, type Pacer } from './pacer.ts'
import { nativeChange, type UntypedChange } from '../streams/native-change.ts'
import { awaitChanges } from './change-waits.ts'
import type { OpenedChanges } from './open-changes.ts'

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
  readonly #ending = new AbortController()
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
    const { signal } = this.#ending
    try {
      const from = this.#page?.position
      const page = await (from === undefined ? this.#feed.first : awaitChanges(this.#feed, { from, signal }))
      if (page === undefined) return
      this.#page = page
      this.#index = 0
    } catch (error) {
      this.#finish()
      throw error
    }
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#feed.closing.delete(this.#end)
    this.#feed.options.signal?.removeEventListener('abort', this.#end)
    this.#ending.abort()
  }

  #native(change: WireChange): UntypedChange {
    const { label } = this.#page as ChangesOutput
    const position = changePosition({ label, after: change.sequenceNumber })
    return nativeChange(change, { position, keyNames: this.#feed.keyNames })
  }
}
