// One of the two devices: a database of its own that replicates the book, and all that is known of it at any moment. What
// is not told live (how far each line has got, conflicts, what was put aside) is asked anew whenever something changes.

import {
  type ItemSyncState,
  openDatabase,
  type ParkedWrite,
  type SyncConflict,
  type SyncedDatabase,
  type SyncRemote,
  type SyncStatus,
} from 'tidetable'

import { book, changeBerth, countShip, giveBerth, lineKey } from './book.ts'
import { BERTHS, BOOK_TABLE, type BookLine, COUNTER_LINE, HARBOUR } from './tables.ts'

/** How a device keeps in step. A glance at an idle cloud costs one read unit. */
const POLL = { shortestMs: 3_000, longestMs: 30_000 }
const BUDGET_WINDOW_MS = 60_000
const LINES = [COUNTER_LINE, ...BERTHS] as const

/** Everything that is shown of a device. */
export interface DeviceState {
  readonly lines: ReadonlyMap<string, BookLine>
  readonly badges: ReadonlyMap<string, ItemSyncState>
  readonly conflicts: readonly SyncConflict[]
  readonly parked: readonly ParkedWrite[]
  readonly status: SyncStatus
  /** As the switch stands. */
  readonly isOffline: boolean
  /** Read units a minute, where they are bounded. */
  readonly budgetUnits: number | undefined
}

/** A device that is on. */
export interface Device {
  readonly state: DeviceState
  setOffline(isOffline: boolean): Promise<void>
  countShip(): Promise<void>
  /** Puts a ship into a berth; an empty text frees it. */
  writeShip(line: string, ship: string): Promise<void>
  /** Ends a conflict with this ship in the berth, or none; what stands already is kept as it is. */
  resolve(conflict: SyncConflict, ship: string | undefined): Promise<void>
  retry(id: number): Promise<void>
  /** Asks for another berth instead. */
  retryAt(id: number, line: string): Promise<void>
  discard(id: number): Promise<void>
  resetCost(): Promise<void>
  /** What looking at the cloud may cost in a minute, in read units; undefined for no bound. */
  setBudget(readUnits: number | undefined): Promise<void>
}

/** Which device, and who hears of it. */
export interface DeviceOptions {
  readonly databaseName: string
  readonly remote: SyncRemote
  readonly onChange: (state: DeviceState) => void
  readonly onFailure: (error: unknown) => void
}

/**
 * Switches a device on. Its airplane switch and its budget are as they were left.
 * @throws DatabaseError as `openDatabase` does
 */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  const switchName = `${options.databaseName}: airplane mode`
  const isOffline = localStorage.getItem(switchName) !== null
  const budgetUnits = Number(localStorage.getItem(budgetName(options)) ?? 0)
  const database = await openDatabase({
    name: options.databaseName,
    tables: [book],
    sync: {
      remote: options.remote,
      tables: { [BOOK_TABLE]: { scope: { kind: 'partition' } } },
      scopes: [HARBOUR],
      poll: POLL,
      isPaused: isOffline,
      ...(budgetUnits > 0 && { budget: { readUnits: budgetUnits, windowMs: BUDGET_WINDOW_MS } }),
    },
  })
  const device = new OpenDevice(database, switchName, options)
  device.start()
  return device
}

class OpenDevice implements Device {
  readonly #database: SyncedDatabase
  readonly #switchName: string
  readonly #options: DeviceOptions
  #state: DeviceState
  #switching = 0
  #isAsking = false
  #isStale = false

  constructor(database: SyncedDatabase, switchName: string, options: DeviceOptions) {
    this.#database = database
    this.#switchName = switchName
    this.#options = options
    const status = database.sync.status.current
    const isOffline = status.state === 'paused'
    const budgetUnits = status.budget?.readUnits
    this.#state = { lines: new Map(), badges: new Map(), conflicts: [], parked: [], status, isOffline, budgetUnits }
  }

  get state(): DeviceState {
    return this.#state
  }

