// The README's example, as it stands there: it is run in a browser, and held against the README's text.

import { defineTable, openDatabase } from 'tidetable'

const orders = defineTable({
  name: 'orders',
  attributes: { customer: 'S', date: 'S', product: 'S' },
  key: { partition: 'customer', sort: 'date' },
  globalIndexes: { byProduct: { partition: 'product', sort: 'date' } },
})
const db = await openDatabase({ name: 'shop', tables: [orders] })

await db.table(orders).put({ customer: 'ann', date: '2026-11-23', product: 'tea', price: 4.5 })
await db.table(orders).update({ customer: 'ann', date: '2026-11-23' }, { add: { price: 0.1 } })
const teas = await db.table(orders).query({ index: 'byProduct', where: { product: 'tea' } })

export const found: readonly object[] = teas
export const close: () => Promise<void> = () => db.close()
