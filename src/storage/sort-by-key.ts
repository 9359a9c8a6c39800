// Sorts rows by their keys, byte by byte from the first (MSD radix sort). The keys of one flush share their first bytes,
// which a comparison looks at again each time; two bytes of hash follow, which tell most of them apart.

import type { ByteKey } from '../base/byte-key.ts'

/** What can be kept in order. */
export interface Keyed {
  readonly key: ByteKey
}

/** So few rows are sorted faster by comparing them. */
const FEW_ROWS = 32
/** One for keys that end, which come first, and one for each byte. */
const BUCKETS = 257

/** Rows whose keys share their first `depth` bytes. */
interface Group {
  readonly start: number
  readonly end: number
  readonly depth: number
}

/**
 * Puts rows with distinct keys into key order.
 *
 * @returns `rows`
 */
export function sortByKey<Row extends Keyed>(rows: Row[]): Row[] {
  if (rows.length <= FEW_ROWS) return rows.sort(byKey)
  const spare = rows.slice()
  const ends = new Int32Array(BUCKETS)
  const groups: Group[] = [{ start: 0, end: rows.length, depth: 0 }]
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    const depth = firstDifference(rows, group)
    distribute({ rows, spare, ends }, group, depth)
    let start = group.start
    for (const end of ends) {
      if (end - start > FEW_ROWS) groups.push({ start, end, depth: depth + 1 })
      else if (end - start > 1) sortFew(rows, start, end)
      start = end
    }
  }
  return rows
}

interface Places<Row> {
  readonly rows: Row[]
  readonly spare: Row[]
  /** Where the rows of each bucket end, once they are distributed. */
  readonly ends: Int32Array
}

/** Puts the rows of a group into the order of their bytes at `depth`. */
function distribute<Row extends Keyed>({ rows, spare, ends }: Places<Row>, group: Group, depth: number): void {
  const { start, end } = group
  ends.fill(0)
  for (let index = start; index < end; index++) {
    const bucket = bucketOf(rows[index] as Row, depth)
    ends[bucket] = (ends[bucket] as number) + 1
  }
  let place = start
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = ends[bucket] as number
    ends[bucket] = place
    place += count
  }
  for (let index = start; index < end; index++) {
    const row = rows[index] as Row
    const bucket = bucketOf(row, depth)
    const to = ends[bucket] as number
    spare[to] = row
    ends[bucket] = to + 1
  }
  for (let index = start; index < end; index++) rows[index] = spare[index] as Row
}

/** How many bytes the keys of a group share: they are distinct, so that some are longer than that. */
function firstDifference(rows: readonly Keyed[], { start, end, depth }: Group): number {
  const { key } = rows[start] as Keyed
  let shared = key.length
  for (let index = start + 1; index < end && shared > depth; index++) {
    const other = (rows[index] as Keyed).key
    if (other.length < shared) shared = other.length
    for (let at = depth; at < shared; at++) {
      if (other.charCodeAt(at) === key.charCodeAt(at)) continue
      shared = at
      break
    }
  }
  return shared
}

function bucketOf({ key }: Keyed, depth: number): number {
  return depth < key.length ? key.charCodeAt(depth) + 1 : 0
}

function sortFew(rows: Keyed[], start: number, end: number): void {
  const few = rows.slice(start, end).sort(byKey)
  for (let index = start; index < end; index++) rows[index] = few[index - start] as Keyed
}

/** Keys are distinct. */
function byKey(left: Keyed, right: Keyed): number {
  return left.key < right.key ? -1 : 1
}
