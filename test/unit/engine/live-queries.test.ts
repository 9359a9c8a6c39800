// What live queries tell of writes on their way to the disk, of tables that change under them, and of missed log.

import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import type { LiveQueries } from '../../../src/engine/live/live-queries.ts'
import type { LogDevice } from '../../../src/storage/log-device.ts'
import { openLogStructuredStore } from '../../../src/storage/log-structured-store.ts'
import { LiveMirror } from '../../support/live-mirror.ts'
import { createMemoryDevice, createMemoryDisk } from '../../support/memory-device.ts'

const TABLE = 'notes'
const ALL = { operation: 'Scan', input: { TableName: TABLE } } as const

interface Opened {
  readonly engine: Engine
  readonly live: LiveQueries
  readonly mirror: LiveMirror
}

/** A database whose appends end as `append` says. */
async function open(append: (device: LogDevice) => LogDevice['append'] = ({ append: own }) => own): Promise<Opened> {
  const device = createMemoryDevice(createMemoryDisk())
  const store = await openLogStructuredStore({ name: 'live', device: { ...device, append: append(device) } })
  const engine = createEngine({ store, clock: systemClock, random: seededRandom(1) })
  await createTable(engine)
  const live = await engine.openLive()
  onTestFinished(async () => {
    live.close()
    await engine.close()
  })
  return { engine, live, mirror: new LiveMirror(live) }
}

async function createTable(engine: Engine): Promise<void> {
  await engine.dispatch('CreateTable', {
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'colour', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byColour',
        KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  })
}

function put(engine: Engine, id: string): Promise<unknown> {
  return engine.dispatch('PutItem', { TableName: TABLE, Item: { id: { S: id }, colour: { S: 'red' } } })
}

function idsOf(mirror: LiveMirror, watch: number): readonly string[] {
  return mirror.rowsOf(watch).map((item) => (item['id'] as { readonly S: string }).S)
}

describe('a write of this worker', () => {
  it('is shown before the device has it, to those who ask for that', async () => {
    let gate = Promise.resolve()
    const { engine, mirror } = await open((device) => async (request) => {
      await gate
      return device.append(request)
    })
    const tentative = mirror.watch(1, ALL)
    const durable = mirror.watch(2, { ...ALL, showsTentative: false })
    await mirror.until(() => tentative.isWhole && durable.isWhole)
    let release: () => void = () => undefined
    gate = new Promise((resolve) => (release = resolve))
    const written = put(engine, 'a')
    await mirror.until(() => tentative.pending.length > 0)
    expect([idsOf(mirror, 1), tentative.pending.length, idsOf(mirror, 2)]).toEqual([['a'], 1, []])
    release()
    await written
    await mirror.until(() => tentative.pending.length === 0 && durable.tellings === 2)
    expect([idsOf(mirror, 1), idsOf(mirror, 2)]).toEqual([['a'], ['a']])
  })

  it('is shown with names that somebody else on the same store has brought, as replication does', async () => {
    const device = createMemoryDevice(createMemoryDisk())
    const store = await openLogStructuredStore({ name: 'live', device })
    const [engine, other] = [1, 2].map((seed) =>
      createEngine({ store, clock: systemClock, random: seededRandom(seed) }),
    ) as [Engine, Engine]
    await createTable(engine)
    const live = await engine.openLive()
    const mirror = new LiveMirror(live)
    onTestFinished(async () => {
      live.close()
      await engine.close()
    })
    const watch = mirror.watch(1, ALL)
    await mirror.until(() => watch.isWhole)
    const item = { id: { S: 'a' }, foreign: { S: 'name' } }
    await other.dispatch('PutItem', { TableName: TABLE, Item: item })
    await mirror.until(() => watch.error !== undefined || mirror.rowsOf(1).length > 0)
    expect([watch.error, mirror.rowsOf(1)]).toEqual([undefined, [item]])
  })

  it('is taken back when the device refuses it', async () => {
    let fails = false
    const { engine, mirror } = await open((device) => async (request) => {
      if (!fails) return device.append(request)
      await new Promise((resolve) => setTimeout(resolve, 5))
      throw new DatabaseError('StorageFull', 'The disk is full.')
    })
    await put(engine, 'a')
    const watch = mirror.watch(1, ALL)
    await mirror.until(() => watch.isWhole)
    fails = true
    const refused = [put(engine, 'b'), engine.dispatch('DeleteItem', { TableName: TABLE, Key: { id: { S: 'a' } } })]
    const outcomes = Promise.allSettled(refused)
    await mirror.until(() => watch.pending.length === 2)
    expect(idsOf(mirror, 1)).toEqual(['b'])
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await mirror.until(() => watch.pending.length === 0)
    expect(idsOf(mirror, 1)).toEqual(['a'])
  })
})

