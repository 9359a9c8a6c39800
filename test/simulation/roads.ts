// The two roads from a device to the remote: DynamoDB's API, and a gateway that is asked over HTTP.

import type { Clock } from '../../src/base/clock.ts'
import { createSyncGateway } from '../../src/server/sync-gateway.ts'
import { createDynamoRemote, type DynamoApi } from '../../src/sync/dynamo-remote.ts'
import { createGatewayRemote } from '../../src/sync/gateway-remote.ts'
import type { RemoteTable } from '../../src/sync/remote-table.ts'
import type { Dice } from './dice.ts'
import { landing, SERVER_FAULTS, serverFault, shortened } from './faulty-api.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { COMPANION_TABLE, PARTITIONS, SHORT_PAGED_TABLES, TABLE_FACTS, type World } from './world.ts'

/** How a device reaches the remote. */
export type Road = 'direct' | 'gateway'

/** A request over HTTP, and its answer, as far as they matter. */
interface HttpAnswer {
  readonly status: number
  readonly body: string
}

const URL = 'https://gateway.example/sync'

/** Of what entries may have, so that readers fetch all, some or none of the images. */
const ENTRY_SIZES_BYTES = [200, 300, 400, 600, 1200, 300_000]

interface GatewayParts {
  readonly world: World
  readonly clock: VirtualClock
  readonly dice: Dice
  readonly count: (what: string) => void
  readonly faultRate: () => number
  /** The scopes that the caller may see. */
  readonly scopes: () => readonly string[]
}

/** A gateway whose server has faults of its own: what it asks the tables is refused now and then. */
export function createGateway({ world, clock, dice, count, faultRate, scopes }: GatewayParts): DynamoApi {
  const api: DynamoApi = {
    async send(operation, input) {
      if (dice.chance(faultRate())) {
        const fault = dice.pick(SERVER_FAULTS)
        count(`gateway: ${fault}`)
        throw serverFault(fault, operation)
      }
      const asked = shortened({ dice, shortPages: SHORT_PAGED_TABLES }, operation, input)
      const output = await world.api.send(operation, asked)
      if (operation !== 'Query') return output
      return landing({ dice, count, companionTable: COMPANION_TABLE }, input, output, faultRate())
    },
  }
  const handle = createSyncGateway({
    api,
    tables: TABLE_FACTS,
    companionTable: COMPANION_TABLE,
    clock,
    authorize: () => ({ caller: scopes().join(), read: scopes(), write: scopes() }),
  })
  return {
    async send(_operation, input) {
      const { body } = input as { readonly body: string }
      const request = new Request(URL, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
      // Bodies of the platform's requests are read in real time.
      const answer = async (): Promise<HttpAnswer> => {
        const response = await handle(request)
        const text = await response.text()
        for (const owner of PARTITIONS) {
          const isTold = text.includes(JSON.stringify({ owner: { S: owner } }).slice(1, -1))
          if (isTold && !scopes().includes(owner)) world.ledger.leaked.push(text)
        }
        return { status: response.status, body: text }
      }
      return clock.outside(answer())
    },
  }
}

/** The remote at the end of a road over a network. */
export function createRemote(
  road: Road,
  { network, clock, dice }: { readonly network: DynamoApi; readonly clock: Clock; readonly dice: Dice },
): RemoteTable {
  if (road === 'direct') {
    const maxEntrySizeBytes = dice.pick(ENTRY_SIZES_BYTES)
    return createDynamoRemote({
      api: network,
      clock,
      companionTable: COMPANION_TABLE,
      tables: TABLE_FACTS,
      maxEntrySizeBytes,
    })
  }
  return createGatewayRemote({
    url: URL,
    async fetch(_url, init) {
      const { status, body } = (await network.send('POST', { body: init?.body })) as HttpAnswer
      return new Response(body, { status })
    },
  })
}
