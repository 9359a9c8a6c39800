// The README's example of live queries, as it stands there: it is run in a browser, and held against the README's text.

import { defineTable, openDatabase } from 'tidetable'

const tasks = defineTable<{ list: string; id: string; text: string }>()({
  name: 'tasks',
  attributes: { list: 'S', id: 'S' },
  key: { partition: 'list', sort: 'id' },
})
const db = await openDatabase({ name: 'todo', tables: [tasks] })
const home = db
  .table(tasks)
  .query({ where: { list: 'home' } })
  .live()

const shown: string[] = []
const subscription = home.subscribe(({ rows, pending }) => {
  shown.push(rows.map((task) => `${task.text}${pending.has(task) ? ' …' : ''}`).join(', '))
})
await db.table(tasks).put({ list: 'home', id: '1', text: 'water the plants' })

for await (const { rows, isPending } of home) if (rows.length === 1 && !isPending) break
subscription.unsubscribe()

export const told: readonly string[] = shown
export const close: () => Promise<void> = () => db.close()
