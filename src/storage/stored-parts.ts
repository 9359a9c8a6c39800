// Bytes that may be large are stored in parts: Chromium keeps a value over 64 KiB outside its main store, in a file of
// its own, which costs some 4 ms more than the same bytes in parts.

import { corrupt } from './corruption.ts'

/** The size of all parts but the last. */
export const PART_BYTES = 60_000

/** Copies bytes into parts; at least one. They are no views: a structured clone of a view takes the whole buffer with it. */
export function splitParts(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += PART_BYTES) parts.push(bytes.slice(at, at + PART_BYTES))
  return parts
}

/** Puts parts together again. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (only === undefined) throw corrupt('A stored record has no parts.', {})
  if (parts.length === 1) return only
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
