// The local side of replication: every change that replication makes to the database, each one transaction. Knows
// nothing of the network; what it is given to apply is data.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { type Random, randomUuid } from '../base/random.ts'
import { decodeBaseImage } from '../engine/base-image.ts'
import { Catalog } from '../engine/catalog.ts'
import { forEachRow } from '../engine/for-each-row.ts'
import { incomingItem, packForTable } from '../engine/incoming-item.ts'
import { checkIndexKeys, itemRowKey, keyMismatch, keyRowKey } from '../engine/item-key.ts'
import type { Intent, IntentAction } from '../engine/intent.ts'
import { baseImageKey, baseImageRange, itemKeyOfBaseImageKey, prefixRange } from '../engine/keyspace.ts'
import { nextReading, readOutboxState } from '../engine/outbox-state.ts'
import { readSnapshot } from '../engine/read-snapshot.ts'
import type { TableSchema } from '../engine/table-schema.ts'
import { openTableWriter } from '../engine/table-writer.ts'
import { drawWriterTag } from '../engine/writer-tag.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import { canonicalItem } from '../model/validate-item.ts'
import type { OrderedStore, Reader, Transaction } from '../storage/contract.ts'
import { expectedVersion, type PushableItem, type PushPlan, PushPlanner } from './plan-push.ts'
import { forgetHidden, hiddenImagesIn, settleImage } from './hidden-images.ts'
import type { ParkingCause } from './rebase.ts'
import type { ItemChange, LogEntry, Push, ScopeHead, UnexpectedItem } from './remote-table.ts'
import {
  intentId,
  keyOfAction,
  type MatchedIntents,
  readIntents,
  type RemoteImage,
  ReplicaSession,
  ResolutionNeeded,
} from './replica-session.ts'
import {
  type Attempt,
  type Checkpoint,
  type ConflictRecord,
  deleteAttempt,
  deleteConflict,
  deleteParked,
  forgetSeen,
  markSeen,
  type ParkedMutation,
  readAttempts,
  readConflict,
  readCheckpoint,
  readConflicts,
  readParked,
  readParkedMutation,
  readReplicaState,
  type ReplicaState,
  wasSeen,
  writeAttempt,
  writeCheckpoint,
  writeReplicaState,
} from './replication-rows.ts'
import { type AdoptionProgress, ReplicatedTables } from './replicated-tables.ts'
import { namedScope, scopeOf } from './scope.ts'
import {
  type ConflictStrategy,
  DEFAULT_STRATEGY,
  DEFAULT_VERSION_ATTRIBUTE,
  type ReplicatedTable,
  type Resolution,
} from './settings.ts'

/** What a replica is made of. */
export interface ReplicaOptions {
  readonly store: OrderedStore
  readonly clock: Clock
  readonly random: Random
  readonly tables: Readonly<Record<string, ReplicatedTable>>
  /** The scopes whose logs are read here. Default none: nothing is pulled. */
  readonly scopes?: readonly string[]
}

/** A page of a scope's items that was read, and where the next begins. */
export interface LoadedPage {
  readonly scope: string
  readonly table: string
  readonly items: readonly Item[]
  readonly next: Key | undefined
  /** How many were looked at for it; undefined for as many as it has. */
  readonly looked?: number
}

/** Of which tables replication is to end; all when none are named. */
export interface EndRequest {
  readonly tables: readonly string[] | undefined
  readonly discardPending: boolean
}

/** Writes that were given up. */
export interface GivenUp {
  readonly pending: readonly Intent[]
  readonly parked: readonly ParkedMutation[]
}

/** Entries of a scope's log that follow each other. */
export interface LogStretch {
  readonly scope: string
  readonly logId: string
  readonly entries: readonly LogEntry[]
}

/** A push that may be sent: it is remembered. `done`: its intents change nothing and need no push. */
export type PreparedPush = { readonly kind: 'push'; readonly push: Push } | { readonly kind: 'done' | 'nothing' }

/** Intents that are looked at together for one push, and how often, as long as none of them can go. */
const CONSIDERED_INTENTS = 2000
const MAX_CONSIDERED_PAGES = 100
/** Times that the app's resolver is asked for one transaction. */
const MAX_RESOLUTION_ROUNDS = 1000
/** Rows that one step of a sweep looks at. */
const SWEEP_ROWS = 500

/** The database as replication changes it. */
export class Replica {
  readonly #store: OrderedStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #tables: ReadonlyMap<string, ReplicatedTable>
  readonly #strategies: ReadonlyMap<string, ConflictStrategy>
  readonly #followed: ReadonlySet<string>
  readonly #catalog: Catalog
  readonly #replicated: ReplicatedTables

