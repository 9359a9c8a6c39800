// The record of the public API: for each entry of the package the declarations that its callers can see, as one text. A change
// of these files is a change of the API and is reviewed as one; after a wanted change
// `npx vitest run --project node test/types --update` writes them anew.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PACKAGE_ENTRIES } from '../support/package-entries.ts'
import { publicDeclarations } from '../support/public-declarations.ts'

const ROOT = resolve(import.meta.dirname, '../..')

describe('the declarations of the public entries', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidetable-types-'))
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const args = [compiler, '--project', 'src/tsconfig.build.json', '--outDir', folder]
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(PACKAGE_ENTRIES)('are on record for $specifier', async ({ name, declarationPath }) => {
    await expect(publicDeclarations(folder, declarationPath)).toMatchFileSnapshot(`${name}.api.txt`)
  })
})
