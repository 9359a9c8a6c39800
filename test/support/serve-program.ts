// `tidetable serve` of the build, as a process of its own.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { startProcess } from './processes.ts'

/** A running server. Whoever started it ends it, with `killGroup(child)`. */
export interface ServeProgram {
  readonly endpoint: string
  readonly child: ChildProcess
}

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli.js')

/** Starts the server on a free port; it keeps what it has in memory. */
export async function startServeProgram(): Promise<ServeProgram> {
  const args = [PROGRAM, 'serve', '--port', '0']
  const child = startProcess({ program: process.execPath, args, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout as Readable, 'data')) as [Buffer]
  const endpoint = /listens on (http:\S+)/.exec(line.toString())?.[1]
  if (endpoint === undefined) throw new Error(`The server said: ${line.toString()}`)
  return { endpoint, child }
}
