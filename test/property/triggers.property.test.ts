// Triggers under random failures, stops and restarts: every change is handled or reported, none is handled before one with
// the same key that came earlier, and nobody is given what was reported again. Tabs that freeze at any point change nothing
// about that, and are not given what another tab is done with.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runTrigger } from '../../src/streams/trigger-runner.ts'
import { type GivenChange, TriggerTable } from '../support/trigger-table.ts'
import { createTriggerTabs } from '../support/trigger-tabs.ts'

const COUNT = 30
const MAX_ROUNDS = 60
const TABS = 3

/** What the handler does with one batch. */
type Act = 'succeeds' | 'throws' | 'reports' | 'throws-late'

const acts = fc.array(fc.constantFrom<Act>('succeeds', 'throws', 'reports', 'throws-late'), { maxLength: 40 })

describe('triggers', () => {
  it('handle or report every change, in the order of each key, whatever fails', async () => {
    const settings = fc.record({
      batchSize: fc.integer({ min: 1, max: 12 }),
      retries: fc.integer({ min: 0, max: 3 }),
      bisectOnError: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(settings, acts, fc.array(fc.nat(COUNT), { maxLength: 5 }), async (chosen, plan, poison) => {
        const table = new TriggerTable()
        const handled: GivenChange[] = []
        const reported: number[] = []
        const left = [...plan]
        const host = table.host(
          (changes) => {
            const act = left.shift() ?? 'succeeds'
            if (act === 'throws' || changes.some(({ value }) => poison.includes(value))) throw new Error('failed')
            const middle = Math.floor(changes.length / 2)
            const done = act === 'reports' ? changes.slice(0, middle) : changes
            handled.push(...done)
            if (act === 'throws-late') throw new Error('failed after the work')
            const [failed] = changes.slice(done.length)
            return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed.position }] }
          },
          ({ changes }) => void reported.push(...changes.map(({ value }) => value)),
        )
        for (let value = 0; value < COUNT; value++) table.append(`k${value % 3}`, value)
        table.end()
        for (let round = 0, isOver = false; !isOver && round < MAX_ROUNDS; round++) {
          const stopping = new AbortController()
          const running = runTrigger({ name: 'test', from: 'start', ...chosen }, host, stopping.signal).then(() => {
            isOver = !stopping.signal.aborted
          })
          // Each life lasts a while; the next one goes on from the checkpoint.
          await table.pass(20_000, 1000)
          stopping.abort()
          await table.settle()
          await running
        }
        const values = new Set([...handled.map(({ value }) => value), ...reported])
        expect(values.size).toBe(COUNT)
        for (const key of ['k0', 'k1', 'k2']) {
          const ofKey = handled.filter((change) => change.key === key).map(({ value }) => value)
          const firstTimes = [...new Set(ofKey)]
          expect(firstTimes).toEqual(firstTimes.toSorted((one, other) => one - other))
        }
        for (const value of poison)
          if (value < COUNT) expect(handled.some((change) => change.value === value)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('give nothing twice that is done with, however tabs freeze', async () => {
    const step = fc.record({
      tab: fc.nat(TABS - 1),
      what: fc.constantFrom('write', 'freeze', 'freeze', 'thaw'),
      turns: fc.nat(30),
      waits: fc.constantFrom(0, 0, 500, 12_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), async (batchSize, steps) => {
        const { table, open } = createTriggerTabs({ batchSize })
        const handled: number[] = []
        const doneWith: number[] = []
        const handler = async (changes: readonly GivenChange[]): Promise<void> => {
          for (const { value, position } of changes) {
            if (table.checkpoint !== undefined && table.checkpoint >= position) doneWith.push(value)
            handled.push(value)
          }
          // At work for a moment, in which the tab may freeze.
          await Promise.resolve()
        }
        const tabs = Array.from({ length: TABS }, () => open(handler))
        let written = 0
        for (const { tab, what, turns, waits } of steps) {
          if (what === 'freeze') tabs[tab]?.freeze()
          else if (what === 'thaw') tabs[tab]?.thaw()
          else if (what === 'write') table.append('k', ++written)
          for (let turn = 0; turn < turns; turn++) await Promise.resolve()
          if (waits > 0) await table.pass(waits)
        }
        for (const tab of tabs) tab.thaw()
        await table.pass(30_000)
        const all = Array.from({ length: written }, (_, index) => index + 1)
        expect([...new Set(handled)]).toEqual(all)
        expect(doneWith).toEqual([])
        await Promise.all(tabs.map((tab) => tab.stop()))
      }),
      { numRuns: 200 },
    )
  })
})
