// Which tab leads: by a lock, and by what the others hear of the one that has it.

import { describe, expect, it } from 'vitest'
import { HEARTBEAT_MS, Leadership, PATIENCE_MS } from '../../../src/base/leadership.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createMemoryLocks } from '../../support/memory-locks.ts'

interface Tab {
  readonly name: string
  readonly clock: ManualClock
  readonly leadership: Leadership
}

/** Tabs that hear each other, as long as their clocks go on. */
function openTabs(names: readonly string[]): { readonly tabs: readonly Tab[]; readonly story: string[] } {
  const locks = createMemoryLocks()
  const story: string[] = []
  const tabs: Tab[] = names.map((name): Tab => {
    const clock = createManualClock()
    const leadership = new Leadership({
      lockName: 'duty',
      locks,
      clock,
      beat: () => {
        for (const other of tabs) if (other.name !== name) other.leadership.heard()
      },
      onGained: () => story.push(`${name} leads`),
      onLost: () => story.push(`${name} rests`),
    })
    return { name, clock, leadership }
  })
  return { tabs, story }
}

async function pass(tabs: readonly Tab[], durationMs: number): Promise<void> {
  for (let ms = 0; ms < durationMs; ms += HEARTBEAT_MS / 2) {
    for (const { clock } of tabs) clock.advance(HEARTBEAT_MS / 2)
    await settled()
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('the tab that leads', () => {
  it('is the first, for as long as it says that it lives', async () => {
    const { tabs, story } = openTabs(['one', 'other'])
    for (const { leadership } of tabs) leadership.start()
    await pass(tabs, 10 * PATIENCE_MS)
    expect(story).toEqual(['one leads'])
    for (const { leadership } of tabs) leadership.close()
  })

  it('is the next when it is closed', async () => {
    const { tabs, story } = openTabs(['one', 'other'])
    for (const { leadership } of tabs) leadership.start()
    await settled()
    tabs[0]?.leadership.close()
    await settled()
    expect(story).toEqual(['one leads', 'one rests', 'other leads'])
    tabs[1]?.leadership.close()
  })

  it('is another within ten seconds when it is frozen, and rests when it goes on', async () => {
    const { tabs, story } = openTabs(['frozen', 'other'])
    for (const { leadership } of tabs) leadership.start()
    await pass(tabs, HEARTBEAT_MS)
    await pass(tabs.slice(1), 10_000)
    expect(story).toEqual(['frozen leads', 'other leads', 'frozen rests'])
    await pass(tabs, 10 * PATIENCE_MS)
    expect(story).toHaveLength(3)
    expect(tabs.map(({ leadership }) => leadership.leads)).toEqual([false, true])
    for (const { leadership } of tabs) leadership.close()
  })

  it('stays the same when all tabs were frozen', async () => {
    const { tabs, story } = openTabs(['one', 'other'])
    for (const { leadership } of tabs) leadership.start()
    await settled()
    for (const { clock } of tabs.toReversed()) clock.advance(100 * PATIENCE_MS)
    await pass(tabs, 2 * PATIENCE_MS)
    expect(story).toEqual(['one leads'])
    for (const { leadership } of tabs) leadership.close()
  })

  it('stays the same when tabs are let run once a minute, and moves within two when it is frozen', async () => {
    const { tabs, story } = openTabs(['one', 'other'])
    for (const { leadership } of tabs) leadership.start()
    await settled()
    const passMinutes = async (some: readonly Tab[], minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute++) {
        for (const { clock } of some) clock.advance(60_000)
        await settled()
      }
    }
    await passMinutes(tabs, 10)
    expect(story).toEqual(['one leads'])
    await passMinutes(tabs.slice(1), 2)
    expect(story).toEqual(['one leads', 'other leads', 'one rests'])
    for (const { leadership } of tabs) leadership.close()
  })

  it('is every tab where there are no locks, or none that it may have', async () => {
    const refused = { request: () => Promise.reject(new DOMException('Not here.', 'SecurityError')) }
    for (const locks of [undefined, refused as unknown as LockManager]) {
      const clock = createManualClock()
      const noted = (): void => undefined
      const leadership = new Leadership({ lockName: 'duty', locks, clock, beat: noted, onGained: noted, onLost: noted })
      leadership.start()
      await settled()
      expect(leadership.leads).toBe(true)
      leadership.close()
    }
  })
})
