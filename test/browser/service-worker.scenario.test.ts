// A tab that is closed before its writes were pushed: the app's service worker pushes them when the browser says so. Chromium
// alone has Background Sync; its moment comes by the protocol of the developer tools.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CDPSession, Page } from 'puppeteer-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import type { SyncedDatabase } from '../../src/client/open-database.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import { nodeListener } from '../../src/server/node-listener.ts'
import { createSyncGateway } from '../../src/server/sync-gateway.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { createProfile, launchPuppeteer, type PuppeteerBrowser, removeProfile } from '../support/browsers.ts'
import { createNetwork, type Network } from '../support/network.ts'
import { startPackageServer } from '../support/package-page.ts'
import { killGroup } from '../support/processes.ts'
import type { StaticServer } from '../support/static-server.ts'

declare global {
  interface Window {
    held: SyncedDatabase
  }
}

const TIMEOUT_MS = 300_000
const TAG = 'tidetable:held'
const NOTES = {
  name: 'notes',
  attributes: { list: 'S', id: 'S' },
  key: { partition: 'list', sort: 'id' },
} as const
/** Tells when it has done what an event asked for. */
const SERVICE_WORKER = `
const { waitUntil } = ExtendableEvent.prototype
ExtendableEvent.prototype.waitUntil = function (work) {
  const done = new BroadcastChannel('done')
  waitUntil.call(this, work.finally(() => done.postMessage(this.type)))
}
import { pushInBackground } from '/dist/service-worker.js'
pushInBackground({ headers: () => ({ authorization: 'Bearer token' }) })
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
`

let cloud: Engine
let gateway: Server
let network: Network
let pages: StaticServer
let profile: string
let chromium: PuppeteerBrowser
/** A page of the same origin that has no database. */
let bystander: Page
let tools: CDPSession
let registrationId: string | undefined

