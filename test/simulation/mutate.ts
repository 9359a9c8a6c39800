// Runs the simulation on copies of the sources with one mistake each, and tells how many seeds it took to find it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Mutation, MUTATIONS } from './mutations.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** Below it packages are found. */
const CACHE = join(ROOT, 'node_modules/.cache')
/** Some mistakes have a simulation not end. */
const PATIENCE_MS = 900_000
const ROOMS = ['src', 'test/simulation', 'test/support']

/** Looks for each mistake whose name has the word in so many seeds. Answers how many were not found. */
export async function findMutations(maxSeeds: number, word: string): Promise<number> {
  let missed = 0
  await mkdir(CACHE, { recursive: true })
  for (const mutation of MUTATIONS.filter(({ name }) => name.includes(word))) {
    const folder = await mkdtemp(join(CACHE, 'mutation-'))
    try {
      await copyWith(mutation, folder)
      const found = await firstFailure(folder, maxSeeds)
      if (found === undefined) missed++
      console.log(`${(found ?? 'not found').padStart(9)}  ${mutation.name}`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  return missed
}

/** The file with its mistake. */
export async function mutated({ file, original, mistake }: Mutation): Promise<string> {
  const text = await readFile(join(ROOT, file), 'utf8')
  const parts = text.split(original)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${original}`)
  return parts.join(mistake)
}

async function copyWith(mutation: Mutation, folder: string): Promise<void> {
  for (const room of ROOMS) await cp(join(ROOT, room), join(folder, room), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json']) await cp(join(ROOT, file), join(folder, file))
  await writeFile(join(folder, mutation.file), await mutated(mutation))
}

/** Tells the first seed that fails, or that there is no end; undefined when all seeds hold. */
async function firstFailure(folder: string, maxSeeds: number): Promise<string | undefined> {
  const script = join(folder, 'test/simulation/start.ts')
  const args = ['--import', 'tsx', script, '--seeds', String(maxSeeds), '--until-failure']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: PATIENCE_MS })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => void (output += part))
  await once(child, 'close')
  const seed = /^seed (\d+):/m.exec(output)?.[1]
  if (seed !== undefined) return `seed ${seed}`
  if (child.signalCode !== null) return 'no end'
  if (!output.includes(' seeds held, in ')) throw new Error(`The simulation said: ${output}`)
  return undefined
}
