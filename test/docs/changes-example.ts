// The README's example of changes and triggers, as it stands there: it is run in a browser, and held against the README's
// text.

import { defineTable, openDatabase } from 'tidetable'

const payments = defineTable<{ account: string; id: string; amount: number }>()({
  name: 'payments',
  attributes: { account: 'S', id: 'S' },
  key: { partition: 'account', sort: 'id' },
  stream: 'NEW_AND_OLD_IMAGES',
})
const balances = defineTable<{ account: string; total: number }>()({
  name: 'balances',
  attributes: { account: 'S' },
  key: { partition: 'account' },
})
const db = await openDatabase({ name: 'ledger', tables: [payments, balances] })

const totals = db.table(payments).trigger({
  name: 'totals',
  filters: [{ eventName: ['INSERT'], dynamodb: { NewImage: { amount: { N: [{ numeric: ['>', 0] }] } } } }],
  async run(changes) {
    for (const { key, newItem } of changes) {
      await db.table(balances).update({ account: key.account }, { add: { total: newItem?.amount ?? 0 } })
    }
  },
})

const changes = db.table(payments).changes()
await db.table(payments).put({ account: 'ann', id: '1', amount: 30 })
await db.table(payments).put({ account: 'ann', id: '2', amount: 12 })

const told: string[] = []
for await (const { kind, key } of changes) if (told.push(`${kind} ${key.id}`) === 2) break

export const heard: readonly string[] = told
export async function finish(): Promise<number | undefined> {
  for await (const { item } of db.table(balances).live({ account: 'ann' })) if (item?.total === 42) break
  await totals.stop()
  const balance = await db.table(balances).get({ account: 'ann' })
  await db.close()
  return balance?.total
}
