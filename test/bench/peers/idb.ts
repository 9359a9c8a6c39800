// Raw IndexedDB through `idb`, as its documentation would have it: one record per order, one native index.

import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase } from 'idb'
import type { Order } from '../orders.ts'
import type { Peer, Visit } from '../page/peer.ts'

interface Schema extends DBSchema {
  orders: { key: [customer: string, dateId: string]; value: Order; indexes: { byProduct: string } }
  counters: { key: string; value: number }
}

const DURABILITY = { durability: 'relaxed' } as const
const COUNTER = 'orders'
const PAGE_ITEMS = 1_000

/** Raw IndexedDB. */
export function createPeer(): Peer {
  let database: IDBPDatabase<Schema> | undefined
  const opened = (): IDBPDatabase<Schema> => {
    if (database === undefined) throw new Error('open() comes first')
    return database
  }
  return {
    async open(databaseName) {
      database = await openOrders(databaseName)
    },
    putMany: (orders) => putMany(opened(), orders),
    async put(order) {
      const transaction = opened().transaction('orders', 'readwrite', DURABILITY)
      await Promise.all([transaction.store.put(order), transaction.done])
    },
    get: ({ customer, dateId }) => opened().get('orders', [customer, dateId]),
    // An array sorts behind every string, so `[customer, []]` ends the customer's range.
    firstOfCustomer: (customer, limitItems) =>
      opened().getAll('orders', IDBKeyRange.bound([customer], [customer, []]), limitItems),
    byProduct: (product, limitItems) => opened().getAllFromIndex('orders', 'byProduct', product, limitItems),
    scan: (visit) => scanPages(opened(), visit),
    async withStatus(status) {
      const found: Order[] = []
      await scanPages(opened(), (orders) => {
        for (const order of orders) if (order.status === status) found.push(order)
      })
      return found
    },
    increment: () => increment(opened()),
    async close() {
      opened().close()
      database = undefined
    },
  }
}

function openOrders(databaseName: string): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(databaseName, 1, {
    upgrade(database) {
      database.createObjectStore('orders', { keyPath: ['customer', 'dateId'] }).createIndex('byProduct', 'product')
      database.createObjectStore('counters')
    },
  })
}

async function putMany(database: IDBPDatabase<Schema>, orders: readonly Order[]): Promise<void> {
  const transaction = database.transaction('orders', 'readwrite', DURABILITY)
  const puts: Promise<unknown>[] = orders.map((order) => transaction.store.put(order))
  puts.push(transaction.done)
  await Promise.all(puts)
}

async function scanPages(database: IDBPDatabase<Schema>, visit: Visit): Promise<void> {
  let rest: IDBKeyRange | undefined
  for (;;) {
    const orders = await database.getAll('orders', rest, PAGE_ITEMS)
    if (orders.length > 0) await visit(orders)
    const last = orders[PAGE_ITEMS - 1]
    if (last === undefined) return
    rest = IDBKeyRange.lowerBound([last.customer, last.dateId], true)
  }
}

async function increment(database: IDBPDatabase<Schema>): Promise<number> {
  const transaction = database.transaction('counters', 'readwrite', DURABILITY)
  const value = ((await transaction.store.get(COUNTER)) ?? 0) + 1
  await Promise.all([transaction.store.put(value, COUNTER), transaction.done])
  return value
}
