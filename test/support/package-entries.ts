// What package.json says about the package: the build, the aliases of the tests and the record of the public API all go by its
// `exports`, so that an entry is added in one place.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The part of package.json that says what the library is made of. */
interface PackageManifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

/** One module that apps can import. */
export interface PackageEntry {
  /** As apps import it: `tidetable/engine`. */
  readonly specifier: string
  /** Of the built file in `dist`, without its extension. */
  readonly name: string
  /** Relative to the project, as is the declaration's path to `dist/types`. */
  readonly sourcePath: string
  readonly declarationPath: string
}

const MANIFEST = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as PackageManifest

/** Names of the packages that an app gets with ours. */
export const RUNTIME_DEPENDENCIES: readonly string[] = Object.keys(MANIFEST.dependencies)

/** Names of the packages that an app has of its own if it uses the entry for them: React and its like. */
export const PEER_DEPENDENCIES: readonly string[] = Object.keys(MANIFEST.peerDependencies)

/** Every entry: `./dist/types/src/index.d.ts` is made from `src/index.ts`, and `./dist/index.js` with it. */
export const PACKAGE_ENTRIES: readonly PackageEntry[] = Object.entries(MANIFEST.exports).flatMap(([path, entry]) => {
  if (typeof entry === 'string') return []
  const declarationPath = entry.types.replace('./dist/types/', '')
  return [
    {
      specifier: path.replace('.', 'tidetable'),
      name: entry.default.replace('./dist/', '').replace(/\.js$/, ''),
      sourcePath: declarationPath.replace(/\.d\.ts$/, '.ts'),
      declarationPath,
    },
  ]
})
