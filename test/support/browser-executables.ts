// Finds the browsers of this machine. Test tools like to download browsers of their own, which a closed network does not
// allow; so the browser comes from an environment variable, else from the usual system paths, else from the system's
// package manager where that is allowed. What cannot be had is an error with the command that helps, never a skip.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The browser engines that the tests run in. */
export type BrowserEngine = 'chromium' | 'firefox' | 'webkit'

/** Every engine, in the order of their share of users. */
export const BROWSER_ENGINES: readonly BrowserEngine[] = ['chromium', 'webkit', 'firefox']

interface ProgramSource {
  readonly environmentVariable: string
  readonly paths: readonly string[]
  /** Packages of Debian and its descendants. */
  readonly packages: readonly string[]
}

const SOURCES: Readonly<Record<BrowserEngine | 'display', ProgramSource>> = {
  chromium: {
    environmentVariable: 'CHROME_PATH',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    packages: ['chromium'],
  },
  firefox: {
    environmentVariable: 'FIREFOX_PATH',
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    packages: ['firefox-esr'],
  },
  webkit: {
    environmentVariable: 'WEBKIT_PATH',
    paths: [
      '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
      '/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
      '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser',
      '/usr/libexec/webkit2gtk-4.1/MiniBrowser',
    ],
    packages: ['libwebkit2gtk-4.1-0'],
  },
  display: {
    environmentVariable: 'XVFB_PATH',
    paths: ['/usr/bin/Xvfb'],
    packages: ['xvfb', 'xauth'],
  },
}

const INSTALL_TIMEOUT_MS = 15 * 60_000

/**
 * The path of a browser's program, or of the virtual display (`display`) which WebKitGTK needs.
 *
 * @throws Error with the command to run when it is neither here nor can be installed.
 */
export function browserExecutable(name: BrowserEngine | 'display'): string {
  const source = SOURCES[name]
  const configured = process.env[source.environmentVariable]
  if (configured !== undefined && configured !== '') {
    if (!existsSync(configured)) {
      throw new Error(`${source.environmentVariable} names ${configured}, which does not exist`)
    }
    return configured
  }
  const present = source.paths.find((path) => existsSync(path))
  if (present !== undefined) return present
  installPackages(name, source)
  const installed = source.paths.find((path) => existsSync(path))
  if (installed === undefined) throw missing(name, source, 'the packages were installed but do not contain it')
  return installed
}

function installPackages(name: string, source: ProgramSource): void {
  if (!existsSync('/usr/bin/apt-get')) throw missing(name, source, 'this system has no apt-get')
  if (process.getuid?.() !== 0) throw missing(name, source, 'only root may install packages')
  console.log(`installing ${source.packages.join(' ')} with apt-get`)
  // The output goes to stderr: the runner's own output must stay readable.
  const run = (args: readonly string[]): boolean =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      timeout: INSTALL_TIMEOUT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  if (!run(['update']) || !run(['install', '-y', '--no-install-recommends', ...source.packages])) {
    throw missing(name, source, 'apt-get failed')
  }
}

function missing(name: string, source: ProgramSource, reason: string): Error {
  const command = `apt-get update && apt-get install -y ${source.packages.join(' ')}`
  return new Error(
    `${name} is missing and could not be installed (${reason}): run \`${command}\` or set ${source.environmentVariable}`,
  )
}
