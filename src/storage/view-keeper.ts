// The present view and the head of the log as this worker knows them, and who still holds older views. All changes of
// either happen here, each in one task.

import { assert } from '../base/assert.ts'
import type { Clock, Timer } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { LogBatch } from './contract.ts'
import { corrupt } from './corruption.ts'
import type { Logger } from '../base/logger.ts'
import { LiveSnapshots } from './live-snapshots.ts'
import type { LogDevice } from './log-device.ts'
import type { LogFeed } from './log-feed.ts'
import { decodeManifest, EMPTY_MANIFEST, type Manifest } from './manifest-codec.ts'
import { Memtable } from './memtable.ts'
import { PageMissing, type PageReader } from './page-reader.ts'
import { loadFilters, loadRuns, type Run } from './run.ts'
import { type SnapshotKeeper, StoreSnapshot } from './store-snapshot.ts'
import type { MemtableLayer, StoreView } from './store-view.ts'

/**
 * Key filters are loaded before their runs are used while these have no more rows than this, else so much later. With
 * 200,000 rows they are 400 KB, which delayed the first read after opening by some 90 ms; asked for at once they still came
 * before what an app reads first.
 */
const EAGER_FILTER_ROWS = 16_384
const FILTER_DELAY_MS = 100

/** How often the manifest is read again because runs it names are gone. */
const MAX_MANIFEST_READINGS = 4

/** What a view is kept with. */
export interface ViewKeeperOptions {
  readonly device: LogDevice
  readonly pages: PageReader
  readonly clock: Clock
  readonly logger: Logger
}

/** Keeps the view. */
export class ViewKeeper implements SnapshotKeeper {
  readonly pages: PageReader
  readonly #device: LogDevice
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #live = new LiveSnapshots()
  /** How many snapshots hold each view. */
  readonly #holders = new Map<StoreView, number>()
  #feed: LogFeed | undefined
  #head = 0
  #snapshotsOpened = 0
  #view: StoreView
  #filterTimer: Timer | undefined

  constructor(options: ViewKeeperOptions) {
    this.#device = options.device
    this.#clock = options.clock
    this.pages = options.pages
    this.#logger = options.logger
    this.#view = { manifest: EMPTY_MANIFEST, layers: [this.#newLayer(0)], runs: [] }
  }

  /** The newest batch that is applied here. */
  get head(): number {
    return this.#head
  }

  get view(): StoreView {
    return this.#view
  }

  /** How many snapshots were opened so far, by readers and writers. */
  get snapshotsOpened(): number {
    return this.#snapshotsOpened
  }

  /** Sends the batches that are applied from now on to `feed` too. */
  set feed(feed: LogFeed) {
    this.#feed = feed
  }

