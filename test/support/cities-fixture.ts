// A small database with a table of cities, for tests of what stands on live results.

import { onTestFinished, vi } from 'vitest'
import { defineTable, type TableDefinition } from '../../src/client/define-table.ts'
import type { Table } from '../../src/client/table.ts'
import { type MemoryDatabase, openMemoryDatabase } from './memory-database.ts'

/** An item of the table. */
export interface City {
  readonly country: string
  readonly name: string
  readonly population?: number
}

/** The table's definition. */
export const CITIES: CitiesDefinition = defineTable<City>()({
  name: 'cities',
  attributes: { country: 'S', name: 'S' },
  key: { partition: 'country', sort: 'name' },
})

type CitiesDefinition = TableDefinition<
  {
    readonly name: string
    readonly attributes: { readonly country: 'S'; readonly name: 'S' }
    readonly key: { readonly partition: 'country'; readonly sort: 'name' }
    readonly globalIndexes?: Record<never, never>
    readonly localIndexes?: Record<never, never>
  },
  City
>

/** An open database with the table in it. */
export interface CitiesFixture extends MemoryDatabase {
  readonly cities: Table<CitiesDefinition>
}

/** Opens a database until the test ends. */
export async function openCities(...present: readonly City[]): Promise<CitiesFixture> {
  const opened = await openMemoryDatabase({ tables: [CITIES] })
  onTestFinished(() => opened.database.close())
  const cities = opened.database.table(CITIES)
  for (const city of present) await cities.put(city)
  return { ...opened, cities }
}

const POLL = { interval: 2, timeout: 60_000 }

/** Resolves when `holds` does, looked at every few milliseconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, POLL)
}
