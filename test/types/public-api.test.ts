// The record of the public API: the declarations that the compiler emits for each entry of the package, with everything they
// reach, as one text per entry. A change of these files is a change of the API and is reviewed as one; after a wanted change
// `npx vitest run --project node test/types --update` writes them anew.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

describe('the declarations of the public entries', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidetable-types-'))
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const args = [compiler, '--project', 'tsconfig.build.json', '--outDir', folder]
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    ['tidetable', 'src/index.d.ts', 'index.api.txt'],
    ['tidetable/engine', 'src/engine/index.d.ts', 'engine.api.txt'],
    ['tidetable/worker', 'worker/index.d.ts', 'worker.api.txt'],
  ])('are on record for %s', async (_entry, path, record) => {
    await expect(declarationsFrom(folder, path)).toMatchFileSnapshot(record)
  })
})

/** The entry's declarations first, then those it reaches in order of their paths; without comments. */
function declarationsFrom(folder: string, entryPath: string): string {
  const texts = new Map<string, string>()
  const waiting = [entryPath]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue
    const text = readFileSync(join(folder, path), 'utf8')
    texts.set(path, withoutComments(text))
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\() ?['"](\.{1,2}\/[^'"]+)['"]/g)) {
      waiting.push(relative(folder, resolve(folder, dirname(path), specifier.replace(/\.ts$/, '.d.ts'))))
    }
  }
  const entry = texts.get(entryPath) ?? ''
  texts.delete(entryPath)
  const others = [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [[entryPath, entry], ...others].map(([path, text]) => `// ${path}\n${text}`).join('\n')
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\n/gm, '')
}
