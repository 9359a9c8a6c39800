// Tables, keys and indexes as the API describes them.

import type { KeyAttributeType } from './attribute-value.ts'

export type KeyType = 'HASH' | 'RANGE'

export interface KeySchemaElement {
  readonly AttributeName: string
  readonly KeyType: KeyType
}

export interface AttributeDefinition {
  readonly AttributeName: string
  readonly AttributeType: KeyAttributeType
}

export type ProjectionType = 'ALL' | 'KEYS_ONLY' | 'INCLUDE'

export interface Projection {
  readonly ProjectionType?: ProjectionType
  readonly NonKeyAttributes?: readonly string[]
}

export interface ProvisionedThroughput {
  readonly ReadCapacityUnits: number
  readonly WriteCapacityUnits: number
}

export interface LocalSecondaryIndex {
  readonly IndexName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly Projection: Projection
}

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
