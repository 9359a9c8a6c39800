// Live queries of the page that this worker serves.

import type { MaybePromise } from '../src/base/maybe-promise.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { LiveQueries } from '../src/engine/live/live-queries.ts'
import type { WatchInput, WireNews } from '../src/rpc/protocol.ts'
import { encodeError } from '../src/rpc/wire-error.ts'
import { withPlainValues } from './plain-values.ts'

/** The live queries of one page. */
export interface LiveOperations {
  watch(engine: Engine, input: WatchInput): Promise<void>
  unwatch(engine: Engine, ids: readonly number[]): Promise<void>
  /** Has `onNews` called when there is something to tell: once, until it is called again. */
  listen(): void
  /** Resolves when all that has been written is among the news. */
  caughtUp(): MaybePromise<void>
  /** What the page has not been told; undefined when there is nothing. */
  takeNews(): Omit<WireNews, 'changes'> | undefined
  end(): Promise<void>
}

/** No live queries yet; what they need is loaded with the first. */
export function createLiveOperations(onNews: () => void): LiveOperations {
  let opening: Promise<LiveQueries> | undefined
  let live: LiveQueries | undefined
  let isListening = false
  let isAwaited = false
  const load = async (engine: Engine): Promise<LiveQueries> => {
    live = await engine.openLive()
    if (isAwaited) listen()
    return live
  }
  const open = (engine: Engine): Promise<LiveQueries> => (opening ??= load(engine))
  function listen(): void {
    isAwaited = true
    if (live === undefined || isListening) return
    isListening = true
    void live.whenNews().then(() => {
      isListening = false
      onNews()
    })
  }
  return {
    async watch(engine, { input, ...request }) {
      const opened = await open(engine)
      opened.watch({ ...request, input: withPlainValues(input) })
    },
    async unwatch(engine, ids) {
      const opened = await open(engine)
      opened.unwatch(ids)
    },
    listen,
    caughtUp: () => live?.caughtUp(),
    takeNews() {
      const news = live?.takeNews()
      return news && { ...news, failures: news.failures.map(({ id, error }) => ({ id, error: encodeError(error) })) }
    },
    async end() {
      await opening
      live?.close()
    },
  }
}
