// Replication as one tab has it: takes its turn at replicating, is woken by whatever there is to replicate, knows what the
// tab that replicates is doing, and does what the app asks. What an app asks of its own writes is done here, in whichever
// tab it asks; pausing is told to all tabs.

import { type Clock, sleep, type Timer } from '../base/clock.ts'
import { Leadership, type Locks } from '../base/leadership.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { TabChannel } from '../base/tab-channel.ts'
import { unlessAborted } from '../base/unless-aborted.ts'
import { readSnapshot } from '../engine/read-snapshot.ts'
import type { OrderedStore } from '../storage/contract.ts'
import { backOffMs } from './back-off.ts'
import { type CostMeter, type CostReport, totalReadUnits, type UnitCount } from './cost-meter.ts'
import type { HintingRemote } from './gateway-remote.ts'
import { OutboxCensus, type OutboxCounts } from './outbox-census.ts'
import type { RemoteTable } from './remote-table.ts'
import { failureMessage, failureName } from './remote-failure.ts'
import { Replicator, type SyncFailure, type SyncStatus } from './replicator.ts'
import type { EndRequest, GivenUp } from './replica.ts'
import type { AdoptionProgress } from './replicated-tables.ts'
import {
  type BudgetWindow,
  type Checkpoint,
  readSpending,
  type ScopeLoad,
  type Spending,
  writeSpending,
} from './replication-rows.ts'
import type { ReplicatedTable } from './settings.ts'

/** A remote, and what else is known of it. */
export interface HostedRemote extends RemoteTable {
  readonly listen?: HintingRemote['listen']
  /** How many items will be looked at for all scopes, where that can be known. */
  readonly countItems?: () => Promise<number | undefined>
}

/** Read units that may be spent in a window of time. */
export interface Budget {
  readonly readUnits: number
  /** Default a day. */
  readonly windowMs?: number
}

/** What a host is made of. */
export interface SyncHostOptions {
  readonly store: OrderedStore
  readonly remote: HostedRemote
  readonly meter: CostMeter
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly tables: Readonly<Record<string, ReplicatedTable>>
  readonly scopes: readonly string[]
  readonly poll?: { readonly shortestMs: number; readonly longestMs: number }
  readonly budget?: Budget
  /** At first, when no other tab replicates. */
  readonly isPaused: boolean
  readonly lockName: string
  readonly locks: Locks | undefined
  /** To the other tabs that have this database open. */
  readonly channel: TabChannel | undefined
  readonly onStatus: (status: HostStatus) => void
}

/** What the tab that replicates knows, and tells the others. */
export interface LeaderFacts extends Pick<
  SyncStatus,
  'lastPullAtMs' | 'lastPushAtMs' | 'nextAttemptAtMs' | 'lastFailure'
> {
  readonly state: HostState
  readonly isPaused: boolean
  readonly cost: CostReport
  readonly itemCount: number | undefined
  readonly budget: Budget | undefined
  readonly window: BudgetWindow | undefined
}

/** What replication is doing. */
export type HostState = 'starting' | 'paused' | 'over-budget' | 'syncing' | 'waiting' | 'idle'

/** What is told of replication. */
export interface HostStatus extends Omit<LeaderFacts, 'isPaused' | 'itemCount' | 'budget' | 'window'> {
  readonly replicatesHere: boolean
  readonly isComplete: boolean
  readonly counts: OutboxCounts
  readonly oldestAtMs: number | undefined
  /** While scopes are being read for the first time, or anew. */
  readonly firstSync: { readonly items: number; readonly percent: number | undefined } | undefined
  /** While the items that tables had before are being queued. */
  readonly adoption: AdoptionProgress | undefined
  readonly budget: { readonly readUnits: number; readonly spentUnits: number; readonly endsAtMs: number } | undefined
}

type TabMessage =
  | { readonly kind: 'beat' | 'hello' | 'wake' | 'ended' }
  | { readonly kind: 'reset-cost'; readonly withBudget: boolean }
  | { readonly kind: 'budget'; readonly budget: Budget | undefined }
  | { readonly kind: 'spent'; readonly table: string; readonly units: UnitCount }
  | { readonly kind: 'facts'; readonly facts: LeaderFacts }
  | { readonly kind: 'pause'; readonly isPaused: boolean }

