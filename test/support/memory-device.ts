// A log device in memory whose bytes outlive it, so that tests can "restart the browser" and look at what was kept.
// It keeps copies, as structured clone does, and answers in a later task, as IndexedDB does.

import { DatabaseError } from '../../src/base/database-error.ts'
import type { AppendOutcome, AppendRequest, LogDevice, LogStretch, PageRange } from '../../src/storage/log-device.ts'

/** The bytes of one database, shared by all devices opened on it. */
export interface MemoryDisk {
  floor: number
  manifest: Uint8Array | undefined
  readonly log: Map<number, readonly Uint8Array[]>
  readonly pages: Map<number, Uint8Array>
}

/** An empty disk. */
export function createMemoryDisk(): MemoryDisk {
  return { floor: 0, manifest: undefined, log: new Map(), pages: new Map() }
}

/** A device over `disk`. */
export function createMemoryDevice(disk: MemoryDisk): LogDevice {
  let isClosed = false
  const run = async <T>(step: () => T): Promise<T> => {
    if (isClosed) throw new DatabaseError('StorageClosed', 'The database is closed.')
    const result = step()
    await new Promise((resolve) => setImmediate(resolve))
    return result
  }
  return {
    open: () => run(() => undefined),
    append: (request) => run(() => append(disk, request)),
    readLog: (request) => run(() => readLog(disk, request)),
    cutLog: (upTo) =>
      run(() => {
        disk.floor = Math.max(disk.floor, upTo)
        for (const sequence of disk.log.keys()) if (sequence <= upTo) disk.log.delete(sequence)
      }),
    readManifest: () => run(() => disk.manifest?.slice()),
    changeManifest: (change) =>
      run(() => {
        const changed = change(disk.manifest?.slice())
        if (changed !== undefined) disk.manifest = changed.slice()
      }),
    readPages: (ranges) => run(() => ranges.map((range) => readRange(disk, range))),
    writePages: (first, pages) =>
      run(() => {
        for (const [index, page] of pages.entries()) disk.pages.set(first + index, page.slice())
      }),
    deletePages: ({ first, count }) =>
      run(() => {
        for (const id of disk.pages.keys()) if (id >= first && id < first + count) disk.pages.delete(id)
      }),
    listPageGroups: (groupPages) =>
      run(() => [...new Set([...disk.pages.keys()].map((id) => Math.floor(id / groupPages)))]),
    close: () => {
      isClosed = true
      return Promise.resolve()
    },
  }
}

function append(disk: MemoryDisk, { sequence, parts }: AppendRequest): AppendOutcome {
  if (disk.log.has(sequence)) return 'taken'
  disk.log.set(
    sequence,
    parts.map((part) => part.slice()),
  )
  return disk.floor >= sequence ? 'cut' : 'appended'
}

function readLog(disk: MemoryDisk, request: { readonly after: number; readonly limitParts: number }): LogStretch {
  const sequences = [...disk.log.keys()].filter((sequence) => sequence > request.after).sort((a, b) => a - b)
  const all = sequences.flatMap((sequence) => disk.log.get(sequence) ?? [])
  const parts = all.slice(0, request.limitParts).map((part) => part.slice())
  return { floor: disk.floor, parts, isEnd: parts.length < request.limitParts }
}

function readRange(disk: MemoryDisk, { first, count }: PageRange): (Uint8Array | undefined)[] {
  return Array.from({ length: count }, (_, offset) => disk.pages.get(first + offset)?.slice())
}
