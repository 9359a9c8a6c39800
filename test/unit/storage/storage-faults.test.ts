// Makes every single step of the device fail in every way, over one workload that commits, flushes, merges and cleans
// up. Whatever fails, what was acknowledged is there after a restart, and nothing is there by half.

import { describe, expect, it } from 'vitest'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { seededRandom } from '../../../src/base/random.ts'
import type { OrderedStore, Reader } from '../../../src/storage/contract.ts'
import { openLogStructuredStore } from '../../../src/storage/log-structured-store.ts'
import { decodeManifest } from '../../../src/storage/manifest-codec.ts'
import { runRange } from '../../../src/storage/run.ts'
import { bytes, rowsOf, text } from '../../contract/store-contract.ts'
import { createBriskClock } from '../../support/brisk-clock.ts'
import { createFaultyDevice, type Fault, FAULTS, type FaultyDevice } from '../../support/faulty-device.ts'
import { createMemoryDevice, createMemoryDisk, type MemoryDisk } from '../../support/memory-device.ts'

/** Each batch appends its number to this row, which so lists the batches that are there. */
const JOURNAL = 'journal'
const ROUNDS = 3
const BATCHES_PER_ROUND = 8
const ROWS_PER_BATCH = 3
/** Longer than replaced runs are kept. */
const PAUSE_MS = 20_000

interface Run {
  readonly acknowledged: readonly number[]
  /** What the others were told. */
  readonly refusals: readonly unknown[]
  readonly opened: boolean
}

function rowKey(batch: number, row: number): string {
  return `row ${batch % 5} ${batch} ${row}`
}

async function journalOf(reader: Reader): Promise<number[]> {
  const journal = text(await reader.get(JOURNAL))
  return journal === undefined ? [] : journal.split(' ').map(Number)
}

async function runWorkload(device: FaultyDevice): Promise<Run> {
  const clock = createBriskClock()
  const acknowledged: number[] = []
  const refusals: unknown[] = []
  let store: OrderedStore
  try {
    store = await openLogStructuredStore({
      name: 'faults',
      device,
      clock,
      random: seededRandom(1),
      memtableBytes: 1500,
    })
  } catch (error) {
    return { acknowledged, refusals: [error], opened: false }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < BATCHES_PER_ROUND; index++) {
      const batch = round * BATCHES_PER_ROUND + index
      try {
        await store.write(async (transaction) => {
          const journal = await journalOf(transaction)
          transaction.put(JOURNAL, bytes([...journal, batch].join(' ')))
          for (let row = 0; row < ROWS_PER_BATCH; row++)
            transaction.put(rowKey(batch, row), new Uint8Array(60).fill(batch))
          if (batch >= 5) transaction.delete(rowKey(batch - 5, 0))
        })
        acknowledged.push(batch)
      } catch (error) {
        refusals.push(error)
      }
    }
    clock.advance(PAUSE_MS)
    await device.quiet()
  }
  await store.close()
  return { acknowledged, refusals, opened: true }
}

/** Asserts that the disk holds all acknowledged batches, every batch it names whole, and no leftovers for long. */
async function expectWhole(disk: MemoryDisk, { acknowledged, refusals }: Run): Promise<void> {
  const clock = createBriskClock()
  clock.advance(1_000_000)
  const device = createFaultyDevice(createMemoryDevice(disk), 0, 'fails')
  const store = await openLogStructuredStore({ name: 'faults', device, clock })
  const snapshot = store.snapshot()
  const present = await journalOf(snapshot)
  expect(present.filter((batch) => acknowledged.includes(batch))).toEqual(acknowledged)
  expect(present.length - acknowledged.length).toBeLessThanOrEqual(refusals.length)
  const expected = new Set<string>()
  for (const batch of present) {
    for (let row = 0; row < ROWS_PER_BATCH; row++) expected.add(rowKey(batch, row))
    expected.delete(rowKey(batch - 5, 0))
  }
  const keys = (await rowsOf(snapshot.scan({ start: 'row', end: 'rox' }))).map(([key]) => key)
  expect(keys).toEqual([...expected].sort())
  for (const key of keys) expect((await snapshot.get(key))?.[0]).toBe(Number(key.split(' ')[2]))
  snapshot.close()
  await store.write((transaction) => transaction.put('after', bytes('restart')))
  for (let pause = 0; pause < 3; pause++) {
    clock.advance(PAUSE_MS)
    await device.quiet()
  }
  await store.close()
  const { runs } = decodeManifest(disk.manifest)
  const pageIds = runs.flatMap((run) => {
    const { first, count } = runRange(run)
    return Array.from({ length: count }, (_, offset) => first + offset)
  })
  expect([...disk.pages.keys()].sort((a, b) => a - b)).toEqual(pageIds.sort((a, b) => a - b))
}

async function runWith(
  failAt: number,
  fault: Fault,
): Promise<{ readonly run: Run; readonly disk: MemoryDisk; readonly steps: number }> {
  const disk = createMemoryDisk()
  const device = createFaultyDevice(createMemoryDevice(disk), failAt, fault)
  const run = await runWorkload(device)
  return { run, disk, steps: device.stepCount() }
}

describe('the log-structured store on a device that fails', () => {
  it('does all kinds of steps in the workload below', async () => {
    const { run, disk, steps } = await runWith(0, 'fails')
    expect(run.refusals).toEqual([])
    expect(steps).toBeGreaterThan(70)
    expect(disk.floor).toBeGreaterThan(0)
    expect(decodeManifest(disk.manifest).nextRunId).toBeGreaterThan(8)
    await expectWhole(disk, run)
  })

  for (const fault of FAULTS) {
    it(`keeps what it acknowledged, whole batches only, when any one step ${fault}`, async () => {
      const { steps } = await runWith(0, fault)
      for (let failAt = 1; failAt <= steps; failAt++) {
        const { run, disk } = await runWith(failAt, fault)
        for (const error of run.refusals) expect(error).toBeInstanceOf(DatabaseError)
        await expectWhole(disk, run)
      }
    })
  }

  for (const fault of FAULTS.filter((each) => !each.startsWith('dies'))) {
    it(`refuses one batch at most and goes on when one step ${fault}`, async () => {
      const { steps } = await runWith(0, fault)
      for (let failAt = 1; failAt <= steps; failAt++) {
        const { run } = await runWith(failAt, fault)
        expect(run.refusals.length).toBeLessThanOrEqual(1)
        if (run.opened) expect(run.acknowledged.length + run.refusals.length).toBe(ROUNDS * BATCHES_PER_ROUND)
      }
    })
  }
})
