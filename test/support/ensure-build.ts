// Vitest's global set-up of every project that tests the built package: builds it when a source is newer than the build, so
// that nobody ever tests yesterday's code.

import { spawnSync } from 'node:child_process'
import type { SpawnSyncOptions } from 'node:child_process'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const SOURCES: readonly string[] = ['src', 'worker', 'vite.config.ts', 'tsconfig.json', 'package.json']
/** The build writes the code first, then the declarations. */
const LAST_CODE_FILE = 'dist/worker.js'
const LAST_FILE = 'dist/types/worker/index.d.ts'

/** Builds the library if needed. */
export function setup(): void {
  const changedAtMs = newestChangeMs(SOURCES.map((path) => join(ROOT, path)))
  if (changedAtMs <= writtenAtMs(LAST_FILE)) return
  const options: SpawnSyncOptions = { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }
  if (spawnSync('npm', ['run', '--silent', 'build'], options).status === 0) return
  if (changedAtMs <= writtenAtMs(LAST_CODE_FILE)) {
    console.error('The declarations could not be built (see above); tests run on the code alone.')
    return
  }
  // Tests of single rooms go on; those of the package find none and fail, rather than pass on the last one that was built.
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  console.error('The build failed (see above): every test that imports the built package will fail.')
}

function writtenAtMs(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function newestChangeMs(paths: readonly string[]): number {
  let newest = 0
  for (const path of paths) {
    const entry = statSync(path)
    const changedAtMs = entry.isDirectory()
      ? newestChangeMs(readdirSync(path).map((name) => join(path, name)))
      : entry.mtimeMs
    newest = Math.max(newest, changedAtMs)
  }
  return newest
}
