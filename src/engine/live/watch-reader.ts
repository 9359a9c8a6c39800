// Reads the rows that a watch is missing: one piece at a time, from where its horizon is.

import { assert } from '../../base/assert.ts'
import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { type AttributeDictionary, PackedItem } from '../../model/packed-item.ts'
import type { Cursor, Reader } from '../../storage/contract.ts'
import { forEachRow } from '../for-each-row.ts'
import type { Watch } from './watch.ts'
import { itemKeyOf } from './watch-source.ts'

/** A piece ends after this many rows were looked at … */
export const MAX_PIECE_ROWS = 1000
/** … or this many bytes. */
export const MAX_PIECE_BYTES: number = 512 * 1024

/** Reads the next piece. */
export function readPiece(watch: Watch, reader: Reader, dictionary: AttributeDictionary): MaybePromise<void> {
  const { start, end } = watch.missingRange
  if (start >= end) {
    watch.complete()
    return
  }
  let rows = 0
  let bytes = 0
  let isCut = false
  const cursor = reader.scan({ start, end, reverse: watch.source.isReverse })
  const visit = (row: Cursor): MaybePromise<boolean> => {
    rows++
    bytes += row.value.length
    return after(addRow({ watch, reader, dictionary }, row), () => {
      isCut = !watch.needsRows || rows >= MAX_PIECE_ROWS || bytes >= MAX_PIECE_BYTES
      return !isCut
    })
  }
  return after(forEachRow(cursor, visit), () => {
    if (!isCut) watch.complete()
  })
}

interface Piece {
  readonly watch: Watch
  readonly reader: Reader
  readonly dictionary: AttributeDictionary
}

function addRow({ watch, reader, dictionary }: Piece, { key, value }: Cursor): MaybePromise<void> {
  const row = new PackedItem(value, dictionary)
  const { source } = watch
  if (source.itemsBehind === undefined) {
    watch.addRead(key, row, undefined)
    return
  }
  const itemKey = itemKeyOf(source, row)
  return after(reader.get(itemKey), (item) => {
    assert(item !== undefined, 'Every row of an index leads to an item of the table.')
    watch.addRead(key, new PackedItem(item, dictionary), itemKey)
  })
}
