// Fetches the files that the build has cut.

import { DATASET_FOLDER, MANIFEST_FILE, type CityRow, type DatasetManifest } from './dataset.ts'

const FOLDER_URL = new URL(`${DATASET_FOLDER}/`, document.baseURI)

/**
 * What there is to fetch.
 * @throws Error if the site cannot be reached.
 */
export async function fetchManifest(signal: AbortSignal): Promise<DatasetManifest> {
  const response = await fetchFile(MANIFEST_FILE, { signal, cache: 'no-cache' })
  return (await response.json()) as DatasetManifest
}

/**
 * The cities of one file of the manifest.
 * @throws Error if the site cannot be reached.
 */
export async function fetchCities(file: string, signal: AbortSignal): Promise<readonly CityRow[]> {
  const response = await fetchFile(file, { signal })
  return (await response.json()) as readonly CityRow[]
}

async function fetchFile(file: string, init: RequestInit): Promise<Response> {
  const response = await fetch(new URL(file, FOLDER_URL), init)
  if (!response.ok) throw new Error(`The file ${file} of the cities could not be fetched: ${response.status}.`)
  return response
}
