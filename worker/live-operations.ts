// Live queries of the page that this worker serves.

import type { Engine } from '../src/engine/engine.ts'
import type { LiveQueries } from '../src/engine/live/live-queries.ts'
import type { WatchInput, WireLiveNews } from '../src/rpc/protocol.ts'
import { encodeError } from '../src/rpc/wire-error.ts'
import { withPlainValues } from './plain-values.ts'

const ENDED: WireLiveNews = { updates: [], failures: [], isEnded: true }

/** The live queries of one page. */
export interface LiveOperations {
  watch(engine: Engine, input: WatchInput): Promise<void>
  unwatch(engine: Engine, ids: readonly number[]): Promise<void>
  news(engine: Engine): Promise<WireLiveNews>
  end(): Promise<void>
}

/** No live queries yet; what they need is loaded with the first. */
export function createLiveOperations(): LiveOperations {
  let opening: Promise<LiveQueries> | undefined
  let isEnded = false
  const open = (engine: Engine): Promise<LiveQueries> => (opening ??= engine.openLive())
  return {
    async watch(engine, { input, ...request }) {
      const live = await open(engine)
      live.watch({ ...request, input: withPlainValues(input) })
    },
    async unwatch(engine, ids) {
      const live = await open(engine)
      live.unwatch(ids)
    },
    async news(engine) {
      if (isEnded) return ENDED
      const live = await open(engine)
      const { updates, failures, isEnded: isLast } = await live.news()
      return {
        updates,
        failures: failures.map(({ id, error }) => ({ id, error: encodeError(error) })),
        isEnded: isLast,
      }
    },
    async end() {
      isEnded = true
      const live = await opening
      live?.close()
    },
  }
}
