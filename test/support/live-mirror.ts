// What a page makes of the news of live queries, as simply as can be: rows by their keys. Tests compare it with what a
// query answers.

import type { Item } from '../../src/model/attribute-value.ts'
import type { LiveQueries } from '../../src/engine/live/live-queries.ts'
import type { LiveNews } from '../../src/engine/live/live-news.ts'

/** One watch as the page has it. */
export interface MirroredWatch {
  readonly isReverse: boolean
  readonly limitRows: number
  readonly rows: Map<string, Item>
  pending: readonly string[]
  isWhole: boolean
  /** How often it was whole. */
  tellings: number
  error: unknown
}

/** Follows the news of live queries. */
export class LiveMirror {
  readonly watches: Map<number, MirroredWatch> = new Map()
  readonly #live: LiveQueries
  #isEnded = false
  #wakers: (() => void)[] = []

  constructor(live: LiveQueries) {
    this.#live = live
    void this.#follow()
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Watches a request with attribute values. */
  watch(
    id: number,
    request: {
      readonly operation: 'GetItem' | 'Query' | 'Scan'
      readonly input: Readonly<Record<string, unknown>>
      readonly limitRows?: number
      readonly showsTentative?: boolean
    },
  ): MirroredWatch {
    const { operation, input, limitRows = Number.POSITIVE_INFINITY, showsTentative = true } = request
    const watch: MirroredWatch = {
      isReverse: input['ScanIndexForward'] === false,
      limitRows,
      rows: new Map(),
      pending: [],
      isWhole: false,
      tellings: 0,
      error: undefined,
    }
    this.watches.set(id, watch)
    this.#live.watch({ id, operation, input, limitRows, showsTentative })
    return watch
  }

  unwatch(id: number): void {
    this.watches.delete(id)
    this.#live.unwatch([id])
  }

  /** The rows of a watch in the order of its result. */
  rowsOf(id: number): readonly Item[] {
    const { rows, isReverse, limitRows } = this.watches.get(id) as MirroredWatch
    const keys = [...rows.keys()].toSorted()
    if (isReverse) keys.reverse()
    return keys.slice(0, limitRows).map((key) => rows.get(key) as Item)
  }

  /** Resolves when `holds` does, which is asked after all news. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#wakers.push(resolve))
  }

  async #follow(): Promise<void> {
    while (!this.#isEnded) {
      await this.#live.whenNews()
      const news = this.#live.takeNews()
      if (news !== undefined) this.#take(news)
      const wakers = this.#wakers
      this.#wakers = []
      for (const wake of wakers) wake()
    }
  }

  #take({ updates, failures, isEnded }: LiveNews): void {
    this.#isEnded = isEnded
    for (const { id, error } of failures) {
      const watch = this.watches.get(id)
      if (watch !== undefined) watch.error = error
    }
    for (const { id, isFresh, keys, rows, pending, isWhole } of updates) {
      const watch = this.watches.get(id)
      if (watch === undefined) continue
      if (isFresh) watch.rows.clear()
      keys.forEach((key, index) => {
        const row = rows[index]
        if (row === null || row === undefined) watch.rows.delete(key)
        else watch.rows.set(key, row.toItem())
      })
      watch.pending = pending
      watch.isWhole = isWhole
      if (isWhole) watch.tellings++
    }
  }
}
