// The page's database: its three tables, and what the load reads and writes in them through the typed client. Questions
// and changes of the user go through demo/exchange-log.ts instead, in DynamoDB's own shape.

import { defineTable, openDatabase, type Database } from 'tidetable'

import type { Position } from './city.ts'
import {
  CITIES_TABLE,
  COUNTRIES_TABLE,
  DATABASE_NAME,
  DATASET_KEY,
  LATITUDE_INDEX,
  LOADS_TABLE,
  REGION_INDEX,
  type CityAttributes,
  type CountryAttributes,
  type LoadAttributes,
} from './tables.ts'

const cities = defineTable<CityAttributes>()({
  name: CITIES_TABLE,
  attributes: { country: 'S', place: 'S', region: 'S', latitude: 'N' },
  key: { partition: 'country', sort: 'place' },
  globalIndexes: { [REGION_INDEX]: { partition: 'country', sort: ['region', 'place'] } },
  localIndexes: { [LATITUDE_INDEX]: { sort: 'latitude' } },
})

/** The countries and the names of their regions, so that the form needs nothing but the database. */
const countries = defineTable<CountryAttributes>()({
  name: COUNTRIES_TABLE,
  attributes: { country: 'S' },
  key: { partition: 'country' },
})

/** One item: how far the load has come. */
const loads = defineTable<LoadAttributes>()({
  name: LOADS_TABLE,
  attributes: { dataset: 'S' },
  key: { partition: 'dataset' },
})

/**
 * Opens the database, and makes its tables where they are missing.
 * @throws DatabaseError as `openDatabase` does
 */
export function openCityDatabase(): Promise<Database> {
  return openDatabase({ name: DATABASE_NAME, tables: [cities, countries, loads] })
}

/** Stores cities, those that are stored already once more. */
export async function putCities(database: Database, list: readonly CityAttributes[]): Promise<void> {
  await database.table(cities).putMany(list)
}

/** Reads where all stored cities lie: a Scan of two attributes, of which `onPositions` gets each page. */
export async function readPositions(
  database: Database,
  onPositions: (positions: readonly Position[]) => void,
): Promise<void> {
  const scan = database.table(cities).scan({ select: ['latitude', 'longitude'] })
  for await (const { items } of scan.pages()) onPositions(items)
}

/** Stores the countries. */
export async function putCountries(database: Database, list: readonly CountryAttributes[]): Promise<void> {
  await database.table(countries).putMany(list)
}

/** All countries, in no order. */
export async function readCountries(database: Database): Promise<readonly CountryAttributes[]> {
  return database.table(countries).scan()
}

/** How far the load has come, in whichever tab; undefined if it never began. */
export function readLoad(database: Database): Promise<LoadAttributes | undefined> {
  return database.table(loads).get({ dataset: DATASET_KEY }, { consistent: true })
}

/** Stores how far the load has come. */
export async function putLoad(database: Database, load: LoadAttributes): Promise<void> {
  await database.table(loads).put(load)
}
