// What happens to the store from now on: its log, and this worker's batches on their way into it.

import { DatabaseError } from '../../base/database-error.ts'
import type { LogBatch, LogCursor, OrderedStore } from '../../storage/contract.ts'

/** Who hears of it. */
export interface LogTailHandlers {
  /** The log's next batch; the one behind it comes when this has resolved. */
  readonly onBatch: (batch: LogBatch) => Promise<void>
  /** @returns whether it has something to tell before the device's work */
  readonly onEvaluated: (batch: LogBatch) => boolean
  readonly onTakenBack: (batch: LogBatch) => void
  /** The log was cut before it was read. Nothing comes after it. */
  readonly onTruncated: () => Promise<void>
  /** The tail or the store was closed, or the log cannot be read. Nothing comes after it. */
  readonly onEnded: (error: unknown) => Promise<void>
}

/** Reads the log until it is closed. */
export class LogTail {
  /** Sequence number of the newest batch when it began: those behind it are told. */
  readonly after: number
  readonly #handlers: LogTailHandlers
  readonly #cursor: LogCursor
  readonly #stopObserving: () => void

  constructor(store: OrderedStore, handlers: LogTailHandlers) {
    const snapshot = store.snapshot()
    this.after = snapshot.sequence
    snapshot.close()
    this.#handlers = handlers
    this.#cursor = store.openLog({ after: this.after })
    this.#stopObserving = store.observeWrites(handlers)
    void this.#read()
  }

  close(): void {
    this.#stopObserving()
    this.#cursor.close()
  }

  async #read(): Promise<void> {
    const { onBatch, onTruncated, onEnded } = this.#handlers
    try {
      for (let batch = await this.#cursor.next(); batch !== undefined; batch = await this.#cursor.next()) {
        await onBatch(batch)
      }
      await onEnded(undefined)
    } catch (error) {
      this.close()
      if (error instanceof DatabaseError && error.code === 'LogTruncated') await onTruncated()
      else await onEnded(error)
    }
  }
}
