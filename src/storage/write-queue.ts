// Group commit: writes wait in one queue, one loop evaluates those that wait into one batch and commits it, so that
// never more than one readwrite transaction of this worker is on the log. While it is on its way, the writes that have
// come meanwhile are evaluated on top of it. A lost race evaluates the same writes again, and those on top of them.

import { DatabaseError } from '../base/database-error.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { LogBatch, Transaction, WriteObserver } from './contract.ts'
import { type BatchBase, OverlaidBase, StoreTransaction } from './store-transaction.ts'
import { WriteOverlay } from './write-overlay.ts'

/** Where batches go. */
export interface CommitTarget {
  /** Resolves when the next batch may be evaluated: memory is bounded by making writers wait. */
  admit(): MaybePromise<void>
  /** The newest state known. */
  openBase(): BatchBase
  /**
   * Appends `batch` if it is the log's next (law 1) and resolves when that is durable (law 2).
   *
   * @returns false when another worker was first; what it committed is then known to `openBase`
   */
  commit(batch: LogBatch): MaybePromise<boolean>
  /** Whether other workers are committing too, so that this one better waits for its turn. */
  isContended(): boolean
  /** Runs `attempt` in this worker's turn, if workers can take turns here, from the newest state. */
  inTurn(attempt: () => Promise<boolean>): Promise<boolean>
  /** Whether `sequence` is the newest batch of the log; if not, what was missed is then known to `openBase`. */
  isNewest(sequence: number): MaybePromise<boolean>
}

/** More writes than this are refused with `StorageOverloaded`. */
export const MAX_WAITING_WRITES = 65_536
/** A batch is closed after this many transactions, so that the first need not wait for too many others. */
export const MAX_BATCH_TRANSACTIONS = 1024
/** A batch is closed once it has this many bytes. */
export const MAX_BATCH_BYTES = 1_048_576
/** Bodies whose reads are made ahead while one waits for a page. */
export const MAX_SCOUTS = 64
/**
 * Turns of the microtask queue that observers have before the device is asked, which keeps the thread busy for longer than
 * they take: a message that tells of the batch is then on its way.
 */
export const OBSERVER_TURNS = 32
/** Races that a batch may lose before its writers are told. */
export const MAX_COMMIT_ATTEMPTS = 1000

type Outcome =
  | { readonly isResult: true; readonly result: unknown }
  | { readonly isResult: false; readonly error: unknown }

interface WaitingWrite {
  readonly body: (transaction: Transaction) => MaybePromise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  /** Whether its reads were made ahead of its turn. */
  wasScouted: boolean
}

/** Writes that were run one after another into one batch. */
interface Evaluation {
  readonly writes: readonly WaitingWrite[]
  /** What came of each of the writes. */
  readonly outcomes: readonly Outcome[]
  readonly batch: LogBatch
  readonly overlay: WriteOverlay
  /** Whether a body could not read what it is based on any more: all have to run again. */
  readonly isStale: boolean
}

/** A batch on its way to the log. */
interface Flight {
  isUnderWay: boolean
}

/** The writes of one store, in order. */
export class WriteQueue {
  readonly #target: CommitTarget
  readonly #waiting: WaitingWrite[] = []
  readonly #observers = new Set<WriteObserver>()
  /** Evaluated on top of the batch that was committed last. */
  #next: Promise<Evaluation> | undefined
  /** Tells an evaluation that has run out of writes that there is another, or that it need not wait any longer. */
  #wake: (() => void) | undefined
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(target: CommitTarget) {
    this.#target = target
  }

