// The timed work. Every workload checks what it got: a peer that answers wrongly has no figure.

import { assert } from '../../../src/base/assert.ts'
import type { Random } from '../../../src/base/random.ts'
import type { Figures } from '../metrics.ts'
import { customerOf, orderAt, productOf, RARE_STATUS } from '../orders.ts'
import type { Order, OrderOptions } from '../orders.ts'
import { median, percentile } from '../statistics.ts'
import type { Peer } from './peer.ts'

/** What the workloads of one page share. */
export interface BenchState {
  readonly peer: Peer
  readonly data: OrderOptions
  /** The data set, made beforehand so that making it costs no peer anything. */
  readonly orders: readonly Order[]
  readonly random: Random
  /** How many orders the open database holds: also the number of the next further order. */
  storedItems: number
}

/** One step of the benchmark. They run in the order of `WORKLOADS`, each on what those before it left. */
export interface Workload {
  readonly name: string
  /** The database that has to be open. */
  readonly database: string
  run(state: BenchState): Promise<Figures>
}

/** Name of the database that most workloads use, and that is opened again at the end. */
export const MAIN_DATABASE = 'bench'

const SMALL_LOAD_DATABASE = 'bench-by-25'
const EXPIRING_DATABASE = 'bench-ttl'

const LARGE_BATCH_ITEMS = 1_000
const SMALL_BATCH_ITEMS = 25
/** The load by 25 is a fifth of the data set, at most this. */
const SMALL_LOAD_MAX_ITEMS = 10_000
const CONCURRENT_CALLS = 64
const CONCURRENT_PUT_ROUNDS = 20
const CONCURRENT_GET_ROUNDS = 200
const SINGLE_PUTS = 300
const SINGLE_GETS = 2_000
/** Orders that the gets ask for, each read once before the clock runs: what "warm" means. */
const HOT_ITEMS = 1_000
const RANGES = 300
const RANGE_ITEMS = 10
const INDEX_QUERIES = 150
const INDEX_ITEMS = 100
const SCANS = 3
const INCREMENTS = 300
/** Orders that a peer surely loads in a second: they expire when all are there. */
const SLOWEST_LOAD_PER_SECOND = 4_000
/** Between two puts while orders expire, and between two looks at how many are left. */
const PUT_PAUSE_MS = 5
const LOOK_PAUSE_MS = 100
const PUTS_BEFORE = 300

/** All workloads. */
export const WORKLOADS: readonly Workload[] = [
  { name: 'load by 25', database: SMALL_LOAD_DATABASE, run: loadBy25 },
  { name: 'load by 1,000', database: MAIN_DATABASE, run: loadBy1000 },
  { name: 'durable put', database: MAIN_DATABASE, run: durablePut },
  { name: '64 puts at once', database: MAIN_DATABASE, run: concurrentPuts },
  { name: 'warm get', database: MAIN_DATABASE, run: warmGet },
  { name: '64 gets at once', database: MAIN_DATABASE, run: concurrentGets },
  { name: 'first 10 of a range', database: MAIN_DATABASE, run: firstOfRange },
  { name: '100 by index', database: MAIN_DATABASE, run: byIndex },
  { name: 'whole scan', database: MAIN_DATABASE, run: wholeScan },
  { name: 'filtered scan', database: MAIN_DATABASE, run: filteredScan },
  { name: 'atomic counter', database: MAIN_DATABASE, run: atomicCounter },
  { name: 'time to live', database: EXPIRING_DATABASE, run: timeToLive },
]

/**
 * Loads the data set in batches, each awaited before the next.
 * @returns how long it took, in ms
 */
export async function loadOrders(
  peer: Peer,
  options: {
    readonly batchItems: number
    readonly items: number
    orders(start: number, end: number): readonly Order[]
  },
): Promise<number> {
  let elapsedMs = 0
  for (let start = 0; start < options.items; start += options.batchItems) {
    const batch = options.orders(start, Math.min(start + options.batchItems, options.items))
    const startMs = performance.now()
    await peer.putMany(batch)
    elapsedMs += performance.now() - startMs
  }
  return elapsedMs
}

/** Loads the data set by 1,000 and makes each batch only when its turn comes, so that the page's memory is the peer's. */
export async function loadLazily(peer: Peer, data: OrderOptions): Promise<void> {
  const makeOrders = (start: number, end: number): readonly Order[] =>
    Array.from({ length: end - start }, (_, index) => orderAt(data, start + index))
  await loadOrders(peer, { batchItems: LARGE_BATCH_ITEMS, items: data.items, orders: makeOrders })
}

