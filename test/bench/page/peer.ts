// What a peer of the benchmark does. A further one (Dexie, RxDB, PouchDB, SQLite, PGlite, …) is one file in `peers/`
// that exports `createPeer`, and one line in `peers.ts`.

import type { Order, OrderKey } from '../orders.ts'

/** Takes a portion of a scan; the peer waits for it before it goes on. */
export type Visit = (orders: readonly Order[]) => void | Promise<void>

/** Orders that the database itself deletes when their time has come: a table of their own. */
export interface ExpiringOrders {
  putMany(orders: readonly Order[]): Promise<void>
  count(): Promise<number>
  /** Empties the database that is open, so that what the orders left on the disk counts for nothing. */
  remove(): Promise<void>
}

/**
 * A database that holds orders (key: customer and date with number; one index by product) and one counter. Each write
 * resolves when it is durable in the sense of IndexedDB's relaxed durability, the same for every peer.
 */
export interface Peer {
  /** Opens the database of this name, and makes it when it does not exist. */
  open(databaseName: string): Promise<void>
  /** Stores these orders: the fastest way that the peer has for many at once. */
  putMany(orders: readonly Order[]): Promise<void>
  put(order: Order): Promise<void>
  get(key: OrderKey): Promise<Order | undefined>
  /** The first orders of a customer, by date. */
  firstOfCustomer(customer: string, limitItems: number): Promise<readonly Order[]>
  /** Whole orders of a product, through the index. */
  byProduct(product: string, limitItems: number): Promise<readonly Order[]>
  /** Hands every order to `visit`, in portions that suit the peer. */
  scan(visit: Visit): Promise<void>
  /** All orders of this status, which no index knows. */
  withStatus(status: string): Promise<readonly Order[]>
  /** Adds one to the counter, atomically, and gives its new value. */
  increment(): Promise<number>
  /**
   * Makes a place for orders that expire. Not there where the database leaves deleting to the app.
   *
   * @param atSeconds when they all expire, in seconds since 1970
   */
  expiring?(atSeconds: number): Promise<ExpiringOrders>
  close(): Promise<void>
}
