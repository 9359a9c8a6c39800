// Time to live, as the service keeps it: what has expired goes when the service comes to it, which may be much later.

import type { Clock } from '../../src/base/clock.ts'
import { Catalog } from '../../src/engine/catalog.ts'
import { readSnapshot } from '../../src/engine/read-snapshot.ts'
import { findExpiringTables, sweepTable } from '../../src/engine/sweep.ts'
import { SweepPositions } from '../../src/engine/sweep-positions.ts'
import { drawWriterTag } from '../../src/engine/writer-tag.ts'
import type { Random } from '../../src/base/random.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'

const MAX_ITEMS = 1000

/** A clock for an engine whose own sweeper is to sleep: nothing but what begins at once begins. */
export function withoutTimers(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, run) => (delayMs > 0 ? { cancel: () => undefined } : clock.after(0, run)),
  }
}

/** Deletes what has expired. Answers how many items that were. */
export async function deleteExpired(
  store: OrderedStore,
  { clock, random }: { clock: Clock; random: Random },
): Promise<number> {
  const nowMs = clock.now()
  const catalog = new Catalog(undefined, () => drawWriterTag(random))
  const positions = new SweepPositions(store)
  const tables = await readSnapshot(store, false, (snapshot) =>
    findExpiringTables(catalog, snapshot, { positions, nowMs }),
  )
  positions.close()
  let count = 0
  for (const expiring of tables) {
    if (expiring.nextMs === undefined || expiring.nextMs > nowMs) continue
    count += await sweepTable({ store, catalog, expiring, nowMs, maxItems: MAX_ITEMS })
  }
  return count
}
