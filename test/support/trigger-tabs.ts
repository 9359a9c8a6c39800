// Tabs that run one trigger in turns over a table for tests, in virtual time. A tab can be frozen at any point: none of its
// timers fires and no answer reaches it until it goes on, and the last thing that it learns then is that it has lost its lock.

import { sleep } from '../../src/base/clock.ts'
import type { Locks } from '../../src/base/leadership.ts'
import type { PlacedChange } from '../../src/streams/trigger-runner.ts'
import { runTrigger } from '../../src/streams/trigger-runner.ts'
import { runInTurns } from '../../src/streams/trigger-turns.ts'
import type { TriggerHandler, TriggerSettings } from '../../src/streams/trigger-types.ts'
import { createFreezer, type Freezer } from '../simulation/freezer.ts'
import { createMemoryChannels } from './memory-channels.ts'
import { createMemoryLocks } from './memory-locks.ts'
import { type GivenChange, type TestChange, TriggerTable } from './trigger-table.ts'

const NAME = 'trigger'
const LATE_MS = 1

/** A tab with a trigger. */
export interface TriggerTab extends Freezer {
  /** Stops the trigger in this tab. */
  stop(): Promise<void>
  /** The end of the tab, without a word. */
  kill(): void
  /** Puts the tab aside, as a page whose visitor has gone on to another. */
  leave(): void
  /** Takes it up again. */
  enter(): void
}

/** What runs in all tabs. */
export interface TriggerTabs {
  readonly table: TriggerTable
  open(handler: TriggerHandler<GivenChange>): TriggerTab
}

/** No tabs yet. */
export function createTriggerTabs(
  settings: Partial<TriggerSettings>,
  { hasLocks = true }: { readonly hasLocks?: boolean } = {},
): TriggerTabs {
  const table = new TriggerTable()
  const locks = createMemoryLocks()
  const channels = createMemoryChannels()
  return {
    table,
    open(handler) {
      const freezer = createFreezer()
      const stopping = new AbortController()
      const clock = freezer.clock(table.clock)
      const answered = async <T>(answer: Promise<T>): Promise<T> => {
        const value = await answer
        await freezer.awake()
        return value
      }
      const run = (signal: AbortSignal) => {
        const host = table.host(handler)
        const frozenHost = {
          ...host,
          clock,
          read: (read: Parameters<typeof host.read>[0]) => answered(host.read(read)),
          claim: () => answered(host.claim()),
          holds: () => answered(host.holds()),
          savePosition: (position: string) => answered(host.savePosition(position)),
          changes: (entries: readonly PlacedChange<TestChange>[]) => answered(host.changes(entries)),
        }
        return runTrigger({ name: 'test', from: 'start', ...settings }, frozenHost, signal)
      }
      const openChannel = (name: string) => channels.open(name, freezer.awake)
      const ownLocks = hasLocks ? lateLocks(freezer.locks(locks), table) : undefined
      let visits = { leave: (): void => undefined, enter: (): void => undefined }
      const onVisits = (given: typeof visits): (() => void) => {
        visits = given
        return () => undefined
      }
      const running = runInTurns({ name: NAME, locks: ownLocks, openChannel, clock, onVisits }, run, stopping.signal)
      return {
        ...freezer,
        get isFrozen() {
          return freezer.isFrozen
        },
        async stop() {
          stopping.abort()
          await running
        },
        leave: () => visits.leave(),
        enter: () => visits.enter(),
        kill() {
          // It never thaws, and the browser frees its lock.
          freezer.freeze()
          locks.release(NAME)
        },
      }
    },
  }
}

/** Locks whose loss is told a moment later. */
function lateLocks(locks: Locks, { clock }: TriggerTable): Locks {
  return {
    async request(...args: Parameters<Locks['request']>): Promise<unknown> {
      try {
        return await locks.request(...args)
      } catch (error) {
        await sleep(clock, LATE_MS)
        throw error
      }
    },
  } as Locks
}
