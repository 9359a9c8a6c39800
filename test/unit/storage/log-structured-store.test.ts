// What the contract does not say of the log-structured store: workers that slept, damage, full disks, bounds.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { OrderedStore } from '../../../src/storage/contract.ts'
import type { LogDevice } from '../../../src/storage/log-device.ts'
import { type LogStructuredStoreOptions, openLogStructuredStore } from '../../../src/storage/log-structured-store.ts'
import { decodeManifest, encodeManifest } from '../../../src/storage/manifest-codec.ts'
import { bytes, rowsOf, text } from '../../contract/store-contract.ts'
import { createBriskClock } from '../../support/brisk-clock.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createMemoryDevice, createMemoryDisk, type MemoryDisk } from '../../support/memory-device.ts'

const MEMTABLE_BYTES = 4000
const EVERYTHING = { start: '', end: '\u00ff\u00ff' }

let openCount = 0

function open(disk: MemoryDisk, options: Partial<LogStructuredStoreOptions> = {}): Promise<OrderedStore> {
  return openLogStructuredStore({
    // A name of its own for each worker: they do not hear each other's hints, as if they slept.
    name: `silent ${++openCount}`,
    device: createMemoryDevice(disk),
    clock: createBriskClock(),
    random: seededRandom(1),
    memtableBytes: MEMTABLE_BYTES,
    ...options,
  })
}

/** Fills `count` memtables, so that they are flushed. */
async function fill(store: OrderedStore, count: number, value: string = 'x'): Promise<void> {
  for (let index = 0; index < count * 10; index++) {
    await store.write((transaction) => transaction.put(`fill ${index % 25}`, bytes(value.repeat(400))))
  }
}

async function read(store: OrderedStore, key: string): Promise<string | undefined> {
  const snapshot = store.snapshot()
  try {
    return text(await snapshot.get(key))
  } finally {
    snapshot.close()
  }
}

