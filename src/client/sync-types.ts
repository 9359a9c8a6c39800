// Replication as an app declares and sees it. What does it is loaded when a database is opened with `sync`.

import type { NativeItem } from '../model/native.ts'
import type {
  Credentials,
  ItemSyncState,
  NamedStrategy,
  PollWaits,
  ScopeRule,
  SyncBudget,
  SyncStatus,
  WireParked,
  WirePending,
  WireWrite,
} from '../rpc/sync-protocol.ts'
import type { KeyOf, TableDefinition } from './define-table.ts'
import type { Live } from './live.ts'

/** A gateway of replication (`createSyncGateway`): for apps that keep their credentials on a server of their own. */
export interface GatewayRemote {
  /** e.g. `https://example.com/sync`. */
  readonly url: string
  /** Headers for each request, asked anew each time: whatever `authorize` looks at. Given up after 30 s, as requests are. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  /** Whether cookies go to a gateway of another origin, which has to allow them. To one of the page's own they always do. */
  readonly sendsCookies?: boolean
}

/** DynamoDB's API, straight from the browser. */
export interface DynamoDbRemote {
  /** e.g. `eu-central-1`. */
  readonly region: string
  /** Default the service's own in this region. */
  readonly endpoint?: string
  /** Asked when there are none, anew shortly before they end, and again after 30 s without an answer: an identity pool's. */
  readonly credentials: () => Credentials | Promise<Credentials>
}

/** Another open database of the page, which has the same tables and a companion table. For demonstrations and tests. */
export interface RemoteDatabase {
  readonly name: string
  send(operation: 'TransactWriteItems', input: never): Promise<unknown>
}

/** What tables are replicated with: one of these. */
export type SyncRemote =
  | { readonly gateway: GatewayRemote }
  | { readonly dynamodb: DynamoDbRemote }
  | { readonly database: RemoteDatabase }

/** Both sides of a conflict, and what they come from; undefined stands for an item that is not there. */
export interface ConflictToResolve {
  readonly table: string
  /** The item that the local write was made on. */
  readonly base: NativeItem | undefined
  /** What the local write made of it. */
  readonly local: NativeItem | undefined
  /** What others have made of it. */
  readonly remote: NativeItem | undefined
}

/** The item as it shall be, that it shall be gone, or that the write is parked. */
export type ConflictResolution = { readonly item: NativeItem } | { readonly deleted: true } | { readonly park: true }

/** Decides a conflict. It may take its time, and is asked again when the item has changed meanwhile. */
export type ConflictHandler = (conflict: ConflictToResolve) => ConflictResolution | Promise<ConflictResolution>

/** How one table is replicated. */
export interface TableSync {
  /** Which scope an item belongs to: the value of its partition key, that of an attribute, or one scope for all. */
  readonly scope: ScopeRule
  /** What happens when a local write meets a remote one to the same attributes. Default that of all tables. */
  readonly conflicts?: NamedStrategy | ConflictHandler
  /** Holds the version that the remote gave an item. Default `_version`. */
  readonly versionAttribute?: string
}

/** How a database is replicated. */
export interface SyncOptions {
  readonly remote: SyncRemote
  /** The remote's table of logs (`npx tidetable sync-setup` makes it). Default `tidetable_sync`. */
  readonly companionTable?: string
  /**
   * The tables that are replicated, by name. The items that a table has when its replication begins are queued as puts, and
   * meet those of the remote under the same keys as its strategy says; under `last-writer-wins` the remote's stay.
   */
  readonly tables: Readonly<Record<string, TableSync>>
  /** What decides conflicts of tables that say nothing of it. Default `last-writer-wins`. */
  readonly conflicts?: NamedStrategy | ConflictHandler
  /** The scopes that this database takes part in. */
  readonly scopes: readonly string[]
  /** The waits between two looks at an idle remote. Default from 5 s to a minute. */
  readonly poll?: PollWaits
  /** What looking at the remote may cost. Default no bound. */
  readonly budget?: SyncBudget
  /**
   * Whether the app's service worker, which calls `pushInBackground` of `tidetable/service-worker`, is to push what waits when
   * no tab is there, in browsers that have Background Sync (Chromium's). The declaration is stored for it, but for the
   * functions. Default false.
   */
  readonly pushInBackground?: boolean
  /** Whether it begins paused, unless another tab replicates already. Default false. */
  readonly isPaused?: boolean
}

