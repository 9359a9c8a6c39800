// A store whose process can be killed at any of its steps, while the disk under it stays: what was committed is there for
// the next process, what was not is nowhere. A frozen one neither asks the disk nor hears its answers.

import { DatabaseError } from '../../src/base/database-error.ts'
import type { MaybePromise } from '../../src/base/maybe-promise.ts'
import type { OrderedStore, Transaction } from '../../src/storage/contract.ts'
import type { Freezer } from './freezer.ts'

/** A store that lives until it is killed. */
export interface CrashableStore extends OrderedStore {
  readonly isDead: boolean
  /** Ends the process: nothing is committed after it, and nobody is told anything. */
  kill(): void
  /** Ends it in the middle of the n-th write from now: before it is committed, or after it and before anybody knows. */
  killAtWrite(count: number, moment: 'before' | 'after'): void
}

/** What such a store is made of. */
export interface CrashableStoreOptions {
  readonly disk: OrderedStore
  readonly freezer: Freezer
  /** Called when something was committed, before anybody knows. */
  readonly onCommitted: () => void
}

/** A process on a disk. */
export function createCrashableStore({ disk, freezer, onCommitted }: CrashableStoreOptions): CrashableStore {
  let isDead = false
  let countdown = Infinity
  let moment: 'before' | 'after' = 'before'
  const dead = (): DatabaseError => new DatabaseError('StorageClosed', 'The process was killed.')
  /** Who waits for a dead process waits for ever. */
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined)
  const write = async <T>(body: (transaction: Transaction) => MaybePromise<T>): Promise<T> => {
    if (freezer.isFrozen) await freezer.awake()
    if (isDead) return never()
    const isLast = --countdown === 0
    if (isLast && moment === 'before') isDead = true
    try {
      const result = await disk.write((transaction) => {
        if (isDead) throw dead()
        return body(transaction)
      })
      if (freezer.isFrozen) await freezer.awake()
      if (isLast) isDead = true
      if (!isDead) onCommitted()
      return isDead ? await never() : result
    } catch (error) {
      if (freezer.isFrozen) await freezer.awake()
      if (isDead) return never()
      throw error
    }
  }
  return {
    get isDead() {
      return isDead
    },
    kill() {
      isDead = true
    },
    killAtWrite(count, when) {
      countdown = count
      moment = when
    },
    write,
    snapshot: () => disk.snapshot(),
    refresh: async () => {
      if (freezer.isFrozen) await freezer.awake()
      return isDead ? never() : disk.refresh()
    },
    openLog: (options) => disk.openLog(options),
    observeWrites: (observer) => disk.observeWrites(observer),
    statistics: () => disk.statistics(),
    close: () => Promise.resolve(),
  }
}
