// A device: our engine on a disk that outlives its processes, in one or two tabs, a clock that goes wrong, and a network.

import { seededRandom } from '../../src/base/random.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { IntentAction } from '../../src/engine/intent.ts'
import { readOutboxState } from '../../src/engine/outbox-state.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import type { Snapshot } from '../../src/storage/contract.ts'
import type { DynamoApi } from '../../src/sync/dynamo-remote.ts'
import type { Replicator } from '../../src/sync/replicator.ts'
import { readIntents } from '../../src/sync/replica-session.ts'
import type { ConflictStrategy } from '../../src/sync/settings.ts'
import { createMemoryLocks, type MemoryLocks } from '../support/memory-locks.ts'
import { checkInvariants } from './invariants.ts'
import type { Dice } from './dice.ts'
import { createDisk, type Disk } from './disk.ts'
import { deleteExpired } from './expiry.ts'
import { createFaultyApi, type FaultyApi } from './faulty-api.ts'
import { namesIn, noteTexts, placeOf, textOf } from './ledger.ts'
import { type AppWrite, drawOwnersWrite, drawWrite, type Place, placesAlone, writeAlone } from './operations.ts'
import { createGateway, type Road } from './roads.ts'
import { Tab } from './tab.ts'
import { createSkewedClock, type SkewedClock, type VirtualClock } from './virtual-clock.ts'
import {
  COMPANION_TABLE,
  DATA_TABLES,
  FLEETING,
  letItemsExpire,
  NOTES_TABLE,
  OWNED_TABLE,
  SCOPES,
  SHORT_PAGED_TABLES,
  tableInput,
  type World,
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
  /** The names in what it took the place of; undefined where it was not told. */
  replaced: ReadonlySet<string> | undefined
}

interface DeviceOptions {
  readonly name: string
  readonly clock: VirtualClock
  readonly dice: Dice
  readonly world: World
  readonly strategy: ConflictStrategy
  readonly road: Road
  /** The scopes that it replicates. */
  readonly scopes: readonly string[]
  /** Whether its items expire. */
  readonly hasExpiry: boolean
  readonly count: (what: string) => void
}

const HOUR_MS = 3_600_000
/** Intents that writes at one moment make, at most. */
const MAX_NEWEST = 8
/** No place: the next write has taken it. */
const REPLACED = -1
const ITEM_WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem'])
/** How often somebody looks at what was committed just now. */
const GLANCES = 0.4

/** One device. */
export class Device {
  readonly name: string
  readonly writes: MadeWrite[] = []
  /** What happened to it, for whoever looks for the cause of a failure. */
  readonly diary: string[] = []
  /** Names of writes that were put aside and given up, and of those that lost a conflict. */
  readonly discarded: Set<string> = new Set()
  readonly superseded: Set<string> = new Set()
  /** Of those that were put aside, the ones whose condition did not hold any more. */
  readonly failed: Set<string> = new Set()
  /** Writes to items that nobody else writes. */
  readonly alone: Set<string> = new Set()
  /** Places of items that were deleted at the remote when writes of this device were weighed against that. */
  readonly contestedDeletions: Set<string> = new Set()
  /** What its conflicts were with, by number: names that the remote had, and what was written here was not based on. */
  readonly contesting: Map<string, ReadonlySet<string>> = new Map()
  /** What writes of this device were weighed against: `place name`. */
  readonly weighed: Set<string> = new Set()
  /** Writes that came with a copied disk: they are pending in two places. */
  readonly copied: Set<string> = new Set()
  readonly #options: DeviceOptions
  readonly #clock: SkewedClock
  readonly #glances: Dice
  readonly #networks: Readonly<Record<Road, FaultyApi>>
  #road: Road
  #scopes: readonly string[]
  #disk: Disk | undefined
  #diskNumber = 0
  #copied: readonly MadeWrite[] = []
  /** What was written on disks that it ever began with a copy of. */
  #inherited: readonly MadeWrite[] = []
  /** What was put aside and asked for again, and before which place writes had to wait for it. */
  readonly #retried: { readonly name: string; readonly disk: number; readonly blocksBefore: number }[] = []
  /** Writes before a power cut: that they were sent may have been forgotten with it. */
  readonly #unsure = new Set<string>()
  #process = 0
  #locks: MemoryLocks = createMemoryLocks()
  #tabs: readonly Tab[] = []

