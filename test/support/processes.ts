// Child processes of the tests, each the leader of a process group of its own: a browser is many processes, and a test that
// pulls the plug must end all of them at once. Whatever still runs when the test run ends is ended with it.

import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'

const GROUP_EXIT_TIMEOUT_MS = 60_000
const GROUP_POLL_MS = 10
const WAIT_POLL_MS = 25

const liveGroups = new Set<number>()

process.once('exit', () => {
  for (const group of liveGroups) signalGroup(group, 'SIGKILL')
})

/** How to start a program. */
export interface StartOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stdio?: StdioOptions
}

/** Starts a program as the leader of its own process group. */
export function startProcess(options: StartOptions): ChildProcess {
  const child = spawn(options.program, options.args, {
    detached: true,
    stdio: options.stdio ?? 'ignore',
    env: { ...process.env, ...options.env },
  })
  adoptGroup(child)
  return child
}

/** Makes sure that a group leader which something else has started does not outlive the test run. */
export function adoptGroup(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  liveGroups.add(pid)
  child.once('exit', () => liveGroups.delete(pid))
}

/**
 * Ends a group leader and all of its group with SIGKILL, as a power cut would, and resolves when no process of the group
 * holds a file or a lock any more.
 */
export async function killGroup(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  const exited = child.exitCode !== null || child.signalCode !== null
  const exit = exited ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve))
  signalGroup(pid, 'SIGKILL')
  await exit
  const deadlineMs = Date.now() + GROUP_EXIT_TIMEOUT_MS
  while (await groupIsAlive(pid)) {
    if (Date.now() > deadlineMs) throw new Error(`process group ${pid} survived SIGKILL`)
    await pause(GROUP_POLL_MS)
  }
}

/** Resolves with the first value that is not undefined; polls because the thing waited for sends no event. */
export async function waitFor<Value>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<Value | undefined>,
): Promise<Value> {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    const value = await probe()
    if (value !== undefined) return value
    if (Date.now() > deadlineMs) throw new Error(`${what} did not happen within ${timeoutMs} ms`)
    await pause(WAIT_POLL_MS)
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch (error) {
    // The whole group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * A group whose members are all zombies is dead: in a container nobody may ever reap them, so that asking with signal 0
 * would never say so. Only Linux has `/proc`; elsewhere the leader's exit is all we can wait for.
 */
async function groupIsAlive(group: number): Promise<boolean> {
  const entries = await readdir('/proc').catch(() => [])
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue
    // A process may end between the listing and the reading.
    const line = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    const [state, , processGroup] = line.slice(line.lastIndexOf(')') + 2).split(' ')
    if (processGroup === String(group) && state !== 'Z') return true
  }
  return false
}
