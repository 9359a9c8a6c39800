// The harbour book as an app sees it: the table, and the three ways in which a device writes into it.

import { type Database, defineTable, expr, type TableDeclaration, type TableDefinition } from 'tidetable'

import { BOOK_TABLE, type BookLine, COMPANION_TABLE, COUNTER_LINE, HARBOUR } from './tables.ts'

type BookDeclaration = TableDeclaration<
  { readonly harbour: 'S'; readonly line: 'S' },
  { readonly partition: 'harbour'; readonly sort: 'line' }
>

/** The book's table. */
export const book: TableDefinition<BookDeclaration, BookLine> = defineTable<BookLine>()({
  name: BOOK_TABLE,
  attributes: { harbour: 'S', line: 'S' },
  key: { partition: 'harbour', sort: 'line' },
})

/** Where a cloud keeps the log of the book. */
export const companion: TableDefinition = defineTable({
  name: COMPANION_TABLE,
  attributes: { pk: 'S', sk: 'N' },
  key: { partition: 'pk', sort: 'sk' },
})

/** What identifies a line. */
export type LineKey = Readonly<Record<'harbour' | 'line', string>>

/** The key of a line of this harbour's book. */
export function lineKey(line: string): LineKey {
  return { harbour: HARBOUR, line }
}

/** Adds to a number: such writes go together with those of others, whoever comes first. */
export async function countShip(database: Database): Promise<void> {
  await database.table(book).update(lineKey(COUNTER_LINE), { add: { count: 1 } })
}

/** A free berth is given on the condition that it is free, which has to hold in the cloud as well. */
export async function giveBerth(database: Database, line: string, ship: string): Promise<void> {
  await database.table(book).update(lineKey(line), { set: { ship }, if: expr`attribute_not_exists(ship)` })
}

/** Another name for the ship in a berth, or none: the later of two such changes stands. */
export async function changeBerth(database: Database, line: string, ship: string): Promise<void> {
  await database.table(book).update(lineKey(line), ship === '' ? { remove: ['ship'] } : { set: { ship } })
}
