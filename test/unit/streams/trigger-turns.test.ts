// Which tab runs a trigger when tabs are closed, killed and frozen, in virtual time.

import { describe, expect, it } from 'vitest'
import { createTriggerTabs, type TriggerTab } from '../../support/trigger-tabs.ts'
import type { TriggerTable } from '../../support/trigger-table.ts'

interface Stage {
  readonly table: TriggerTable
  /** Which tab was given which value. */
  readonly story: readonly string[]
  readonly one: TriggerTab
  readonly other: TriggerTab
}

/** Two tabs with the trigger, the first of which runs it. */
function twoTabs(...options: Parameters<typeof createTriggerTabs> | []): Stage {
  const [settings = {}, surroundings] = options
  const { table, open } = createTriggerTabs(settings, surroundings)
  const story: string[] = []
  const tab = (name: string): TriggerTab =>
    open((changes) => void story.push(...changes.map(({ value }) => `${name} ${value}`)))
  return { table, story, one: tab('one'), other: tab('other') }
}

describe('a trigger of several tabs', () => {
  it('is run by the first, and by the next at once when that one stops it', async () => {
    const { table, story, one, other } = twoTabs()
    table.append('k', 1)
    await table.pass(20_000)
    const stopped = one.stop()
    await table.settle()
    await stopped
    table.append('k', 2)
    await table.settle()
    expect(story).toEqual(['one 1', 'other 2'])
    await other.stop()
  })

  it('moves at once when its tab is killed', async () => {
    const { table, story, one, other } = twoTabs()
    table.append('k', 1)
    await table.settle()
    one.kill()
    table.append('k', 2)
    await table.settle()
    expect(story).toEqual(['one 1', 'other 2'])
    await other.stop()
  })

  it('moves within ten seconds when its tab is frozen, which does nothing any more when it goes on', async () => {
    const { table, story, one, other } = twoTabs()
    table.append('k', 1)
    await table.pass(20_000)
    one.freeze()
    table.append('k', 2)
    await table.pass(10_000)
    expect(story).toEqual(['one 1', 'other 2'])
    one.thaw()
    await table.settle()
    table.append('k', 3)
    await table.pass(20_000)
    expect(story).toEqual(['one 1', 'other 2', 'other 3'])
    await Promise.all([one.stop(), other.stop()])
  })

  it('is not given what another tab was given while this one was frozen at its work', async () => {
    const { table, open } = createTriggerTabs({ batchSize: 1 })
    const story: string[] = []
    let work = Promise.resolve()
    let finish = (): void => undefined
    const one = open(async (changes) => {
      story.push(...changes.map(({ value }) => `one ${value}`))
      await work
    })
    const other = open((changes) => void story.push(...changes.map(({ value }) => `other ${value}`)))
    work = new Promise((resolve) => (finish = resolve))
    for (const value of [1, 2, 3]) table.append('k', value)
    await table.settle()
    one.freeze()
    await table.pass(10_000)
    expect(story).toEqual(['one 1', 'other 1', 'other 2', 'other 3'])
    one.thaw()
    finish()
    await table.pass(20_000)
    expect(story).toHaveLength(4)
    await Promise.all([one.stop(), other.stop()])
  })

  it('moves at once when its tab is put aside, which waits for its turn when it is taken up again', async () => {
    const { table, story, one, other } = twoTabs()
    table.append('k', 1)
    await table.settle()
    one.leave()
    one.freeze()
    table.append('k', 2)
    await table.settle()
    await table.pass(60_000)
    one.thaw()
    one.enter()
    table.append('k', 3)
    await table.pass(60_000)
    expect(story).toEqual(['one 1', 'other 2', 'other 3'])
    other.leave()
    table.append('k', 4)
    await table.settle()
    expect(story).toEqual(['one 1', 'other 2', 'other 3', 'one 4'])
    await Promise.all([one.stop(), other.stop()])
  })

  it('does not take turns where all tabs were frozen', async () => {
    const { table, story, one, other } = twoTabs()
    const tabs = [one, other]
    await table.settle()
    for (const tab of tabs) tab.freeze()
    table.append('k', 1)
    await table.pass(600_000, 10_000)
    for (const tab of tabs) tab.thaw()
    await table.pass(1000)
    expect(story).toEqual(['one 1'])
    await Promise.all(tabs.map((tab) => tab.stop()))
  })

  it('goes on where there are no locks, in whichever tab', async () => {
    const { table, story, one, other } = twoTabs({}, { hasLocks: false })
    await table.settle()
    table.append('k', 1)
    await table.settle()
    expect(story).toEqual(['other 1'])
    await other.stop()
    table.append('k', 2)
    await table.pass(10_000)
    expect(story).toEqual(['other 1', 'one 2'])
    await one.stop()
  })

  it('ends in every tab when there are no more changes', async () => {
    const { table, open } = createTriggerTabs({})
    const seen: number[] = []
    const tabs = [1, 2].map(() => open((changes) => void seen.push(...changes.map(({ value }) => value))))
    table.append('k', 1)
    table.end()
    await table.settle()
    expect(seen).toEqual([1])
    await Promise.all(tabs.map((tab) => tab.stop()))
    expect(table.clock.timerCount()).toBe(0)
  })
})
