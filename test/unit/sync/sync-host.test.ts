// One tab's part in replication: what it remembers for the tabs after it, and what it tells those beside it.

import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { CostMeter, meteredApi } from '../../../src/sync/cost-meter.ts'
import { createDynamoRemote } from '../../../src/sync/dynamo-remote.ts'
import { type Budget, type HostedRemote, SyncHost, type HostStatus } from '../../../src/sync/sync-host.ts'
import { createMemoryLocks } from '../../support/memory-locks.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  SCOPE,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'

/** Longer waits (polls, windows) do not end by themselves. */
const SHORT_WAIT_MS = 200

const steps = createStepClock()
const clock: Clock = {
  ...steps,
  after: (delayMs, run) => (delayMs > SHORT_WAIT_MS ? { cancel: () => undefined } : steps.after(delayMs, run)),
}
const hosts: SyncHost[] = []

afterEach(() => {
  for (const host of hosts.splice(0)) host.close()
})

interface Tab {
  readonly host: SyncHost
  /** The first status of which something is true. */
  once(isIt: (status: HostStatus) => boolean): Promise<HostStatus>
}

interface TabOptions {
  readonly budget?: Budget
  readonly isPaused?: boolean
  readonly locks?: LockManager
  readonly channel?: BroadcastChannel
  /** What the remote does otherwise. */
  readonly remote?: Partial<HostedRemote>
}

async function openTab({ api }: RemoteFixture, { store }: ReplicaFixture, options: TabOptions = {}): Promise<Tab> {
  const { budget, isPaused = true, locks, channel, remote } = options
  const listeners = new Set<() => void>()
  const meter = new CostMeter(clock, (table, units) => host.noteCost(table, units))
  const tables = { [TABLE]: TABLE_FACTS }
  const host: SyncHost = new SyncHost({
    store,
    remote: {
      ...createDynamoRemote({ api: meteredApi(api, meter), clock, companionTable: COMPANION, tables }),
      ...remote,
    },
    meter,
    clock,
    random: seededRandom(7),
    logger: silentLogger,
    tables: { [TABLE]: { scope: TABLE_FACTS.scope } },
    scopes: [SCOPE],
    isPaused,
    lockName: 'sync',
    locks,
    channel,
    ...(budget && { budget }),
    onStatus: () => {
      for (const listen of listeners) listen()
    },
  })
  hosts.push(host)
  await host.start()
  return {
    host,
    async once(isIt) {
      for (;;) {
        const status = await host.status()
        if (isIt(status)) return status
        await new Promise<void>((resolve) => {
          const listen = (): void => {
            listeners.delete(listen)
            resolve()
          }
          listeners.add(listen)
        })
      }
    },
  }
}

const note = (s: string): Item => ({ ...keyOf(s), a: { S: s } })
const noSignal = new AbortController().signal

describe('what replication costs', () => {
  it('is remembered by the next tab, since when it is counted as well, until it is reset', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    await device.put(note('1'))
    const one = await openTab(remote, device)
    await one.host.now(noSignal)
    const { cost } = await one.once((status) => (status.cost.tables[TABLE]?.writeUnits ?? 0) > 0)
    one.host.close()

    const other = await openTab(remote, device)
    expect((await other.host.status()).cost).toEqual(cost)
    other.host.resetCost(false)
    const { cost: fresh } = await other.once((status) => Object.keys(status.cost.tables).length === 0)
    expect(fresh.sinceMs).toBeGreaterThan(cost.sinceMs)
  })

  it('is counted against a budget that goes on in the next tab, and is anew when it is reset with it', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    const budget = { readUnits: 5, windowMs: 86_400_000 }
    const one = await openTab(remote, device, { budget })
    for (let n = 0; n < 5; n++) await one.host.now(noSignal)
    const before = await one.once((status) => (status.budget?.spentUnits ?? 0) >= 5)
    one.host.close()

    const other = await openTab(remote, device, { budget, isPaused: false })
    const after = await other.once(({ state }) => state === 'over-budget')
    expect(after.budget).toEqual(before.budget)
    remote.requests.length = 0
    other.host.wake()
    expect(remote.requests).toEqual([])

    other.host.resetCost(true)
    expect((await other.once(({ state }) => state === 'idle')).budget?.spentUnits).toBeLessThan(5)
  })

  it('is added up where it is spent and where it is replicated', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    const locks = createMemoryLocks()
    const name = 'tidetable/unit/sync'
    const leading = await openTab(remote, device, { locks, channel: new BroadcastChannel(name) })
    await leading.once(({ replicatesHere }) => replicatesHere)
    const other = await openTab(remote, device, { locks, channel: new BroadcastChannel(name) })
    await device.put(note('1'))
    await other.host.now(noSignal)

    const { cost } = await leading.once((status) => status.cost.tables[TABLE] !== undefined)
    expect(cost.tables[TABLE]?.writeUnits).toBe(2)
    const told = await other.once((status) => status.cost.tables[TABLE] !== undefined)
    expect([told.replicatesHere, told.cost]).toEqual([false, cost])
  })
})

