// A table as an app declares it: the shape that travels to the worker, which brings the stored table up to it. The
// client's `defineTable` adds the types that are inferred from it.

import type { KeyAttributeType } from './attribute-value.ts'
import type { StreamViewType } from './stream-operations.ts'

/** Types of the attributes that keys are made of: `S` string, `N` number, `B` binary. */
export type AttributeTypes = Readonly<Record<string, KeyAttributeType>>

/** Which attributes an index keeps: all, the keys only, or the keys and those named. */
export type IndexProjection = 'ALL' | 'KEYS_ONLY' | readonly string[]

/** The key of a table. */
export interface TableKey<Name extends string = string> {
  readonly partition: Name
  readonly sort?: Name
}

/** A global index: a key of its own, of up to four attributes on each side. */
export interface GlobalIndex<Name extends string = string> {
  readonly partition: Name | readonly Name[]
  readonly sort?: Name | readonly Name[]
  /** Default `ALL`. */
  readonly projection?: IndexProjection
}

/** A local index: the table's partition key with another sort key. It can be declared only with the table. */
export interface LocalIndex<Name extends string = string> {
  readonly sort: Name
  /** Default `ALL`. */
  readonly projection?: IndexProjection
}

/** A table, its key and its indexes. `attributes` names the type of every attribute that a key uses. */
export interface TableDeclaration<
  Types extends AttributeTypes = AttributeTypes,
  PrimaryKey extends TableKey = TableKey,
  GlobalIndexes extends Readonly<Record<string, GlobalIndex>> = Readonly<Record<string, GlobalIndex>>,
  LocalIndexes extends Readonly<Record<string, LocalIndex>> = Readonly<Record<string, LocalIndex>>,
> {
  readonly name: string
  readonly attributes: Types
  readonly key: PrimaryKey
  readonly globalIndexes?: GlobalIndexes
  readonly localIndexes?: LocalIndexes
  /** Gives the table a stream of its changes, and says what its records show of an item. */
  readonly stream?: StreamViewType
  /** The attribute that holds when an item expires, in seconds since 1970: it is deleted within a second of it. */
  readonly timeToLive?: string
}
