// Watched requests of one page: their results are kept up to date from the log, change by change, without being read
// again, and what has changed is handed out when the page asks for news.
//
// The state that is shown is the log up to `applied` and, over it, batches of this worker that are on their way to the
// device (tentative). The log alone says what was kept: a batch that it shows is confirmed if it is the very one that
// was shown, else what is tentative is taken back first, by reading what the store has. Events are handled one after
// another, as some of them have to wait for a page of the store.

import type { ByteKey } from '../../base/byte-key.ts'
import type { Clock } from '../../base/clock.ts'
import { DatabaseError, type DatabaseErrorCode } from '../../base/database-error.ts'
import { after, eachInOrder, type MaybePromise } from '../../base/maybe-promise.ts'
import { type AttributeDictionary, PackedItem } from '../../model/packed-item.ts'
import type { LogBatch, LogEntry, OrderedStore, Reader, ScanOptions } from '../../storage/contract.ts'
import type { Catalog } from '../catalog.ts'
import { dictionaryKey } from '../keyspace.ts'
import { readSnapshot } from '../read-snapshot.ts'
import type { TableSchema } from '../table-schema.ts'
import { LogTail } from './log-tail.ts'
import type { LiveNews, WatchFailure, WatchUpdate } from './live-news.ts'
import { Watch, type WatchOptions } from './watch.ts'
import { WatchRegister } from './watch-register.ts'
import { MAX_PIECE_BYTES, MAX_PIECE_ROWS, readPiece } from './watch-reader.ts'
import { bindWatch, type BoundWatch, haveSameRows, type WatchedOperation } from './watch-source.ts'

/** A request to be watched. */
export interface WatchRequest extends WatchOptions {
  readonly operation: WatchedOperation
  /** The operation's input, untrusted. Its Limit and its Select do not count. */
  readonly input: unknown
}

/** What live queries are made of. */
export interface LiveQueriesOptions {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly clock: Clock
}

/** Watches of one page; more are refused. */
export const MAX_WATCHES = 65_536
/** Times that a piece is read again because the snapshot was lost. */
const MAX_SNAPSHOTS = 4

const ENDED: LiveNews = { updates: [], failures: [], isEnded: true }

/** A batch of this worker that is shown and not durable yet. */
interface Tentative {
  readonly batch: LogBatch
  /** The rows that it is about, by watch. */
  readonly touched: Map<Watch, ByteKey[]>
}

/** Which watches a batch is for. */
type Audience = 'all' | 'tentative' | 'durable'

interface Application {
  readonly entries: readonly LogEntry[]
  readonly audience: Audience
  /** Collects the rows that the entries are about. */
  readonly touched?: Map<Watch, ByteKey[]>
}

/** The live queries of one page. */
export class LiveQueries {
  readonly #store: OrderedStore
  readonly #catalog: Catalog
  readonly #clock: Clock
  readonly #register = new WatchRegister()
  /** Batches shown over the log, in their order. */
  #tentative: Tentative[] = []
  /** Batches of this worker whose predecessors the log has not shown yet. */
  #evaluated: LogBatch[] = []
  #applied = 0
  #tail: LogTail | undefined
  readonly #events: (() => MaybePromise<void>)[] = []
  #isHandling = false
  /** Watches that may have something to tell. */
  readonly #outgoing = new Set<Watch>()
  /** Watches whose next piece is read soon. */
  readonly #scheduled = new Set<Watch>()
  #failures: WatchFailure[] = []
  /** Wakes whoever waits for news. */
  #onNews: (() => void) | undefined
  /** Wakes those who wait until the log is caught up with. */
  #onCaughtUp: (() => void)[] = []
  #isEnded = false

  constructor({ store, catalog, clock }: LiveQueriesOptions) {
    this.#store = store
    this.#catalog = catalog
    this.#clock = clock
  }

  /** How many watches there are. */
  get watchCount(): number {
    return this.#register.size
  }