  /** Applies the log's next batch. */
  apply(batch: LogBatch): void {
    assert(batch.sequence === this.#head + 1, 'Batches are applied in the order of the log.')
    const layer = this.#writtenLayer()
    for (const { key, value } of batch.entries) {
      layer.table.put(key, value, batch.sequence)
      layer.logBytes += key.length + (value?.length ?? 0)
    }
    layer.upTo = batch.sequence
    this.#head = batch.sequence
    this.#feed?.publish(batch)
  }

  /** Puts a fresh memtable over the present one, which then waits to be flushed. */
  freeze(): void {
    this.#view = { ...this.#view, layers: [this.#newLayer(this.#head), ...this.#view.layers] }
  }

  /**
   * Takes over a manifest that is newer than the present one; older ones change nothing. If the log was cut past the
   * head, what was missed is in the runs, and the head moves on.
   *
   * @param known runs that need not be loaded
   * @throws PageMissing when a still newer manifest has replaced it meanwhile
   */
  async adopt(manifest: Manifest, known: readonly Run[] = []): Promise<void> {
    const usable = new Map([...this.#view.runs, ...known].map((run) => [run.info.id, run]))
    const missing = manifest.runs.filter(({ id }) => !usable.has(id))
    const withFilters = missing.reduce((total, { rows }) => total + rows, 0) <= EAGER_FILTER_ROWS
    for (const run of await loadRuns(this.#device, missing, { withFilters })) usable.set(run.info.id, run)
    if (manifest.number <= this.#view.manifest.number) return
    const runs = manifest.runs.map(({ id }) => usable.get(id) as Run)
    this.#view = { manifest, layers: this.#layersAfter(manifest.checkpoint), runs }
    if (this.#head < manifest.checkpoint) {
      this.#head = manifest.checkpoint
      this.#feed?.skipTo(manifest.checkpoint)
    }
    if (!withFilters) this.#loadFiltersLater()
  }

  /**
   * Takes over the newest manifest.
   *
   * @param onRead told of each manifest that is read, before its runs are loaded
   * @throws DatabaseError `StorageCorrupt`, `StorageFailed`, `StorageClosed`, `UnknownFormat`
   */
  async adoptNewest(onRead: (manifest: Manifest) => void = () => undefined): Promise<void> {
    for (let reading = 1; ; reading++) {
      const manifest = decodeManifest(await this.#device.readManifest())
      onRead(manifest)
      try {
        return await this.adopt(manifest)
      } catch (error) {
        if (!(error instanceof PageMissing)) throw error
        // Replaced by a still newer manifest between the two reads.
        if (reading === MAX_MANIFEST_READINGS) {
          throw corrupt('Runs of the newest manifest are missing.', { manifest: manifest.number, page: error.message })
        }
      }
    }
  }

  /** A snapshot of the newest state known here. */
  openSnapshot(): StoreSnapshot {
    const view = this.#view
    this.#snapshotsOpened++
    this.#live.hold(this.#head)
    this.#holders.set(view, (this.#holders.get(view) ?? 0) + 1)
    return new StoreSnapshot(this, view, this.#head)
  }

  releaseView(view: StoreView, sequence: number): void {
    this.#live.release(sequence)
    this.#letGo(view)
  }

  async renewView(lost: StoreView, sequence: number): Promise<StoreView> {
    if (this.#view.manifest.number === lost.manifest.number) await this.adoptNewest()
    const view = this.#view
    if (view.manifest.checkpoint > sequence) {
      const data = { sequence, checkpoint: view.manifest.checkpoint }
      throw new DatabaseError('SnapshotLost', 'Another worker has removed what this snapshot needs.', { data })
    }
    this.#holders.set(view, (this.#holders.get(view) ?? 0) + 1)
    this.#letGo(lost)
    return view
  }

  /** Whether a live snapshot reads a run. */
  isHeld(runId: number): boolean {
    for (const { runs } of this.#holders.keys()) {
      if (runs.some(({ info }) => info.id === runId)) return true
    }
    return false
  }

  /** Forgets what was to be done later. */
  close(): void {
    this.#filterTimer?.cancel()
  }

  /** Without its filter a run is read more often than need be, but not wrongly. */
  #loadFiltersLater(): void {
    this.#filterTimer ??= this.#clock.after(FILTER_DELAY_MS, () => {
      this.#filterTimer = undefined
      loadFilters(this.#device, this.#view.runs).catch((error: unknown) => {
        this.#logger('error', 'Key filters could not be loaded.', { cause: error })
      })
    })
  }

  #letGo(view: StoreView): void {
    const holders = this.#holders.get(view)
    assert(holders !== undefined, 'A view is let go by those who hold it.')
    if (holders === 1) this.#holders.delete(view)
    else this.#holders.set(view, holders - 1)
  }

  #writtenLayer(): MemtableLayer {
    const [layer] = this.#view.layers
    assert(layer !== undefined, 'A view has a memtable that is written to.')
    return layer
  }

  #newLayer(after: number): MemtableLayer {
    return { table: new Memtable({ live: this.#live, keepsRemovals: true }), after, upTo: after, logBytes: 0 }
  }

  /** The layers without what runs hold up to `checkpoint`. */
  #layersAfter(checkpoint: number): MemtableLayer[] {
    const layers: MemtableLayer[] = []
    for (const layer of this.#view.layers) {
      if (layer.after >= checkpoint) layers.push(layer)
      else if (layer.upTo > checkpoint) {
        const table = layer.table.newerThan(checkpoint)
        layers.push({ table, after: checkpoint, upTo: layer.upTo, logBytes: table.sizeBytes })
      }
    }
    return layers.length > 0 ? layers : [this.#newLayer(checkpoint)]
  }
}
