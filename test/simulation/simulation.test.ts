// The simulation in continuous integration: the same seeds each time, in a size that fits. `npm run simulate` runs more.

import { expect, it } from 'vitest'
import { simulate, type SimulationBounds } from './simulate.ts'

const SEEDS = 500
const BOUNDS: SimulationBounds = { maxDevices: 3, maxSteps: 50, hasFaults: true }
/** Half a minute, where the machine has nothing else to do. */
const TIMEOUT_MS = 900_000

it(
  'loses, doubles and tears no write of devices that fail in every way',
  async () => {
    const failed: string[] = []
    for (let seed = 1; seed <= SEEDS; seed++) {
      await simulate(seed, BOUNDS).catch((error: unknown) => failed.push(`seed ${seed}: ${String(error)}`))
    }
    expect(failed).toEqual([])
  },
  TIMEOUT_MS,
)
