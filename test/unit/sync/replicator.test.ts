// How rounds of replication begin and end.

import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { createDynamoRemote } from '../../../src/sync/dynamo-remote.ts'
import type { RemoteTable } from '../../../src/sync/remote-table.ts'
import type { Replicator, SyncStatus } from '../../../src/sync/replicator.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  type RemoteFixture,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'

/** Longer waits (polls) do not end by themselves. */
const SHORT_WAIT_MS = 200

const steps = createStepClock()
const clock: Clock = {
  ...steps,
  after: (delayMs, run) => (delayMs > SHORT_WAIT_MS ? { cancel: () => undefined } : steps.after(delayMs, run)),
}

function direct({ api }: RemoteFixture): RemoteTable {
  return createDynamoRemote({ api, clock, companionTable: COMPANION, tables: { [TABLE]: TABLE_FACTS } })
}

function once(replicator: Replicator, isIt: (status: SyncStatus) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = replicator.onStatus((status) => {
      if (!isIt(status)) return
      stop()
      resolve()
    })
  })
}

describe('replication that is stopped in the middle of a request, and started anew', () => {
  it('goes on as the one that was started, whenever the request ends', async () => {
    const remote = await createRemote(clock)
    const road = direct(remote)
    let answer = (): void => undefined
    const answered = new Promise<void>((resolve) => (answer = resolve))
    let asked = (): void => undefined
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    let isFirst = true
    const { replicator } = await createReplica(remote, clock, {
      road: {
        ...road,
        async readHead(scope) {
          asked()
          if (isFirst) {
            isFirst = false
            await answered
          }
          return road.readHead(scope)
        },
      },
    })
    replicator.start()
    await isAsked
    const stopped = replicator.stop()
    const isIdle = once(replicator, ({ state, lastPullAtMs }) => state === 'idle' && lastPullAtMs !== undefined)
    replicator.start()
    await isIdle
    answer()
    await stopped

    expect(replicator.status.state).toBe('idle')
    await replicator.stop()
    expect(replicator.status.state).toBe('stopped')
  })
})