beforeEach(async () => {
  cloud = createEngine({ store: createMemoryStore(), clock: systemClock, random: seededRandom(1) })
  await createTable('notes', ['list', 'S'], ['id', 'S'])
  await createTable('tidetable_sync', ['pk', 'S'], ['sk', 'N'])
  pages = await startPackageServer({ pages: { '/blank.html': '', '/sw.js': SERVICE_WORKER } })
  gateway = createServer(nodeListener(createHandler()))
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  network = await createNetwork(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`)
  profile = await createProfile('chromium')
  chromium = await launchPuppeteer('chromium', profile)
  await chromium.browser.defaultBrowserContext().overridePermissions(pages.origin, ['background-sync'])
  bystander = await newPage()
  await bystander.goto(`${pages.origin}/blank.html`)
  tools = await bystander.createCDPSession()
  tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    registrationId = registrations.at(-1)?.registrationId
  })
  await tools.send('ServiceWorker.enable')
}, TIMEOUT_MS)

afterEach(async () => {
  await chromium.browser.close()
  await killGroup(chromium.child)
  await removeProfile(profile)
  await network.close()
  gateway.closeAllConnections()
  await new Promise((resolve) => gateway.close(resolve))
  await pages.close()
  await cloud.close()
}, TIMEOUT_MS)

it(
  'pushes what a tab has left behind, and nothing while a tab does so itself',
  async () => {
    const app = await openApp()
    await app.evaluate(() =>
      window.held.table({ name: 'notes' } as never).put({ list: 'home', id: 'by the tab' } as never),
    )
    await dispatchSync()
    await until(async () => (await remoteIds()).length === 1)

    network.setOnline(false)
    await app.evaluate(() => window.held.table({ name: 'notes' } as never).put({ list: 'home', id: 'left' } as never))
    await until(() => app.evaluate(waitsForServiceWorker, TAG))
    await app.close()
    network.setOnline(true)
    expect(await remoteIds()).toEqual(['by the tab'])

    await dispatchSync()
    await until(async () => (await remoteIds()).length === 2)
    // The next tab finds nothing to push: the remote has it once, as the first version.
    const next = await openApp()
    await next.evaluate(() => window.held.sync.now())
    const status = await next.evaluate(() => window.held.sync.status.current)
    expect([status.pending.count, status.conflictCount, status.parkedCount]).toEqual([0, 0, 0])
    expect(await next.evaluate(readLeft)).toEqual({ list: 'home', id: 'left', _version: 2 })
  },
  TIMEOUT_MS,
)

it(
  'leaves writes alone that the app has paused',
  async () => {
    const app = await openApp()
    await app.evaluate(async () => {
      await window.held.sync.pause()
      await window.held.table({ name: 'notes' } as never).put({ list: 'home', id: 'kept' } as never)
    })
    await app.close()
    await bystander.evaluate(() => {
      new BroadcastChannel('done').onmessage = ({ data }) => {
        // That it is installed and activated is told as well.
        if (data === 'sync') document.title = 'done'
      }
    })
    await dispatchSync()
    await bystander.waitForFunction(() => document.title === 'done')
    expect(await remoteIds()).toEqual([])
  },
  TIMEOUT_MS,
)

function createHandler(): (request: Request) => Promise<Response> {
  return createSyncGateway({
    api: { send: (operation, input) => cloud.dispatch(operation, input) },
    companionTable: 'tidetable_sync',
    tables: {
      notes: {
        key: { partition: [{ name: 'list', type: 'S' }], sort: [{ name: 'id', type: 'S' }] },
        scope: { kind: 'partition' },
        versionAttribute: '_version',
      },
    },
    crossOrigin: { origins: [pages.origin] },
    authorize: ({ headers }) =>
      headers.get('authorization') === 'Bearer token' ? { caller: 'anna', read: ['home'], write: ['home'] } : undefined,
  })
}

async function createTable(
  TableName: string,
  [partition, partitionType]: readonly [string, string],
  [sort, sortType]: readonly [string, string],
): Promise<void> {
  await cloud.dispatch('CreateTable', {
    TableName,
    AttributeDefinitions: [
      { AttributeName: partition, AttributeType: partitionType },
      { AttributeName: sort, AttributeType: sortType },
    ],
    KeySchema: [
      { AttributeName: partition, KeyType: 'HASH' },
      { AttributeName: sort, KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  })
}

async function newPage(): Promise<Page> {
  const page = await chromium.browser.newPage()
  page.setDefaultTimeout(TIMEOUT_MS / 2)
  return page
}

async function openApp(): Promise<Page> {
  const page = await newPage()
  await page.goto(`${pages.origin}/`)
  await page.waitForFunction(() => 'tidetable' in window)
  await page.evaluate(openHeld, NOTES, `${network.url}/sync`)
  return page
}

/** Runs in a page. */
async function openHeld(notes: typeof NOTES, url: string): Promise<void> {
  await navigator.serviceWorker.register('/sw.js', { type: 'module' })
  await navigator.serviceWorker.ready
  window.held = await window.tidetable.openDatabase({
    name: 'held',
    tables: [notes],
    sync: {
      remote: { gateway: { url, headers: () => ({ authorization: 'Bearer token' }) } },
      tables: { notes: { scope: { kind: 'partition' } } },
      scopes: ['home'],
      pushInBackground: true,
    },
  })
}

/** Runs in a page. */
async function waitsForServiceWorker(tag: string): Promise<boolean> {
  const registration = (await navigator.serviceWorker.ready) as unknown as {
    readonly sync: { getTags(): Promise<readonly string[]> }
  }
  return (await registration.sync.getTags()).includes(tag)
}

/** Runs in a page. */
async function readLeft(): Promise<unknown> {
  return window.held.table({ name: 'notes' } as never).get({ list: 'home', id: 'left' })
}

async function dispatchSync(): Promise<void> {
  await until(async () => registrationId !== undefined)
  await tools.send('ServiceWorker.dispatchSyncEvent', {
    origin: pages.origin,
    registrationId: registrationId ?? '',
    tag: TAG,
    lastChance: false,
  })
}

async function remoteIds(): Promise<readonly string[]> {
  const { Items } = (await cloud.dispatch('Scan', { TableName: 'notes' })) as {
    readonly Items: readonly { readonly id: { readonly S: string } }[]
  }
  return Items.map(({ id }) => id.S).sort()
}

async function until(isIt: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + TIMEOUT_MS / 2
  while (!(await isIt())) {
    if (performance.now() > endMs) throw new Error('It has not come to that.')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
