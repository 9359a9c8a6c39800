// Runs one trigger: gathers a table's changes into batches, gives them to the handler one batch after another, and keeps how
// far it came. Where it runs, and where changes come from, is the host's affair.
//
// Obligations: every change that matches is given at least once, and those of one stream in their order: a batch is begun
// when the one before it has succeeded or been given up. What is given up goes to the failure destination first. The
// checkpoint moves behind what was handled, never before it. A run that another one has taken over from, as happens to a tab
// that was frozen, gives nothing more: it asks whether its term goes on before it gives or reports anything.

import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Logger } from '../base/logger.ts'
import { STREAM_RETENTION_MS } from '../model/limits.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { ChangePosition } from './change-position.ts'
import { changePosition } from './change-position.ts'
import { compilePatterns, type EventMatcher } from './event-pattern.ts'
import type { TriggerFailure, TriggerHandler, TriggerSettings } from './trigger-types.ts'

/** A change as the host has it. */
export interface RawChange {
  readonly sequenceNumber: string
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** Changes that stand next to each other. */
export interface RawPage<Raw> {
  readonly changes: readonly Raw[]
  readonly label: string
  readonly position: ChangePosition
  readonly isEnded: boolean
}

/** A change and where it stands. */
export interface PlacedChange<Raw> {
  readonly raw: Raw
  readonly position: ChangePosition
}

/** Which changes the host reads. */
export interface HostRead {
  readonly from: string
  readonly limit: number
  readonly waitMs: number
  readonly signal: AbortSignal
}

/** What a trigger runs on. */
export interface TriggerHost<Raw extends RawChange, Change> {
  readonly clock: Clock
  readonly logger: Logger
  /** Reads changes, waiting for the first. */
  read(read: HostRead): Promise<RawPage<Raw>>
  /** Makes this run the only one that may go on, and answers the checkpoint; undefined before there is one. */
  claim(): Promise<ChangePosition | undefined>
  /** Whether no other run has claimed the trigger since. */
  holds(): Promise<boolean>
  /** Moves the checkpoint, if no other run has claimed the trigger since. Answers whether none has. */
  savePosition(position: ChangePosition): Promise<boolean>
  /** The record that filters see, in the shape of GetRecords. */
  event(raw: Raw): unknown
  /** Of its items, as the service counts them. */
  sizeBytes(raw: Raw): number
  /** What the handler is given. May pause between changes, where others need the thread. */
  changes(entries: readonly PlacedChange<Raw>[]): Promise<readonly Change[]>
  readonly handler: TriggerHandler<Change>
  /** Whether trying again after this is no use. By default: when the database is closed, or the table has no stream. */
  readonly isFinal?: (error: unknown) => boolean
  /** Takes what is given up. Undefined: it is logged. */
  readonly onFailure: ((failure: TriggerFailure<Change>) => unknown) | undefined
}

const DEFAULT_BATCH_SIZE = 100
const MAX_BATCH_SIZE = 10_000
/** Of a batch with more than one change: what Lambda takes at once. */
const MAX_BATCH_BYTES = 6_291_456
const MAX_BATCH_WINDOW_MS = 300_000
const MAX_RETRIES = 10_000
const MAX_NAME_CHARS = 255
/** Changes read at once: the least, and the most. */
const MIN_READ_LIMIT = 100
const MAX_READ_LIMIT = 1000
/** How long one read waits for changes. */
const WAIT_MS = 20_000
/** An answer that took longer may be out of date: this tab may have been frozen meanwhile. */
const FRESH_ANSWER_MS = 2000
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 60_000

/** Settings with nothing left open. */
type Settled = Required<Omit<TriggerSettings, 'filters'>>

/** Some changes that are given together, and how often they were. */
interface Piece<Raw> {
  readonly entries: readonly PlacedChange<Raw>[]
  readonly attempts: number
}

/**
 * Checks settings.
 *
 * @throws DatabaseError `InvalidOption`
 */
export function checkTrigger(settings: TriggerSettings): EventMatcher {
  const { name, batchSize = 1, batchWindowMs = 0, retries = 0, maxAgeMs = 1, filters = [] } = settings
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARS) {
    throw invalid('name', `a text of 1 to ${MAX_NAME_CHARS} characters`)
  }
  checkRange('batchSize', batchSize, 1, MAX_BATCH_SIZE)
  checkRange('batchWindowMs', batchWindowMs, 0, MAX_BATCH_WINDOW_MS)
  checkRange('retries', retries, 0, MAX_RETRIES)
  checkRange('maxAgeMs', maxAgeMs, 1, STREAM_RETENTION_MS)
  return compilePatterns(filters)
}

