// The benchmark's page: run.ts calls these functions, one at a time, through the DevTools protocol.

import { createPeer } from '#placed-peer'
import { assert } from '../../../src/base/assert.ts'
import { seededRandom } from '../../../src/base/random.ts'
import type { Figures } from '../metrics.ts'
import { orderAt } from '../orders.ts'
import type { OrderOptions } from '../orders.ts'
import { countByScan, loadLazily, MAIN_DATABASE, WORKLOADS } from './workloads.ts'
import type { BenchState, Workload } from './workloads.ts'

/** What the page offers as `window.bench`. */
export interface BenchPage {
  readonly workloads: readonly string[]
  /** Makes the data set; once, before the first workload. */
  prepare(data: OrderOptions): void
  /** Opens the database that a workload needs, if another one or none is open. */
  open(workload: string): Promise<void>
  /** Runs one workload after `open`. They are run in the order of `workloads`. */
  run(workload: string): Promise<Figures>
  /** Closes what the last workload left open. */
  close(): Promise<void>
  /** Opens a database and loads the data set, making the orders batch by batch. */
  loadLazily(data: OrderOptions): Promise<void>
  /** Reads the whole of it, then closes it. */
  scanAndClose(data: OrderOptions): Promise<void>
}

/** What a page without a debugger is to do, as JSON in the query `?reopen=`. */
export interface ReopenRequest {
  readonly data: OrderOptions
  /** Where the page POSTs its {@link ReopenReport}. */
  readonly inboxUrl: string
}

/** What that page found. */
export interface ReopenReport {
  readonly figures?: Figures
  readonly error?: string
}

declare global {
  interface Window {
    bench?: BenchPage
  }
}

const peer = createPeer()
let state: BenchState | undefined
let openDatabase: string | undefined

window.bench = {
  workloads: WORKLOADS.map(({ name }) => name),
  prepare(data) {
    const orders = Array.from({ length: data.items }, (_, index) => orderAt(data, index))
    state = { peer, data, orders, random: seededRandom(data.seed), storedItems: 0 }
  },
  async open(name) {
    const { database } = workloadNamed(name)
    if (database === openDatabase) return
    if (openDatabase !== undefined) await peer.close()
    await peer.open(database)
    openDatabase = database
  },
  run(name) {
    assert(state !== undefined, 'a workload runs after prepare()')
    return workloadNamed(name).run(state)
  },
  close: () => peer.close(),
  async loadLazily(data) {
    await peer.open(MAIN_DATABASE)
    await loadLazily(peer, data)
  },
  async scanAndClose(data) {
    assert((await countByScan(peer)) === data.items, 'a scan lost or doubled an order')
    await peer.close()
  },
}

const reopen = new URLSearchParams(location.search).get('reopen')
if (reopen !== null) {
  const request = JSON.parse(reopen) as ReopenRequest
  // A browser that has just started is busy with itself.
  requestIdleCallback(() => void reportReopening(request))
}

async function reportReopening({ data, inboxUrl }: ReopenRequest): Promise<void> {
  const report = await openToFirstRead(data).then(
    (figures): ReopenReport => ({ figures }),
    (error: unknown): ReopenReport => ({ error: String(error) }),
  )
  await fetch(inboxUrl, { method: 'POST', body: JSON.stringify(report) })
}

/** Opens the database that the workloads left and reads one order. */
async function openToFirstRead(data: OrderOptions): Promise<Figures> {
  const expected = orderAt(data, Math.floor(data.items / 2))
  const startMs = performance.now()
  await peer.open(MAIN_DATABASE)
  const found = await peer.get(expected)
  const openToFirstReadMs = performance.now() - startMs
  assert(found?.note === expected.note, 'the first read after opening did not give the order that was put')
  await peer.close()
  return { openToFirstReadMs }
}

function workloadNamed(name: string): Workload {
  const workload = WORKLOADS.find((candidate) => candidate.name === name)
  assert(workload !== undefined, `no workload is called "${name}"`)
  return workload
}
