// The benchmark of replication: the requests that it makes, counted in this process, and a first sync of 28,000 items of 400
// bytes from a server on this machine, in Chromium, with an empty profile.

import { systemClock } from '../../src/base/clock.ts'
import { headKey } from '../../src/sync/companion-rows.ts'
import type { DynamoApi } from '../../src/sync/dynamo-remote.ts'
import { createSignedApi } from '../../src/sync/signed-api.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import { setup as buildPackage } from '../support/ensure-build.ts'
import { startPackageServer } from '../support/package-page.ts'
import { killGroup } from '../support/processes.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  SCOPE,
} from '../support/replication-fixture.ts'
import { startServeProgram } from '../support/serve-program.ts'
import { companionInput, tableInput } from '../support/table-input.ts'
import { median } from './statistics.ts'

interface FirstSync {
  /** From opening the database until all is there. */
  readonly totalMs: number
  readonly itemCount: number
  /** The longest task of the page, 0 when none was over 50 ms. */
  readonly longTaskMs: number
  readonly readUnits: number
}

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const ITEMS = 28_000
/** The rest of 400 bytes are names, key and numbers. */
const TEXT_BYTES = 360
const BATCH_ITEMS = 25
const BATCHES_AT_ONCE = 8
const ROUNDS = 3
const PENDING = 1000
const CHANGES = 10_000

/** Runs the benchmark and prints what it finds. */
export async function runSyncBenchmark(): Promise<void> {
  buildPackage()
  await tellRequests()
  const { endpoint, child } = await startServeProgram()
  const pages = await startPackageServer()
  try {
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
    await killGroup(child)
  }
}

/** What pushes, pulls and looks at an idle remote cost. The tests hold them to their bounds. */
async function tellRequests(): Promise<void> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const [writer, reader] = [await createReplica(remote, clock), await createReplica(remote, clock, { seed: 3 })]
  const sync = async (what: string, { replicator }: typeof writer): Promise<void> => {
    remote.requests.splice(0)
    await replicator.syncOnce()
    const kinds = [...new Set(remote.requests)].map(
      (kind) => `${remote.requests.filter((name) => name === kind).length} ${kind}`,
    )
    console.log(`${what}: ${kinds.join(', ')}`)
  }
  await writer.replicator.syncOnce()
  await reader.replicator.syncOnce()
  for (let n = 0; n < PENDING; n++) await writer.put({ ...keyOf(`item ${n}`), n: { N: String(n) } })
  await sync(`${PENDING} pending mutations`, writer)
  await reader.replicator.syncOnce()
  for (let n = 0; n < CHANGES; n++) await writer.put({ ...keyOf(`item ${n}`), n: { N: String(n + 1) } })
  await writer.replicator.syncOnce()
  await sync(`pull of ${CHANGES} changes`, reader)
  await sync('idle poll', reader)
  const head = { TableName: COMPANION, Key: headKey(SCOPE), ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }
  const { ConsumedCapacity } = (await remote.api.send('GetItem', head)) as {
    readonly ConsumedCapacity: { readonly CapacityUnits: number }
  }
  console.log(`idle poll: ${ConsumedCapacity.CapacityUnits} read units`)
}

async function fill(api: DynamoApi): Promise<void> {
  await api.send('CreateTable', tableInput('notes', ['list', 'S'], ['id', 'N']))
  await api.send('CreateTable', companionInput('tidetable_sync'))
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