  /** Resolves with the body's result when its writes are durable. */
  write<T>(body: (transaction: Transaction) => MaybePromise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new DatabaseError('StorageClosed', 'The database is closed.'))
    if (this.#waiting.length >= MAX_WAITING_WRITES) {
      const data = { waiting: this.#waiting.length, limit: MAX_WAITING_WRITES }
      return Promise.reject(new DatabaseError('StorageOverloaded', 'Too many writes are waiting.', { data }))
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ body, resolve: resolve as (result: unknown) => void, reject, wasScouted: false })
      this.#wake?.()
      // Started a microtask later, so that all writes of one task share the first batch.
      this.#running ??= Promise.resolve().then(() => this.#run())
    })
  }

  /** Tells `observer` of the batches from now on; the result ends it. */
  observe(observer: WriteObserver): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  /** Refuses new writes and resolves when those that wait have settled. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 || this.#next !== undefined) await this.#commitNext()
    this.#running = undefined
  }

  /** Settles at least the first waiting write, if there is one; never throws. */
  async #commitNext(): Promise<void> {
    // Without room nothing can be committed, so that all who wait are told.
    let affectedCount = Number.POSITIVE_INFINITY
    const attempt = async (): Promise<boolean> => {
      const evaluation = await this.#takeNext()
      if (evaluation === undefined) return true
      affectedCount = evaluation.writes.length
      let isCommitted = false
      try {
        isCommitted = !evaluation.isStale && (await this.#conclude(evaluation))
      } finally {
        if (!isCommitted) await this.#putBack(evaluation)
      }
      if (isCommitted) settle(evaluation)
      return isCommitted
    }
    try {
      for (let count = 1; count <= MAX_COMMIT_ATTEMPTS; count++) {
        const admitted = this.#target.admit()
        if (admitted instanceof Promise) await admitted
        if (count > 1 || this.#target.isContended()) {
          await this.#putBack()
          if (await this.#target.inTurn(attempt)) return
        } else if (await attempt()) return
      }
      const data = { attempts: MAX_COMMIT_ATTEMPTS }
      throw new DatabaseError('StorageFailed', 'Other workers were first each time this batch was tried.', { data })
    } catch (error) {
      await this.#putBack()
      for (const write of this.#waiting.splice(0, affectedCount)) write.reject(error)
    }
  }

  /** The evaluation of the first waiting writes, made ahead or now; undefined when none waits. */
  async #takeNext(): Promise<Evaluation | undefined> {
    const next = await this.#next
    this.#next = undefined
    if (next !== undefined && next.writes.length > 0) return next
    return this.#waiting.length > 0 ? this.#evaluate(this.#target.openBase()) : undefined
  }

  async #commitObserved(batch: LogBatch): Promise<boolean> {
    const observers = [...this.#observers]
    let isKept = false
    try {
      const haveWork = observers.map((observer) => observer.onEvaluated(batch))
      if (haveWork.includes(true)) for (let turn = 0; turn < OBSERVER_TURNS; turn++) await Promise.resolve()
      isKept = await this.#target.commit(batch)
      return isKept
    } finally {
      if (!isKept) for (const observer of observers) observer.onTakenBack(batch)
    }
  }

  /** Has the writes of an evaluation that failed, and those evaluated on top of it, run again. */
  async #putBack(refused?: Evaluation): Promise<void> {
    const next = this.#next
    this.#next = undefined
    if (next !== undefined) this.#waiting.unshift(...(await next).writes)
    if (refused !== undefined) this.#waiting.unshift(...refused.writes)
  }

  /** A batch without entries appends nothing, but what its bodies read must have been the newest state. */
  #conclude(evaluation: Evaluation): MaybePromise<boolean> {
    const { batch } = evaluation
    if (batch.entries.length === 0) return this.#target.isNewest(batch.sequence - 1)
    const committed = this.#observers.size === 0 ? this.#target.commit(batch) : this.#commitObserved(batch)
    return committed instanceof Promise ? this.#evaluateAhead(evaluation, committed) : committed
  }

  /** While a batch is on its way, the writes behind it are run on top of it, so that the next is ready when it lands. */
  async #evaluateAhead({ batch, overlay }: Evaluation, committed: Promise<boolean>): Promise<boolean> {
    if (this.#target.isContended()) return committed
    const base = this.#target.openBase()
    // Another worker's batch is known already under this number: this one is about to lose.
    if (base.sequence + 1 !== batch.sequence) {
      base.close()
      return committed
    }
    const flight = { isUnderWay: true }
    this.#next = this.#evaluate(new OverlaidBase(base, overlay), flight)
    try {
      return await committed
    } finally {
      flight.isUnderWay = false
      this.#wake?.()
    }
  }

  /**
   * Runs as many of the waiting bodies, one after another, as go into one batch.
   *
   * @param flight for as long as it is under way, waits for further writes
   */
  async #evaluate(base: BatchBase, flight?: Flight): Promise<Evaluation> {
    const scouts: StoreTransaction[] = []
    const outcomes: Outcome[] = []
    const overlay = new WriteOverlay()
    const sequence = base.sequence + 1
    try {
      let indexInBatch = 0
      while (outcomes.length < MAX_BATCH_TRANSACTIONS && overlay.sizeBytes < MAX_BATCH_BYTES) {
        const write = this.#waiting[outcomes.length]
        if (write === undefined) {
          if (flight?.isUnderWay !== true) break
          await this.#untilWoken()
          continue
        }
        overlay.begin()
        const transaction = new StoreTransaction({ base, overlay, sequence, indexInBatch })
        let outcome = runBody(write, transaction)
        if (outcome instanceof Promise) {
          if (base.isFetching) this.#sendScouts(base, outcomes.length + 1, scouts)
          outcome = await outcome
        }
        transaction.finish()
        outcomes.push(outcome)
        if (!outcome.isResult) overlay.rollBack()
        else if (overlay.hasWrites) indexInBatch++
      }
    } finally {
      for (const scout of scouts) scout.finish()
      base.close()
    }
    const writes = this.#waiting.splice(0, outcomes.length)
    const batch = { sequence, entries: overlay.entries }
    return { writes, outcomes, batch, overlay, isStale: outcomes.some(isSnapshotLost) }
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  /**
   * While one body waits for a page, runs those behind it once for nothing but their reads: their pages then come with
   * one fetch instead of one after another. What they write and return is dropped, they run again in their turn.
   */
  #sendScouts(base: BatchBase, from: number, scouts: StoreTransaction[]): void {
    for (const write of this.#waiting.slice(from, from + MAX_SCOUTS)) {
      if (write.wasScouted) continue
      write.wasScouted = true
      const overlay = new WriteOverlay()
      const scout = new StoreTransaction({ base, overlay, sequence: base.sequence + 1, indexInBatch: 0 })
      scouts.push(scout)
      void runBody(write, scout)
    }
  }
}

function settle({ writes, outcomes }: Evaluation): void {
  for (const [index, outcome] of outcomes.entries()) {
    const write = writes[index] as WaitingWrite
    if (outcome.isResult) write.resolve(outcome.result)
    else write.reject(outcome.error)
  }
}

function runBody(write: WaitingWrite, transaction: Transaction): MaybePromise<Outcome> {
  try {
    const result = write.body(transaction)
    if (result instanceof Promise) return result.then(succeeded, failed)
    return succeeded(result)
  } catch (error) {
    return failed(error)
  }
}

function isSnapshotLost(outcome: Outcome): boolean {
  return !outcome.isResult && outcome.error instanceof DatabaseError && outcome.error.code === 'SnapshotLost'
}

function succeeded(result: unknown): Outcome {
  return { isResult: true, result }
}

function failed(error: unknown): Outcome {
  return { isResult: false, error }
}
