// Merged walks over runs and memtables, in any range and direction, with a cache of any size, against sorted arrays.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveSnapshots } from '../../src/storage/live-snapshots.ts'
import { Memtable } from '../../src/storage/memtable.ts'
import { MergeCursor } from '../../src/storage/merge-cursor.ts'
import { countToMerge, type MergePace } from '../../src/storage/merge-policy.ts'
import { PageReader } from '../../src/storage/page-reader.ts'
import type { RowSource } from '../../src/storage/row-source.ts'
import { loadRuns } from '../../src/storage/run.ts'
import { RunSource } from '../../src/storage/run-source.ts'
import { RunWriter } from '../../src/storage/run-writer.ts'
import { createMemoryDevice, createMemoryDisk } from '../support/memory-device.ts'

/** Rows of one source: key numbers with the size of their value, undefined for a removal. */
type Layer = ReadonlyMap<number, number | undefined>

const KEYS = 400
const OPEN = { assertOpen: (): void => undefined }

function keyOf(index: number): string {
  return `key/${String(index).padStart(3, '0')}`
}

const layerArbitrary = fc
  .array(
    fc.tuple(
      fc.nat(KEYS - 1),
      fc.option(fc.oneof(fc.nat(40), fc.integer({ min: 2000, max: 9000 }), fc.constant(70_000)), {
        nil: undefined,
        freq: 5,
      }),
    ),
    { maxLength: 120, size: 'max' },
  )
  .map((rows): Layer => new Map([...rows].sort(([a], [b]) => a - b)))

const rangeArbitrary = fc.record({
  start: fc.integer({ min: -1, max: KEYS }).map((index) => (index < 0 ? '' : keyOf(index))),
  end: fc.integer({ min: 0, max: KEYS }).map((index) => (index === KEYS ? 'z' : keyOf(index))),
  reverse: fc.boolean(),
})

/** What a walk over the layers, newest first, has to show. */
function expectedRows(
  layers: readonly Layer[],
  range: { start: string; end: string; reverse: boolean },
): [string, number][] {
  const newest = new Map<number, number | undefined>()
  for (const layer of layers.toReversed()) for (const [key, size] of layer) newest.set(key, size)
  const rows = [...newest]
    .sort(([a], [b]) => a - b)
    .flatMap(([index, size]): [string, number][] => (size === undefined ? [] : [[keyOf(index), size]]))
    .filter(([key]) => key >= range.start && key < range.end)
  return range.reverse ? rows.reverse() : rows
}

async function walked(cursor: MergeCursor): Promise<[string, number][]> {
  const rows: [string, number][] = []
  while (await cursor.advance()) rows.push([cursor.key, cursor.value.length])
  return rows
}

