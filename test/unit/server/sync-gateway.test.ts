// The gateway among callers who do not trust each other: what one may not see or change stays so, in every way that the
// requests of replication offer.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import { nodeListener } from '../../../src/server/node-listener.ts'
import type { GatewayAccess } from '../../../src/server/gateway-options.ts'
import { createSyncGateway } from '../../../src/server/sync-gateway.ts'
import type { RemoteTableFacts } from '../../../src/sync/dynamo-remote.ts'
import { createGatewayRemote, type HintingRemote, type HintListener } from '../../../src/sync/gateway-remote.ts'
import type { Push, PushedItem } from '../../../src/sync/remote-table.ts'
import {
  COMPANION,
  createRemote,
  createStepClock,
  type RemoteFixture,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'

const CLOCK = 1_790_000_000_000_000
const SECRETS = 'secrets'
const UNHEARD: HintListener = { onConnected: () => undefined, onHint: () => undefined }
/** Whose items are whose stands in an attribute. */
const OWNED: RemoteTableFacts = {
  key: { partition: [{ name: 'p', type: 'S' }], sort: [{ name: 's', type: 'S' }] },
  scope: { kind: 'attribute', attribute: 'owner' },
  versionAttribute: '_version',
}
const WHOLE: RemoteTableFacts = { ...OWNED, scope: { kind: 'table', scope: 'staff' } }

const CALLERS: Readonly<Record<string, GatewayAccess>> = {
  anna: { caller: 'anna', read: ['anna', 'shared'], write: ['anna', 'shared'], tables: [TABLE, 'owned'] },
  mallory: { caller: 'mallory', read: ['mallory', 'shared'], write: ['mallory'], tables: [TABLE, 'owned'] },
}

interface Stage {
  readonly remote: RemoteFixture
  readonly url: string
  as(name: string): HintingRemote
}

let stage: Stage

function key(p: string, s = 'note'): Item {
  return { p: { S: p }, s: { S: s } }
}

function put(scope: string, at: Item, changes: Partial<PushedItem> = {}): PushedItem {
  return { table: TABLE, key: at, expected: 'absent', image: at, scope, clock: CLOCK, ...changes }
}

function push(items: readonly PushedItem[], changes: Partial<Push> = {}): Push {
  const heads = Object.fromEntries(items.map(({ scope }) => [scope, { sequence: 0, logId: '' }]))
  return {
    clientId: 'c',
    pushId: 'p1',
    previousMutation: 0,
    lastMutation: 1,
    clock: CLOCK,
    intents: [{ order: 0, tag: 1 }],
    heads,
    items,
    ...changes,
  }
}

async function everything(): Promise<unknown> {
  const { engine } = stage.remote
  return Promise.all([TABLE, 'owned', SECRETS, COMPANION].map((TableName) => engine.dispatch('Scan', { TableName })))
}

async function createOwnedTables({ engine }: RemoteFixture): Promise<void> {
  for (const TableName of ['owned', SECRETS]) {
    await engine.dispatch('CreateTable', {
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'p', AttributeType: 'S' },
        { AttributeName: 's', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'p', KeyType: 'HASH' },
        { AttributeName: 's', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    })
  }
}

beforeEach(async () => {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  await createOwnedTables(remote)
  const handle = createSyncGateway({
    api: remote.api,
    tables: { [TABLE]: TABLE_FACTS, owned: OWNED, [SECRETS]: WHOLE },
    companionTable: COMPANION,
    clock,
    authorize: (request) => CALLERS[request.headers.get('authorization') ?? ''],
  })
  const server = createServer(nodeListener(handle))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  stage = { remote, url, as: (name) => createGatewayRemote({ url, headers: () => ({ authorization: name }) }) }
  const anna = stage.as('anna')
  const note = { ...key('anna'), text: { S: 'private' } }
  await anna.push(push([put('anna', key('anna'), { image: note })]))
  const owned = { ...key('x'), owner: { S: 'anna' }, text: { S: 'private' } }
  const heads = { anna: { sequence: 1, logId: 'p1' } }
  const mine = put('anna', key('x'), { table: 'owned', image: owned })
  await anna.push(push([mine], { pushId: 'p2', previousMutation: 1, lastMutation: 2, heads }))
  return async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await remote.engine.close()
  }
})

