// Declared tables are made, completed or refused, also while others do the same.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import type { TableDeclaration } from '../../../src/model/table-declaration.ts'
import type { OrderedStore } from '../../../src/storage/contract.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { ensureTables } from '../../../worker/ensure-tables.ts'
import { type Send, sendTo } from '../../../worker/send.ts'

const NOTES: TableDeclaration = {
  name: 'notes',
  attributes: { owner: 'S', at: 'N', kind: 'S' },
  key: { partition: 'owner', sort: 'at' },
  globalIndexes: { byKind: { partition: 'kind', projection: ['text', 'size'] } },
  localIndexes: { byOwnersKind: { sort: 'kind' } },
}

let store: OrderedStore
let engine: Engine
let send: Send

beforeEach(() => {
  store = createMemoryStore()
  engine = createEngine({ store, clock: systemClock, random: seededRandom(1) })
  send = sendTo(engine)
})

afterEach(() => engine.close())

function ensure(...declarations: TableDeclaration[]): Promise<void> {
  return ensureTables(send, declarations, systemClock)
}

async function globalIndexes(): Promise<readonly unknown[]> {
  const { Table } = await send('DescribeTable', { TableName: 'notes' })
  return (Table.GlobalSecondaryIndexes ?? []).map(({ IndexName, IndexStatus }) => [IndexName, IndexStatus])
}

async function difference(declaration: TableDeclaration): Promise<unknown> {
  try {
    await ensure(declaration)
  } catch (error) {
    return error
  }
  return 'nothing differs'
}

async function streamOf(TableName: string): Promise<unknown> {
  return (await send('DescribeTable', { TableName })).Table.StreamSpecification
}

describe('a declared stream', () => {
  it('is made with its table, or enabled later, once', async () => {
    await ensure({ ...NOTES, stream: 'NEW_IMAGE' }, { ...NOTES, name: 'others' })
    expect(await streamOf('notes')).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_IMAGE' })
    expect(await streamOf('others')).toBeUndefined()
    const declared = { ...NOTES, name: 'others', stream: 'KEYS_ONLY' } as const
    await Promise.all([ensure(declared), ensure(declared)])
    await ensure(declared)
    expect(await streamOf('others')).toEqual({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' })
    expect((await send('ListStreams', {})).Streams).toHaveLength(2)
  })

  it('of another view than the stored one is refused', async () => {
    await ensure({ ...NOTES, stream: 'NEW_IMAGE' })
    expect(await difference({ ...NOTES, stream: 'KEYS_ONLY' })).toMatchObject({
      code: 'DefinitionMismatch',
      message: 'Table notes is stored with another definition: stream is NEW_IMAGE, declared as KEYS_ONLY.',
    })
  })
})

describe('declared tables', () => {
  it('are created once, however often they are asked for', async () => {
    await ensure(NOTES, { ...NOTES, name: 'others' })
    await ensure(NOTES)
    expect(await send('ListTables', {})).toEqual({ TableNames: ['notes', 'others'] })
  })

  it('are created once when several ask at the same time', async () => {
    await Promise.all([ensure(NOTES), ensure(NOTES), ensure(NOTES)])
    expect(await send('ListTables', {})).toEqual({ TableNames: ['notes'] })
  })

  it('gain the global indexes that are missing, and are usable then', async () => {
    await ensure(NOTES)
    const more = { ...NOTES.globalIndexes, byTime: { partition: 'at' }, byBoth: { partition: 'kind', sort: 'at' } }
    await Promise.all([ensure({ ...NOTES, globalIndexes: more }), ensure({ ...NOTES, globalIndexes: more })])
    expect(new Set(await globalIndexes())).toEqual(
      new Set([
        ['byKind', 'ACTIVE'],
        ['byTime', 'ACTIVE'],
        ['byBoth', 'ACTIVE'],
      ]),
    )
  })

  it('come to have a time to live, and keep it when it is not declared any more', async () => {
    await ensure(NOTES)
    const expiring = { ...NOTES, timeToLive: 'until' }
    await Promise.all([ensure(expiring), ensure(expiring)])
    await ensure(NOTES)
    expect(await send('DescribeTimeToLive', { TableName: 'notes' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    })
  })

  it('are refused when they have a time to live by another attribute', async () => {
    await ensure({ ...NOTES, timeToLive: 'until' })
    expect(await difference({ ...NOTES, timeToLive: 'deadline' })).toMatchObject({
      code: 'DefinitionMismatch',
      data: { tableName: 'notes', difference: 'time to live is until, declared as deadline' },
    })
  })

  it('are refused when their time to live was changed a moment ago and cannot be changed yet', async () => {
    await ensure({ ...NOTES, timeToLive: 'until' })
    const clock = createManualClock()
    clock.advance(systemClock.now() + 2 * 3_600_000)
    const later = createEngine({ store, clock, random: seededRandom(2) })
    await later.dispatch('UpdateTimeToLive', {
      TableName: 'notes',
      TimeToLiveSpecification: { Enabled: false, AttributeName: 'until' },
    })
    expect(await difference({ ...NOTES, timeToLive: 'until' })).toMatchObject({
      name: 'ValidationException',
      message: 'Time to live has been modified multiple times within a fixed interval',
    })
  })

  it('keep global indexes that are not declared', async () => {
    await ensure(NOTES)
    await ensure({ ...NOTES, globalIndexes: {} })
    expect(await globalIndexes()).toEqual([['byKind', 'ACTIVE']])
  })

  it.each<[string, Partial<TableDeclaration>, string]>([
    ['another sort key', { key: { partition: 'owner' } }, 'key is HASH owner:S RANGE at:N, declared as HASH owner:S'],
    [
      'a key of another type',
      { attributes: { owner: 'S', at: 'S', kind: 'S' } },
      'key is HASH owner:S RANGE at:N, declared as HASH owner:S RANGE at:S',
    ],
    ['a local index more', { localIndexes: { byOther: { sort: 'kind' } } }, 'it has no local index byOther'],
    [
      'a local index with another projection',
      { localIndexes: { byOwnersKind: { sort: 'kind', projection: 'KEYS_ONLY' } } },
      'index byOwnersKind is HASH owner:S RANGE kind:S ALL, declared as HASH owner:S RANGE kind:S KEYS_ONLY',
    ],
    [
      'a global index with another key',
      { globalIndexes: { byKind: { partition: 'kind', sort: 'at', projection: ['size', 'text'] } } },
      'index byKind is HASH kind:S INCLUDE size text, declared as HASH kind:S RANGE at:N INCLUDE size text',
    ],
  ])('are refused with %s', async (_what, change, text) => {
    await ensure(NOTES)
    expect(await difference({ ...NOTES, ...change })).toMatchObject({
      code: 'DefinitionMismatch',
      message: `Table notes is stored with another definition: ${text}.`,
      data: { tableName: 'notes', difference: text },
    })
  })

  it('are refused as the service refuses them', async () => {
    const unknown = { ...NOTES, name: 'n' }
    expect(await difference(unknown)).toMatchObject({ name: 'ValidationException' })
  })
})
