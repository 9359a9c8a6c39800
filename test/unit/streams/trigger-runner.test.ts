// How a trigger gathers, retries, isolates and gives up, in virtual time.

import { describe, expect, it } from 'vitest'
import { checkTrigger, runTrigger } from '../../../src/streams/trigger-runner.ts'
import type { TriggerFailure, TriggerHandler, TriggerSettings } from '../../../src/streams/trigger-types.ts'
import { type GivenChange, TriggerTable } from '../../support/trigger-table.ts'

const HOUR_MS = 3_600_000

interface Started {
  readonly table: TriggerTable
  /** The values of each batch, in the order in which they were given. */
  readonly batches: number[][]
  readonly failures: TriggerFailure<GivenChange>[]
  readonly stop: () => Promise<void>
}

/** Starts a trigger over a table with these values. */
async function start(
  values: readonly number[],
  settings: Partial<TriggerSettings>,
  {
    handler = () => undefined,
    table = new TriggerTable(),
  }: { handler?: TriggerHandler<GivenChange>; table?: TriggerTable } = {},
): Promise<Started> {
  const batches: number[][] = []
  const failures: TriggerFailure<GivenChange>[] = []
  for (const value of values) table.append(`k${value % 3}`, value)
  const stopping = new AbortController()
  const host = table.host(
    (changes, context) => {
      batches.push(changes.map(({ value }) => value))
      return handler(changes, context)
    },
    (failure) => failures.push(failure),
  )
  const running = runTrigger({ name: 'test', from: 'start', ...settings }, host, stopping.signal)
  await table.settle()
  return {
    table,
    batches,
    failures,
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Fails every batch that holds one of these values. */
function poisonedBy(...poison: number[]): TriggerHandler<GivenChange> {
  return (changes) => {
    if (changes.some(({ value }) => poison.includes(value))) throw new Error('poison')
  }
}

describe('a trigger', () => {
  it('is given changes in batches, in order', async () => {
    const { batches, stop } = await start([1, 2, 3, 4, 5], { batchSize: 2 })
    expect(batches).toEqual([[1, 2], [3, 4], [5]])
    await stop()
  })

  it('is given all that is there up to the size of a batch, without waiting for it', async () => {
    const values = Array.from({ length: 2500 }, (_, value) => value)
    const { batches, stop } = await start(values, { batchSize: 2000 })
    expect(batches.map((batch) => batch.length)).toEqual([2000, 500])
    await stop()
  })

  it('is given no more than 6 MiB at once, but for a change that is larger alone', async () => {
    const { batches, stop } = await start([4_000_000, 1_000_000, 4_000_000, 9_000_000, 1], {})
    expect(batches).toEqual([[4_000_000, 1_000_000], [4_000_000], [9_000_000], [1]])
    await stop()
  })

  it('begins with what comes after it was started, unless told otherwise', async () => {
    const { table, batches, stop } = await start([1, 2], { from: 'now' })
    table.append('k', 3)
    await table.settle()
    expect(batches).toEqual([[3]])
    await stop()
  })

  it('waits for a batch to fill, but no longer than its window', async () => {
    const { table, batches, stop } = await start([1], { batchSize: 3, batchWindowMs: 5000 })
    expect(batches).toEqual([])
    await table.pass(2000)
    table.append('k', 2)
    await table.pass(1000)
    expect(batches).toEqual([])
    await table.pass(4000)
    expect(batches).toEqual([[1, 2]])
    for (const value of [3, 4, 5]) table.append('k', value)
    await table.settle()
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ])
    await stop()
  })

  it('is given only what its filters match, and does not come back to the rest', async () => {
    const { table, batches, stop } = await start([1, 2, 3], {
      filters: [{ dynamodb: { value: [{ numeric: ['>', 1] }] } }],
    })
    expect(batches).toEqual([[2, 3]])
    table.append('k', 0)
    await table.settle()
    expect(table.checkpoint).toBe(`stream/${'4'.padStart(27, '0')}`)
    await stop()
  })

  it('goes on behind its checkpoint', async () => {
    const first = await start([1, 2], {})
    await first.stop()
    const second = await start([3], {}, { table: first.table })
    expect(second.batches).toEqual([[3]])
    await second.stop()
  })

  it('is given a batch again after a second, then after two, then after four', async () => {
    let failuresLeft = 3
    const attempts: [number, number][] = []
    const table = new TriggerTable()
    const handler: TriggerHandler<GivenChange> = (_, { attempt }) => {
      attempts.push([attempt, table.clock.now()])
      if (failuresLeft-- > 0) throw new Error('not yet')
    }
    const { stop } = await start([1], {}, { handler, table })
    await table.pass(10_000)
    expect(attempts).toEqual([
      [1, 0],
      [2, 1000],
      [3, 3000],
      [4, 7000],
    ])
    await stop()
  })

  it('gives a batch up after its retries, tells the destination, and goes on', async () => {
    const { table, batches, failures, stop } = await start(
      [1, 2, 3],
      { batchSize: 2, retries: 1 },
      { handler: poisonedBy(2) },
    )
    await table.pass(5000)
    expect(batches).toEqual([[1, 2], [1, 2], [3]])
    expect(failures.map(({ changes, ...facts }) => [facts, changes.map(({ value }) => value)])).toEqual([
      [{ triggerName: 'test', condition: 'RetryAttemptsExhausted', attempts: 2, error: 'Error: poison' }, [1, 2]],
    ])
    await stop()
  })

  it('reports what it gives up before it goes on, even when it is stopped in between', async () => {
    const reports: number[][] = []
    const table = new TriggerTable()
    table.append('k', 1)
    let canReport = false
    const lives = async (durationMs: number): Promise<void> => {
      const stopping = new AbortController()
      const host = table.host(poisonedBy(1), ({ changes }) => {
        if (!canReport) throw new Error('The destination cannot be reached.')
        reports.push(changes.map(({ value }) => value))
      })
      const running = runTrigger({ name: 'test', from: 'start', retries: 0 }, host, stopping.signal)
      await table.pass(durationMs)
      stopping.abort()
      await table.settle()
      expect(await running).toBe('stopped')
    }
    await lives(5000)
    canReport = true
    await lives(5000)
    expect(reports).toEqual([[1]])
  })

  it('isolates a poisoned change by halving, reports it alone, and delivers the rest', async () => {
    const settings = { batchSize: 8, retries: 2, bisectOnError: true }
    const { table, batches, failures, stop } = await start([1, 2, 3, 4, 5, 6, 7, 8], settings, {
      handler: poisonedBy(3),
    })
    await table.pass(10_000)
    expect(batches).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [3], [4], [5, 6, 7, 8]])
    expect(failures.map(({ changes }) => changes.map(({ value }) => value))).toEqual([[3]])
    await stop()
  })

  it('goes on from the first change that its answer names as failed', async () => {
    const failing = new Set([3])
    const handler: TriggerHandler<GivenChange> = (changes) => {
      const failed = changes.filter(({ value }) => failing.delete(value))
      return { batchItemFailures: failed.map(({ position }) => ({ itemIdentifier: position })) }
    }
    const { table, batches, failures, stop } = await start([1, 2, 3, 4], {}, { handler })
    await table.settle()
    expect(table.checkpoint).toBe(`stream/${'2'.padStart(27, '0')}`)
    await table.pass(2000)
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ])
    expect(failures).toEqual([])
    await stop()
  })

  it('is given all again when its answer names a change that it was not given', async () => {
    let isFirst = true
    const handler: TriggerHandler<GivenChange> = () => {
      const batchItemFailures = isFirst ? [{ itemIdentifier: 'nobody' }] : []
      isFirst = false
      return { batchItemFailures }
    }
    const { table, batches, stop } = await start([1, 2], {}, { handler })
    await table.pass(2000)
    expect(batches).toEqual([
      [1, 2],
      [1, 2],
    ])
    await stop()
  })

  it('gives changes up that have become too old', async () => {
    const { table, batches, failures, stop } = await start([1], { maxAgeMs: HOUR_MS }, { handler: poisonedBy(1) })
    await table.pass(HOUR_MS / 2, 60_000)
    table.append('k', 2)
    await table.pass(HOUR_MS, 60_000)
    expect(failures.map(({ condition, changes }) => [condition, changes.map(({ value }) => value)])).toEqual([
      ['RecordAgeExceeded', [1]],
    ])
    expect(batches.at(-1)).toEqual([2])
    await stop()
  })

  it('tries its destination until that takes what was given up', async () => {
    const table = new TriggerTable()
    table.append('k', 1)
    let refusals = 2
    const stopping = new AbortController()
    const given: unknown[] = []
    const host = table.host(poisonedBy(1), (failure) => {
      if (refusals-- > 0) throw new Error('full')
      given.push(failure.changes)
    })
    const running = runTrigger({ name: 'test', from: 'start', retries: 0 }, host, stopping.signal)
    await table.pass(5000)
    expect(given).toHaveLength(1)
    expect(table.checkpoint).toBe(`stream/${'1'.padStart(27, '0')}`)
    stopping.abort()
    await running
  })

  it('ends when there will be no more changes', async () => {
    const table = new TriggerTable()
    table.append('k', 1)
    table.end()
    const given: number[] = []
    await runTrigger(
      { name: 'test', from: 'start' },
      table.host((changes) => void given.push(changes.length)),
      new AbortController().signal,
    )
    expect(given).toEqual([1])
  })

  it('does not keep a checkpoint for a batch that it was stopped in', async () => {
    const table = new TriggerTable()
    const { stop } = await start([1], {}, { handler: poisonedBy(1), table })
    const before = table.checkpoint
    await stop()
    expect(table.checkpoint).toBe(before)
    expect(table.clock.timerCount()).toBe(0)
  })

  it.each([
    [{ name: '' }, 'The name of a trigger is a text of 1 to 255 characters.'],
    [{ name: 'x', batchSize: 0 }, 'The batchSize of a trigger is an integer from 1 to 10000.'],
    [{ name: 'x', batchSize: 10_001 }, 'The batchSize of a trigger is an integer from 1 to 10000.'],
    [{ name: 'x', batchWindowMs: 300_001 }, 'The batchWindowMs of a trigger is an integer from 0 to 300000.'],
    [{ name: 'x', retries: -1 }, 'The retries of a trigger is an integer from 0 to 10000.'],
    [{ name: 'x', maxAgeMs: 0 }, 'The maxAgeMs of a trigger is an integer from 1 to 86400000.'],
  ])('is refused with %j', (settings, message) => {
    expect(() => checkTrigger(settings)).toThrow(message)
  })
})