  constructor({ store, clock, random, tables, scopes = [] }: ReplicaOptions) {
    this.#store = store
    this.#clock = clock
    this.#random = random
    this.#catalog = new Catalog(undefined, () => drawWriterTag(random))
    this.#replicated = new ReplicatedTables({ store, clock, catalog: this.#catalog, tables })
    this.#tables = new Map(Object.entries(tables))
    this.#followed = new Set(scopes)
    this.#strategies = new Map(
      Object.entries(tables).map(([name, table]) => [name, table.conflicts ?? DEFAULT_STRATEGY]),
    )
  }

  /**
   * Makes this database a client of the remote, and has the tables' writes queued from now on.
   *
   * @throws DatabaseError `InvalidOption` when a table's items have an attribute called as the version will be,
   *   `DefinitionMismatch` when a table is replicated otherwise already
   */
  async begin(): Promise<ReplicaState> {
    const clientId = randomUuid(this.#random)
    await this.#replicated.check()
    return this.#store.write(async (transaction) => {
      await this.#replicated.declare(transaction)
      const known = await readReplicaState(transaction)
      if (known !== undefined) return known
      const state = {
        clientId,
        lastMutation: 0,
        unseenMutation: 0,
        nextConflict: 0,
        loadCount: 0,
        unitedLoadCount: 0,
      }
      writeReplicaState(transaction, state)
      return state
    })
  }

  /** Queues the items that tables had before their replication began, in steps. What was not done goes on with the next call. */
  async prepare(signal: AbortSignal): Promise<void> {
    await this.#replicated.prepare(signal)
  }

  /** How far that is; undefined when there is nothing (any more) to be queued. */
  async adoption(): Promise<AdoptionProgress | undefined> {
    return readSnapshot(this.#store, false, (snapshot) => this.#replicated.adoption(snapshot))
  }

  /** Those of the scopes that there is anything to replicate of. */
  async activeScopes(scopes: readonly string[]): Promise<readonly string[]> {
    return readSnapshot(this.#store, true, (snapshot) => this.#replicated.activeScopes(snapshot, scopes))
  }

  /**
   * Ends the replication of tables, which stay as they are here.
   *
   * @param request which tables, default all; whether writes that wait or are parked are given up
   * @returns the writes that were given up. They have taken effect here, and never will at the remote unless they had been
   *   sent already
   * @throws DatabaseError `WritesWaiting`
   */
  async end({ tables: names, discardPending }: EndRequest): Promise<GivenUp> {
    return this.#run(async (session, transaction) => {
      const tables = await this.#replicated.replicated(transaction, names)
      const ids = new Set(tables.map(({ tableId }) => tableId))
      const touches = ({ actions }: Pick<Intent, 'actions'>): boolean => actions.some(({ tableId }) => ids.has(tableId))
      const pending = (await readIntents(transaction, { after: 0, limit: Infinity })).filter(touches)
      const parked = (await readParked(transaction)).filter(touches)
      if (pending.length + parked.length > 0 && !discardPending) {
        const message =
          'Writes wait to be replicated, or are parked: discard them, or end replication when they are done.'
        throw new DatabaseError('WritesWaiting', message, { data: { pending: pending.length, parked: parked.length } })
      }
      await session.giveUp(pending, ids)
      for (const { order } of parked) deleteParked(transaction, order)
      await this.#replicated.release(transaction, tables)
      return { pending, parked }
    })
  }

  /** Whether a table was declared. */
  knows(table: string): boolean {
    return this.#tables.has(table)
  }

  /** The schema of a replicated table. */
  async schema(table: string): Promise<TableSchema> {
    return readSnapshot(this.#store, false, (snapshot) => this.#catalog.requireNamed(snapshot, table))
  }

  /** The version that the remote gave an item; undefined where it has none. */
  versionOf(table: string, item: Item): number | undefined {
    return versionOf(item, this.#versionAttribute(table))
  }

  /** Whether an item is in a scope, as far as it says so itself. */
  isIn(scope: string, table: string, item: Item): boolean {
    const rule = this.#tables.get(table)?.scope
    return rule?.kind !== 'attribute' || namedScope(rule.attribute, item) === scope
  }

  /**
   * Entries of a scope's log without what no push to it can have changed: whoever may write to a log may write false entries,
   * which neither tell of other scopes nor are in the way of what follows.
   */
  async credible(scope: string, entries: readonly LogEntry[]): Promise<readonly LogEntry[]> {
    const schemas = await readSnapshot(this.#store, false, async (snapshot) => {
      const found = new Map<string, TableSchema | undefined>()
      for (const name of this.#tables.keys()) found.set(name, await this.#catalog.find(snapshot, name))
      return found
    })
    const isCredible = ({ table: name, key }: ItemChange): boolean => {
      const rule = this.#tables.get(name)?.scope
      const table = schemas.get(name)
      // What a tab does not know is not taken over.
      if (rule === undefined || table === undefined) return true
      return isKeyOf(table, key) && (rule.kind === 'attribute' || scopeOf(rule, table, key) === scope)
    }
    return entries.map((entry) => ({ ...entry, changes: entry.changes.filter(isCredible) }))
  }

  /**
   * Whether what is here, without the pending writes, is a state that the remote had, over all of the scopes: not before all
   * have been pulled once, nor while one is being read anew, in whichever tab.
   */
  async isComplete(scopes: readonly string[]): Promise<boolean> {
    return readSnapshot(this.#store, true, async (snapshot) => {
      const state = await readReplicaState(snapshot)
      if (state === undefined || state.unitedLoadCount !== state.loadCount) return false
      const active = await this.#replicated.activeScopes(snapshot, scopes)
      return (await areComplete(snapshot, active)) && (await this.#replicated.adoption(snapshot)) === undefined
    })
  }

  /** How often a scope began to be read, when all of these have been read; else undefined. */
  async finishedLoadCount(scopes: readonly string[]): Promise<number | undefined> {
    return readSnapshot(this.#store, true, async (snapshot) => {
      const state = await readReplicaState(snapshot)
      return (await areComplete(snapshot, scopes)) ? state?.loadCount : undefined
    })
  }

  /**
   * All of the scopes have been pulled since that many loads had begun, and ended. Answers false when another has begun since:
   * what it brings is newer than what was pulled before it.
   */
  async unite(scopes: readonly string[], finishedLoadCount: number | undefined): Promise<boolean> {
    const state = await this.state()
    if (finishedLoadCount === undefined || state?.loadCount !== finishedLoadCount) return false
    if (state.unitedLoadCount === finishedLoadCount) return true
    return this.#run(async (session, transaction) => {
      const { loadCount } = session.state
      const isUnited = loadCount === finishedLoadCount && (await areComplete(transaction, scopes))
      if (isUnited) session.changeState({ unitedLoadCount: loadCount })
      return isUnited
    })
  }

  async checkpoint(scope: string): Promise<Checkpoint | undefined> {
    return readSnapshot(this.#store, true, (snapshot) => readCheckpoint(snapshot, scope))
  }

  async state(): Promise<ReplicaState | undefined> {
    return readSnapshot(this.#store, true, readReplicaState)
  }

  async attempts(): Promise<readonly Attempt[]> {
    return readSnapshot(this.#store, true, readAttempts)
  }

  async parked(): Promise<readonly ParkedMutation[]> {
    return readSnapshot(this.#store, false, readParked)
  }

  async conflicts(): Promise<readonly ConflictRecord[]> {
    return readSnapshot(this.#store, false, readConflicts)
  }

  /** The intents that wait, in their order, from behind a place in it. */
  async pending(limit: number, after = 0): Promise<readonly Intent[]> {
    return readSnapshot(this.#store, false, (snapshot) => readIntents(snapshot, { after, limit }))
  }

  /** All logs have been read to their heads: what had been pushed unseen before that was in them. */
  async clearUnseen(unseenMutation: number): Promise<void> {
    await this.#run(async (session) => {
      if (session.state.unseenMutation === unseenMutation) session.changeState({ unseenMutation: 0 })
    })
  }

  /** Plans the next push and remembers it. What can never be pushed is parked. */
  async preparePush(scopes: readonly string[], maxIntents: number): Promise<PreparedPush> {
    const pushId = randomUuid(this.#random)
    return this.#run(async (session, transaction, nowMs) => {
      const checkpoints = await this.#openCheckpoints(transaction, scopes)
      const plan = await this.#plan(transaction, { openScopes: new Set(checkpoints.keys()), maxIntents })
      for (const { order, cause } of plan.unfit) await session.park(order, cause)
      if (plan.intents.length === 0) return { kind: 'nothing' }
      const intents = plan.intents.map(intentId)
      if (plan.items.length === 0) {
        await session.acknowledge(intents, [])
        return { kind: 'done' }
      }
      const outbox = await readOutboxState(transaction)
      const clock = nextReading(outbox, nowMs)
      const heads = Object.fromEntries(
        plan.scopes.map((scope) => [scope, headOf(checkpoints.get(scope) as Checkpoint)]),
      )
      const { clientId, lastMutation: previousMutation } = session.state
      const lastMutation = previousMutation + plan.intents.length
      const fresh: Push = { clientId, pushId, previousMutation, lastMutation, clock, intents, heads, items: plan.items }
      const known = (await readAttempts(transaction)).find((attempt) => isSamePush(attempt, fresh))
      if (known !== undefined) return { kind: 'push', push: { ...fresh, pushId: known.pushId, clock: known.clock } }
      session.seeClock(clock)
      session.noteSent(Math.max(...intents.map(({ order }) => order)))
      writeAttempt(transaction, attemptOf(fresh))
      return { kind: 'push', push: fresh }
    })
  }

  /** The push is known to be in effect: what it made is what the remote has. */
  async settlePush(push: Push): Promise<void> {
    await this.#run(async (session, transaction) => {
      const images: RemoteImage[] = []
      for (const [scope, head] of Object.entries(push.heads)) {
        const checkpoint = await readCheckpoint(transaction, scope)
        // Another tab may have read its entry already.
        if (checkpoint === undefined || checkpoint.sequence !== head.sequence) continue
        const logId = head.sequence === 0 ? push.pushId : head.logId
        writeCheckpoint(transaction, { ...checkpoint, sequence: head.sequence + 1, logId })
        images.push(...(await this.#settled(session, { scope }, this.#pushedImages(push, scope))))
      }
      await session.acknowledge(push.intents, images, sequencesOf(attemptOf(push)))
      await this.#passMutation(session, transaction, push)
    })
  }

  /**
   * Applies stretches of logs, each of which follows its scope's checkpoint, all as one. Answers false when one of them
   * does not follow (any more).
   */
  async applyEntries(stretches: readonly LogStretch[]): Promise<boolean> {
    return this.#run(async (session, transaction) => {
      for (const { scope, entries } of stretches) {
        const checkpoint = await readCheckpoint(transaction, scope)
        if (checkpoint?.sequence !== (entries[0]?.sequence ?? 0) - 1) return false
      }
      const departures: Departures | undefined = stretches.length > 1 ? new Map() : undefined
      for (const stretch of stretches) await this.#applyStretch(session, stretch, departures)
      const last: RemoteImage[] = []
      for (const { scope, remote } of departures?.values() ?? []) {
        last.push(...(await this.#settled(session, { scope }, [remote])))
      }
      await session.applyRemote(last)
      return true
    })
  }

  /**
   * Items were not as a push expected them: others wrote them past the log. Answers false when another tab has gone on since
   * the push was planned: what is here may be newer than the answer, which tells of a moment that nobody knows.
   */
  async applyUnexpected(
    unexpected: readonly UnexpectedItem[],
    { intents, heads, items }: Pick<Push, 'intents' | 'heads' | 'items'>,
  ): Promise<boolean> {
    return this.#run(async (session, transaction) => {
      for (const [scope, { sequence }] of Object.entries(heads)) {
        const checkpoint = await readCheckpoint(transaction, scope)
        if (checkpoint?.phase !== 'complete' || checkpoint.sequence !== sequence) return false
      }
      for (const { table, key, expected } of items) {
        const known = await session.knownImage(table, canonicalItem(key))
        if (expectedVersion(known, this.#versionAttribute(table)) !== expected) return false
      }
      for (const { table, key: untrusted, current } of unexpected) {
        const key = canonicalItem(untrusted)
        const rowKey = await session.rowKey(table, key)
        await forgetHidden(transaction, rowKey)
        const image = current && this.#isFollowed(table, current) ? canonicalItem(current) : undefined
        const isElsewhere = current !== undefined && image === undefined
        // It was known to be gone from here, and what it is elsewhere is in the way: nothing that is read here will tell more.
        if (isElsewhere && (await session.knownImage(table, key)) === undefined) {
          await session.parkTouching(intents, rowKey, ELSEWHERE)
        } else {
          await session.applyRemote([{ table, key, image, clock: Infinity }])
        }
      }
      return true
    })
  }

  /** Whether the scope that an item is in is read here. */
  #isFollowed(table: string, item: Item): boolean {
    const rule = this.#tables.get(table)?.scope
    if (rule?.kind !== 'attribute') return true
    const scope = namedScope(rule.attribute, item)
    return scope !== undefined && this.#followed.has(scope)
  }

  async park(orders: readonly number[], cause: ParkingCause): Promise<void> {
    await this.#run(async (session) => {
      for (const order of orders) await session.park(order, cause)
    })
  }

  /** Puts a parked mutation back, as it was or with other requests. Answers false when it is not there (any more). */
  async retry(order: number, edit?: (actions: readonly IntentAction[]) => readonly IntentAction[]): Promise<boolean> {
    return this.#run(async (session, transaction) => {
      const parked = await readParkedMutation(transaction, order)
      if (parked === undefined) return false
      await session.unpark(parked, edit?.(parked.actions) ?? parked.actions)
      return true
    })
  }

  /** Gives a parked mutation up. Answers false when it is not there (any more). */
  async discard(order: number): Promise<boolean> {
    return this.#store.write(async (transaction) => {
      if ((await readParkedMutation(transaction, order)) === undefined) return false
      deleteParked(transaction, order)
      return true
    })
  }

  /**
   * Decides a recorded conflict anew: the item shall be this, or be gone, by a write of its own. The record goes.
   *
   * @param item undefined for it to be gone
   * @returns false when there is no such record (any more)
   * @throws ServiceException `ValidationException` when the item has another key
   */
  async resolveConflict(number: number, item: Item | undefined): Promise<boolean> {
    const cause = { origin: 'user' as const, atMs: this.#clock.now() }
    return this.#store.write(async (transaction) => {
      const record = await readConflict(transaction, number)
      if (record === undefined) return false
      const { table, key } = record
      const writer = await openTableWriter(this.#catalog, transaction, table, cause)
      const rowKey = keyRowKey(writer.table, key)
      const previous = await writer.read(rowKey)
      const next = item && packForTable(incomingItem(item), writer.dictionary)
      if (next !== undefined) {
        if (itemRowKey(writer.table, next) !== rowKey) throw keyMismatch()
        checkIndexKeys(writer.table, next, 'put')
      }
      const input = { TableName: table, ...(next === undefined ? { Key: key } : { Item: next }) }
      const kind = next === undefined ? 'Delete' : 'Put'
      writer.apply({ key: rowKey, previous, next, action: { kind, input } }, undefined)
      await writer.finish()
      deleteConflict(transaction, number)
      return true
    })
  }

  /** Forgets a recorded conflict: its decision stands. Answers false when there is no such record (any more). */
  async forgetConflict(number: number): Promise<boolean> {
    return this.#store.write(async (transaction) => {
      if ((await readConflict(transaction, number)) === undefined) return false
      deleteConflict(transaction, number)
      return true
    })
  }

  /** Begins to page through a scope's items, from the log's head as it is now. */
  async beginLoad(scope: string, head: ScopeHead): Promise<void> {
    await this.#store.write(async (transaction) => {
      const before = await readCheckpoint(transaction, scope)
      const tables = await this.#replicated.tablesToRead(transaction, scope)
      const load = { tables, isResync: before !== undefined, itemCount: 0, lookedCount: 0 }
      await forgetSeen(transaction, scope)
      writeCheckpoint(transaction, { scope, phase: 'loading', ...head, load })
      const state = await readReplicaState(transaction)
      assert(state !== undefined, 'A database is a client of the remote before it pulls.')
      writeReplicaState(transaction, { ...state, loadCount: state.loadCount + 1 })
    })
  }

  /**
   * Takes over a page of a scope's items. Answers false when another tab has gone on meanwhile, or has begun anew: what was
   * read before that may be older than the head from which the log is read.
   *
   * @param expected the checkpoint before the page was read
   */
  async applyPage(
    { scope, table, items, next, looked = items.length }: LoadedPage,
    expected: Checkpoint,
  ): Promise<boolean> {
    return this.#run(async (session, transaction) => {
      const checkpoint = await readCheckpoint(transaction, scope)
      const load = checkpoint?.load
      if (checkpoint === undefined || load === undefined || load.tables[0] !== table) return false
      if (!isSameCheckpoint(checkpoint, expected)) return false
      if (!(await this.#replicated.takesPart(transaction, table))) {
        // Its replication has ended meanwhile, or another tab began to read it.
        const { from: _from, ...rest } = load
        writeCheckpoint(transaction, { ...checkpoint, load: { ...rest, tables: load.tables.slice(1) } })
        return false
      }
      const writer = await session.writer(table)
      const images = items.map((untrusted): RemoteImage => {
        const image = canonicalItem(untrusted)
        return { table, key: keyOf(writer.table, image), image, clock: Infinity }
      })
      await session.applyRemote(await this.#settled(session, { scope, isCurrent: true }, images))
      if (load.isResync) {
        for (const { key } of images) markSeen(transaction, scope, await session.rowKey(table, key))
      }
      const tables = next === undefined ? load.tables.slice(1) : load.tables
      const itemCount = load.itemCount + items.length
      const lookedCount = load.lookedCount + looked
      const { isResync } = load
      writeCheckpoint(transaction, {
        ...checkpoint,
        load: { tables, isResync, itemCount, lookedCount, ...(next && { from: next }) },
      })
      return true
    })
  }

  /**
   * All pages were read: what the remote has no more goes, and the log is read on. Does nothing when another tab has done
   * so, or has begun anew.
   *
   * @param expected the checkpoint before the head was read
   */
  async endLoad(head: ScopeHead, expected: Checkpoint): Promise<void> {
    const { scope } = expected
    if (expected.load?.isResync === true) await this.#sweep(expected)
    await this.#store.write(async (transaction) => {
      const now = await readCheckpoint(transaction, scope)
      if (now === undefined || !isSameCheckpoint(now, expected)) return
      await forgetSeen(transaction, scope)
      const { load: _load, ...rest } = now
      const phase = head.sequence <= now.sequence ? 'complete' : 'catching-up'
      writeCheckpoint(transaction, { ...rest, phase, overlapEnd: head.sequence })
    })
  }

  /** The log no longer tells what became of this client's pushes: what the client's row tells decides. */
  async reconcile(decide: (attempts: readonly Attempt[], state: ReplicaState) => Reconciliation): Promise<void> {
    const clientId = randomUuid(this.#random)
    await this.#run(async (session, transaction) => {
      const attempts = await readAttempts(transaction)
      const { applied, unknownBefore, lastMutation, lost } = decide(attempts, session.state)
      if (applied !== undefined) await session.acknowledge(applied.intents, [], sequencesOf(applied))
      if (unknownBefore !== undefined) await this.#parkUnknown(session, transaction, { lost, unknownBefore })
      for (const attempt of lost) deleteAttempt(transaction, attempt)
      const isSame = lastMutation !== undefined
      session.changeState({ unseenMutation: 0, ...(isSame ? { lastMutation } : { clientId, lastMutation: 0 }) })
    })
  }

  async #parkUnknown(
    session: ReplicaSession,
    transaction: Transaction,
    { lost, unknownBefore }: { readonly lost: readonly Attempt[]; readonly unknownBefore: number },
  ): Promise<void> {
    const cause = { name: 'UnknownOutcome', message: 'It may have taken effect: the remote no longer knows.' }
    const sent = new Set(lost.flatMap(({ intents }) => intents.map(({ order }) => order)))
    const intents = await readIntents(transaction, { after: 0, limit: Infinity })
    for (const { order, clock } of intents) {
      if (sent.has(order) || clock <= unknownBefore) await session.park(order, cause)
    }
  }

  async #applyStretch(
    session: ReplicaSession,
    { scope, entries, logId }: LogStretch,
    departures: Departures | undefined,
  ): Promise<void> {
    const { transaction } = session
    const checkpoint = await readCheckpoint(transaction, scope)
    assert(checkpoint !== undefined, 'A scope that is read on has a checkpoint.')
    // Entries of others in a row are taken over at once.
    const foreign: LogEntry[] = []
    for (const entry of entries) {
      const matched = await session.match(entry.intents)
      if (matched.ids.length === 0) {
        foreign.push(entry)
      } else {
        await this.#applyForeign(session, foreign.splice(0), { checkpoint, departures })
        await this.#applyOwn(session, { entry, matched }, { checkpoint, departures })
      }
      if (entry.clientId === session.state.clientId) await this.#passMutation(session, transaction, entry)
    }
    await this.#applyForeign(session, foreign, { checkpoint, departures })
    const last = lastOf(entries)
    for (const attempt of await readAttempts(transaction)) {
      if (isOvertaken(attempt, scope, last.sequence)) deleteAttempt(transaction, attempt)
    }
    for (const { clock } of entries) session.seeClock(clock)
    writeCheckpoint(transaction, withSequence(checkpoint, last.sequence, logId))
  }

  async #applyForeign(session: ReplicaSession, entries: readonly LogEntry[], reading: Reading): Promise<void> {
    await this.#takeOver(session, await this.#imagesOf(session, entries, reading.checkpoint), reading)
  }

  /** An entry with intents of this database: what they made is no conflict with what was written here after them. */
  async #applyOwn(
    session: ReplicaSession,
    { entry, matched }: { readonly entry: LogEntry; readonly matched: MatchedIntents },
    { checkpoint, departures }: Reading,
  ): Promise<void> {
    const { scope } = checkpoint
    const own: RemoteImage[] = []
    const others: RemoteImage[] = []
    for (const image of await this.#imagesOf(session, [entry], checkpoint)) {
      const rowKey = await session.rowKey(image.table, image.key)
      if (!matched.rowKeys.has(rowKey)) {
        others.push(image)
        continue
      }
      // What was fetched is what they made, or nobody knows when it was written.
      own.push(image.isFetched ? { ...image, clock: Infinity } : image)
      departures?.delete(departureName(scope, rowKey))
    }
    // A copy of this database may have pushed, which had decided otherwise what the intents are.
    const isOwnPush = (await readAttempts(session.transaction)).some(({ pushId }) => pushId === entry.pushId)
    const sequences = isOwnPush ? { ...entry.twins, [scope]: entry.sequence } : {}
    await session.acknowledge(matched.ids, await this.#settled(session, { scope }, own), sequences)
    await this.#takeOver(session, others, { checkpoint, departures })
  }

  /** What leaves the scope in which it is shown may be found in another log that is taken over with this one: it waits. */
  async #takeOver(
    session: ReplicaSession,
    images: readonly RemoteImage[],
    { checkpoint: { scope }, departures }: Reading,
  ): Promise<void> {
    const now: RemoteImage[] = []
    for (const remote of images) {
      if (departures === undefined || !this.#isMovable(remote.table)) {
        now.push(remote)
        continue
      }
      const name = departureName(scope, await session.rowKey(remote.table, remote.key))
      const known = await session.knownImage(remote.table, remote.key)
      const isLeaving = remote.image === undefined && known !== undefined && this.isIn(scope, remote.table, known)
      if (isLeaving) departures.set(name, { scope, remote })
      else {
        departures.delete(name)
        now.push(remote)
      }
    }
    await session.applyRemote(await this.#settled(session, { scope }, now))
  }

  /** What is told of a scope's items, as far as it changes what all scopes together have. */
  async #settled(
    session: ReplicaSession,
    { scope, isCurrent = false }: { readonly scope: string; readonly isCurrent?: boolean },
    images: readonly RemoteImage[],
  ): Promise<RemoteImage[]> {
    const settled: RemoteImage[] = []
    for (const each of images) {
      const remote = await settleImage(session, each, { scope, isCurrent, followed: this.#followed })
      if (remote !== undefined) settled.push(remote)
    }
    return settled
  }

  async #imagesOf(
    session: ReplicaSession,
    entries: readonly LogEntry[],
    checkpoint: Checkpoint,
  ): Promise<readonly ToldImage[]> {
    const images: ToldImage[] = []
    const takePart = new Map<string, boolean>()
    for (const [change, sequence] of lastChanges(entries)) {
      const { table } = change
      const takesPart = takePart.get(table) ?? (await this.#replicated.takesPart(session.transaction, table))
      takePart.set(table, takesPart)
      if (!takesPart) continue
      const image = await this.#imageOf(session, { change, sequence, checkpoint })
      if (image !== undefined) images.push(image)
    }
    return images
  }

  /** What an entry's change makes of its item; undefined when the item here is newer. */
  async #imageOf(
    session: ReplicaSession,
    { change, sequence, checkpoint }: { change: ItemChange; sequence: number; checkpoint: Checkpoint },
  ): Promise<ToldImage | undefined> {
    const { table, clock, isFetched = false } = change
    const versionAttribute = this.#versionAttribute(table)
    const key = canonicalItem(change.key)
    // Who moves an item may leave it the version of another log: then all entries are done again.
    const isComparable = !this.#isMovable(table)
    if (isComparable && checkpoint.overlapEnd !== undefined && sequence <= checkpoint.overlapEnd) {
      const version = versionOf(await session.knownImage(table, key), versionAttribute)
      if (version !== undefined && version >= sequence && version <= checkpoint.overlapEnd) return undefined
    }
    assert(change.image !== 'unknown', 'What an entry only names is fetched before it is applied.')
    if (change.image === 'deleted') return { table, key, image: undefined, clock, isFetched }
    const image = canonicalItem({
      ...change.image,
      [versionAttribute]: ownAttribute(change.image, versionAttribute) ?? { N: String(sequence) },
    })
    return { table, key, image, clock, isFetched }
  }

  #pushedImages(push: Push, scope: string): RemoteImage[] {
    const version = { N: String((push.heads[scope]?.sequence ?? 0) + 1) }
    return push.items.flatMap(({ table, key, image, clock, ...item }) => {
      if (item.scope !== scope || image === 'checked') return []
      const now = image === 'deleted' ? undefined : { ...image, [this.#versionAttribute(table)]: version }
      return [{ table, key, image: now, clock }]
    })
  }

  /** Whether others may move an item of the table from one scope to another. */
  #isMovable(table: string): boolean {
    return this.#tables.get(table)?.scope.kind === 'attribute'
  }

  #versionAttribute(table: string): string {
    return this.#tables.get(table)?.versionAttribute ?? DEFAULT_VERSION_ATTRIBUTE
  }

  /** All attempts stood on the same mutation: one of them has arrived, so the others never will. */
  async #passMutation(
    session: ReplicaSession,
    transaction: Transaction,
    { lastMutation, intents }: Pick<LogEntry, 'lastMutation' | 'intents'>,
  ): Promise<void> {
    for (const attempt of await readAttempts(transaction)) {
      if (attempt.previousMutation < lastMutation) deleteAttempt(transaction, attempt)
    }
    const { lastMutation: known, unseenMutation } = session.state
    const previousMutation = lastMutation - intents.length
    session.changeState({
      lastMutation: Math.max(known, lastMutation),
      unseenMutation: previousMutation > known ? Math.max(unseenMutation, previousMutation) : unseenMutation,
    })
  }

  async #openCheckpoints(reader: Reader, scopes: readonly string[]): Promise<Map<string, Checkpoint>> {
    const open = new Map<string, Checkpoint>()
    for (const scope of scopes) {
      const checkpoint = await readCheckpoint(reader, scope)
      if (checkpoint?.phase === 'complete') open.set(scope, checkpoint)
    }
    return open
  }

  async #plan(
    reader: Transaction,
    { openScopes, maxIntents }: { readonly openScopes: ReadonlySet<string>; readonly maxIntents: number },
  ): Promise<PushPlan> {
    const blocked = new Map<ByteKey, number>()
    for (const { actions, blocksBefore } of await readParked(reader)) {
      for (const { key } of actions) blocked.set(key, Math.max(blocksBefore, blocked.get(key) ?? 0))
    }
    const items = new Map<ByteKey, PushableItem>()
    const planner = new PushPlanner({ items, blocked, openScopes, maxIntents })
    let after = 0
    for (let page = 0; page < MAX_CONSIDERED_PAGES; page++) {
      const intents = await readIntents(reader, { after, limit: CONSIDERED_INTENTS })
      await this.#readItems(reader, intents, items)
      const hasRoom = intents.every((intent) => planner.consider(intent))
      after = intents.at(-1)?.order ?? 0
      if (!hasRoom || !planner.isEmpty || intents.length < CONSIDERED_INTENTS) break
    }
    return planner.plan()
  }

  async #readItems(reader: Reader, intents: readonly Intent[], into: Map<ByteKey, PushableItem>): Promise<void> {
    for (const action of intents.flatMap(({ actions }) => actions)) {
      if (into.has(action.key)) continue
      const item = await this.#pushableItem(reader, action)
      if (item !== undefined) into.set(action.key, item)
    }
  }

  async #pushableItem(reader: Reader, action: IntentAction): Promise<PushableItem | undefined> {
    const table = await this.#catalog.find(reader, action.request.TableName)
    const replication = table?.record.replication
    if (table === undefined || replication === undefined || table.record.tableId !== action.tableId) return undefined
    // It waits until all that was there before it is queued, or for a tab that knows of the table.
    if (replication.adoption !== undefined || !this.#tables.has(table.name)) return undefined
    const row = await reader.get(baseImageKey(action.key))
    const dictionary = await this.#catalog.dictionary(reader, table)
    const base = row && decodeBaseImage(row, dictionary)?.toItem()
    const { scope: rule, versionAttribute } = replication
    return { table, rule, versionAttribute, key: keyOfAction({ table }, action), base }
  }

  /** Takes away what a resync has not met: the remote has it no more. */
  async #sweep(expected: Checkpoint): Promise<void> {
    const { scope } = expected
    for (const name of this.#tables.keys()) {
      const gone = await readSnapshot(this.#store, true, (snapshot) => this.#unseenItems(snapshot, scope, name))
      for (let at = 0; at < gone.length; at += SWEEP_ROWS) {
        const rows = gone.slice(at, at + SWEEP_ROWS)
        if (!(await this.#run((session, transaction) => this.#takeAway(session, transaction, { expected, rows }))))
          return
      }
    }
  }

  /** Answers false when another tab has ended the resync meanwhile: what it has met is not known any more. */
  async #takeAway(
    session: ReplicaSession,
    transaction: Transaction,
    { expected, rows }: { readonly expected: Checkpoint; readonly rows: readonly RemoteImage[] },
  ): Promise<boolean> {
    const now = await readCheckpoint(transaction, expected.scope)
    if (now === undefined || !isSameCheckpoint(now, expected)) return false
    const gone: RemoteImage[] = []
    for (const row of rows) {
      const rowKey = await session.rowKey(row.table, row.key)
      if (!(await wasSeen(transaction, expected.scope, rowKey))) gone.push(row)
    }
    await session.applyRemote(await this.#settled(session, expected, gone))
    return true
  }

  async #unseenItems(reader: Reader, scope: string, name: string): Promise<RemoteImage[]> {
    // Its replication may have ended, and the table may be gone, since it was declared.
    const table = await this.#catalog.find(reader, name)
    const replication = table?.record.replication
    // What is not queued yet is not gone at the remote: nobody there has heard of it.
    if (table === undefined || replication === undefined || replication.adoption !== undefined) return []
    const dictionary = await this.#catalog.dictionary(reader, table)
    const known = new Map<ByteKey, Item>()
    await forEachRow(reader.scan(prefixRange(table.prefix)), ({ key, value }) => {
      known.set(key, new PackedItem(value, dictionary).toItem())
      return true
    })
    // What has pending writes is known by its base: the view may have it no more, or only have it in the view.
    await forEachRow(reader.scan(baseImageRange(table.record.tableId)), ({ key, value }) => {
      const base = decodeBaseImage(value, dictionary)?.toItem()
      if (base === undefined) known.delete(itemKeyOfBaseImageKey(key))
      else known.set(itemKeyOfBaseImageKey(key), base)
      return true
    })
    const items = [...known.values()].filter((item) => scopeOf(replication.scope, table, item) === scope)
    const unseen: RemoteImage[] = []
    for (const item of [...items, ...(await hiddenImagesIn(reader, table, scope))]) {
      const key = keyOf(table, item)
      if (await wasSeen(reader, scope, keyRowKey(table, key))) continue
      unseen.push({ table: name, key, image: undefined, clock: Infinity })
    }
    return unseen
  }

  /** Runs a transaction of replication, asking the app's resolver between attempts as often as it is needed. */
  async #run<T>(body: (session: ReplicaSession, transaction: Transaction, nowMs: number) => Promise<T>): Promise<T> {
    const resolutions = new Map<string, Resolution>()
    const nowMs = this.#clock.now()
    const options = { catalog: this.#catalog, nowMs, strategies: this.#strategies, resolutions }
    for (let round = 0; round < MAX_RESOLUTION_ROUNDS; round++) {
      try {
        return await this.#store.write(async (transaction) => {
          const session = await ReplicaSession.open(transaction, options)
          const result = await body(session, transaction, nowMs)
          await session.finish()
          return result
        })
      } catch (error) {
        if (!(error instanceof ResolutionNeeded)) throw error
        for (const { id, sides } of error.conflicts) {
          const strategy = this.#strategies.get(sides.table)
          resolutions.set(id, typeof strategy === 'function' ? await strategy(sides) : { park: true })
        }
      }
    }
    throw new DatabaseError('InvalidOption', 'The resolver of conflicts does not come to an end.')
  }
}

