// What the page that this worker serves waits for: news of its live queries, and changes that it has asked for. Both come by
// one call, or with the answer to any other. Loaded when the page first asks for any of it.

import type { NewsSource } from '../src/rpc/call-server.ts'
import type { WireNews } from '../src/rpc/protocol.ts'
import { createLiveOperations, type LiveOperations } from './live-operations.ts'
import { type ChangeReaders, createChangeReaders } from './table-changes.ts'

const NOTHING: WireNews = { updates: [], failures: [], changes: [], isEnded: false }

/** All that news for one page comes of. */
export interface PageNews extends NewsSource {
  readonly live: LiveOperations
  readonly readers: ChangeReaders
  /** Resolves when there is something to tell. The one before, if it still waits, is told too. */
  whenNews(): Promise<void>
  end(): Promise<void>
}

/** No news yet. */
export function createPageNews(): PageNews {
  let wake: (() => void) | undefined
  let isEnded = false
  const onNews = (): void => {
    wake?.()
    wake = undefined
  }
  const live = createLiveOperations(onNews)
  const readers = createChangeReaders(onNews)
  return {
    live,
    readers,
    async whenNews() {
      onNews()
      if (isEnded || readers.haveNews) return
      await new Promise<void>((resolve) => {
        wake = resolve
        live.listen()
      })
    },
    caughtUp: () => live.caughtUp(),
    takeNews() {
      if (isEnded) return { ...NOTHING, isEnded }
      const changes = readers.takeNews()
      const news = live.takeNews()
      return news === undefined && changes.length === 0 ? undefined : { ...NOTHING, ...news, changes }
    },
    async end() {
      isEnded = true
      onNews()
      readers.end()
      await live.end()
    },
  }
}
