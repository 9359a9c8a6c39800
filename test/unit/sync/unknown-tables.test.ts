// A log may tell of tables that an app has not, and a tab may have an older app in it than another.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { OrderedStore } from '../../../src/storage/contract.ts'
import { createDynamoRemote } from '../../../src/sync/dynamo-remote.ts'
import { Replicator } from '../../../src/sync/replicator.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  SCOPE,
  type StepClock,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'
import { tableInput } from '../../support/table-input.ts'

const OTHERS = 'others'
const INPUT = tableInput(OTHERS, ['p', 'S'], ['s', 'S'])
/** More than an entry holds: readers fetch it. */
const LARGE = 'x'.repeat(360_000)

interface Stage {
  readonly clock: StepClock
  readonly remote: RemoteFixture
}

async function stage(): Promise<Stage> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  await remote.engine.dispatch('CreateTable', INPUT)
  return { clock, remote }
}

/** What replicates the tables of these names, in a tab of a database. */
function replicate({ clock, remote }: Stage, store: OrderedStore, names: readonly string[]): Replicator {
  const byName = <T>(value: T): Record<string, T> => Object.fromEntries(names.map((name) => [name, value]))
  return new Replicator({
    store,
    remote: createDynamoRemote({ api: remote.api, clock, companionTable: COMPANION, tables: byName(TABLE_FACTS) }),
    clock,
    random: seededRandom(9),
    tables: byName({ scope: TABLE_FACTS.scope }),
    scopes: [SCOPE],
  })
}

/** A device with an app that has both tables. */
async function newerDevice(
  at: Stage,
  seed: number,
): Promise<{ engine: Engine; replicator: Replicator; store: OrderedStore }> {
  const { engine, store } = await createReplica(at.remote, at.clock, { seed })
  await engine.dispatch('CreateTable', INPUT)
  const replicator = replicate(at, store, [TABLE, OTHERS])
  await replicator.replica.begin()
  await replicator.syncOnce()
  return { engine, replicator, store }
}

async function put({ engine }: { readonly engine: Engine }, TableName: string, s: string, a: string): Promise<void> {
  await engine.dispatch('PutItem', { TableName, Item: { ...keyOf(s), a: { S: a } } })
}

async function namesIn({ engine }: { readonly engine: Engine }, TableName: string): Promise<readonly string[]> {
  const { Items } = (await engine.dispatch('Scan', { TableName })) as { readonly Items: readonly Item[] }
  return Items.map(({ s }) => (s as { readonly S: string }).S).sort()
}

describe('changes of a table that an app has not', () => {
  it('are passed over, named only or with their images, and hold up nothing', async () => {
    const at = await stage()
    const older = await createReplica(at.remote, at.clock, { seed: 5 })
    await older.replicator.syncOnce()
    const newer = await newerDevice(at, 6)
    await put(newer, OTHERS, '1', 'small')
    await newer.replicator.syncOnce()
    await put(newer, OTHERS, '2', LARGE)
    await newer.replicator.syncOnce()
    await put(newer, TABLE, '3', 'seen')
    await newer.replicator.syncOnce()

    await older.replicator.syncOnce()
    expect(await namesIn(older, TABLE)).toEqual(['3'])
  })

  it('are read by the tab that knows it, when one that does not has passed them over', async () => {
    const at = await stage()
    const writer = await newerDevice(at, 5)
    const device = await newerDevice(at, 6)
    const olderTab = replicate(at, device.store, [TABLE])
    await put(writer, OTHERS, '1', 'small')
    await writer.replicator.syncOnce()
    await put(writer, OTHERS, '2', LARGE)
    await put(writer, TABLE, '3', 'seen')
    await writer.replicator.syncOnce()
    // What this database itself writes to it waits for a tab that can push it.
    await put(device, OTHERS, '4', 'own')

    await olderTab.syncOnce()
    expect([await namesIn(device, TABLE), await namesIn(device, OTHERS)]).toEqual([['3'], ['4']])
    expect(await olderTab.replica.pending(9)).toHaveLength(1)

    await device.replicator.syncOnce()
    expect(await namesIn(device, OTHERS)).toEqual(['1', '2', '4'])
    await writer.replicator.syncOnce()
    expect(await namesIn(writer, OTHERS)).toEqual(['1', '2', '4'])
  })
})