/** What an entry makes of an item. */
interface ToldImage extends RemoteImage {
  /** Whether the entry only names the item: others may have written it since. */
  readonly isFetched: boolean
}

/** A scope that is being read on, and items that have left theirs in what is taken over with it. */
interface Reading {
  readonly checkpoint: Checkpoint
  readonly departures: Departures | undefined
}

type Departures = Map<string, { readonly scope: string; readonly remote: RemoteImage }>

const ELSEWHERE: ParkingCause = {
  name: 'ValidationException',
  message: 'Others have an item under this key in a scope that is not replicated here. Write it under another key',
}

async function areComplete(reader: Reader, scopes: readonly string[]): Promise<boolean> {
  for (const scope of scopes) if ((await readCheckpoint(reader, scope))?.phase !== 'complete') return false
  return true
}

/** What the client's row tells of pushes that the log no longer has. */
export interface Reconciliation {
  readonly applied?: Attempt
  /** Attempts that are known to have arrived, never to arrive, or of which nobody knows. */
  readonly lost: readonly Attempt[]
  /** What was made before this reading of the clock, or was sent, may have taken effect. */
  readonly unknownBefore?: number
  /** Undefined: this database becomes another client. */
  readonly lastMutation?: number
}

function isKeyOf(table: TableSchema, key: Key): boolean {
  try {
    keyRowKey(table, key)
    return true
  } catch (error) {
    if (error instanceof ServiceException) return false
    throw error
  }
}

