// What replication remembers of itself, row by row, in the database that it replicates (spaces 07 and 08).

import type { ByteKey } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { decodeJsonRow, encodeJsonRow } from '../engine/json-row.ts'
import type { IntentAction } from '../engine/intent.ts'
import { parkedKey, parkedRange, prefixRange, replicationKey, replicationRange } from '../engine/keyspace.ts'
import { forEachRow } from '../engine/for-each-row.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { encodeOrdered } from '../model/ordered-key.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import type { CostReport } from './cost-meter.ts'
import type { ParkingCause } from './rebase.ts'
import type { IntentId } from './remote-table.ts'

/** This database as a client of the remote. */
export interface ReplicaState {
  readonly clientId: string
  /** The newest mutation that the remote has applied, as far as this client knows. */
  readonly lastMutation: number
  /**
   * Pushes up to this mutation were made under this client's id, and were not all read from the logs yet: by a copy of
   * this database, or by itself before a disk lost its last commits. 0 when there are none.
   */
  readonly unseenMutation: number
  /** The number that the next recorded conflict gets. */
  readonly nextConflict: number
  /** How often a scope began to be read, and how often that had been when all were last brought to one point. */
  readonly loadCount: number
  readonly unitedLoadCount: number
}

/** How far the paging of a scope's items has come. */
export interface ScopeLoad {
  /** Tables that are still to be paged through; the first is under way. */
  readonly tables: readonly string[]
  /** Where the next page of the first table begins. */
  readonly from?: Key
  /** Whether there may be items here that the remote has no more. */
  readonly isResync: boolean
  /** Items that have been read, and those that were looked at for them. */
  readonly itemCount: number
  readonly lookedCount: number
}

/** How far a scope has been pulled. */
export interface Checkpoint {
  readonly scope: string
  /**
   * `loading`: its items are being paged through. `catching-up`: they have been, and the log is read from where it was
   * when that began. `complete`: what is here is a state that the remote had.
   */
  readonly phase: 'loading' | 'catching-up' | 'complete'
  /** The newest entry that is in effect here; of its log. */
  readonly sequence: number
  readonly logId: string
  readonly load?: ScopeLoad
  /** The head when the paging had ended: entries up to it may be in effect already, item by item. */
  readonly overlapEnd?: number
}

/** A push that may have been sent and whose fate is not known. */
export interface Attempt {
  readonly pushId: string
  readonly previousMutation: number
  readonly lastMutation: number
  readonly clock: number
  readonly intents: readonly IntentId[]
  /** Of each scope the sequence number that it expects at the head. */
  readonly heads: Readonly<Record<string, number>>
}

/** A mutation that was put aside. */
export interface ParkedMutation {
  readonly order: number
  readonly clock: number
  readonly tag: number
  readonly actions: readonly IntentAction[]
  readonly cause: ParkingCause
  /** When it was put aside, in milliseconds since 1970. */
  readonly parkedAtMs: number
  /** Intents before this place were made on a view that it was part of: those that touch its items wait for it. */
  readonly blocksBefore: number
}

/** A conflict that was decided. */
export interface ConflictRecord {
  readonly number: number
  readonly table: string
  readonly key: Key
  readonly base?: Item
  readonly local?: Item
  readonly remote?: Item
  readonly result?: Item
  /** Places of the local writes in it. */
  readonly orders: readonly number[]
  readonly decidedAtMs: number
}

/** What replication has cost, and since when. */
export interface Spending {
  readonly cost: CostReport
  /** The stretch of time that a budget is for. */
  readonly window: BudgetWindow | undefined
}

/** A stretch of time that a budget is for. */
export interface BudgetWindow {
  readonly endAtMs: number
  /** Units that had been counted when it began. */
  readonly unitsBefore: number
}

const STATE = 'm'
const SPENDING = 'u'
const BACKGROUND = 'b'
const CHECKPOINT = 's'
const ATTEMPT = 'a'
const SEEN = 'r'
const STATE_KEY: ByteKey = replicationKey(STATE, '')
const SPENDING_KEY: ByteKey = replicationKey(SPENDING, '')
const BACKGROUND_KEY: ByteKey = replicationKey(BACKGROUND, '')
const NOTHING = new Uint8Array(0)

/** Conflicts that are kept; the oldest go. */
export const MAX_CONFLICT_RECORDS = 10_000

/** This database as a client; undefined before replication began. */
export function readReplicaState(reader: Reader): MaybePromise<ReplicaState | undefined> {
  return after(reader.get(STATE_KEY), (row) => (row === undefined ? undefined : (decodeJsonRow(row) as ReplicaState)))
}

/** Stores it. */
export function writeReplicaState(transaction: Transaction, state: ReplicaState): void {
  transaction.put(STATE_KEY, encodeJsonRow(state))
}

/** What replication has cost; undefined before it cost anything. */
export function readSpending(reader: Reader): MaybePromise<Spending | undefined> {
  return after(reader.get(SPENDING_KEY), (row) => (row === undefined ? undefined : (decodeJsonRow(row) as Spending)))
}

/** Stores it. */
export function writeSpending(transaction: Transaction, spending: Spending): void {
  transaction.put(SPENDING_KEY, encodeJsonRow(spending))
}

/** What a service worker has to know to replicate without a page, as it was stored; undefined where it shall not. */
export function readBackground(reader: Reader): MaybePromise<unknown> {
  return after(reader.get(BACKGROUND_KEY), (row) => row && decodeJsonRow(row))
}

