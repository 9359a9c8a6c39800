// The package's entry `tidetable/service-worker`, for an app's service worker: what waits is pushed when the tab is closed or
// the network comes back, in browsers that have Background Sync. A service worker may not load code later on, so this entry
// has in it all that it needs.
// @see https://wicg.github.io/background-sync/spec/

import { BACKGROUND_TAG } from '../src/rpc/sync-protocol.ts'
import { type BackgroundOptions, replicateInBackground } from './background-replication.ts'

export type { LogLevel, Logger } from '../src/base/logger.ts'
export type { Credentials } from '../src/sync/signed-api.ts'
export type { BackgroundConflict, BackgroundOptions } from './background-replication.ts'

/** What the browser tells of a registration whose time has come. */
interface SyncEvent extends Event {
  readonly tag: string
  waitUntil(work: Promise<unknown>): void
}

/**
 * Has this service worker push what waits in databases that were opened with `sync.pushInBackground`. To be called while the
 * service worker's script runs for the first time, as the browser asks for its listeners then.
 *
 * @example
 * import { pushInBackground } from 'tidetable/service-worker'
 * pushInBackground({ headers: async () => ({ authorization: await token() }) })
 */
export function pushInBackground(options: BackgroundOptions = {}): void {
  // Browsers without Background Sync never send it.
  self.addEventListener('sync', (event) => {
    const { tag } = event as SyncEvent
    if (!tag.startsWith(BACKGROUND_TAG)) return
    // What fails is asked for again by the browser, later and later; then by the next page.
    ;(event as SyncEvent).waitUntil(replicateInBackground(tag.slice(BACKGROUND_TAG.length), options))
  })
}
