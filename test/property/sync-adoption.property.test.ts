// Whatever an app, another tab and other devices do while the items of a table are being queued for its first replication,
// and however often that is broken off or ended: in the end all have the same, and no write of the app is missing.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import { createDynamoRemote, type DynamoApi } from '../../src/sync/dynamo-remote.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type ReplicaFixture,
  SCOPE,
  TABLE,
  TABLE_FACTS,
} from '../support/replication-fixture.ts'

const RUNS = 40
const TIMEOUT_MS = 120_000
/** Some of them are a step's worth of items. */
const LARGE = 'x'.repeat(240_000)
const OWN = ['own-0', 'own-1', 'own-2', 'own-3', 'own-4', 'own-5', 'own-6'] as const
const SHARED = ['shared-0', 'shared-1'] as const

type Act =
  | { readonly kind: 'step' | 'sync' | 'other-tab' | 'elsewhere' | 'restart' }
  | { readonly kind: 'put' | 'count' | 'delete' | 'both'; readonly at: number }

const acts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('step', 'sync', 'other-tab', 'elsewhere', 'restart' as const) }),
    fc.record({ kind: fc.constantFrom('put', 'count', 'delete', 'both' as const), at: fc.nat(OWN.length - 1) }),
  ),
  { maxLength: 14 },
) as fc.Arbitrary<readonly Act[]>

/** The app's own items are never in conflict. */
const strategies = fc.constantFrom('last-writer-wins', 'merge', 'remote-wins', 'local-wins' as const)

it(
  'nothing is lost and nothing counts twice when a table is taken along',
  () =>
    fc.assert(
      fc.asyncProperty(acts, strategies, async (made, conflicts) => {
        const clock = createStepClock()
        const remote = await createRemote(clock)
        const elsewhere = await createReplica(remote, clock)
        for (const s of SHARED) await elsewhere.put({ ...keyOf(s), n: { N: '100' } })
        await elsewhere.replicator.syncOnce()
        const items = [...OWN, ...SHARED].map((s) => ({ ...keyOf(s), n: { N: '0' }, a: { S: LARGE } }))
        const device = await createReplica(remote, clock, { seed: 3, items, conflicts })
        // What the app's own items are, by what it did.
        const expected = new Map<string, number>(OWN.map((s) => [s, 0]))
        for (const [index, act] of made.entries()) {
          await perform(act, { device, elsewhere, expected, index, clock, api: remote.api })
        }

        for (const each of [device, elsewhere, device, elsewhere]) await each.replicator.syncOnce()
        const contents = await contentsOf(device)
        expect(contents).toEqual(await contentsOf(elsewhere))
        expect(Object.fromEntries([...contents].filter(([s]) => s.startsWith('own')))).toEqual(
          Object.fromEntries(expected),
        )
        expect(contents.size).toBe(expected.size + SHARED.length)
        expect(await device.replicator.replica.pending(1)).toEqual([])
        expect(await device.replicator.parked()).toEqual([])
      }),
      { numRuns: RUNS },
    ),
  TIMEOUT_MS,
)

interface Stage {
  readonly device: ReplicaFixture
  readonly elsewhere: ReplicaFixture
  readonly expected: Map<string, number>
  readonly index: number
  readonly clock: Clock
  readonly api: DynamoApi
}

async function perform(act: Act, { device, elsewhere, expected, index, clock, api }: Stage): Promise<void> {
  const { replica } = device.replicator
  switch (act.kind) {
    case 'step':
      return replica.prepare(endingAfter(1)).catch(() => undefined)
    case 'sync':
      return device.replicator.syncOnce()
    case 'other-tab': {
      // It does not wait for what is not queued yet.
      const remote = createDynamoRemote({ api, clock, companionTable: COMPANION, tables: { [TABLE]: TABLE_FACTS } })
      await replica.beginLoad(SCOPE, await remote.readHead(SCOPE))
      const checkpoint = await replica.checkpoint(SCOPE)
      const page = await remote.readItems({ table: TABLE, scope: SCOPE, from: undefined })
      if (checkpoint !== undefined) await replica.applyPage({ scope: SCOPE, table: TABLE, ...page }, checkpoint)
      return
    }
    case 'elsewhere':
      await elsewhere.update(keyOf(SHARED[0]), 'ADD n :n', { ':n': { N: '1' } })
      return elsewhere.replicator.syncOnce()
    case 'restart':
      // It ends when nothing waits, and begins anew.
      await replica.end({ tables: undefined, discardPending: false }).catch(() => undefined)
      await replica.begin()
      return
    default:
      return write(act, { device, expected, index })
  }
}

async function write(
  { kind, at }: Extract<Act, { readonly at: number }>,
  { device, expected, index }: Pick<Stage, 'device' | 'expected' | 'index'>,
): Promise<void> {
  const s = OWN[at] as string
  if (kind === 'put') {
    await device.put({ ...keyOf(s), n: { N: String(index) } })
    expected.set(s, index)
  } else if (kind === 'count') {
    await device.update(keyOf(s), 'ADD n :n', { ':n': { N: '1' } })
    expected.set(s, (expected.get(s) ?? 0) + 1)
  } else if (kind === 'delete') {
    await device.remove(keyOf(s))
    expected.delete(s)
  } else {
    const other = OWN[(at + 1) % OWN.length] as string
    const update = (name: string): object => ({
      Update: {
        TableName: TABLE,
        Key: keyOf(name),
        UpdateExpression: 'ADD n :n',
        ExpressionAttributeValues: { ':n': { N: '10' } },
      },
    })
    await device.engine.dispatch('TransactWriteItems', { TransactItems: [update(s), update(other)] })
    for (const name of [s, other]) expected.set(name, (expected.get(name) ?? 0) + 10)
  }
}

async function contentsOf({ engine }: ReplicaFixture): Promise<ReadonlyMap<string, number>> {
  const contents = new Map<string, number>()
  let ExclusiveStartKey: Item | undefined
  do {
    const page = (await engine.dispatch('Scan', {
      TableName: TABLE,
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    })) as {
      readonly Items: readonly Item[]
      readonly LastEvaluatedKey?: Item
    }
    for (const { s, n } of page.Items) contents.set((s as { S: string }).S, Number((n as { N: string }).N))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return contents
}

/** A signal that ends what looks at it when it has let so many steps pass. */
function endingAfter(steps: number): AbortSignal {
  let left = steps
  return Object.assign(new AbortController().signal, {
    throwIfAborted() {
      if (left-- === 0) throw new Error('enough')
    },
  })
}
