// Tables, keys and indexes as the API describes them.

import type { KeyAttributeType } from './attribute-value.ts'

/** HASH for partition key attributes, RANGE for sort key attributes. */
export type KeyType = 'HASH' | 'RANGE'

/** One attribute of a key, in the API's words. */
export interface KeySchemaElement {
  readonly AttributeName: string
  readonly KeyType: KeyType
}

/** The type of an attribute that is part of some key. */
export interface AttributeDefinition {
  readonly AttributeName: string
  readonly AttributeType: KeyAttributeType
}

/** Which attributes the rows of an index hold: all, those of the keys, or some more. */
export type ProjectionType = 'ALL' | 'KEYS_ONLY' | 'INCLUDE'

/** The attributes that the rows of an index hold. */
export interface Projection {
  readonly ProjectionType?: ProjectionType
  readonly NonKeyAttributes?: readonly string[]
}

/** Capacity units a second. */
export interface ProvisionedThroughput {
  readonly ReadCapacityUnits: number
  readonly WriteCapacityUnits: number
}

/** An index with the table's partition key and a sort key of its own. */
export interface LocalSecondaryIndex {
  readonly IndexName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly Projection: Projection
}

/** An index with a key of its own. */
export interface GlobalSecondaryIndex extends LocalSecondaryIndex {
  readonly ProvisionedThroughput?: ProvisionedThroughput
}

/** One attribute of a key, with its type. */
export interface KeyAttribute {
  readonly name: string
  readonly type: KeyAttributeType
}

/** A key schema joined with its attribute definitions: what the engine works with. */
export interface KeyShape {
  /** One for a table; up to four for a global index with a multi-attribute key. */
  readonly partition: readonly KeyAttribute[]
  /** None or one for a table; up to four for a global index with a multi-attribute key. */
  readonly sort: readonly KeyAttribute[]
}
