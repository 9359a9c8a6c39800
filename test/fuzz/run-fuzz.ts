// Makes attempts on all targets, each with a draw of its own, so that any one of them can be made again alone.

import { createDraw } from '../differential/draw.ts'
import { createTargets, type FuzzTarget } from './targets.ts'

/** Which attempts to make. */
export interface FuzzOptions {
  readonly runs: number
  readonly seed: number
  /** Number of the first attempt. */
  readonly first?: number
}

/** What came of the attempts on a target. */
export interface FuzzTally {
  readonly name: string
  attempts: number
  accepted: number
  durationMs: number
  /** Of the slowest attempt. */
  slowestMs: number
}

/** An attempt that ended in an error that is neither the service's nor documented. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure'

  constructor(target: FuzzTarget, seed: number, run: number, cause: unknown) {
    super(`${target.name}: npm run fuzz -- --seed ${seed} --first ${run} --runs 1`, { cause })
  }
}

const PROGRESS_RUNS = 100_000
const SEED_STEP = 0x9e3779b1

/**
 * Makes the attempts.
 *
 * @throws FuzzFailure for the first that fails
 */
export async function runFuzz(
  { runs, seed, first = 0 }: FuzzOptions,
  onProgress: (runs: number) => void = () => undefined,
): Promise<readonly FuzzTally[]> {
  const targets = createTargets()
  const tallies = new Map(targets.map((target): [FuzzTarget, FuzzTally] => [target, newTally(target)]))
  for (let run = first; run < first + runs; run++) {
    const draw = createDraw((seed + Math.imul(run, SEED_STEP)) >>> 0)
    const target = draw.weighted(targets.map((one) => [one.weight, () => one]))
    const startedAtMs = performance.now()
    try {
      const outcome = target.attempt(draw)
      note(tallies.get(target) as FuzzTally, typeof outcome === 'boolean' ? outcome : await outcome, startedAtMs)
    } catch (error) {
      throw new FuzzFailure(target, seed, run, error)
    }
    if ((run - first + 1) % PROGRESS_RUNS === 0) onProgress(run - first + 1)
  }
  for (const target of targets) await target.close?.()
  return [...tallies.values()]
}

function newTally({ name }: FuzzTarget): FuzzTally {
  return { name, attempts: 0, accepted: 0, durationMs: 0, slowestMs: 0 }
}

function note(tally: FuzzTally, isAccepted: boolean, startedAtMs: number): void {
  const durationMs = performance.now() - startedAtMs
  tally.attempts++
  if (isAccepted) tally.accepted++
  tally.durationMs += durationMs
  tally.slowestMs = Math.max(tally.slowestMs, durationMs)
}
