// Brings this worker up to the end of the log: at opening, after a lost race, when another tab says it has committed,
// before a consistent read.

import { DatabaseError } from '../base/database-error.ts'
import { batchSizeBytes, decodeBatch, type StoredBatch } from './batch-codec.ts'
import type { LogBatch } from './contract.ts'
import { corrupt } from './corruption.ts'
import type { LogDevice, LogStretch } from './log-device.ts'
import { joinParts } from './stored-parts.ts'
import type { ViewKeeper } from './view-keeper.ts'

/** Parts of log records that are read at first, and at most, at once. */
export const FIRST_STRETCH_PARTS = 512
export const MAX_STRETCH_PARTS = 4096
/** Bytes of the log that one read aims at. */
const STRETCH_TARGET_BYTES = 4_194_304
/** Stretches of the log that one catch-up reads; the log between two cuts is far shorter. */
const MAX_STRETCHES = 100_000

/** Follows the log. */
export class LogFollower {
  readonly #device: LogDevice
  readonly #keeper: ViewKeeper
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  /** What was read of the log while the runs were loaded. */
  #ahead: { readonly after: number; readonly stretch: Promise<LogStretch> } | undefined

  constructor(device: LogDevice, keeper: ViewKeeper) {
    this.#device = device
    this.#keeper = keeper
  }

  /** Takes over the newest manifest and comes to the end of the log, which is read while the manifest's runs are loaded. */
  async open(): Promise<void> {
    await this.#keeper.adoptNewest(({ checkpoint: after }) => {
      const stretch = this.#device.readLog({ after, limitParts: FIRST_STRETCH_PARTS })
      // Whoever needs it meets the failure.
      stretch.catch(() => undefined)
      this.#ahead = { after, stretch }
    })
    await this.catchUp()
  }

  /** Resolves when all that was committed before this call is applied. Calls at the same time share the work. */
  catchUp(): Promise<void> {
    if (this.#running === undefined) return this.#start()
    // The one that runs may have read past the point where a batch was added since.
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    )
    return this.#next
  }

  #startNext(): Promise<void> {
    this.#next = undefined
    return this.#start()
  }

  #start(): Promise<void> {
    this.#running = this.#readToEnd().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #readToEnd(): Promise<void> {
    let limitParts = FIRST_STRETCH_PARTS
    for (let count = 0; count < MAX_STRETCHES; count++) {
      const after = this.#keeper.head
      const stretch = await this.#read(after, limitParts)
      if (stretch.floor > after) {
        await this.#skipCut(stretch.floor)
        continue
      }
      const batches = batchesOf(stretch, after)
      for (const { batch } of batches) {
        if (batch.sequence > this.#keeper.head) this.#keeper.apply(batch)
      }
      if (stretch.isEnd) return
      limitParts = nextLimit(stretch, batches.length, limitParts)
    }
    throw new DatabaseError('StorageFailed', 'The log grows faster than it can be read.', {
      data: { head: this.#keeper.head },
    })
  }

  #read(after: number, limitParts: number): Promise<LogStretch> {
    const ahead = this.#ahead
    this.#ahead = undefined
    return ahead?.after === after ? ahead.stretch : this.#device.readLog({ after, limitParts })
  }

  /** The log was cut past the head while this worker slept: the runs hold what it missed. */
  async #skipCut(floor: number): Promise<void> {
    await this.#keeper.adoptNewest()
    const { checkpoint } = this.#keeper.view.manifest
    if (checkpoint < floor) throw corrupt('The log was cut past the manifest.', { floor, checkpoint })
  }
}

/**
 * Some batches right behind `after`, at least one, for a log cursor.
 *
 * @throws DatabaseError `LogTruncated` when they were cut
 */
export async function readBatches(device: LogDevice, after: number): Promise<readonly LogBatch[]> {
  for (let limitParts = FIRST_STRETCH_PARTS; limitParts <= MAX_STRETCH_PARTS; limitParts *= 4) {
    const stretch = await device.readLog({ after, limitParts })
    if (stretch.floor > after) {
      const data = { after, floor: stretch.floor }
      throw new DatabaseError('LogTruncated', 'The log was cut before this cursor had read it.', { data })
    }
    const batches = batchesOf(stretch, after)
    if (batches.length > 0) return batches.map(({ batch }) => batch)
    if (stretch.isEnd) break
  }
  throw corrupt('A batch of the log is missing.', { sequence: after + 1 })
}

/** The whole records of a stretch that begins behind `after`; a last one that was cut off by the limit is left out. */
export function batchesOf(stretch: LogStretch, after: number): StoredBatch[] {
  const { parts, isEnd } = stretch
  const batches: StoredBatch[] = []
  for (let at = 0; at < parts.length;) {
    const sizeBytes = batchSizeBytes(parts[at] as Uint8Array)
    let end = at
    let bytes = 0
    while (bytes < sizeBytes && end < parts.length) bytes += (parts[end++] as Uint8Array).length
    if (bytes < sizeBytes && !isEnd) break
    batches.push(decodeBatch(joinParts(parts.slice(at, end)), after + 1 + batches.length))
    at = end
  }
  return batches
}

/** As many parts as make up the target size, going by those of the last stretch. */
function nextLimit(stretch: LogStretch, batchCount: number, limitParts: number): number {
  if (batchCount === 0) return limitParts * 4
  const bytes = stretch.parts.reduce((size, part) => size + part.length, 0)
  const average = Math.max(1, bytes / stretch.parts.length)
  return Math.min(MAX_STRETCH_PARTS, Math.max(FIRST_STRETCH_PARTS, Math.round(STRETCH_TARGET_BYTES / average)))
}
