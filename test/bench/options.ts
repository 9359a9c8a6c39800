// The benchmark's command line.

import { parseArgs } from 'node:util'
import { PEERS } from './peers.ts'
import type { PeerEntry } from './peers.ts'

/** What to run. */
export interface BenchOptions {
  readonly items: number
  readonly rounds: number
  readonly peers: readonly PeerEntry[]
  readonly seed: number
  /** Begins no further round that would end later than this, in ms from the start. */
  readonly budgetMs: number
  /** A file for the figures, as JSON. */
  readonly jsonFile?: string
  /** A folder for a processor profile of each workload and thread: figures are then not worth printing. */
  readonly profileFolder?: string
}

const DEFAULT_ITEMS = 100_000
const DEFAULT_ROUNDS = 3
const DEFAULT_SEED = 20_261_123
const QUICK_ITEMS = 20_000
const QUICK_BUDGET_MS = 110_000
/** The smallest data set in which every customer has the orders that a range asks for. */
const MIN_ITEMS = 2_000
const MAX_ITEMS = 10_000_000
const MAX_ROUNDS = 100

/** How to call the benchmark. */
export const USAGE: string = `npm run bench -- [options]
  --quick         ${QUICK_ITEMS.toLocaleString('en')} orders, ends within two minutes
  --items N       size of the data set (default ${DEFAULT_ITEMS.toLocaleString('en')})
  --rounds N      rounds, each with fresh databases (default ${DEFAULT_ROUNDS})
  --peers A,B     of ${PEERS.map(({ name }) => name).join(', ')}; ratios are to the first (default all)
  --seed N        seed of the data set
  --json FILE     writes the figures of every round
  --profile DIR   one round with processor profiles of page and worker instead of a table`

/**
 * Reads the arguments.
 * @throws RangeError or TypeError with a sentence when one cannot be read
 */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      items: { type: 'string' },
      rounds: { type: 'string' },
      peers: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const quick = values.quick
  return {
    items: integer('--items', values.items, {
      fallback: quick ? QUICK_ITEMS : DEFAULT_ITEMS,
      min: MIN_ITEMS,
      max: MAX_ITEMS,
    }),
    rounds: integer('--rounds', values.rounds, { fallback: DEFAULT_ROUNDS, min: 1, max: MAX_ROUNDS }),
    seed: integer('--seed', values.seed, { fallback: DEFAULT_SEED, min: 0, max: 0x7fff_ffff }),
    peers: values.peers === undefined ? PEERS : values.peers.split(',').map(peerNamed),
    budgetMs: quick ? QUICK_BUDGET_MS : Number.POSITIVE_INFINITY,
    ...(values.json === undefined ? {} : { jsonFile: values.json }),
    ...(values.profile === undefined ? {} : { profileFolder: values.profile }),
  }
}

function integer(
  option: string,
  text: string | undefined,
  { fallback, min, max }: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  const value = text === undefined ? fallback : Number(text.replaceAll(/[_,]/g, ''))
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new RangeError(`${option} takes a whole number from ${min} to ${max}, not "${text}"`)
}

function peerNamed(name: string): PeerEntry {
  const peer = PEERS.find((candidate) => candidate.name === name)
  if (peer === undefined) throw new RangeError(`no peer is called "${name}"`)
  return peer
}
