// The README's example of replication, as it stands there: it is run in a browser, and held against the README's text.

import { defineTable, openDatabase } from 'tidetable'

const notes = defineTable<{ list: string; id: string; text: string }>()({
  name: 'notes',
  attributes: { list: 'S', id: 'S' },
  key: { partition: 'list', sort: 'id' },
})
const logs = defineTable({
  name: 'tidetable_sync',
  attributes: { pk: 'S', sk: 'N' },
  key: { partition: 'pk', sort: 'sk' },
})
// A database of the page stands for the remote. Elsewhere it is
//   remote: { gateway: { url: '/sync', headers: () => ({ authorization: token }) } }, or
//   remote: { dynamodb: { region: 'eu-central-1', credentials: () => identity.credentials() } }
const cloud = await openDatabase({ name: 'cloud', tables: [notes, logs] })
const db = await openDatabase({
  name: 'phone',
  tables: [notes],
  sync: {
    remote: { database: cloud },
    tables: { notes: { scope: { kind: 'partition' }, conflicts: 'merge' } },
    scopes: ['home'],
  },
})

await db.table(notes).put({ list: 'home', id: '1', text: 'water the plants' })
const [before] = await db.sync.itemStates(notes, [{ list: 'home', id: '1' }]) // 'pending', or 'synced' already

for await (const { state, pending, isComplete } of db.sync.status) {
  if (state === 'idle' && isComplete && pending.count === 0) break
}
for (const { id, cause } of await db.sync.parked()) {
  console.warn(cause.name, cause.message)
  await db.sync.discard(id) // or retry(id, (writes) => corrected)
}

const there = await cloud.table(notes).get({ list: 'home', id: '1' })
export const found: readonly unknown[] = [before, there]
export async function close(): Promise<void> {
  await db.close()
  await cloud.close()
}
