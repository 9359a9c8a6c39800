// The attribute dictionary of a table, as stored: one row in the catalog, to which names are only ever appended.

import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import { encodeText } from '../base/utf8.ts'

/** The row that holds these names. */
export function encodeNames(names: readonly string[]): Uint8Array {
  const writer = new ByteWriter()
  for (const name of names) {
    const bytes = encodeText(name)
    writer.varint(bytes.length)
    writer.bytes(bytes)
  }
  return writer.take()
}

/** The names of a row, in the order of their ids. */
export function decodeNames(row: Uint8Array): readonly string[] {
  const reader = new ByteReader(row)
  const names: string[] = []
  while (!reader.isAtEnd) names.push(reader.text(reader.varint()))
  return names
}
