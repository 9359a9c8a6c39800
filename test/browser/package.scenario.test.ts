// The package as a stranger meets it: packed, installed from the tarball into an empty project, bundled by the usual bundlers
// or not at all, type-checked, and opened under a strict Content-Security-Policy. Each way must end with an item that went to
// the worker and came back.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { build as esbuild } from 'esbuild'
import { build as viteBuild, createServer } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import webpack from 'webpack'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import type { BrowserSession } from '../support/browsers.ts'
import { RUNTIME_DEPENDENCIES } from '../support/package-entries.ts'
import { killGroup, startProcess } from '../support/processes.ts'
import { startStaticServer } from '../support/static-server.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const APP = `import { defineTable, openDatabase } from 'tidetable'

const notes = defineTable({ name: 'notes', attributes: { id: 'S' }, key: { partition: 'id' } })

async function run() {
  const database = await openDatabase({ name: 'stranger', tables: [notes] })
  const table = database.table(notes)
  await table.put({ id: 'first', text: 'from a stranger', tags: new Set(['a', 'b']) })
  const found = await table.get({ id: 'first' })
  // The worker loads this part of itself now, from beside its file or out of its bundle.
  const listed = await database.send('ExecuteStatement', { Statement: "SELECT text FROM notes WHERE id = 'first'" })
  // So do the page and the worker with what live results need.
  let shown = 0
  for await (const { rows } of table.query({ where: { id: 'first' } }).live()) {
    shown = rows.length
    break
  }
  await database.close()
  const tags = found?.tags instanceof Set ? [...found.tags] : []
  return { id: found?.id, text: found?.text, tags, listed: listed.Items, shown }
}

