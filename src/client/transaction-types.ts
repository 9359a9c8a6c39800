// Recipes and transactions as an app writes them. What they do is loaded with the first of them.

import type { NativeValue, NumberValue } from '../model/native.ts'
import type { ItemOf, KeyOf, TableDefinition } from './define-table.ts'
import type { Condition } from './request.ts'
import type { UpdateChanges } from './update-expression.ts'

/** Something that may be changed in place, whatever its type says. */
export type Draft<T> = [NativeValue] extends [T] ? T : DraftOf<T>

type DraftOf<T> = T extends string | number | bigint | boolean | null | undefined | Uint8Array | NumberValue
  ? T
  : T extends ReadonlySet<infer Member>
    ? Set<Member>
    : T extends object
      ? { -readonly [Name in keyof T]: Draft<T[Name]> }
      : T

/**
 * Changes an item in place; what it returns is not stored. May run more than once, so that it should do nothing else.
 */
export type Recipe<ItemType> = (draft: Draft<ItemType>) => void | Promise<void>

/** What `update` with a recipe may be told. */
export interface RecipeOptions {
  /** The update is refused with ConditionalCheckFailedException unless this holds. */
  readonly if?: Condition
}

/** What an action of a transaction may be told. */
export interface TransactionWriteOptions {
  /** The transaction is cancelled unless this holds. */
  readonly if?: Condition
  /** `ALL_OLD`: the reason of a failed `if` has the item that failed it, in its field `Item`, as AttributeValues. */
  readonly returnValuesOnFailure?: 'ALL_OLD' | 'NONE'
}

/** What a transaction is made of. Nothing is done before its function has ended. */
export interface Transaction {
  /** Stores an item in place of the one with its key, if there is one. */
  put<Definition extends TableDefinition>(
    table: Definition,
    item: ItemOf<Definition>,
    options?: TransactionWriteOptions,
  ): void

  /** Changes attributes of the item with this key, which is made if there is none. */
  update<Definition extends TableDefinition>(
    table: Definition,
    key: KeyOf<Definition>,
    changes: UpdateChanges<ItemOf<Definition>> & TransactionWriteOptions,
  ): void

  /** Removes the item with this key, if there is one. */
  delete<Definition extends TableDefinition>(
    table: Definition,
    key: KeyOf<Definition>,
    options?: TransactionWriteOptions,
  ): void

  /** Requires something of an item that the transaction does not write. */
  check<Definition extends TableDefinition>(
    table: Definition,
    key: KeyOf<Definition>,
    condition: Condition,
    options?: Pick<TransactionWriteOptions, 'returnValuesOnFailure'>,
  ): void

  /**
   * The item with this key as it is stored, to be looked at and changed in place; undefined when there is none. What is
   * changed is written with the transaction, which holds only while all that was looked at is as it was: if others were
   * first the function runs again.
   */
  get<Definition extends TableDefinition>(
    table: Definition,
    key: KeyOf<Definition>,
  ): Promise<Draft<ItemOf<Definition>> | undefined>
}

/** What `transact` may be told. */
export interface TransactOptions {
  /**
   * 1 to 36 characters: for ten minutes the same transaction with the same token has no further effect. One that is no longer
   * the same, as it has changed what it reads, is refused with IdempotentParameterMismatchException.
   */
  readonly token?: string
}