/** Status is told this often at most. */
const STATUS_INTERVAL_MS = 100
/** A connection for hints that lasted so long did not fail. */
const LASTED_MS = 10_000
/** How long a round that is under way is waited for before the app's own is made beside it. */
const ROUND_PATIENCE_MS = 2000
const DEFAULT_WINDOW_MS = 86_400_000
/** What was spent is stored this soon, while a round goes on; and at its end. */
const SAVE_DELAY_MS = 2000
const PERCENT = 100

/** Replicates one database as long as it is not closed. */
export class SyncHost {
  readonly #options: SyncHostOptions
  readonly #replicator: Replicator
  readonly #census: OutboxCensus
  readonly #leadership: Leadership
  /** Of the tab that replicates, if it is another. */
  #heard: LeaderFacts | undefined
  #isPaused: boolean
  #isOverBudget = false
  #window: BudgetWindow | undefined
  #windowTimer: Timer | undefined
  #budget: Budget | undefined
  #saveTimer: Timer | undefined
  #nows = 0
  #lastNow: Promise<unknown> = Promise.resolve()
  #lastNowFailure: SyncFailure | undefined
  #running: AbortController | undefined
  #isClosed = false
  #isPublishing = false
  #isStale = false
  readonly #loaded = new Map<string, ScopeLoad>()
  #itemCount: number | undefined

