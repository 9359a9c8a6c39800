// The port to a remote on each of its roads: DynamoDB's API, a gateway in the same process, a gateway over HTTP.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSyncGateway } from '../../src/server/sync-gateway.ts'
import { nodeListener } from '../../src/server/node-listener.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import { createDynamoRemote } from '../../src/sync/dynamo-remote.ts'
import { createGatewayRemote } from '../../src/sync/gateway-remote.ts'
import {
  COMPANION,
  createRemote,
  createStepClock,
  type RemoteFixture,
  TABLE,
  TABLE_FACTS,
} from '../support/replication-fixture.ts'
import { describeRemote } from './remote-contract.ts'

const ACCESS = { caller: 'anna', read: 'all', write: 'all' } as const

async function fixture(): Promise<RemoteFixture & { readItem(key: Item): Promise<Item | undefined> }> {
  const remote = await createRemote(createStepClock())
  return {
    ...remote,
    async readItem(Key) {
      return ((await remote.engine.dispatch('GetItem', { TableName: TABLE, Key })) as { Item?: Item }).Item
    },
  }
}

function gatewayTo({ api }: RemoteFixture): (request: Request) => Promise<Response> {
  const tables = { [TABLE]: TABLE_FACTS }
  return createSyncGateway({
    api,
    tables,
    companionTable: COMPANION,
    authorize: () => ACCESS,
    clock: createStepClock(),
  })
}

describeRemote("DynamoDB's API", async () => {
  const { api, engine, readItem } = await fixture()
  const remote = createDynamoRemote({
    api,
    clock: createStepClock(),
    companionTable: COMPANION,
    tables: { [TABLE]: TABLE_FACTS },
  })
  return { remote, readItem, dispose: () => engine.close() }
})

describeRemote('a gateway in the same process', async () => {
  const parts = await fixture()
  const handle = gatewayTo(parts)
  const remote = createGatewayRemote({
    url: 'http://gateway.test/sync',
    fetch: (url, init) => handle(new Request(url, init)),
  })
  return { remote, readItem: parts.readItem, dispose: () => parts.engine.close() }
})

describeRemote('a gateway over HTTP', async () => {
  const parts = await fixture()
  const server = createServer(nodeListener(gatewayTo(parts)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    remote: createGatewayRemote({ url: `http://127.0.0.1:${port}/sync` }),
    readItem: parts.readItem,
    async dispose() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await parts.engine.close()
    },
  }
})
