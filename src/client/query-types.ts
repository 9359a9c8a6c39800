// Requests of `query` and `scan`, as the table's declaration types them.

import type { KeyAttributeType } from '../model/attribute-value.ts'
import type { TableDeclaration } from '../model/table-declaration.ts'
import type { KeyInput, NamesOf } from './define-table.ts'
import type { Expression } from './expression.ts'

/** What a sort key attribute must be like: equal to a value, or in a range. */
export type SortCondition<Value> =
  | Value
  | { readonly '<': Value }
  | { readonly '<=': Value }
  | { readonly '>': Value }
  | { readonly '>=': Value }
  | { readonly between: readonly [low: Value, high: Value] }
  | (Value extends string | Uint8Array ? { readonly beginsWith: Value } : never)

type ValueOf<Declaration extends TableDeclaration, Name> = Name extends keyof Declaration['attributes']
  ? KeyInput<Declaration['attributes'][Name] & KeyAttributeType>
  : never

/** The part of a key that a query gives: all partition key attributes, and of the sort key what it will. */
export type KeyConditions<Declaration extends TableDeclaration, Partition, Sort> = {
  readonly [Name in NamesOf<Partition>]: ValueOf<Declaration, Name>
} & {
  readonly [Name in NamesOf<Sort>]?: SortCondition<ValueOf<Declaration, Name>>
} & {
  // Says that other attributes may not be asked for: unions of objects accept the members of all their parts.
  readonly [Name in Exclude<keyof Declaration['attributes'], NamesOf<Partition> | NamesOf<Sort>>]?: never
}

/** What queries and scans have in common. */
export interface ReadOptions<Names extends PropertyKey = string> {
  /** Rows that fail it are left out, after they have been looked at. */
  readonly filter?: Expression
  /** Top-level attributes to return; all that the table or index has by default. */
  readonly select?: readonly Names[]
  /** The most rows to return, 0 or more. */
  readonly limit?: number
  /** The most items that the engine looks at for one page, 1 or more. By default a page ends at 1 MB. */
  readonly pageSize?: number
  /** Reads what all other tabs have written so far. Global indexes refuse it, as the service does. Default false. */
  readonly consistent?: boolean
  /** Starts after this cursor of an earlier page. */
  readonly after?: string
  /** Stops between pages, and rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A query of the table itself. */
export interface TableQuery<Declaration extends TableDeclaration> {
  readonly index?: undefined
  readonly where: KeyConditions<Declaration, Declaration['key']['partition'], Declaration['key']['sort']>
}

/** A query of one of the indexes. */
export type IndexQuery<Declaration extends TableDeclaration> =
  | GlobalIndexQuery<Declaration, NonNullable<Declaration['globalIndexes']>>
  | LocalIndexQuery<Declaration, NonNullable<Declaration['localIndexes']>>

type GlobalIndexQuery<Declaration extends TableDeclaration, Indexes> = {
  readonly [Index in keyof Indexes]: {
    readonly index: Index
    readonly where: KeyConditions<Declaration, Member<Indexes[Index], 'partition'>, Member<Indexes[Index], 'sort'>>
  }
}[keyof Indexes]

type LocalIndexQuery<Declaration extends TableDeclaration, Indexes> = {
  readonly [Index in keyof Indexes]: {
    readonly index: Index
    readonly where: KeyConditions<Declaration, Declaration['key']['partition'], Member<Indexes[Index], 'sort'>>
  }
}[keyof Indexes]

type Member<Holder, Name> = Name extends keyof Holder ? Holder[Name] : never

/** The indexes of a table, by name. */
export type IndexNames<Declaration extends TableDeclaration> =
  | (keyof NonNullable<Declaration['globalIndexes']> & string)
  | (keyof NonNullable<Declaration['localIndexes']> & string)

/** A query: a key condition, on the table or on an index, and how to read. */
export type QueryRequest<Declaration extends TableDeclaration, Names extends PropertyKey = string> = (
  | TableQuery<Declaration>
  | IndexQuery<Declaration>
) &
  ReadOptions<Names> & {
    /** From the end of the sort key's order. Default false. */
    readonly reverse?: boolean
  }

/** A scan of the table or an index, or of one of several segments of it. */
export type ScanRequest<
  Declaration extends TableDeclaration,
  Names extends PropertyKey = string,
> = ReadOptions<Names> & {
  readonly index?: IndexNames<Declaration>
  /** 0 to `totalSegments` - 1. */
  readonly segment?: number
  readonly totalSegments?: number
}
