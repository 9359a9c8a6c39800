// Counts what waits to be replicated, what was put aside and which conflicts are recorded, in every tab: once over the rows,
// then along the log. Also tells that there is something new in the outbox.

import type { ByteKey, KeyRange } from '../base/byte-key.ts'
import { DatabaseError } from '../base/database-error.ts'
import { forEachRow } from '../engine/for-each-row.ts'
import { decodeIntent } from '../engine/intent.ts'
import { INTENTS, orderOfIntentKey, parkedRange, replicationRange } from '../engine/keyspace.ts'
import { timeOfReading } from '../engine/outbox-state.ts'
import { readSnapshot } from '../engine/read-snapshot.ts'
import type { LogBatch, OrderedStore } from '../storage/contract.ts'

/** What there is of replication in the database. */
export interface OutboxCounts {
  readonly pending: number
  /** Of the pending intents. */
  readonly bytes: number
  readonly parked: number
  readonly conflicts: number
}

/** Who is told. */
export interface CensusOptions {
  readonly store: OrderedStore
  /** An intent was queued or put back. */
  readonly onQueued: () => void
  /** Counts, or what is remembered of the replication, have changed. */
  readonly onChange: () => void
  /** It cannot go on. */
  readonly onFailure: (error: unknown) => void
}

const PARKED = parkedRange('parked')
const CONFLICTS = parkedRange('conflict')
/** Anything that replication remembers: checkpoints among it. */
const REMEMBERED: KeyRange = replicationRange('')

/** Keeps the counts right until it is closed. */
export class OutboxCensus {
  readonly #options: CensusOptions
  readonly #closing = new AbortController()
  readonly #pending = new Map<ByteKey, number>()
  readonly #parked = new Set<ByteKey>()
  readonly #conflicts = new Set<ByteKey>()
  #bytes = 0

  constructor(options: CensusOptions) {
    this.#options = options
  }

  get counts(): OutboxCounts {
    return {
      pending: this.#pending.size,
      bytes: this.#bytes,
      parked: this.#parked.size,
      conflicts: this.#conflicts.size,
    }
  }

  /** Counts once; resolves when that is done, and then goes along the log. */
  async start(): Promise<void> {
    const sequence = await this.#count()
    this.#follow(sequence).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#options.onFailure(error)
    })
  }

  /** When the oldest pending intent was made, in milliseconds since 1970. */
  async oldestAtMs(): Promise<number | undefined> {
    let oldestAtMs: number | undefined
    await readSnapshot(this.#options.store, false, (snapshot) =>
      forEachRow(snapshot.scan(INTENTS), ({ key, value }) => {
        oldestAtMs = timeOfReading(decodeIntent(orderOfIntentKey(key), value).clock)
        return false
      }),
    )
    return oldestAtMs
  }

  close(): void {
    this.#closing.abort()
  }

  async #count(): Promise<number> {
    this.#pending.clear()
    this.#parked.clear()
    this.#conflicts.clear()
    this.#bytes = 0
    return readSnapshot(this.#options.store, true, async (snapshot) => {
      for (const range of [INTENTS, PARKED, CONFLICTS]) {
        await forEachRow(snapshot.scan(range), ({ key, value }) => {
          this.#note(key, value)
          return true
        })
      }
      return snapshot.sequence
    })
  }

  async #follow(from: number): Promise<void> {
    const { signal } = this.#closing
    let after = from
    while (!signal.aborted) {
      const cursor = this.#options.store.openLog({ after })
      try {
        for (let batch = await cursor.next(signal); batch !== undefined; batch = await cursor.next(signal)) {
          after = batch.sequence
          this.#apply(batch)
        }
        return
      } catch (error) {
        // This worker slept for longer than the log reaches back.
        if (!(error instanceof DatabaseError && error.code === 'LogTruncated')) throw error
        after = await this.#count()
        this.#options.onQueued()
        this.#options.onChange()
      } finally {
        cursor.close()
      }
    }
  }

  #apply({ entries }: LogBatch): void {
    let isChanged = false
    let isQueued = false
    for (const { key, value } of entries) {
      if (isIn(INTENTS, key)) isQueued ||= value !== undefined
      else if (!isIn(PARKED, key) && !isIn(CONFLICTS, key)) {
        isChanged ||= isIn(REMEMBERED, key)
        continue
      }
      this.#note(key, value)
      isChanged = true
    }
    if (isQueued) this.#options.onQueued()
    if (isChanged) this.#options.onChange()
  }

  #note(key: ByteKey, value: Uint8Array | undefined): void {
    if (isIn(INTENTS, key)) {
      this.#bytes += (value?.length ?? 0) - (this.#pending.get(key) ?? 0)
      if (value === undefined) this.#pending.delete(key)
      else this.#pending.set(key, value.length)
      return
    }
    const kept = isIn(PARKED, key) ? this.#parked : this.#conflicts
    if (value === undefined) kept.delete(key)
    else kept.add(key)
  }
}

function isIn({ start, end }: KeyRange, key: ByteKey): boolean {
  return key >= start && key < end
}
