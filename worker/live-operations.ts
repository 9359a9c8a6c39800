// Live queries of the page that this worker serves.

import type { Engine } from '../src/engine/engine.ts'
import type { LiveQueries } from '../src/engine/live/live-queries.ts'
import type { NewsSource } from '../src/rpc/call-server.ts'
import type { WatchInput, WireLiveNews } from '../src/rpc/protocol.ts'
import { encodeError } from '../src/rpc/wire-error.ts'
import { withPlainValues } from './plain-values.ts'

const ENDED: WireLiveNews = { updates: [], failures: [], isEnded: true }

/** The live queries of one page. */
export interface LiveOperations extends NewsSource {
  watch(engine: Engine, input: WatchInput): Promise<void>
  unwatch(engine: Engine, ids: readonly number[]): Promise<void>
  /** Resolves when there is something to tell. */
  news(engine: Engine): Promise<void>
  end(): Promise<void>
}

/** No live queries yet; what they need is loaded with the first. */
export function createLiveOperations(): LiveOperations {
  let opening: Promise<LiveQueries> | undefined
  let live: LiveQueries | undefined
  let isEnded = false
  const load = async (engine: Engine): Promise<LiveQueries> => (live = await engine.openLive())
  const open = (engine: Engine): Promise<LiveQueries> => (opening ??= load(engine))
  return {
    async watch(engine, { input, ...request }) {
      const opened = await open(engine)
      opened.watch({ ...request, input: withPlainValues(input) })
    },
    async unwatch(engine, ids) {
      const opened = await open(engine)
      opened.unwatch(ids)
    },
    async news(engine) {
      if (!isEnded) await (await open(engine)).whenNews()
    },
    caughtUp: () => live?.caughtUp(),
    takeNews() {
      if (isEnded) return ENDED
      const news = live?.takeNews()
      return news && { ...news, failures: news.failures.map(({ id, error }) => ({ id, error: encodeError(error) })) }
    },
    async end() {
      isEnded = true
      await opening
      live?.close()
    },
  }
}
