// The benchmark of what goes on beside an app's requests: what a thousand live queries cost a write that concerns one, and
// how soon a write is shown, beside Dexie's liveQuery in the same page of the same Chromium, in turns; and what an app feels
// of a hundred thousand items that expire together.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { createProfile, launchPuppeteer, removeProfile } from '../support/browsers.ts'
import { setup as buildPackage } from '../support/ensure-build.ts'
import { killGroup } from '../support/processes.ts'
import { startStaticServer } from '../support/static-server.ts'
import type { ExpiryFigures } from './live-page/expiry.ts'
import type { LiveBench, LiveFigures, LiveOptions } from './live-page/main.ts'
import { median, percentile } from './statistics.ts'

const BENCH_FOLDER = fileURLToPath(new URL('.', import.meta.url))
const CACHE_FOLDER = join(BENCH_FOLDER, '../../node_modules/.cache')
const WRITES = 400
const ROUNDS = 3
const MANY_QUERIES = 1000
const EXPIRING_ITEMS = 100_000
const P99 = 0.99

type PeerName = 'tidetable' | 'dexie'

interface Case extends LiveOptions {
  readonly peer: PeerName
}

const CASES: readonly Case[] = [
  { peer: 'tidetable', queries: 1, writes: WRITES },
  { peer: 'dexie', queries: 1, writes: WRITES },
  { peer: 'tidetable', queries: MANY_QUERIES, writes: WRITES },
  { peer: 'dexie', queries: MANY_QUERIES, writes: WRITES },
]

/** Runs the benchmark and prints what it finds. */
export async function runLiveBenchmark(): Promise<void> {
  buildPackage()
  await mkdir(CACHE_FOLDER, { recursive: true })
  const workFolder = await mkdtemp(join(CACHE_FOLDER, 'live-bench-'))
  const server = await startStaticServer({ folders: { '/': workFolder }, crossOriginIsolated: true })
  try {
    await build({
      configFile: false,
      root: join(BENCH_FOLDER, 'live-page'),
      base: './',
      logLevel: 'warn',
      worker: { format: 'es' },
      build: { outDir: workFolder, emptyOutDir: true, target: 'esnext' },
    })
    const url = `${server.origin}/index.html`
    const rounds = new Map<Case, LiveFigures[]>(CASES.map((each) => [each, []]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const each of round % 2 === 0 ? CASES : CASES.toReversed()) {
        const { peer, ...asked } = each
        rounds.get(each)?.push(await measure(url, peer, asked))
      }
    }
    for (const [{ peer, queries }, figures] of rounds) {
      const ofAll = (name: keyof LiveFigures): string => median(figures.map((each) => median(each[name]))).toFixed(2)
      const count = `${queries} live ${queries === 1 ? 'query' : 'queries'}`
      console.log(
        `${peer.padEnd(10)} ${count.padEnd(18)} shown after ${ofAll('callbackMs')} ms, durable after ${ofAll('writeMs')} ms (p50)`,
      )
    }
    reportExpiry(await measure(url, 'expiry', { items: EXPIRING_ITEMS }))
  } finally {
    await server.close()
    await rm(workFolder, { recursive: true, force: true })
  }
}

function reportExpiry({ goneMs, quietPutMs, busyPutMs, longTaskMs, longestGapMs }: ExpiryFigures): void {
  const [quiet, busy] = [quietPutMs, busyPutMs].map((all) => `${percentile(all, P99).toFixed(1)} ms`)
  const longest = longTaskMs === 0 ? 'none over 50 ms' : `${Math.round(longTaskMs)} ms`
  console.log(`${EXPIRING_ITEMS} items that expire together are gone after ${(goneMs / 1000).toFixed(1)} s`)
  console.log(`  a put meanwhile takes ${busy} (p99; ${quiet} before)`)
  console.log(`  longest task of the page: ${longest}; longest time between two turns: ${longestGapMs.toFixed(1)} ms`)
}

/** Each in a new browser with a new profile. */
async function measure<Name extends keyof LiveBench>(
  url: string,
  name: Name,
  options: Parameters<LiveBench[Name]>[0],
): Promise<Awaited<ReturnType<LiveBench[Name]>>> {
  const profileFolder = await createProfile('chromium')
  const { browser, child } = await launchPuppeteer('chromium', profileFolder)
  try {
    const page = (await browser.pages())[0] ?? (await browser.newPage())
    await page.goto(url)
    await page.waitForFunction(() => window.liveBench !== undefined)
    const figures = await page.evaluate((called, asked) => window.liveBench?.[called](asked as never), name, options)
    if (figures === undefined) throw new Error('The page has no benchmark.')
    return figures as Awaited<ReturnType<LiveBench[Name]>>
  } finally {
    await browser.close()
    await killGroup(child)
    await removeProfile(profileFolder)
  }
}