  constructor(options: SyncHostOptions) {
    const { store, lockName, locks, clock, channel, logger } = options
    this.#options = options
    this.#isPaused = options.isPaused
    this.#budget = options.budget
    this.#replicator = new Replicator(options)
    this.#replicator.onStatus(({ state }) => {
      if (state !== 'syncing' && this.#saveTimer !== undefined) void this.#save()
      this.#publish()
    })
    this.#census = new OutboxCensus({
      store,
      onQueued: () => this.#wake('write'),
      onChange: () => this.#publish(),
      onFailure: (error) => logger('error', 'What waits to be replicated is not counted any more.', { error }),
    })
    this.#leadership = new Leadership({
      lockName,
      locks,
      clock,
      beat: () => this.#send({ kind: 'beat' }),
      onGained: () => this.#lead(),
      onLost: () => this.#rest(),
    })
    if (channel !== undefined) channel.onmessage = ({ data }) => this.#receive(data as TabMessage)
  }

  /** What replicates, for what the app asks of its own writes. */
  get replicator(): Replicator {
    return this.#replicator
  }

  /** Counts what there is, and takes part in the turns. The tables have been declared. */
  async start(): Promise<void> {
    const spending = await readSnapshot(this.#options.store, true, readSpending)
    if (spending !== undefined) this.#adopt(spending)
    await this.#census.start()
    this.#send({ kind: 'hello' })
    this.#leadership.start()
    this.#publish()
  }

  /** Not waited for: a round that is under way ends with the store. */
  close(): void {
    this.#isClosed = true
    this.#windowTimer?.cancel()
    this.#saveTimer?.cancel()
    this.#census.close()
    this.#leadership.close()
    this.#rest()
    this.#options.channel?.close()
  }

  pause(isPaused: boolean): void {
    this.#send({ kind: 'pause', isPaused })
    this.#setPaused(isPaused)
  }

  /** The page is seen again, has a network again, or a mutation was given up that others waited for. */
  wake(): void {
    this.#send({ kind: 'wake' })
    this.#wake('page')
  }

  /** Pulls and pushes once, here, one call after another. */
  async now(signal: AbortSignal): Promise<void> {
    const turn = this.#lastNow.then(() => this.#now(signal))
    this.#lastNow = turn.catch(() => undefined)
    await turn
  }

  /** Ends the replication of tables, or of all (see Replica.end). */
  async end(request: EndRequest): Promise<GivenUp> {
    const givenUp = await this.#replicator.replica.end(request)
    this.#send({ kind: 'ended' })
    this.#restart()
    return givenUp
  }

  /** @param withBudget whether what was spent of the budget is forgotten as well */
  resetCost(withBudget: boolean): void {
    this.#send({ kind: 'reset-cost', withBudget })
    this.#resetCost(withBudget)
  }

  /** Has another budget from now on, or none, until the database is opened anew. */
  setBudget(budget: Budget | undefined): void {
    this.#send({ kind: 'budget', budget })
    this.#setBudget(budget)
  }

  /** Units were spent here. */
  noteCost(table: string, units: UnitCount): void {
    // The tab that replicates keeps the sum.
    if (!this.#leadership.leads) this.#send({ kind: 'spent', table, units })
    this.#checkBudget()
    this.#saveSoon()
    this.#publish()
  }

  /** What there is to tell now. */
  async status(): Promise<HostStatus> {
    const checkpoints = await this.#checkpoints()
    const adoption = await this.#replicator.replica.adoption()
    const isComplete = await this.#replicator.isComplete()
    const { isPaused: _isPaused, budget, window, itemCount, ...facts } = this.#facts()
    return {
      ...facts,
      replicatesHere: this.#leadership.leads,
      isComplete,
      counts: this.#census.counts,
      oldestAtMs: await this.#census.oldestAtMs(),
      firstSync: isComplete ? undefined : this.#progress(checkpoints, itemCount),
      adoption,
      budget: budget && {
        readUnits: budget.readUnits,
        spentUnits: window === undefined ? 0 : totalReadUnits(facts.cost) - window.unitsBefore,
        endsAtMs: window?.endAtMs ?? this.#options.clock.now() + windowMsOf(budget),
      },
    }
  }

  async #now(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const wasRunning = this.#running !== undefined
    if (wasRunning) await Promise.race([this.#replicator.stop(), sleep(this.#options.clock, ROUND_PATIENCE_MS)])
    this.#nows++
    this.#publish()
    try {
      // A remote may take long to answer, and nobody may want to know any more.
      await unlessAborted(this.#replicator.syncOnce(signal), signal)
      this.#lastNowFailure = undefined
    } catch (error) {
      const atMs = this.#options.clock.now()
      if (!signal.aborted) this.#lastNowFailure = { name: failureName(error), message: failureMessage(error), atMs }
      throw error
    } finally {
      this.#nows--
      void this.#save()
      if (wasRunning && this.#running !== undefined) this.#replicator.start(!this.#isOverBudget)
      this.#publish()
    }
  }

  #lead(): void {
    if (this.#heard !== undefined) {
      this.#adopt(this.#heard)
      this.#budget = this.#heard.budget
    }
    this.#checkBudget()
    this.#run()
    this.#publish()
  }

  #adopt({ cost, window }: Spending): void {
    this.#options.meter.adopt(cost)
    this.#window = window
  }

  /** How many items a first sync will read. Nobody has to know. */
  async #countItems(): Promise<void> {
    const { remote, logger } = this.#options
    try {
      const checkpoints = await this.#checkpoints()
      if (checkpoints.every((checkpoint) => checkpoint?.phase === 'complete')) return
      this.#itemCount = await remote.countItems?.()
    } catch (error) {
      logger('debug', 'The remote does not say how many items it has.', { error })
    }
  }

  /** Begins to replicate, if that is this tab's turn and is wanted. */
  #run(): void {
    if (!this.#leadership.leads || this.#isPaused || this.#isClosed || this.#running !== undefined) return
    // Over the budget nobody looks what others have written; what waits is pushed all the same.
    if (this.#isOverBudget && this.#census.counts.pending === 0) return
    this.#running = new AbortController()
    this.#replicator.start(!this.#isOverBudget)
    if (this.#isOverBudget) return
    void this.#countItems()
    const { listen } = this.#options.remote
    if (listen !== undefined) void this.#listen(listen, this.#running.signal)
  }

  /** Something else is replicated now. */
  #restart(): void {
    if (this.#running !== undefined) {
      this.#rest()
      this.#run()
    }
    this.#publish()
  }

  #rest(): void {
    this.#running?.abort()
    this.#running = undefined
    void this.#replicator.stop()
    if (!this.#isClosed) this.#publish()
  }

  /** Keeps a connection for hints, as long as this tab replicates. */
  async #listen(listen: HintingRemote['listen'], signal: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.#options
    const scopes = await this.#replicator.replica.activeScopes(this.#options.scopes)
    if (scopes.length === 0) return
    // What was hinted before, or between two connections, was missed.
    const listener = { onConnected: () => this.#wake('hint'), onHint: () => this.#wake('hint') }
    let failures = 0
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs()
      try {
        await listen(scopes, listener, signal)
      } catch (error) {
        if (!signal.aborted) logger('info', 'There are no hints for now.', { error })
      }
      const hasLasted = clock.monotonicMs() - startedMs >= LASTED_MS
      failures = hasLasted ? 0 : failures + 1
      await sleepUnless(clock, backOffMs(failures, random), signal)
    }
  }

  #wake(why: 'write' | 'hint' | 'page'): void {
    if (!this.#leadership.leads || this.#isPaused || this.#isClosed) return
    if (this.#isOverBudget && (why === 'hint' || this.#census.counts.pending === 0)) return
    this.#run()
    // After a failure the next attempt comes when it comes, unless something speaks for it that was not so before.
    if (why === 'page' || this.#replicator.status.state !== 'waiting') this.#replicator.wake()
  }

  #setPaused(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return
    this.#isPaused = isPaused
    if (isPaused) this.#rest()
    else this.#run()
    this.#publish()
  }

  #resetCost(withBudget: boolean): void {
    const { meter } = this.#options
    if (this.#window !== undefined) {
      this.#window = { ...this.#window, unitsBefore: this.#window.unitsBefore - meter.readUnits }
    }
    meter.reset()
    if (withBudget) this.#beginWindow()
    void this.#save()
    this.#publish()
  }

  #setBudget(budget: Budget | undefined): void {
    this.#budget = budget
    this.#beginWindow()
    this.#saveSoon()
  }

  #checkBudget(): void {
    const { clock, meter } = this.#options
    const budget = this.#budget
    if (budget === undefined || !this.#leadership.leads || this.#isClosed) return
    const windowMs = windowMsOf(budget)
    this.#window ??= { endAtMs: clock.now() + windowMs, unitsBefore: 0 }
    const restMs = Math.max(0, Math.min(windowMs, this.#window.endAtMs - clock.now()))
    this.#windowTimer ??= clock.after(restMs, () => this.#beginWindow())
    if (this.#isOverBudget || meter.readUnits - this.#window.unitsBefore < budget.readUnits) return
    this.#isOverBudget = true
    this.#rest()
    this.#run()
  }

  #beginWindow(): void {
    const { meter, clock } = this.#options
    this.#windowTimer?.cancel()
    this.#windowTimer = undefined
    this.#window = this.#budget && { endAtMs: clock.now() + windowMsOf(this.#budget), unitsBefore: meter.readUnits }
    if (this.#isOverBudget) this.#rest()
    this.#isOverBudget = false
    this.#checkBudget()
    this.#run()
    this.#publish()
  }

  #saveSoon(): void {
    if (!this.#leadership.leads || this.#isClosed) return
    this.#saveTimer ??= this.#options.clock.after(SAVE_DELAY_MS, () => void this.#save())
  }

  /** The tab that replicates remembers what was spent, for the next. */
  async #save(): Promise<void> {
    this.#saveTimer?.cancel()
    this.#saveTimer = undefined
    const { store, meter, logger } = this.#options
    if (!this.#leadership.leads || this.#isClosed) return
    const spending = { cost: meter.report, window: this.#window }
    try {
      await store.write((transaction) => writeSpending(transaction, spending))
    } catch (error) {
      if (!this.#isClosed) logger('error', 'What replication has cost could not be stored.', { error })
    }
  }

  #receive(message: TabMessage): void {
    switch (message.kind) {
      case 'beat':
        return this.#leadership.heard()
      case 'hello':
        return this.#tellTabs()
      case 'wake':
        return this.#wake('page')
      case 'ended':
        return this.#restart()
      case 'reset-cost':
        return this.#resetCost(message.withBudget)
      case 'budget':
        return this.#setBudget(message.budget)
      case 'spent':
        if (this.#leadership.leads) this.#options.meter.add(message.table, message.units)
        return
      case 'pause':
        return this.#setPaused(message.isPaused)
      case 'facts':
        // Two lead for a moment when one was frozen: each then believes itself.
        if (this.#leadership.leads) return
        this.#leadership.heard()
        this.#heard = message.facts
        this.#isPaused = message.facts.isPaused
        this.#publish()
    }
  }

  #tellTabs(): void {
    if (this.#leadership.leads) this.#send({ kind: 'facts', facts: this.#facts() })
  }

  #send(message: TabMessage): void {
    if (!this.#isClosed) this.#options.channel?.postMessage(message)
  }

  /** What this tab did itself is newer than what it has heard. */
  #facts(): LeaderFacts {
    const own = this.#replicator.status
    const isNewer = this.#leadership.leads || this.#heard === undefined
    const told = isNewer ? own : this.#heard
    const lastFailure = this.#lastNowFailure ?? told?.lastFailure
    const lastPullAtMs = latest(own.lastPullAtMs, told?.lastPullAtMs)
    return {
      state: this.#state(),
      isPaused: this.#isPaused,
      lastPullAtMs,
      lastPushAtMs: latest(own.lastPushAtMs, told?.lastPushAtMs),
      nextAttemptAtMs: this.#isPaused ? undefined : told?.nextAttemptAtMs,
      lastFailure: isFailureOver(lastFailure, lastPullAtMs) ? undefined : lastFailure,
      cost: isNewer ? this.#options.meter.report : (this.#heard?.cost ?? this.#options.meter.report),
      itemCount: this.#itemCount ?? this.#heard?.itemCount,
      budget: isNewer ? this.#budget : this.#heard?.budget,
      window: isNewer ? this.#window : this.#heard?.window,
    }
  }

  #state(): HostState {
    if (this.#nows > 0) return 'syncing'
    if (this.#isPaused) return 'paused'
    if (!this.#leadership.leads) return this.#heard?.state ?? 'starting'
    if (this.#isOverBudget) return 'over-budget'
    const { state } = this.#replicator.status
    return state === 'stopped' ? 'starting' : state
  }

  async #checkpoints(): Promise<readonly (Checkpoint | undefined)[]> {
    const { replica } = this.#replicator
    const scopes = await replica.activeScopes(this.#options.scopes)
    return Promise.all(scopes.map((scope) => replica.checkpoint(scope)))
  }

  #progress(
    checkpoints: readonly (Checkpoint | undefined)[],
    itemCount: number | undefined,
  ): NonNullable<HostStatus['firstSync']> {
    for (const checkpoint of checkpoints) {
      if (checkpoint?.load !== undefined) this.#loaded.set(checkpoint.scope, checkpoint.load)
    }
    const loads = [...this.#loaded.values()]
    const items = loads.reduce((sum, load) => sum + load.itemCount, 0)
    const looked = loads.reduce((sum, load) => sum + load.lookedCount, 0)
    const isKnown = itemCount !== undefined && itemCount > 0
    return { items, percent: isKnown ? Math.min(PERCENT, Math.floor((PERCENT * looked) / itemCount)) : undefined }
  }

  /** Tells the status soon; changes in between are told together. */
  #publish(): void {
    this.#isStale = true
    if (this.#isPublishing) return
    this.#isPublishing = true
    void this.#publishAll().finally(() => (this.#isPublishing = false))
  }

  async #publishAll(): Promise<void> {
    const { clock, logger, onStatus } = this.#options
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false
      try {
        onStatus(await this.status())
        this.#tellTabs()
      } catch (error) {
        if (!this.#isClosed) logger('error', 'The status of replication could not be read.', { error })
      }
      await sleep(clock, STATUS_INTERVAL_MS)
    }
  }
}

function windowMsOf({ windowMs = DEFAULT_WINDOW_MS }: Budget): number {
  return windowMs
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one
}

function isFailureOver(failure: SyncFailure | undefined, lastPullAtMs: number | undefined): boolean {
  return failure !== undefined && lastPullAtMs !== undefined && lastPullAtMs > failure.atMs
}

function sleepUnless(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(delayMs, resolve)
    signal.addEventListener(
      'abort',
      () => {
        timer.cancel()
        resolve()
      },
      { once: true },
    )
  })
}
