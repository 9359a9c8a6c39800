// The one configuration of the library build, the demo and the tests. `vite build` makes the entries that package.json
// exports, `--mode worker` and `--mode service-worker` the two that run beside the page, `--mode demo` is the demo's; Vitest
// comes with mode `test`.

import { resolve } from 'node:path'
import type { Plugin, Rolldown, UserConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration, ViteUserConfig, ViteUserConfigFnObject } from 'vitest/config'
import { citiesPlugin } from './demo/build/cities-plugin.ts'
import { cloudPlugin } from './demo/build/cloud-plugin.ts'
import { BROWSER_ENGINES } from './test/support/browser-executables.ts'
import { PACKAGE_ENTRIES, PEER_DEPENDENCIES, RUNTIME_DEPENDENCIES } from './test/support/package-entries.ts'
import type { PackageEntry } from './test/support/package-entries.ts'
import { systemBrowser } from './test/support/vitest-provider.ts'

const ROOT = import.meta.dirname
const HOST = '127.0.0.1'
/** What every browser that has IndexedDB 3, module workers and private class members understands. */
const LIBRARY_TARGET = 'es2022'
/** Entries that are built on their own, each with all that it needs. */
const BESIDE_PAGE: ReadonlySet<string> = new Set(['service-worker', 'worker'])
/** What `npx tidetable` runs. */
const PROGRAM = { name: 'cli', sourcePath: 'src/server/cli.ts' }
const TOOLBOX_TRANSACTIONS = ['Check', 'Delete', 'Get', 'Put', 'Update', 'Write'].map((action) => `transact${action}`)
/** What the tests of `tidetable/aws` import: the SDK and three libraries over it. */
const SDK_MODULES: readonly string[] = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/lib-dynamodb',
  'dynamodb-onetable',
  'dynamodb-onetable/Dynamo',
  ...['entity', 'schema', 'table'].map((room) => `dynamodb-toolbox/${room}`),
  ...['batchDelete', 'batchGet', 'batchPut', 'delete', 'get', 'put', 'update', ...TOOLBOX_TRANSACTIONS].map(
    (action) => `dynamodb-toolbox/entity/actions/${action}`,
  ),
  ...['batchGet', 'batchWrite', 'query'].map((action) => `dynamodb-toolbox/table/actions/${action}`),
  'electrodb',
]
/** One of those libraries is written for Node: this is what its users give it in browsers. */
const NODE_MODULES_IN_BROWSERS = [
  { find: /^(?:node:)?crypto$/, replacement: resolve(ROOT, 'test/support/crypto-in-browsers.ts') },
  { find: /^(?:node:)?process$/, replacement: resolve(ROOT, 'test/support/process-in-browsers.ts') },
]
/** In Node these names lead to builds for servers, in which nothing ever changes. */
const BROWSER_BUILDS = [
  { find: /^solid-js$/, replacement: resolve(ROOT, 'node_modules/solid-js/dist/solid.js') },
  { find: /^svelte\/reactivity$/, replacement: resolve(ROOT, 'node_modules/svelte/src/reactivity/index-client.js') },
]
/**
 * Time limits of tests: for machines that are ten times slower than ours, or have as much other work. What hangs is told all
 * the same. What a test polls for has less time, so that its own message is seen.
 */
const TEST_TIMEOUT_MS = 300_000
const POLL = { timeout: 60_000 }
const WORKER_SOURCE_URL = /new URL\('(?:\.\.\/)+worker\/index\.ts', import\.meta\.url\)/

