// The port to what a database is replicated with: a few requests about scopes, their logs and their items. Behind it
// stand DynamoDB's API (dynamo-remote) and, over any road, whoever answers these requests with it. PROTOCOL.md says what
// they mean. Whatever fails rejects with an error whose `name` says why (see remote-failure).

import type { Item, Key } from '../model/attribute-value.ts'

/** An item of a remote table. */
export interface ItemPlace {
  readonly table: string
  readonly key: Key
}

/** The newest entry of a scope's log. */
export interface ScopeHead {
  /** 0 for a scope that was never written to. */
  readonly sequence: number
  /** Drawn when the log began: another one means that the log was lost and begun anew. Empty at sequence 0. */
  readonly logId: string
}

/** What an entry did to one item. */
export interface ItemChange extends ItemPlace {
  /**
   * The item as it became, without its version, which is the entry's sequence number; `deleted`; or `unknown`: it did
   * not fit into the entry, and is to be fetched.
   */
  readonly image: Item | 'deleted' | 'unknown'
  /** When its last write was made, by the hybrid clock of the client that made it; infinite when nobody knows. */
  readonly clock: number
  /** The entry only names the item, and the image was fetched: others may have written it since. No remote answers this. */
  readonly isFetched?: true
}

/**
 * An intent: its place in the order of its database, and the tag of the engine that queued it. Together they name it for
 * ever and everywhere: on a disk that lost its last commits and gives places anew, and on copies of it.
 */
export interface IntentId {
  readonly order: number
  /** 48 bits. */
  readonly tag: number
}

/** One entry of a scope's log: what one push did in this scope. */
export interface LogEntry {
  readonly sequence: number
  readonly clientId: string
  /** Names the push among all pushes. */
  readonly pushId: string
  /** The hybrid clock when it was sent: not before any of its writes was made. */
  readonly clock: number
  /** The client's newest applied mutation with it. */
  readonly lastMutation: number
  /** Entries of the same push in the logs of other scopes. */
  readonly twins: Readonly<Record<string, number>>
  readonly intents: readonly IntentId[]
  readonly changes: readonly ItemChange[]
}

/** A stretch of a scope's log, without a hole. */
export interface LogPage {
  /** From the one after that asked for, each one more than the one before. */
  readonly entries: readonly LogEntry[]
  /** Whether there may be more behind them. */
  readonly isEnd: boolean
  /** Whether entries were seen behind a hole: what is in the hole is still landing, or was cut. */
  readonly hasHole: boolean
}

/** How a remote item has to be for a push to be made. */
export type ExpectedVersion = number | 'absent' | 'unversioned'

/** What a push does to one item. */
export interface PushedItem extends ItemPlace {
  readonly expected: ExpectedVersion
  /** The item as it becomes, without its version; `deleted`; or `checked`: it only has to be as expected. */
  readonly image: Item | 'deleted' | 'checked'
  readonly scope: string
  readonly clock: number
}

/** Some mutations of one client, all or none of which take effect. */
export interface Push {
  readonly clientId: string
  readonly pushId: string
  /** The client's newest applied mutation before, and with the push. */
  readonly previousMutation: number
  readonly lastMutation: number
  readonly clock: number
  readonly intents: readonly IntentId[]
  /** The head of each scope that is written to, as this client knows it; its log goes on with this push. */
  readonly heads: Readonly<Record<string, ScopeHead>>
  readonly items: readonly PushedItem[]
}

/** What the remote knows of a client. */
export interface ClientState {
  readonly lastMutation: number
  /** The push that brought it there, and when it was sent, by the client's hybrid clock. */
  readonly pushId: string
  readonly clock: number
}

/** An item that was not as a push expected it. */
export interface UnexpectedItem extends ItemPlace {
  /** As it is, with its version; undefined when it is not there. */
  readonly current: Item | undefined
}

/** How a push ended, where it ended. */
export type PushOutcome =
  | { readonly kind: 'applied' }
  /** Nothing of it was done. */
  | {
      readonly kind: 'refused'
      /** There when the client's row was not as expected: what it holds, undefined when it is missing. */
      readonly client: { readonly state: ClientState | undefined } | undefined
      /** Whether one of the heads has moved on. */
      readonly headMoved: boolean
      readonly unexpected: readonly UnexpectedItem[]
    }

/** Which items of a table are in a scope. */
export interface ScopedTable {
  readonly table: string
  readonly scope: string
}

/** A page of a scope's items. */
export interface ItemPage {
  /** With their versions. */
  readonly items: readonly Item[]
  /** Where the next page begins; undefined after the last. */
  readonly next: Key | undefined
  /** How many items of the table were looked at for it, where those are more than its own and may be known. */
  readonly looked?: number
}

/** The requests of replication. All reads are strongly consistent. */
export interface RemoteTable {
  readHead(scope: string): Promise<ScopeHead>
  /** The entries behind `after`, as many as one answer holds. */
  readLog(request: { readonly scope: string; readonly after: number }): Promise<LogPage>
  /** Whether an entry that the head is past is gone for good, and not still landing: an isolated read of both. */
  isCut(request: { readonly scope: string; readonly sequence: number }): Promise<boolean>
  readClient(clientId: string): Promise<ClientState | undefined>
  push(push: Push): Promise<PushOutcome>
  readItems(request: ScopedTable & { readonly from: Key | undefined }): Promise<ItemPage>
  /** The items at these places, in their order, with their versions. */
  fetchItems(places: readonly ItemPlace[]): Promise<readonly (Item | undefined)[]>
}