describe('a caller of the gateway', () => {
  it('gets nothing without being known', async () => {
    await expect(stage.as('nobody').readHead('anna')).rejects.toMatchObject({
      name: 'MissingAuthenticationTokenException',
    })
    await expect(createGatewayRemote({ url: stage.url }).readHead('anna')).rejects.toMatchObject({
      name: 'MissingAuthenticationTokenException',
    })
  })

  it('reads and writes its own scopes', async () => {
    const anna = stage.as('anna')
    expect(await anna.readHead('anna')).toEqual({ sequence: 2, logId: 'p1' })
    expect(await anna.fetchItems([{ table: TABLE, key: key('anna') }])).toEqual([
      { ...key('anna'), text: { S: 'private' }, _version: { N: '1' } },
    ])
    expect(await anna.readClient('c')).toMatchObject({ lastMutation: 2 })
  })

  const attempts: readonly (readonly [string, (mallory: HintingRemote) => Promise<unknown>])[] = [
    ['the head of a log', (mallory) => mallory.readHead('anna')],
    ['a log', (mallory) => mallory.readLog({ scope: 'anna', after: 0 })],
    ['whether an entry was cut', (mallory) => mallory.isCut({ scope: 'anna', sequence: 1 })],
    ['the items of a scope', (mallory) => mallory.readItems({ table: TABLE, scope: 'anna', from: undefined })],
    ['an item by its key', (mallory) => mallory.fetchItems([{ table: TABLE, key: key('anna') }])],
    [
      'a table that is not for it',
      (mallory) => mallory.readItems({ table: SECRETS, scope: 'mallory', from: undefined }),
    ],
    ['a table that nobody has', (mallory) => mallory.fetchItems([{ table: '__proto__', key: key('mallory') }])],
    ['the companion table', (mallory) => mallory.fetchItems([{ table: COMPANION, key: key('mallory') }])],
    ['hints', (mallory) => mallory.listen(['mallory', 'anna'], UNHEARD, AbortSignal.timeout(60_000))],
  ]
  it.each(attempts)('is refused %s of another', async (_what, attempt) => {
    await expect(attempt(stage.as('mallory'))).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  const pushes: readonly (readonly [string, Push])[] = [
    ['into a foreign scope', push([put('anna', key('anna', 'forged'))])],
    ['into a scope that it may only read', push([put('shared', key('shared'))])],
    ['an item of a foreign scope under its own', push([put('mallory', key('anna', 'forged'))])],
    ['over a foreign item under its own scope', push([put('mallory', key('anna'), { expected: 1 })])],
    ['a deletion of a foreign item', push([put('mallory', key('anna'), { expected: 1, image: 'deleted' })])],
    ['a question about a foreign item', push([put('mallory', key('anna'), { image: 'checked' })])],
    [
      'over a foreign item whose owner stands in it',
      push([
        put('mallory', key('x'), { table: 'owned', expected: 2, image: { ...key('x'), owner: { S: 'mallory' } } }),
      ]),
    ],
    ['a deletion of such an item', push([put('mallory', key('x'), { table: 'owned', expected: 2, image: 'deleted' })])],
    ['a question about such an item', push([put('mallory', key('x'), { table: 'owned', image: 'checked' })])],
    [
      'an item for another owner',
      push([put('mallory', key('y'), { table: 'owned', image: { ...key('y'), owner: { S: 'anna' } } })]),
    ],
    ['to a table that is not for it', push([put('mallory', key('mallory'), { table: SECRETS })])],
    [
      'with the head of a foreign log',
      push([put('mallory', key('mallory'))], {
        heads: { mallory: { sequence: 0, logId: '' }, anna: { sequence: 2, logId: 'p1' } },
      }),
    ],
  ]
  it.each(pushes)('cannot push %s', async (_what, attempt) => {
    const before = await everything()
    await expect(stage.as('mallory').push(attempt)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect(await everything()).toEqual(before)
  })

  it('cannot pass for a client of another', async () => {
    const mallory = stage.as('mallory')
    expect(await mallory.readClient('c')).toBeUndefined()
    expect(await mallory.readClient('anna/c')).toBeUndefined()
    expect(await mallory.push(push([put('mallory', key('mallory'))]))).toEqual({ kind: 'applied' })
    expect(await stage.as('anna').readClient('c')).toMatchObject({ lastMutation: 2, pushId: 'p2' })
  })

  it('cannot win every conflict with a clock that is far ahead', async () => {
    const ahead = CLOCK * 2
    await expect(
      stage.as('mallory').push(push([put('mallory', key('mallory'))], { clock: ahead })),
    ).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
    })
    const item = put('mallory', key('mallory'), { clock: ahead })
    await expect(stage.as('mallory').push(push([item]))).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' })
  })

  it('learns of a foreign item neither that it is there nor where, by its attribute', async () => {
    const mallory = stage.as('mallory')
    const places = [key('x'), key('nothing')].map((place) => ({ table: 'owned', key: place }))
    expect(await mallory.fetchItems(places)).toEqual([undefined, undefined])
    const large = { text: { S: 'x'.repeat(390_000) } }
    for (let n = 0; n < 4; n++) {
      const Item = { ...key('x', `large ${n}`), ...large, owner: { S: 'anna' } }
      await stage.remote.engine.dispatch('PutItem', { TableName: 'owned', Item })
    }
    expect(await mallory.readItems({ table: 'owned', scope: 'mallory', from: undefined })).toEqual({
      items: [],
      next: undefined,
    })
  })

  it('sees of a shared log its tables, and no intents and names of others', async () => {
    expect(
      await stage
        .as('anna')
        .push(push([put('shared', key('shared'))], { pushId: 'p3', previousMutation: 2, lastMutation: 3 })),
    ).toEqual({ kind: 'applied' })
    const { entries } = await stage.as('mallory').readLog({ scope: 'shared', after: 0 })
    expect(entries).toEqual([
      {
        sequence: 1,
        clientId: '',
        pushId: 'p3',
        clock: CLOCK,
        lastMutation: 3,
        twins: {},
        intents: [],
        changes: [{ table: TABLE, key: key('shared'), image: key('shared'), clock: CLOCK }],
      },
    ])
  })

  it('is told when a scope that it reads has grown', async () => {
    const listening = new AbortController()
    let connected = (): void => undefined
    const isConnected = new Promise<void>((resolve) => (connected = resolve))
    const hinted = new Promise<string>((resolve) => {
      const listener = { onConnected: connected, onHint: resolve }
      stage
        .as('mallory')
        .listen(['shared', 'mallory'], listener, listening.signal)
        .catch(() => undefined)
    })
    await isConnected
    const heads = { mallory: { sequence: 0, logId: '' } }
    const item = put('mallory', key('mallory', 'note'))
    expect(await stage.as('mallory').push(push([item], { pushId: 'hinted', heads }))).toEqual({ kind: 'applied' })

    expect(await hinted).toBe('mallory')
    listening.abort()
  })

  const bodies: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] = [
    ['no text', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['an unknown operation', '{"operation":"constructor","input":{}}'],
    ['no input', '{"operation":"readLog"}'],
    ['a number for a scope', '{"operation":"readHead","input":1}'],
    ['a broken number', '{"operation":"isCut","input":{"scope":"mallory","sequence":1.5}}'],
    ['bytes that are none', '{"operation":"fetchItems","input":[{"table":"notes","key":{"p":{"B":{"$bytes":"%"}}}}]}'],
    ['a key that is none', '{"operation":"fetchItems","input":[{"table":"notes","key":{"p":{"S":"mallory"}}}]}'],
    ['an item that is none', '{"operation":"push","input":{"items":[{"image":{"p":{"Q":1}}}]}}'],
  ]
  it.each(bodies)('is told that %s is not well formed', async (_what, body) => {
    const before = await everything()
    const response = await fetch(stage.url, { method: 'POST', body, headers: { authorization: 'mallory' } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { name: 'ValidationException' } })
    expect(await everything()).toEqual(before)
  })

  it('is not told why the server failed', async () => {
    stage.remote.failures.push({ operation: 'GetItem', error: new Error('secret of the server') })
    const failure = await stage
      .as('mallory')
      .readHead('mallory')
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'Error', message: 'The request failed at the server.' })
  })
})