describe('a budget that is used up', () => {
  const SPENT: Budget = { readUnits: 0 }
  const isPushed = ({ counts }: HostStatus): boolean => counts.pending === 0

  it('does not hold up what has been waiting', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    await device.put(note('1'))
    const tab = await openTab(remote, device, { budget: SPENT, isPaused: false })
    expect((await tab.once(isPushed)).state).toBe('over-budget')
  })

  it('does not hold up what failed at first', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    const tab = await openTab(remote, device, { budget: SPENT, isPaused: false })
    remote.failures.push({ operation: 'TransactWriteItems', error: new Error('no network') })
    await device.put(note('1'))
    await tab.once(({ lastFailure }) => lastFailure !== undefined)
    expect((await tab.once(isPushed)).state).toBe('over-budget')
  })

  it('is spent on one look for many writes, and on none for hints', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    const tab = await openTab(remote, device, { budget: SPENT, isPaused: false })
    await device.put(note('1'))
    await tab.once(({ lastPushAtMs }) => lastPushAtMs !== undefined)
    await tab.once(isPushed)
    remote.requests.length = 0
    for (let n = 0; n < 20; n++) await device.put(note(String(n)))
    await tab.once(isPushed)
    tab.host.wake()
    expect(remote.requests.filter((name) => name === 'GetItem').length).toBeLessThan(5)
  })
})

describe('a tab that is told of what others have pushed', () => {
  it('looks once more when it begins to be: what was pushed before that was told to nobody', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    const other = await createReplica(remote, clock)
    let connect = (): void => undefined
    const tab = await openTab(remote, device, {
      isPaused: false,
      remote: {
        listen: (_scopes, { onConnected }) => {
          connect = onConnected
          return new Promise(() => undefined)
        },
      },
    })
    const first = await tab.once(({ state, lastPullAtMs }) => state === 'idle' && lastPullAtMs !== undefined)
    await other.put(note('1'))
    await other.replicator.syncOnce()
    connect()

    await tab.once(({ lastPullAtMs = 0 }) => lastPullAtMs > (first.lastPullAtMs ?? 0))
    expect(await device.read(keyOf('1'))).toMatchObject(note('1'))
  })
})

describe('how far a first sync has come', () => {
  it('is told by what was looked at, where that can be known', async () => {
    const remote = await createRemote(clock)
    const device = await createReplica(remote, clock)
    const { replica } = device.replicator
    await replica.beginLoad(SCOPE, { sequence: 0, logId: '' })
    const checkpoint = await replica.checkpoint(SCOPE)
    const page = { scope: SCOPE, table: TABLE, items: [note('1'), note('2')], next: keyOf('2'), looked: 40 }
    if (checkpoint !== undefined) await replica.applyPage(page, checkpoint)
    const endless = (): Promise<never> => new Promise(() => undefined)

    const known = await openTab(remote, device, {
      isPaused: false,
      remote: { readItems: endless, countItems: async () => 80 },
    })
    const { firstSync } = await known.once((status) => status.firstSync?.percent !== undefined)
    expect(firstSync).toEqual({ items: 2, percent: 50 })
    known.host.close()

    const unknown = await openTab(remote, device, { remote: { countItems: async () => undefined } })
    expect((await unknown.host.status()).firstSync).toEqual({ items: 2, percent: undefined })
  })

  it('is looked for by scanning where a scope is the value of an attribute', async () => {
    const remote = await createRemote(clock)
    for (const [s, owner] of Object.entries({ 1: 'ann', 2: 'ben', 3: 'ann', 4: 'ben', 5: 'ben' })) {
      await remote.engine.dispatch('PutItem', { TableName: TABLE, Item: { ...note(s), owner: { S: owner } } })
    }
    const { readItems } = createDynamoRemote({
      api: remote.api,
      clock,
      companionTable: COMPANION,
      tables: { [TABLE]: { ...TABLE_FACTS, scope: { kind: 'attribute', attribute: 'owner' } } },
    })
    const { items, looked } = await readItems({ table: TABLE, scope: 'ann', from: undefined })
    expect([items.length, looked]).toEqual([2, 5])
  })
})
