// One simulation: devices write, sync and die as the seed has it, then everything is mended and brought together, and what
// has to hold is checked.

import type { ConflictStrategy } from '../../src/sync/settings.ts'
import { mergeItems } from '../../src/sync/merge-items.ts'
import type { ItemPlace } from '../../src/sync/remote-table.ts'
import {
  checkDeletions,
  checkForeignWrites,
  checkHistory,
  checkLogs,
  checkOrder,
  checkSameTables,
  checkConditions,
  checkContests,
  checkWipes,
} from './checks.ts'
import { Device } from './device.ts'
import { createDice, type Dice } from './dice.ts'
import { drawForeignWrite, drawForeignWriteTo, type ForeignWrite, writeForeign } from './foreign-writer.ts'
import { checkInvariants } from './invariants.ts'
import { drawFollowing, writeAgain } from './operations.ts'
import { createStreamDelivery, type StreamDelivery } from './stream-delivery.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'
import { COMPANION_TABLE, createWorld, PARTITIONS, SCOPES, type World } from './world.ts'

/** What a simulation may be made smaller by, so that a failure is easier to read. */
export interface SimulationBounds {
  readonly maxDevices: number
  readonly maxSteps: number
  readonly hasFaults: boolean
}

/** What was tried. */
export interface SimulationReport {
  readonly seed: number
  readonly counts: ReadonlyMap<string, number>
}

export const FULL_SIZE: SimulationBounds = { maxDevices: 6, maxSteps: 120, hasFaults: true }

const STRATEGIES: readonly ConflictStrategy[] = [
  'last-writer-wins',
  'merge',
  'remote-wins',
  'local-wins',
  async (sides) => {
    await Promise.resolve()
    const merged = mergeItems(sides, 'remote')
    return merged === undefined ? { deleted: true } : { item: merged }
  },
]

/** Rounds of syncing after which everything has to be the same everywhere. */
const MAX_SETTLING_ROUNDS = 60
const MAX_STEP_GAP_MS = 30_000
/** More virtual time than any simulation takes: fifty days. */
const LONGEST_MS = 4_320_000_000
/** A process may die while it is asked for something, and then never answers. */
const PATIENCE_MS = 1000
/** How often somebody looks at what a device shows. */
const LOOKS = 0.4
/** How often somebody writes who does not know the log, records of streams are delivered, and time to live is looked at. */
const FOREIGN_WRITES = 0.25
const DELIVERIES = 0.2
const EXPIRIES = 0.06
/** How often an app writes to the same item once more at once. */
const FOLLOWED = 0.15
/** How often somebody asks again for what was put aside. */
const RETRIES = 0.1
/** How often something happens to the tabs of a device that has two. */
const ACTS_ON_TABS = 0.2
/** How many simulations have such somebody, and how many devices go through a gateway. */
const WITH_FOREIGNERS = 0.4
const WITH_GATEWAY = 0.12
/** How many devices replicate one scope alone. */
const WITH_ONE_SCOPE = 0.2
/** Until nothing is on its way any more, and nothing is left that expires: requests arrive late, items live for hours. */
const LATEST_MS = 1_000_000
const LONGEST_LIFE_MS = 30_000_000

/**
 * Runs the simulation of a seed.
 *
 * @throws Error when something does not hold
 */
export async function simulate(seed: number, bounds: SimulationBounds = FULL_SIZE): Promise<SimulationReport> {
  const dice = createDice(seed)
  const clock = createVirtualClock()
  const counts = new Map<string, number>()
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)
  const failures: unknown[] = []
  const onRejection = (reason: unknown): void => void failures.push(reason)
  process.on('unhandledRejection', onRejection)
  try {
    let isDone = false
    const run = play({ seed, bounds, dice, clock, count }).then(
      () => void (isDone = true),
      (error: unknown) => {
        failures.push(error)
        isDone = true
      },
    )
    const isOver = (): boolean => isDone || failures.length > 0 || clock.monotonicMs() > LONGEST_MS
    const ended = await clock.runUntil(isOver)
    if (!ended || (!isDone && failures.length === 0))
      failures.push(new Error('Nothing is left to happen, and the simulation is not over.'))
    if (failures.length === 0) await run
  } finally {
    process.off('unhandledRejection', onRejection)
  }
  if (failures.length > 0) throw failures[0]
  return { seed, counts }
}

interface Play {
  readonly seed: number
  readonly bounds: SimulationBounds
  readonly dice: Dice
  readonly clock: VirtualClock
  readonly count: (what: string) => void
}

