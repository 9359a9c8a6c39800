// A short, seeded run of the fuzzer.

import { describe, expect, it } from 'vitest'
import { runFuzz } from './run-fuzz.ts'

const RUNS = 10_000
const SEED = 20_261_123

describe('whatever is sent', () => {
  it('is answered, or refused with an exception of the service', async () => {
    const tallies = await runFuzz({ runs: RUNS, seed: SEED })
    expect(tallies.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(RUNS)
    for (const { name, accepted } of tallies) expect(accepted, `${name} are not all refused`).toBeGreaterThan(0)
  })
})
