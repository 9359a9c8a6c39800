// What the cloud holds, made readable: the items with their versions, and the entries of the log. The rows are those of
// src/sync/PROTOCOL.md.

const MICROSECONDS_PER_MS = 1_000

/** What a cloud holds. */
export interface CloudState {
  readonly lines: readonly CloudLine[]
  /** The newest first. */
  readonly entries: readonly CloudEntry[]
}

/** An item as the cloud has it. */
export interface CloudLine {
  readonly line: string
  readonly text: string
  /** The number of the log entry that wrote it; undefined for one that was there before the log began. */
  readonly version: number | undefined
}

/** An entry of the log: one push. */
export interface CloudEntry {
  readonly sequence: number
  /** Names the database that pushed. */
  readonly client: string
  /** By the hybrid clock. */
  readonly at: Date
  readonly changes: readonly Omit<CloudLine, 'version'>[]
}

type Row = Readonly<Record<string, unknown>>

/** Reads rows, as they come from the API, in native values. */
export function cloudStateOf(lines: readonly Row[], entries: readonly Row[]): CloudState {
  return {
    lines: lines.map((row) => ({ ...lineOf(row), version: numberOf(row['_version']) })).toSorted(byLine),
    entries: entries.map(entryOf),
  }
}

function byLine(one: CloudLine, other: CloudLine): number {
  return one.line < other.line ? -1 : 1
}

function entryOf(row: Row): CloudEntry {
  const changes = (row['l'] ?? []) as readonly Row[]
  return {
    sequence: numberOf(row['sk']) ?? 0,
    client: textOf(row['c']) ?? '',
    at: new Date((numberOf(row['at']) ?? 0) / MICROSECONDS_PER_MS),
    // The image, or the key of what was deleted or was too large.
    changes: changes.map((change) => lineOf((change['i'] ?? change['d'] ?? change['f'] ?? {}) as Row)),
  }
}

function lineOf({ line, ship, count }: Row): Omit<CloudLine, 'version'> {
  return { line: textOf(line) ?? '', text: textOf(count) ?? textOf(ship) ?? 'free' }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value)
}
