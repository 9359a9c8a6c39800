// Tidetable through its public API. It runs in the page: the package starts its own worker.

import { attribute, defineTable, deleteDatabase, expr, openDatabase } from 'tidetable'
import type { Database } from 'tidetable'
import type { Order } from '../orders.ts'
import type { Peer } from '../page/peer.ts'

interface Counter {
  readonly name: string
  readonly count: number
}

const ORDERS = defineTable<Order>()({
  name: 'Orders',
  attributes: { customer: 'S', dateId: 'S', product: 'S' },
  key: { partition: 'customer', sort: 'dateId' },
  globalIndexes: { byProduct: { partition: 'product' } },
})

const COUNTERS = defineTable<Counter>()({
  name: 'Counters',
  attributes: { name: 'S' },
  key: { partition: 'name' },
})

interface ExpiringOrder extends Order {
  readonly expires: number
}

const EXPIRING = defineTable<ExpiringOrder>()({
  name: 'Expiring',
  attributes: { customer: 'S', dateId: 'S', product: 'S' },
  key: { partition: 'customer', sort: 'dateId' },
  globalIndexes: { byProduct: { partition: 'product' } },
})

/** Tidetable. */
export function createPeer(): Peer {
  let database: Database | undefined
  const opened = (): Database => {
    if (database === undefined) throw new Error('open() comes first')
    return database
  }
  const peer: Peer = {
    async open(databaseName) {
      database = await openDatabase({ name: databaseName, tables: [ORDERS, COUNTERS], durability: 'relaxed' })
    },
    async putMany(orders) {
      await opened().table(ORDERS).putMany(orders)
    },
    put: (order) => opened().table(ORDERS).put(order),
    get: ({ customer, dateId }) => opened().table(ORDERS).get({ customer, dateId }),
    firstOfCustomer: async (customer, limitItems) =>
      opened().table(ORDERS).query({ where: { customer }, limit: limitItems }),
    byProduct: async (product, limitItems) =>
      opened().table(ORDERS).query({ index: 'byProduct', where: { product }, limit: limitItems }),
    async scan(visit) {
      for await (const { items } of opened().table(ORDERS).scan().pages()) await visit(items)
    },
    withStatus: async (status) =>
      opened()
        .table(ORDERS)
        .scan({ filter: expr`${attribute('status')} = ${status}` }),
    async increment() {
      const changes = { add: { count: 1 }, returnValues: 'UPDATED_NEW' } as const
      const { count } = (await opened().table(COUNTERS).update({ name: 'orders' }, changes)) ?? {}
      if (count === undefined) throw new Error('the update returned no count')
      return count
    },
    async expiring(expires) {
      const { send, table } = opened()
      const TableName = EXPIRING.name
      await send('CreateTable', {
        TableName,
        AttributeDefinitions: Object.entries(EXPIRING.attributes).map(([AttributeName, AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
        KeySchema: [
          { AttributeName: EXPIRING.key.partition, KeyType: 'HASH' },
          { AttributeName: EXPIRING.key.sort, KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byProduct',
            KeySchema: [{ AttributeName: 'product', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      })
      await send('UpdateTimeToLive', {
        TableName,
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
      })
      return {
        putMany: async (orders) => {
          await table(EXPIRING).putMany(orders.map((order) => ({ ...order, expires })))
        },
        async remove() {
          const { name } = opened()
          await peer.close()
          await deleteDatabase(name)
          await peer.open(name)
        },
        count: async () => (await send('DescribeTable', { TableName })).Table.ItemCount,
      }
    },
    async close() {
      await opened().close()
      database = undefined
    },
  }
  return peer
}
