// Keeps a database in step with its remote: pulls, pushes, waits, and begins again. All that it knows is in the database;
// what it holds in memory may be lost at any moment.

import type { Clock, Timer } from '../base/clock.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { IntentAction } from '../engine/intent.ts'
import type { Item } from '../model/attribute-value.ts'
import type { OrderedStore } from '../storage/contract.ts'
import { backOffMs } from './back-off.ts'
import { type PullContext, pullScope, reconcileClient } from './pull.ts'
import { failureKind, failureMessage, failureName } from './remote-failure.ts'
import type { Push, PushOutcome, RemoteTable } from './remote-table.ts'
import { Replica } from './replica.ts'
import type { ConflictRecord, ParkedMutation } from './replication-rows.ts'
import type { ReplicatedTable } from './settings.ts'

/** What a replicator is made of. */
export interface ReplicatorOptions {
  readonly store: OrderedStore
  readonly remote: RemoteTable
  readonly clock: Clock
  readonly random: Random
  readonly logger?: Logger
  readonly tables: Readonly<Record<string, ReplicatedTable>>
  /** The scopes that this database takes part in. */
  readonly scopes: readonly string[]
  /** The waits between two looks at an idle remote, in milliseconds. Default from 5,000 to 60,000, doubled each time. */
  readonly poll?: { readonly shortestMs: number; readonly longestMs: number }
}

/** How the last failure is told. */
export interface SyncFailure {
  readonly name: string
  readonly message: string
  readonly atMs: number
}

/** What replication is doing. */
export interface SyncStatus {
  /** `stopped` before `start` and after `stop`; `waiting` for the next attempt after a failure; `idle` until the next look. */
  readonly state: 'stopped' | 'syncing' | 'idle' | 'waiting'
  readonly lastPullAtMs: number | undefined
  readonly lastPushAtMs: number | undefined
  readonly nextAttemptAtMs: number | undefined
  readonly lastFailure: SyncFailure | undefined
}

/** Intents in one push, at most. */
const MAX_PUSHED_INTENTS = 1000
/** The name of what a request fails with that took too long. */
const TIMEOUT = 'TimeoutError'
/** Pushes in one round: what is left is pushed in the next. */
const MAX_PUSHES = 10_000
/** Times that items may be other than a push expects them, one after another, before its mutations are parked. */
const MAX_UNEXPECTED = 5
/** Passes over all scopes in one round: one more for each that is read anew. */
const MAX_PULL_PASSES = 10
const DEFAULT_POLL = { shortestMs: 5000, longestMs: 60_000 }
/** A write waits for those that may follow it. */
const DEBOUNCE_MS = 50