/** Stores it, or forgets it. */
export function writeBackground(transaction: Transaction, settings: object | undefined): void {
  if (settings === undefined) transaction.delete(BACKGROUND_KEY)
  else transaction.put(BACKGROUND_KEY, encodeJsonRow(settings))
}

/** How far a scope has been pulled; undefined when nothing is known of it. */
export function readCheckpoint(reader: Reader, scope: string): MaybePromise<Checkpoint | undefined> {
  return after(reader.get(checkpointKey(scope)), (row) =>
    row === undefined ? undefined : (decodeJsonRow(row) as Checkpoint),
  )
}

/** How far each scope has been pulled. */
export function readCheckpoints(reader: Reader): MaybePromise<readonly Checkpoint[]> {
  return readAll<Checkpoint>(reader, replicationRange(CHECKPOINT))
}

/** Stores it. */
export function writeCheckpoint(transaction: Transaction, checkpoint: Checkpoint): void {
  transaction.put(checkpointKey(checkpoint.scope), encodeJsonRow(checkpoint))
}

/** Forgets how far a scope has been pulled. */
export function deleteCheckpoint(transaction: Transaction, scope: string): void {
  transaction.delete(checkpointKey(scope))
}

/** Pushes of unknown fate. */
export function readAttempts(reader: Reader): MaybePromise<readonly Attempt[]> {
  return readAll<Attempt>(reader, replicationRange(ATTEMPT))
}

/** Stores a push before it is sent. */
export function writeAttempt(transaction: Transaction, attempt: Attempt): void {
  transaction.put(replicationKey(ATTEMPT, attempt.pushId), encodeJsonRow(attempt))
}

/** Forgets a push whose fate is known. */
export function deleteAttempt(transaction: Transaction, { pushId }: Attempt): void {
  transaction.delete(replicationKey(ATTEMPT, pushId))
}

/** What was put aside, in the order of the writes. */
export function readParked(reader: Reader): MaybePromise<readonly ParkedMutation[]> {
  return readAll<ParkedMutation>(reader, parkedRange('parked'))
}

/** Puts a mutation aside. */
export function writeParked(transaction: Transaction, parked: ParkedMutation): void {
  transaction.put(parkedKey('parked', parked.order), encodeJsonRow(parked))
}

/** A mutation that was put aside. */
export function readParkedMutation(reader: Reader, order: number): MaybePromise<ParkedMutation | undefined> {
  const row = reader.get(parkedKey('parked', order))
  return after(row, (found) => (found === undefined ? undefined : (decodeJsonRow(found) as ParkedMutation)))
}

/** Takes a mutation out of what was put aside. */
export function deleteParked(transaction: Transaction, order: number): void {
  transaction.delete(parkedKey('parked', order))
}

/** Recorded conflicts, oldest first. */
export function readConflicts(reader: Reader): MaybePromise<readonly ConflictRecord[]> {
  return readAll<ConflictRecord>(reader, parkedRange('conflict'))
}

/** A recorded conflict. */
export function readConflict(reader: Reader, number: number): MaybePromise<ConflictRecord | undefined> {
  const row = reader.get(parkedKey('conflict', number))
  return after(row, (found) => (found === undefined ? undefined : (decodeJsonRow(found) as ConflictRecord)))
}

/** Forgets a conflict. */
export function deleteConflict(transaction: Transaction, number: number): void {
  transaction.delete(parkedKey('conflict', number))
}

/** Records a conflict; the oldest makes room. */
export function writeConflict(transaction: Transaction, conflict: ConflictRecord): void {
  transaction.put(parkedKey('conflict', conflict.number), encodeJsonRow(conflict))
  const oldest = conflict.number - MAX_CONFLICT_RECORDS
  if (oldest >= 0) transaction.delete(parkedKey('conflict', oldest))
}

/** Notes that a resync has met an item. */
export function markSeen(transaction: Transaction, scope: string, itemKey: ByteKey): void {
  transaction.put(seenKey(scope, itemKey), NOTHING)
}

/** Whether a resync has met an item. */
export function wasSeen(reader: Reader, scope: string, itemKey: ByteKey): MaybePromise<boolean> {
  return after(reader.get(seenKey(scope, itemKey)), (row) => row !== undefined)
}

/** Forgets which items a resync has met. */
export function forgetSeen(transaction: Transaction, scope: string): MaybePromise<void> {
  const keys: ByteKey[] = []
  const walk = forEachRow(transaction.scan(prefixRange(seenKey(scope, ''))), ({ key }) => keys.push(key) > 0)
  return after(walk, () => {
    for (const key of keys) transaction.delete(key)
  })
}

function seenKey(scope: string, itemKey: ByteKey): ByteKey {
  return replicationKey(SEEN, encodeOrdered({ S: scope }) + itemKey)
}

function checkpointKey(scope: string): ByteKey {
  return replicationKey(CHECKPOINT, encodeOrdered({ S: scope }))
}

function readAll<Value>(
  reader: Reader,
  range: { readonly start: ByteKey; readonly end: ByteKey },
): MaybePromise<Value[]> {
  const found: Value[] = []
  const walk = forEachRow(reader.scan(range), ({ value }) => found.push(decodeJsonRow(value) as Value) > 0)
  return after(walk, () => found)
}