/** Reads every order and counts them. */
export async function countByScan(peer: Peer): Promise<number> {
  let items = 0
  let quantity = 0
  await peer.scan((orders) => {
    items += orders.length
    for (const order of orders) quantity += order.quantity
  })
  assert(quantity >= items, 'an order of the scan has no quantity')
  return items
}

async function loadBy25({ peer, data, orders }: BenchState): Promise<Figures> {
  const items = Math.min(SMALL_LOAD_MAX_ITEMS, Math.ceil(data.items / 5))
  const slice = (start: number, end: number): readonly Order[] => orders.slice(start, end)
  const elapsedMs = await loadOrders(peer, { batchItems: SMALL_BATCH_ITEMS, items, orders: slice })
  assert((await countByScan(peer)) === items, 'the load by 25 lost or doubled an order')
  return { loadBy25: perSecond(items, elapsedMs) }
}

async function loadBy1000(state: BenchState): Promise<Figures> {
  const items = state.data.items
  const slice = (start: number, end: number): readonly Order[] => state.orders.slice(start, end)
  const elapsedMs = await loadOrders(state.peer, { batchItems: LARGE_BATCH_ITEMS, items, orders: slice })
  state.storedItems = items
  return { loadBy1000: perSecond(items, elapsedMs) }
}

async function durablePut(state: BenchState): Promise<Figures> {
  const orders = furtherOrders(state, SINGLE_PUTS)
  const durablePutMs = await medianOfCalls(orders, (order) => state.peer.put(order))
  return { durablePutMs }
}

async function concurrentPuts(state: BenchState): Promise<Figures> {
  const rounds = Array.from({ length: CONCURRENT_PUT_ROUNDS }, () => furtherOrders(state, CONCURRENT_CALLS))
  const startMs = performance.now()
  for (const orders of rounds) await Promise.all(orders.map((order) => state.peer.put(order)))
  return { concurrentPuts: perSecond(CONCURRENT_PUT_ROUNDS * CONCURRENT_CALLS, performance.now() - startMs) }
}

async function warmGet(state: BenchState): Promise<Figures> {
  const hot = await warmOrders(state)
  const wanted = Array.from({ length: SINGLE_GETS }, () => pick(state.random, hot))
  const warmGetMs = await medianOfCalls(wanted, async (order) => assertSame(await state.peer.get(order), order))
  return { warmGetMs }
}

async function concurrentGets(state: BenchState): Promise<Figures> {
  const hot = await warmOrders(state)
  let elapsedMs = 0
  for (let round = 0; round < CONCURRENT_GET_ROUNDS; round += 1) {
    const wanted = Array.from({ length: CONCURRENT_CALLS }, () => pick(state.random, hot))
    const startMs = performance.now()
    const found = await Promise.all(wanted.map((order) => state.peer.get(order)))
    elapsedMs += performance.now() - startMs
    wanted.forEach((order, index) => assertSame(found[index], order))
  }
  return { concurrentGets: perSecond(CONCURRENT_GET_ROUNDS * CONCURRENT_CALLS, elapsedMs) }
}

async function firstOfRange({ peer, data, random }: BenchState): Promise<Figures> {
  const customers = Array.from({ length: RANGES }, () => customerOf(data, random.uint32()))
  const firstOfRangeMs = await medianOfCalls(customers, async (customer) => {
    const orders = await peer.firstOfCustomer(customer, RANGE_ITEMS)
    assert(orders.length === RANGE_ITEMS, 'a customer has fewer orders than the range asks for')
    assert(
      orders.every((order) => order.customer === customer),
      'a range holds the order of another customer',
    )
    assert(
      orders.every((order, index) => index === 0 || order.dateId > (orders[index - 1] as Order).dateId),
      'a range is not in order',
    )
  })
  return { firstOfRangeMs }
}

async function byIndex(state: BenchState): Promise<Figures> {
  const products = Array.from({ length: INDEX_QUERIES }, () => productOf(state.data, state.random.uint32()))
  const countByProduct = new Map<string, number>()
  for (let index = 0; index < state.storedItems; index += 1) {
    const { product } = state.orders[index] ?? orderAt(state.data, index)
    countByProduct.set(product, (countByProduct.get(product) ?? 0) + 1)
  }
  const byIndexMs = await medianOfCalls(products, async (product) => {
    const orders = await state.peer.byProduct(product, INDEX_ITEMS)
    const expectedItems = Math.min(INDEX_ITEMS, countByProduct.get(product) ?? 0)
    assert(orders.length === expectedItems, 'a query by index has not the right count')
    assert(
      orders.every((order) => order.product === product),
      'a query by index holds another product',
    )
  })
  return { byIndexMs }
}

