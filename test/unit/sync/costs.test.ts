// How many requests replication makes.

import { describe, expect, it } from 'vitest'
import { createRemote, createReplica, createStepClock, keyOf } from '../../support/replication-fixture.ts'

/** They write thousands of items. */
const TIMEOUT_MS = 60_000

describe('replication', { timeout: TIMEOUT_MS }, () => {
  it('pushes 1,000 pending mutations of one item each in 11 requests', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const replica = await createReplica(remote, clock)
    await replica.replicator.syncOnce()
    for (let n = 0; n < 1000; n++) await replica.put({ ...keyOf(`item ${n}`), n: { N: String(n) } })
    remote.requests.splice(0)
    await replica.replicator.syncOnce()
    expect(countsOf(remote.requests)).toEqual({ GetItem: 1, TransactWriteItems: 11 })
    expect(await replica.replicator.replica.pending(10)).toEqual([])
  })

  it('pulls 10,000 small changes in at most 5 requests', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const writer = await createReplica(remote, clock)
    const reader = await createReplica(remote, clock, { seed: 3 })
    await reader.replicator.syncOnce()
    await writer.replicator.syncOnce()
    for (let n = 0; n < 10_000; n++) await writer.put({ ...keyOf(`item ${n}`), n: { N: String(n) } })
    await writer.replicator.syncOnce()
    remote.requests.splice(0)
    await reader.replicator.syncOnce()
    expect(remote.requests.length).toBeLessThanOrEqual(5)
    expect(await reader.read(keyOf('item 9999'))).toMatchObject({ n: { N: '9999' } })
  })

  it('looks at an idle remote with one read of one small item', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const replica = await createReplica(remote, clock)
    await replica.put(keyOf('one'))
    await replica.replicator.syncOnce()
    remote.requests.splice(0)
    await replica.replicator.syncOnce()
    expect(remote.requests).toEqual(['GetItem'])
  })

  it('pushes many writes to one item as one', async () => {
    const clock = createStepClock()
    const remote = await createRemote(clock)
    const replica = await createReplica(remote, clock)
    for (let n = 0; n < 300; n++) await replica.update(keyOf('counter'), 'ADD n :n', { ':n': { N: '1' } })
    await replica.replicator.syncOnce()
    remote.requests.splice(0)
    expect(await replica.read(keyOf('counter'))).toEqual({ ...keyOf('counter'), n: { N: '300' }, _version: { N: '1' } })
  })
})

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
