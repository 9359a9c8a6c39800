// Serves the demo's cloud beside the demo, in Vite's preview server as in its development server, so that windows with
// different profiles share one. The build has a file in its place which says that there is no server.

import { tsImport } from 'tsx/esm/api'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'

import { CLOUD_FILE, CLOUD_FOLDER, type CloudAnswer, GATEWAY_FILE } from '../harbour/tables.ts'
import type * as CloudModule from './harbour-cloud.ts'

/** Mounts the cloud below `cloud/`. */
export function cloudPlugin(): Plugin {
  return {
    name: 'tidetable-demo-cloud',
    configureServer: mount,
    configurePreviewServer: mount,
    generateBundle() {
      const noCloud: CloudAnswer = {}
      this.emitFile({ type: 'asset', fileName: `${CLOUD_FOLDER}/${CLOUD_FILE}`, source: JSON.stringify(noCloud) })
    },
  }
}

async function mount({ config, middlewares, httpServer }: ViteDevServer | PreviewServer): Promise<void> {
  // The configuration, which every test reads, does not carry the engine.
  const { createHarbourCloud } = (await tsImport('./harbour-cloud.ts', import.meta.url)) as typeof CloudModule
  const { gateway, look, close } = await createHarbourCloud()
  const folder = `${config.base}${CLOUD_FOLDER}/`
  middlewares.use(folder + GATEWAY_FILE, gateway)
  middlewares.use(folder + CLOUD_FILE, look)
  httpServer?.once('close', () => void close())
}
