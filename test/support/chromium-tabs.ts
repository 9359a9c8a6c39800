// Tabs of Chromium to which happens what happens to tabs: they are frozen and thaw, and their process dies.

import type { Browser, CDPSession } from 'puppeteer-core'
import { asBrowserPage, type BrowserPage, launchPuppeteer } from './browsers.ts'
import { killGroup, waitFor } from './processes.ts'

/** A tab. */
export interface ChromiumTab extends BrowserPage {
  /** Stops the page and its workers: no task of theirs runs. They keep their locks. */
  freeze(): Promise<void>
  /** They go on as if nothing had been. */
  thaw(): Promise<void>
  /** Crashes the tab's renderer process, and waits until it is gone. */
  kill(): Promise<void>
}

/** A running Chromium. */
export interface ChromiumTabs {
  open(url: string): Promise<ChromiumTab>
  close(): Promise<void>
}

const TIMEOUT_MS = 20_000

/** Starts Chromium on a profile folder. */
export async function startChromium(profileDirectory: string): Promise<ChromiumTabs> {
  const { browser, child } = await launchPuppeteer('chromium', profileDirectory)
  return {
    open: (url) => openTab(browser, url),
    async close() {
      await browser.close()
      await killGroup(child)
    },
  }
}

async function openTab(browser: Browser, url: string): Promise<ChromiumTab> {
  const page = await browser.newPage()
  await page.goto(url)
  const session = await page.createCDPSession()
  return {
    ...asBrowserPage(page),
    freeze: () => session.send('Page.setWebLifecycleState', { state: 'frozen' }),
    thaw: () => session.send('Page.setWebLifecycleState', { state: 'active' }),
    kill: () => crash(browser, session),
  }
}

async function crash(browser: Browser, session: CDPSession): Promise<void> {
  const before = await rendererProcesses(browser)
  // It is not answered: who would answer has died.
  session.send('Page.crash').catch(() => undefined)
  await waitFor('the death of a renderer process', TIMEOUT_MS, async () => {
    const left = await rendererProcesses(browser)
    return before.some((processId) => !left.includes(processId)) ? true : undefined
  })
}

async function rendererProcesses(browser: Browser): Promise<readonly number[]> {
  const session = await browser.target().createCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
}
