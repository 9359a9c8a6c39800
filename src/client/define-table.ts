// Tables as an app declares them. Everything the client knows of a table at compile time (what a key is made of, which
// index may be asked for which attributes, what an item looks like) is inferred from this one declaration.

import type { KeyAttributeType } from '../model/attribute-value.ts'
import type { NativeValue, NumberValue } from '../model/native.ts'
import type { AttributeTypes, GlobalIndex, LocalIndex, TableDeclaration, TableKey } from '../model/table-declaration.ts'

declare const itemType: unique symbol

/** A declaration with the type of the table's items. */
export type TableDefinition<
  Declaration extends TableDeclaration = TableDeclaration,
  ItemType extends object = object,
> = Declaration & {
  /** Never set: carries the type of the items. */
  readonly [itemType]?: ItemType
}

/** What a key attribute of this type may be given as. */
export type KeyInput<Type extends KeyAttributeType> = Type extends 'S'
  ? string
  : Type extends 'N'
    ? number | bigint | NumberValue
    : Uint8Array

/** What a key attribute of this type is read as. Numbers that a JavaScript number cannot hold come as NumberValue. */
export type KeyOutput<Type extends KeyAttributeType> = Type extends 'S'
  ? string
  : Type extends 'N'
    ? number
    : Uint8Array

/** The names of an index side, which is one name or a list of names. */
export type NamesOf<Side> = Side extends string
  ? Side
  : Side extends readonly (infer Name extends string)[]
    ? Name
    : never

/** The names that make the primary key. */
export type PrimaryKeyNames<Declaration extends TableDeclaration> =
  | Declaration['key']['partition']
  | NamesOf<Declaration['key']['sort']>

/** The primary key of an item, as it is given to `get`, `update` and `delete`. */
export type KeyOf<Declaration extends TableDeclaration> = {
  readonly [Name in PrimaryKeyNames<Declaration>]: KeyInput<Declaration['attributes'][Name]>
}

/** The items of a table that is defined without a type of its own. */
export type OpenItem<Declaration extends TableDeclaration> = {
  [Name in PrimaryKeyNames<Declaration>]: KeyOutput<Declaration['attributes'][Name]>
} & {
  [Name in Exclude<keyof Declaration['attributes'], PrimaryKeyNames<Declaration>>]?: KeyOutput<
    Declaration['attributes'][Name]
  >
} & { [attributeName: string]: NativeValue | undefined }

/** Attributes that keys use, as an item type must have them: those of the primary key always, the others if it will. */
export type RequiredByKeys<Declaration extends TableDeclaration> = {
  readonly [Name in PrimaryKeyNames<Declaration>]: KeyInput<Declaration['attributes'][Name]>
} & {
  readonly [Name in Exclude<keyof Declaration['attributes'], PrimaryKeyNames<Declaration>>]?:
    | KeyInput<Declaration['attributes'][Name]>
    | undefined
}

/** Declares tables whose items have the type `ItemType`. */
export type DefineTypedTable<ItemType extends object> = <
  const Types extends AttributeTypes,
  const PrimaryKey extends TableKey<keyof Types & keyof ItemType & string>,
  const GlobalIndexes extends Readonly<Record<string, GlobalIndex<keyof Types & string>>> = Record<never, never>,
  const LocalIndexes extends Readonly<Record<string, LocalIndex<keyof Types & string>>> = Record<never, never>,
>(
  declaration: TableDeclaration<Types, PrimaryKey, GlobalIndexes, LocalIndexes> &
    (ItemType extends RequiredByKeys<TableDeclaration<Types, PrimaryKey>>
      ? unknown
      : { readonly attributes: 'An attribute of a key has another type in the items.' }),
) => TableDefinition<TableDeclaration<Types, PrimaryKey, GlobalIndexes, LocalIndexes>, ItemType>

/**
 * Declares a table.
 *
 * @example
 * const cities = defineTable({
 *   name: 'cities',
 *   attributes: { country: 'S', name: 'S', population: 'N' },
 *   key: { partition: 'country', sort: 'name' },
 *   localIndexes: { byPopulation: { sort: 'population' } },
 * })
 *
 * @example with a type for the items
 * const cities = defineTable<City>()({ name: 'cities', … })
 */
export function defineTable<
  const Types extends AttributeTypes,
  const PrimaryKey extends TableKey<keyof Types & string>,
  const GlobalIndexes extends Readonly<Record<string, GlobalIndex<keyof Types & string>>> = Record<never, never>,
  const LocalIndexes extends Readonly<Record<string, LocalIndex<keyof Types & string>>> = Record<never, never>,
>(
  declaration: TableDeclaration<Types, PrimaryKey, GlobalIndexes, LocalIndexes>,
): TableDefinition<
  TableDeclaration<Types, PrimaryKey, GlobalIndexes, LocalIndexes>,
  OpenItem<TableDeclaration<Types, PrimaryKey>>
>
export function defineTable<ItemType extends object>(): DefineTypedTable<ItemType>
export function defineTable(declaration?: TableDeclaration): unknown {
  return declaration ?? ((typed: TableDeclaration) => typed)
}

/** The type of a table's items: `ItemOf<typeof cities>`. */
export type ItemOf<Definition> = Definition extends { readonly [itemType]?: infer ItemType extends object }
  ? ItemType
  : never
