// Browser profiles that replicate with one server, each over a network of its own: what the scenarios of replication share.
// The server is `tidetable serve`, a process of its own, or whatever speaks the protocol at TIDETABLE_SYNC_ENDPOINT (with
// transactions: replication is made of them).

import type { ChildProcess } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
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
import type { BrowserEngine } from './browser-executables.ts'
import { type BrowserPage, type BrowserSession, createProfile, removeProfile, startBrowser } from './browsers.ts'
import { createNetwork, type Network } from './network.ts'
import { startPackageServer } from './package-page.ts'
import { killGroup } from './processes.ts'
import { startServeProgram } from './serve-program.ts'
import type { StaticServer } from './static-server.ts'
import { companionInput, tableInput } from './table-input.ts'

declare global {
  interface Window {
    device: SyncedDatabase
    notes: Table<Notes>
    lastWorker: Worker
  }
}

/** An item of a list. */
export interface Note {
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

/** How a device reaches the server. */
export type Road = 'dynamodb' | 'gateway'

/** One profile, its way to the server, and its browser while it runs. */
export interface Device {
  readonly name: string
  readonly profile: string
  readonly network: Network
  browser: BrowserSession
  page: BrowserPage
}

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const SCOPE = 'home'
/** Named anew for each test, as a server may keep its tables. */
const SHAPE: Notes = defineTable<Note>()({
  name: 'notes',
  attributes: { list: 'S', id: 'N' },
  key: { partition: 'list', sort: 'id' },
})

/** The server of a file's tests. */
interface SyncServer {
  readonly endpoint: string
  readonly child: ChildProcess | undefined
  readonly pages: StaticServer
  /** Allows pages of other origins to ask a server that does not by itself, as DynamoDB and `tidetable serve` do. */
  readonly door: Server
}

/** Starts what all tests of a file need. */
async function startSyncServer(): Promise<SyncServer> {
  const given = process.env['TIDETABLE_SYNC_ENDPOINT']
  const { endpoint, child } = given === undefined ? await startServeProgram() : { endpoint: given, child: undefined }
  const pages = await startPackageServer()
  return { endpoint, child, pages, door: await listen(forPages((request) => forward(request, endpoint))) }
}

/** Ends it. */
async function stopSyncServer({ pages, door, child }: SyncServer): Promise<void> {
  await pages.close()
  await stop(door)
  if (child !== undefined) await killGroup(child)
}

/** The stage of the test that runs. */
export interface StageOfTest {
  readonly stage: SyncStage
}

/** Starts a server for the tests of a file, and opens a stage for each. */
export function useSyncStage(): StageOfTest {
  let server: SyncServer
  let stage: SyncStage
  beforeAll(async () => {
    server = await startSyncServer()
  })
  afterAll(() => stopSyncServer(server))
  beforeEach(async () => {
    stage = await SyncStage.open(server)
  })
  afterEach(() => stage.close())
  return {
    get stage() {
      return stage
    },
  }
}

/** The remote tables of one test, and the devices that replicate with them. */
export class SyncStage {
  readonly api: DynamoApi
  readonly #server: SyncServer
  readonly #tableName: string
  readonly #companionTable: string
  readonly #devices: Device[] = []
  #gateway: Server | undefined

  private constructor(server: SyncServer) {
    const run = `sync-${process.pid}-${Math.floor(performance.now())}`
    this.#server = server
    this.#tableName = `${run}-notes`
    this.#companionTable = `${run}-logs`
    const { endpoint } = server
    this.api = createSignedApi({ region: 'local', endpoint, credentials: () => CREDENTIALS, clock: systemClock })
  }

