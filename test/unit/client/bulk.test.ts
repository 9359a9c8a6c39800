// Bulk work: how it slices, how much it has under way, and how it stops.

import { describe, expect, it } from 'vitest'
import { runBulk } from '../../../src/client/bulk.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const clock = createManualClock()
const pack = (): Uint8Array => new Uint8Array(4)

interface HeldSlice {
  readonly size: number
  readonly firstIndex: number
  land(): void
  fail(error: Error): void
}

/** Slices that a test lets land. */
function hold(): {
  readonly slices: HeldSlice[]
  run(slice: readonly Uint8Array[], firstIndex: number): Promise<void>
} {
  const slices: HeldSlice[] = []
  return {
    slices,
    run: (slice, firstIndex) =>
      new Promise((land, fail) => {
        slices.push({ size: slice.length, firstIndex, land, fail })
      }),
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe('work on many items', () => {
  it('is cut into slices of 1,000', async () => {
    const seen: [number, number][] = []
    const run = async (slice: readonly Uint8Array[], firstIndex: number): Promise<void> => {
      seen.push([firstIndex, slice.length])
    }
    expect(await runBulk({ sliceItems: 1000, source: numbers(2500), clock, pack, run })).toBe(2500)
    expect(seen).toEqual([
      [0, 1000],
      [1000, 1000],
      [2000, 500],
    ])
  })

  it('is cut into slices of 256 KiB when items are large', async () => {
    const sizes: number[] = []
    const run = async (slice: readonly Uint8Array[]): Promise<void> => void sizes.push(slice.length)
    await runBulk({ sliceItems: 1000, source: numbers(5), clock, pack: () => new Uint8Array(131_072), run })
    expect(sizes).toEqual([2, 2, 1])
  })

  it('has at most four slices under way', async () => {
    const { slices, run } = hold()
    const work = runBulk({ sliceItems: 1000, source: numbers(5000), clock, pack, run })
    await turns()
    expect(slices.length).toBe(4)
    slices[0]?.land()
    await turns()
    expect(slices.length).toBe(5)
    for (const slice of slices) slice.land()
    expect(await work).toBe(5000)
  })

  it('takes items from an asynchronous stream', async () => {
    async function* stream(): AsyncGenerator<number> {
      yield* numbers(1001)
    }
    expect(await runBulk({ sliceItems: 1000, source: stream(), clock, pack, run: async () => undefined })).toBe(1001)
  })

  it('does nothing with nothing', async () => {
    const { slices, run } = hold()
    expect(await runBulk({ sliceItems: 1000, source: [], clock, pack, run })).toBe(0)
    expect(slices).toEqual([])
  })

  it('tells its progress', async () => {
    const progress: number[] = []
    const onProgress = (done: number): void => void progress.push(done)
    await runBulk({ sliceItems: 1000, source: numbers(2001), clock, pack, run: async () => undefined, onProgress })
    expect(progress).toEqual([1000, 2000, 2001])
  })

  it('stops at the first failure, after what is under way has landed, and closes the source', async () => {
    const { slices, run } = hold()
    let isClosed = false
    function* source(): Generator<number> {
      try {
        yield* numbers(10_000)
      } finally {
        isClosed = true
      }
    }
    let isSettled = false
    const work = runBulk({ sliceItems: 1000, source: source(), clock, pack, run }).finally(() => (isSettled = true))
    work.catch(() => undefined)
    await turns()
    slices[1]?.fail(new Error('no room'))
    await turns()
    expect([slices.length, isSettled]).toEqual([4, false])
    for (const index of [0, 2, 3]) slices[index]?.land()
    await expect(work).rejects.toEqual(new Error('no room'))
    expect([slices.length, isClosed]).toEqual([4, true])
  })

  it('stops at an item that cannot be packed, after what is under way has landed', async () => {
    const { slices, run } = hold()
    const refuse = (item: number): Uint8Array => {
      if (item === 1500) throw new Error('not an item')
      return pack()
    }
    const work = runBulk({ sliceItems: 1000, source: numbers(3000), clock, pack: refuse, run })
    work.catch(() => undefined)
    await turns()
    slices[0]?.land()
    await expect(work).rejects.toEqual(new Error('not an item'))
  })

  it('stops between slices when it is aborted', async () => {
    const abort = new AbortController()
    const run = async (): Promise<void> => abort.abort(new Error('changed my mind'))
    await expect(
      runBulk({ sliceItems: 1000, source: numbers(5000), clock, pack, run, signal: abort.signal }),
    ).rejects.toEqual(new Error('changed my mind'))
  })

  it('gives the thread back after every 4 ms of packing', async () => {
    const slowClock = createManualClock()
    let packed = 0
    const slow = (): Uint8Array => {
      slowClock.advance(1)
      packed++
      return pack()
    }
    const packedAtOtherTask = new Promise<number>((resolve) => setImmediate(() => resolve(packed)))
    await runBulk({ sliceItems: 1000, source: numbers(600), clock: slowClock, pack: slow, run: async () => undefined })
    expect(await packedAtOtherTask).toBe(4)
  })
})
