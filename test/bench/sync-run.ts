// The benchmark of a first sync: 28,000 items of 400 bytes from a server on this machine, in Chromium, with an empty profile.

import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { systemClock } from '../../src/base/clock.ts'
import type { DynamoApi } from '../../src/sync/dynamo-remote.ts'
import { createSignedApi } from '../../src/sync/signed-api.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import { setup as buildPackage } from '../support/ensure-build.ts'
import { startPackageServer } from '../support/package-page.ts'
import { killGroup, startProcess } from '../support/processes.ts'
import { median } from './statistics.ts'

interface FirstSync {
  /** From opening the database until all is there. */
  readonly totalMs: number
  readonly itemCount: number
  /** The longest task of the page, 0 when none was over 50 ms. */
  readonly longTaskMs: number
  readonly readUnits: number
}

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli.js')
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const ITEMS = 28_000
/** The rest of 400 bytes are names, key and numbers. */
const TEXT_BYTES = 360
const BATCH_ITEMS = 25
const BATCHES_AT_ONCE = 8
const ROUNDS = 3

/** Runs the benchmark and prints what it finds. */
export async function runSyncBenchmark(): Promise<void> {
  buildPackage()
  const args = [PROGRAM, 'serve', '--port', '0']
  const server = startProcess({ program: process.execPath, args, stdio: ['ignore', 'pipe', 'inherit'] })
  const pages = await startPackageServer()
  try {
    const [line] = (await once(server.stdout as Readable, 'data')) as [Buffer]
    const endpoint = /listens on (http:\S+)/.exec(line.toString())?.[1] ?? ''
    await fill(createSignedApi({ region: 'local', endpoint, credentials: () => CREDENTIALS, clock: systemClock }))
    const rounds: FirstSync[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(`${pages.origin}/`, endpoint))
    for (const { totalMs, itemCount, longTaskMs, readUnits } of rounds) {
      console.log(
        `first sync of ${itemCount} items: ${Math.round(totalMs)} ms, longest task over 50 ms: ${Math.round(longTaskMs)} ms, ${readUnits} read units`,
      )
    }
    console.log(`median ${Math.round(median(rounds.map(({ totalMs }) => totalMs)))} ms`)
  } finally {
    await pages.close()
    await killGroup(server)
  }
}

async function fill(api: DynamoApi): Promise<void> {
  await createTable(api, 'notes', ['list', 'S'], ['id', 'N'])
  await createTable(api, 'tidetable_sync', ['pk', 'S'], ['sk', 'N'])
  const text = { S: 'x'.repeat(TEXT_BYTES) }
  for (let first = 0; first < ITEMS; first += BATCH_ITEMS * BATCHES_AT_ONCE) {
    await Promise.all(
      Array.from({ length: BATCHES_AT_ONCE }, (_, batch) => {
        const start = first + batch * BATCH_ITEMS
        const count = Math.max(0, Math.min(BATCH_ITEMS, ITEMS - start))
        const puts = Array.from({ length: count }, (_put, index) => ({
          PutRequest: { Item: { list: { S: 'home' }, id: { N: String(start + index) }, count: { N: '7' }, text } },
        }))
        return count === 0 ? Promise.resolve() : api.send('BatchWriteItem', { RequestItems: { notes: puts } })
      }),
    )
  }
}

function createTable(
  api: DynamoApi,
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

/** Each in a new browser with a new profile. */
async function measure(url: string, endpoint: string): Promise<FirstSync> {
  const profile = await createProfile('chromium')
  const browser = await startBrowser('chromium', profile)
  try {
    const page = await browser.open(url)
    // The loader that runs this file adds calls of this function to the text of others.
    await page.evaluate('void (globalThis.__name = (named) => named)')
    return await page.evaluate(syncFirst, endpoint, CREDENTIALS)
  } finally {
    await browser.close()
    await removeProfile(profile)
  }
}

/** Runs in the page. */
async function syncFirst(endpoint: string, credentials: typeof CREDENTIALS): Promise<FirstSync> {
  let longTaskMs = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTaskMs = Math.max(longTaskMs, duration)
  })
  observer.observe({ type: 'longtask' })
  const notes = window.tidetable.defineTable({
    name: 'notes',
    attributes: { list: 'S', id: 'N' },
    key: { partition: 'list', sort: 'id' },
  })
  const startMs = performance.now()
  const db = await window.tidetable.openDatabase({
    name: 'device',
    tables: [notes],
    sync: {
      remote: { dynamodb: { region: 'local', endpoint, credentials: () => credentials } },
      tables: { notes: { scope: { kind: 'partition' } } },
      scopes: ['home'],
    },
  })
  let readUnits = 0
  for await (const { isComplete, cost } of db.sync.status) {
    readUnits = cost.tables['notes']?.readUnits ?? 0
    if (isComplete) break
  }
  const totalMs = performance.now() - startMs
  return { totalMs, itemCount: await db.table(notes).scan().count(), longTaskMs, readUnits }
}
