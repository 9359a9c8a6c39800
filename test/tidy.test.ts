// The house rules that neither the compiler nor the linter knows, read from the sources themselves. Each rule collects the
// places that break it, so that a failure is a list of lines to mend.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PACKAGE_ENTRIES, PEER_DEPENDENCIES, RUNTIME_DEPENDENCIES } from './support/package-entries.ts'

const ROOT = resolve(import.meta.dirname, '..')
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'dist-demo',
  'coverage',
  '.git',
  '__snapshots__',
])

interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
}

const allFiles = filesBelow(ROOT)
const modules = allFiles.filter(({ path }) => path.endsWith('.ts'))
const shipped = modules.filter(({ path }) => /^(?:src|worker)\//.test(path))
const entryPaths: readonly string[] = PACKAGE_ENTRIES.map(({ sourcePath }) => sourcePath)

function filesBelow(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED_FOLDERS.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    const text = readFileSync(path, 'utf8')
    return [{ path: relative(ROOT, path), text, lines: text.split('\n') }]
  })
}

/** `path:line` of every line that a pattern matches. */
function linesMatching(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  )
}

interface ImportStatement {
  readonly path: string
  readonly specifier: string
}

function importsOf({ path, text }: SourceFile): ImportStatement[] {
  const statements = text.matchAll(/^(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?'([^']+)'/gm)
  return Array.from(statements, ([, specifier = '']) => ({ path, specifier }))
}

/**
 * Exported declarations without a doc comment, as `path:line: name`. One comment may stand above several declarations of one
 * line each, and above the signatures of an overloaded function.
 */
function undocumentedExports({ path, lines }: SourceFile): string[] {
  const documented = new Set<string>()
  let groupGoesOn = false
  return lines.flatMap((line, index) => {
    const name = /^export (?:declare |abstract |async )*(?:const|function\*?|class|interface|type) (\w+)/.exec(
      line,
    )?.[1]
    const above = lines[index - 1]?.trimEnd() ?? ''
    const covered = name !== undefined && (above.endsWith('*/') || groupGoesOn || documented.has(name))
    groupGoesOn = covered && !/[{(=|]$/.test(line)
    if (name === undefined || covered) {
      if (name !== undefined) documented.add(name)
      return []
    }
    return [`${path}:${index + 1}: ${name}`]
  })
}

describe('every module', () => {
  it('begins with a comment that says what lives in it', () => {
    expect(modules.filter(({ text }) => !/^(?:\/\/ \S|\/\*\*)/.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('has a file name in kebab-case', () => {
    const kebabCase =
      /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:browser|property|scenario))?(?:\.test(?:-d)?)?(?:\.d)?(?:\.config)?\.ts$/
    expect(
      modules
        .map(({ path }) => path)
        .filter(
          (path) => !kebabCase.test(path.slice(dirname(path).length).replace('/', '')) && path !== 'vite.config.ts',
        ),
    ).toEqual([])
  })

  it('imports its neighbours with their extension', () => {
    const bare = modules
      .flatMap(importsOf)
      .filter(({ specifier }) => /^\.{1,2}\//.test(specifier) && !/\.(?:ts|js|json|css)(?:\?\w+)?$/.test(specifier))
    expect(bare).toEqual([])
  })

  it('holds no debt, no skipped test and no suppression without its reason', () => {
    expect(linesMatching(modules, /\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/)).toEqual([])
    expect(linesMatching(modules, /^\s*(?:it|test|describe)(?:\.\w+)*\.(?:skip|only|todo|fails)\b/)).toEqual([])
    const unexplained = modules.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) =>
        /(?:oxlint|eslint)-disable|@ts-(?:expect-error|ignore|nocheck)/.test(line) &&
        path !== 'test/tidy.test.ts' &&
        !/reason: \S/.test(`${lines[index - 1] ?? ''}\n${line}`)
          ? [`${path}:${index + 1}`]
          : [],
      ),
    )
    expect(unexplained).toEqual([])
  })
})

/** A dependency, or a peer: `svelte/store` is of the package `svelte`. */
function isAnAppsPackage(specifier: string): boolean {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  return RUNTIME_DEPENDENCIES.includes(name) || PEER_DEPENDENCIES.includes(name)
}

describe('the shipped sources', () => {
  it('document every export', () => {
    expect(shipped.flatMap(undocumentedExports)).toEqual([])
  })

  it('have no barrels: index files are the package entries, and no list is open', () => {
    const indexes = shipped.map(({ path }) => path).filter((path) => path.endsWith('/index.ts'))
    expect(indexes.filter((path) => !entryPaths.includes(path))).toEqual([])
    expect(linesMatching(shipped, /^export \*/)).toEqual([])
  })

  it('import only packages that an app gets with ours', () => {
    const others = shipped
      .flatMap(importsOf)
      .filter(({ specifier }) => !/^\.|^node:/.test(specifier) && !isAnAppsPackage(specifier))
    expect(others).toEqual([])
  })

  it('say in ARCHITECTURE.md why each runtime dependency is there', () => {
    const architecture = readFileSync(join(ROOT, 'src/ARCHITECTURE.md'), 'utf8')
    expect(RUNTIME_DEPENDENCIES.filter((name) => !architecture.includes(name))).toEqual([])
  })
})

describe('the repository', () => {
  it('names no path of a machine and no package registry', () => {
    const parent = dirname(ROOT)
    const places = [String.raw`/(?:home|Users)/\w`, String.raw`https?://registry\.`, String.raw`"resolved":`]
    if (parent !== '/') places.push(`${parent.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}/`)
    const others = allFiles.filter(({ path }) => path !== 'test/tidy.test.ts')
    expect(linesMatching(others, new RegExp(places.join('|')))).toEqual([])
  })

  it('offers only entries that have a source', () => {
    expect(entryPaths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('keeps its top level to what the architecture names', () => {
    const fixed =
      /^(?:\..*|src|worker|demo|test|dist|dist-demo|coverage|node_modules|package(?:-lock)?\.json|tsconfig\.json|vite\.config\.ts|README\.md|CHANGELOG\.md|LICENSE)$/
    expect(readdirSync(ROOT).filter((name) => !fixed.test(name))).toEqual([])
  })
})