/** Replicates one database with one remote. */
export class Replicator {
  readonly #options: ReplicatorOptions
  readonly #replica: Replica
  readonly #logger: Logger
  readonly #listeners = new Set<(status: SyncStatus) => void>()
  #status: SyncStatus = {
    state: 'stopped',
    lastPullAtMs: undefined,
    lastPushAtMs: undefined,
    nextAttemptAtMs: undefined,
    lastFailure: undefined,
  }
  #maxIntents = MAX_PUSHED_INTENTS
  /** What it grows to: less where the line is slow. */
  #mostIntents = MAX_PUSHED_INTENTS
  #unexpectedCount = 0
  #failures = 0
  #idleRounds = 0
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #isWoken = false
  #stopping: AbortController | undefined
  #polls = true

  constructor(options: ReplicatorOptions) {
    this.#options = options
    this.#logger = options.logger ?? silentLogger
    this.#replica = new Replica(options)
  }

  get status(): SyncStatus {
    return this.#status
  }

  /** The database as replication sees it. */
  get replica(): Replica {
    return this.#replica
  }

  /** Has `listen` called with each new status, until the answer is called. */
  onStatus(listen: (status: SyncStatus) => void): () => void {
    this.#listeners.add(listen)
    return () => this.#listeners.delete(listen)
  }

  /**
   * Begins to replicate, for as long as it is not stopped.
   *
   * @param polls whether it looks at an idle remote by itself, or only when it is woken
   */
  start(polls = true): void {
    if (this.#stopping !== undefined) return
    this.#stopping = new AbortController()
    this.#polls = polls
    this.#tell({ state: 'idle' })
    this.#schedule(0)
  }

  /** Ends it; resolves when nothing is under way. What was not finished goes on with the next start. */
  async stop(): Promise<void> {
    this.#stopping?.abort()
    this.#stopping = undefined
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#running
    // It may have been started anew meanwhile.
    if (this.#stopping === undefined) this.#tell({ state: 'stopped', nextAttemptAtMs: undefined })
  }

  /** There is something to replicate: a write, a hint, a connection. Begins soon, whatever it was waiting for. */
  wake(): void {
    this.#isWoken = true
    this.#idleRounds = 0
    if (this.#stopping === undefined || this.#running !== undefined) return
    const { nextAttemptAtMs = Infinity } = this.#status
    // Writes that go on and on do not put it off for ever.
    if (nextAttemptAtMs - this.#options.clock.now() > DEBOUNCE_MS) this.#schedule(DEBOUNCE_MS)
  }

  /**
   * Pulls and pushes now, once, whether it was started or not.
   *
   * @throws what the remote or the database failed with; nothing is lost by it
   */
  async syncOnce(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const { remote, clock } = this.#options
    const { unseenMutation } = (await this.#replica.state()) ?? (await this.#replica.begin())
    await this.#replica.prepare(signal)
    const scopes = await this.#replica.activeScopes(this.#options.scopes)
    const onLoad = (): void => this.#tell({})
    const context = { replica: this.#replica, remote, clock, signal, scopes, onLoad }
    await this.#pullAll(context)
    if (unseenMutation !== 0) await this.#replica.clearUnseen(unseenMutation)
    this.#tell({ lastPullAtMs: clock.now() })
    await this.#pushAll(context)
  }

  /** Whether what is here is a state that the remote had (see Replica.isComplete). */
  isComplete(): Promise<boolean> {
    return this.#replica.isComplete(this.#options.scopes)
  }

  parked(): Promise<readonly ParkedMutation[]> {
    return this.#replica.parked()
  }

  conflicts(): Promise<readonly ConflictRecord[]> {
    return this.#replica.conflicts()
  }

  /** Does a parked mutation again, as it was or with other requests. Answers false when it is not there. */
  async retry(order: number, edit?: (actions: readonly IntentAction[]) => readonly IntentAction[]): Promise<boolean> {
    const isThere = await this.#replica.retry(order, edit)
    this.wake()
    return isThere
  }

  /**
   * Decides a recorded conflict anew, by a write of its own; without an item it shall be gone. Answers false when there is
   * no such record.
   */
  async resolveConflict(number: number, item: Item | undefined): Promise<boolean> {
    const isThere = await this.#replica.resolveConflict(number, item)
    this.wake()
    return isThere
  }

  /** Gives a parked mutation up. Answers false when it is not there. */
  async discard(order: number): Promise<boolean> {
    const isThere = await this.#replica.discard(order)
    this.wake()
    return isThere
  }

  /** A scope that was read anew may be ahead of those that were pulled before it: they are pulled once more. */
  async #pullAll(context: PullContext): Promise<void> {
    const { scopes } = context
    for (let pass = 0; pass < MAX_PULL_PASSES; pass++) {
      const finishedLoadCount = await this.#replica.finishedLoadCount(scopes)
      for (const scope of scopes) await pullScope(context, scope)
      if (await this.#replica.unite(scopes, finishedLoadCount)) return
    }
  }

  async #pushAll(context: PullContext): Promise<void> {
    const { remote, clock } = this.#options
    for (let count = 0; count < MAX_PUSHES; count++) {
      context.signal.throwIfAborted()
      const prepared = await this.#replica.preparePush(context.scopes, this.#maxIntents)
      if (prepared.kind === 'nothing') {
        this.#mostIntents = MAX_PUSHED_INTENTS
        return
      }
      if (prepared.kind !== 'push') continue
      const { push } = prepared
      const outcome = await this.#send(remote, push)
      if (outcome === undefined) continue
      if (outcome.kind === 'applied') {
        await this.#replica.settlePush(push)
        this.#maxIntents = Math.min(this.#maxIntents * 2, this.#mostIntents)
        this.#unexpectedCount = 0
        this.#tell({ lastPushAtMs: clock.now() })
      } else {
        await this.#afterRefusal(context, push, outcome)
      }
    }
  }

  /** Undefined when the remote will never take it as it is: the next push has fewer mutations, or parks the only one. */
  async #send(remote: RemoteTable, push: Push): Promise<PushOutcome | undefined> {
    try {
      return await remote.push(push)
    } catch (error) {
      if (failureName(error) === TIMEOUT && push.intents.length > 1) {
        // On a slow line it would take as long the next time.
        this.#mostIntents = Math.ceil(push.intents.length / 2)
        this.#maxIntents = this.#mostIntents
      }
      if (failureKind(error) !== 'refused') throw error
      await this.#narrow(push, { name: failureName(error), message: failureMessage(error) })
      return undefined
    }
  }

  async #narrow(push: Push, cause: { readonly name: string; readonly message: string }): Promise<void> {
    if (push.intents.length > 1) {
      this.#maxIntents = Math.ceil(push.intents.length / 2)
      return
    }
    await this.#replica.park(
      push.intents.map(({ order }) => order),
      cause,
    )
    this.#logger('info', 'A mutation was refused and is parked.', cause)
  }

  async #afterRefusal(
    context: PullContext,
    push: Push,
    { client, headMoved, unexpected }: Extract<PushOutcome, { kind: 'refused' }>,
  ): Promise<void> {
    if (client !== undefined || headMoved) {
      for (const scope of Object.keys(push.heads)) await pullScope(context, scope)
      if (client !== undefined) await reconcileClient(context)
      // Others are pushing: in a moment there may be room.
      if (headMoved) await this.#pause(context.signal)
      return
    }
    if (await this.#replica.applyUnexpected(unexpected, push)) this.#unexpectedCount++
    if (this.#unexpectedCount < MAX_UNEXPECTED) return
    const message = 'An item at the remote is never as it is expected: somebody else writes it past the log.'
    await this.#narrow(push, { name: 'ConditionalCheckFailedException', message })
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    await new Promise<void>((resolve) => {
      const timer = clock.after(backOffMs(0, random), resolve)
      signal.addEventListener('abort', () => {
        timer.cancel()
        resolve()
      })
    })
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel()
    this.#tell({ nextAttemptAtMs: this.#options.clock.now() + delayMs })
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = undefined
      this.#running = this.#round()
    })
  }

  async #round(): Promise<void> {
    const signal = this.#stopping?.signal
    if (signal === undefined) return
    this.#isWoken = false
    this.#tell({ state: 'syncing', nextAttemptAtMs: undefined })
    let delayMs = 0
    try {
      await this.syncOnce(signal)
      this.#failures = 0
      delayMs = this.#pollDelayMs()
      this.#tell({ state: 'idle', lastFailure: undefined })
    } catch (error) {
      // What was stopped has not failed.
      if (!signal.aborted) delayMs = this.#failed(error)
    }
    if (signal.aborted) return
    this.#running = undefined
    if (this.#isWoken && this.#failures === 0) this.#schedule(DEBOUNCE_MS)
    else if (this.#polls || this.#failures > 0) this.#schedule(delayMs)
  }

  #pollDelayMs(): number {
    const { shortestMs, longestMs } = this.#options.poll ?? DEFAULT_POLL
    return Math.min(shortestMs * 2 ** Math.min(this.#idleRounds++, 30), longestMs)
  }

  #failed(error: unknown): number {
    const delayMs = backOffMs(this.#failures++, this.#options.random)
    const failure = { name: failureName(error), message: failureMessage(error), atMs: this.#options.clock.now() }
    this.#logger('info', 'Replication waits after a failure.', { ...failure, delayMs })
    this.#tell({ state: 'waiting', lastFailure: failure })
    return delayMs
  }

  #tell(change: Partial<SyncStatus>): void {
    this.#status = { ...this.#status, ...change }
    for (const listen of this.#listeners) listen(this.#status)
  }
}
