// Deletes what has expired, in the background: looks at the tables that have a time to live once a second, or when their
// next item expires, and deletes in short transactions, so that requests between them wait for one such at most.

import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { OrderedStore } from '../storage/contract.ts'
import { BackgroundLoop } from './background-loop.ts'
import type { Catalog } from './catalog.ts'
import { readSnapshot } from './read-snapshot.ts'
import { SweepPositions } from './sweep-positions.ts'
import { type ExpiringTable, findExpiringTables, sweepTable } from './sweep.ts'

/** How often tables that have a time to live are looked at: another tab may have written to them and be gone. */
const LOOK_INTERVAL_MS = 1000
/** Items that one transaction deletes: the first ones, and the least and the most that it comes to. */
const FIRST_STEP_ITEMS = 64
const MIN_STEP_ITEMS = 16
const MAX_STEP_ITEMS = 512
/** A step that takes longer is followed by one half as large, one that takes less than half of it by one twice as large. */
const STEP_TARGET_MS = 8

interface SweeperOptions {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly clock: Clock
  readonly logger: Logger
}

/** The sweeper of one engine. */
export class ExpirySweeper {
  readonly #options: SweeperOptions
  readonly #loop: BackgroundLoop
  #stepItems = FIRST_STEP_ITEMS
  #deletedItems = 0
  /** There from the first look that finds a table whose items expire. */
  #positions: SweepPositions | undefined

  constructor(options: SweeperOptions) {
    const { clock, logger } = options
    this.#options = options
    const complaint = 'A step of deleting expired items failed.'
    this.#loop = new BackgroundLoop({ clock, logger, complaint, step: () => this.#step() })
  }

  /** Items deleted. */
  get deletedItems(): number {
    return this.#deletedItems
  }

  /** There may be a table whose items expire. */
  wake(): void {
    this.#loop.wake()
  }

  /** Another engine sweeps. */
  rest(): void {
    this.#loop.rest()
    this.#dropPositions()
  }

  /** This engine sweeps again. */
  begin(): void {
    this.#loop.begin()
  }

  /** Waits for the running step; there is none after it. */
  async close(): Promise<void> {
    await this.#loop.close()
    this.#dropPositions()
  }

  async #step(): Promise<number | undefined> {
    const { store, catalog, clock } = this.#options
    const nowMs = clock.now()
    const positions = this.#currentPositions(store)
    const tables = await readSnapshot(store, false, (snapshot) =>
      findExpiringTables(catalog, snapshot, { positions, nowMs }),
    )
    if (tables.length === 0) {
      this.#dropPositions()
      return undefined
    }
    const first = tables.reduce((one, other) => ((other.nextMs ?? Infinity) < (one.nextMs ?? Infinity) ? other : one))
    const waitMs = (first.nextMs ?? Infinity) - nowMs
    if (waitMs > 0) return Math.min(waitMs, LOOK_INTERVAL_MS)
    await this.#deleteExpired(first, nowMs)
    return 0
  }

  async #deleteExpired(expiring: ExpiringTable, nowMs: number): Promise<void> {
    const { store, catalog, clock } = this.#options
    const startedMs = clock.monotonicMs()
    const count = await sweepTable({ store, catalog, expiring, nowMs, maxItems: this.#stepItems })
    this.#deletedItems += count
    const tookMs = clock.monotonicMs() - startedMs
    if (tookMs > STEP_TARGET_MS) this.#stepItems = Math.max(MIN_STEP_ITEMS, this.#stepItems >> 1)
    else if (tookMs < STEP_TARGET_MS / 2) this.#stepItems = Math.min(MAX_STEP_ITEMS, this.#stepItems * 2)
  }

  #currentPositions(store: OrderedStore): SweepPositions {
    if (this.#positions?.areLost === true) this.#dropPositions()
    this.#positions ??= new SweepPositions(store)
    return this.#positions
  }

  /** Without a table whose items expire, or another engine sweeping, the log need not be read. */
  #dropPositions(): void {
    this.#positions?.close()
    this.#positions = undefined
  }
}
