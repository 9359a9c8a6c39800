// Tabs of Chromium to which happens what happens to tabs: they are frozen and thaw, and their process dies.

import type { Browser, CDPSession, Page } from 'puppeteer-core'
import { asBrowserPage, type BrowserPage, launchPuppeteer, openPuppeteerPage } from './browsers.ts'
import { killGroup } from './processes.ts'

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
  const page = await openPuppeteerPage(browser, url)
  const session = await page.createCDPSession()
  return {
    ...asBrowserPage(page),
    freeze: () => session.send('Page.setWebLifecycleState', { state: 'frozen' }),
    thaw: () => session.send('Page.setWebLifecycleState', { state: 'active' }),
    kill: () => crash(page, session),
  }
}

async function crash(page: Page, session: CDPSession): Promise<void> {
  // The browser tells that the process of this tab, and of no other, has gone.
  const crashed = new Promise((resolve) => page.once('error', resolve))
  // It is not answered: who would answer has died.
  session.send('Page.crash').catch(() => undefined)
  await crashed
}
