// What the compiler must accept and refuse of replication. Checked by `tsc` alone; nothing here runs.

import { expectTypeOf } from 'vitest'
import {
  type Database,
  defineTable,
  type ItemSyncState,
  openDatabase,
  type OpenOptions,
  type SyncedDatabase,
  type SyncOptions,
} from '../../src/index.ts'

declare const options: OpenOptions
declare const cloud: Database
declare const synced: SyncedDatabase

const notes = defineTable<{ readonly list: string; readonly id: number }>()({
  name: 'notes',
  attributes: { list: 'S', id: 'N' },
  key: { partition: 'list', sort: 'id' },
})
const sync: SyncOptions = {
  remote: { database: cloud },
  tables: { notes: { scope: { kind: 'partition' }, conflicts: ({ local }) => ({ item: local ?? {} }) } },
  scopes: ['home'],
}

// There is replication where it was asked for.
expectTypeOf(openDatabase({ ...options, sync })).resolves.toEqualTypeOf<SyncedDatabase>()
expectTypeOf(openDatabase(options)).resolves.toEqualTypeOf<Database>()
expectTypeOf<Database>().not.toHaveProperty('sync')

// A remote is one of three.
expectTypeOf({ remote: { gateway: { url: '/sync' } } }).toExtend<Pick<SyncOptions, 'remote'>>()
expectTypeOf({ remote: { dynamodb: { region: 'r' } } }).not.toExtend<Pick<SyncOptions, 'remote'>>()

// Keys are the table's.
expectTypeOf(synced.sync.itemStates(notes, [{ list: 'home', id: 1 }])).resolves.toEqualTypeOf<
  readonly ItemSyncState[]
>()
// @ts-expect-error reason: this table's sort key is a number
void synced.sync.itemStates(notes, [{ list: 'home', id: '1' }])