  constructor(options: DeviceOptions) {
    this.#options = options
    this.name = options.name
    this.#road = options.road
    this.#scopes = options.scopes
    this.#glances = options.dice.fork()
    const { clock, dice, world, count } = options
    this.#clock = createSkewedClock(clock, dice.between(-HOUR_MS, HOUR_MS))
    const network = (api: DynamoApi): FaultyApi => {
      const shortPages = SHORT_PAGED_TABLES
      return createFaultyApi({ api, clock, dice: dice.fork(), count, shortPages, companionTable: COMPANION_TABLE })
    }
    const faultRate = (): number => this.network.faultRate
    this.#networks = {
      direct: network(world.api),
      gateway: network(
        createGateway({ world, clock, dice: dice.fork(), count, faultRate, scopes: () => this.#scopes }),
      ),
    }
  }

  get isRunning(): boolean {
    this.#bury()
    return this.#tabs.length > 0
  }

  get scopes(): readonly string[] {
    return this.#scopes
  }

  /** Whether it replicates all that there is. */
  get hasAllScopes(): boolean {
    return this.#scopes.length === SCOPES.length
  }

  get network(): FaultyApi {
    return this.#networks[this.#road]
  }

  get engine(): Engine {
    return this.#tab.engine
  }

  get replicator(): Replicator {
    return this.#tab.replicator
  }

  get process(): number {
    return this.#process
  }

  /** The tab that somebody works in. */
  get #tab(): Tab {
    const tab = this.#tabs.find(({ isAwake }) => isAwake) ?? this.#tabs[0]
    if (tab === undefined) throw new Error(`${this.name} is not running.`)
    return tab
  }

  /** Starts a process on the disk. */
  async start(): Promise<void> {
    this.#process++
    this.#note('started')
    this.#disk ??= await createDisk()
    const tab = this.#createTab(this.#disk)
    this.#tabs = [tab]
    for (const table of DATA_TABLES)
      if (!(await hasTable(tab.engine, table))) await this.#createTable(tab.engine, table)
    await tab.replicator.replica.begin()
    tab.replicator.start()
  }

