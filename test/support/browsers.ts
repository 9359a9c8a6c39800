// Whole browsers for tests that start, kill and reopen them. Chromium and Firefox are driven by puppeteer, WebKitGTK through
// its inspector; all three with an ordinary profile in a folder on a real disk, since a private profile has another
// IndexedDB than users have. A browser is ended by its own process id, and never outlives the test run.

import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import puppeteer from 'puppeteer-core'
import type { Browser, Page } from 'puppeteer-core'
import { browserExecutable } from './browser-executables.ts'
import type { BrowserEngine } from './browser-executables.ts'
import { freePort } from './free-port.ts'
import { adoptGroup, killGroup, startProcess, waitFor } from './processes.ts'
import { connectInspector, listInspectorTargets } from './webkit-inspector.ts'
import type { InspectorConnection } from './webkit-inspector.ts'

/** One open page. */
export interface BrowserPage {
  /**
   * Runs a function in the page and resolves with what it returns or resolves to. Only its source text travels: it must not
   * use anything from outside itself, nor `import()`; arguments and result must survive JSON. A string is an expression.
   *
   * @throws Error with the message of what the page threw.
   */
  evaluate<Args extends readonly unknown[], Result>(
    task: string | ((...args: Args) => Result),
    ...args: Args
  ): Promise<Awaited<Result>>
  close(): Promise<void>
}

/** One running browser. */
export interface BrowserSession {
  readonly engine: BrowserEngine
  /** Of the browser's main process, which leads the group of all its processes. */
  readonly processId: number
  /** Opens a page in a new tab and waits until it is loaded. */
  open(url: string): Promise<BrowserPage>
  /** Ends all processes of the browser at once (SIGKILL), as a crash would. The profile folder stays as it is. */
  kill(): Promise<void>
  /** Ends the browser as its user would. The profile folder stays. */
  close(): Promise<void>
}

/** A browser under puppeteer. Whoever launched it ends it, with `browser.close()` and then `killGroup(child)`. */
export interface PuppeteerBrowser {
  readonly browser: Browser
  /** The browser's main process, which leads the group of all its processes. */
  readonly child: ChildProcess
  readonly processId: number
}

const CHROMIUM_ARGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const FIREFOX_PREFERENCES: Readonly<Record<string, boolean | number | string>> = {
  'app.update.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  // After three kills in a row Firefox would ask its user whether to start in safe mode.
  'toolkit.startup.max_resumed_crashes': -1,
}

/** For starts and for the loading of pages, on a machine that has other work. */
const START_TIMEOUT_MS = 180_000
/** Time for one evaluation: longer than any test has, as an evaluation may be what a test does. */
const PROTOCOL_TIMEOUT_MS = 900_000
const PROFILE_ROOT = resolve(import.meta.dirname, '../../node_modules/.cache/tidetable')

const profiles = new Set<string>()

// A run that is broken off must not fill the disk.
process.once('exit', () => {
  for (const profile of profiles) rmSync(profile, { recursive: true, force: true })
})

/** Makes a new, empty profile folder on the disk that holds the checkout. */
export async function createProfile(engine: BrowserEngine): Promise<string> {
  await mkdir(PROFILE_ROOT, { recursive: true })
  const profileDirectory = await mkdtemp(join(PROFILE_ROOT, `${engine}-`))
  profiles.add(profileDirectory)
  return profileDirectory
}

