// The benchmark of live queries: what a thousand of them cost a write that concerns one, and how soon a write is shown, beside
// Dexie's liveQuery in the same page of the same Chromium, in turns.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { createProfile, launchPuppeteer, removeProfile } from '../support/browsers.ts'
import { setup as buildPackage } from '../support/ensure-build.ts'
import { killGroup } from '../support/processes.ts'
import { startStaticServer } from '../support/static-server.ts'
import type { LiveFigures, LiveOptions } from './live-page/main.ts'
import { median } from './statistics.ts'

const BENCH_FOLDER = fileURLToPath(new URL('.', import.meta.url))
const CACHE_FOLDER = join(BENCH_FOLDER, '../../node_modules/.cache')
const WRITES = 400
const ROUNDS = 3
const MANY_QUERIES = 1000

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
    const rounds = new Map<Case, LiveFigures[]>(CASES.map((each) => [each, []]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const each of round % 2 === 0 ? CASES : CASES.toReversed()) {
        rounds.get(each)?.push(await measureCase(each, `${server.origin}/index.html`))
      }
    }
    for (const [{ peer, queries }, figures] of rounds) {
      const ofAll = (name: keyof LiveFigures): string => median(figures.map((each) => median(each[name]))).toFixed(2)
      const count = `${queries} live ${queries === 1 ? 'query' : 'queries'}`
      console.log(
        `${peer.padEnd(10)} ${count.padEnd(18)} shown after ${ofAll('callbackMs')} ms, durable after ${ofAll('writeMs')} ms (p50)`,
      )
    }
  } finally {
    await server.close()
    await rm(workFolder, { recursive: true, force: true })
  }
}

/** Each in a new browser with a new profile. */
async function measureCase({ peer, ...options }: Case, url: string): Promise<LiveFigures> {
  const profileFolder = await createProfile('chromium')
  const { browser, child } = await launchPuppeteer('chromium', profileFolder)
  try {
    const page = (await browser.pages())[0] ?? (await browser.newPage())
    await page.goto(url)
    await page.waitForFunction(() => window.liveBench !== undefined)
    const figures = await page.evaluate((name, asked) => window.liveBench?.[name](asked), peer, options)
    if (figures === undefined) throw new Error('The page has no benchmark.')
    return figures
  } finally {
    await browser.close()
    await killGroup(child)
    await removeProfile(profileFolder)
  }
}
