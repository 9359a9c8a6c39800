// Which of several tabs does the work of the background: fills indexes and deletes what has expired, when the one that does
// it is killed or frozen, in virtual time.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { joinTabDuty } from '../../../src/base/tab-duty.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { createFreezer, type Freezer } from '../../simulation/freezer.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createMemoryChannels } from '../../support/memory-channels.ts'
import { createMemoryLocks } from '../../support/memory-locks.ts'

const LOCK = 'background'
const START_MS = 1_000_000_000_000
const STEP_MS = 100
const MS_PER_SECOND = 1000

interface Tab extends Freezer {
  readonly engine: Engine
  /** It never thaws, and the browser frees its lock. */
  kill(): void
}

interface Tabs {
  readonly clock: ManualClock
  readonly tabs: readonly Tab[]
  pass(ms: number): Promise<void>
}

/** Tabs on one database; the first does the work. */
async function openTabs(count: number): Promise<Tabs> {
  const store = createMemoryStore()
  const clock = createManualClock()
  clock.advance(START_MS)
  const locks = createMemoryLocks()
  const channels = createMemoryChannels()
  const tabs = Array.from({ length: count }, (_, index): Tab => {
    const freezer = createFreezer()
    const own = freezer.clock(clock)
    const engine = createEngine({
      store,
      clock: own,
      random: seededRandom(index + 1),
      shareWork: (work) =>
        joinTabDuty({
          lockName: LOCK,
          locks: freezer.locks(locks),
          channel: channels.open(LOCK, freezer.awake),
          clock: own,
          onGained: () => work.begin(),
          onLost: () => work.rest(),
          onWake: () => work.wake(),
        }),
    })
    return {
      ...freezer,
      isFrozen: false,
      engine,
      kill() {
        freezer.freeze()
        locks.release(LOCK)
      },
    }
  })
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed <= ms; passed += STEP_MS) {
      clock.advance(passed === 0 ? 0 : STEP_MS)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await pass(0)
  return { clock, tabs, pass }
}

/** A table whose items expire, made and filled by a tab that does not do the work. */
async function fill({ engine }: Tab, { clock }: Tabs, secondsToLive: number): Promise<void> {
  const TableName = 'items'
  await engine.dispatch('CreateTable', {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
  const until = clock.now() / MS_PER_SECOND + secondsToLive
  for (let id = 0; id < 10; id++) {
    await engine.dispatch('PutItem', { TableName, Item: { id: { S: `${id}` }, until: { N: `${until}` } } })
  }
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' }
  await engine.dispatch('UpdateTimeToLive', { TableName, TimeToLiveSpecification })
}

/** How many items each tab has deleted. */
function deleted({ tabs }: Tabs): number[] {
  return tabs.map(({ engine }) => engine.statistics().expiredItems)
}

describe('the work of the background', () => {
  it('is done by the first tab, whichever tab causes it', async () => {
    const all = await openTabs(3)
    await fill(all.tabs[2] as Tab, all, 5)
    await all.pass(6500)
    expect(deleted(all)).toEqual([10, 0, 0])
  })

  it('moves within two seconds when the tab that does it is closed', async () => {
    const all = await openTabs(2)
    const [one, other] = all.tabs as [Tab, Tab]
    await fill(other, all, 5)
    await all.pass(5000 - STEP_MS)
    one.kill()
    await all.pass(2000)
    expect(deleted(all)).toEqual([0, 10])
  })

  it('moves within ten seconds when the tab that does it is frozen, and stays there when that goes on', async () => {
    const all = await openTabs(2)
    const [one, other] = all.tabs as [Tab, Tab]
    await fill(other, all, 5)
    one.freeze()
    await all.pass(5000 + 10_000)
    expect(deleted(all)).toEqual([0, 10])
    one.thaw()
    await all.pass(20_000)
    await other.engine.dispatch('PutItem', {
      TableName: 'items',
      Item: { id: { S: 'late' }, until: { N: `${all.clock.now() / MS_PER_SECOND}` } },
    })
    await all.pass(2000)
    expect(deleted(all)).toEqual([0, 11])
  })

  it('is found by the tab that does it when the one that caused it was killed without a word', async () => {
    const all = await openTabs(2)
    const [one, other] = all.tabs as [Tab, Tab]
    other.freeze()
    // What it does now reaches the log and nobody's ear.
    await fill(other, all, 1)
    await all.pass(5000)
    expect(deleted(all)).toEqual([10, 0])
    expect(one.engine.statistics().backgroundSteps).toBeGreaterThan(0)
  })
})
