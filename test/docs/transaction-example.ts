// The README's example of recipes and transactions, as it stands there: it is run in a browser, and held against the
// README's text.

import { defineTable, expr, openDatabase } from 'tidetable'

const accounts = defineTable<{ id: string; balance: number; tags?: Set<string> }>()({
  name: 'accounts',
  attributes: { id: 'S' },
  key: { partition: 'id' },
})
const transfers = defineTable({ name: 'transfers', attributes: { id: 'S' }, key: { partition: 'id' } })
const db = await openDatabase({ name: 'bank', tables: [accounts, transfers] })

// One item, changed in place: sends SET balance and ADD tags, if both still are what the recipe has read.
const ann = await db.table(accounts).update({ id: 'ann' }, (account) => {
  account.balance = (account.balance ?? 0) + 100
  account.tags = new Set(account.tags).add('early')
})

// Many items of several tables, all or none.
await db.transact((tx) => {
  tx.put(accounts, { id: 'bob', balance: 0 }, { if: 'not_exists' })
  tx.update(accounts, { id: 'ann' }, { add: { balance: -1 }, if: expr`balance >= ${1}` })
  tx.check(transfers, { id: '7' }, 'not_exists')
})

// The same with items that are read and changed in place.
await db.transact(async (tx) => {
  const [from, to] = await Promise.all([tx.get(accounts, { id: 'ann' }), tx.get(accounts, { id: 'bob' })])
  if (from === undefined || to === undefined || from.balance < 30) throw new Error('not enough')
  from.balance -= 30
  to.balance += 30
  tx.put(transfers, { id: '7', amount: 30 }, { if: 'not_exists' })
})

// Items of several tables as they were at one moment.
const [bob, transfer] = await db.transactGet([accounts, { id: 'bob' }], [transfers, { id: '7' }])

export const found: readonly unknown[] = [ann, bob, transfer]
export const close: () => Promise<void> = () => db.close()