/** The state of replication, live. There always is one. */
export interface LiveSyncStatus extends Live<SyncStatus> {
  readonly current: SyncStatus
}

/** A conflict that was decided. */
export interface SyncConflict extends ConflictToResolve {
  readonly id: number
  readonly key: NativeItem
  readonly result: NativeItem | undefined
  readonly decidedAtMs: number
}

/** Everything that has not taken effect at the remote, as requests of the API. */
export interface SyncExport {
  readonly pending: readonly WirePending[]
  readonly parked: readonly WireParked[]
}

/** Which replication ends. */
export interface StopOptions {
  /** By their names. Default all that are replicated, declared or not. */
  readonly tables?: readonly string[]
  /** Whether writes that wait or are parked are given up. Default false. */
  readonly discardPending?: boolean
}

/** Replication of an open database. It works the same in every tab, whichever of them replicates. */
export interface DatabaseSync {
  readonly status: LiveSyncStatus

  /** Makes no requests until it is resumed, in all tabs. Writes wait. */
  pause(): Promise<void>

  resume(): Promise<void>

  /**
   * Pulls and pushes now, paused or not; resolves when that is done.
   *
   * @throws Error with the name of what the remote failed with. Nothing is lost by it
   */
  now(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>

  /** How far items have been replicated, in the order of the keys. Worth asking again when the status changes. */
  itemStates<Definition extends TableDefinition>(
    definition: Definition,
    keys: readonly KeyOf<Definition>[],
  ): Promise<readonly ItemSyncState[]>

  /** Writes that cannot be done as they are, and why: they are in no view, and delay none but those that depend on them. */
  parked(): Promise<readonly WireParked[]>

  /**
   * Does a parked write again.
   *
   * @example corrected
   * await db.sync.retry(id, ([write]) => [{ ...write, request: { ...write.request, Item: smaller } }])
   * @param edit answers with what to ask for instead
   * @returns false when it is not parked (any more)
   * @throws ServiceException ValidationException for a request that cannot be done
   */
  retry(id: number, edit?: (writes: readonly WireWrite[]) => readonly WireWrite[]): Promise<boolean>

  /** Gives a parked write up. Answers false when it is not parked (any more). */
  discard(id: number): Promise<boolean>

  /** Everything that has not taken effect at the remote. */
  export(): Promise<SyncExport>

  /** Conflicts that were decided and not looked at yet, oldest first: the newest 10,000. */
  conflicts(): Promise<readonly SyncConflict[]>

  /**
   * Gives a conflict another result, as a write like any other; or, with `keep`, the one it has. It is then no longer
   * listed.
   *
   * @returns false when it is not listed (any more)
   */
  resolve(
    id: number,
    result: { readonly item: NativeItem } | { readonly deleted: true } | { readonly keep: true },
  ): Promise<boolean>

  /**
   * Ends the replication of tables, or of all, for every tab: they are plain tables from then on, with the items that they
   * have. It begins anew when a database is opened that declares them.
   *
   * @returns the writes that were given up: they have taken effect here, and not at the remote (those that were under way
   *   may still)
   * @throws DatabaseError `WritesWaiting` while writes to them wait or are parked, unless they are to be discarded
   * @throws ServiceException `ResourceNotFoundException`
   */
  stop(options?: StopOptions): Promise<SyncExport>

  /** Has the cost counted from now on. With `budget` a new window of the budget begins as well, of which nothing is spent. */
  resetCost(options?: { readonly budget?: boolean }): Promise<void>

  /**
   * Has another budget, of which nothing is spent, or none; in all tabs, until the database is opened anew.
   *
   * @throws DatabaseError `InvalidOption`
   */
  setBudget(budget: SyncBudget | undefined): Promise<void>
}
