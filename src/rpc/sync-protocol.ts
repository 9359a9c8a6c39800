// What travels between page and worker about replication: what the app has declared, what it asks, what the worker asks of
// the page (an app's functions stay there), and what is told of its state.

import type { ScopeRule } from '../engine/table-record.ts'
import type { IntentKind } from '../engine/intent.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import type { Credentials } from '../sync/signed-api.ts'
import type { ConflictSides, Resolution } from '../sync/settings.ts'
import type { Answer } from './protocol.ts'

export type { ConflictSides, Credentials, Resolution, ScopeRule }

/** What the tags of Background Sync begin with; the database's name follows. */
export const BACKGROUND_TAG = 'tidetable:'

/** The strategies that have a name. */
export type NamedStrategy = 'last-writer-wins' | 'merge' | 'remote-wins' | 'local-wins'

/** Where the remote is. */
export type RemotePlace =
  | { readonly kind: 'gateway'; readonly url: string; readonly hasHeaders: boolean; readonly sendsCookies: boolean }
  | { readonly kind: 'dynamodb'; readonly region: string; readonly endpoint?: string }
  /** Asked through the page. */
  | { readonly kind: 'database'; readonly name: string }

/** How a table is replicated. */
export interface SyncedTableSettings {
  readonly scope: ScopeRule
  /** `resolver`: the page decides. */
  readonly conflicts?: NamedStrategy | 'resolver'
  readonly versionAttribute?: string
}

/** The waits between two looks at an idle remote, in milliseconds: from the shortest, doubled each time. */
export interface PollWaits {
  readonly shortestMs: number
  readonly longestMs: number
}

/** What replication may cost. */
export interface SyncBudget {
  /** Read units in a window. When they are used up, the remote is not looked at until the window ends; writes still are pushed. */
  readonly readUnits: number
  /** Default a day. */
  readonly windowMs?: number
}

/** What an app declares of replication, as far as it is data. */
export interface SyncSettings {
  readonly remote: RemotePlace
  readonly companionTable: string
  readonly tables: Readonly<Record<string, SyncedTableSettings>>
  readonly scopes: readonly string[]
  readonly poll?: PollWaits
  readonly isPaused: boolean
  readonly budget?: SyncBudget
  /** Whether the app's service worker may push what waits. */
  readonly pushesInBackground: boolean
}

/** Units that a table has cost. */
export interface TableCost {
  readonly readUnits: number
  readonly writeUnits: number
}

/** How the last failure is told. */
export interface SyncFailure {
  readonly name: string
  readonly message: string
  readonly atMs: number
}

/** What replication is doing. Times are milliseconds since 1970. */
export interface SyncStatus {
  /**
   * `starting`: it is not known yet whether another tab replicates. `paused` by the app. `over-budget`: only writes are
   * pushed. `syncing`: requests are under way. `waiting` for the next attempt after a failure. `idle` until the next look.
   */
  readonly state: 'starting' | 'paused' | 'over-budget' | 'syncing' | 'waiting' | 'idle'
  /** Whether this tab is the one that replicates. */
  readonly replicatesHere: boolean
  /**
   * Whether what is here, without the pending writes, is a state that the remote had: not before all has been read once,
   * nor while some of it is being read anew.
   */
  readonly isComplete: boolean
  /** Writes that wait to be pushed. */
  readonly pending: {
    readonly count: number
    readonly bytes: number
    /** When the oldest was made. */
    readonly oldestAtMs?: number
  }
  readonly parkedCount: number
  readonly conflictCount: number
  /** While scopes are read for the first time, or anew. */
  readonly firstSync?: {
    readonly items: number
    /** 0 to 100, where the remote tells how many items there are: not behind a gateway, nor of partitions. */
    readonly percent?: number
  }
  /** While the items that tables had before their replication began are being queued. */
  readonly adoption?: {
    readonly items: number
    /** 0 to 100. */
    readonly percent: number
  }
  readonly lastPullAtMs?: number
  readonly lastPushAtMs?: number
  readonly nextAttemptAtMs?: number
  readonly lastFailure?: SyncFailure
  /** Where there is one. */
  readonly budget?: {
    readonly readUnits: number
    /** Of them, in the window that ends then. */
    readonly spentUnits: number
    readonly endsAtMs: number
  }
  readonly cost: {
    readonly sinceMs: number
    /** By the names of the tables, the companion table among them. */
    readonly tables: Readonly<Record<string, TableCost>>
    /** Whether they were estimated from sizes, because a gateway does not tell. */
    readonly isEstimate: boolean
  }
}

