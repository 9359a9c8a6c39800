// Turns, by a clock that the test moves.

import { describe, expect, it } from 'vitest'
import { takeTurn } from '../../../src/client/turns.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const SESSION = {}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe('takeTurn', () => {
  it('lets one after another go, in their order', async () => {
    const clock = createManualClock()
    const going: number[] = []
    const ends: (() => void)[] = []
    for (let index = 0; index < 3; index++) {
      void takeTurn(SESSION, 'item', clock).then((end) => {
        going.push(index)
        ends[index] = end
      })
    }
    await settle()
    expect(going).toEqual([0])
    ends[0]?.()
    await settle()
    expect(going).toEqual([0, 1])
    ends[1]?.()
    await settle()
    ends[2]?.()
    expect(going).toEqual([0, 1, 2])
    expect(clock.timerCount(10_000)).toBe(0)
  })

  it('keeps things and owners apart', async () => {
    const clock = createManualClock()
    await Promise.all([takeTurn(SESSION, 'one', clock), takeTurn(SESSION, 'other', clock), takeTurn({}, 'one', clock)])
    expect(clock.timerCount(10_000)).toBe(0)
  })

  it('waits for as long as turns end, and no longer', async () => {
    const clock = createManualClock()
    const going: string[] = []
    const wait = async (name: string): Promise<() => void> => {
      const end = await takeTurn(SESSION, 'stuck', clock)
      going.push(name)
      return end
    }
    const first = await wait('first')
    const second = wait('second')
    void wait('third')
    await settle()
    clock.advance(900)
    first()
    await second
    clock.advance(100)
    await settle()
    expect(going).toEqual(['first', 'second'])
    clock.advance(1000)
    await settle()
    expect(going).toEqual(['first', 'second', 'third'])
  })

  it('goes on one after another behind a turn that does not end', async () => {
    const clock = createManualClock()
    const going: number[] = []
    const ends: (() => void)[] = []
    for (let index = 0; index < 4; index++) {
      void takeTurn(SESSION, 'blocked', clock).then((end) => {
        going.push(index)
        ends[index] = end
      })
    }
    await settle()
    clock.advance(1000)
    await settle()
    expect(going).toEqual([0, 1])
    ends[1]?.()
    await settle()
    expect(going).toEqual([0, 1, 2])
    ends[2]?.()
    await settle()
    expect(going).toEqual([0, 1, 2, 3])
  })
})