  /** Begins to watch. Its result, or why there is none, comes with the news. */
  watch(request: WatchRequest): void {
    let bound: BoundWatch
    try {
      if (this.#register.size >= MAX_WATCHES) throw tooManyWatches()
      bound = bindWatch(request.operation, request.input)
    } catch (error) {
      this.#fail(request.id, error)
      return
    }
    const isCurrent = this.#register.reserve(request.id)
    const start = (): void => this.#enqueue(() => (isCurrent() ? this.#start(request, bound) : undefined))
    if (!bound.isConsistent) start()
    else this.#store.refresh().then(start, (error: unknown) => this.#fail(request.id, error))
  }

  /** Ends watches. */
  unwatch(ids: readonly number[]): void {
    for (const id of ids) this.#forget(id)
  }

  /** Resolves when there is something to tell, or all is over. The one before, if it still waits, is told too. */
  whenNews(): Promise<void> {
    this.#onNews?.()
    return new Promise((resolve) => {
      this.#onNews = resolve
      this.#offer()
    })
  }

  /** What there is to tell now; undefined when there is nothing. */
  takeNews(): LiveNews | undefined {
    if (this.#isEnded) return ENDED
    return this.#isHandling ? undefined : this.#collect()
  }

  /** Resolves when all that was committed before the call has been seen. */
  caughtUp(): MaybePromise<void> {
    if (this.#isCaughtUp()) return
    return new Promise((resolve) => this.#onCaughtUp.push(resolve))
  }

  /** Ends all watches; whoever waits for news is told. */
  close(): void {
    this.#isEnded = true
    this.#stopTail()
    this.#offer()
  }

  #enqueue(event: () => MaybePromise<void>): void {
    this.#events.push(event)
    if (this.#isHandling) return
    this.#isHandling = true
    void this.#handleAll()
  }

  #handleAll(): MaybePromise<void> {
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      try {
        const handled = event()
        if (handled instanceof Promise) return this.#resume(handled)
      } catch (error) {
        this.#failAll(error)
      }
    }
    this.#isHandling = false
    this.#offer()
  }

  async #resume(handled: Promise<void>): Promise<void> {
    try {
      await handled
    } catch (error) {
      this.#failAll(error)
    }
    await this.#handleAll()
  }

  // --- watches ---

  #start(request: WatchRequest, bound: BoundWatch): MaybePromise<void> {
    if (this.#isEnded) return
    this.#startTail()
    return this.#guard(request.id, () =>
      readSnapshot(this.#store, false, (snapshot) =>
        after(this.#catalog.require(snapshot, bound.tableName), (table) => {
          const watch = new Watch(request, bound.source(table))
          this.#register.add(watch, bound)
          this.#outgoing.add(watch)
          return this.#fill(watch)
        }),
      ),
    )
  }

  #forget(id: number): void {
    const watch = this.#register.remove(id)
    if (watch !== undefined) this.#outgoing.delete(watch)
    if (this.#register.size === 0) this.#stopTail()
  }

  #fail(id: number, error: unknown): void {
    this.#forget(id)
    this.#failures.push({ id, error })
    if (!this.#isHandling) this.#offer()
  }

  #failAll(error: unknown): void {
    for (const { options } of this.#register.watches) this.#fail(options.id, error)
  }

  /** Ends a watch when what is done for it fails. */
  #guard(id: number, work: () => MaybePromise<void>): MaybePromise<void> {
    try {
      const done = work()
      return done instanceof Promise ? done.catch((error: unknown) => this.#fail(id, error)) : done
    } catch (error) {
      this.#fail(id, error)
    }
  }

  /** A table's record has changed: watches of tables and indexes that are gone end. */
  #rebind(watch: Watch, bound: BoundWatch): MaybePromise<void> {
    return this.#guard(watch.options.id, () =>
      readSnapshot(this.#store, false, (snapshot) =>
        after(this.#catalog.require(snapshot, bound.tableName), (table) => {
          const source = bound.source(table)
          if (haveSameRows(watch.source, source)) {
            watch.source = source
            return
          }
          this.#register.move(watch, source)
          return this.#restart(watch)
        }),
      ),
    )
  }

  #restart(watch: Watch): MaybePromise<void> {
    watch.restart(watch.source)
    this.#outgoing.add(watch)
    return this.#fill(watch)
  }

  // --- reading what is missing ---

  #fill(watch: Watch, attempt: number = 1): MaybePromise<void> {
    if (!watch.needsRows || !this.#register.has(watch)) return
    const read = (): MaybePromise<void> =>
      readSnapshot(this.#store, false, (snapshot) =>
        after(this.#catalog.dictionary(snapshot, watch.source.table), (dictionary) => {
          watch.readAt = Math.max(watch.readAt, snapshot.sequence)
          return readPiece(watch, snapshot, dictionary)
        }),
      )
    const again = (error: unknown): MaybePromise<void> => {
      if (!isCode(error, 'SnapshotLost') || attempt >= MAX_SNAPSHOTS) throw error
      return this.#fill(watch, attempt + 1)
    }
    return this.#guard(watch.options.id, () => {
      const done = read()
      const filled = done instanceof Promise ? done.catch(again) : done
      return after(filled, () => after(this.#showTentativeIn(watch), () => this.#continueFilling(watch)))
    })
  }

  /** The piece was read from the store, which does not know what is tentative. */
  #showTentativeIn(watch: Watch): MaybePromise<void> {
    if (!watch.options.showsTentative) return
    return eachInOrder(this.#tentative, ({ batch: { entries }, touched }) => {
      const own = new Map<Watch, ByteKey[]>()
      return after(this.#applyTo(watch, { entries, audience: 'tentative', touched: own }), () => {
        const keys = own.get(watch)
        if (keys !== undefined) touched.set(watch, keys)
      })
    })
  }

  /** A piece that has something to tell waits until the page has taken it; so a slow page bounds what is held here. */
  #continueFilling(watch: Watch): void {
    if (!watch.needsRows || watch.untoldCount >= MAX_PIECE_ROWS || this.#scheduled.has(watch)) return
    this.#scheduled.add(watch)
    this.#clock.after(0, () => {
      this.#scheduled.delete(watch)
      this.#enqueue(() => this.#fill(watch))
    })
  }

  // --- the log ---

  #startTail(): void {
    if (this.#tail !== undefined) return
    const tail: LogTail = new LogTail(this.#store, {
      onBatch: (batch) => this.#whenTail(tail, () => this.#onLogged(batch)),
      onTruncated: () => this.#whenTail(tail, () => this.#onTruncated()),
      onEnded: (error) => this.#whenTail(tail, () => this.#onEnded(error)),
      onEvaluated: (batch) => {
        const isAwaited = this.#onNews !== undefined
        void this.#whenTail(tail, () => this.#onEvaluated(batch))
        return isAwaited && this.#onNews === undefined
      },
      onTakenBack: (batch) => void this.#whenTail(tail, () => this.#onTakenBack(batch)),
    })
    this.#tail = tail
    this.#applied = tail.after
    this.#tentative = []
    this.#evaluated = []
  }

  #stopTail(): void {
    this.#tail?.close()
    this.#tail = undefined
  }

  /** Handles an event of the present tail in its turn. */
  #whenTail(tail: LogTail, handle: () => MaybePromise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#enqueue(() => {
        const handled = this.#tail === tail ? handle() : undefined
        if (handled instanceof Promise) return handled.finally(resolve)
        return resolve()
      })
    })
  }

  #onEvaluated(batch: LogBatch): MaybePromise<void> {
    if (batch.sequence <= this.#applied) return
    this.#evaluated.push(batch)
    return this.#showEvaluated()
  }

  /** Shows batches that follow on what is shown. */
  #showEvaluated(): MaybePromise<void> {
    this.#evaluated = this.#evaluated.filter(({ sequence }) => sequence > this.#applied)
    const index = this.#evaluated.findIndex(({ sequence }) => sequence === this.#applied + this.#tentative.length + 1)
    if (index === -1) return
    const [batch] = this.#evaluated.splice(index, 1) as [LogBatch]
    const touched = new Map<Watch, ByteKey[]>()
    this.#tentative.push({ batch, touched })
    const { entries } = batch
    return after(this.#apply({ entries, audience: 'tentative', touched }), () => this.#showEvaluated())
  }

  #onTakenBack(batch: LogBatch): MaybePromise<void> {
    this.#evaluated = this.#evaluated.filter((other) => other !== batch)
    const index = this.#tentative.findIndex((tentative) => tentative.batch === batch)
    return index === -1 ? undefined : this.#takeBack(index)
  }

  /** Takes back what is tentative from `index` on: the store says what its rows are without it. */
  #takeBack(index: number): MaybePromise<void> {
    const taken = this.#tentative.splice(index)
    if (taken.every(({ touched }) => touched.size === 0)) return
    const keys = new Set(taken.flatMap(({ batch }) => batch.entries.map(({ key }) => key)))
    const watched = [...keys].filter((key) => this.#register.isWatched(key))
    return readSnapshot(this.#store, false, (snapshot) => {
      const entries: LogEntry[] = []
      const read = eachInOrder(watched, (key) =>
        after(snapshot.get(key), (value) => {
          entries.push({ key, value })
        }),
      )
      return after(read, () => {
        // Collected for the page to be told of rows that are not in the result any more, for nothing else.
        const touched = new Map<Watch, ByteKey[]>()
        return after(this.#apply({ entries, audience: 'tentative', touched }), () => {
          for (const watch of touched.keys()) watch.readAt = Math.max(watch.readAt, snapshot.sequence)
        })
      })
    })
  }

  #onLogged(batch: LogBatch): MaybePromise<void> {
    if (batch.sequence <= this.#applied) return
    if (this.#tentative[0]?.batch === batch) return this.#confirm(batch)
    return after(this.#takeBack(0), () => {
      this.#applied = batch.sequence
      return after(this.#apply({ entries: batch.entries, audience: 'all' }), () => this.#afterLogged(batch))
    })
  }

  #confirm(batch: LogBatch): MaybePromise<void> {
    const confirmed = this.#tentative.shift()
    this.#applied = batch.sequence
    for (const watch of confirmed?.touched.keys() ?? []) {
      watch.oweUpdate()
      this.#outgoing.add(watch)
    }
    return after(this.#apply({ entries: batch.entries, audience: 'durable' }), () => this.#afterLogged(batch))
  }

  #afterLogged({ entries }: LogBatch): MaybePromise<void> {
    const concerned = this.#register.concernedByRecords(entries)
    return after(
      eachInOrder(concerned, ({ watch, bound }) => this.#rebind(watch, bound)),
      () => this.#showEvaluated(),
    )
  }

  /** The log was cut before this page's cursor had read it: everything begins anew. */
  #onTruncated(): MaybePromise<void> {
    this.#stopTail()
    if (this.#register.size === 0) return
    this.#startTail()
    return eachInOrder([...this.#register.watches], (watch) => this.#restart(watch))
  }

  #onEnded(error: unknown): void {
    this.#stopTail()
    if (error !== undefined) this.#failAll(error)
    else this.#isEnded = true
  }

  // --- changes ---

  #apply(application: Application): MaybePromise<void> {
    const concerned = this.#register.concerned(application.entries, ({ options: { showsTentative } }) =>
      application.audience === 'all' ? true : showsTentative === (application.audience === 'tentative'),
    )
    if (concerned.length === 0) return
    return readSnapshot(this.#store, false, (snapshot) =>
      eachInOrder(concerned, ({ table, changes }) =>
        after(this.#dictionary(snapshot, table), (dictionary) => {
          const changed = new Set<Watch>()
          for (const change of changes) {
            const item = change.value && new PackedItem(change.value, dictionary)
            for (const watch of change.watches) {
              changed.add(watch)
              watch.change(change.key, item, touchedOf(application.touched, watch))
            }
          }
          return this.#afterChanges(changed)
        }),
      ),
    )
  }

  #applyTo(watch: Watch, { entries, touched }: Application): MaybePromise<void> {
    const { start, end } = watch.source.watched
    const own = entries.filter(({ key }) => key >= start && key < end)
    if (own.length === 0) return
    return readSnapshot(this.#store, false, (snapshot) =>
      after(this.#dictionary(snapshot, watch.source.table), (dictionary) => {
        for (const { key, value } of own) {
          watch.change(key, value && new PackedItem(value, dictionary), touchedOf(touched, watch))
        }
      }),
    )
  }

  /** With the names that tentative batches add: who wrote them may have another catalog, as replication has. */
  #dictionary(snapshot: Reader, table: TableSchema): MaybePromise<AttributeDictionary> {
    const key = dictionaryKey(table.record.tableId)
    const added = this.#tentative.flatMap(({ batch }) => batch.entries.filter((entry) => entry.key === key)).at(-1)
    const reader =
      added === undefined
        ? snapshot
        : { get: () => added.value, scan: (options: ScanOptions) => snapshot.scan(options) }
    return this.#catalog.dictionary(reader, table)
  }

  #afterChanges(changed: ReadonlySet<Watch>): MaybePromise<void> {
    for (const watch of changed) this.#outgoing.add(watch)
    return eachInOrder([...changed], (watch) => (watch.needsRows ? this.#fill(watch) : undefined))
  }

  // --- news ---

  /** Wakes those whose time has come. */
  #offer(): void {
    if (this.#onCaughtUp.length > 0 && this.#isCaughtUp()) {
      for (const resolve of this.#onCaughtUp.splice(0)) resolve()
    }
    if (this.#onNews === undefined || !this.#hasNews()) return
    this.#onNews()
    this.#onNews = undefined
  }

  #isCaughtUp(): boolean {
    if (this.#tail === undefined || this.#isEnded) return true
    if (this.#isHandling) return false
    try {
      const snapshot = this.#store.snapshot()
      const { sequence } = snapshot
      snapshot.close()
      return sequence <= this.#applied
    } catch (error) {
      // Nothing comes any more, which the tail is about to tell.
      if (isCode(error, 'StorageClosed')) return true
      throw error
    }
  }

  #hasNews(): boolean {
    if (this.#isEnded || this.#failures.length > 0) return true
    for (const watch of this.#outgoing) if (watch.hasUpdate(this.#isSettled(watch))) return true
    return false
  }

  /** Whether nothing of a watch is known to be missing. */
  #isSettled(watch: Watch): boolean {
    return !watch.needsRows && watch.readAt <= this.#applied
  }

  #collect(): LiveNews | undefined {
    const updates: WatchUpdate[] = []
    const room = { rows: MAX_PIECE_ROWS, bytes: MAX_PIECE_BYTES }
    for (const watch of this.#outgoing) {
      if (room.rows <= 0 || room.bytes <= 0) break
      const update = watch.takeUpdate(this.#isSettled(watch), room)
      if (update === undefined) continue
      updates.push({ ...update, pending: this.#pendingIn(watch) })
      if (update.isWhole) this.#outgoing.delete(watch)
      else this.#continueFilling(watch)
    }
    const failures = this.#failures
    if (updates.length === 0 && failures.length === 0) return undefined
    this.#failures = []
    return { updates, failures, isEnded: false }
  }

  #pendingIn(watch: Watch): readonly ByteKey[] {
    const pending = new Set<ByteKey>()
    for (const { touched } of this.#tentative) for (const key of touched.get(watch) ?? []) pending.add(key)
    return [...pending]
  }
}

function touchedOf(touched: Map<Watch, ByteKey[]> | undefined, watch: Watch): ByteKey[] | undefined {
  if (touched === undefined) return undefined
  let keys = touched.get(watch)
  if (keys === undefined) touched.set(watch, (keys = []))
  return keys
}

function isCode(error: unknown, code: DatabaseErrorCode): boolean {
  return error instanceof DatabaseError && error.code === code
}

function tooManyWatches(): DatabaseError {
  const message = `More than ${MAX_WATCHES} requests are watched.`
  return new DatabaseError('StorageOverloaded', message, { data: { limit: MAX_WATCHES } })
}
