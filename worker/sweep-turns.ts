// Turns of the tabs that have one database open at deleting what has expired: a Web Lock, waited for a moment at most, as a
// frozen tab may hold it for hours.

import { systemClock } from '../src/base/clock.ts'
import type { TakeTurn } from '../src/engine/expiry-sweeper.ts'
import { databaseNameOf } from '../src/storage/database-name.ts'
import { withLock } from '../src/storage/worker-signals.ts'

/** The turns at a database. */
export function sweepTurns(databaseName: string): TakeTurn {
  const lockName = `${databaseNameOf(databaseName)}/sweep`
  return () =>
    new Promise((resolve, reject) => {
      const held = withLock(lockName, systemClock, () => new Promise<void>((end) => resolve(end)))
      held.catch(reject)
    })
}