/** Why a run has ended: it was stopped, another one has taken over, or there are no more changes for ever. */
export type TriggerEnd = 'stopped' | 'taken-over' | 'no-more-changes'

/** Runs a trigger until there is no more to do for this run. */
export async function runTrigger<Raw extends RawChange, Change>(
  settings: TriggerSettings,
  host: TriggerHost<Raw, Change>,
  signal: AbortSignal,
): Promise<TriggerEnd> {
  try {
    await new TriggerRun(settings, host, signal).run()
  } catch (error) {
    if (!(error instanceof TakenOver)) throw error
    return signal.aborted ? 'stopped' : 'taken-over'
  }
  return signal.aborted ? 'stopped' : 'no-more-changes'
}

/** Ends a run, wherever it is. */
class TakenOver extends Error {}

class TriggerRun<Raw extends RawChange, Change> {
  readonly #settings: Settled
  readonly #matches: EventMatcher
  readonly #host: TriggerHost<Raw, Change>
  readonly #signal: AbortSignal
  /** Read, matched, and not yet given. */
  #waiting: PlacedChange<Raw>[] = []
  #waitingBytes = 0
  /** Where the next read begins. */
  #from = ''
  #isEnded = false

  constructor(settings: TriggerSettings, host: TriggerHost<Raw, Change>, signal: AbortSignal) {
    this.#matches = checkTrigger(settings)
    this.#settings = {
      from: 'now',
      batchSize: DEFAULT_BATCH_SIZE,
      batchWindowMs: 0,
      retries: Number.POSITIVE_INFINITY,
      maxAgeMs: STREAM_RETENTION_MS,
      bisectOnError: false,
      ...settings,
    }
    this.#host = host
    this.#signal = signal
  }

  async run(): Promise<void> {
    await this.#begin()
    while (!this.#signal.aborted) {
      const batch = await this.#gather()
      if (batch.length > 0) await this.#deliver(batch)
      else if (this.#isEnded) return
    }
  }

  /** The first checkpoint is stored before anything is given: what comes after it is not missed, whatever happens. */
  async #begin(): Promise<void> {
    const stored = await this.#patiently(() => this.#host.claim())
    if (stored !== undefined) {
      this.#from = stored
      return
    }
    this.#from = this.#settings.from
    const page = await this.#read({ limit: 0, waitMs: 0 })
    if (page !== undefined) await this.#save(page.position)
  }

  /** The next batch; none when the trigger is stopped, or there will be no more. */
  async #gather(): Promise<readonly PlacedChange<Raw>[]> {
    const { batchSize, batchWindowMs } = this.#settings
    const { clock } = this.#host
    let dueMs: number | undefined
    let isMore = false
    while (this.#waiting.length < batchSize && this.#waitingBytes < MAX_BATCH_BYTES && !this.#isEnded) {
      if (this.#waiting.length > 0) dueMs ??= clock.monotonicMs() + batchWindowMs
      const waitMs = dueMs === undefined ? WAIT_MS : Math.max(0, Math.min(WAIT_MS, dueMs - clock.monotonicMs()))
      // What is there already is taken, however little time there is.
      if (waitMs === 0 && !isMore) break
      const limit = Math.min(MAX_READ_LIMIT, Math.max(MIN_READ_LIMIT, batchSize - this.#waiting.length))
      const page = await this.#read({ limit, waitMs })
      if (page === undefined || this.#signal.aborted) return []
      isMore = page.changes.length === limit
      await this.#keepMatching(page)
    }
    return this.#takeBatch()
  }

  async #keepMatching({ changes, label, position }: RawPage<Raw>): Promise<void> {
    for (const raw of changes) {
      if (!this.#matches(this.#host.event(raw))) continue
      this.#waiting.push({ raw, position: changePosition({ label, after: raw.sequenceNumber }) })
      this.#waitingBytes += this.#host.sizeBytes(raw)
    }
    // What matches nothing is done with.
    if (this.#waiting.length === 0 && changes.length > 0) await this.#save(position)
  }

  /** The first changes that wait: as many as a batch may have, at least one. */
  #takeBatch(): readonly PlacedChange<Raw>[] {
    let [count, bytes] = [0, 0]
    for (const { raw } of this.#waiting) {
      const sizeBytes = this.#host.sizeBytes(raw)
      if (count === this.#settings.batchSize || (count > 0 && bytes + sizeBytes > MAX_BATCH_BYTES)) break
      count++
      bytes += sizeBytes
    }
    this.#waitingBytes -= bytes
    return this.#waiting.splice(0, count)
  }

  /** Gives a batch until all of it has succeeded or been given up. */
  async #deliver(batch: readonly PlacedChange<Raw>[]): Promise<void> {
    let pieces: readonly Piece<Raw>[] = [{ entries: batch, attempts: 0 }]
    for (let backoffMs = FIRST_BACKOFF_MS; ;) {
      const [piece, ...others] = pieces
      if (piece === undefined || this.#signal.aborted) return
      const left = await this.#attempt(piece)
      pieces = [...left, ...others]
      if (left.length !== 1) {
        backoffMs = FIRST_BACKOFF_MS
        continue
      }
      await this.#pause(backoffMs)
      backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)
    }
  }

  /** Gives a piece once; answers what is left of it: nothing, the piece to be tried again, or its halves. */
  async #attempt({ entries, attempts }: Piece<Raw>): Promise<readonly Piece<Raw>[]> {
    const { maxAgeMs, retries, bisectOnError } = this.#settings
    const oldestMs = this.#host.clock.now() - maxAgeMs
    const young = entries.filter(({ raw }) => raw.atMs >= oldestMs)
    if (young.length < entries.length) {
      const old = entries.filter(({ raw }) => raw.atMs < oldestMs)
      const isReported = await this.#giveUp(old, { condition: 'RecordAgeExceeded', attempts, error: '' })
      if (!isReported) return []
      if (young.length > 0) return this.#attempt({ entries: young, attempts })
      await this.#save(lastOf(entries))
      return []
    }
    const outcome = await this.#call(entries, attempts + 1)
    if (this.#signal.aborted && outcome.failedAt < entries.length) return []
    if (outcome.failedAt > 0) await this.#save((entries[outcome.failedAt - 1] as PlacedChange<Raw>).position)
    const failed = entries.slice(outcome.failedAt)
    if (failed.length === 0) return []
    // Changes that came before the failed ones were handled: what is left is another batch.
    const madeProgress = outcome.failedAt > 0
    if (bisectOnError && failed.length > 1 && !madeProgress) return halvesOf({ entries: failed, attempts })
    const attemptsSoFar = madeProgress ? 1 : attempts + 1
    if (attemptsSoFar <= retries) return [{ entries: failed, attempts: attemptsSoFar }]
    const facts = { condition: 'RetryAttemptsExhausted', attempts: attemptsSoFar, error: outcome.error } as const
    if (await this.#giveUp(failed, facts)) await this.#save(lastOf(failed))
    return []
  }

  /** Calls the handler; answers the index of the first change that failed, which is the length when none did. */
  async #call(
    entries: readonly PlacedChange<Raw>[],
    attempt: number,
  ): Promise<{ readonly failedAt: number; readonly error: string }> {
    const changes = await this.#host.changes(entries)
    await this.#confirm()
    if (this.#signal.aborted) return { failedAt: 0, error: '' }
    try {
      const response = await this.#host.handler(changes, { attempt, signal: this.#signal })
      const failures = response?.batchItemFailures ?? []
      if (failures.length === 0) return { failedAt: entries.length, error: '' }
      const indexes = failures.map(({ itemIdentifier }) =>
        entries.findIndex(({ position }) => position === itemIdentifier),
      )
      // Whoever names a change that was not given has to be given all again.
      return { failedAt: Math.max(0, Math.min(...indexes)), error: 'The handler reported failures.' }
    } catch (error) {
      this.#host.logger('error', 'A trigger failed.', { trigger: this.#settings.name, attempt, error: String(error) })
      return { failedAt: 0, error: String(error) }
    }
  }

  /** Reports changes that will not be given any more; false when the trigger was stopped before that was done. */
  async #giveUp(
    entries: readonly PlacedChange<Raw>[],
    facts: Pick<TriggerFailure<Change>, 'condition' | 'attempts' | 'error'>,
  ): Promise<boolean> {
    const { onFailure, logger } = this.#host
    const { name } = this.#settings
    await this.#confirm()
    if (onFailure === undefined) {
      logger('error', 'A trigger gave changes up.', { trigger: name, ...facts, count: entries.length })
      return true
    }
    const changes = await this.#host.changes(entries)
    const report = async (): Promise<true> => {
      await onFailure({ triggerName: name, ...facts, changes })
      return true
    }
    return (await this.#patiently(report)) ?? false
  }

  /**
   * Makes sure that this run may go on. Another may have taken over while this tab was frozen, at any point, and so after the
   * question was answered as well.
   */
  async #confirm(): Promise<void> {
    const { clock } = this.#host
    for (;;) {
      const askedMs = clock.monotonicMs()
      const holds = await this.#patiently(() => this.#host.holds())
      // When it was stopped nobody has to know any more.
      if (holds === false) throw new TakenOver()
      if (holds === undefined || clock.monotonicMs() - askedMs <= FRESH_ANSWER_MS) return
    }
  }

  /** Undefined when the trigger was stopped, or there is nothing to read any more. */
  async #read({ limit, waitMs }: Pick<HostRead, 'limit' | 'waitMs'>): Promise<RawPage<Raw> | undefined> {
    const page = await this.#patiently(async () => {
      try {
        return await this.#host.read({ from: this.#from, limit, waitMs, signal: this.#signal })
      } catch (error) {
        if (!(error instanceof ServiceException && error.name === 'TrimmedDataAccessException')) throw error
        // Nobody ran the trigger for a day: what it missed cannot be had any more.
        this.#host.logger('error', 'A trigger missed changes.', { trigger: this.#settings.name, from: this.#from })
        this.#from = 'start'
        throw error
      }
    })
    if (page === undefined) return undefined
    this.#from = page.position
    this.#isEnded = page.isEnded
    return page
  }

  async #save(position: ChangePosition): Promise<void> {
    if ((await this.#patiently(() => this.#host.savePosition(position))) === false) throw new TakenOver()
  }

  /** Tries once, and then until it succeeds or the trigger is stopped. */
  async #patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let backoffMs = FIRST_BACKOFF_MS; ;) {
      try {
        return await work()
      } catch (error) {
        if ((this.#host.isFinal ?? isFinal)(error)) throw error
        const { name } = this.#settings
        this.#host.logger('error', 'A trigger has to wait.', { trigger: name, error: String(error), backoffMs })
      }
      await this.#pause(backoffMs)
      if (this.#signal.aborted) return undefined
      backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)
    }
  }

  /** Ends early when the trigger is stopped. */
  #pause(ms: number): Promise<void> {
    const signal = this.#signal
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = this.#host.clock.after(ms, end)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    })
  }
}

/** Whether trying again is no use. */
function isFinal(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code === 'StorageClosed' || error.code === 'InvalidOption'
  return error instanceof ServiceException && error.name === 'ResourceNotFoundException'
}

/** Splitting does not count as an attempt. */
function halvesOf<Raw>({ entries, attempts }: Piece<Raw>): readonly Piece<Raw>[] {
  const middle = Math.ceil(entries.length / 2)
  return [
    { entries: entries.slice(0, middle), attempts },
    { entries: entries.slice(middle), attempts },
  ]
}

function lastOf<Raw>(entries: readonly PlacedChange<Raw>[]): ChangePosition {
  return (entries.at(-1) as PlacedChange<Raw>).position
}

function checkRange(option: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) throw invalid(option, `an integer from ${min} to ${max}`)
}

function invalid(option: string, rule: string): DatabaseError {
  return new DatabaseError('InvalidOption', `The ${option} of a trigger is ${rule}.`, { data: { option } })
}
