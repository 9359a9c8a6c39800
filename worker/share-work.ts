// One of the tabs that have a database open does the work of its background, as long as it lives and is not frozen. Loaded
// while the first requests are answered.

import type { Clock } from '../src/base/clock.ts'
import { openTabChannel } from '../src/base/tab-channel.ts'
import { joinTabDuty } from '../src/base/tab-duty.ts'
import type { SharedWork, WorkShare } from '../src/engine/shared-work.ts'
import { webLocks } from '../src/rpc/web-locks.ts'
import { databaseNameOf } from '../src/storage/database-name.ts'

/** Takes part in the work at a database. */
export function shareAmongTabs(databaseName: string, clock: Clock, work: SharedWork): WorkShare {
  const lockName = `${databaseNameOf(databaseName)}/background`
  const locks = webLocks()
  return joinTabDuty({
    lockName,
    locks,
    channel: locks && openTabChannel(lockName),
    clock,
    onGained: () => work.begin(),
    onLost: () => work.rest(),
    onWake: () => work.wake(),
  })
}
