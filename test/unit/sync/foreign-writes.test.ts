// Writers who do not know the log: what they write reaches the clients through the stamper, once, and loses nothing.

import { beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { createDynamoRemote } from '../../../src/sync/dynamo-remote.ts'
import type { ChangeRecord, StampOutcome } from '../../../src/sync/foreign-writes.ts'
import { createStamper } from '../../../src/sync/foreign-writes.ts'
import { createStreamStamper } from '../../../src/server/stream-stamper.ts'
import type { RemoteTable } from '../../../src/sync/remote-table.ts'
import { encodeWireJson } from '../../../src/sync/wire-values.ts'
import { openStream } from '../../support/foreign-stream.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  type StepClock,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'

let clock: StepClock
let remote: RemoteFixture
let replica: ReplicaFixture
/** The records since the last time. */
let newRecords: () => Promise<readonly ChangeRecord[]>

beforeEach(async () => {
  clock = createStepClock()
  remote = await createRemote(clock)
  newRecords = await openStream(remote.engine, TABLE)
  replica = await createReplica(remote, clock)
})

async function stamp(records: readonly ChangeRecord[]): Promise<StampOutcome[]> {
  const tables = { [TABLE]: TABLE_FACTS }
  const parts = { api: remote.api, clock, random: seededRandom(9), companionTable: COMPANION, tables }
  const stampOne = createStamper(parts)
  const outcomes: StampOutcome[] = []
  for (const record of records) outcomes.push(await stampOne(record))
  return outcomes
}

async function foreign(operation: string, input: object): Promise<void> {
  await remote.engine.dispatch(operation, { TableName: TABLE, ...input })
}

function textItem(key: string, text: string): Item {
  return { ...keyOf(key), text: { S: text } }
}

describe('the stamper', () => {
  it('brings foreign puts, updates and deletions to clients', async () => {
    await foreign('PutItem', { Item: textItem('a', 'put') })
    await foreign('PutItem', { Item: textItem('b', 'put') })
    await foreign('PutItem', { Item: textItem('gone', 'put') })
    expect(await stamp(await newRecords())).toEqual(['stamped', 'stamped', 'stamped'])
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('a'))).toMatchObject(textItem('a', 'put'))
    await foreign('UpdateItem', {
      Key: keyOf('b'),
      UpdateExpression: 'SET n = :n',
      ExpressionAttributeValues: { ':n': { N: '1' } },
    })
    await foreign('DeleteItem', { Key: keyOf('gone') })
    // Its own stamps are in the stream too.
    expect(await stamp(await newRecords())).toEqual(['not foreign', 'not foreign', 'not foreign', 'stamped', 'stamped'])
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('b'))).toMatchObject({ ...textItem('b', 'put'), n: { N: '1' } })
    expect(await replica.read(keyOf('gone'))).toBeUndefined()
  })

  it('leaves what clients have pushed', async () => {
    await replica.put(textItem('a', 'mine'))
    await replica.replicator.syncOnce()
    await replica.put(textItem('a', 'mine again'))
    await replica.replicator.syncOnce()
    expect(await stamp(await newRecords())).toEqual(['not foreign', 'not foreign'])
  })

  it('stamps a record once, however often it is delivered', async () => {
    await foreign('PutItem', { Item: textItem('a', 'put') })
    const records = await newRecords()
    expect(await stamp([...records, ...records])).toEqual(['stamped', 'superseded'])
    expect(await remote.engine.dispatch('GetItem', { TableName: TABLE, Key: keyOf('a') })).toEqual({
      Item: { ...textItem('a', 'put'), _version: { N: '1' } },
    })
  })

  it('lets a deletion of long ago not delete what was made anew', async () => {
    await foreign('PutItem', { Item: textItem('a', 'old') })
    await foreign('DeleteItem', { Key: keyOf('a') })
    await replica.replicator.syncOnce()
    await replica.put(textItem('a', 'new'))
    await replica.replicator.syncOnce()
    expect(await stamp(await newRecords())).toEqual(['superseded', 'superseded', 'not foreign'])
    const other = await createReplica(remote, clock, { seed: 5 })
    await other.replicator.syncOnce()
    expect(await other.read(keyOf('a'))).toMatchObject(textItem('a', 'new'))
  })

  it('keeps what another foreign writer writes between reading and stamping', async () => {
    await foreign('PutItem', { Item: textItem('a', 'one') })
    const records = await newRecords()
    const { send } = remote.api
    let isIntruded = false
    const api = {
      async send(operation: string, input: object): Promise<unknown> {
        if (operation === 'TransactWriteItems' && !isIntruded) {
          isIntruded = true
          await foreign('UpdateItem', {
            Key: keyOf('a'),
            UpdateExpression: 'SET n = :n',
            ExpressionAttributeValues: { ':n': { N: '2' } },
          })
        }
        return send(operation, input)
      },
    }
    const parts = { clock, random: seededRandom(9), companionTable: COMPANION, tables: { [TABLE]: TABLE_FACTS } }
    for (const record of records) await createStamper({ api, ...parts })(record)
    expect(await stamp(await newRecords())).toEqual(['stamped', 'not foreign'])
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('a'))).toMatchObject({ ...textItem('a', 'one'), n: { N: '2' } })
  })

  it('goes on from where clients have brought the head meanwhile', async () => {
    await replica.put(textItem('b', 'mine'))
    await foreign('PutItem', { Item: textItem('a', 'put') })
    const records = await newRecords()
    const { send } = remote.api
    let isIntruded = false
    const api = {
      async send(operation: string, input: object): Promise<unknown> {
        if (operation === 'TransactWriteItems' && !isIntruded) {
          isIntruded = true
          await replica.replicator.syncOnce()
        }
        return send(operation, input)
      },
    }
    const parts = { clock, random: seededRandom(9), companionTable: COMPANION, tables: { [TABLE]: TABLE_FACTS } }
    for (const record of records) expect(await createStamper({ api, ...parts })(record)).toBe('stamped')
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('a'))).toMatchObject(textItem('a', 'put'))
    expect(await replica.read(keyOf('b'))).toMatchObject(textItem('b', 'mine'))
  })

  it('tells nothing older than the head that it goes on from', async () => {
    await foreign('PutItem', { Item: textItem('a', 'one') })
    await replica.replicator.syncOnce()
    const records = await newRecords()
    const { send } = remote.api
    let isIntruded = false
    const api = {
      async send(operation: string, input: object): Promise<unknown> {
        if ((input as { TableName?: string }).TableName === COMPANION && !isIntruded) {
          isIntruded = true
          await replica.update(keyOf('a'), 'SET pushed = :n', { ':n': { N: '1' } })
          await replica.replicator.syncOnce()
          const Key = keyOf('a')
          await foreign('UpdateItem', {
            Key,
            UpdateExpression: 'REMOVE #v',
            ExpressionAttributeNames: { '#v': '_version' },
          })
        }
        return send(operation, input)
      },
    }
    const parts = { clock, random: seededRandom(9), companionTable: COMPANION, tables: { [TABLE]: TABLE_FACTS } }
    for (const record of records) expect(await createStamper({ api, ...parts })(record)).toBe('stamped')
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('a'))).toMatchObject({ ...textItem('a', 'one'), pushed: { N: '1' } })
  })

  it('stamps what was made anew although a stamp of what was there before arrives late', async () => {
    const { send } = remote.api
    const parts = { clock, random: seededRandom(9), companionTable: COMPANION, tables: { [TABLE]: TABLE_FACTS } }
    await foreign('PutItem', { Item: textItem('a', 'old') })
    const [put] = (await newRecords()) as [ChangeRecord]
    let late: object | undefined
    const slow = {
      async send(operation: string, input: object): Promise<unknown> {
        if (operation !== 'TransactWriteItems') return send(operation, input)
        late = input
        throw Object.assign(new Error('no answer'), { name: 'TimeoutError' })
      },
    }
    await expect(createStamper({ api: slow, ...parts })(put)).rejects.toThrow('no answer')
    await foreign('DeleteItem', { Key: keyOf('a') })
    expect(await stamp([put])).toEqual(['superseded'])
    await foreign('PutItem', { Item: textItem('a', 'new') })
    const [deletion, anew] = (await newRecords()) as [ChangeRecord, ChangeRecord]
    expect(await stamp([deletion])).toEqual(['superseded'])
    const overtaken = {
      async send(operation: string, input: object): Promise<unknown> {
        if (operation === 'TransactWriteItems' && late !== undefined) {
          const first = late
          late = undefined
          await send(operation, first)
        }
        return send(operation, input)
      },
    }
    expect(await createStamper({ api: overtaken, ...parts })(anew)).toBe('stamped')
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('a'))).toMatchObject(textItem('a', 'new'))
  })

  it('fails with what the API fails with, so that the record is delivered again', async () => {
    await foreign('PutItem', { Item: textItem('a', 'put') })
    const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
    remote.failures.push({ operation: 'TransactWriteItems', error })
    await expect(stamp(await newRecords())).rejects.toBe(error)
  })

  it('runs as a Lambda function, which tells from where on records have to come again', async () => {
    await foreign('PutItem', { Item: { ...keyOf('a'), bytes: { B: new Uint8Array([1, 255]) } } })
    await foreign('PutItem', { Item: textItem('b', 'put') })
    const tables = { [TABLE]: TABLE_FACTS }
    const handler = createStreamStamper({ api: remote.api, tables, companionTable: COMPANION, clock })
    const records = await newRecords()
    const eventSourceARN = `arn:aws:dynamodb:eu-central-1:123456789012:table/${TABLE}/stream/2026-01-31T00:00:00.000`
    const Records = records.map((dynamodb, at) => ({
      eventSourceARN,
      dynamodb: JSON.parse(encodeWireJson({ ...dynamodb, SequenceNumber: String(at) })) as object,
    }))
    const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
    remote.failures.push({ operation: 'TransactWriteItems', error })
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] })
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] })
    await replica.replicator.syncOnce()
    expect(await replica.read(keyOf('a'))).toMatchObject({ bytes: { B: new Uint8Array([1, 255]) } })
    expect(await replica.read(keyOf('b'))).toMatchObject(textItem('b', 'put'))
  })
})

