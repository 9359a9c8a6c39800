// Puts the remote together that an app has declared, on whichever road, with its costs metered.

import type { Clock } from '../src/base/clock.ts'
import type { SyncedTableSettings, SyncSettings } from '../src/rpc/sync-protocol.ts'
import { type CostMeter, estimatedRemote, meteredApi } from '../src/sync/cost-meter.ts'
import { createDynamoRemote, type DynamoApi, type RemoteTableFacts } from '../src/sync/dynamo-remote.ts'
import { createGatewayRemote } from '../src/sync/gateway-remote.ts'
import type { RemoteTable } from '../src/sync/remote-table.ts'
import type { Replica } from '../src/sync/replica.ts'
import { type ConflictResolver, DEFAULT_VERSION_ATTRIBUTE, type ReplicatedTable } from '../src/sync/settings.ts'
import { createSignedApi, type Credentials } from '../src/sync/signed-api.ts'

/** The app's functions that a remote needs. */
export interface RemoteDoors {
  headers(): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  credentials(): Credentials | Promise<Credentials>
  /** To a remote that is a database of the page. */
  readonly send: DynamoApi['send']
}

/** What a remote is made of. */
export interface RemoteParts {
  readonly settings: SyncSettings
  readonly clock: Clock
  readonly replica: Replica
  readonly meter: CostMeter
  readonly doors: RemoteDoors
}

/** A remote, and the API behind it where that is known here. */
export interface CreatedRemote {
  readonly remote: RemoteTable | ReturnType<typeof createGatewayRemote>
  /** Not metered. */
  readonly api: DynamoApi | undefined
}

/** Makes the remote. */
export async function createRemote({ settings, clock, replica, meter, doors }: RemoteParts): Promise<CreatedRemote> {
  const { remote: place, companionTable } = settings
  if (place.kind === 'gateway') {
    const { url, hasHeaders, sendsCookies } = place
    const remote = createGatewayRemote({ url, sendsCookies, ...(hasHeaders && { headers: () => doors.headers() }) })
    return { remote: estimatedRemote(remote, companionTable, meter), api: undefined }
  }
  const tables: Record<string, RemoteTableFacts> = {}
  for (const [name, { scope, versionAttribute = DEFAULT_VERSION_ATTRIBUTE }] of Object.entries(settings.tables)) {
    tables[name] = { key: (await replica.schema(name)).key, scope, versionAttribute }
  }
  const api: DynamoApi =
    place.kind === 'database'
      ? { send: doors.send }
      : createSignedApi({
          region: place.region,
          ...(place.endpoint !== undefined && { endpoint: place.endpoint }),
          credentials: () => doors.credentials(),
          clock,
        })
  return { remote: createDynamoRemote({ api: meteredApi(api, meter), clock, companionTable, tables }), api }
}

/** A table's settings, with the app's resolver where it has one. */
export function replicatedTable(
  { scope, conflicts, versionAttribute }: SyncedTableSettings,
  resolve: ConflictResolver,
): ReplicatedTable {
  return {
    scope,
    ...(versionAttribute !== undefined && { versionAttribute }),
    ...(conflicts !== undefined && { conflicts: conflicts === 'resolver' ? resolve : conflicts }),
  }
}
