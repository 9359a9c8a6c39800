// `npm run serve:browser -- --port 8001`: `tidetable serve` with a browser's IndexedDB in place of memory. It starts empty
// and leaves nothing behind.

import { parseArgs } from 'node:util'
import { BROWSER_ENGINES, type BrowserEngine } from './browser-executables.ts'
import { startBrowserServer } from './browser-server.ts'
import { setup as ensureBuild } from './ensure-build.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8001' },
    host: { type: 'string', default: '127.0.0.1' },
    browser: { type: 'string', default: 'chromium' },
  },
})

if (!BROWSER_ENGINES.includes(values.browser as BrowserEngine)) {
  throw new Error(`--browser is one of ${BROWSER_ENGINES.join(', ')}, not ${values.browser}`)
}
ensureBuild()
const server = await startBrowserServer({
  engine: values.browser as BrowserEngine,
  host: values.host,
  port: Number(values.port),
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close().finally(() => process.exit()))
}
console.log(`tidetable listens on ${server.url}, answered by ${values.browser}`)
