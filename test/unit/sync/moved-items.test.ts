// Items that writers who do not know the log move from one scope to another: whoever replicates one of the scopes, or both,
// and in whichever order, ends with what the remote has there.

import { beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { KeyRange } from '../../../src/base/byte-key.ts'
import { forEachRow } from '../../../src/engine/for-each-row.ts'
import { replicationRange } from '../../../src/engine/keyspace.ts'
import { readSnapshot } from '../../../src/engine/read-snapshot.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { createSyncGateway } from '../../../src/server/sync-gateway.ts'
import { entryRow, headRow } from '../../../src/sync/companion-rows.ts'
import {
  createDynamoRemote,
  type DynamoApi,
  type DynamoRemoteOptions,
  type RemoteTableFacts,
} from '../../../src/sync/dynamo-remote.ts'
import type { ChangeRecord, StampOutcome } from '../../../src/sync/foreign-writes.ts'
import { createStamper } from '../../../src/sync/foreign-writes.ts'
import { createGatewayRemote } from '../../../src/sync/gateway-remote.ts'
import type { LogEntry, Push } from '../../../src/sync/remote-table.ts'
import type { Checkpoint } from '../../../src/sync/replication-rows.ts'
import type { ConflictStrategy } from '../../../src/sync/settings.ts'
import type { OrderedStore } from '../../../src/storage/contract.ts'
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

/** Who owns an item names its scope. */
const FACTS: RemoteTableFacts = { ...TABLE_FACTS, scope: { kind: 'attribute', attribute: 'owner' } }
const BOTH = ['red', 'blue']

let clock: StepClock
let remote: RemoteFixture
/** The records since the last time. */
let newRecords: () => Promise<readonly ChangeRecord[]>
let seed: number

beforeEach(async () => {
  clock = createStepClock()
  remote = await createRemote(clock)
  newRecords = await openStream(remote.engine, TABLE)
  seed = 100
})

function parts(api: DynamoApi = remote.api): DynamoRemoteOptions {
  return { api, clock, companionTable: COMPANION, tables: { [TABLE]: FACTS } }
}

/** A database that replicates these scopes. */
function open(scopes: readonly string[], conflicts?: ConflictStrategy): Promise<ReplicaFixture> {
  return createReplica(remote, clock, { scopes, facts: FACTS, seed: seed++, ...(conflicts && { conflicts }) })
}

async function opened(scopes: readonly string[], conflicts?: ConflictStrategy): Promise<ReplicaFixture> {
  const replica = await open(scopes, conflicts)
  await replica.replicator.syncOnce()
  return replica
}

async function stamp(records: readonly ChangeRecord[], api?: DynamoApi): Promise<readonly StampOutcome[]> {
  const stampOne = createStamper({ ...parts(api), random: seededRandom(seed++) })
  const outcomes: StampOutcome[] = []
  for (const record of records) outcomes.push(await stampOne(record))
  return outcomes
}

/** Stamps all that there is, its own stamps included. */
async function stampAll(): Promise<void> {
  for (let records = await newRecords(); records.length > 0; records = await newRecords()) await stamp(records)
}

async function foreign(operation: string, input: object): Promise<void> {
  await remote.engine.dispatch(operation, { TableName: TABLE, ...input })
}

function owned(key: string, owner: string, text = 'text'): Item {
  return { ...keyOf(key), owner: { S: owner }, text: { S: text } }
}

/** Leaves all else as it is, the version included. */
function move(key: string, owner: string): Promise<void> {
  const update = { UpdateExpression: 'SET #o = :o', ExpressionAttributeNames: { '#o': 'owner' } }
  return foreign('UpdateItem', { Key: keyOf(key), ...update, ExpressionAttributeValues: { ':o': { S: owner } } })
}

async function there(key: string): Promise<Item | undefined> {
  return ((await remote.engine.dispatch('GetItem', { TableName: TABLE, Key: keyOf(key) })) as { Item?: Item }).Item
}

async function entriesOf(scope: string, after = 0): Promise<readonly LogEntry[]> {
  return (await createDynamoRemote(parts()).readLog({ scope, after })).entries
}

/** What the entries of a log say, without what is the same in all of them. */
async function told(scope: string, after = 0): Promise<readonly unknown[]> {
  const entries = await entriesOf(scope, after)
  return entries.map(({ sequence, twins, changes }) => {
    const [change] = changes
    const image = change?.image
    return [sequence, change?.key['s'], typeof image === 'object' ? image['text'] : image, twins]
  })
}

async function cut(scope: string, sequence: number): Promise<void> {
  const Key = { pk: { S: `log#${scope}` }, sk: { N: String(sequence) } }
  await remote.engine.dispatch('DeleteItem', { TableName: COMPANION, Key })
}

/** What a log tells of an item to somebody who reads nothing else. */
async function lastTold(scope: string, key: string): Promise<Item | undefined> {
  const changes = (await entriesOf(scope)).flatMap((entry) => entry.changes)
  const image = changes.findLast((change) => JSON.stringify(change.key) === JSON.stringify(keyOf(key)))?.image
  return typeof image === 'object' ? image : undefined
}

/** An API that does something before the first request of a kind. */
function intruded(
  isIt: (operation: string, input: { TableName?: string }) => boolean,
  act: () => Promise<void>,
): DynamoApi {
  let isDone = false
  return {
    async send(operation, input) {
      if (!isDone && isIt(operation, input)) {
        isDone = true
        await act()
      }
      return remote.api.send(operation, input)
    },
  }
}

async function countRows(store: OrderedStore, range: KeyRange): Promise<number> {
  let count = 0
  await readSnapshot(store, true, (snapshot) => forEachRow(snapshot.scan(range), () => ++count > 0))
  return count
}

describe('a stamp of a move', () => {
  it('is in both logs, as one: that the item has gone, and what it is', async () => {
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await move('x', 'blue')
    await stampAll()
    expect(await told('red', 1)).toEqual([[2, { S: 'x' }, 'deleted', { blue: 1 }]])
    expect(await told('blue')).toEqual([[1, { S: 'x' }, { S: 'text' }, { red: 2 }]])
    expect(await there('x')).toEqual({ ...owned('x', 'blue'), _version: { N: '1' } })
  })

  it('changes nothing when it comes again', async () => {
    await foreign('PutItem', { Item: owned('x', 'red') })
    await foreign('PutItem', { Item: owned('y', 'blue') })
    await stampAll()
    await move('x', 'blue')
    const records = await newRecords()
    await stamp(records)
    const before = await there('x')
    await stamp(records)
    expect(await there('x')).toEqual(before)
    expect(await told('blue', 1)).toEqual([[2, { S: 'x' }, { S: 'text' }, { red: 2 }]])
    // That it has gone may be said twice.
    expect((await told('red', 1)).map((entry) => (entry as unknown[])[2])).toEqual(['deleted', 'deleted'])
  })

  it('tells the scope that it has left of it, whatever became of the item since', async () => {
    for (const key of ['moved', 'anew', 'homeless']) await foreign('PutItem', { Item: owned(key, 'red') })
    await stampAll()
    await move('moved', 'blue')
    await foreign('DeleteItem', { Key: keyOf('moved') })
    await foreign('DeleteItem', { Key: keyOf('anew') })
    await foreign('PutItem', { Item: owned('anew', 'blue') })
    await foreign('PutItem', { Item: keyOf('homeless') })
    await stampAll()
    expect(await told('red', 3)).toEqual([
      [4, { S: 'moved' }, 'deleted', {}],
      [5, { S: 'anew' }, 'deleted', {}],
      [6, { S: 'homeless' }, 'deleted', {}],
    ])
    expect([await lastTold('blue', 'moved'), await lastTold('blue', 'anew')]).toEqual([
      undefined,
      owned('anew', 'blue'),
    ])
  })

  it('does not say that an item has gone which is back', async () => {
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await move('x', 'blue')
    const [away] = (await newRecords()) as [ChangeRecord]
    const api = intruded(
      (operation) => operation === 'TransactWriteItems',
      () => move('x', 'red'),
    )
    expect(await stamp([away], api)).toEqual(['superseded'])
    await stampAll()
    expect(await lastTold('red', 'x')).toEqual(owned('x', 'red'))
    expect(await lastTold('blue', 'x')).toBeUndefined()
  })

  it('does not say that an item has gone which comes back while this is said of it', async () => {
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await foreign('PutItem', { Item: keyOf('x') })
    const [away] = (await newRecords()) as [ChangeRecord]
    const api = intruded(
      (operation) => operation === 'TransactWriteItems',
      () => move('x', 'red'),
    )
    expect(await stamp([away], api)).toEqual(['superseded'])
    await stampAll()
    expect(await lastTold('red', 'x')).toEqual({ ...keyOf('x'), owner: { S: 'red' } })
  })

  it('tells in any order, and however often, what the remote has in each scope', async () => {
    for (let run = 1; run <= 15; run++) {
      const random = seededRandom(run)
      const below = (limit: number): number => random.uint32() % limit
      const records: ChangeRecord[] = []
      for (let step = 0; step < 12; step++) {
        const key = `${run}-${below(2)}`
        const owner = below(2) === 0 ? 'red' : 'blue'
        const act = below(6)
        if (act === 0) await foreign('DeleteItem', { Key: keyOf(key) })
        else if (act < 3) await move(key, owner)
        else await foreign('PutItem', { Item: owned(key, owner, `${step}`) })
        records.push(...(await newRecords()))
        if (below(3) === 0) await stamp(records)
      }
      for (let at = records.length - 1; at > 0; at--) {
        const other = below(at + 1)
        ;[records[at], records[other]] = [records[other] as ChangeRecord, records[at] as ChangeRecord]
      }
      await stamp([...records, ...records])
      await newRecords()
      for (const key of [`${run}-0`, `${run}-1`]) {
        const { _version: _, ...now } = (await there(key)) ?? {}
        const owner = now['owner'] as { readonly S: string } | undefined
        const expected = BOTH.map((scope) => (owner?.S === scope ? now : undefined))
        expect([await lastTold('red', key), await lastTold('blue', key)]).toEqual(expected)
      }
    }
  })
})

describe('an item that others have moved', () => {
  it.each([[['red', 'blue']], [['blue', 'red']]])('is there for who replicates %s', async (scopes) => {
    const device = await opened(scopes)
    await foreign('PutItem', { Item: owned('x', 'red') })
    await foreign('PutItem', { Item: owned('y', 'blue') })
    await stampAll()
    await device.replicator.syncOnce()
    await move('x', 'blue')
    await move('y', 'red')
    await stampAll()
    await device.replicator.syncOnce()
    expect([await device.read(keyOf('x')), await device.read(keyOf('y'))]).toEqual([await there('x'), await there('y')])
    expect(await device.read(keyOf('x'))).toMatchObject(owned('x', 'blue'))
  })

  it('goes from who replicates the old scope alone, and comes to who replicates the new one', async () => {
    const [red, blue] = [await opened(['red']), await opened(['blue'])]
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    for (const device of [red, blue]) await device.replicator.syncOnce()
    expect([await red.read(keyOf('x')), await blue.read(keyOf('x'))]).toEqual([await there('x'), undefined])
    await move('x', 'blue')
    await stampAll()
    for (const device of [red, blue]) await device.replicator.syncOnce()
    expect([await red.read(keyOf('x')), await blue.read(keyOf('x'))]).toEqual([undefined, await there('x')])
  })

  it.each([[['red', 'blue']], [['blue', 'red']]])(
    'is where it ends when it went to and fro before anybody looked, for who replicates %s',
    async (scopes) => {
      const device = await opened(scopes)
      for (const key of ['back', 'away', 'gone']) await foreign('PutItem', { Item: owned(key, 'red') })
      await stampAll()
      await device.replicator.syncOnce()
      for (const owner of ['blue', 'red', 'blue']) {
        for (const key of ['back', 'away', 'gone']) await move(key, owner)
        await stampAll()
      }
      await move('back', 'red')
      await foreign('DeleteItem', { Key: keyOf('gone') })
      await stampAll()
      await device.replicator.syncOnce()
      expect(await device.read(keyOf('back'))).toEqual(await there('back'))
      expect(await device.read(keyOf('away'))).toEqual(await there('away'))
      expect(await device.read(keyOf('gone'))).toBeUndefined()
    },
  )

  it('has what a device has written to it meanwhile done again where it is now', async () => {
    const device = await opened(BOTH)
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await device.replicator.syncOnce()
    await device.update(keyOf('x'), 'SET mine = :m', { ':m': { N: '1' } })
    await move('x', 'blue')
    await stampAll()
    await device.replicator.syncOnce()
    expect(await there('x')).toMatchObject({ ...owned('x', 'blue'), mine: { N: '1' } })
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
    expect(await device.replicator.conflicts()).toEqual([])
  })

  it('is not written to in its old scope, even if its version is the same there by chance', async () => {
    const [red, blue] = [await opened(['red']), await opened(BOTH)]
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    for (const device of [red, blue]) await device.replicator.syncOnce()
    await move('x', 'blue')
    // Before anything is stamped, somebody has pushed to it in the new scope.
    await blue.update(keyOf('x'), 'SET n = :n', { ':n': { N: '1' } })
    await remote.engine.dispatch('UpdateItem', {
      TableName: TABLE,
      Key: keyOf('x'),
      UpdateExpression: 'REMOVE #v',
      ExpressionAttributeNames: { '#v': '_version' },
    })
    await blue.replicator.syncOnce()
    expect(await there('x')).toEqual({ ...owned('x', 'blue'), n: { N: '1' }, _version: { N: '1' } })
    await red.update(keyOf('x'), 'SET m = :m', { ':m': { N: '1' } })
    await red.replicator.syncOnce()
    expect(await there('x')).toEqual({ ...owned('x', 'blue'), n: { N: '1' }, _version: { N: '1' } })
    expect(await red.read(keyOf('x'))).toBeUndefined()
    await stampAll()
    for (const device of [red, blue]) await device.replicator.syncOnce()
    expect([await red.read(keyOf('x')), await blue.read(keyOf('x'))]).toEqual([undefined, await there('x')])
  })

  it('parks what was written to it where its new scope is not replicated, if the write wins against a deletion', async () => {
    const device = await opened(['red'], 'local-wins')
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await device.replicator.syncOnce()
    await device.update(keyOf('x'), 'SET mine = :m', { ':m': { N: '1' } })
    await move('x', 'blue')
    await stampAll()
    const now = await there('x')
    await device.replicator.syncOnce()
    expect(await there('x')).toEqual(now)
    expect(await device.read(keyOf('x'))).toBeUndefined()
    expect((await device.replicator.parked()).map(({ cause }) => cause)).toEqual([
      {
        name: 'ValidationException',
        message:
          'Others have an item under this key in a scope that is not replicated here. Write it under another key',
      },
    ])
  })

  it('takes along what was written to it where its new scope is not replicated, if the write loses', async () => {
    const device = await opened(['red'], 'remote-wins')
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await device.replicator.syncOnce()
    await device.update(keyOf('x'), 'SET mine = :m', { ':m': { N: '1' } })
    await move('x', 'blue')
    await stampAll()
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toBeUndefined()
    expect(await device.replicator.parked()).toEqual([])
    expect(await device.replicator.conflicts()).toMatchObject([{ local: { mine: { N: '1' } }, key: keyOf('x') }])
  })

  it('is fetched where it was too large for the entry, but not from another scope', async () => {
    const device = await opened(['red'])
    const small = { ...parts(), maxEntrySizeBytes: 300, random: seededRandom(1) }
    await foreign('PutItem', { Item: owned('x', 'red', 'x'.repeat(500)) })
    for (const record of await newRecords()) await createStamper(small)(record)
    expect((await entriesOf('red')).map(({ changes }) => changes[0]?.image)).toEqual(['unknown'])
    await move('x', 'blue')
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toBeUndefined()
    await move('x', 'red')
    await stampAll()
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
  })
})

describe('a scope that is not replicated any more', () => {
  it('does not hide what a newer app reads of another, and keeps what it had', async () => {
    const before = await opened(['red'])
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await before.replicator.syncOnce()
    const device = await createReplica(remote, clock, { facts: FACTS, scopes: ['blue'], store: before.store })
    await device.replicator.syncOnce()
    await move('x', 'blue')
    await stampAll()
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
    await foreign('DeleteItem', { Key: keyOf('x') })
    await stampAll()
    await device.replicator.syncOnce()
    // Of red it still has what it had when it was read last.
    expect(await device.read(keyOf('x'))).toMatchObject(owned('x', 'red'))
    await before.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toBeUndefined()
  })
})

describe('an item that is too large for an entry, and was moved', () => {
  it('is there all the time for who replicates both scopes', async () => {
    const device = await opened(BOTH)
    const small = { ...parts(), maxEntrySizeBytes: 300, random: seededRandom(1) }
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await device.replicator.syncOnce()
    await foreign('PutItem', { Item: owned('x', 'red', 'x'.repeat(500)) })
    for (const record of await newRecords()) await createStamper(small)(record)
    await move('x', 'blue')
    await stampAll()
    const { send } = remote.api
    const seen: boolean[] = []
    Object.assign(remote.api, {
      async send(operation: string, input: object) {
        seen.push((await device.read(keyOf('x'))) !== undefined)
        const isLog = operation === 'Query' && JSON.stringify(input).includes('log#')
        return send(operation, isLog ? { ...input, Limit: 1 } : input)
      },
    })
    await device.replicator.syncOnce()
    Object.assign(remote.api, { send })
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
    expect(new Set(seen)).toEqual(new Set([true]))
  })
})

describe('a log that says what is not its own', () => {
  it('changes nothing of another scope', async () => {
    const device = await opened(BOTH)
    await foreign('PutItem', { Item: owned('x', 'blue') })
    await stampAll()
    await device.replicator.syncOnce()
    const heads = { red: { sequence: 0, logId: '' } }
    const lie = { table: TABLE, key: keyOf('x'), expected: 'absent', scope: 'red', clock: 1 } as const
    const push: Push = {
      clientId: 'mallory',
      pushId: 'p',
      previousMutation: 0,
      lastMutation: 1,
      clock: 1,
      intents: [],
      heads,
      items: [{ ...lie, image: owned('x', 'blue', 'a lie') }],
    }
    const bounds = { expiresAtSeconds: 2_000_000_000, maxSizeBytes: 1000 }
    for (const Item of [entryRow(push, 'red', bounds), headRow('red', { sequence: 1, logId: 'p' })]) {
      await remote.engine.dispatch('PutItem', { TableName: COMPANION, Item })
    }
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
    await foreign('DeleteItem', { Key: keyOf('x') })
    await stampAll()
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toBeUndefined()
  })
})

describe('a scope that is read anew while items move', () => {
  it('keeps what has come to it from a scope whose log is still behind', async () => {
    const device = await opened(['red'])
    await foreign('PutItem', { Item: owned('x', 'red', 'one') })
    await stampAll()
    await device.replicator.syncOnce()
    await foreign('PutItem', { Item: owned('x', 'red', 'two') })
    await stampAll()
    await move('x', 'blue')
    await stampAll()
    // The same disk, with a newer app on it.
    const both = await createReplica(remote, clock, { facts: FACTS, scopes: ['blue', 'red'], store: device.store })
    await both.replicator.syncOnce()
    expect(await both.read(keyOf('x'))).toEqual(await there('x'))
    await foreign('DeleteItem', { Key: keyOf('x') })
    await stampAll()
    await both.replicator.syncOnce()
    expect(await both.read(keyOf('x'))).toBeUndefined()
  })

  it('weighs what was written here against what it has become, not against what it was on its way', async () => {
    const device = await opened(['red'])
    await foreign('PutItem', { Item: owned('x', 'red', 'one') })
    await stampAll()
    await device.replicator.syncOnce()
    await device.update(keyOf('x'), 'SET #t = :t', { ':t': { S: 'mine' } }, { '#t': 'text' })
    await foreign('PutItem', { Item: owned('x', 'red', 'two') })
    await stampAll()
    await foreign('PutItem', { Item: owned('x', 'blue', 'one') })
    await stampAll()
    const both = await createReplica(remote, clock, { facts: FACTS, scopes: ['blue', 'red'], store: device.store })
    await both.replicator.syncOnce()
    expect(await there('x')).toMatchObject(owned('x', 'blue', 'mine'))
    expect(await both.replicator.conflicts()).toEqual([])
  })

  it('shows what a page of it has, and then what the log of another scope had told already', async () => {
    const device = await open(['blue', 'red'])
    await foreign('PutItem', { Item: owned('x', 'blue') })
    await stampAll()
    const { replica } = device.replicator
    const tables = createDynamoRemote(parts())
    await replica.beginLoad('blue', await tables.readHead('blue'))
    const checkpoint = (await replica.checkpoint('blue')) as Checkpoint
    const page = await tables.readItems({ table: TABLE, scope: 'blue', from: undefined })
    await move('x', 'red')
    await stampAll()
    // Another tab, of an app that replicates less.
    const tab = await createReplica(remote, clock, { facts: FACTS, scopes: ['red'], store: device.store })
    await tab.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
    expect(await replica.applyPage({ scope: 'blue', table: TABLE, ...page }, checkpoint)).toBe(true)
    expect(await device.read(keyOf('x'))).toMatchObject(owned('x', 'blue'))
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
  })

  /** A device that knows an item in both scopes, and cannot read the log of the one in which it shows it. */
  async function openBetween(): Promise<{ device: ReplicaFixture; blue: ReplicaFixture; mend: () => void }> {
    const device = await opened(['blue', 'red'])
    await foreign('PutItem', { Item: owned('x', 'red') })
    await stampAll()
    await device.replicator.syncOnce()
    // A client deletes it and another makes it anew: nothing says that this belongs together.
    const writer = await opened(['red'])
    await writer.remove(keyOf('x'))
    await writer.replicator.syncOnce()
    const blue = await opened(['blue'])
    await blue.put(owned('x', 'blue', 'anew'))
    await blue.replicator.syncOnce()
    const { send } = remote.api
    Object.assign(remote.api, {
      send: (operation: string, input: object) =>
        operation === 'Query' && JSON.stringify(input).includes('log#red')
          ? Promise.reject(Object.assign(new Error('gone'), { name: 'TypeError' }))
          : send(operation, input),
    })
    await expect(device.replicator.syncOnce()).rejects.toThrow('gone')
    expect(await device.read(keyOf('x'))).toMatchObject(owned('x', 'red'))
    return { device, blue, mend: () => void Object.assign(remote.api, { send }) }
  }

  it('comes to show what was made anew in another scope', async () => {
    const { device, mend } = await openBetween()
    mend()
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
  })

  it('forgets what it has no more, shown or not', async () => {
    const { device, blue, mend } = await openBetween()
    await blue.remove(keyOf('x'))
    await blue.replicator.syncOnce()
    for (const { sequence } of await entriesOf('blue')) await cut('blue', sequence)
    await expect(device.replicator.syncOnce()).rejects.toThrow('gone')
    mend()
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toBeUndefined()
  })

  it('forgets what it does not show when replication ends', async () => {
    const { device } = await openBetween()
    const hidden = (): Promise<number> => countRows(device.store, replicationRange('h'))
    expect(await hidden()).toBe(1)
    await device.replicator.replica.end({ tables: undefined, discardPending: false })
    expect(await hidden()).toBe(0)
    expect(await device.read(keyOf('x'))).toMatchObject(owned('x', 'red'))
  })

  it('has what came to it between the reading of its items and its stamp, to the version', async () => {
    for (const key of ['1', '2', '3', '4', '5', '6']) await foreign('PutItem', { Item: owned(key, 'red') })
    await stampAll()
    await move('6', 'blue')
    const [moved] = (await newRecords()) as [ChangeRecord]
    // What it has read is followed by stamps of others and, before the version that it has, by its own.
    const send = remote.api.send.bind(remote.api)
    let scans = 0
    Object.assign(remote.api, {
      async send(operation: string, input: object) {
        const output = await send(operation, input)
        if (operation !== 'Scan' || ++scans > 1) return output
        await stamp([moved])
        for (const key of ['7', '8', '9', '10', '11', '12']) await foreign('PutItem', { Item: owned(key, 'blue') })
        await stampAll()
        return output
      },
    })
    const device = await opened(['blue'])
    expect(await device.read(keyOf('6'))).toEqual(await there('6'))
  })

  it('leaves an item to the scope that it has gone to', async () => {
    const device = await opened(BOTH)
    for (const key of ['x', 'y']) await foreign('PutItem', { Item: owned(key, 'red') })
    await stampAll()
    await device.replicator.syncOnce()
    await move('x', 'blue')
    await foreign('DeleteItem', { Key: keyOf('y') })
    await stampAll()
    for (const { sequence } of await entriesOf('red')) await cut('red', sequence)
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
    expect(await device.read(keyOf('y'))).toBeUndefined()
    await move('x', 'red')
    await stampAll()
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toEqual(await there('x'))
  })
})

describe('a gateway', () => {
  it('tells who may see the old scope alone that an item has gone, and nothing of what it is now', async () => {
    const answers: string[] = []
    const access = { caller: 'red', read: ['red'], write: ['red'] }
    const handle = createSyncGateway({ ...parts(), authorize: () => access })
    const road = createGatewayRemote({
      url: 'https://gateway.example/sync',
      async fetch(url, init) {
        const response = await handle(new Request(url, init))
        answers.push(await response.clone().text())
        return response
      },
    })
    const device = await createReplica(remote, clock, { facts: FACTS, scopes: ['red'], road, conflicts: 'local-wins' })
    for (const key of ['x', 'y']) await foreign('PutItem', { Item: owned(key, 'red') })
    await stampAll()
    await device.replicator.syncOnce()
    await device.update(keyOf('x'), 'SET mine = :m', { ':m': { N: '1' } })
    await device.update(keyOf('y'), 'SET mine = :m', { ':m': { N: '1' } })
    for (const key of ['x', 'y']) await foreign('PutItem', { Item: owned(key, 'blue', 'secret') })
    // One is pushed to before the move is in a log, the other afterwards.
    const [first] = (await newRecords()).filter(({ Keys }) => JSON.stringify(Keys) === JSON.stringify(keyOf('x')))
    if (first !== undefined) await stamp([first])
    await device.replicator.syncOnce()
    expect(await device.read(keyOf('x'))).toBeUndefined()
    expect((await device.replicator.parked()).map(({ cause }) => cause.name)).toEqual([
      'AccessDeniedException',
      'AccessDeniedException',
    ])
    for (const { order } of await device.replicator.parked()) await device.replicator.discard(order)
    await stampAll()
    await device.replicator.syncOnce()
    expect(await there('x')).toMatchObject(owned('x', 'blue', 'secret'))
    expect(answers.filter((answer) => /secret|blue/.test(answer))).toEqual([])
  })
})

describe('a put that would move an item to another scope', () => {
  it.each(['put', 'deletion'])('is parked, and the %s right before it takes effect all the same', async (kind) => {
    const device = await opened(BOTH)
    await device.put(owned('x', 'red', 'first'))
    await device.replicator.syncOnce()
    if (kind === 'put') await device.put(owned('x', 'red', 'second'))
    else await device.remove(keyOf('x'))
    await device.put(owned('x', 'blue', 'third'))
    await device.replicator.syncOnce()
    const now = kind === 'put' ? { ...owned('x', 'red', 'second'), _version: { N: '2' } } : undefined
    expect([await there('x'), await device.read(keyOf('x'))]).toEqual([now, now])
    expect(await device.replicator.parked()).toMatchObject([
      { actions: [{ request: { Item: owned('x', 'blue', 'third') } }], cause: { name: 'ValidationException' } },
    ])
  })
})
