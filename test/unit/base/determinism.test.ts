// Clock and random come in as arguments; what is seeded repeats.

import { describe, expect, it, vi } from 'vitest'
import { assert, unreachable } from '../../../src/base/assert.ts'
import { sleep, systemClock } from '../../../src/base/clock.ts'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { after } from '../../../src/base/maybe-promise.ts'
import { randomUuid, seededRandom, systemRandom } from '../../../src/base/random.ts'

describe('random', () => {
  it('repeats for the same seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed)
      return Array.from({ length: 8 }, () => random.uint32())
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('spreads over all bits', () => {
    const random = seededRandom(1)
    const onesPerBit = new Array<number>(32).fill(0)
    for (let round = 0; round < 4096; round++) {
      const value = random.uint32()
      for (let bit = 0; bit < 32; bit++) onesPerBit[bit] = (onesPerBit[bit] as number) + ((value >>> bit) & 1)
    }
    for (const ones of onesPerBit) expect(Math.abs(ones - 2048)).toBeLessThan(320)
  })

  it('makes version 4 UUIDs', () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(randomUuid(seededRandom(3))).toMatch(pattern)
    expect(randomUuid(systemRandom)).toMatch(pattern)
    expect(randomUuid(systemRandom)).not.toBe(randomUuid(systemRandom))
  })
})

describe('clock', () => {
  it('waits for longer than a timer of the platform can, or for ever', () => {
    vi.useFakeTimers()
    try {
      const fired: string[] = []
      const monthMs = 30 * 86_400_000
      systemClock.after(monthMs, () => fired.push('a month'))
      systemClock.after(Infinity, () => fired.push('never'))
      systemClock.after(monthMs, () => fired.push('cancelled')).cancel()
      vi.advanceTimersByTime(monthMs - 1)
      expect(fired).toEqual([])
      vi.advanceTimersByTime(1)
      expect(fired).toEqual(['a month'])
      vi.advanceTimersByTime(10 * monthMs)
      expect(fired).toEqual(['a month'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('calls a timer once, and never after it was cancelled', async () => {
    const fired: string[] = []
    systemClock.after(0, () => fired.push('cancelled')).cancel()
    systemClock.after(0, () => fired.push('kept'))
    await sleep(systemClock, 2)
    expect(fired).toEqual(['kept'])
  })
})

describe('asserts and errors', () => {
  it('fail with their sentence', () => {
    expect(() => assert(false, 'The sky has fallen.')).toThrow('The sky has fallen.')
    expect(() => unreachable('other' as never)).toThrow('Unexpected value: other')
  })

  it('carry code, facts and cause', () => {
    const cause = new Error('disk')
    const error = new DatabaseError('StorageFull', 'The quota is used up.', { cause, data: { usedBytes: 5 } })
    expect({ name: error.name, code: error.code, data: error.data, cause: error.cause }).toEqual({
      name: 'DatabaseError',
      code: 'StorageFull',
      data: { usedBytes: 5 },
      cause,
    })
  })
})

describe('a value that may be a promise', () => {
  it('goes on at once when it is here, later when it is not', async () => {
    expect(after(2, (value) => value + 1)).toBe(3)
    expect(await after(Promise.resolve(2), (value) => value + 1)).toBe(3)
  })
})
