// A tab that the browser may freeze: none of its timers fire, and no answer reaches it, until it thaws and goes on as if
// nothing had been.

import type { Clock } from '../../src/base/clock.ts'
import type { Locks } from '../../src/base/leadership.ts'

/** Stops and goes on. */
export interface Freezer {
  readonly isFrozen: boolean
  freeze(): void
  thaw(): void
  /** Resolves as soon as it is not frozen. */
  awake(): Promise<void>
  /** A clock whose timers wait for the thaw. */
  clock(clock: Clock): Clock
  /** Locks that are granted to it, and taken away from it, without its knowing before it thaws. */
  locks(locks: Locks): Locks
}

/** A tab that is not frozen yet. */
export function createFreezer(): Freezer {
  let isFrozen = false
  let waiting: (() => void)[] = []
  const awake = async (): Promise<void> => {
    while (isFrozen) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  return {
    get isFrozen() {
      return isFrozen
    },
    freeze() {
      isFrozen = true
    },
    thaw() {
      isFrozen = false
      const going = waiting
      waiting = []
      for (const goOn of going) goOn()
    },
    awake,
    clock: (clock) => ({
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      after(delayMs, run) {
        let isCancelled = false
        const timer = clock.after(delayMs, () => {
          if (!isFrozen) run()
          else
            waiting.push(() => {
              if (!isCancelled) run()
            })
        })
        return {
          cancel() {
            isCancelled = true
            timer.cancel()
          },
        }
      },
    }),
    locks: (locks) => ({
      async request(name: string, ...rest: readonly unknown[]): Promise<unknown> {
        const callback = rest.at(-1) as (lock: Lock | null) => unknown
        const options = (rest.length > 1 ? rest[0] : {}) as LockOptions
        try {
          return await locks.request(name, options, async (lock) => {
            await awake()
            return callback(lock)
          })
        } finally {
          await awake()
        }
      },
    }),
  }
}
