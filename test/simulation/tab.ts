// A tab of a device: a process on its disk, with an engine and a replicator of its own. Tabs that are open side by side take
// turns at replicating by a lock, or, on devices without locks, do it at once.

import type { Clock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { DynamoApi } from '../../src/sync/dynamo-remote.ts'
import { Leadership, type Locks } from '../../src/base/leadership.ts'
import { Replicator } from '../../src/sync/replicator.ts'
import type { ConflictStrategy } from '../../src/sync/settings.ts'
import { type CrashableStore, createCrashableStore } from './crashable-store.ts'
import type { Dice } from './dice.ts'
import type { Disk } from './disk.ts'
import { withoutTimers } from './expiry.ts'
import { createFreezer, type Freezer } from './freezer.ts'
import { createRemote, type Road } from './roads.ts'
import { replicatedTables } from './world.ts'

/** What a tab is made of. */
export interface TabParts {
  readonly disk: Disk
  readonly clock: Clock
  readonly network: DynamoApi
  readonly road: Road
  readonly dice: Dice
  readonly strategy: ConflictStrategy
  readonly scopes: readonly string[]
  /** Called whenever something was committed. */
  readonly onCommitted: () => void
}

/** A tab, until it is closed or killed. */
export class Tab {
  readonly freezer: Freezer = createFreezer()
  readonly store: CrashableStore
  readonly engine: Engine
  readonly replicator: Replicator
  readonly #clock: Clock
  #leadership: Leadership | undefined

  constructor({ disk, clock, network, road, dice, strategy, scopes, onCommitted }: TabParts) {
    const random = (): ReturnType<typeof seededRandom> => seededRandom(dice.below(2 ** 32))
    const { freezer } = this
    this.#clock = freezer.clock(clock)
    this.store = createCrashableStore({ disk: disk.store, freezer, onCommitted })
    this.engine = createEngine({ store: this.store, clock: withoutTimers(this.#clock), random: random() })
    const gated: DynamoApi = {
      async send(operation, input) {
        if (freezer.isFrozen) await freezer.awake()
        try {
          return await network.send(operation, input)
        } finally {
          if (freezer.isFrozen) await freezer.awake()
        }
      },
    }
    this.replicator = new Replicator({
      store: this.store,
      remote: createRemote(road, { network: gated, clock: this.#clock, dice }),
      clock: this.#clock,
      random: random(),
      tables: replicatedTables(strategy),
      scopes,
      poll: { shortestMs: 2000, longestMs: 600_000 },
    })
  }

  /** Neither dead nor frozen. */
  get isAwake(): boolean {
    return !this.store.isDead && !this.freezer.isFrozen
  }

  /** Takes turns with the other tabs from now on. */
  takeTurns(locks: Locks, others: () => readonly Tab[]): void {
    const { freezer, replicator } = this
    this.#leadership = new Leadership({
      lockName: 'sync',
      locks: freezer.locks(locks),
      clock: this.#clock,
      beat: () => {
        for (const other of others()) if (other !== this) other.#hear()
      },
      onGained: () => replicator.start(),
      onLost: () => void replicator.stop(),
    })
    this.#leadership.start()
  }

  kill(): void {
    this.store.kill()
    this.#leadership?.close()
    void this.replicator.stop()
  }

  #hear(): void {
    void this.freezer.awake().then(() => this.#leadership?.heard())
  }
}
