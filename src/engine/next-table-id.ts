// The row that holds the id of the next table. Ids are never used twice, so that a table made anew under an old name
// shares no row with its predecessor, whose rows may still be waiting to be cleared.

import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'

const FIRST_TABLE_ID = 1

/** The id that the next table gets, from its row; undefined for a database that never had a table. */
export function decodeNextTableId(row: Uint8Array | undefined): number {
  return row === undefined ? FIRST_TABLE_ID : new ByteReader(row).varint()
}

/** The row for the id that the next table gets. */
export function encodeNextTableId(tableId: number): Uint8Array {
  const writer = new ByteWriter()
  writer.varint(tableId)
  return writer.take()
}
