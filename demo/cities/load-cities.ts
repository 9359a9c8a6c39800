// Loads the cities file by file. After each file the table `Loads` says how far the load has come, so that it goes on from
// there after a stop, a reload or a crash; a file that was stored but not yet noted is stored once more, to the same keys.

import type { Database } from 'tidetable'

import { putCities, putCountries, putLoad, readLoad } from './city-store.ts'
import type { CityRow, DatasetManifest } from './dataset.ts'
import { fetchCities, fetchManifest } from './fetch-dataset.ts'
import { DATASET_KEY, type CityAttributes, type LoadAttributes } from './tables.ts'

/** Only one tab loads at a time. */
const LOAD_LOCK = 'tidetable-demo-load'

/** Told while a load is under way. */
export interface LoadListener {
  /** The countries have been stored. */
  readonly onCountries: () => Promise<void>
  /** These cities have been stored, within this time. */
  readonly onCities: (cities: readonly CityAttributes[], load: LoadAttributes) => void
}

/**
 * Stores what is not stored yet, until `signal` is aborted.
 * @returns how far it came
 * @throws Error if the site cannot be reached or another tab is loading; ServiceException or DatabaseError as the database does.
 */
export async function loadCities(
  database: Database,
  listener: LoadListener,
  signal: AbortSignal,
): Promise<LoadAttributes | undefined> {
  return navigator.locks.request(LOAD_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock === null) throw new Error('Another tab is loading the cities already.')
    try {
      await loadFiles(database, listener, signal)
    } catch (error) {
      // Being stopped in the middle of a fetch is no failure.
      if (!(signal.aborted && error instanceof DOMException && error.name === 'AbortError')) throw error
    }
    return readLoad(database)
  })
}

/** While one file is being stored, the next one is fetched. */
async function loadFiles(database: Database, listener: LoadListener, signal: AbortSignal): Promise<void> {
  const manifest = await fetchManifest(signal)
  let load = await beginLoad(database, manifest)
  await listener.onCountries()
  let nextRows = fetchFileAt(manifest, load.filesStored, signal)
  while (load.filesStored < manifest.files.length && !signal.aborted) {
    const cities = (await nextRows).map(attributesOf)
    nextRows = fetchFileAt(manifest, load.filesStored + 1, signal)
    // A failure is met when the file's turn comes, which after a stop is never.
    nextRows.catch(() => undefined)
    const startMs = performance.now()
    await putCities(database, cities)
    load = nextLoad(load, { manifest, cityCount: cities.length, durationMs: performance.now() - startMs })
    await putLoad(database, load)
    listener.onCities(cities, load)
  }
}

/** Stores the countries and where the load stands: at its beginning, or where it was stopped on the same list. */
async function beginLoad(database: Database, manifest: DatasetManifest): Promise<LoadAttributes> {
  const stored = await readLoad(database)
  if (stored?.version === manifest.version) return stored
  const load: LoadAttributes = {
    dataset: DATASET_KEY,
    version: manifest.version,
    cityCount: manifest.cityCount,
    filesStored: 0,
    citiesStored: 0,
    durationMs: 0,
  }
  await putCountries(
    database,
    manifest.countries.map(([country, cityCount, regions]) => ({ country, cityCount, regions })),
  )
  await putLoad(database, load)
  return load
}

function nextLoad(
  load: LoadAttributes,
  step: { readonly manifest: DatasetManifest; readonly cityCount: number; readonly durationMs: number },
): LoadAttributes {
  const filesStored = load.filesStored + 1
  return {
    ...load,
    filesStored,
    citiesStored: load.citiesStored + step.cityCount,
    durationMs: load.durationMs + step.durationMs,
    ...(filesStored === step.manifest.files.length ? { finishedAtMs: Date.now() } : {}),
  }
}

/** The rows of the file at this place; none beyond the last. */
async function fetchFileAt(manifest: DatasetManifest, index: number, signal: AbortSignal): Promise<readonly CityRow[]> {
  const file = manifest.files[index]
  return file === undefined ? [] : fetchCities(file, signal)
}

function attributesOf([country, place, name, region, latitude, longitude]: CityRow): CityAttributes {
  return { country, place, name: name ?? place, ...(region === null ? {} : { region }), latitude, longitude }
}