describe('a push that others were quicker than, past the log', () => {
  /** Has another tab do all its work between the remote's next refusal and the moment when it is heard. */
  async function openSlowTab(act: (other: ReplicaFixture) => Promise<void>): Promise<ReplicaFixture> {
    const { store } = replica
    const direct = { api: remote.api, clock, companionTable: COMPANION, tables: { [TABLE]: TABLE_FACTS } }
    const road = createDynamoRemote(direct)
    let isFirst = true
    const late: RemoteTable = {
      ...road,
      async push(push) {
        const outcome = await road.push(push)
        if (isFirst) await act(await createReplica(remote, clock, { store, seed: 7 }))
        isFirst = false
        return outcome
      },
    }
    return createReplica(remote, clock, { store, road: late, seed: 8 })
  }

  it('does not take what it was refused with for newer than what another tab has pushed since', async () => {
    await replica.put(textItem('a', 'mine'))
    await replica.replicator.syncOnce()
    const tab = await openSlowTab((other) => other.replicator.syncOnce())
    await foreign('UpdateItem', {
      Key: keyOf('a'),
      UpdateExpression: 'SET theirs = :t REMOVE #v',
      ExpressionAttributeNames: { '#v': '_version' },
      ExpressionAttributeValues: { ':t': { S: 'theirs' } },
    })
    await replica.update(keyOf('a'), 'SET more = :m', { ':m': { S: 'mine' } })
    await tab.replicator.syncOnce()
    const now = { ...textItem('a', 'mine'), theirs: { S: 'theirs' }, more: { S: 'mine' }, _version: { N: '2' } }
    expect(await replica.read(keyOf('a'))).toEqual(now)
    expect(await tab.replicator.replica.pending(1)).toEqual([])
  })

  it('does not bring back what was deleted before it heard that it was there', async () => {
    await replica.replicator.syncOnce()
    const tab = await openSlowTab(async (other) => {
      await other.replicator.syncOnce()
      await other.remove(keyOf('a'))
      await other.replicator.syncOnce()
    })
    await foreign('PutItem', { Item: textItem('a', 'theirs') })
    await replica.put(textItem('a', 'mine'))
    await tab.replicator.syncOnce()
    expect(await replica.read(keyOf('a'))).toBeUndefined()
  })
})
