// Writes that the remote refuses, by a gateway over HTTP: rolled back, listed, corrected and done again, while writes to
// other keys pass.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database, SyncedDatabase } from '../../../src/client/open-database.ts'
import type { SyncOptions } from '../../../src/client/sync-types.ts'
import { nodeListener } from '../../../src/server/node-listener.ts'
import { createSyncGateway } from '../../../src/server/sync-gateway.ts'
import { arrivalOf, isQuiet, NOTES, openCloud, openDevice, statusOnce } from '../../support/synced-databases.ts'

const KEY = { list: 'home', id: '1' }
/** Two of these in one item are too much. */
const LARGE_CHARS = 250_000

let cloud: Database
let server: Server
let devices: SyncedDatabase[]
let token: string

beforeEach(async () => {
  cloud = await openCloud()
  devices = []
  token = 'anna'
  const gateway = createSyncGateway({
    api: { send: (operation, input) => cloud.send(operation as 'GetItem', input as never) },
    companionTable: 'tidetable_sync',
    tables: {
      notes: {
        key: { partition: [{ name: 'list', type: 'S' }], sort: [{ name: 'id', type: 'S' }] },
        scope: { kind: 'partition' },
        versionAttribute: '_version',
      },
    },
    authorize: (request) =>
      request.headers.get('authorization') === 'anna'
        ? { caller: 'anna', read: ['home', 'shop'], write: ['home'] }
        : undefined,
  })
  server = createServer(nodeListener(gateway))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  for (const each of devices) await each.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await cloud.close()
})

async function device(changes: Partial<SyncOptions> = {}): Promise<SyncedDatabase> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sync`
  const gateway = { url, headers: async () => ({ authorization: token }) }
  const opened = await openDevice({ gateway }, { scopes: ['home', 'shop'], ...changes })
  devices.push(opened)
  return opened
}

describe('a gateway', () => {
  it('tells other devices at once, and estimates what it costs', async () => {
    const [anna, ben] = [await device(), await device()]
    await statusOnce(anna, isQuiet)
    await statusOnce(ben, isQuiet)
    const arrived = arrivalOf(ben, KEY)
    await anna.table(NOTES).put({ ...KEY, text: 'milk' })

    expect(await arrived).toEqual({ ...KEY, text: 'milk', _version: 1 })
    const { cost } = await statusOnce(anna, (status) => (status.cost.tables['notes']?.writeUnits ?? 0) > 0)
    expect([cost.isEstimate, cost.tables['notes']?.writeUnits]).toEqual([true, 2])
  })

  it('is tried again when it lets nobody in, and nothing is lost', async () => {
    token = 'nobody'
    const anna = await device()
    await anna.table(NOTES).put(KEY)
    // It may have been refused before anything was written.
    const { lastFailure, pending } = await statusOnce(
      anna,
      (status) => status.state === 'waiting' && status.pending.count > 0,
    )

    expect([lastFailure?.name, pending.count]).toEqual([expect.any(String), 1])
    token = 'anna'
    await anna.sync.now()
    expect(await cloud.table(NOTES).get(KEY)).toEqual({ ...KEY, _version: 1 })
  })
})

describe('a write that is refused', () => {
  it('for lack of access is parked, and done again where it is allowed', async () => {
    const anna = await device({ isPaused: true })
    await anna.table(NOTES).put({ list: 'shop', id: '1', text: 'mine' })
    await anna.table(NOTES).put(KEY)
    await anna.sync.now()
    const parked = await anna.sync.parked()

    expect(parked.map(({ cause }) => cause.name)).toEqual(['AccessDeniedException'])
    expect(await anna.table(NOTES).get({ list: 'shop', id: '1' })).toBeUndefined()
    expect(await cloud.table(NOTES).get(KEY)).toEqual({ ...KEY, _version: 1 })

    const item = { list: { S: 'home' }, id: { S: '2' }, text: { S: 'mine' } }
    await anna.sync.retry(parked[0]?.id ?? 0, ([write]) =>
      write === undefined ? [] : [{ ...write, request: { ...write.request, Item: item } }],
    )
    await anna.sync.now()
    expect(await cloud.table(NOTES).get({ list: 'home', id: '2' })).toMatchObject({ text: 'mine' })
    expect(await anna.sync.parked()).toEqual([])
  })

  it('because the item would be too large with what others wrote is parked, and done again smaller', async () => {
    const [anna, ben] = [await device({ isPaused: true }), await device({ isPaused: true })]
    await anna.table(NOTES).put(KEY)
    for (const each of [anna, ben]) await each.sync.now()
    await ben.table(NOTES).update(KEY, { set: { text: 'b'.repeat(LARGE_CHARS) } })
    await ben.sync.now()
    await anna.send('UpdateItem', {
      TableName: 'notes',
      Key: { list: { S: 'home' }, id: { S: '1' } },
      UpdateExpression: 'SET more = :more',
      ExpressionAttributeValues: { ':more': { S: 'a'.repeat(LARGE_CHARS) } },
    })
    await anna.table(NOTES).put({ list: 'home', id: '2' })
    await anna.sync.now()
    const [parked] = await anna.sync.parked()

    expect(parked?.cause).toEqual({
      name: 'ValidationException',
      message: 'Item size to update has exceeded the maximum allowed size',
    })
    expect(await cloud.table(NOTES).get({ list: 'home', id: '2' })).toBeDefined()

    await anna.sync.retry(parked?.id ?? 0, (writes) =>
      writes.map(({ kind, request }) => ({
        kind,
        request: { ...request, ExpressionAttributeValues: { ':more': { S: 'a' } } },
      })),
    )
    await anna.sync.now()
    expect(await cloud.table(NOTES).get(KEY)).toMatchObject({ text: 'b'.repeat(LARGE_CHARS), more: 'a' })
  })

  it('is not done again with what is no request', async () => {
    const anna = await device({ isPaused: true })
    await anna.table(NOTES).put({ list: 'shop', id: '1' })
    await anna.sync.now()
    const id = (await anna.sync.parked())[0]?.id ?? 0
    const request = { TableName: 'notes', Key: { list: { S: 'home' }, id: { S: '1' } }, UpdateExpression: 'SET' }

    await expect(anna.sync.retry(id, () => [{ kind: 'Update', request }])).rejects.toMatchObject({
      name: 'ValidationException',
    })
    await expect(anna.sync.retry(id, () => [])).rejects.toMatchObject({ code: 'InvalidOption' })
    expect((await anna.sync.parked()).map((each) => each.id)).toEqual([id])
  })
})
