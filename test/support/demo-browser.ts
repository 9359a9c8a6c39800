// The demo in a real Chromium for the tests that use it as a person does: built once, served as files, driven with
// keyboard and pointer. Everything the page complains about is kept for the test to look at.

import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import type { BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import { preview } from 'vite'
import { browserExecutable } from './browser-executables.ts'
import { startStaticServer } from './static-server.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/tidetable')

/** The demo's files on a server. */
export interface DemoSite {
  readonly url: string
  close(): Promise<void>
}

/** A Chromium with the demo in one tab. */
export interface DemoBrowser {
  readonly page: Page
  /** Errors and warnings of the console, uncaught errors, and requests that failed, so far. */
  readonly problems: readonly string[]
  close(): Promise<void>
}

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For what is waited for, on a machine that has other work: less than a test has, so that its own message is seen. */
const TIMEOUT_MS = 120_000

/**
 * Builds the demo and serves the build as files alone.
 *
 * @throws Error when it cannot be built
 */
export async function serveDemo(): Promise<DemoSite> {
  const folder = await buildDemo()
  const server = await startStaticServer({ folders: { '/': folder } })
  return {
    url: `${server.origin}/`,
    close: async () => {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Builds the demo and serves the build as `npm start` does, with the cloud of its devices.
 *
 * @throws Error when it cannot be built
 */
export async function serveDemoWithCloud(): Promise<DemoSite> {
  const folder = await buildDemo()
  const server = await preview({
    root: ROOT,
    mode: 'demo',
    logLevel: 'warn',
    build: { outDir: folder },
  })
  return {
    url: server.resolvedUrls?.local[0] ?? '',
    close: async () => {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function buildDemo(): Promise<string> {
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, 'demo-'))
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--mode', 'demo', '--outDir', folder, '--logLevel', 'warn'],
    { cwd: ROOT, stdio: ['ignore', 2, 2] },
  )
  if (status !== 0) throw new Error('The demo could not be built.')
  return folder
}

/** Starts Chromium on a profile folder and opens the demo in it. */
export async function openDemo(
  site: DemoSite,
  profileDirectory: string,
  options: Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'hasTouch' | 'reducedMotion'> = {},
): Promise<DemoBrowser> {
  const context = await chromium.launchPersistentContext(profileDirectory, {
    executablePath: browserExecutable('chromium'),
    headless: true,
    args: CHROMIUM_ARGS,
    timeout: TIMEOUT_MS,
    ...options,
  })
  context.setDefaultTimeout(TIMEOUT_MS)
  const page = context.pages()[0] ?? (await context.newPage())
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('requestfailed', (request) => {
    const { errorText = '' } = request.failure() ?? {}
    // Whoever stops the load in the middle of a fetch aborts it.
    if (errorText !== 'net::ERR_ABORTED') problems.push(`${request.url()}: ${errorText}`)
  })
  await page.goto(site.url)
  return {
    page,
    problems,
    close: () => context.close(),
  }
}

/** Set in the page while it is traced. */
const PAGE_MARK = 'tidetable-demo-traced'

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds for which the thread had a processor, within this event. */
  readonly tdur?: number
}

/**
 * Does some work with a page, and measures the longest task of the page's thread meanwhile. Chromium's trace tells for how
 * long the thread itself worked. The entries of PerformanceObserver tell how long a task took by the clock instead, which
 * on a machine that is busy with other things says more about these.
 *
 * @returns milliseconds
 */
export async function longestTaskMs(page: Page, work: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  const traceConfig = { includedCategories: ['toplevel', 'blink.user_timing'] }
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
  await work()
  // Tells which of the traced threads is the page's: Chromium has pages of its own.
  await page.evaluate((name) => performance.mark(name), PAGE_MARK)
  await endTrace(session)
  const mark = events.find(({ name }) => name === PAGE_MARK)
  const tasks = events.filter(({ name, pid, tid }) => name.endsWith('RunTask') && pid === mark?.pid && tid === mark.tid)
  if (tasks.length === 0) throw new Error('The trace holds no task of the page.')
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000
}

async function endTrace(session: CDPSession): Promise<void> {
  const isComplete = new Promise((onComplete) => session.once('Tracing.tracingComplete', onComplete))
  await session.send('Tracing.end')
  await isComplete
  await session.detach()
}
