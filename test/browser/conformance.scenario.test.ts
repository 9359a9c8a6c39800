// The conformance scripts against servers that know nothing of the test: the package's program, and the package in
// Chromium over its IndexedDB.

import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { SCRIPTS } from '../conformance/scripts/all.ts'
import { startBrowserServer } from '../support/browser-server.ts'
import { createHttpEndpoint } from '../support/http-endpoint.ts'
import { killGroup, startProcess } from '../support/processes.ts'
import { replayScripts } from '../support/replay-script.ts'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli.js')

replayScripts('tidetable serve', SCRIPTS, async () => {
  const child = startProcess({
    program: process.execPath,
    args: [PROGRAM, 'serve', '--port', '0'],
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout as Readable, 'data')) as [Buffer]
  const url = /listens on (http:\S+)/.exec(line.toString())?.[1]
  if (url === undefined) throw new Error(`The server said: ${line.toString()}`)
  const endpoint = createHttpEndpoint(url)
  return { send: endpoint.send, close: () => endpoint.close().then(() => killGroup(child)) }
})

replayScripts('the package in Chromium', SCRIPTS, async () => {
  const server = await startBrowserServer({ engine: 'chromium', host: '127.0.0.1', port: 0 })
  const endpoint = createHttpEndpoint(server.url)
  return { send: endpoint.send, close: () => endpoint.close().then(() => server.close()) }
})
