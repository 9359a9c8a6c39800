// Proves that lint enforces the import table of ARCHITECTURE.md: for every pair of rooms a file that imports the one from the
// other is written into a scratch tree, and the linter with the project's own configuration must report exactly the pairs
// that the table below does not allow.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

interface RoomRule {
  readonly folder: string
  /** Rooms and packages that it may import. */
  readonly mayImport: readonly string[]
  /** Rooms of which it may import types. */
  readonly mayImportTypesOf?: readonly string[]
}

const ROOMS: readonly RoomRule[] = [
  { folder: 'src/base', mayImport: [] },
  { folder: 'src/model', mayImport: ['src/base'] },
  { folder: 'src/expressions', mayImport: ['src/model', 'src/base'] },
  { folder: 'src/storage', mayImport: ['src/base', 'idb'] },
  { folder: 'src/streams', mayImport: ['src/storage', 'src/model', 'src/base'] },
  {
    folder: 'src/engine',
    mayImport: ['src/expressions', 'src/streams', 'src/model', 'src/base'],
    mayImportTypesOf: ['src/storage'],
  },
  {
    folder: 'src/engine/operations',
    mayImport: ['src/engine', 'src/expressions', 'src/streams', 'src/model', 'src/base'],
    mayImportTypesOf: ['src/storage'],
  },
  { folder: 'src/security', mayImport: ['src/model', 'src/base'] },
  {
    folder: 'src/sync',
    mayImport: ['src/engine', 'src/streams', 'src/expressions', 'src/security', 'src/model', 'src/base', 'aws4fetch'],
    mayImportTypesOf: ['src/storage'],
  },
  { folder: 'src/rpc', mayImport: ['src/model', 'src/base', 'comlink'], mayImportTypesOf: ['src/engine', 'src/sync'] },
  {
    folder: 'src/client',
    mayImport: ['src/rpc', 'src/expressions', 'src/streams', 'src/model', 'src/base', 'comlink'],
  },
  { folder: 'src/server', mayImport: ['src/engine', 'src/security', 'src/sync', 'src/model', 'src/base', 'node:fs'] },
  {
    folder: 'worker',
    mayImport: [
      'src/base',
      'src/model',
      'src/expressions',
      'src/storage',
      'src/streams',
      'src/engine',
      'src/security',
      'src/sync',
      'src/rpc',
      'src/server',
      'comlink',
    ],
  },
  { folder: 'demo', mayImport: ['tidetable'] },
]

const TARGETS: readonly string[] = [
  ...ROOMS.map(({ folder }) => folder).filter((folder) => folder !== 'src/engine/operations'),
  'comlink',
  'idb',
  'node:fs',
  'tidetable',
]

const AMBIENT_SOURCES = 'export const now = (): number => Date.now() + Math.random()\n'

type ImportKind = 'value' | 'type'

function probePath({ folder }: RoomRule, target: string, kind: ImportKind): string {
  return `${folder}/probe-${kind}-${target.replaceAll(/[/:]/g, '-')}.ts`
}

function probeText({ folder }: RoomRule, target: string, kind: ImportKind): string {
  const isPackage = !target.includes('/') && target !== 'worker' && target !== 'demo'
  const specifier = isPackage ? target : `${relative(folder, target)}/thing.ts`
  return kind === 'type'
    ? `import type { Thing } from '${specifier}'\nexport type Other = Thing\n`
    : `import { thing } from '${specifier}'\nexport const other: unknown = thing\n`
}

function isAllowed(rule: RoomRule, target: string, kind: ImportKind): boolean {
  if (rule.folder === target || rule.mayImport.includes(target)) return true
  return kind === 'type' && rule.mayImportTypesOf?.includes(target) === true
}

describe('the import table', () => {
  let scratch: string
  let reported: ReadonlySet<string>

  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'import-table-'))
    // The rules that need types would ask for the type checker beside the scratch tree.
    const configuration = readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8').replace(
      '"typeAware": true',
      '"typeAware": false',
    )
    writeFileSync(join(scratch, '.oxlintrc.json'), configuration)
    for (const rule of ROOMS) {
      for (const target of TARGETS) {
        for (const kind of ['value', 'type'] as const) {
          const path = join(scratch, probePath(rule, target, kind))
          mkdirSync(dirname(path), { recursive: true })
          writeFileSync(path, probeText(rule, target, kind))
        }
      }
    }
    writeFileSync(join(scratch, 'src/engine/time.ts'), AMBIENT_SOURCES)
    writeFileSync(join(scratch, 'src/base/clock.ts'), AMBIENT_SOURCES)
    reported = reportedFiles(scratch)
  })

  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  it.each(ROOMS.map((rule) => [rule.folder, rule] as const))('reports what %s must not import', (_folder, rule) => {
    const found: string[] = []
    const expected: string[] = []
    for (const target of TARGETS) {
      for (const kind of ['value', 'type'] as const) {
        if (!isAllowed(rule, target, kind)) expected.push(`${kind} ${target}`)
        if (reported.has(probePath(rule, target, kind))) found.push(`${kind} ${target}`)
      }
    }
    expect(found).toEqual(expected)
  })

  it('reports the time and randomness that are not passed in, except in base', () => {
    expect(reported.has('src/engine/time.ts')).toBe(true)
    expect(reported.has('src/base/clock.ts')).toBe(false)
  })
})

function reportedFiles(folder: string): ReadonlySet<string> {
  const linter = join(ROOT, 'node_modules/oxlint/bin/oxlint')
  const output = outputOf([linter, '--format', 'json', '--config', '.oxlintrc.json'], folder)
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] }
  const boundaries = diagnostics.filter(({ code }) => /no-restricted-(?:imports|properties)/.test(code))
  return new Set(boundaries.map(({ filename }) => filename))
}

/** The linter's exit code says only that it found something, which it should. */
function outputOf(args: readonly string[], cwd: string): string {
  try {
    return execFileSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 })
  } catch (error) {
    const { stdout } = error as { stdout?: string }
    if (stdout === undefined || stdout === '') throw error
    return stdout
  }
}
