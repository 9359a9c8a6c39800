// Two browser profiles that replicate with one server: on both roads, offline in the middle, with conflicts, with a tab that
// is closed and a browser that is killed. The server is `tidetable serve`, a process of its own, or whatever speaks the
// protocol at TIDETABLE_SYNC_ENDPOINT.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { defineTable, type TableDefinition } from '../../src/client/define-table.ts'
import type { SyncedDatabase } from '../../src/client/open-database.ts'
import type { Table } from '../../src/client/table.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import type { TableDeclaration } from '../../src/model/table-declaration.ts'
import { unmarshall } from '../../src/model/marshall.ts'
import { nodeListener } from '../../src/server/node-listener.ts'
import { createSyncGateway } from '../../src/server/sync-gateway.ts'
import type { DynamoApi } from '../../src/sync/dynamo-remote.ts'
import { createSignedApi } from '../../src/sync/signed-api.ts'
import {
  type BrowserPage,
  type BrowserSession,
  createProfile,
  removeProfile,
  startBrowser,
} from '../support/browsers.ts'
import { createNetwork, type Network } from '../support/network.ts'
import { startPackageServer } from '../support/package-page.ts'
import { killGroup, startProcess } from '../support/processes.ts'
import type { StaticServer } from '../support/static-server.ts'

declare global {
  interface Window {
    device: SyncedDatabase
    notes: Table<Notes>
    lastWorker: Worker
  }
}

interface Note {
  readonly list: string
  readonly id: number
  readonly text?: string
  readonly count?: number
  readonly _version?: number
}

type Notes = TableDefinition<
  TableDeclaration<{ readonly list: 'S'; readonly id: 'N' }, { readonly partition: 'list'; readonly sort: 'id' }>,
  Note
>

type Road = 'dynamodb' | 'gateway'

/** One profile, its way to the server, and its browser while it runs. */
interface Device {
  readonly name: string
  readonly profile: string
  readonly network: Network
  browser: BrowserSession
  page: BrowserPage
}

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli.js')
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const SCOPE = 'home'
const NOTES = 40
/** Named anew for each test, as a server may keep its tables. */
const SHAPE: Notes = defineTable<Note>()({
  name: 'notes',
  attributes: { list: 'S', id: 'N' },
  key: { partition: 'list', sort: 'id' },
})
const TIMEOUT_MS = 240_000

let server: ChildProcess | undefined
let endpoint: string
/** Allows pages of other origins to ask a server that does not by itself, as DynamoDB and `tidetable serve` do. */
let door: Server
let pages: StaticServer
let gateway: Server
let api: DynamoApi
let tableName: string
let companionTable: string
let devices: Device[]

beforeAll(async () => {
  endpoint = process.env['TIDETABLE_SYNC_ENDPOINT'] ?? (await startServer())
  pages = await startPackageServer()
  door = await listen(forPages((request) => forward(request, endpoint)))
})

afterAll(async () => {
  await pages.close()
  await stop(door)
  if (server !== undefined) await killGroup(server)
})

beforeEach(async () => {
  const run = `sync-${process.pid}-${Math.floor(performance.now())}`
  tableName = `${run}-notes`
  companionTable = `${run}-logs`
  api = createSignedApi({ region: 'local', endpoint, credentials: () => CREDENTIALS, clock: systemClock })
  await createTable(tableName, ['list', 'S'], ['id', 'N'])
  await createTable(companionTable, ['pk', 'S'], ['sk', 'N'])
  gateway = await listen(createGateway())
  devices = []
})

afterEach(async () => {
  for (const { browser, network, profile } of devices) {
    await browser.close()
    await network.close()
    await removeProfile(profile)
  }
  await stop(gateway)
  for (const TableName of [tableName, companionTable]) await api.send('DeleteTable', { TableName })
})

