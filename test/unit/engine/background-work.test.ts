// Background work when the store fails.

import { describe, expect, it } from 'vitest'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import type { OrderedStore } from '../../../src/storage/contract.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { backgroundStep, rowCount } from '../../support/engine-fixture.ts'

const TABLE = {
  TableName: 'items',
  AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
}

/** A store, and the failure of its writes while there is one. */
interface FailingStore {
  readonly store: OrderedStore
  failure: DatabaseError | undefined
}

function failingStore(store: OrderedStore): FailingStore {
  const failing: FailingStore = {
    failure: undefined,
    store: {
      snapshot: () => store.snapshot(),
      refresh: () => store.refresh(),
      openLog: (options) => store.openLog(options),
      observeWrites: (observer) => store.observeWrites(observer),
      statistics: () => store.statistics(),
      close: () => store.close(),
      write: (body) => (failing.failure === undefined ? store.write(body) : Promise.reject(failing.failure)),
    },
  }
  return failing
}

describe('background work', () => {
  it('is tried again later and later while the store fails, and finishes when it works again', async () => {
    const memory = createMemoryStore()
    const failing = failingStore(memory)
    const clock = createManualClock()
    const waits: unknown[] = []
    const engine = createEngine({
      store: failing.store,
      clock,
      random: seededRandom(1),
      logger: (level, message, facts) => waits.push([level, message, facts?.['delayMs']]),
    })
    const fixture = { engine, store: memory, clock }
    await engine.dispatch('CreateTable', TABLE)
    await engine.dispatch('DeleteTable', { TableName: 'items' })
    failing.failure = new DatabaseError('StorageFull', 'No room is left.')
    await backgroundStep(fixture)
    for (const waitMs of [1000, 2000, 4000]) {
      clock.advance(waitMs)
      await backgroundStep(fixture)
    }
    const failed = 'A step of background work failed.'
    expect(waits).toEqual([1000, 2000, 4000, 8000].map((delayMs) => ['error', failed, delayMs]))
    failing.failure = undefined
    clock.advance(8000)
    await backgroundStep(fixture)
    expect(rowCount(memory)).toBe(1)
  })

  it('ends when the store is closed', async () => {
    const failing = failingStore(createMemoryStore())
    const clock = createManualClock()
    const engine = createEngine({ store: failing.store, clock, random: seededRandom(1) })
    await engine.dispatch('CreateTable', TABLE)
    await engine.dispatch('DeleteTable', { TableName: 'items' })
    failing.failure = new DatabaseError('StorageClosed', 'The database is closed.')
    await backgroundStep({ engine, store: failing.store, clock })
    expect(clock.timerCount()).toBe(0)
  })
})