describe('a worker that slept while the log was cut', () => {
  it('commits from the newest state all the same', async () => {
    const disk = createMemoryDisk()
    const asleep = await open(disk)
    await asleep.write((transaction) => transaction.put('count', bytes('1')))
    const awake = await open(disk)
    await fill(awake, 5)
    await awake.write((transaction) => transaction.put('count', bytes('2')))
    expect(disk.floor).toBeGreaterThan(1)
    const sequence = await asleep.write(async (transaction) => {
      transaction.put('count', bytes(String(Number(text(await transaction.get('count'))) + 1)))
      return transaction.sequence
    })
    expect(sequence).toBe(awake.statistics().sequence + 1)
    await awake.refresh()
    expect([await read(asleep, 'count'), await read(awake, 'count')]).toEqual(['3', '3'])
    await asleep.close()
    await awake.close()
  })

  it('is told by its log cursors, which can start anew behind a snapshot', async () => {
    const disk = createMemoryDisk()
    const asleep = await open(disk)
    const cursor = asleep.openLog({ after: 0 })
    const awake = await open(disk)
    await fill(awake, 5)
    await asleep.refresh()
    await expect(cursor.next()).rejects.toMatchObject({ code: 'LogTruncated' })
    cursor.close()
    const snapshot = asleep.snapshot()
    const again = asleep.openLog({ after: snapshot.sequence })
    snapshot.close()
    await asleep.write((transaction) => transaction.put('b', bytes('2')))
    expect((await again.next())?.entries).toEqual([{ key: 'b', value: bytes('2') }])
    again.close()
    await asleep.close()
    await awake.close()
  })

  it('is told by a snapshot whose pages were removed', async () => {
    const disk = createMemoryDisk()
    const clock = createBriskClock()
    const awake = await open(disk, { clock })
    await fill(awake, 3, 'old')
    const asleep = await open(disk, { pageCacheBytes: 0 })
    const snapshot = asleep.snapshot()
    for (let round = 0; round < 4; round++) {
      await fill(awake, 3, 'new')
      clock.advance(20_000)
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    await expect(rowsOf(snapshot.scan(EVERYTHING))).rejects.toMatchObject({ code: 'SnapshotLost' })
    snapshot.close()
    await asleep.refresh()
    expect(await read(asleep, 'fill 0')).toBe('new'.repeat(400))
    await asleep.close()
    await awake.close()
  })

  it('goes on reading where merges alone have moved the pages', async () => {
    const disk = createMemoryDisk()
    const clock = createBriskClock()
    const awake = await open(disk, { clock })
    for (const round of [0, 1, 2]) {
      for (let index = 0; index < 12; index++) {
        await awake.write((transaction) => transaction.put(`row ${index * 3 + round}`, bytes('x'.repeat(400))))
      }
    }
    await awake.refresh()
    const asleep = await open(disk, { pageCacheBytes: 0 })
    const runsBefore = asleep.statistics().runs
    expect(runsBefore).toBeGreaterThan(1)
    const snapshot = asleep.snapshot()
    const cursor = snapshot.scan(EVERYTHING)
    await cursor.advance()
    for (let round = 0; round < 3; round++) {
      clock.advance(20_000)
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(awake.statistics().runs).toBe(1)
    expect(disk.pages.size).toBeLessThan(10)
    expect(1 + (await rowsOf(cursor)).length).toBe(36)
    expect(text(await snapshot.get('row 7'))).toBe('x'.repeat(400))
    snapshot.close()
    await asleep.close()
    await awake.close()
  })
})

describe('a store with more rows than filters are waited for', () => {
  const keyOf = (index: number): string => `row ${String(index).padStart(6, '0')}`

  async function storedRows(): Promise<MemoryDisk> {
    const disk = createMemoryDisk()
    const store = await open(disk, { memtableBytes: 500_000 })
    for (let first = 0; first < 20_000; first += 1000) {
      await store.write((transaction) => {
        for (let index = first; index < first + 1000; index++) transaction.put(keyOf(index * 2), bytes('x'))
      })
    }
    await store.close()
    return disk
  }

  it('asks for the filters when what is read first has been read', async () => {
    const disk = await storedRows()
    const device = createMemoryDevice(disk)
    const readSizes: number[] = []
    const clock = createBriskClock()
    const store = await open(disk, {
      clock,
      device: {
        ...device,
        readPages: (ranges) => {
          readSizes.push(ranges.length)
          return device.readPages(ranges)
        },
      },
    })
    const { runs } = store.statistics()
    expect(runs).toBeGreaterThan(1)
    expect(readSizes).toEqual([runs])
    expect(await read(store, keyOf(0))).toBe('x')
    expect(readSizes.slice(1).every((count) => count === 1)).toBe(true)
    const before = readSizes.length
    clock.advance(100)
    expect(readSizes.slice(before)).toEqual([runs])
    await store.close()
  })

  it('asks for no filters any more once it is closed', async () => {
    const disk = await storedRows()
    const clock = createBriskClock()
    const store = await open(disk, { clock })
    await store.close()
    expect(clock.timerCount()).toBe(0)
  })

  it('finds what is there, and nothing else, right after it was opened', async () => {
    const again = await open(await storedRows())
    const found = [0, 1, 19_998, 19_999, 39_998, 39_999].map((index) => read(again, keyOf(index)))
    expect(await Promise.all(found)).toEqual(['x', undefined, 'x', undefined, 'x', undefined])
    expect(await read(again, keyOf(20_000))).toBe('x')
    expect(await read(again, keyOf(20_001))).toBe(undefined)
    await again.close()
  })
})

describe('a merge that began in an idle moment', () => {
  it('stays away while somebody writes', async () => {
    const clock = createManualClock()
    const store = await open(createMemoryDisk(), { clock, memtableBytes: 300_000 })
    const write = (index: number): Promise<unknown> =>
      store.write((transaction) => transaction.put(`row ${index}`, bytes('x'.repeat(1000))))
    const turns = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    for (let index = 0; index < 900; index++) await write(index)
    await turns(100)
    const { runs } = store.statistics()
    expect(runs).toBeGreaterThan(1)
    clock.advance(1000)
    for (let index = 0; index < 100; index++) {
      await write(index)
      clock.advance(10)
    }
    await turns(100)
    // Once more for the memtable that was flushed in the idle moment.
    expect(store.statistics().runs).toBeGreaterThanOrEqual(runs)
    for (let pause = 0; pause < 20; pause++) {
      clock.advance(100)
      await turns(20)
    }
    expect(store.statistics().runs).toBe(1)
    await store.close()
  })
})

describe('damage', () => {
  async function damagedStore(damage: (disk: MemoryDisk) => void): Promise<unknown> {
    const disk = createMemoryDisk()
    const store = await open(disk)
    await fill(store, 3)
    await store.write((transaction) => transaction.put('last', bytes('1')))
    await store.close()
    damage(disk)
    try {
      const again = await open(disk)
      const snapshot = again.snapshot()
      const rows = await rowsOf(snapshot.scan(EVERYTHING))
      snapshot.close()
      await again.close()
      return rows.length
    } catch (error) {
      return error
    }
  }

  const flip = (target: Uint8Array | undefined): void => {
    if (target !== undefined) target[target.length - 1] = (target.at(-1) as number) ^ 1
  }

  it('of the manifest, the log, a page or a run is told as StorageCorrupt', async () => {
    expect(await damagedStore(() => undefined)).toBe(26)
    const corrupt = expect.objectContaining({ code: 'StorageCorrupt' }) as unknown
    expect(await damagedStore((disk) => flip(disk.manifest))).toEqual(corrupt)
    expect(await damagedStore((disk) => flip([...disk.log.values()].at(-1)?.[0]))).toEqual(corrupt)
    expect(await damagedStore((disk) => flip([...disk.pages.values()].at(-1)))).toEqual(corrupt)
    expect(await damagedStore((disk) => flip([...disk.pages.values()].at(-3)))).toEqual(corrupt)
    expect(await damagedStore((disk) => disk.pages.clear())).toEqual(corrupt)
    expect(await damagedStore((disk) => disk.log.delete([...disk.log.keys()].at(-2) ?? 0))).toEqual(corrupt)
  })

  it('is not what a newer format is told as', async () => {
    const newer = (disk: MemoryDisk): void => {
      if (disk.manifest !== undefined) disk.manifest[0] = 2
    }
    expect(await damagedStore(newer)).toEqual(expect.objectContaining({ code: 'UnknownFormat' }))
  })
})

describe('bounds', () => {
  /** A device whose page writes wait until they are let go. */
  function slowDevice(disk: MemoryDisk): LogDevice & { letGo: () => void } {
    let letGo = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const device = createMemoryDevice(disk)
    return {
      ...device,
      letGo,
      writePages: async (first, pages) => {
        await gate
        await device.writePages(first, pages)
      },
    }
  }

  it('make writers wait when flushing falls behind, instead of filling the memory', async () => {
    const device = slowDevice(createMemoryDisk())
    const store = await open(createMemoryDisk(), { device })
    let settledCount = 0
    const writes = Array.from({ length: 50 }, async (_, index) => {
      for (let turn = 0; turn < index; turn++) await new Promise((resolve) => setImmediate(resolve))
      await store.write((transaction) => transaction.put(`row ${index}`, new Uint8Array(1000)))
      settledCount++
    })
    for (let turn = 0; turn < 400; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(settledCount).toBeGreaterThan(4)
    expect(settledCount).toBeLessThan(12)
    expect(store.statistics().memtableBytes).toBeLessThan(3 * MEMTABLE_BYTES)
    device.letGo()
    await Promise.all(writes)
    expect(settledCount).toBe(50)
    await store.close()
  })

  it('refuse more writes than may wait', async () => {
    const store = await open(createMemoryDisk())
    const writes = Array.from({ length: 65_537 }, () => store.write((transaction) => transaction.indexInBatch))
    await expect(writes.at(-1)).rejects.toMatchObject({ code: 'StorageOverloaded', data: { limit: 65_536 } })
    expect((await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected').length).toBe(1)
    await store.close()
  })

  it('keep the page cache within its size', async () => {
    const disk = createMemoryDisk()
    const store = await open(disk, { pageCacheBytes: 60_000, memtableBytes: 100_000 })
    for (let index = 0; index < 600; index++) {
      await store.write((transaction) => transaction.put(`row ${index}`, new Uint8Array(1000)))
    }
    const snapshot = store.snapshot()
    expect((await rowsOf(snapshot.scan(EVERYTHING))).length).toBe(600)
    for (let index = 0; index < 600; index += 7) expect((await snapshot.get(`row ${index}`))?.length).toBe(1000)
    snapshot.close()
    expect(store.statistics().pageCacheBytes).toBeLessThanOrEqual(60_000)
    expect(store.statistics().pageCacheBytes).toBeGreaterThan(20_000)
    await store.close()
  })
})

describe('opening', () => {
  it('reads what was committed by single rows and by large batches', async () => {
    const disk = createMemoryDisk()
    const store = await open(disk, { memtableBytes: 10_000_000 })
    for (let index = 0; index < 300; index++) {
      await store.write((transaction) => transaction.put(`row ${index}`, bytes('x')))
    }
    await store.write((transaction) => transaction.put('large', new Uint8Array(1_000_000)))
    await store.write((transaction) => transaction.put('last', bytes('x')))
    await store.close()
    const again = await open(disk)
    expect(again.statistics()).toMatchObject({ sequence: 302, memtableRows: 302, runs: 0 })
    await again.close()
  })

  it('finds a floor beyond its manifest corrupt', async () => {
    const disk = createMemoryDisk()
    const store = await open(disk)
    await fill(store, 5)
    await store.close()
    disk.manifest = encodeManifest({ ...decodeManifest(disk.manifest), checkpoint: 1 })
    await expect(open(disk)).rejects.toMatchObject({ code: 'StorageCorrupt' })
  })
})

describe('writes that have to read pages', () => {
  it('fetch what all of a batch need together', async () => {
    const disk = createMemoryDisk()
    const store = await open(disk, { memtableBytes: 100_000 })
    for (let index = 0; index < 300; index++) {
      await store.write((transaction) => transaction.put(`row ${index}`, new Uint8Array(1000).fill(1)))
    }
    await store.close()
    const device = createMemoryDevice(disk)
    let fetches = 0
    const counting: LogDevice = {
      ...device,
      readPages: (ranges) => {
        fetches++
        return device.readPages(ranges)
      },
    }
    const cold = await open(disk, { device: counting })
    fetches = 0
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        cold.write(async (transaction) => {
          const value = await transaction.get(`row ${index * 4}`)
          transaction.put(`row ${index * 4}`, new Uint8Array(1))
          return [value?.[0], transaction.indexInBatch]
        }),
      ),
    )
    expect(results).toEqual(Array.from({ length: 60 }, (_, index) => [1, index]))
    expect(fetches).toBeLessThan(12)
    await cold.close()
  })
})

describe('a worker that closes right after a commit', () => {
  it('tells the others of it', async () => {
    const disk = createMemoryDisk()
    const name = 'closing'
    const [stays, goes] = [await open(disk, { name }), await open(disk, { name })]
    const cursor = stays.openLog({ after: 0 })
    for (const value of ['1', '2', '3']) await goes.write((transaction) => transaction.put('value', bytes(value)))
    await goes.close()
    const heard = [await cursor.next(), await cursor.next(), await cursor.next()]
    expect(heard.map((batch) => batch?.sequence)).toEqual([1, 2, 3])
    cursor.close()
    await stays.close()
  })
})
