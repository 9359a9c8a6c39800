// The conformance scripts against servers that know nothing of the test: the package's program, and the package in
// Chromium over its IndexedDB.

import { SCRIPTS } from '../conformance/scripts/all.ts'
import { startBrowserServer } from '../support/browser-server.ts'
import { createHttpEndpoint } from '../support/http-endpoint.ts'
import { killGroup } from '../support/processes.ts'
import { replayScripts } from '../support/replay-script.ts'
import { startServeProgram } from '../support/serve-program.ts'

replayScripts('tidetable serve', SCRIPTS, async () => {
  const { endpoint: url, child } = await startServeProgram()
  const endpoint = createHttpEndpoint(url)
  return { send: endpoint.send, close: () => endpoint.close().then(() => killGroup(child)) }
})

replayScripts('the package in Chromium', SCRIPTS, async () => {
  const server = await startBrowserServer({ engine: 'chromium', host: '127.0.0.1', port: 0 })
  const endpoint = createHttpEndpoint(server.url)
  return { send: endpoint.send, close: () => endpoint.close().then(() => server.close()) }
})
