// Runs any peer in a worker, behind plain Comlink. Opening starts the worker and closing ends it, so that the time to
// open counts what an app pays.

import * as Comlink from 'comlink'
import type { Peer } from './peer.ts'

/** The peer under test in a worker of its own. */
export function createPeer(): Peer {
  let worker: Worker | undefined
  let remote: Comlink.Remote<Peer> | undefined
  const opened = (): Comlink.Remote<Peer> => {
    if (remote === undefined) throw new Error('open() comes first')
    return remote
  }
  return {
    open(databaseName) {
      worker = new Worker(new URL('./peer-worker.ts', import.meta.url), { type: 'module' })
      remote = Comlink.wrap<Peer>(worker)
      return remote.open(databaseName)
    },
    putMany: (orders) => opened().putMany(orders),
    put: (order) => opened().put(order),
    get: (key) => opened().get(key),
    firstOfCustomer: (customer, limitItems) => opened().firstOfCustomer(customer, limitItems),
    byProduct: (product, limitItems) => opened().byProduct(product, limitItems),
    scan: (visit) => opened().scan(Comlink.proxy(visit)),
    withStatus: (status) => opened().withStatus(status),
    increment: () => opened().increment(),
    async close() {
      await opened().close()
      worker?.terminate()
      remote = undefined
    },
  }
}
