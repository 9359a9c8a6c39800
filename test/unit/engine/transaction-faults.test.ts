// Makes every step of the device fail in every way while money is moved by transactions with tokens. Whatever fails: when
// everything is asked for again after a restart, with the same tokens, each transfer has been made once (law 8), and whole.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import type { TransactGetItemsOutput } from '../../../src/model/operations.ts'
import { openLogStructuredStore } from '../../../src/storage/log-structured-store.ts'
import { createBriskClock } from '../../support/brisk-clock.ts'
import { createFaultyDevice, type Fault, FAULTS, type FaultyDevice } from '../../support/faulty-device.ts'
import { createMemoryDevice, createMemoryDisk, type MemoryDisk } from '../../support/memory-device.ts'

const TRANSFERS = 10
const TABLES = ['accounts', 'transfers'] as const

async function openEngine(device: FaultyDevice): Promise<Engine> {
  const clock = createBriskClock()
  const store = await openLogStructuredStore({
    name: 'transaction-faults',
    device,
    clock,
    random: seededRandom(1),
    memtableBytes: 1500,
  })
  return createEngine({ store, clock, random: seededRandom(2) })
}

/** The requests in their order; all of them may be sent again. */
function requests(): readonly (readonly [operation: string, input: object])[] {
  const tables = TABLES.map((TableName) => [
    'CreateTable',
    {
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  ]) as readonly (readonly [string, object])[]
  const transfers = Array.from({ length: TRANSFERS }, (_, at): readonly [string, object] => [
    'TransactWriteItems',
    {
      TransactItems: [
        addTo('ann', '-1'),
        addTo('bob', '1'),
        {
          Put: {
            TableName: 'transfers',
            Item: { id: { S: `${at}` } },
            ConditionExpression: 'attribute_not_exists(id)',
          },
        },
      ],
      ClientRequestToken: `transfer ${at}`,
    },
  ])
  return [...tables, ...transfers]
}

function addTo(id: string, amount: string): object {
  return {
    Update: {
      TableName: 'accounts',
      Key: { id: { S: id } },
      UpdateExpression: 'ADD balance :amount',
      ExpressionAttributeValues: { ':amount': { N: amount } },
    },
  }
}

/** Sends the requests until one is refused by the machinery, as an app would that is killed there. */
async function runWorkload(device: FaultyDevice): Promise<void> {
  let engine: Engine | undefined
  try {
    engine = await openEngine(device)
    for (const [operation, input] of requests()) await engine.dispatch(operation, input)
  } catch {
    // Refused: it may be there or not, but whole.
  }
  await engine?.close().catch(() => undefined)
}

async function expectEachOnce(disk: MemoryDisk): Promise<void> {
  const engine = await openEngine(createFaultyDevice(createMemoryDevice(disk), 0, 'fails'))
  for (const [operation, input] of requests()) {
    const isMade = operation === 'CreateTable' && (await hasTable(engine, (input as { TableName: string }).TableName))
    if (!isMade) await engine.dispatch(operation, input)
  }
  const gets = {
    TransactItems: ['ann', 'bob'].map((id) => ({ Get: { TableName: 'accounts', Key: { id: { S: id } } } })),
  }
  const { Responses } = (await engine.dispatch('TransactGetItems', gets)) as TransactGetItemsOutput
  expect(Responses.map(({ Item }) => Item?.['balance'])).toEqual([{ N: `${-TRANSFERS}` }, { N: `${TRANSFERS}` }])
  await engine.close()
}

async function hasTable(engine: Engine, name: string): Promise<boolean> {
  const { TableNames } = (await engine.dispatch('ListTables', {})) as { readonly TableNames: readonly string[] }
  return TableNames.includes(name)
}

async function stepCount(): Promise<number> {
  const device = createFaultyDevice(createMemoryDevice(createMemoryDisk()), 0, 'fails')
  await runWorkload(device)
  return device.stepCount()
}

describe('a transaction with a token', () => {
  it.each(FAULTS)(
    'is made once, whichever step goes wrong: %s',
    async (fault: Fault) => {
      const steps = await stepCount()
      expect(steps).toBeGreaterThan(TRANSFERS)
      for (let step = 1; step <= steps; step++) {
        const disk = createMemoryDisk()
        await runWorkload(createFaultyDevice(createMemoryDevice(disk), step, fault))
        await expectEachOnce(disk)
      }
    },
    60_000,
  )
})

describe('transactions of two tabs', () => {
  it('are one after another: nothing is lost and nothing counts twice', async () => {
    const disk = createMemoryDisk()
    const open = (): Promise<Engine> => openEngine(createFaultyDevice(createMemoryDevice(disk), 0, 'fails'))
    const one = await open()
    for (const [operation, input] of requests().slice(0, TABLES.length)) await one.dispatch(operation, input)
    const other = await open()
    const same = requests().slice(TABLES.length)
    const ask = async (engine: Engine): Promise<void> => {
      await Promise.all(same.map(([operation, input]) => engine.dispatch(operation, input)))
    }
    await Promise.all([ask(one), ask(other)])
    await Promise.all([one.close(), other.close()])
    await expectEachOnce(disk)
  })
})
