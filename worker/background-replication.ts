// Replication without a page: what waits is pushed by the app's service worker, once, over the same database that the tabs
// have. It takes part in the turns of the tabs as one more of them, so a tab that is there goes first.

import { systemClock } from '../src/base/clock.ts'
import { DatabaseError } from '../src/base/database-error.ts'
import { type Logger, silentLogger } from '../src/base/logger.ts'
import { systemRandom } from '../src/base/random.ts'
import { readSnapshot } from '../src/engine/read-snapshot.ts'
import { marshall, unmarshall } from '../src/model/marshall.ts'
import type { Item } from '../src/model/attribute-value.ts'
import type { NativeItem } from '../src/model/native.ts'
import type { SyncSettings } from '../src/rpc/sync-protocol.ts'
import { webLocks } from '../src/rpc/web-locks.ts'
import type { OrderedStore } from '../src/storage/contract.ts'
import { databaseNameOf } from '../src/storage/database-name.ts'
import { openLogStructuredStore } from '../src/storage/log-structured-store.ts'
import { CostMeter } from '../src/sync/cost-meter.ts'
import { Replica } from '../src/sync/replica.ts'
import { readBackground, readSpending, writeSpending } from '../src/sync/replication-rows.ts'
import { Replicator } from '../src/sync/replicator.ts'
import type { ConflictResolver } from '../src/sync/settings.ts'
import type { Credentials } from '../src/sync/signed-api.ts'
import { createRemote, type RemoteDoors, replicatedTable } from './create-remote.ts'

/** Both sides of a conflict, and what they come from; undefined stands for an item that is not there. */
export interface BackgroundConflict {
  readonly table: string
  readonly base: NativeItem | undefined
  readonly local: NativeItem | undefined
  readonly remote: NativeItem | undefined
}

/** What of an app's declaration are functions, which the service worker has to have for itself. The rest is stored. */
export interface BackgroundOptions {
  /** Headers for each request to a gateway. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  /** Credentials for DynamoDB's API. */
  readonly credentials?: () => Credentials | Promise<Credentials>
  /** Decides conflicts of tables whose strategy is a function. Without it writes that meet such a conflict wait for a page. */
  readonly resolve?: (conflict: BackgroundConflict) => Resolved | Promise<Resolved>
  readonly logger?: Logger
}

type Resolved = { readonly item: NativeItem } | { readonly deleted: true } | { readonly park: true }

/** A tab that replicates is given so long to push what waits. */
const PATIENCE_MS = 10_000
/** Browsers end a service worker that takes longer than some minutes. */
const ROUND_MS = 120_000

/**
 * Pushes what waits in a database, and pulls what has to be known for it. Does nothing where nothing waits, where the app
 * has paused replication, or for a database that is not there.
 *
 * @throws what the remote failed with, or an AbortError when a tab replicates and has not pushed in time: then what waits is
 *   to be pushed another time
 */
export async function replicateInBackground(name: string, options: BackgroundOptions): Promise<void> {
  if (!(await isStored(name))) return
  const { logger = silentLogger } = options
  const opening = { name, durability: 'relaxed', clock: systemClock, random: systemRandom, logger } as const
  const store = await openLogStructuredStore(opening)
  try {
    const settings = (await readSnapshot(store, true, readBackground)) as SyncSettings | undefined
    if (settings === undefined || settings.isPaused) return
    const replicate = (): Promise<void> => replicateOnce(store, settings, options)
    const locks = webLocks()
    if (locks === undefined) await replicate()
    else await locks.request(`${databaseNameOf(name)}/sync`, { signal: AbortSignal.timeout(PATIENCE_MS) }, replicate)
  } finally {
    await store.close()
  }
}

/** Opening would make it. */
async function isStored(name: string): Promise<boolean> {
  return (await indexedDB.databases()).some((database) => database.name === databaseNameOf(name))
}

async function replicateOnce(store: OrderedStore, settings: SyncSettings, options: BackgroundOptions): Promise<void> {
  const resolve = resolver(options)
  const tables = Object.fromEntries(
    Object.entries(settings.tables).map(([table, each]) => [table, replicatedTable(each, resolve)]),
  )
  const parts = { store, clock: systemClock, random: systemRandom, tables }
  const replica = new Replica(parts)
  if ((await replica.pending(1)).length === 0) return
  const meter = new CostMeter(systemClock, () => undefined)
  const spending = await readSnapshot(store, true, readSpending)
  if (spending !== undefined) meter.adopt(spending.cost)
  const doors = doorsOf(options)
  const { remote } = await createRemote({ settings, clock: systemClock, replica, meter, doors })
  const { logger = silentLogger } = options
  try {
    await new Replicator({ ...parts, remote, logger, scopes: settings.scopes }).syncOnce(AbortSignal.timeout(ROUND_MS))
  } finally {
    await store.write((transaction) => writeSpending(transaction, { cost: meter.report, window: spending?.window }))
  }
}

function doorsOf({ headers, credentials }: BackgroundOptions): RemoteDoors {
  return {
    headers: () => headers?.() ?? {},
    credentials() {
      if (credentials !== undefined) return credentials()
      throw new DatabaseError('InvalidOption', 'The service worker was given no function for credentials.')
    },
    async send() {
      throw new DatabaseError('InvalidOption', 'A database of the page cannot be reached from a service worker.')
    },
  }
}

function resolver({ resolve }: BackgroundOptions): ConflictResolver {
  return async ({ table, base, local, remote }) => {
    if (resolve === undefined) {
      throw new DatabaseError('InvalidOption', 'The service worker was given no function for conflicts.', {
        data: { table },
      })
    }
    const resolved = await resolve({ table, base: native(base), local: native(local), remote: native(remote) })
    return 'item' in resolved ? { item: marshall(resolved.item) } : resolved
  }
}

function native(item: Item | undefined): NativeItem | undefined {
  return item && unmarshall(item)
}