describe.each<Road>(['dynamodb', 'gateway'])('two profiles that replicate by %s', (road) => {
  it(
    'converge, whatever was offline, closed or killed meanwhile',
    async () => {
      const [anna, ben] = [await startDevice('anna', road), await startDevice('ben', road)]
      await anna.page.evaluate(writeNotes, NOTES)
      await settle(anna)
      await settle(ben)
      expect(await contentsOf(ben)).toEqual(await remoteContents())
      expect(await contentsOf(ben)).toHaveLength(NOTES)

      for (const { network } of devices) network.setOnline(false)
      await anna.page.evaluate(editOffline, 'anna', 20)
      await ben.page.evaluate(editOffline, 'ben', 21)
      await anna.browser.kill()
      await ben.page.close()
      anna.browser = await startBrowser('chromium', anna.profile)
      for (const device of devices) device.page = await openPage(device, road)
      expect(await pendingOf(anna)).toBeGreaterThan(0)
      // Something else happens on both before the network is back.
      await anna.page.evaluate(editOffline, 'anna again', 22)
      await ben.page.evaluate(editOffline, 'ben again', 23)
      for (const { network } of devices) network.setOnline(true)
      // Each pushes what the other has to see, then sees what the other has pushed.
      for (const device of [anna, ben, anna, ben]) await settle(device)

      const remote = await remoteContents()
      expect(await contentsOf(anna)).toEqual(remote)
      expect(await contentsOf(ben)).toEqual(remote)
      // Counted by both, twice each; deleted by one each time.
      expect(remote.find(({ id }) => id === 0)?.count).toBe(4)
      expect(remote).toHaveLength(NOTES - 4)
      const conflicts = [await conflictsOf(anna), await conflictsOf(ben)] as const
      console.log(`${road}: ${remote.length} notes, conflicts decided: ${conflicts.join(' and ')}`)
      expect(conflicts[0] + conflicts[1]).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it(
    'go on in another tab when the one that replicates is closed',
    async () => {
      const anna = await startDevice('anna', road)
      const second = await openPage(anna, road)
      expect([await doesReplicate(anna.page), await doesReplicate(second)]).toEqual([true, false])

      await anna.page.close()
      anna.page = second
      await second.evaluate(untilReplicating)
      await second.evaluate(writeNotes, 1)
      await second.evaluate(untilPushed)

      expect(await remoteContents()).toHaveLength(1)
    },
    TIMEOUT_MS,
  )
})

describe('a tab', () => {
  it(
    'pauses and resumes for all, and goes on when its worker is lost',
    async () => {
      const anna = await startDevice('anna', 'dynamodb')
      const second = await openPage(anna, 'dynamodb')
      await second.evaluate(() => window.device.sync.pause())
      await anna.page.evaluate(untilState, 'paused')
      await second.evaluate(writeNotes, 1)
      expect(await remoteContents()).toEqual([])

      await anna.page.evaluate(() => window.lastWorker.terminate())
      await anna.page.evaluate(() => window.device.sync.export())
      expect([await pendingOf(anna), await remoteContents()]).toEqual([1, []])

      await anna.page.evaluate(() => window.device.sync.resume())
      await second.evaluate(untilPushed)
      expect(await remoteContents()).toHaveLength(1)
    },
    TIMEOUT_MS,
  )
})

async function startServer(): Promise<string> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const args = [PROGRAM, 'serve', '--port', '0']
  server = startProcess({ program: process.execPath, args, stdio: [...stdio] })
  const [line] = (await once(server.stdout as Readable, 'data')) as [Buffer]
  const url = /listens on (http:\S+)/.exec(line.toString())?.[1]
  if (url === undefined) throw new Error(`The server said: ${line.toString()}`)
  return url
}

function createTable(
  TableName: string,
  [partition, partitionType]: readonly [string, string],
  [sort, sortType]: readonly [string, string],
): Promise<unknown> {
  return api.send('CreateTable', {
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

type Handler = (request: Request) => Promise<Response>

function createGateway(): Handler {
  return createSyncGateway({
    api,
    companionTable,
    tables: {
      [tableName]: {
        key: { partition: [{ name: 'list', type: 'S' }], sort: [{ name: 'id', type: 'N' }] },
        scope: { kind: 'partition' },
        versionAttribute: '_version',
      },
    },
    // The gateway has another port than the pages, and so is of another origin.
    crossOrigin: { origins: [pages.origin] },
    authorize: (request) =>
      request.headers.get('authorization') === 'Bearer token'
        ? { caller: 'anna', read: [SCOPE], write: [SCOPE] }
        : undefined,
  })
}

async function forward(request: Request, target: string): Promise<Response> {
  const kept = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'] as const
  const headers = kept.flatMap((name): [string, string][] => {
    const value = request.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return fetch(target, { method: 'POST', headers, body: await request.arrayBuffer() })
}

/** Lets pages of other origins ask what does not do so by itself. */
function forPages(handle: Handler): Handler {
  const allowed = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization' }
  return async (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: allowed })
    const { body, status, headers } = await handle(request)
    const type = headers.get('content-type') ?? 'application/json'
    return new Response(body, { status, headers: { 'content-type': type, ...allowed } })
  }
}

async function listen(handle: Handler): Promise<Server> {
  const listening = createServer(nodeListener(handle))
  await new Promise<void>((resolveListening) => listening.listen(0, '127.0.0.1', resolveListening))
  return listening
}

async function stop(listening: Server): Promise<void> {
  listening.closeAllConnections()
  await new Promise((closed) => listening.close(closed))
}

async function startDevice(name: string, road: Road): Promise<Device> {
  const { port } = (road === 'dynamodb' ? door : gateway).address() as AddressInfo
  const isOwn = road === 'dynamodb' && server !== undefined
  const target = isOwn ? endpoint : `http://127.0.0.1:${port}`
  const [profile, network] = [await createProfile('chromium'), await createNetwork(target)]
  const browser = await startBrowser('chromium', profile)
  const device = { name, profile, network, browser } as Device
  devices.push(device)
  device.page = await openPage(device, road)
  return device
}

async function openPage({ browser, network }: Device, road: Road): Promise<BrowserPage> {
  const page = await browser.open(`${pages.origin}/`)
  const definition = { ...SHAPE, name: tableName }
  await page.evaluate(openDevice, definition, {
    road,
    url: network.url,
    companionTable,
    credentials: CREDENTIALS,
  })
  return page
}

async function openDevice(
  definition: Notes,
  how: {
    readonly road: string
    readonly url: string
    readonly companionTable: string
    readonly credentials: typeof CREDENTIALS
  },
): Promise<void> {
  const { credentials } = how
  window.device = await window.tidetable.openDatabase({
    name: 'device',
    tables: [definition],
    worker: () => (window.lastWorker = new Worker('/dist/worker.js', { type: 'module' })),
    sync: {
      remote:
        how.road === 'gateway'
          ? { gateway: { url: `${how.url}/sync`, headers: () => ({ authorization: 'Bearer token' }) } }
          : { dynamodb: { region: 'local', endpoint: how.url, credentials: () => credentials } },
      companionTable: how.companionTable,
      tables: { [definition.name]: { scope: { kind: 'partition' } } },
      scopes: ['home'],
      poll: { shortestMs: 200, longestMs: 500 },
    },
  })
  window.notes = window.device.table(definition)
}

/** Runs in a page. */
async function writeNotes(count: number): Promise<void> {
  for (let id = 0; id < count; id++) await window.notes.put({ list: 'home', id, text: 'first', count: 0 })
}

/** Runs in a page. */
async function editOffline(who: string, deletedId: number): Promise<void> {
  const { notes } = window
  await notes.update({ list: 'home', id: 0 }, { add: { count: 1 } })
  for (let id = 1; id < 10; id++) await notes.put({ list: 'home', id, text: who })
  for (let id = 10; id < 15; id++) await notes.update({ list: 'home', id }, { set: { text: who } })
  await notes.delete({ list: 'home', id: deletedId })
}

/** Runs in a page. */
async function untilReplicating(): Promise<void> {
  for await (const { replicatesHere } of window.device.sync.status) if (replicatesHere) return
}

/** Runs in a page. */
async function untilState(wanted: string): Promise<void> {
  for await (const { state } of window.device.sync.status) if (state === wanted) return
}

/** Runs in a page. */
async function untilPushed(): Promise<void> {
  for await (const { lastPushAtMs, pending } of window.device.sync.status) {
    if (lastPushAtMs !== undefined && pending.count === 0) return
  }
}

function settle({ page }: Device): Promise<void> {
  return page.evaluate(() => window.device.sync.now())
}

function doesReplicate(page: BrowserPage): Promise<boolean> {
  return page.evaluate(async () => {
    for await (const { state, replicatesHere } of window.device.sync.status)
      if (state !== 'starting') return replicatesHere
    return false
  })
}

function pendingOf({ page }: Device): Promise<number> {
  return page.evaluate(async () => (await window.device.sync.export()).pending.length)
}

function conflictsOf({ page }: Device): Promise<number> {
  return page.evaluate(async () => (await window.device.sync.conflicts()).length)
}

function contentsOf({ page }: Device): Promise<readonly Note[]> {
  return page.evaluate(() => window.notes.query({ where: { list: 'home' } }))
}

async function remoteContents(): Promise<readonly Note[]> {
  const { Items = [] } = (await api.send('Query', {
    TableName: tableName,
    ConsistentRead: true,
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': { S: SCOPE } },
  })) as { readonly Items?: readonly Item[] }
  return Items.map((item) => unmarshall(item) as unknown as Note)
}
