// Answers the page's readers of changes: what is shown of each item, packed for the wire, and the end of waiting.

import { DatabaseError } from '../src/base/database-error.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { ChangesPage } from '../src/engine/streams/table-changes.ts'
import { PackedItem, projectPacked } from '../src/model/packed-item.ts'
import type { ChangeKind, StreamViewType } from '../src/model/stream-operations.ts'
import type { ChangesInput, ChangesOutput, WireChange } from '../src/rpc/protocol.ts'
import { showsNewImage, showsOldImage, type StreamEvent } from '../src/streams/stream-record.ts'

/** The page's readers. */
export interface ChangeReaders {
  read(engine: Engine, input: ChangesInput): Promise<ChangesOutput>
  /** Has the reader's waiting answered with nothing. */
  end(input: Pick<ChangesInput, 'readerId'>): void
}

type Shown = ChangesPage['records'][number]

const KINDS: Readonly<Record<StreamEvent, ChangeKind>> = { INSERT: 'insert', MODIFY: 'modify', REMOVE: 'remove' }

/** The readers of one page. */
export function createChangeReaders(): ChangeReaders {
  const waiting = new Map<number, AbortController>()
  return {
    async read(engine, { readerId, tableName, from, view, limit, waitMs }) {
      const ending = new AbortController()
      waiting.set(readerId, ending)
      try {
        const page = await engine.changes({ tableName, from, limit, waitMs, signal: ending.signal })
        return wireOutput(page, { tableName, view: view ?? page.viewType })
      } finally {
        if (waiting.get(readerId) === ending) waiting.delete(readerId)
      }
    },
    end: ({ readerId }) => waiting.get(readerId)?.abort(),
  }
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
