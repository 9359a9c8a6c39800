// Makes every step of the device fail in every way while a table with a stream is written to. Whatever fails: after a
// restart the stream tells exactly the changes that the table has (law 3).

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import type { ScanOutput } from '../../../src/model/operations.ts'
import type {
  DescribeStreamOutput,
  GetRecordsOutput,
  GetShardIteratorOutput,
  ListStreamsOutput,
} from '../../../src/model/stream-operations.ts'
import { openLogStructuredStore } from '../../../src/storage/log-structured-store.ts'
import { createBriskClock } from '../../support/brisk-clock.ts'
import { createFaultyDevice, type Fault, FAULTS, type FaultyDevice } from '../../support/faulty-device.ts'
import { createMemoryDevice, createMemoryDisk, type MemoryDisk } from '../../support/memory-device.ts'

const WRITES = 12
const IDS = 4
const TABLE = 'notes'

async function openEngine(device: FaultyDevice): Promise<Engine> {
  const clock = createBriskClock()
  const store = await openLogStructuredStore({
    name: 'stream-faults',
    device,
    clock,
    random: seededRandom(1),
    memtableBytes: 1500,
  })
  return createEngine({ store, clock, random: seededRandom(2) })
}

/** The requests that were acknowledged. */
async function runWorkload(device: FaultyDevice): Promise<ReadonlySet<string>> {
  const acknowledged = new Set<string>()
  let engine: Engine
  try {
    engine = await openEngine(device)
  } catch {
    return acknowledged
  }
  const attempt = async (name: string, operation: string, input: object): Promise<void> => {
    try {
      await engine.dispatch(operation, { TableName: TABLE, ...input })
      acknowledged.add(name)
    } catch {
      // Refused: it may be there or not, but whole.
    }
  }
  await attempt('table', 'CreateTable', {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })
  for (let at = 0; at < WRITES; at++) {
    const id = { S: `note ${at % IDS}` }
    if (at % 5 === 4) await attempt(`write ${at}`, 'DeleteItem', { Key: { id } })
    else await attempt(`write ${at}`, 'PutItem', { Item: { id, at: { N: `${at}` } } })
  }
  await engine.close().catch(() => undefined)
  return acknowledged
}

async function expectAgreement(disk: MemoryDisk, acknowledged: ReadonlySet<string>): Promise<void> {
  const engine = await openEngine(createFaultyDevice(createMemoryDevice(disk), 0, 'fails'))
  const { Streams } = (await engine.dispatch('ListStreams', {})) as ListStreamsOutput
  if (Streams.length === 0) {
    expect(acknowledged).toEqual(new Set())
    await engine.close()
    return
  }
  const StreamArn = Streams[0]?.StreamArn
  const { StreamDescription } = (await engine.dispatch('DescribeStream', { StreamArn })) as DescribeStreamOutput
  const ShardId = StreamDescription.Shards[0]?.ShardId
  const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
  const { ShardIterator } = (await engine.dispatch('GetShardIterator', start)) as GetShardIteratorOutput
  const { Records } = (await engine.dispatch('GetRecords', { ShardIterator })) as GetRecordsOutput
  const replayed = new Map<string, unknown>()
  const puts = new Set<string>()
  for (const { dynamodb } of Records) {
    const id = JSON.stringify(dynamodb.Keys)
    expect(dynamodb.OldImage).toEqual(replayed.get(id))
    if (dynamodb.NewImage === undefined) replayed.delete(id)
    else {
      replayed.set(id, dynamodb.NewImage)
      puts.add(`write ${(dynamodb.NewImage['at'] as { readonly N: string }).N}`)
    }
  }
  const { Items = [] } = (await engine.dispatch('Scan', { TableName: TABLE })) as ScanOutput
  expect(Items.map((item) => JSON.stringify(item)).sort()).toEqual(
    [...replayed.values()].map((item) => JSON.stringify(item)).sort(),
  )
  const promised = [...acknowledged].filter((name) => name.startsWith('write') && Number(name.slice(6)) % 5 !== 4)
  expect(promised.filter((name) => !puts.has(name))).toEqual([])
  await engine.close()
}

async function stepCount(): Promise<number> {
  const device = createFaultyDevice(createMemoryDevice(createMemoryDisk()), 0, 'fails')
  await runWorkload(device)
  return device.stepCount()
}

describe('a stream and its table', () => {
  it.each(FAULTS)('agree after a restart, whichever step goes wrong: %s', async (fault: Fault) => {
    const steps = await stepCount()
    expect(steps).toBeGreaterThan(WRITES)
    for (let failAt = 1; failAt <= steps; failAt++) {
      const disk = createMemoryDisk()
      const device = createFaultyDevice(createMemoryDevice(disk), failAt, fault)
      const acknowledged = await runWorkload(device)
      await expectAgreement(disk, acknowledged)
    }
  })
})