  /** Makes the tables. */
  static async open(server: SyncServer): Promise<SyncStage> {
    const stage = new SyncStage(server)
    await stage.api.send('CreateTable', tableInput(stage.#tableName, ['list', 'S'], ['id', 'N']))
    await stage.api.send('CreateTable', companionInput(stage.#companionTable))
    stage.#gateway = await listen(stage.#createGateway())
    return stage
  }

  /** Ends all browsers, and removes the tables. */
  async close(): Promise<void> {
    for (const { browser, network, profile } of this.#devices) {
      await browser.close()
      await network.close()
      await removeProfile(profile)
    }
    if (this.#gateway !== undefined) await stop(this.#gateway)
    for (const TableName of [this.#tableName, this.#companionTable]) await this.api.send('DeleteTable', { TableName })
  }

  get devices(): readonly Device[] {
    return this.#devices
  }

  /** A new profile, with its browser and a page that has the database open. */
  async startDevice(name: string, road: Road, engine: BrowserEngine = 'chromium'): Promise<Device> {
    const [profile, network] = [await createProfile(engine), await this.createNetwork(road)]
    const browser = await startBrowser(engine, profile)
    const device = { name, profile, network, browser } as Device
    this.#devices.push(device)
    device.page = await this.openPage(device, road)
    return device
  }

  /** A way to the server. */
  createNetwork(road: Road): Promise<Network> {
    const { port } = (road === 'dynamodb' ? this.#server.door : (this.#gateway as Server)).address() as AddressInfo
    const isOwn = road === 'dynamodb' && this.#server.child !== undefined
    return createNetwork(isOwn ? this.#server.endpoint : `http://127.0.0.1:${port}`)
  }

  /** One more tab of a device. */
  async openPage({ browser, network }: Pick<Device, 'browser' | 'network'>, road: Road): Promise<BrowserPage> {
    const page = await browser.open(this.pageUrl)
    await this.openDatabase(page, network, road)
    return page
  }

  get pageUrl(): string {
    return `${this.#server.pages.origin}/`
  }

  /** Opens the database in a page. */
  async openDatabase(page: BrowserPage, network: Network, road: Road): Promise<void> {
    const how = { road, url: network.url, companionTable: this.#companionTable, credentials: CREDENTIALS }
    await page.evaluate(openDevice, { ...SHAPE, name: this.#tableName }, how)
  }

  /** What the remote has. */
  async contents(): Promise<readonly Note[]> {
    const { Items = [] } = (await this.api.send('Query', {
      TableName: this.#tableName,
      ConsistentRead: true,
      KeyConditionExpression: '#list = :list',
      ExpressionAttributeNames: { '#list': 'list' },
      ExpressionAttributeValues: { ':list': { S: SCOPE } },
    })) as { readonly Items?: readonly Item[] }
    return Items.map((item) => unmarshall(item) as unknown as Note)
  }

  #createGateway(): Handler {
    return createSyncGateway({
      api: this.api,
      companionTable: this.#companionTable,
      tables: {
        [this.#tableName]: {
          key: { partition: [{ name: 'list', type: 'S' }], sort: [{ name: 'id', type: 'N' }] },
          scope: { kind: 'partition' },
          versionAttribute: '_version',
        },
      },
      // The gateway has another port than the pages, and so is of another origin.
      crossOrigin: { origins: [this.#server.pages.origin] },
      authorize: (request) =>
        request.headers.get('authorization') === 'Bearer token'
          ? { caller: 'anna', read: [SCOPE], write: [SCOPE] }
          : undefined,
    })
  }
}

type Handler = (request: Request) => Promise<Response>

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

/** Runs in a page. */
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
export async function writeNotes(count: number): Promise<void> {
  for (let id = 0; id < count; id++) await window.notes.put({ list: 'home', id, text: 'first', count: 0 })
}

/** Runs in a page. */
export async function editOffline(who: string, deletedId: number): Promise<void> {
  const { notes } = window
  await notes.update({ list: 'home', id: 0 }, { add: { count: 1 } })
  for (let id = 1; id < 10; id++) await notes.put({ list: 'home', id, text: who })
  for (let id = 10; id < 15; id++) await notes.update({ list: 'home', id }, { set: { text: who } })
  await notes.delete({ list: 'home', id: deletedId })
}

/** Runs in a page. */
export async function countOnce(): Promise<void> {
  await window.notes.update({ list: 'home', id: 0 }, { add: { count: 1 } })
}

/** Runs in a page: until another tab replicates. */
export async function untilResting(): Promise<void> {
  for await (const { replicatesHere, state } of window.device.sync.status)
    if (!replicatesHere && state !== 'starting') return
}

/** Runs in a page. */
export async function untilReplicating(): Promise<void> {
  for await (const { replicatesHere } of window.device.sync.status) if (replicatesHere) return
}

/** Runs in a page. */
export async function untilState(wanted: string): Promise<void> {
  for await (const { state } of window.device.sync.status) if (state === wanted) return
}

/**
 * Runs in a page without a network. Nothing is read for a while from now on: whoever is frozen in the middle of a transaction of
 * IndexedDB holds up all other tabs, for as long as a minute. Browsers do not freeze those of their own accord.
 */
export async function untilQuiet(): Promise<void> {
  for await (const { state, nextAttemptAtMs = 0 } of window.device.sync.status) {
    if (state === 'waiting' && nextAttemptAtMs - Date.now() > 1500) break
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
}

/** Runs in a page. */
export async function untilPushed(): Promise<void> {
  for await (const { lastPushAtMs, pending } of window.device.sync.status) {
    if (lastPushAtMs !== undefined && pending.count === 0) return
  }
}

export function settle({ page }: Pick<Device, 'page'>): Promise<void> {
  return page.evaluate(() => window.device.sync.now())
}

export function doesReplicate(page: BrowserPage): Promise<boolean> {
  return page.evaluate(async () => {
    for await (const { state, replicatesHere } of window.device.sync.status)
      if (state !== 'starting') return replicatesHere
    return false
  })
}

export function pendingOf({ page }: Pick<Device, 'page'>): Promise<number> {
  return page.evaluate(async () => (await window.device.sync.export()).pending.length)
}

export function conflictsOf({ page }: Pick<Device, 'page'>): Promise<number> {
  return page.evaluate(async () => (await window.device.sync.conflicts()).length)
}

export function contentsOf({ page }: Pick<Device, 'page'>): Promise<readonly Note[]> {
  // WebKit's driver waits for promises alone, and not for whatever has a `then`.
  return page.evaluate(async () => [...(await window.notes.query({ where: { list: 'home' } }))])
}
