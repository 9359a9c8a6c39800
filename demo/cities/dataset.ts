// The form in which the cities travel from the build to the page: one manifest and a row of small files, each parsed
// in about two milliseconds, so that no task of the page grows long. Shared by the build step and by the page.

/** One city as it travels: country code, unique place name, plain name (`null`: the same), region (`null`: none), degrees. */
export type CityRow = readonly [
  country: string,
  place: string,
  name: string | null,
  region: string | null,
  latitude: number,
  longitude: number,
]

/** One country as it travels: its ISO 3166 code, how many cities it has, and the names of its regions in order. */
export type CountryRow = readonly [country: string, cityCount: number, regions: readonly string[]]

/** What there is to fetch. */
export interface DatasetManifest {
  /** Version of the npm package that the cities come from. */
  readonly version: string
  /** Cities in all the files together. */
  readonly cityCount: number
  /** Addresses of the files, relative to the manifest, in loading order. */
  readonly files: readonly string[]
  readonly countries: readonly CountryRow[]
}

/** Folder of the manifest and its files, relative to the page. */
export const DATASET_FOLDER = 'cities'

/** Name of the manifest within its folder. */
export const MANIFEST_FILE = 'manifest.json'

/** Cities in one file, about 130 KB of JSON: a multiple of the 1,000 items that the client sends at a time. */
export const CITIES_PER_FILE = 3_000