globalThis.outcome = run()
`
const EXPECTED = {
  id: 'first',
  text: 'from a stranger',
  tags: ['a', 'b'],
  listed: [{ text: { S: 'from a stranger' } }],
  shown: 1,
}

const POLICY = `default-src 'self'; script-src 'self'; worker-src 'self'`
const IMPORT_MAP = JSON.stringify({
  imports: {
    tidetable: './node_modules/tidetable/dist/index.js',
    comlink: './node_modules/comlink/dist/esm/comlink.mjs',
    immer: './node_modules/immer/dist/immer.production.mjs',
  },
})

function page(script: string): string {
  return `<!doctype html><title>stranger</title><script type="module" src="${script}"></script>`
}

let project: string
let profileDirectory: string
let browser: BrowserSession

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'tidetable-stranger-'))
  installTarballs(project)
  writeFileSync(join(project, 'index.html'), page('./main.js'))
  writeFileSync(join(project, 'main.js'), APP)
  profileDirectory = await createProfile('chromium')
  browser = await startBrowser('chromium', profileDirectory)
})

afterAll(async () => {
  await browser.close()
  await removeProfile(profileDirectory)
  rmSync(project, { recursive: true, force: true })
})

/** Our dependencies are packed from where they are installed, so that no registry is asked. */
function installTarballs(folder: string): void {
  const tarballs = join(folder, 'tarballs')
  mkdirSync(tarballs)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }))
  const npm = (args: readonly string[]): void => {
    execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const packages = [ROOT, ...RUNTIME_DEPENDENCIES.map((name) => join(ROOT, 'node_modules', name))]
  npm(['pack', ...packages, '--pack-destination', tarballs, '--ignore-scripts', '--silent'])
  const files = readdirSync(tarballs).map((name) => join(tarballs, name))
  npm(['install', ...files, '--offline', '--no-audit', '--no-fund', '--silent'])
}

interface Served {
  readonly folder: string
  readonly policy?: string
}

async function outcomeOf({ folder, policy = POLICY }: Served): Promise<unknown> {
  const server = await startStaticServer({ folders: { '/': folder }, headers: { 'Content-Security-Policy': policy } })
  try {
    return await outcomeAt(`${server.origin}/`)
  } finally {
    await server.close()
  }
}

async function outcomeAt(url: string): Promise<unknown> {
  const tab = await browser.open(url)
  const outcome = await tab.evaluate('globalThis.outcome')
  await tab.close()
  return outcome
}

describe('the packed package', () => {
  it('works when bundled by Vite', async () => {
    const outDir = join(project, 'out-vite')
    await viteBuild({ root: project, configFile: false, logLevel: 'error', build: { outDir, emptyOutDir: true } })
    expect(await outcomeOf({ folder: outDir })).toEqual(EXPECTED)
  })

  it('works in the development server of Vite', async () => {
    const server = await createServer({
      root: project,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: 0, hmr: false, headers: { 'Content-Security-Policy': POLICY } },
    })
    try {
      await server.listen()
      expect(await outcomeAt(server.resolvedUrls?.local[0] ?? '')).toEqual(EXPECTED)
    } finally {
      await server.close()
    }
  })

  it('works when bundled by webpack', async () => {
    const path = join(project, 'out-webpack')
    const compiler = webpack({ mode: 'production', context: project, entry: './main.js', output: { path } })
    const stats = await new Promise<webpack.Stats | undefined>((resolvePromise, reject) =>
      compiler.run((error, result) => (error ? reject(error) : resolvePromise(result))),
    )
    expect(stats?.toJson({ all: false, errors: true, warnings: true })).toMatchObject({ errors: [], warnings: [] })
    writeFileSync(join(path, 'index.html'), page('./main.js'))
    expect(await outcomeOf({ folder: path })).toEqual(EXPECTED)
  })

  it('works when bundled by esbuild, with the worker as a second entry', async () => {
    const outdir = join(project, 'out-esbuild')
    await esbuild({
      absWorkingDir: project,
      entryPoints: { main: './main.js', worker: 'tidetable/worker' },
      bundle: true,
      minify: true,
      format: 'esm',
      outdir,
      logLevel: 'error',
    })
    writeFileSync(join(outdir, 'index.html'), page('./main.js'))
    expect(await outcomeOf({ folder: outdir })).toEqual(EXPECTED)
  })

  it('works without a bundler, with an import map for the page alone', async () => {
    const hash = createHash('sha256').update(IMPORT_MAP).digest('base64')
    const importMap = `<script type="importmap">${IMPORT_MAP}</script>`
    writeFileSync(join(project, 'unbundled.html'), importMap + page('./main.js'))
    const server = await startStaticServer({
      folders: { '/': project },
      headers: {
        'Content-Security-Policy': `default-src 'self'; script-src 'self' 'sha256-${hash}'; worker-src 'self'`,
      },
    })
    try {
      expect(await outcomeAt(`${server.origin}/unbundled.html`)).toEqual(EXPECTED)
    } finally {
      await server.close()
    }
  })

  it('begins its worker with two files, as each further one would wait for the one that names it', async () => {
    const { metafile } = await esbuild({
      absWorkingDir: join(project, 'node_modules/tidetable/dist'),
      entryPoints: ['./worker.js'],
      bundle: true,
      format: 'esm',
      external: ['./lazy/*', '../lazy/*'],
      metafile: true,
      write: false,
    })
    expect(Object.keys(metafile.inputs).toSorted()).toEqual([
      expect.stringMatching(/^shared\/core-[\w-]+\.js$/),
      'worker.js',
    ])
  })

  it('has a program that serves', async () => {
    const program = startProcess({
      program: join(project, 'node_modules/.bin/tidetable'),
      args: ['serve', '--port', '0'],
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(program.stdout as Readable, 'data')) as [Buffer]
    const url = /http:\S+/.exec(line.toString())?.[0] ?? ''
    expect(await (await fetch(url)).text()).toBe('healthy: dynamodb.local.amazonaws.com ')
    await killGroup(program)
  })

  it('has types that a strict project accepts', () => {
    const entries = ['aws', 'engine', 'node', 'server'].map((name) => `export * as ${name} from 'tidetable/${name}'\n`)
    writeFileSync(
      join(project, 'app.ts'),
      entries.join('') + APP.replace('globalThis.outcome = run()', 'export const outcome = run()'),
    )
    const options = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--lib', 'ES2022,DOM', '--types', '']
    for (const resolution of [
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
      ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
    ]) {
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
      const args = [tsc, ...options, ...resolution, '--target', 'es2022', join(project, 'app.ts')]
      expect(outputOf(args)).toBe('')
    }
  })
})

/** What a compiler prints, be it content or not. */
function outputOf(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' })
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  }
}