/** The last change of each item, and its entry. */
function lastChanges(entries: readonly LogEntry[]): readonly (readonly [ItemChange, number])[] {
  const last = new Map<string, readonly [ItemChange, number]>()
  for (const { sequence, changes } of entries) {
    for (const change of changes) last.set(JSON.stringify([change.table, sortedKey(change.key)]), [change, sequence])
  }
  return [...last.values()]
}

function departureName(scope: string, rowKey: ByteKey): string {
  return JSON.stringify([scope, rowKey])
}

function sortedKey(key: Key): unknown {
  return Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1))
}

function lastOf(entries: readonly LogEntry[]): LogEntry {
  return entries[entries.length - 1] as LogEntry
}

/** A push that expects a head which the log has left behind can never arrive. */
function isOvertaken({ heads }: Attempt, scope: string, sequence: number): boolean {
  const expected = heads[scope]
  return expected !== undefined && expected < sequence
}

function withSequence(checkpoint: Checkpoint, sequence: number, logId: string): Checkpoint {
  const { overlapEnd, phase } = checkpoint
  const isBehind = overlapEnd !== undefined && sequence < overlapEnd
  return { ...checkpoint, sequence, logId, phase: phase === 'catching-up' && !isBehind ? 'complete' : phase }
}

/** Whether nobody has gone on since. */
function isSameCheckpoint(one: Checkpoint, other: Checkpoint): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function headOf({ sequence, logId }: Checkpoint): ScopeHead {
  return { sequence, logId }
}

function attemptOf({ pushId, previousMutation, lastMutation, clock, intents, heads }: Push): Attempt {
  const sequences = Object.fromEntries(Object.entries(heads).map(([scope, { sequence }]) => [scope, sequence]))
  return { pushId, previousMutation, lastMutation, clock, intents, heads: sequences }
}

/** Of the entries that a push has made, by scope. */
function sequencesOf({ heads }: Attempt): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(heads).map(([scope, sequence]) => [scope, sequence + 1]))
}

function isSamePush(attempt: Attempt, push: Push): boolean {
  const { pushId: _id, clock: _clock, ...known } = attempt
  const { pushId: _otherId, clock: _otherClock, ...fresh } = attemptOf(push)
  return JSON.stringify(known) === JSON.stringify(fresh)
}

function keyOf({ positionNames }: TableSchema, item: Item): Key {
  return Object.fromEntries(
    positionNames.flatMap((name) => {
      const value = ownAttribute(item, name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

function versionOf(item: Item | undefined, versionAttribute: string): number | undefined {
  const version = item && ownAttribute(item, versionAttribute)
  return version !== undefined && 'N' in version ? Number(version.N) : undefined
}
