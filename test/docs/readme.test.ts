// The README cannot drift from what is tested: its example is the file that runs in the browser, its commands exist, and
// its links lead somewhere.

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8')
const scripts = Object.keys(
  (JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { readonly scripts: Record<string, string> })
    .scripts,
)

/** What stands between the file comment and the export, which only the test needs. */
function exampleText(file: string): string {
  const source = readFileSync(resolve(import.meta.dirname, file), 'utf8')
  return source.slice(source.indexOf('import '), source.indexOf('\nexport ')).trim()
}

describe('the README', () => {
  it('shows the examples that the browser tests run', () => {
    const shown = Array.from(readme.matchAll(/```ts\n([\s\S]*?)```/g), ([, text]) => text?.trim())
    expect(shown).toEqual(
      [
        'readme-example.ts',
        'live-example.ts',
        'transaction-example.ts',
        'partiql-example.ts',
        'changes-example.ts',
        'sync-example.ts',
      ].map(exampleText),
    )
  })

  it('names only commands that exist', () => {
    const named = [...readme.matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1] as string)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })

  it('links only to files and sections that exist', () => {
    const targets = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((match) => match[1] as string)
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(
      (match) =>
        `#${(match[1] as string)
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-')}`,
    )
    const isThere = (target: string): boolean =>
      target.startsWith('#') ? headings.includes(target) : existsSync(resolve(ROOT, target))
    expect(targets.filter((target) => !isThere(target))).toEqual([])
  })
})