async function wholeScan({ peer, storedItems }: BenchState): Promise<Figures> {
  const scanMs = await medianOfCalls(Array.from({ length: SCANS }), async () => {
    assert((await countByScan(peer)) === storedItems, 'a scan lost or doubled an order')
  })
  return { scanMs }
}

async function filteredScan(state: BenchState): Promise<Figures> {
  let expectedItems = 0
  for (let index = 0; index < state.storedItems; index += 1) {
    const { status } = state.orders[index] ?? orderAt(state.data, index)
    if (status === RARE_STATUS) expectedItems += 1
  }
  const filteredScanMs = await medianOfCalls(Array.from({ length: SCANS }), async () => {
    const orders = await state.peer.withStatus(RARE_STATUS)
    assert(orders.length === expectedItems, 'a filtered scan has not the right count')
    assert(
      orders.every((order) => order.status === RARE_STATUS),
      'a filtered scan holds another status',
    )
  })
  return { filteredScanMs }
}

async function atomicCounter({ peer }: BenchState): Promise<Figures> {
  const expected = Array.from({ length: INCREMENTS }, (_, index) => index + 1)
  const counterMs = await medianOfCalls(expected, async (value) => {
    assert((await peer.increment()) === value, 'the counter lost an addition')
  })
  return { counterMs }
}

async function timeToLive(state: BenchState): Promise<Figures> {
  const { peer, data, orders } = state
  const loadSeconds = Math.ceil(data.items / SLOWEST_LOAD_PER_SECOND) + 2
  const atSeconds = Math.ceil(Date.now() / 1_000) + loadSeconds
  const expiring = await peer.expiring?.(atSeconds)
  if (expiring === undefined) return {}
  for (let start = 0; start < data.items; start += LARGE_BATCH_ITEMS) {
    await expiring.putMany(orders.slice(start, start + LARGE_BATCH_ITEMS))
  }
  const startMs = atSeconds * 1_000
  assert(Date.now() < startMs, 'the orders expired before all were there')
  assert((await expiring.count()) === data.items, 'the load lost or doubled an order')
  const beforeMs: number[] = []
  while (beforeMs.length < PUTS_BEFORE && Date.now() < startMs) {
    beforeMs.push(await putWithPause(state, beforeMs.length))
  }
  await pause(Math.max(0, startMs - Date.now()))
  const putsMs: number[] = []
  let lookMs = startMs
  for (;;) {
    putsMs.push(await putWithPause(state, putsMs.length))
    if (Date.now() - lookMs < LOOK_PAUSE_MS) continue
    lookMs = Date.now()
    if ((await expiring.count()) === 0) break
  }
  const expireMs = Date.now() - startMs
  await expiring.remove()
  return {
    expireMs,
    putWhileExpiringMs: percentile(putsMs, 0.99),
    putBeforeExpiringMs: percentile(beforeMs, 0.99),
  }
}

/** One put and a pause; how long the put took, in ms. */
async function putWithPause({ peer, orders }: BenchState, number: number): Promise<number> {
  const startMs = performance.now()
  await peer.put(orders[number % orders.length] as Order)
  const tookMs = performance.now() - startMs
  await pause(PUT_PAUSE_MS)
  return tookMs
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs)
  })
}

async function warmOrders(state: BenchState): Promise<readonly Order[]> {
  const hot = Array.from({ length: Math.min(HOT_ITEMS, state.data.items) }, () => pick(state.random, state.orders))
  for (const order of hot) assertSame(await state.peer.get(order), order)
  return hot
}

function furtherOrders(state: BenchState, count: number): readonly Order[] {
  const orders = Array.from({ length: count }, (_, index) => orderAt(state.data, state.storedItems + index))
  state.storedItems += count
  return orders
}

async function medianOfCalls<T>(inputs: readonly T[], call: (input: T) => Promise<void>): Promise<number> {
  const elapsedMs: number[] = []
  for (const input of inputs) {
    const startMs = performance.now()
    await call(input)
    elapsedMs.push(performance.now() - startMs)
  }
  return median(elapsedMs)
}

function assertSame(found: Order | undefined, expected: Order): void {
  assert(
    found !== undefined &&
      found.dateId === expected.dateId &&
      found.customer === expected.customer &&
      found.note === expected.note &&
      found.address.street === expected.address.street,
    'a get did not give the order that was put',
  )
}

function pick(random: Random, orders: readonly Order[]): Order {
  return orders[random.uint32() % orders.length] as Order
}

function perSecond(count: number, elapsedMs: number): number {
  return (count * 1_000) / elapsedMs
}
