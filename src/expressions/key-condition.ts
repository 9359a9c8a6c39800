// What a bound key condition expression is to its caller: one value per partition key attribute, and what it says of
// the sort key attributes.

import type { AttributeValue } from '../model/attribute-value.ts'
import type { KeyShape } from '../model/key-schema.ts'

/** The key that a query asks for. */
export interface QueriedKey extends KeyShape {
  /** Of the index that has this key; undefined when it is the table's. */
  readonly indexName?: string
}

/** What a key condition says of one sort key attribute. */
export type SortCondition =
  | { readonly kind: '=' | '<' | '<=' | '>' | '>='; readonly value: AttributeValue }
  | { readonly kind: 'BETWEEN'; readonly low: AttributeValue; readonly high: AttributeValue }
  | { readonly kind: 'begins_with'; readonly prefix: AttributeValue }

/** A key condition with its names and values filled in, checked against the key it is for. */
export interface KeyCondition {
  /** One value for each partition key attribute, in the key's order. */
  readonly partition: readonly AttributeValue[]
  /** For the first sort key attributes, in the key's order; all but the last are equalities. */
  readonly sort: readonly SortCondition[]
}