describe('a merged walk', () => {
  it('shows the newest version of every row in the range, whatever is cached', async () => {
    const property = fc.asyncProperty(
      fc.array(layerArbitrary, { minLength: 1, maxLength: 5 }),
      fc.array(rangeArbitrary, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(0, 60_000, 10_000_000),
      async (layers, ranges, capacity) => {
        const device = createMemoryDevice(createMemoryDisk())
        const [inMemory, ...stored] = layers as [Layer, ...Layer[]]
        const memtable = new Memtable({ live: new LiveSnapshots(), keepsRemovals: true })
        for (const [index, size] of [...inMemory].reverse()) {
          memtable.put(keyOf(index), size === undefined ? undefined : new Uint8Array(size), 1)
        }
        const pages = new PageReader(device, capacity)
        const infos = []
        for (const [runId, layer] of stored.entries()) {
          const writer = new RunWriter({ device, runId: runId + 1, cache: pages, stepBytes: 50_000 })
          for (const [index, size] of layer) {
            await writer.add(keyOf(index), size === undefined ? undefined : new Uint8Array(size))
          }
          const run = await writer.finish()
          if (run !== undefined) infos.push(run.info)
        }
        const runs = await loadRuns(device, infos, { withFilters: true })
        for (const range of ranges) {
          const sources: RowSource[] = [memtable.source(range, 1)]
          for (const run of runs) sources.push(new RunSource(run, pages, range))
          const cursor = new MergeCursor(sources, { scan: range, owner: OPEN })
          expect(await walked(cursor)).toEqual(expectedRows(layers, range))
        }
        expect(pages.cachedBytes).toBeLessThanOrEqual(capacity)
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
})

describe('a memtable', () => {
  it('shows every live snapshot its own versions and keeps no others', () => {
    const changeArbitrary = fc.oneof(
      { weight: 6, arbitrary: fc.record({ key: fc.nat(8), size: fc.option(fc.nat(9), { nil: undefined }) }) },
      { weight: 2, arbitrary: fc.constant('hold' as const) },
      { weight: 2, arbitrary: fc.constant('release' as const) },
    )
    const property = fc.property(
      fc.array(changeArbitrary, { maxLength: 80, size: 'max' }),
      fc.boolean(),
      (changes, keepsRemovals) => {
        const live = new LiveSnapshots()
        const table = new Memtable({ live, keepsRemovals })
        const held: { readonly sequence: number; readonly rows: ReadonlyMap<number, number> }[] = []
        let rows: ReadonlyMap<number, number> = new Map()
        let sequence = 0
        for (const change of changes) {
          if (change === 'hold') {
            live.hold(sequence)
            held.push({ sequence, rows })
          } else if (change === 'release') {
            const [released] = held.splice(sequence % Math.max(1, held.length), 1)
            if (released !== undefined) live.release(released.sequence)
            table.sweep()
          } else {
            sequence++
            const { key, size } = change
            table.put(keyOf(key), size === undefined ? undefined : new Uint8Array(size), sequence)
            const next = new Map(rows)
            if (size === undefined) next.delete(key)
            else next.set(key, size)
            rows = next
          }
          for (const snapshot of [...held, { sequence, rows }]) {
            const shown = Array.from(
              { length: 9 },
              (_, key) => table.versionAt(keyOf(key), snapshot.sequence)?.value?.length,
            )
            expect(shown).toEqual(Array.from({ length: 9 }, (_, key) => snapshot.rows.get(key)))
          }
        }
        for (const { sequence: heldSequence } of held) live.release(heldSequence)
        table.sweep()
        if (!keepsRemovals) expect(table.rowCount).toBe(rows.size)
      },
    )
    fc.assert(property, { numRuns: 200 })
  })
})

describe('the merge policy', () => {
  /** What becomes of flushes of these sizes, merged whenever there are `mergeAt` runs. */
  function simulate(flushes: readonly number[], pace: MergePace, mergeAt: number): { runs: number; rewrites: number } {
    let sizes: number[] = []
    let rewritten = 0
    let most = 0
    for (const size of flushes) {
      sizes = [size, ...sizes]
      most = Math.max(most, sizes.length)
      const count = sizes.length < mergeAt ? 0 : countToMerge(sizes, pace)
      if (count < 2) continue
      const merged = sizes.slice(0, count).reduce((total, each) => total + each, 0)
      rewritten += merged
      sizes = [merged, ...sizes.slice(count)]
    }
    return { runs: most, rewrites: rewritten / flushes.reduce((total, size) => total + size, 0) }
  }

  const flushesArbitrary = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 400, size: 'max' })

  it('keeps runs few and rewrites each byte a number of times that grows with the logarithm of the data', () => {
    const property = fc.property(flushesArbitrary, (flushes) => {
      const { runs, rewrites } = simulate(flushes, 'idle', 2)
      expect(runs).toBeLessThan(12)
      expect(rewrites).toBeLessThan(6 * (1 + Math.log2(flushes.length)))
    })
    fc.assert(property)
  })

  it('rewrites little while there are writes', () => {
    const property = fc.property(fc.integer({ min: 1, max: 400 }), (count) => {
      const { runs, rewrites } = simulate(
        Array.from({ length: count }, () => 4),
        'busy',
        12,
      )
      expect(runs).toBeLessThanOrEqual(12)
      expect(rewrites).toBeLessThan(5)
    })
    fc.assert(property)
  })

  it('keeps runs few while there are writes, whatever the sizes of the flushes', () => {
    const property = fc.property(flushesArbitrary, (flushes) => {
      expect(simulate(flushes, 'busy', 12).runs).toBeLessThanOrEqual(16)
    })
    fc.assert(property, { numRuns: 300 })
  })
})
