// Reads the declaration files that the compiler emits and picks what a caller of one entry can see: the declarations that the
// entry exports and, from those, every declaration they mention. What the files hold beside that is nobody's contract.

import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

interface DeclarationFile {
  /** Text of each top-level declaration, by its name; an overloaded function has several. */
  readonly declarations: ReadonlyMap<string, string>
  /** Where each imported or re-exported name comes from. */
  readonly origins: ReadonlyMap<string, Origin>
  readonly exportedNames: readonly string[]
}

interface Origin {
  /** Path of the file, or the name of a package. */
  readonly path: string
  readonly name: string
}

const LINKED_NAMES = /^(import|export) (?:type )?\{([^}]*)\}(?: from ['"]([^'"]+)['"])?;?$/
const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/

/**
 * The declarations behind an entry, each below the path of its file, in the order of paths and of places in the file.
 *
 * @param entryPath - of the entry's declaration file, relative to `folder`
 */
export function publicDeclarations(folder: string, entryPath: string): string {
  const files = new Map<string, DeclarationFile>()
  const fileAt = (path: string): DeclarationFile => {
    const file = files.get(path) ?? readDeclarations(folder, path)
    files.set(path, file)
    return file
  }
  const seen = new Map<string, Set<string>>()
  const waiting: Origin[] = fileAt(entryPath).exportedNames.map((name) => ({ path: entryPath, name }))
  for (let origin = waiting.pop(); origin !== undefined; origin = waiting.pop()) {
    // A package's own declarations are its own contract.
    if (!origin.path.endsWith('.d.ts')) continue
    const { declarations, origins } = fileAt(origin.path)
    const text = declarations.get(origin.name)
    const source = origins.get(origin.name)
    if (text === undefined) {
      if (source !== undefined) waiting.push(source)
      continue
    }
    const names = seen.get(origin.path) ?? new Set()
    if (names.has(origin.name)) continue
    seen.set(origin.path, names.add(origin.name))
    for (const [name] of text.matchAll(/\b[A-Za-z_]\w*\b/g)) {
      if (declarations.has(name)) waiting.push({ path: origin.path, name })
      else if (origins.has(name)) waiting.push(origins.get(name) as Origin)
    }
  }
  const sections = [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    `exports\n${fileAt(entryPath)
      .exportedNames.toSorted()
      .map((name) => `  ${name}\n`)
      .join('')}`,
    ...sections.map(([path, names]) => {
      const texts = Array.from(fileAt(path).declarations).filter(([name]) => names.has(name))
      return `// ${path}\n${texts.map(([, text]) => text).join('')}`
    }),
  ].join('\n')
}

function readDeclarations(folder: string, path: string): DeclarationFile {
  const declarations = new Map<string, string>()
  const origins = new Map<string, Origin>()
  const exportedNames: string[] = []
  let current = ''
  for (const line of withoutComments(readFileSync(join(folder, path), 'utf8')).split('\n')) {
    const [, keyword, names = '', specifier] = LINKED_NAMES.exec(line) ?? []
    const declared = DECLARATION.exec(line)?.[1]
    if (keyword !== undefined) {
      for (const { from, to } of linkedNames(names)) {
        if (specifier !== undefined) origins.set(to, { path: declarationPath(path, specifier), name: from })
        if (keyword === 'export') exportedNames.push(to)
      }
    } else if (declared !== undefined) {
      current = declared
      if (line.startsWith('export ') && !exportedNames.includes(declared)) exportedNames.push(declared)
      declarations.set(current, `${declarations.get(current) ?? ''}${line}\n`)
    } else if (line !== '') {
      declarations.set(current, `${declarations.get(current) ?? ''}${line}\n`)
    }
  }
  return { declarations, origins, exportedNames }
}

function linkedNames(list: string): { readonly from: string; readonly to: string }[] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [from = '', to = from] = part.split(' as ')
      return { from, to }
    })
}

function declarationPath(fromPath: string, specifier: string): string {
  return specifier.startsWith('.') ? normalize(join(dirname(fromPath), specifier.replace(/\.ts$/, '.d.ts'))) : specifier
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/[ \t]+$/gm, '')
}
