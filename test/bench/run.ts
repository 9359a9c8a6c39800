// The benchmark: real Chromium, a profile on disk, Tidetable through its built package against its peers on the same
// orders, round by round in alternating order. See `USAGE` in options.ts.

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProfile, removeProfile } from '../support/browsers.ts'
import { setup as buildPackage } from '../support/ensure-build.ts'
import { startStaticServer } from '../support/static-server.ts'
import { buildPage } from './build-page.ts'
import { measureRound, observeLoad, profileRound } from './measure-peer.ts'
import type { BuiltPeer } from './measure-peer.ts'
import { METRIC_NAMES, METRICS } from './metrics.ts'
import type { Figures, MetricName } from './metrics.ts'
import { readOptions, USAGE } from './options.ts'
import type { BenchOptions } from './options.ts'
import type { OrderOptions } from './orders.ts'
import { formatTable, formatTargets, medianOf, ratioOf } from './report.ts'
import type { PeerFigures } from './report.ts'
import { withSession } from './session.ts'

const PROJECT_FOLDER = fileURLToPath(new URL('../..', import.meta.url))
/** On the disk of the project: the system's folder for temporary files may be in memory. */
const CACHE_FOLDER = join(PROJECT_FOLDER, 'node_modules', '.cache')
const SUBJECT = 'tidetable'

/** Runs the benchmark with these arguments and prints what it finds. */
export async function runBenchmark(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    console.log(USAGE)
    return
  }
  const startMs = performance.now()
  const options = readOptions(argv)
  buildPackage()
  await mkdir(CACHE_FOLDER, { recursive: true })
  const workFolder = await mkdtemp(join(CACHE_FOLDER, 'bench-'))
  const pagesFolder = join(workFolder, 'pages')
  const server = await startStaticServer({ folders: { '/': pagesFolder }, crossOriginIsolated: true })
  try {
    const peers = await buildPeers(options, pagesFolder, server.origin)
    const machine = await describeMachine(peers)
    printHeader(options, machine)
    if (options.profileFolder !== undefined) {
      for (const peer of peers) {
        await profileRound(peer, dataOf(options), options.profileFolder)
      }
      return
    }
    const figures = await measureAll(peers, options, startMs)
    console.log(`\n${formatTable(figures)}\n\n${formatTargets(figures, SUBJECT)}`)
    if (options.jsonFile !== undefined) await writeJson(options.jsonFile, { options, machine, figures })
  } finally {
    await server.close()
    await rm(workFolder, { recursive: true, force: true })
  }
}

interface Machine {
  readonly browser: string
  readonly cores: number
  readonly node: string
  readonly commit: string
  readonly date: string
}

async function buildPeers(options: BenchOptions, pagesFolder: string, origin: string): Promise<readonly BuiltPeer[]> {
  const built: BuiltPeer[] = []
  for (const entry of options.peers) {
    const minify = options.profileFolder === undefined
    const { codeGzipBytes } = await buildPage(entry, join(pagesFolder, entry.name), minify)
    built.push({ entry, codeGzipBytes, url: `${origin}/${entry.name}/index.html` })
  }
  return built
}

async function describeMachine(peers: readonly BuiltPeer[]): Promise<Machine> {
  const { url } = peers[0] as BuiltPeer
  const profileFolder = await createProfile('chromium')
  const browser = await withSession(profileFolder, url, async ({ browserVersion }) => browserVersion)
  await removeProfile(profileFolder)
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: PROJECT_FOLDER, encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes'
  return {
    browser,
    cores: availableParallelism(),
    node: process.version,
    commit: `${git('rev-parse', '--short', 'HEAD')}${changed}`,
    date: new Date().toISOString(),
  }
}

function printHeader({ items, rounds, seed }: BenchOptions, { browser, cores, commit, date, node }: Machine): void {
  console.log(`${browser}, ${cores} cores, Node ${node}, commit ${commit}, ${date}
${items.toLocaleString('en')} orders of about 400 bytes, key customer + date, one index by product, seed ${seed}
${rounds} rounds in alternating order, each in a new profile on disk; durability of all peers: relaxed`)
}

function dataOf({ seed, items }: BenchOptions): OrderOptions {
  return { seed, items }
}

async function measureAll(
  peers: readonly BuiltPeer[],
  options: BenchOptions,
  startMs: number,
): Promise<readonly PeerFigures[]> {
  const data = dataOf(options)
  const observed = new Map<BuiltPeer, Figures>()
  for (const peer of peers) observed.set(peer, await observeLoad(peer, data))
  const rounds = new Map<BuiltPeer, Figures[]>(peers.map((peer) => [peer, []]))
  let longestRoundMs = 0
  for (let round = 0; round < options.rounds; round += 1) {
    const roundStartMs = performance.now()
    if (round > 0 && roundStartMs - startMs + longestRoundMs > options.budgetMs) break
    for (const peer of round % 2 === 0 ? peers : peers.toReversed()) {
      const peerStartMs = performance.now()
      rounds.get(peer)?.push(await measureRound(peer, data))
      const seconds = ((performance.now() - peerStartMs) / 1_000).toFixed(1)
      console.log(`round ${round + 1}, ${peer.entry.label}: ${seconds} s`)
    }
    longestRoundMs = Math.max(longestRoundMs, performance.now() - roundStartMs)
  }
  return peers.map((peer) => ({
    peer: peer.entry,
    rounds: rounds.get(peer) ?? [],
    observed: observed.get(peer) ?? {},
  }))
}

async function writeJson(
  file: string,
  run: { readonly options: BenchOptions; readonly machine: Machine; readonly figures: readonly PeerFigures[] },
): Promise<void> {
  const { machine, figures, options } = run
  const baseline = figures[0] as PeerFigures
  const peers = figures.map((own) => ({
    name: own.peer.name,
    label: own.peer.label,
    medians: summarise((metric) => medianOf(own, metric)),
    ratiosToFirst: own === baseline ? {} : summarise((metric) => ratioOf(own, baseline, metric)),
    rounds: own.rounds,
    observed: own.observed,
  }))
  const content = { machine, items: options.items, seed: options.seed, durability: 'relaxed', metrics: METRICS, peers }
  await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`)
}

function summarise(figure: (metric: MetricName) => number | undefined): Figures {
  return Object.fromEntries(METRIC_NAMES.map((metric) => [metric, figure(metric)]))
}
