// `npm run simulate -- --seeds 500 [--from 1]` runs so many simulations and tells what was tried; `-- --seed 7` replays one,
// and makes a failing one smaller until it does not fail any more; `-- --mutations [--seeds 1000] [--only word]` tells how
// many seeds it takes to find mistakes that are made on purpose, or those of which the name has the word.

import { parseArgs } from 'node:util'
import { findMutations } from './mutate.ts'
import { FULL_SIZE, simulate, type SimulationBounds } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    mutations: { type: 'boolean' },
    only: { type: 'string' },
    'until-failure': { type: 'boolean' },
  },
})

const PROGRESS_EVERY = 500

if (values.mutations === true) await runMutations(Number(values.seeds ?? 1000), values.only)
else if (values.seed === undefined) await runMany(Number(values.from ?? 1), Number(values.seeds ?? 500))
else await replay(Number(values.seed))

async function runMutations(maxSeeds: number, only = ''): Promise<void> {
  const missed = await findMutations(maxSeeds, only)
  console.log(`${missed} of the mistakes were not found in ${maxSeeds} seeds.`)
  if (missed > 0) process.exitCode = 1
}

async function runMany(from: number, count: number): Promise<void> {
  const totals = new Map<string, number>()
  const failed: number[] = []
  const startedAt = performance.now()
  for (let seed = from; seed < from + count; seed++) {
    try {
      const { counts } = await simulate(seed)
      for (const [what, number] of counts) totals.set(what, (totals.get(what) ?? 0) + number)
    } catch (error) {
      failed.push(seed)
      console.log(`seed ${seed}: ${String(error)}`)
      if (values['until-failure'] === true) break
    }
    const done = seed - from + 1
    if (done % PROGRESS_EVERY === 0) console.log(`${done} of ${count}, ${failed.length} failed`)
  }
  const seconds = (performance.now() - startedAt) / 1000
  for (const [what, number] of [...totals].sort(([one], [other]) => (one < other ? -1 : 1)))
    console.log(`${String(number).padStart(9)}  ${what}`)
  console.log(`${count - failed.length} of ${count} seeds held, in ${seconds.toFixed(1)} s.`)
  if (failed.length > 0) {
    console.log(`Failed: ${failed.join(' ')}`)
    process.exitCode = 1
  }
}

async function replay(seed: number): Promise<void> {
  let bounds = FULL_SIZE
  let failure = await failureOf(seed, bounds)
  if (failure === undefined) {
    console.log(`Seed ${seed} holds.`)
    return
  }
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false
    for (const candidate of smaller(bounds)) {
      const found = await failureOf(seed, candidate)
      if (found === undefined) continue
      ;[bounds, failure, isSmaller] = [candidate, found, true]
      break
    }
  }
  console.log(`Seed ${seed} fails with ${JSON.stringify(bounds)}:`)
  console.log(failure)
  process.exitCode = 1
}

function smaller({ maxDevices, maxSteps, hasFaults }: SimulationBounds): SimulationBounds[] {
  return [
    ...(hasFaults ? [{ maxDevices, maxSteps, hasFaults: false }] : []),
    ...(maxDevices > 2 ? [{ maxDevices: maxDevices - 1, maxSteps, hasFaults }] : []),
    ...(maxSteps > 12 ? [{ maxDevices, maxSteps: Math.floor(maxSteps * 0.8), hasFaults }] : []),
  ]
}

async function failureOf(seed: number, bounds: SimulationBounds): Promise<unknown> {
  try {
    await simulate(seed, bounds)
    return undefined
  } catch (error) {
    return error
  }
}