/** How far an item has been replicated; `local`: its table is not (any more). */
export type ItemSyncState = 'synced' | 'pending' | 'parked' | 'local'

/** A write of one item, as the API's request. */
export interface WireWrite {
  readonly kind: IntentKind
  readonly request: Readonly<Record<string, unknown>> & { readonly TableName: string }
}

/** A write that waits. */
export interface WirePending {
  readonly id: number
  readonly writes: readonly WireWrite[]
  readonly atMs: number
}

/** A write that was put aside. */
export interface WireParked extends WirePending {
  readonly cause: { readonly name: string; readonly message: string }
  readonly parkedAtMs: number
}

/** A conflict that was decided. */
export interface WireConflict {
  readonly id: number
  readonly table: string
  readonly key: Key
  readonly base?: Item
  readonly local?: Item
  readonly remote?: Item
  readonly result?: Item
  readonly decidedAtMs: number
}

/** What is asked of replication, and what each is answered with. */
export interface SyncCommands {
  /** Has the writes of the tables queued from now on, and begins to replicate. */
  begin: { readonly input: undefined; readonly output: SyncStatus }
  pause: { readonly input: undefined; readonly output: void }
  resume: { readonly input: undefined; readonly output: void }
  /** The page is seen again, or has a network again. */
  wake: { readonly input: undefined; readonly output: void }
  /** Pulls and pushes once; `id` is the page's. */
  now: { readonly input: number; readonly output: void }
  'end-now': { readonly input: number; readonly output: void }
  'item-states': {
    readonly input: { readonly table: string; readonly keys: readonly Key[] }
    readonly output: readonly ItemSyncState[]
  }
  /** Those behind the one of this id, or behind 0. */
  pending: {
    readonly input: { readonly after: number; readonly limit: number }
    readonly output: readonly WirePending[]
  }
  parked: { readonly input: undefined; readonly output: readonly WireParked[] }
  retry: {
    readonly input: { readonly id: number; readonly writes?: readonly WireWrite[] }
    readonly output: boolean
  }
  discard: { readonly input: number; readonly output: boolean }
  conflicts: { readonly input: undefined; readonly output: readonly WireConflict[] }
  /** Writes another result; without an item the item is deleted. The conflict is then no longer listed. */
  resolve: { readonly input: { readonly id: number; readonly item?: Item }; readonly output: boolean }
  /** Keeps the result, which is no longer listed. */
  dismiss: { readonly input: number; readonly output: boolean }
  'reset-cost': { readonly input: { readonly withBudget: boolean }; readonly output: void }
  'set-budget': { readonly input: SyncBudget | undefined; readonly output: void }
  /** Ends the replication of tables, or of all; answers with the writes that were given up. */
  stop: {
    readonly input: { readonly tables?: readonly string[]; readonly discardPending: boolean }
    readonly output: { readonly pending: readonly WirePending[]; readonly parked: readonly WireParked[] }
  }
}

/** One of them, as it travels. */
export interface SyncCall<Name extends keyof SyncCommands = keyof SyncCommands> {
  readonly command: Name
  readonly input: SyncCommands[Name]['input']
}

/** What the worker asks of the page, and what the page answers. */
export interface PageRequests {
  headers: { readonly input: undefined; readonly output: Readonly<Record<string, string>> }
  credentials: { readonly input: undefined; readonly output: Credentials }
  resolve: { readonly input: ConflictSides; readonly output: Resolution }
  /** A request for the database that is the remote. */
  send: { readonly input: { readonly operation: string; readonly input: object }; readonly output: unknown }
  /** Told, not asked. */
  status: { readonly input: SyncStatus; readonly output: undefined }
}

/** The page's door for the worker: one function, which Comlink proxies. Like the worker's, it never throws. */
export type PageDoor = <Name extends keyof PageRequests>(
  request: Name,
  input: PageRequests[Name]['input'],
) => Promise<Answer<PageRequests[Name]['output']>>