async function play({ seed, bounds, dice, clock, count }: Play): Promise<void> {
  const hasForeigners = bounds.hasFaults && dice.chance(WITH_FOREIGNERS)
  const check = (): Promise<void> => checkInvariants('the remote', world.engine)
  const world: World = await createWorld({ clock, hasForeigners, check })
  const strategy = dice.pick(STRATEGIES)
  count(`strategy: ${typeof strategy === 'function' ? 'resolver' : strategy}`)
  const devices = Array.from({ length: dice.between(2, bounds.maxDevices) }, (_, index) => {
    const road = dice.chance(WITH_GATEWAY) ? 'gateway' : 'direct'
    const name = `device ${index + 1}`
    const parts = { clock, world, strategy, hasExpiry: hasForeigners, count }
    const scopes = index > 0 && dice.chance(WITH_ONE_SCOPE) ? [dice.pick(PARTITIONS)] : SCOPES
    return new Device({ ...parts, name, dice: dice.fork(), road, scopes })
  })
  const faultRate = bounds.hasFaults ? dice.pick([0, 0.02, 0.1, 0.3]) : 0
  for (const device of devices) {
    device.network.faultRate = faultRate
    await device.start()
  }
  const foreign: ForeignWrite[] = []
  const interruptions = dice.fork()
  const interrupt = (place: ItemPlace): Promise<void> =>
    interruptStamp(
      { world, dice: interruptions, count, foreign },
      `op-foreign-${seed}-meanwhile-${foreign.length}`,
      place,
    )
  const delivery = { world, clock, dice: dice.fork(), count, interrupt }
  const streams = hasForeigners ? await createStreamDelivery(delivery) : undefined
  if (streams !== undefined) streams.network.faultRate = faultRate
  const steps = dice.between(10, bounds.maxSteps)
  for (let step = 0; step < steps; step++) {
    await wait(clock, dice.below(dice.pick([50, 1000, MAX_STEP_GAP_MS])))
    const [device, other] = [dice.pick(devices), dice.pick(devices)]
    await act({ world, clock, dice, count, bounds, other }, device, `op-${seed}-${step}`)
    if (dice.chance(RETRIES)) await Promise.race([other.retrySomething(), wait(clock, PATIENCE_MS)])
    if (dice.chance(LOOKS)) await Promise.race([other.look(), wait(clock, PATIENCE_MS)])
    if (streams !== undefined)
      foreign.push(...(await actOutside({ world, clock, dice, count, streams }, device, `op-foreign-${seed}-${step}`)))
  }
  await settle({ clock, world, streams, count }, devices)
  await checkLogs(world)
  if (world.ledger.leaked.length > 0) throw new Error(`A gateway told of others: ${world.ledger.leaked.join()}`)
  for (const device of devices) {
    await device.noteConflicts()
    await checkSameTables(device, world)
  }
  await checkHistory(devices, world)
  await checkOrder(devices, world)
  checkDeletions(devices, world)
  checkWipes(devices, world)
  checkContests(devices)
  checkConditions(devices)
  await checkForeignWrites(foreign, world)
}

interface Outside extends Pick<Stage, 'world' | 'clock' | 'dice' | 'count'> {
  readonly streams: StreamDelivery
}

/** What goes on beside the protocol. Answers the foreign writes. */
async function actOutside(
  { world, clock, dice, count: note, streams }: Outside,
  device: Device,
  name: string,
): Promise<readonly ForeignWrite[]> {
  if (dice.chance(DELIVERIES)) void streams.deliver()
  if (dice.chance(EXPIRIES) && (await world.expire()) > 0) note('expired at the remote')
  if (dice.chance(EXPIRIES) && device.isRunning && !device.hasTabs) {
    const count = await Promise.race([device.expire(), wait(clock, PATIENCE_MS)])
    if (count !== undefined && count > 0) note('expired on a device')
  }
  if (!dice.chance(FOREIGN_WRITES)) return []
  const write = drawForeignWrite(dice, name)
  note(`foreign: ${write.operation}`)
  await writeForeign(world, write)
  return [write]
}

interface Interruption extends Pick<Stage, 'world' | 'dice' | 'count'> {
  readonly foreign: ForeignWrite[]
}

/** Somebody writes to an item whose stamp is on its way. */
async function interruptStamp(
  { world, dice, count, foreign }: Interruption,
  name: string,
  place: ItemPlace,
): Promise<void> {
  const write = drawForeignWriteTo(dice, name, place)
  if (write === undefined) return
  count('foreign write in the middle of a stamp')
  foreign.push(write)
  await writeForeign(world, write)
}

interface Stage {
  readonly world: World
  readonly clock: VirtualClock
  readonly dice: Dice
  readonly count: (what: string) => void
  readonly bounds: SimulationBounds
  /** Another device, or the same. */
  readonly other: Device
}

