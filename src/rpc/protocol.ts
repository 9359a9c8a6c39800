// What travels between page and worker: message types only, as Comlink's own protocol file has it. Comlink carries the
// calls of `WorkerDoor`; everything below is their arguments and answers.
//
// Items travel packed. Wherever an input or an output holds an item, the message holds its `hole` instead, and the
// items themselves lie one behind the other in `items`, in the order in which a depth-first walk meets the holes.
// Structured clone keeps identity inside one message, so the receiver knows a hole by `===` and no value that a user
// can send is ever taken for one.

import type { DatabaseErrorCode, DatabaseErrorData } from '../base/database-error.ts'
import type { RawRequest } from '../base/http-message.ts'
import type { LogLevel } from '../base/logger.ts'
import type { EngineStatistics } from '../engine/engine.ts'
import type { WatchUpdate } from '../engine/live/live-news.ts'
import type { WatchedOperation } from '../engine/live/watch-source.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { ServiceExceptionFields, ServiceExceptionName } from '../model/service-exception.ts'
import type { ChangeKind, StreamViewType } from '../model/stream-operations.ts'
import type { TableDeclaration } from '../model/table-declaration.ts'
import type { WriteOrigin } from '../model/write-origin.ts'
import type { PageDoor, SyncCall, SyncSettings } from './sync-protocol.ts'

/** Stands where a packed item was taken out. Only its identity counts. */
export type Hole = Readonly<Record<never, never>>

/** Where a database keeps its data: in IndexedDB, or in the worker's memory until the worker ends. */
export type StorageKind = 'indexeddb' | 'memory'

/** When a write counts as kept: handed to the operating system, or flushed to the disk. */
export type Durability = 'relaxed' | 'strict'

/** Asks a fresh worker to open a database. */
export interface OpenRequest {
  readonly kind: 'open'
  readonly name: string
  readonly storage: StorageKind
  readonly durability: Durability
  /** Of a database that replicates. */
  readonly sync?: SyncSettings
}

/** Asks a fresh worker to delete a database and everything in it. */
export interface EraseRequest {
  readonly kind: 'erase'
  readonly name: string
}

/** The worker has done what the first request asked. */
export interface Opened {
  /** The Web Lock that the worker holds for as long as it lives; undefined where there are no Web Locks. */
  readonly lockName: string | undefined
}

export type { WatchedOperation }

/** How rows travel: as packed items, or as the API's attribute values. */
export type RowForm = 'packed' | 'attribute-values'

/** Operations of the worker itself, beside those of the engine, with their inputs. */
export interface WorkerOperations {
  /** Creates tables and global indexes that are missing. */
  'tidetable:ensure-tables': readonly TableDeclaration[]
  /** Any number of puts, deletes and gets. */
  'tidetable:put-many': BulkInput
  'tidetable:delete-many': BulkInput
  'tidetable:get-many': BulkGetInput
  /** Begins to keep a result right. What becomes of it comes with the news. */
  'tidetable:watch': WatchInput
  /** Ends watches, by their ids. */
  'tidetable:unwatch': readonly number[]
  /** Waits until there is news for the page. The news itself travels as news does, see Settlements. */
  'tidetable:news': undefined
  /** Ends all that news comes of, and has waiting for it answered. */
  'tidetable:end-news': undefined
  /** The changes of a table that are there now, answered with ChangesOutput. If there are none, the first come as news. */
  'tidetable:changes': ChangesInput
  /** Begins a trigger's term, and tells how far it came. Answered with a position, or undefined. */
  'tidetable:claim-checkpoint': TriggerInput
  /** Whether no other term has begun since. */
  'tidetable:holds-checkpoint': TriggerInput
  /** Stores how far a trigger came, if no other term has begun since; whether none has. */
  'tidetable:save-checkpoint': TriggerInput & { readonly position: string }
  /** Has no changes come as news of a request, by its number. */
  'tidetable:end-changes': number
  /** Something about replication. Answered as SyncCommands says. */
  'tidetable:sync': SyncCall
  /** The command `now`: it takes as long as the remote does. */
  'tidetable:sync-now': SyncCall<'now'>
  /** A request of DynamoDB's HTTP protocol. Answered with a RawResponse. */
  'tidetable:http': HttpCall
  'tidetable:statistics': undefined
  'tidetable:close': undefined
}

/** Many items or keys of one table. In the worker `items` are PackedItem instances, on the wire holes. */
export interface BulkInput {
  readonly tableName: string
  readonly items: readonly PackedItem[]
}

/** Many keys of one table. */
export interface BulkGetInput extends BulkInput {
  /** Names of the attributes of the primary key. */
  readonly keyNames: readonly string[]
  /** Default false. */
  readonly isConsistent?: boolean
}

/** A request of DynamoDB's HTTP protocol, and how strictly it is taken. */
export interface HttpCall {
  readonly request: RawRequest
  /** Whether the request must look signed, as servers ask. Nobody verifies signatures here: the page owns the database. */
  readonly requiresSignature: boolean
}

/** What a `tidetable:statistics` tells. */
export type DatabaseStatistics = EngineStatistics

/** What a `tidetable:get-many` found, in the order of its keys. */
export interface BulkOutput {
  readonly items: readonly (PackedItem | null)[]
}

/** A result that is kept right. */
export interface WatchInput {
  /** The page's own number of it. */
  readonly id: number
  readonly operation: WatchedOperation
  /** The operation's input. Its Limit does not count. */
  readonly input: unknown
  /** The most rows; Infinity for all. */
  readonly limitRows: number
  /** Whether writes of this page are told before they are durable. */
  readonly showsTentative: boolean
}