describe('live queries', () => {
  it('end with the store, and hold nobody up then', async () => {
    const { engine, live, mirror } = await open()
    const watch = mirror.watch(1, ALL)
    await mirror.until(() => watch.isWhole)
    await engine.close()
    expect(live.caughtUp()).toBeUndefined()
    await mirror.until(() => mirror.isEnded)
    expect(live.takeNews()).toEqual({ updates: [], failures: [], isEnded: true })
  })

  it('cost a write nothing after the last watch has ended', async () => {
    const { engine, live, mirror } = await open()
    const watch = mirror.watch(1, ALL)
    await mirror.until(() => watch.isWhole)
    mirror.unwatch(1)
    await put(engine, 'a')
    expect([live.watchCount, live.caughtUp(), live.takeNews()]).toEqual([0, undefined, undefined])
  })
})

describe('a watch', () => {
  it('ends when its table is deleted, and not when the table is changed in another respect', async () => {
    const { engine, mirror } = await open()
    const watch = mirror.watch(1, ALL)
    await mirror.until(() => watch.isWhole)
    await engine.dispatch('UpdateTable', { TableName: TABLE, DeletionProtectionEnabled: true })
    await engine.dispatch('UpdateTable', { TableName: TABLE, DeletionProtectionEnabled: false })
    await put(engine, 'a')
    await mirror.until(() => idsOf(mirror, 1).length === 1)
    await engine.dispatch('DeleteTable', { TableName: TABLE })
    await mirror.until(() => watch.error !== undefined)
    expect(watch.error).toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('ends when its index is deleted', async () => {
    const { engine, mirror } = await open()
    const watch = mirror.watch(1, { operation: 'Scan', input: { TableName: TABLE, IndexName: 'byColour' } })
    const other = mirror.watch(2, ALL)
    await mirror.until(() => watch.isWhole && other.isWhole)
    await engine.dispatch('UpdateTable', {
      TableName: TABLE,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byColour' } }],
    })
    await mirror.until(() => watch.error !== undefined)
    expect(watch.error).toMatchObject({ message: 'The table does not have the specified index: byColour' })
    expect(other.error).toBeUndefined()
  })

  it('is refused as the operation is', async () => {
    const { mirror } = await open()
    const missing = mirror.watch(1, { operation: 'Scan', input: { TableName: 'missing' } })
    const invalid = mirror.watch(2, { operation: 'Query', input: { TableName: TABLE } })
    await mirror.until(() => missing.error !== undefined && invalid.error !== undefined)
    expect([missing.error, invalid.error]).toMatchObject([
      { name: 'ResourceNotFoundException' },
      { name: 'ValidationException' },
    ])
  })

  it('is told nothing after it has ended, and its id can be used again', async () => {
    const { engine, mirror } = await open()
    const first = mirror.watch(1, ALL)
    await mirror.until(() => first.isWhole)
    mirror.unwatch(1)
    const second = mirror.watch(1, { operation: 'GetItem', input: { TableName: TABLE, Key: { id: { S: 'b' } } } })
    await put(engine, 'a')
    await put(engine, 'b')
    await mirror.until(() => idsOf(mirror, 1).length === 1 && second.pending.length === 0)
    expect([first.rows.size, idsOf(mirror, 1)]).toEqual([0, ['b']])
  })

  it('comes in pieces when it is large, and is told as whole at the end only', async () => {
    const { engine, mirror } = await open()
    const ids = Array.from({ length: 2500 }, (_, index) => `n${index}`)
    await Promise.all(ids.map((id) => put(engine, id)))
    const watch = mirror.watch(1, ALL)
    await mirror.until(() => watch.rows.size > 0)
    expect([watch.isWhole, watch.rows.size]).toEqual([false, 1000])
    await mirror.until(() => watch.isWhole)
    expect([watch.rows.size, watch.tellings]).toEqual([2500, 1])
  })
})
