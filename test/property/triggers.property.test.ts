// Triggers under random failures, stops and restarts: every change is handled or reported, none is handled before one with
// the same key that came earlier, and nobody is given what was reported again.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runTrigger } from '../../src/streams/trigger-runner.ts'
import { type GivenChange, TriggerTable } from '../support/trigger-table.ts'

const COUNT = 30
const MAX_ROUNDS = 60

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
})
