// Hints and courtesy between the workers that have one database open. Nothing depends on them being there: correctness
// comes from compare-and-append and from the manifest being compared where it is changed.

import type { Clock } from '../base/clock.ts'
import { databaseNameOf } from './database-name.ts'

/** What workers tell each other. */
export interface WorkerHint {
  /** The newest batch of the log that the sender knows. */
  readonly head: number
  /** The number of the newest manifest that the sender knows. */
  readonly manifest: number
  /** Whether the sender lost a race and asks the others to take turns for a while. */
  readonly asksForTurns: boolean
}

/** Hints and locks. */
export interface WorkerSignals {
  send(hint: WorkerHint): void
  /**
   * Runs `body` while no other worker runs one under the same name. Waits a moment at most: a frozen tab may hold the
   * lock for hours.
   */
  withLock<T>(name: string, body: () => Promise<T>): Promise<T>
  /** Runs `body` unless another worker runs one under the same name now; whether it ran. */
  withFreeLock(name: string, body: () => Promise<void>): Promise<boolean>
  close(): void
}

/** How long a lock is waited for before the work is done without. */
export const LOCK_PATIENCE_MS = 1000

/** Signals over BroadcastChannel and Web Locks, as far as they exist here. */
export function createWorkerSignals(options: {
  readonly name: string
  readonly clock: Clock
  readonly onHint: (hint: WorkerHint) => void
}): WorkerSignals {
  const { clock, onHint } = options
  const name = databaseNameOf(options.name)
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)
  if (channel !== undefined) channel.onmessage = ({ data }) => onHint(data as WorkerHint)
  return {
    send: (hint) => channel?.postMessage(hint),
    withLock: (lockName, body) => withLock(`${name}/${lockName}`, clock, body),
    withFreeLock: (lockName, body) => withFreeLock(`${name}/${lockName}`, body),
    close: () => channel?.close(),
  }
}

function lockManager(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks
}

async function withFreeLock(name: string, body: () => Promise<void>): Promise<boolean> {
  const locks = lockManager()
  let isTaken = false
  let running: Promise<void> | undefined
  const run = async (lock: Lock | null): Promise<void> => {
    isTaken = lock === null
    if (isTaken) return
    running = body()
    await running
  }
  try {
    if (locks === undefined) await body()
    else await locks.request(name, { ifAvailable: true }, run)
  } catch (error) {
    // Without the lock, when this context may not have locks at all.
    if (locks === undefined || running !== undefined) throw error
    await body()
  }
  return !isTaken
}

/**
 * Runs `body` while nobody else of this origin runs one under the same lock, or without the lock when it does not come in
 * LOCK_PATIENCE_MS or there are no locks here.
 */
async function withLock<T>(name: string, clock: Clock, body: () => Promise<T>): Promise<T> {
  const locks = lockManager()
  if (locks === undefined) return body()
  const patience = new AbortController()
  const timer = clock.after(LOCK_PATIENCE_MS, () => patience.abort())
  let running: Promise<T> | undefined
  try {
    return (await locks.request(name, { signal: patience.signal }, () => {
      timer.cancel()
      running = body()
      return running
    })) as T
  } catch (error) {
    // Without the lock, when it did not come in time or this context may not have locks at all.
    if (running !== undefined) throw error
    return await body()
  } finally {
    timer.cancel()
  }
}
