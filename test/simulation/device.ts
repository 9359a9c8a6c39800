// A device: our engine on a disk that outlives its processes, a replicator, a clock that goes wrong, and a network.

import type { Clock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import { readOutboxState } from '../../src/engine/outbox-state.ts'
import { createDynamoRemote } from '../../src/sync/dynamo-remote.ts'
import { Replicator } from '../../src/sync/replicator.ts'
import type { ConflictStrategy } from '../../src/sync/settings.ts'
import { checkInvariants } from './invariants.ts'
import { type CrashableStore, createCrashableStore } from './crashable-store.ts'
import type { Dice } from './dice.ts'
import { createDisk, type Disk } from './disk.ts'
import { createFaultyApi, type FaultyApi } from './faulty-api.ts'
import type { AppWrite } from './operations.ts'
import { skewedClock, type VirtualClock } from './virtual-clock.ts'
import {
  COMPANION_TABLE,
  PARTITIONS,
  replicatedTables,
  SHARED_SCOPE,
  TABLE_FACTS,
  tableInput,
  type World,
  DATA_TABLES,
} from './world.ts'

/** How sure it is that a write was kept. */
export type WriteFate =
  /** It was acknowledged. */
  | 'kept'
  /** The process died, or the storage was evicted, before anybody could know. */
  | 'unknown'
  /** It was refused. */
  | 'refused'

/** A write that a device was asked for. */
export interface MadeWrite {
  readonly write: AppWrite
  fate: WriteFate
  /** Its place in the outbox's order, where it was kept. */
  order: number | undefined
  /** The batch of its disk that it was in, or a later one. */
  sequence: number
  /** Which disk it was made on: an evicted one takes its pending writes with it. */
  readonly disk: number
}

interface DeviceOptions {
  readonly name: string
  readonly clock: VirtualClock
  readonly dice: Dice
  readonly world: World
  readonly strategy: ConflictStrategy
  readonly count: (what: string) => void
}

/** One device. */
export class Device {
  readonly name: string
  readonly writes: MadeWrite[] = []
  /** What happened to it, for whoever looks for the cause of a failure. */
  readonly diary: string[] = []
  /** Names of writes that were put aside and given up, and of those that lost a conflict. */
  readonly discarded: Set<string> = new Set()
  readonly superseded: Set<string> = new Set()
  /** Writes that came with a copied disk: they are pending in two places. */
  readonly copied: Set<string> = new Set()
  readonly #options: DeviceOptions
  readonly #clock: Clock
  readonly #api: FaultyApi
  #disk: Disk | undefined
  #diskNumber = 0
  #copied: readonly MadeWrite[] = []
  #process = 0
  #store: CrashableStore | undefined
  #engine: Engine | undefined
  #replicator: Replicator | undefined
  #tab: { readonly store: CrashableStore; readonly replicator: Replicator } | undefined

  constructor(options: DeviceOptions) {
    this.#options = options
    this.name = options.name
    const { clock, dice, world, count } = options
    this.#clock = skewedClock(clock, dice.between(-3_600_000, 3_600_000))
    this.#api = createFaultyApi({
      api: world.api,
      clock,
      dice: dice.fork(),
      count,
      shortPages: new Set([...DATA_TABLES, COMPANION_TABLE]),
      companionTable: COMPANION_TABLE,
    })
  }

  get isRunning(): boolean {
    return this.#store !== undefined && !this.#store.isDead
  }

  get network(): FaultyApi {
    return this.#api
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error(`${this.name} is not running.`)
    return this.#engine
  }

  get replicator(): Replicator {
    if (this.#replicator === undefined) throw new Error(`${this.name} is not running.`)
    return this.#replicator
  }

  get process(): number {
    return this.#process
  }

  /** Starts a process on the disk. */
  async start(): Promise<void> {
    const { dice, clock } = this.#options
    this.#process++
    this.#note('started')
    this.#disk ??= await createDisk()
    const store = createCrashableStore(this.#disk.store)
    const random = seededRandom(dice.below(2 ** 32))
    const engine = createEngine({ store, clock: this.#clock, random })
    this.#store = store
    this.#engine = engine
    for (const table of DATA_TABLES) {
      await clock.outside(engine.dispatch('CreateTable', tableInput(table))).catch((error: unknown) => {
        if ((error as Error).name !== 'ResourceInUseException') throw error
      })
    }
    this.#replicator = this.#createReplicator(store)
    await this.#replicator.replica.begin()
    this.#replicator.start()
  }

  /** A second tab on the same disk, which replicates as well: no lock keeps it from doing so. */
  async openTab(): Promise<void> {
    if (this.#disk === undefined || this.#tab !== undefined) return
    this.#note('second tab')
    const store = createCrashableStore(this.#disk.store)
    const replicator = this.#createReplicator(store)
    this.#tab = { store, replicator }
    await replicator.replica.begin()
    replicator.start()
  }

  #createReplicator(store: CrashableStore): Replicator {
    const { dice, strategy } = this.#options
    const remote = createDynamoRemote({
      api: this.#api,
      clock: this.#clock,
      companionTable: COMPANION_TABLE,
      tables: TABLE_FACTS,
      maxEntrySizeBytes: dice.pick([600, 1200, 300_000]),
    })
    return new Replicator({
      store,
      remote,
      clock: this.#clock,
      random: seededRandom(dice.below(2 ** 32)),
      tables: replicatedTables(strategy),
      scopes: [...PARTITIONS, SHARED_SCOPE],
      poll: { shortestMs: 2000, longestMs: 600_000 },
    })
  }

  /** Ends the process at once. */
  kill(): void {
    this.#note('killed')
    this.#store?.kill()
    void this.#replicator?.stop()
    this.#tab?.store.kill()
    void this.#tab?.replicator.stop()
    this.#tab = undefined
    for (const made of this.writes)
      if (made.disk === this.#diskNumber && made.order === undefined && made.fate === 'kept') made.fate = 'unknown'
  }

  /** Has the process end in one of its next steps. */
  killSoon(): void {
    const { dice } = this.#options
    this.#note('to be killed')
    this.#store?.killAtWrite(dice.between(1, 12), dice.pick(['before', 'after']))
  }

  /** The browser has thrown the storage away, with all that had not been pushed. */
  evict(): void {
    this.#note('evicted')
    this.kill()
    this.#disk = undefined
    this.#copied = []
    for (const made of this.writes) if (made.disk === this.#diskNumber && made.fate === 'kept') made.fate = 'unknown'
    this.#diskNumber++
  }

  /** The power is cut, and the last commits had not reached the disk: writes that were acknowledged may be gone. */
  async losePower(): Promise<void> {
    this.#note('power lost')
    this.kill()
    const before = this.#disk?.store.statistics().sequence ?? 0
    const lost = this.#options.dice.between(1, 6)
    this.#disk = await this.#disk?.without(lost)
    for (const made of this.writes) {
      if (made.disk !== this.#diskNumber || made.sequence <= before - lost) continue
      if (made.fate === 'kept') made.fate = 'unknown'
      made.order = undefined
    }
  }

  /** Begins with a copy of another device's disk. */
  async copyFrom(other: Device): Promise<void> {
    this.#note(`copied from ${other.name}`)
    this.evict()
    this.#disk = await other.#disk?.without(0)
    this.#copied = other.writes.filter((made) => made.disk === other.#diskNumber)
    for (const { write } of this.#copied) this.copied.add(write.name)
  }

  /** Asks for a write, and notes what came of it. Does not wait for it: the process may die meanwhile. */
  make(write: AppWrite): void {
    const store = this.#store
    const made: MadeWrite = { write, fate: 'unknown', order: undefined, disk: this.#diskNumber, sequence: Infinity }
    this.writes.push(made)
    void this.engine.dispatch(write.operation, write.input).then(
      async () => {
        if (store === undefined || store.isDead || made.disk !== this.#diskNumber) return
        made.fate = 'kept'
        this.#note(`kept ${write.name}`)
        const snapshot = store.snapshot()
        made.order = (await readOutboxState(snapshot)).nextOrder - 1
        made.sequence = snapshot.sequence
        snapshot.close()
        this.#replicator?.wake()
      },
      (error: unknown) => {
        const { name } = error as Error
        if (name !== 'ConditionalCheckFailedException' && name !== 'TransactionCanceledException') throw error
        made.fate = 'refused'
      },
    )
  }

  /** Looks at what it shows, as an app does, if it says that it is complete. */
  async look(): Promise<void> {
    // A tab knows only what it has read anew itself, and here nothing keeps two from replicating.
    if (!this.isRunning || this.#tab !== undefined) return
    const { replicator, process } = this
    if (!replicator.status.isComplete) return
    try {
      await checkInvariants(this.name, this.engine)
      this.#options.count('looked at')
    } catch (error) {
      // It may have begun to read something anew meanwhile.
      if (replicator.status.isComplete && process === this.process) throw error
    }
  }

  /** Gives up all that is parked, and notes what lost conflicts. */
  async settle(): Promise<number> {
    const parked = await this.replicator.parked()
    for (const { order, cause } of parked) {
      const made = this.#madeAt(order)
      // Nobody knows whether that is in effect: that is what it says.
      if (made !== undefined && cause.name === 'UnknownOutcome') made.fate = 'unknown'
      else if (made !== undefined) this.discarded.add(made.write.name)
      this.#note(`gave up ${made?.write.name ?? order}: ${cause.name}`)
      this.#options.count(`parked: ${cause.name}`)
      await this.replicator.discard(order)
    }
    return parked.length
  }

  /** Notes which writes lost conflicts. */
  async noteConflicts(): Promise<void> {
    for (const { orders } of await this.replicator.conflicts()) {
      for (const order of orders) {
        const made = this.#madeAt(order)
        if (made !== undefined) this.superseded.add(made.write.name)
      }
    }
  }

  /** Retries something that is parked, if there is anything. */
  async retrySomething(): Promise<void> {
    // Of what may be in effect already a second time is not asked for.
    const first = (await this.replicator.parked()).find(({ cause }) => cause.name !== 'UnknownOutcome')
    if (first !== undefined) await this.replicator.retry(first.order)
  }

  #note(what: string): void {
    this.diary.push(`${this.#options.clock.monotonicMs()} ${what}`)
  }

  #madeAt(order: number): MadeWrite | undefined {
    const own = this.writes.filter((made) => made.disk === this.#diskNumber)
    return own.find((made) => made.order === order) ?? this.#copied.find((made) => made.order === order)
  }
}
