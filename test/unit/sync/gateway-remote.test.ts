// The road through a gateway, when something between here and there answers instead of it, or nobody does.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSyncGateway } from '../../../src/server/sync-gateway.ts'
import { createGatewayRemote, type HintingRemote } from '../../../src/sync/gateway-remote.ts'
import {
  COMPANION,
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type RemoteFixture,
  type ReplicaFixture,
  SCOPE,
  TABLE,
  TABLE_FACTS,
} from '../../support/replication-fixture.ts'

const URL_OF_GATEWAY = 'https://gateway.test/sync'

/** What stands between: undefined where it lets a request pass. */
type Between = (body: string) => Response | undefined

interface Stage {
  readonly remote: RemoteFixture
  readonly road: HintingRemote
  readonly device: ReplicaFixture
}

async function openStage(between: Between): Promise<Stage> {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const handle = createSyncGateway({
    api: remote.api,
    tables: { [TABLE]: TABLE_FACTS },
    companionTable: COMPANION,
    authorize: () => ({ caller: 'anna', read: 'all', write: 'all' }),
    clock,
  })
  const road = createGatewayRemote({
    url: URL_OF_GATEWAY,
    async fetch(url, init) {
      const request = new Request(url, init)
      return between(await request.clone().text()) ?? handle(request)
    },
  })
  return { remote, road, device: await createReplica(remote, clock, { road }) }
}

function isPush(body: string): boolean {
  return body.includes('"operation":"push"')
}

describe('a gateway that somebody else answers for', () => {
  it.each([
    [502, '<html>Bad Gateway</html>'],
    [403, '<html>Forbidden</html>'],
    [401, '{"error":"Unauthorized"}'],
    [200, '<html>Sign in</html>'],
    [200, '{}'],
    [200, ''],
  ])('has not refused a push: %s %s', async (status, body) => {
    let isAway = true
    const { device, remote } = await openStage((asked) =>
      isAway && isPush(asked) ? new Response(body, { status }) : undefined,
    )
    await device.put(keyOf('1'))
    await device.put(keyOf('2'))
    await expect(device.replicator.syncOnce()).rejects.toMatchObject({ name: 'ServiceUnavailable' })
    expect(await device.replicator.parked()).toEqual([])

    isAway = false
    await device.replicator.syncOnce()
    expect(await remote.engine.dispatch('Scan', { TableName: TABLE, Select: 'COUNT' })).toMatchObject({ Count: 2 })
  })

  it('is sent less at once where a proxy takes no more', async () => {
    const { device, remote } = await openStage((body) =>
      isPush(body) && body.length > 2000 ? new Response('<html>', { status: 413 }) : undefined,
    )
    for (let n = 0; n < 20; n++) await device.put(keyOf(String(n)))
    await device.put({ ...keyOf('large'), text: { S: 'x'.repeat(2000) } })
    await device.replicator.syncOnce()
    expect(await remote.engine.dispatch('Scan', { TableName: TABLE, Select: 'COUNT' })).toMatchObject({ Count: 20 })
    expect(await device.replicator.parked()).toMatchObject([
      { cause: { name: 'ValidationException', message: 'The gateway answered with status 413.' } },
    ])
  })
})

afterEach(() => void vi.restoreAllMocks())

describe("an app's headers that never come", () => {
  it('are given up with their request', async () => {
    const time = new AbortController()
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
    const { readHead } = createGatewayRemote({ url: URL_OF_GATEWAY, headers: () => new Promise(() => undefined) })
    const asked = readHead('a')
    time.abort(new DOMException('It took too long.', 'TimeoutError'))
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

describe('hints of a gateway', () => {
  it('are asked for at its address, whatever that asks for itself', async () => {
    const asked: string[] = []
    const { listen } = createGatewayRemote({
      url: `${URL_OF_GATEWAY}?tenant=1`,
      async fetch(url) {
        asked.push(new Request(url).url)
        return new Response('')
      },
    })
    await listen(['a', 'b&c'], { onConnected: () => undefined, onHint: () => undefined }, new AbortController().signal)
    expect(asked).toEqual([`${URL_OF_GATEWAY}?tenant=1&scope=a&scope=b%26c`])
  })
  it('end after a time, as a connection may have broken off unnoticed', async () => {
    const time = new AbortController()
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
    const { road } = await openStage(() => undefined)
    await road.listen(
      [SCOPE],
      { onConnected: () => time.abort(), onHint: () => undefined },
      new AbortController().signal,
    )
    expect(time.signal.aborted).toBe(true)
  })
})