/** What a watch has to tell. In the worker rows are PackedItem instances, on the wire holes. */
export type WireWatchUpdate = WatchUpdate

/** What is new for a page. */
export interface WireNews {
  /** Of its watches. */
  readonly updates: readonly WireWatchUpdate[]
  /** Watches that have ended by themselves, and why. */
  readonly failures: readonly { readonly id: number; readonly error: WireError }[]
  /** Changes that it has asked for. */
  readonly changes: readonly WireChangesNews[]
  /** There is nothing more to come. */
  readonly isEnded: boolean
}

/** What has become of a request for changes that there were none for. */
export type WireChangesNews = { readonly id: number } & (
  | { readonly page: ChangesOutput; readonly error?: undefined }
  | { readonly page?: undefined; readonly error: WireError }
)

/** Which changes of which table are read, from where. */
export interface ChangesInput {
  /** The page's own number of the request. */
  readonly id: number
  readonly tableName: string
  /** `now`, `start`, or a position. */
  readonly from: string
  /** What is shown of an item; undefined for all that the stream shows. */
  readonly view?: StreamViewType
  /** Of changes in one answer. */
  readonly limit: number
  /** Whether the first come as news when there are none. */
  readonly waits: boolean
}

/** A trigger, by name, and one run of it. */
export interface TriggerInput {
  readonly tableName: string
  readonly triggerName: string
  readonly term: string
}

/** A change. In the worker items are PackedItem instances, on the wire holes. */
export interface WireChange {
  readonly kind: ChangeKind
  readonly origin: WriteOrigin
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly sequenceNumber: string
  /** The key of an item that the view does not show. */
  readonly key?: PackedItem
  readonly newItem?: PackedItem
  readonly oldItem?: PackedItem
}

/** What a `tidetable:changes` tells. */
export interface ChangesOutput {
  readonly changes: readonly WireChange[]
  /** What the positions of the changes begin with. */
  readonly label: string
  /** Behind all of them. */
  readonly position: string
  readonly isEnded: boolean
}

/** One call. Calls that ask alike share one object, which structured clone then sends once. */
export interface CallForm {
  /** An operation of the API, or one of WorkerOperations. */
  readonly operation: string
  /** Its input, with holes where items were when `rows` is `packed`. */
  readonly input: unknown
  readonly rows: RowForm
}

/** The calls of one microtask. */
export interface CallBatch {
  /** Counts up from 1 on each worker. */
  readonly number: number
  readonly calls: readonly CallForm[]
  readonly hole: Hole
  /** Each item as varint size, bytes; packed with the page's dictionary. */
  readonly items: Uint8Array<ArrayBuffer> | undefined
  /** Names that the page's dictionary has gained since the last batch. */
  readonly newNames: readonly string[]
}

/** Names that a dictionary of the worker has gained since it was last told of; id 0 and no names for a new one. */
export interface DictionaryNews {
  readonly id: number
  readonly newNames: readonly string[]
}

/** A call that failed, by its place in the batch. */
export interface Failure {
  readonly index: number
  readonly error: WireError
}

/** Results of a batch that settled together. Inverse of CallBatch. */
export interface Settlements {
  /** Places in the batch of the calls in `outputs`. */
  readonly indexes: readonly number[]
  /** What they returned, with holes where items were. */
  readonly outputs: readonly unknown[]
  readonly failures: readonly Failure[]
  readonly hole: Hole
  /** Each item as varint dictionary id, varint size, bytes. */
  readonly items: Uint8Array<ArrayBuffer> | undefined
  readonly dictionaries: readonly DictionaryNews[]
  /** True when the worker forgot which names it has sent: ids start anew with this message. */
  readonly forgetDictionaries: boolean
  /**
   * News up to now: what a call has written is told to live results no later than that it was. Its rows are the first of the
   * items.
   */
  readonly news?: WireNews
  /** How many calls of the batch are still under way: the page asks for them with `rest`. */
  readonly remaining: number
}

/** An error on the wire. Every kind has all that its class holds. */
export type WireError =
  | {
      readonly kind: 'service'
      readonly name: ServiceExceptionName
      readonly message: string
      readonly fields: ServiceExceptionFields
    }
  | {
      readonly kind: 'database'
      readonly code: DatabaseErrorCode
      readonly message: string
      readonly data: DatabaseErrorData
      /** Name and message of the cause. */
      readonly cause: string | undefined
    }
  | { readonly kind: 'assertion'; readonly message: string; readonly stack: string | undefined }
  | { readonly kind: 'other'; readonly name: string; readonly message: string; readonly stack: string | undefined }

/** A value or an error. Comlink's own way of throwing loses fields, so that nothing behind the door ever throws. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError }

/** Receives the worker's log lines. */
export type RemoteLogger = (
  level: LogLevel,
  message: string,
  facts: Readonly<Record<string, unknown>>,
) => void | Promise<void>

/** What the worker exposes through Comlink. */
export interface WorkerDoor {
  /** Answers at once: the worker runs. */
  ping(): Promise<true>
  /**
   * The first request; a worker takes one.
   *
   * @param page what replication asks of the page
   */
  start(request: OpenRequest | EraseRequest, logger: RemoteLogger | undefined, page?: PageDoor): Promise<Answer<Opened>>
  /** Runs the calls, answers with the first group of results. */
  deliver(batch: CallBatch): Promise<Settlements>
  /** Answers with the next group of results of an earlier batch. */
  rest(batchNumber: number): Promise<Settlements>
}