/** Removes a profile folder whose browser has ended. */
export async function removeProfile(profileDirectory: string): Promise<void> {
  await rm(profileDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  profiles.delete(profileDirectory)
}

/**
 * Starts a browser on a profile folder from {@link createProfile}; starting again on the same folder finds what was stored.
 *
 * @throws Error when the browser is missing and cannot be installed.
 */
export function startBrowser(engine: BrowserEngine, profileDirectory: string): Promise<BrowserSession> {
  return engine === 'webkit' ? startWebKit(profileDirectory) : startPuppeteer(engine, profileDirectory)
}

/**
 * Starts Chromium or Firefox under puppeteer, for those who need more of the browser than a {@link BrowserSession} has.
 *
 * @throws Error when the browser is missing and cannot be installed.
 */
export async function launchPuppeteer(
  engine: 'chromium' | 'firefox',
  profileDirectory: string,
): Promise<PuppeteerBrowser> {
  const browser = await puppeteer.launch({
    browser: engine === 'firefox' ? 'firefox' : 'chrome',
    executablePath: browserExecutable(engine),
    headless: true,
    userDataDir: profileDirectory,
    args: engine === 'chromium' ? [...CHROMIUM_ARGS] : [],
    extraPrefsFirefox: { ...FIREFOX_PREFERENCES },
    timeout: START_TIMEOUT_MS,
    protocolTimeout: PROTOCOL_TIMEOUT_MS,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  const child = browser.process()
  if (child?.pid === undefined) throw new Error(`${engine} was started without a process`)
  adoptGroup(child)
  return { browser, child, processId: child.pid }
}

/**
 * Starts Chromium with one page and without a debugger, which would stop every worker for some ms when it starts. The page
 * reports through a message inbox (message-inbox.ts).
 *
 * @returns ends the browser as its user would
 */
export function startUnattendedChromium(profileDirectory: string, url: string): () => Promise<void> {
  const child = startProcess({
    program: browserExecutable('chromium'),
    args: [...CHROMIUM_ARGS, '--headless', `--user-data-dir=${profileDirectory}`, url],
  })
  return async () => {
    const exit = new Promise((resolvePromise) => child.once('exit', resolvePromise))
    child.kill('SIGTERM')
    await exit
    await killGroup(child)
  }
}

async function startPuppeteer(engine: 'chromium' | 'firefox', profileDirectory: string): Promise<BrowserSession> {
  const { browser, child, processId } = await launchPuppeteer(engine, profileDirectory)
  return {
    engine,
    processId,
    open: async (url) => asBrowserPage(await openPuppeteerPage(browser, url)),
    kill: () => killGroup(child),
    close: async () => {
      await browser.close()
      await killGroup(child)
    },
  }
}

/** Opens a page in a new tab and waits until it is loaded. */
export async function openPuppeteerPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage()
  page.setDefaultTimeout(START_TIMEOUT_MS)
  await page.goto(url)
  return page
}

/** A page of puppeteer's, as tests see pages. */
export function asBrowserPage(page: Page): BrowserPage {
  return {
    // An expression and not the function: what a bundler adds to a function's text would be looked up in the page.
    evaluate: async (task, ...args) => (await page.evaluate(callExpression(task, args))) as never,
    close: () => page.close(),
  }
}

async function startWebKit(profileDirectory: string): Promise<BrowserSession> {
  const display = await startDisplay()
  const inspectorAddress = `127.0.0.1:${await freePort()}`
  const browser = startProcess({
    program: browserExecutable('webkit'),
    args: ['--enable-developer-extras=true', '--javascript-can-open-windows-automatically=true', 'about:blank'],
    env: {
      DISPLAY: display.name,
      XDG_DATA_HOME: join(profileDirectory, 'data'),
      XDG_CACHE_HOME: join(profileDirectory, 'cache'),
      XDG_CONFIG_HOME: join(profileDirectory, 'config'),
      WEBKIT_INSPECTOR_HTTP_SERVER: inspectorAddress,
      GSETTINGS_BACKEND: 'memory',
      NO_AT_BRIDGE: '1',
    },
  })
  const end = async (): Promise<void> => {
    await killGroup(browser)
    await display.stop()
  }
  const known = new Set<string>()
  const opener = await connectNewTarget(inspectorAddress, known).catch(async (error: unknown) => {
    await end()
    throw error
  })
  return {
    engine: 'webkit',
    processId: browser.pid ?? 0,
    open: (url) => openWebKitPage({ opener, inspectorAddress, known, url }),
    kill: end,
    close: async () => {
      opener.close()
      await end()
    },
  }
}

interface OpenWebKitPage {
  /** The blank page that opens all others. */
  readonly opener: InspectorConnection
  readonly inspectorAddress: string
  /** Socket addresses of the pages that are connected already. */
  readonly known: Set<string>
  readonly url: string
}

async function openWebKitPage({ opener, inspectorAddress, known, url }: OpenWebKitPage): Promise<BrowserPage> {
  await opener.evaluate(`void window.open(${JSON.stringify(url)}, '_blank', 'noopener')`)
  const connection = await connectNewTarget(inspectorAddress, known)
  await waitFor(`loading ${url}`, START_TIMEOUT_MS, async () => ((await connection.isLoaded()) ? true : undefined))
  return {
    evaluate: async (task, ...args) => (await connection.evaluate(callExpression(task, args))) as never,
    close: () => connection.closePage(),
  }
}

async function connectNewTarget(inspectorAddress: string, known: Set<string>): Promise<InspectorConnection> {
  const target = await waitFor('the opening of a page in WebKit', START_TIMEOUT_MS, async () => {
    const targets = await listInspectorTargets(inspectorAddress)
    return targets.find(({ socketUrl }) => !known.has(socketUrl))
  })
  known.add(target.socketUrl)
  return connectInspector(target.socketUrl)
}

/** WebKitGTK has no headless mode: it gets an X server without a screen. */
async function startDisplay(): Promise<{ readonly name: string; stop(): Promise<void> }> {
  const child = startProcess({
    program: browserExecutable('display'),
    args: ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'],
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const stdout = child.stdout as Readable
  const name = await new Promise<string>((resolvePromise, reject) => {
    stdout.once('data', (data: Buffer) => resolvePromise(`:${data.toString().trim()}`))
    child.once('exit', (code) => reject(new Error(`Xvfb ended with code ${String(code)} before it had a display`)))
  })
  return { name, stop: () => killGroup(child) }
}

function callExpression(task: string | ((...args: never[]) => unknown), args: readonly unknown[]): string {
  return typeof task === 'string' ? task : `(${task.toString()})(...${JSON.stringify(args)})`
}