  start(): void {
    const { onFailure } = this.#options
    this.#database.sync.status.subscribe({ next: (status) => this.#hear(status), error: onFailure })
    const rows = this.#database.table(book).query({ where: { harbour: HARBOUR } })
    rows.live().subscribe({
      next: ({ rows: lines }) => {
        this.#change({ lines: new Map(lines.map((line) => [line.line, line])) })
        void this.#ask()
      },
      error: onFailure,
    })
  }

  async setOffline(isOffline: boolean): Promise<void> {
    const { sync } = this.#database
    if (isOffline) localStorage.setItem(this.#switchName, 'on')
    else localStorage.removeItem(this.#switchName)
    this.#change({ isOffline })
    this.#switching++
    try {
      await (isOffline ? sync.pause() : sync.resume())
    } finally {
      this.#switching--
    }
  }

  countShip(): Promise<void> {
    return countShip(this.#database)
  }

  writeShip(line: string, ship: string): Promise<void> {
    const isFree = this.#state.lines.get(line)?.ship === undefined
    return isFree && ship !== '' ? giveBerth(this.#database, line, ship) : changeBerth(this.#database, line, ship)
  }

  async resolve({ id, key, result }: SyncConflict, ship: string | undefined): Promise<void> {
    const { ship: present, ...rest } = result ?? key
    const item = ship === undefined ? rest : { ...rest, ship }
    await this.#database.sync.resolve(id, ship === present ? { keep: true } : { item })
    await this.#ask()
  }

  async retry(id: number): Promise<void> {
    await this.#database.sync.retry(id)
    await this.#ask()
  }

  async retryAt(id: number, line: string): Promise<void> {
    const { harbour } = lineKey(line)
    const Key = { harbour: { S: harbour }, line: { S: line } }
    await this.#database.sync.retry(id, (writes) =>
      writes.map((write) => ({ ...write, request: { ...write.request, Key } })),
    )
    await this.#ask()
  }

  async discard(id: number): Promise<void> {
    await this.#database.sync.discard(id)
    await this.#ask()
  }

  resetCost(): Promise<void> {
    return this.#database.sync.resetCost()
  }

  setBudget(readUnits: number | undefined): Promise<void> {
    if (readUnits === undefined) localStorage.removeItem(budgetName(this.#options))
    else localStorage.setItem(budgetName(this.#options), String(readUnits))
    return this.#database.sync.setBudget(
      readUnits === undefined ? undefined : { readUnits, windowMs: BUDGET_WINDOW_MS },
    )
  }

  #hear(status: SyncStatus): void {
    // While the switch is being thrown, and while a request is under way, the status says nothing of the switch. Another
    // tab may have thrown it.
    const isTelling = this.#switching === 0 && status.state !== 'syncing' && status.state !== 'starting'
    const told = { status, budgetUnits: status.budget?.readUnits }
    this.#change(isTelling ? { ...told, isOffline: status.state === 'paused' } : told)
    void this.#ask()
  }

  #change(changes: Partial<DeviceState>): void {
    this.#state = { ...this.#state, ...changes }
    this.#options.onChange(this.#state)
  }

  /** Asks what is not told live, once more if something has changed meanwhile. */
  async #ask(): Promise<void> {
    this.#isStale = true
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      while (this.#isStale) {
        this.#isStale = false
        const { sync } = this.#database
        const keys = LINES.map(lineKey)
        const [states, conflicts, parked] = await Promise.all([
          sync.itemStates(book, keys),
          sync.conflicts(),
          sync.parked(),
        ])
        const badges = new Map(LINES.map((line, at) => [line, states[at] ?? 'synced'] as const))
        this.#change({ badges, conflicts, parked })
      }
    } catch (error) {
      this.#options.onFailure(error)
    } finally {
      this.#isAsking = false
    }
  }
}

function budgetName({ databaseName }: DeviceOptions): string {
  return `${databaseName}: budget`
}
