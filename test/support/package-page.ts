// A page that has the built package, as a user without a bundler would serve it: the files of `dist` as they are, and an
// import map for its dependencies. Scenario tests drive it through `window`, because a function that travels to a page
// cannot import.

import { join, resolve } from 'node:path'
import type * as Tidetable from 'tidetable'
import { startStaticServer } from './static-server.ts'
import type { StaticServer } from './static-server.ts'

declare global {
  interface Window {
    /** The package's page entry. */
    tidetable: typeof Tidetable
  }
}

const ROOT = resolve(import.meta.dirname, '../..')

const IMPORT_MAP = {
  imports: {
    tidetable: '/dist/index.js',
    comlink: '/node_modules/comlink/dist/esm/comlink.mjs',
    idb: '/node_modules/idb/build/index.js',
    // The other build asks for Node's environment variables.
    immer: '/node_modules/immer/dist/immer.production.mjs',
  },
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Tidetable</title>
    <link rel="icon" href="data:," />
    <script type="importmap">${JSON.stringify(IMPORT_MAP)}</script>
    <script type="module">
      import * as tidetable from 'tidetable'
      window.tidetable = tidetable
    </script>
  </head>
  <body></body>
</html>`

/** What the server offers beside the page and the package. */
export interface PackageServerOptions {
  /** Further documents by URL path. */
  readonly pages?: Readonly<Record<string, string>>
}

/** Serves the page at `/`. */
export function startPackageServer({ pages = {} }: PackageServerOptions = {}): Promise<StaticServer> {
  return startStaticServer({
    pages: { '/': PAGE, ...pages },
    folders: {
      '/dist/': join(ROOT, 'dist'),
      '/node_modules/comlink/': join(ROOT, 'node_modules/comlink'),
      '/node_modules/idb/': join(ROOT, 'node_modules/idb'),
      '/node_modules/immer/': join(ROOT, 'node_modules/immer'),
    },
  })
}