const configuration: ViteUserConfigFnObject = defineConfig(({ mode }): ViteUserConfig => {
  switch (mode) {
    case 'demo':
      return demo()
    case 'service-worker':
    case 'worker':
      return libraryBuild({
        entries: PACKAGE_ENTRIES.filter(({ name }) => name === mode),
        // A module worker has no import map, and a page that serves the file as it is has no bundler that would find its
        // dependencies: so the worker carries them. Bundlers treat the one file as they would treat many.
        external: [],
        // The service worker's file imports nothing: this line tells tools that read the text alone that it is a module.
        footer: 'export {}',
        // A worker of many files starts file after file: each tells the browser of the next ones. So all that it begins with
        // is one file, behind an entry that only starts it: what is loaded later imports that file, and would import an
        // entry a second time wherever a server gives workers addresses of their own, as Vite's does.
        groups: mode === 'worker' ? [{ name: 'core', tags: ['$initial'], test: (id) => !isEntry(id) }] : [],
        emptyOutDir: false,
        plugins: [],
      })
    case 'test':
      return tests()
    default:
      return libraryBuild({
        entries: [...PACKAGE_ENTRIES.filter(({ name }) => !BESIDE_PAGE.has(name)), PROGRAM],
        // The app's bundler resolves these: an app that uses Comlink too must share our copy, as proxies are marked with
        // symbols that belong to one copy.
        external: [...RUNTIME_DEPENDENCIES, ...PEER_DEPENDENCIES, 'svelte/reactivity', 'svelte/store', /^node:/],
        footer: '',
        groups: [],
        emptyOutDir: true,
        plugins: [workerBesidePage()],
      })
  }
})

export default configuration

interface LibraryBuild {
  readonly entries: readonly Pick<PackageEntry, 'name' | 'sourcePath'>[]
  readonly external: readonly (string | RegExp)[]
  readonly footer: string
  /** What becomes one file, beside what the bundler finds out for itself. */
  readonly groups: readonly Rolldown.CodeSplittingGroup[]
  readonly emptyOutDir: boolean
  readonly plugins: readonly Plugin[]
}

function libraryBuild({ entries, external, footer, groups, emptyOutDir, plugins }: LibraryBuild): UserConfig {
  return {
    plugins: [...plugins],
    publicDir: false,
    build: {
      target: LIBRARY_TARGET,
      outDir: 'dist',
      emptyOutDir,
      sourcemap: true,
      // Apps minify; unminified code keeps stack traces readable for their developers.
      minify: false,
      lib: { entry: Object.fromEntries(entries.map(({ name, sourcePath }) => [name, sourcePath])), formats: ['es'] },
      rolldownOptions: {
        external: [...external],
        output: {
          entryFileNames: '[name].js',
          // What is loaded on first use lies apart, so that sizes can be told without it.
          chunkFileNames: ({ isDynamicEntry }) => `${isDynamicEntry ? 'lazy' : 'shared'}/[name]-[hash].js`,
          banner: ({ name }) => (name === PROGRAM.name ? '#!/usr/bin/env node' : ''),
          footer,
          codeSplitting: { groups: [...groups] },
        },
      },
    },
  }
}

function isEntry(id: string): boolean {
  return PACKAGE_ENTRIES.some(({ sourcePath }) => id === resolve(ROOT, sourcePath))
}

/**
 * In the sources the page finds its worker as `new Worker(new URL('../../worker/index.ts', import.meta.url), …)`, which Vite
 * serves and bundles for the demo and the tests. In the library it must stay an expression that the bundlers of apps
 * recognise, pointing to the file beside the page entry. A name in place of the text keeps Vite from bundling the worker into
 * the page entry's assets; it becomes the text again when the chunk is written.
 */
function workerBesidePage(): Plugin {
  const placeholder = '__TIDETABLE_WORKER_FILE__'
  return {
    name: 'worker-beside-page',
    enforce: 'pre',
    transform(code) {
      return WORKER_SOURCE_URL.test(code)
        ? { code: code.replace(WORKER_SOURCE_URL, `new URL(${placeholder}, import.meta.url)`), map: null }
        : undefined
    },
    renderChunk(code, chunk) {
      if (!code.includes(placeholder)) return undefined
      if (chunk.fileName !== 'index.js') this.error(`${chunk.fileName} starts the worker, only index.js lies beside it`)
      return { code: code.replace(placeholder, `'./worker.js'`), map: null }
    },
  }
}

