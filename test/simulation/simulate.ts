// One simulation: devices write, sync and die as the seed has it, then everything is mended and brought together, and what
// has to hold is checked.

import type { ConflictStrategy } from '../../src/sync/settings.ts'
import { mergeItems } from '../../src/sync/merge-items.ts'
import { checkHistory, checkSameTables } from './checks.ts'
import { Device } from './device.ts'
import { createDice, type Dice } from './dice.ts'
import { checkInvariants } from './invariants.ts'
import { drawWrite } from './operations.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'
import { COMPANION_TABLE, createWorld, type World } from './world.ts'

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
  const world: World = await createWorld(clock, async () => checkInvariants('the remote', world.engine))
  const strategy = dice.pick(STRATEGIES)
  count(`strategy: ${typeof strategy === 'function' ? 'resolver' : strategy}`)
  const devices = Array.from({ length: dice.between(2, bounds.maxDevices) }, (_, index) => {
    return new Device({ name: `device ${index + 1}`, clock, dice: dice.fork(), world, strategy, count })
  })
  const faultRate = bounds.hasFaults ? dice.pick([0, 0.02, 0.1, 0.3]) : 0
  for (const device of devices) {
    device.network.faultRate = faultRate
    await device.start()
  }
  const steps = dice.between(10, bounds.maxSteps)
  for (let step = 0; step < steps; step++) {
    await wait(clock, dice.below(dice.pick([50, 1000, MAX_STEP_GAP_MS])))
    const [device, other] = [dice.pick(devices), dice.pick(devices)]
    await act({ world, clock, dice, count, bounds, other }, device, `op-${seed}-${step}`)
    if (dice.chance(LOOKS)) await other.look()
  }
  await settle(clock, devices, count)
  for (const device of devices) {
    await device.noteConflicts()
    await checkSameTables(device, world)
  }
  await checkHistory(devices, world)
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

async function act({ world, clock, dice, count, bounds, other }: Stage, device: Device, name: string): Promise<void> {
  if (!device.isRunning) {
    if (dice.chance(0.4)) {
      count('restarted')
      await device.start()
    }
    return
  }
  const what = dice.below(100)
  if (what < 62 || !bounds.hasFaults) {
    const write = drawWrite(dice, name)
    count(`write: ${write.operation}`)
    device.make(write)
  } else if (what < 72) {
    device.network.isOnline = !device.network.isOnline
    count(device.network.isOnline ? 'online' : 'offline')
    if (device.network.isOnline) device.replicator.wake()
  } else if (what < 78) {
    count('killed')
    device.kill()
  } else if (what < 84) {
    count('killed in a step')
    device.killSoon()
  } else if (what < 86) {
    count('evicted')
    device.evict()
    await device.start()
  } else if (what < 88) {
    count('power lost')
    await device.losePower()
  } else if (what < 89) {
    count('profile copied')
    await device.copyFrom(other)
    await device.start()
  } else if (what < 91) {
    await device.look()
  } else if (what < 92) {
    count('second tab')
    await Promise.race([device.openTab(), wait(clock, PATIENCE_MS)])
  } else if (what < 94) {
    await Promise.race([device.retrySomething(), wait(clock, PATIENCE_MS)])
  } else if (what < 97) {
    count('log cut')
    await cutLogs(world, dice)
  } else {
    count('long pause')
    await wait(clock, 3_600_000)
  }
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

/** Faults end; everything is given up that is parked; all sync until nothing changes any more. */
async function settle(clock: VirtualClock, devices: readonly Device[], count: (what: string) => void): Promise<void> {
  for (const device of devices) {
    device.network.faultRate = 0
    device.network.isOnline = true
    if (device.isRunning) device.kill()
  }
  // What is late may still arrive.
  await wait(clock, 1_000_000)
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
