// One Chromium with the benchmark's page open.

import type { Page } from 'puppeteer-core'
import { launchPuppeteer } from '../support/browsers.ts'
import { killGroup } from '../support/processes.ts'
import { DevTools } from './devtools.ts'
import type { BenchPage } from './page/main.ts'

/** A running browser with the page in it. */
export interface Session {
  readonly browserVersion: string
  readonly devTools: DevTools
  /** Calls a function of `window.bench`. */
  call<Name extends keyof BenchCalls>(
    name: Name,
    argument: Parameters<BenchCalls[Name]>[0],
  ): Promise<Awaited<ReturnType<BenchCalls[Name]>>>
  /** Names of the workloads. */
  workloads(): Promise<readonly string[]>
}

type BenchCalls = Omit<BenchPage, 'workloads' | 'close'> & { close(argument: undefined): Promise<void> }

/**
 * Starts Chromium with a page of the benchmark, and ends it when `work` settles.
 *
 * @param profileFolder on a real disk: a profile in memory changes IndexedDB's behaviour
 */
export async function withSession<T>(
  profileFolder: string,
  url: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { browser, child } = await launchPuppeteer('chromium', profileFolder)
  try {
    const page = (await browser.pages())[0] ?? (await browser.newPage())
    const failures = new PageFailures(page)
    await page.goto(url)
    await failures.race(page.waitForFunction(() => window.bench !== undefined))
    return await work({
      browserVersion: await browser.version(),
      devTools: await DevTools.attach(page),
      call: (name, argument) => failures.race(callBench(page, name, argument)) as never,
      workloads: () => page.evaluate(() => window.bench?.workloads ?? []),
    })
  } finally {
    await browser.close()
    await killGroup(child)
  }
}

function callBench(page: Page, name: string, argument: unknown): Promise<unknown> {
  return page.evaluate(
    (functionName, value) => {
      const bench = window.bench as unknown as Record<string, (value: unknown) => unknown>
      return bench[functionName]?.(value)
    },
    name,
    argument,
  )
}

/** Turns an error that nobody caught in the page, or a crash, into a rejection of the call that waits. */
class PageFailures {
  readonly #failed: Promise<never>

  constructor(page: Page) {
    this.#failed = new Promise((_, reject) => {
      page.on('pageerror', reject)
      // What puppeteer calls a crash of the page.
      page.on('error', reject)
    })
    // Not every failure comes while a call waits; the next call reports it.
    this.#failed.catch(() => undefined)
  }

  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failed])
  }
}
