// Answers the page's readers of changes: what is shown of each item, packed for the wire, and what comes while they wait.

import { DatabaseError } from '../src/base/database-error.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { ChangesPage, ChangesRead } from '../src/engine/streams/table-changes.ts'
import { PackedItem, projectPacked } from '../src/model/packed-item.ts'
import type { ChangeKind, StreamViewType } from '../src/model/stream-operations.ts'
import type { ChangesInput, ChangesOutput, WireChange, WireChangesNews } from '../src/rpc/protocol.ts'
import { encodeError } from '../src/rpc/wire-error.ts'
import { showsNewImage, showsOldImage, type StreamEvent } from '../src/streams/stream-record.ts'

/** The page's readers. */
export interface ChangeReaders {
  /**
   * Answers with what there is. If that is nothing, the request may wait for what will be told as news.
   *
   * @param seenUpTo the newest batch when it was asked for
   */
  read(engine: Engine, input: ChangesInput, seenUpTo: number): Promise<ChangesOutput>
  /** Gives a request up; all, without a number. */
  end(id?: number): void
  readonly haveNews: boolean
  takeNews(): readonly WireChangesNews[]
}

/** How long a request waits before the store is asked for what a tab may have written without a word. */
const WAIT_MS = 20_000

type Shown = ChangesPage['records'][number]

const KINDS: Readonly<Record<StreamEvent, ChangeKind>> = { INSERT: 'insert', MODIFY: 'modify', REMOVE: 'remove' }

/** The readers of one page. */
export function createChangeReaders(onNews: () => void): ChangeReaders {
  const waiting = new Map<number, AbortController>()
  let news: WireChangesNews[] = []
  const read = async (
    engine: Engine,
    { tableName, from, view, limit }: ChangesInput,
    patience: Pick<ChangesRead, 'waitMs' | 'signal' | 'seenUpTo'>,
  ): Promise<ChangesOutput> => {
    const page = await engine.changes({ tableName, from, limit, ...patience })
    return wireOutput(page, { tableName, view: view ?? page.viewType })
  }
  /** Waits for the first changes behind a position, until the request is given up. */
  async function wait(engine: Engine, input: ChangesInput, { signal }: AbortController): Promise<void> {
    for (let { from } = input; !signal.aborted;) {
      let told: Pick<WireChangesNews, 'page' | 'error'>
      try {
        const page = await read(engine, { ...input, from }, { waitMs: WAIT_MS, signal })
        from = page.position
        if (!isTelling(page)) continue
        told = { page }
      } catch (error) {
        told = { error: encodeError(error) }
      }
      if (signal.aborted) return
      waiting.delete(input.id)
      news.push({ id: input.id, ...told } as WireChangesNews)
      onNews()
      return
    }
  }
  return {
    async read(engine, input, seenUpTo) {
      const { id, waits } = input
      const ending = new AbortController()
      // Before it is read for the first time: it may be given up meanwhile.
      if (waits) waiting.set(id, ending)
      let isWaiting = false
      try {
        const page = await read(engine, input, { waitMs: 0, seenUpTo })
        isWaiting = waits && !isTelling(page) && !ending.signal.aborted
        if (isWaiting) void wait(engine, { ...input, from: page.position }, ending)
        return page
      } finally {
        if (!isWaiting) waiting.delete(id)
      }
    },
    end(id) {
      for (const [each, ending] of waiting) {
        if (id !== undefined && each !== id) continue
        waiting.delete(each)
        ending.abort()
      }
    },
    get haveNews() {
      return news.length > 0
    },
    takeNews() {
      const taken = news
      news = []
      return taken
    },
  }
}

function isTelling({ changes, isEnded }: ChangesOutput): boolean {
  return changes.length > 0 || isEnded
}

/** A page with changes as they travel, which show all that the stream shows. */
export function packedPage(page: ChangesPage): ChangesOutput {
  const { label, position, isEnded, viewType, records } = page
  const keyNames = new Set(page.keyNames)
  return { changes: records.map((record) => wireChange(record, viewType, keyNames)), label, position, isEnded }
}

function wireOutput(
  page: ChangesPage,
  { tableName, view }: { readonly tableName: string; readonly view: StreamViewType },
): ChangesOutput {
  const { viewType } = page
  const isMore = (showsNewImage(view) && !showsNewImage(viewType)) || (showsOldImage(view) && !showsOldImage(viewType))
  if (isMore) {
    const message = `The stream of table ${tableName} shows ${viewType}, not ${view}.`
    throw new DatabaseError('InvalidOption', message, { data: { tableName, view, viewType } })
  }
  return packedPage({ ...page, viewType: view })
}

function wireChange(record: Shown, view: StreamViewType, keyNames: ReadonlySet<string>): WireChange {
  const { event, origin, atMs, sequenceNumber, keySource } = record
  const newItem = showsNewImage(view) ? record.newImage : undefined
  const oldItem = showsOldImage(view) ? record.oldImage : undefined
  return {
    kind: KINDS[event],
    origin,
    atMs,
    sequenceNumber,
    ...(newItem === undefined && oldItem === undefined && { key: keyOf(keySource, keyNames) }),
    ...(newItem !== undefined && { newItem }),
    ...(oldItem !== undefined && { oldItem }),
  }
}

function keyOf(source: PackedItem, keyNames: ReadonlySet<string>): PackedItem {
  return new PackedItem(projectPacked(source, keyNames), source.dictionary)
}
