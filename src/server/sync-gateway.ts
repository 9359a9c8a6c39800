// The gateway: the requests of replication (sync/PROTOCOL.md) over HTTP, for apps that keep their credentials on the
// server. A function from Request to Response, to be mounted anywhere.

import { allowOrigins } from './cross-origin.ts'
import type { SyncGatewayOptions } from './gateway-options.ts'

/**
 * Makes the gateway's handler.
 *
 * @throws TypeError for an origin of `crossOrigin` that is none
 */
export function createSyncGateway(options: SyncGatewayOptions): (request: Request) => Promise<Response> {
  let loading: Promise<(request: Request) => Promise<Response>> | undefined
  const handle = async (request: Request): Promise<Response> => {
    loading ??= import('./gateway-handler.ts').then(({ createGatewayHandler }) => createGatewayHandler(options))
    return (await loading)(request)
  }
  return options.crossOrigin === undefined ? handle : allowOrigins(handle, options.crossOrigin)
}
