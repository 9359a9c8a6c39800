// An engine whose time a test moves, so that background work happens when the test says so.

import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { DescribeTableOutput, TableDescription } from '../../src/model/operations.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

const SEED = 7
/** More turns of the event loop than any step of background work takes. */
const TURNS_PER_STEP = 50
const MAX_STEPS = 1000

/** An engine and what drives it. */
export interface EngineFixture {
  readonly engine: Engine
  readonly store: OrderedStore
  readonly clock: ManualClock
}

/** An engine over a store, new or given. */
export function engineFixture(store: OrderedStore = createMemoryStore()): EngineFixture {
  const clock = createManualClock()
  return { engine: createEngine({ store, clock, random: seededRandom(SEED) }), store, clock }
}

/** Lets one step of background work happen. */
export async function backgroundStep({ clock }: EngineFixture): Promise<void> {
  clock.advance(0)
  for (let turn = 0; turn < TURNS_PER_STEP; turn++) await Promise.resolve()
}

/** Lets background work go on until there is none to do now. */
export async function finishBackground(fixture: EngineFixture): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step++) {
    if (fixture.clock.timerCount(0) === 0) return
    await backgroundStep(fixture)
  }
  throw new Error(`Background work goes on after ${MAX_STEPS} steps.`)
}

/** A table's description. */
export async function describeTable({ engine }: EngineFixture, TableName: string): Promise<TableDescription> {
  const { Table } = (await engine.dispatch('DescribeTable', { TableName })) as DescribeTableOutput
  return Table
}

/** How many rows a store holds, all spaces together. */
export function rowCount(store: OrderedStore): number {
  const snapshot = store.snapshot()
  const cursor = snapshot.scan({ start: '', end: '\u00ff' })
  let count = 0
  while (cursor.advance() === true) count++
  snapshot.close()
  return count
}