function demo(): UserConfig {
  return {
    root: resolve(ROOT, 'demo'),
    base: './',
    plugins: [citiesPlugin(), cloudPlugin()],
    resolve: { alias: packageAliases('src') },
    server: { host: HOST },
    preview: { host: HOST },
    worker: { format: 'es' },
    build: {
      target: LIBRARY_TARGET,
      outDir: resolve(ROOT, 'dist-demo'),
      emptyOutDir: true,
      // The page's Content-Security-Policy allows no data: addresses.
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: ['index.html', 'devices.html'].map((page) => resolve(ROOT, 'demo', page)),
        // Preparing the cities takes longer than bundling, which is no news to whoever starts the demo.
        checks: { pluginTimings: false },
      },
    },
  }
}

/** `src` needs no build and reloads as one edits; `dist` is what users get. */
function packageAliases(from: 'src' | 'dist'): { readonly find: RegExp; readonly replacement: string }[] {
  return PACKAGE_ENTRIES.map(({ specifier, name, sourcePath }) => ({
    find: new RegExp(`^${specifier}$`),
    replacement: resolve(ROOT, from === 'src' ? sourcePath : `dist/${name}.js`),
  }))
}

function tests(): ViteUserConfig {
  return {
    test: {
      projects: [nodeProject(), scenarioProject(), browserProjects()],
    },
  }
}

function nodeProject(): TestProjectInlineConfiguration {
  return {
    resolve: { alias: [...packageAliases('src'), ...BROWSER_BUILDS] },
    test: {
      name: 'node',
      environment: 'node',
      include: ['test/**/*.test.ts'],
      exclude: ['**/*.browser.test.ts', '**/*.scenario.test.ts'],
      testTimeout: TEST_TIMEOUT_MS,
      hookTimeout: TEST_TIMEOUT_MS,
      expect: { poll: POLL },
    },
  }
}

/** Tests that start, kill and reopen whole browsers, or install the package as a stranger would. */
function scenarioProject(): TestProjectInlineConfiguration {
  return {
    test: {
      name: 'scenario',
      environment: 'node',
      include: ['test/browser/**/*.scenario.test.ts'],
      globalSetup: ['test/support/ensure-build.ts'],
      setupFiles: ['test/support/leave-by-exit.ts'],
      // Each starts browsers of its own, on machines with two cores.
      fileParallelism: false,
      testTimeout: TEST_TIMEOUT_MS,
      hookTimeout: TEST_TIMEOUT_MS,
      expect: { poll: POLL },
    },
  }
}

/**
 * Tests that run inside browsers, against the built package; one project in Vitest's eyes, which it splits into three named
 * after the browsers.
 */
function browserProjects(): TestProjectInlineConfiguration {
  return {
    resolve: { alias: [...packageAliases('dist'), ...NODE_MODULES_IN_BROWSERS] },
    // Found while the tests run, they would make Vite reload the page in the middle of one.
    optimizeDeps: { include: ['comlink', 'idb', 'immer', 'fast-check', ...SDK_MODULES] },
    worker: { format: 'es' },
    test: {
      name: 'browser',
      include: ['test/**/*.browser.test.ts'],
      globalSetup: ['test/support/ensure-build.ts'],
      fileParallelism: false,
      testTimeout: TEST_TIMEOUT_MS,
      hookTimeout: TEST_TIMEOUT_MS,
      expect: { poll: POLL },
      browser: {
        enabled: true,
        connectTimeout: TEST_TIMEOUT_MS,
        headless: true,
        screenshotFailures: false,
        api: { host: HOST },
        instances: BROWSER_ENGINES.map((engine) => ({
          browser: engine,
          name: engine,
          provider: systemBrowser(engine),
        })),
      },
    },
  }
}
