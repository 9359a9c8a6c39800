// Lets Vitest run test files inside the browsers of this machine. Vitest's own providers want patched or downloaded browsers
// for Firefox and WebKit and use private profiles; this one opens Vitest's page in the same browsers as the scenario tests,
// each with a new profile folder on disk.

import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider, BrowserProviderOption, TestProject } from 'vitest/node'
import type { BrowserEngine } from './browser-executables.ts'
import { createProfile, removeProfile, startBrowser } from './browsers.ts'
import type { BrowserSession } from './browsers.ts'

/** The provider for `test.browser.provider`. */
export function systemBrowser(engine: BrowserEngine): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'system-browser',
    options: {},
    supportedBrowser: [engine],
    providerFactory: (project) => new SystemBrowserProvider(project, engine),
  })
}

class SystemBrowserProvider implements BrowserProvider {
  readonly name = 'system-browser'
  /** Files run one after the other: they share the profile, and the machines have few cores. */
  readonly supportsParallelism = false
  readonly #project: TestProject
  readonly #engine: BrowserEngine
  #profileDirectory: string | undefined
  #session: Promise<BrowserSession> | undefined

  constructor(project: TestProject, engine: BrowserEngine) {
    this.#project = project
    this.#engine = engine
  }

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    this.#session ??= this.#start()
    const session = await this.#session
    await session.open(url)
  }

  async close(): Promise<void> {
    const session = await this.#session
    this.#session = undefined
    await session?.close()
    if (this.#profileDirectory !== undefined) await removeProfile(this.#profileDirectory)
  }

  async #start(): Promise<BrowserSession> {
    this.#project.vitest.logger.log(`starting ${this.#engine}`)
    this.#profileDirectory = await createProfile(this.#engine)
    return startBrowser(this.#engine, this.#profileDirectory)
  }
}