async function act(stage: Stage, device: Device, name: string): Promise<void> {
  const { world, clock, dice, count, bounds } = stage
  if (!device.isRunning) {
    if (dice.chance(0.4)) {
      count('restarted')
      await device.start()
    }
    return
  }
  if (device.hasTabs && bounds.hasFaults && dice.chance(ACTS_ON_TABS)) return actOnTabs(stage, device)
  const what = dice.below(100)
  if (what < 8 && device.hasAllScopes) {
    await Promise.race([device.makeAlone(dice, name), wait(clock, PATIENCE_MS)])
  } else if (what < 62 || !bounds.hasFaults) {
    const write = device.makeAny(dice, name)
    const isFollowed = device.hasAllScopes && dice.chance(FOLLOWED)
    const next = isFollowed ? drawFollowing(dice, `${name}-next`, write) : undefined
    if (next !== undefined) device.make(next)
  } else if (what < 72) {
    device.network.isOnline = !device.network.isOnline
    count(device.network.isOnline ? 'online' : 'offline')
    if (device.network.isOnline) device.replicator.wake()
  } else if (what < 89) {
    await actOnDisk(stage, device, name)
  } else if (what < 90) {
    device.setClock()
  } else if (what < 95) {
    await actOnTabs(stage, device)
  } else if (what < 97) {
    count('log cut')
    await cutLogs(world, dice)
  } else {
    count('long pause')
    await wait(clock, 3_600_000)
  }
}

/** Processes and disks end, and copies begin. */
async function actOnDisk({ world, clock, dice, count, other }: Stage, device: Device, name: string): Promise<void> {
  const what = dice.below(17)
  if (what < 6) {
    count('killed')
    device.kill()
  } else if (what < 12) {
    count('killed in a step')
    device.killSoon()
  } else if (what < 14) {
    count('evicted')
    await device.evict()
    await device.start()
    // Both read everything for the first time.
    if (dice.chance(0.5)) await Promise.race([device.openTab(), wait(clock, PATIENCE_MS)])
  } else if (what < 16) {
    count('power lost')
    const lost = await device.losePower()
    // It is away for longer than the logs are kept.
    if (dice.chance(0.2)) await cutLogs(world, dice)
    if (!dice.chance(0.5)) return
    // What is written now gets a place that something had which was lost; it may be the same once more.
    await device.start()
    if (lost !== undefined && dice.chance(0.5)) device.make(writeAgain(lost, name))
    else device.makeAny(dice, name)
  } else {
    count('profile copied')
    await device.copyFrom(other)
    await device.start()
    // Both go on from the same place.
    for (const each of new Set([device, other]))
      if (each.isRunning && dice.chance(0.7)) each.makeAny(dice, `${name}-${each.name.at(-1)}`)
  }
}

async function actOnTabs(
  { clock, dice, count }: Pick<Stage, 'clock' | 'dice' | 'count'>,
  device: Device,
): Promise<void> {
  if (!device.hasTabs) {
    count('second tab')
    await Promise.race([device.openTab(), wait(clock, PATIENCE_MS)])
  } else if (dice.chance(0.8)) device.freezeOrThaw()
  else device.closeTab()
}

/** Entries expire in no particular order; the newest is young. */
async function cutLogs(world: World, dice: Dice): Promise<void> {
  const output = (await world.engine.dispatch('Scan', { TableName: COMPANION_TABLE })) as {
    Items?: readonly { pk: { S: string }; sk: { N: string } }[]
  }
  const entries = (output.Items ?? []).filter(({ pk }) => pk.S.startsWith('log#'))
  for (const { pk, sk } of entries) {
    if (!dice.chance(0.5)) continue
    await world.engine.dispatch('DeleteItem', { TableName: COMPANION_TABLE, Key: { pk, sk } })
  }
}

interface Mended extends Pick<Stage, 'clock' | 'world' | 'count'> {
  readonly streams: StreamDelivery | undefined
}

/** Faults end; everything is given up that is parked; all sync until nothing changes any more. */
async function settle({ clock, world, streams, count }: Mended, devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    device.network.faultRate = 0
    device.network.isOnline = true
    device.kill()
  }
  if (streams !== undefined) streams.network.faultRate = 0
  await wait(clock, streams === undefined ? LATEST_MS : LONGEST_LIFE_MS)
  for (const device of devices) {
    await device.start()
    await device.replicator.stop()
  }
  for (let round = 0; round < MAX_SETTLING_ROUNDS; round++) {
    let waiting = 0
    for (const device of devices) {
      await device.replicator.syncOnce()
      const pending = await device.replicator.replica.pending(1)
      waiting += pending.length + (await device.settle())
    }
    waiting += await world.expire()
    if ((await streams?.drain()) === true) waiting++
    if (waiting > 0) continue
    // What the last one has pushed reaches the others.
    for (const device of devices) await device.replicator.syncOnce()
    return
  }
  const states = await Promise.all(
    devices.map(async (device) => {
      const pending = await device.replicator.replica.pending(3)
      return { device: device.name, status: device.replicator.status, pending: JSON.stringify(pending) }
    }),
  )
  count('not settled')
  throw new Error(`The devices do not come to rest: ${JSON.stringify(states, undefined, 1)}`)
}

function wait(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