  async #createTable(engine: Engine, table: string): Promise<void> {
    const { clock, hasExpiry } = this.#options
    await clock.outside(engine.dispatch('CreateTable', tableInput(table)))
    if (hasExpiry && table === NOTES_TABLE) await letItemsExpire(engine, clock)
  }

  /** A second tab on the same disk. Where there are no locks both replicate at once. */
  async openTab(): Promise<void> {
    const [first] = this.#tabs
    if (this.#disk === undefined || first === undefined || this.#tabs.length > 1) return
    const takesTurns = this.#options.dice.chance(0.5)
    this.#note(takesTurns ? 'second tab' : 'second tab without locks')
    const second = this.#createTab(this.#disk)
    this.#tabs = [first, second]
    await second.replicator.replica.begin()
    if (second.store.isDead) return
    if (!takesTurns) {
      second.replicator.start()
      return
    }
    this.#locks = createMemoryLocks()
    for (const tab of [first, second]) tab.takeTurns(this.#locks, () => this.#tabs)
  }

  closeTab(): void {
    if (this.#tabs.length < 2) return
    this.#note('tab closed')
    this.#options.dice.pick(this.#tabs).kill()
    this.#bury()
  }

  /** Freezes the tab that is likely to replicate, or thaws what is frozen. */
  freezeOrThaw(): void {
    const frozen = this.#tabs.filter(({ freezer }) => freezer.isFrozen)
    this.#note(frozen.length > 0 ? 'thawed' : 'frozen')
    this.#options.count(frozen.length > 0 ? 'thawed' : 'frozen')
    for (const { freezer } of frozen) freezer.thaw()
    if (frozen.length === 0) this.#options.dice.pick(this.#tabs).freezer.freeze()
  }

  get hasTabs(): boolean {
    return this.#tabs.length > 1
  }

  #createTab(disk: Disk): Tab {
    const { dice, strategy } = this.#options
    const onCommitted = (): void => {
      if (this.#glances.chance(GLANCES)) void this.look()
    }
    const parts = { clock: this.#clock, network: this.network, road: this.#road, scopes: this.#scopes }
    return new Tab({ ...parts, disk, dice, strategy, onCommitted })
  }

  /** Tabs that have died let go of what they held. */
  #bury(): void {
    const dead = this.#tabs.filter(({ store }) => store.isDead)
    if (dead.length === 0) return
    for (const tab of dead) tab.kill()
    this.#tabs = this.#tabs.filter(({ store }) => !store.isDead)
    // The one that is left is what the user looks at.
    for (const { freezer } of this.#tabs) freezer.thaw()
  }

  /** Somebody has set the clock. */
  setClock(): void {
    this.#clock.set(this.#options.dice.between(-HOUR_MS, HOUR_MS))
  }

  /** Deletes what has expired, by its own clock. Nobody is told of it but this device. */
  async expire(): Promise<number> {
    const { store } = this.#tab
    return deleteExpired(store, { clock: this.#clock, random: seededRandom(this.#options.dice.below(2 ** 32)) })
  }

  /** Ends the process at once. */
  kill(): void {
    this.#note('killed')
    for (const tab of this.#tabs) tab.kill()
    this.#tabs = []
    for (const made of this.writes)
      if (made.disk === this.#diskNumber && made.order === undefined && made.fate === 'kept') made.fate = 'unknown'
  }

  /** Has the process end in one of its next steps. */
  killSoon(): void {
    const { dice } = this.#options
    this.#note('to be killed')
    this.#tabs[0]?.store.killAtWrite(dice.between(1, 12), dice.pick(['before', 'after']))
  }

  /** The browser has thrown the storage away, with all that had not been pushed. */
  async evict(): Promise<void> {
    this.#note('evicted')
    await this.#end()
    this.#disk = undefined
    this.#copied = []
    for (const made of this.writes) if (made.disk === this.#diskNumber && made.fate === 'kept') made.fate = 'unknown'
    this.#diskNumber++
  }

  /** Ends the process, and notes what it had decided by then. */
  async #end(): Promise<void> {
    const { replicator } = this
    this.kill()
    await this.#noteConflictsOf(replicator)
  }

  /**
   * The power is cut, and the last commits had not reached the disk: writes that were acknowledged may be gone. Answers the
   * last of these.
   */
  async losePower(): Promise<AppWrite | undefined> {
    this.#note('power lost')
    await this.#end()
    const before = this.#disk?.store.statistics().sequence ?? 0
    const lost = this.#options.dice.between(1, 6)
    this.#disk = await this.#disk?.without(lost)
    for (const { write } of this.writes) this.#unsure.add(write.name)
    const gone = this.writes.filter((made) => made.disk === this.#diskNumber && made.sequence > before - lost)
    const last = gone.findLast(({ order }) => order !== undefined)
    for (const made of gone) {
      if (made.fate === 'kept') made.fate = 'unknown'
      made.order = undefined
    }
    return last?.write
  }

  /** Begins with a copy of another device's disk. */
  async copyFrom(other: Device): Promise<void> {
    this.#note(`copied from ${other.name}`)
    await this.evict()
    this.#networks[other.#road].faultRate = this.network.faultRate
    this.#road = other.#road
    this.#scopes = other.#scopes
    this.#disk = await other.#disk?.without(0)
    this.#copied = other.writes.filter((made) => made.disk === other.#diskNumber)
    this.#inherited = [...this.#inherited, ...this.#copied, ...other.#inherited]
    for (const { write } of this.#copied) this.copied.add(write.name)
  }

  /** Whether one of its writes there took the place of this one, as far as that was told. */
  mayHaveSeen(place: string, name: string): boolean {
    const isThere = ({ write }: MadeWrite): boolean => write.places.includes(place)
    if (this.#inherited.some(isThere)) return true
    // What expires is gone when it is written anew.
    if (place.includes(`/${FLEETING}`) && this.writes.some(({ write }) => write.name === name)) return true
    return this.writes.filter(isThere).some(({ replaced, fate }) => replaced?.has(name) ?? fate !== 'refused')
  }

  /** Whether it has made the write on this disk, knows all that became of it there, and has never put it aside. */
  knowsOf(name: string, disk: number): boolean {
    const made = this.writes.find(({ write }) => write.name === name)
    const isKept = made !== undefined && made.disk === disk && made.fate === 'kept' && !this.#unsure.has(name)
    return isKept && !this.discarded.has(name) && !this.#hasRetried(name)
  }

  #hasRetried(name: string | undefined): boolean {
    return this.#retried.some((retried) => retried.name === name)
  }

  /** Whether something there was put aside and asked for again: it is done on whatever is there then. */
  hasRetriedAt(place: string): boolean {
    const retried = new Set(this.#retried.map(({ name }) => name))
    return [...this.writes, ...this.#inherited].some(
      ({ write }) => write.places.includes(place) && retried.has(write.name),
    )
  }

  /** Makes a write of its app. Answers it. */
  makeAny(dice: Dice, name: string): AppWrite {
    const [scope = ''] = this.#scopes
    const write = this.hasAllScopes ? drawWrite(dice, name) : drawOwnersWrite(dice, name, scope)
    this.#options.count(`write: ${write.operation}`)
    this.make(write)
    return write
  }

  /** Has its app write items that nobody else writes, on condition that they are as they are shown. */
  async makeAlone(dice: Dice, name: string): Promise<void> {
    const { engine } = this
    const seen: (readonly [Place, string])[] = []
    for (const place of placesAlone(dice, this.name)) {
      const { TableName, p, s } = place
      const output = await engine.dispatch('GetItem', { TableName, Key: { p: { S: p }, s: { S: s } } })
      seen.push([place, textOf((output as { readonly Item?: Item }).Item?.['op'])])
    }
    if (!this.isRunning) return
    this.#options.count('write: alone')
    this.alone.add(name)
    this.make(writeAlone(name, seen))
  }

  /** Asks for a write, and notes what came of it. Does not wait for it: the process may die meanwhile. */
  make(write: AppWrite): void {
    const { store, engine } = this.#tab
    const { operation } = write
    const isOfOne = ITEM_WRITES.has(operation)
    const made: MadeWrite = {
      write,
      fate: 'unknown',
      order: undefined,
      disk: this.#diskNumber,
      sequence: Infinity,
      replaced: undefined,
    }
    this.writes.push(made)
    void engine.dispatch(operation, { ...write.input, ...(isOfOne && { ReturnValues: 'ALL_OLD' }) }).then(
      async (output) => {
        if (store.isDead || made.disk !== this.#diskNumber) return
        if (isOfOne) made.replaced = namesIn((output as { readonly Attributes?: Item }).Attributes ?? {})
        made.fate = 'kept'
        this.#note(`kept ${write.name}`)
        const snapshot = store.snapshot()
        made.order = await orderOf(snapshot, write)
        made.sequence = snapshot.sequence
        snapshot.close()
        for (const { replicator } of this.#tabs) replicator.wake()
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
    // Of one scope alone half is shown.
    if (!this.isRunning || !this.hasAllScopes) return
    const { replicator, process } = this
    if (!(await replicator.isComplete()) || process !== this.process) return
    try {
      await checkInvariants(this.name, this.engine)
      this.#options.count('looked at')
    } catch (error) {
      // It may have begun to read something anew meanwhile.
      if ((await replicator.isComplete()) && process === this.process) throw error
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
      if (made !== undefined && cause.name === 'ConditionalCheckFailedException') this.failed.add(made.write.name)
      this.#note(`gave up ${made?.write.name ?? order}: ${cause.name}`)
      this.#options.count(`parked: ${cause.name}`)
      await this.replicator.discard(order)
    }
    return parked.length
  }

  /** Notes which writes lost conflicts, and what was weighed against deletions. */
  async noteConflicts(): Promise<void> {
    if (this.#tabs.length > 0) await this.#noteConflictsOf(this.replicator)
  }

  async #noteConflictsOf(replicator: Replicator): Promise<void> {
    for (const { number, orders, table, key, base, remote } of await replicator.conflicts()) {
      const place = placeOf(table, key)
      const known = namesIn(base ?? {})
      const others = [...namesIn(remote ?? {})].filter((name) => !known.has(name))
      // What has expired here, or was moved by others when it was gone here, is not known here any more.
      const isForgotten = remote?.['expires'] !== undefined || (base === undefined && table === OWNED_TABLE)
      // What is asked for again is done on what was written since.
      const isAskedAgain = orders.some((order) => this.#hasRetried(this.#madeAt(order)?.write.name))
      if (!isForgotten && !isAskedAgain) this.contesting.set(`${this.#diskNumber} ${number} ${place}`, new Set(others))
      if (remote === undefined) this.contestedDeletions.add(place)
      for (const name of namesIn(remote ?? {})) this.weighed.add(`${place} ${name}`)
      for (const order of orders) {
        const made = this.#madeAt(order)
        if (made !== undefined) this.superseded.add(made.write.name)
      }
    }
  }

  /** Retries something that is parked, if there is anything: as it was, or without what it checks. */
  async retrySomething(): Promise<void> {
    if (!this.isRunning) return
    const { dice, count } = this.#options
    const [disk, { replicator }] = [this.#diskNumber, this]
    // Of what may be in effect already a second time is not asked for.
    const parked = (await replicator.parked()).filter(({ cause }) => cause.name !== 'UnknownOutcome')
    if (parked.length === 0) return
    const { order, blocksBefore, actions } = dice.pick(parked)
    // Some had died with their process before anybody could know their places.
    const names = new Set<string>()
    noteTexts(actions, names)
    for (const name of names) this.#retried.push({ name, disk, blocksBefore })
    const isEdited = dice.chance(0.5)
    count(isEdited ? 'retried without checks' : 'retried')
    this.#note(`retried ${[...names].join()}`)
    await replicator.retry(order, isEdited ? withoutChecks : undefined)
  }

  /** Whether a write may have come before one that was put aside: it was made when that was no part of what is shown. */
  mayOvertake(number: number, name: string): boolean {
    const { order = Infinity, disk } = this.writes[number] as MadeWrite
    return this.#retried.some((retried) => {
      return retried.name === name && (retried.disk !== disk || order >= retried.blocksBefore)
    })
  }

  #note(what: string): void {
    this.diary.push(`${this.#options.clock.monotonicMs()} ${what}`)
  }

  #madeAt(order: number): MadeWrite | undefined {
    const own = this.writes.filter((made) => made.disk === this.#diskNumber)
    return own.find((made) => made.order === order) ?? this.#copied.find((made) => made.order === order)
  }
}

function withoutChecks(actions: readonly IntentAction[]): readonly IntentAction[] {
  return actions.filter(({ kind }) => kind !== 'ConditionCheck')
}

/** The place of the last intent of a write that was kept just now. */
async function orderOf(snapshot: Snapshot, { name }: AppWrite): Promise<number> {
  const { nextOrder } = await readOutboxState(snapshot)
  const newest = await readIntents(snapshot, { after: Math.max(0, nextOrder - 1 - MAX_NEWEST), limit: MAX_NEWEST })
  return newest.findLast(({ actions }) => JSON.stringify(actions).includes(`"${name}"`))?.order ?? REPLACED
}

async function hasTable(engine: Engine, TableName: string): Promise<boolean> {
  try {
    await engine.dispatch('GetItem', { TableName, Key: { p: { S: 'p' }, s: { S: 's' } } })
    return true
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return false
    throw error
  }
}
