// Databases in Node that replicate with each other: the real client, wire and engine on memory stores.

import { defineTable, type TableDefinition } from '../../src/client/define-table.ts'
import { type Database, openDatabase, type SyncedDatabase } from '../../src/client/open-database.ts'
import type { SyncOptions } from '../../src/client/sync-types.ts'
import type { TableDeclaration } from '../../src/model/table-declaration.ts'
import type { PollWaits, SyncStatus } from '../../src/rpc/sync-protocol.ts'
import { serve } from '../../worker/serve.ts'
import { openMemoryDatabase } from './memory-database.ts'
import { startPortWorker } from './port-worker.ts'

/** An item of a list. */
export interface Note {
  readonly list: string
  readonly id: string
  readonly text?: string
  readonly count?: number
}

/** Lists of notes, each of which is a scope. */
export const NOTES: TableDefinition<
  TableDeclaration<{ readonly list: 'S'; readonly id: 'S' }, { readonly partition: 'list'; readonly sort: 'id' }>,
  Note
> = defineTable<Note>()({
  name: 'notes',
  attributes: { list: 'S', id: 'S' },
  key: { partition: 'list', sort: 'id' },
})

/** The remote's table of logs. */
export const COMPANION: TableDefinition = defineTable({
  name: 'tidetable_sync',
  attributes: { pk: 'S', sk: 'N' },
  key: { partition: 'pk', sort: 'sk' },
})

/** Looks at the remote hardly ever by itself: what arrives was hinted, asked for, or pushed. */
export const RARE_POLL: PollWaits = { shortestMs: 3_600_000, longestMs: 3_600_000 }

let lastNumber = 0

/** A name that no other database of this process has. */
export function freshName(kind: string): string {
  return `${kind}-${++lastNumber}`
}

/** A database with the tables that a remote has. */
export async function openCloud(): Promise<Database> {
  const { database } = await openMemoryDatabase({ name: freshName('cloud'), tables: [NOTES, COMPANION] })
  return database
}

/** A database that replicates the list `home`. */
export function openDevice(remote: SyncOptions['remote'], changes: Partial<SyncOptions> = {}): Promise<SyncedDatabase> {
  return openDatabase({
    name: freshName('device'),
    storage: 'memory',
    worker: () => startPortWorker(serve).worker as Worker,
    tables: [NOTES],
    sync: {
      remote,
      tables: { notes: { scope: { kind: 'partition' } } },
      scopes: ['home'],
      poll: RARE_POLL,
      ...changes,
    },
  })
}

/** The first status, from now on, of which something is true. */
export async function statusOnce({ sync }: SyncedDatabase, isIt: (status: SyncStatus) => boolean): Promise<SyncStatus> {
  for await (const status of sync.status) if (isIt(status)) return status
  throw new Error(`The database was closed before its status came: ${JSON.stringify(sync.status.current)}`)
}

/** A note, as soon as the database has it. */
export function arrivalOf(database: SyncedDatabase, key: Pick<Note, 'list' | 'id'>): Promise<Note> {
  return new Promise((resolve) => {
    database
      .table(NOTES)
      .live(key)
      .subscribe(({ item }) => item !== undefined && resolve(item))
  })
}

/** Everything that was written here is in effect at the remote, or parked. */
export function isQuiet({ pending, isComplete, state }: SyncStatus): boolean {
  return pending.count === 0 && isComplete && state === 'idle'
}
