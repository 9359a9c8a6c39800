// The IndexedDB device on an IndexedDB in memory: its log, its pages, and connections that are lost, late or deleted.

import { IDBFactory } from 'fake-indexeddb'
import 'fake-indexeddb/auto'
import { deleteDB, openDB } from 'idb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../../../src/base/clock.ts'
import { type Logger, silentLogger } from '../../../src/base/logger.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { DELETE_TIMEOUT_MS, deleteStoredDatabase } from '../../../src/storage/delete-database.ts'
import { BROWSER_LOG_TIMEOUT_MS } from '../../../src/storage/browser-log.ts'
import { createIndexedDbDevice, OPEN_TIMEOUT_MS } from '../../../src/storage/indexeddb-device.ts'
import type { LogDevice } from '../../../src/storage/log-device.ts'
import { openLogStructuredStore } from '../../../src/storage/log-structured-store.ts'
import { bytes, text } from '../../contract/store-contract.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const NAME = 'device'
const DATABASE = `tidetable/${NAME}`
const PAGES_DATABASE = `tidetable-pages/${NAME}`
let random = seededRandom(1)
const devices: LogDevice[] = []
const connections: IDBDatabase[] = []

interface DeviceOptions {
  readonly onDeleted?: () => void
  readonly logger?: Logger
  readonly clock?: Clock
}

function makeDevice(options: DeviceOptions = {}): LogDevice {
  const device = createIndexedDbDevice({ name: NAME, clock: systemClock, random, logger: silentLogger, ...options })
  devices.push(device)
  return device
}

async function openDevice(options: DeviceOptions = {}): Promise<LogDevice> {
  const device = makeDevice(options)
  await device.open()
  return device
}

function append(device: LogDevice, sequence: number, ...parts: string[]): Promise<string> {
  return device.append({ sequence, parts: parts.map(bytes), durability: 'relaxed' })
}

async function logOf(device: LogDevice, after: number = 0, limitParts: number = 100): Promise<unknown> {
  const { floor, parts, isEnd } = await device.readLog({ after, limitParts })
  return { floor, parts: parts.map(text), isEnd }
}

async function databaseNames(): Promise<ReadonlySet<string>> {
  return new Set((await globalThis.indexedDB.databases()).map(({ name = '' }) => name))
}

/** Closes every connection, as a browser does whose storage process restarts. */
function loseConnections(): void {
  for (const connection of connections.splice(0)) connection.close()
}

/** A factory that notes the connections it opens. */
function recordingFactory(): IDBFactory {
  const factory = new IDBFactory()
  const open = factory.open.bind(factory)
  factory.open = (name, version) => {
    const request = open(name, version)
    request.addEventListener('success', () => connections.push(request.result))
    return request
  }
  return factory
}

beforeEach(() => {
  globalThis.indexedDB = recordingFactory()
  connections.length = 0
  random = seededRandom(1)
})

afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()))
})

describe('the log of the IndexedDB device', () => {
  it('takes each sequence number once', async () => {
    const first = await openDevice()
    const second = await openDevice()
    expect(await append(first, 1, 'a')).toBe('appended')
    expect(await append(second, 1, 'b')).toBe('taken')
    expect(await append(second, 2, 'b', 'c')).toBe('appended')
    expect(await append(first, 2, 'd', 'e', 'f')).toBe('taken')
    expect(await logOf(first)).toEqual({ floor: 0, parts: ['a', 'b', 'c'], isEnd: true })
    expect(await logOf(first, 1, 1)).toEqual({ floor: 0, parts: ['b'], isEnd: false })
  })

  it('refuses a sequence number that was cut, even where it is free again', async () => {
    const device = await openDevice()
    for (let sequence = 1; sequence <= 4; sequence++) await append(device, sequence, String(sequence))
    await device.cutLog(3)
    expect(await logOf(device)).toEqual({ floor: 3, parts: ['4'], isEnd: true })
    expect(await append(device, 2, 'late')).toBe('cut')
    expect(await append(device, 4, 'late')).toBe('taken')
    await device.cutLog(1)
    expect(await logOf(device, 3)).toEqual({ floor: 3, parts: ['4'], isEnd: true })
    await device.cutLog(4)
    expect(await logOf(device)).toEqual({ floor: 4, parts: [], isEnd: true })
    expect(await append(device, 5, '5')).toBe('appended')
  })
})

describe('the pages and the manifest of the IndexedDB device', () => {
  it('are read in ranges, missing ones as undefined', async () => {
    const device = await openDevice()
    await device.writePages(10, [bytes('a'), bytes('b'), bytes('c')])
    const ranges = [
      { first: 10, count: 2 },
      { first: 12, count: 1 },
      { first: 12, count: 2 },
      { first: 5, count: 1 },
    ]
    const read = await device.readPages(ranges)
    expect(read.map((pages) => pages.map(text))).toEqual([['a', 'b'], ['c'], [undefined, undefined], [undefined]])
    await device.deletePages({ first: 10, count: 2 })
    await device.writePages(205, [bytes('d')])
    expect(await device.listPageGroups(100)).toEqual([0, 2])
  })

  it('change in one step, or not at all', async () => {
    const device = await openDevice()
    expect(await device.readManifest()).toBeUndefined()
    await device.changeManifest(() => bytes('one'))
    await device.changeManifest((present) => bytes(`${text(present)} two`))
    await device.changeManifest(() => undefined)
    await expect(
      device.changeManifest(() => {
        throw new RangeError('no')
      }),
    ).rejects.toThrow('IndexedDB failed: RangeError.')
    expect(text(await device.readManifest())).toBe('one two')
  })
})

describe('the connection of the IndexedDB device', () => {
  it('is opened again when the browser has closed it', async () => {
    const device = await openDevice()
    await append(device, 1, 'a')
    loseConnections()
    expect(await append(device, 2, 'b')).toBe('appended')
    loseConnections()
    expect(await logOf(device)).toEqual({ floor: 0, parts: ['a', 'b'], isEnd: true })
  })

  it('ends for good when another tab deletes the database', async () => {
    let deletions = 0
    const device = await openDevice({ onDeleted: () => deletions++ })
    await append(device, 1, 'a')
    await deleteStoredDatabase(NAME)
    expect(deletions).toBe(1)
    await expect(append(device, 2, 'b')).rejects.toMatchObject({ code: 'StorageClosed' })
    await expect(device.readManifest()).rejects.toMatchObject({ code: 'StorageClosed' })
  })

  it('ends for good when the database was deleted and made anew behind its back', async () => {
    let deletions = 0
    const device = await openDevice({ onDeleted: () => deletions++ })
    await append(device, 1, 'a')
    loseConnections()
    await deleteDB(DATABASE)
    await expect(append(device, 2, 'b')).rejects.toMatchObject({ code: 'StorageClosed' })
    expect(deletions).toBe(1)
    expect(await logOf(await openDevice())).toEqual({ floor: 0, parts: [], isEnd: true })
  })

  it('is refused when the database is of a newer version, is not ours, or IndexedDB is missing', async () => {
    const foreign = await openDB(DATABASE, 1)
    foreign.close()
    await expect(openDevice()).rejects.toMatchObject({ code: 'StorageFailed', data: { reason: 'NotFoundError' } })
    const newer = await openDB(DATABASE, 2)
    newer.close()
    await expect(openDevice()).rejects.toMatchObject({ code: 'UnknownFormat' })
    globalThis.indexedDB = undefined as unknown as IDBFactory
    await expect(openDevice()).rejects.toMatchObject({ code: 'StorageUnavailable' })
  })

  it('is given up when opening takes too long', async () => {
    const blocked = await openDB(DATABASE, 1)
    void deleteDB(DATABASE)
    const clock = createManualClock()
    const device = createIndexedDbDevice({ name: NAME, clock, random, logger: silentLogger })
    const refused = device.open().catch((error: unknown) => error)
    clock.advance(OPEN_TIMEOUT_MS)
    expect(await refused).toMatchObject({ code: 'StorageUnavailable' })
    blocked.close()
  })
})

describe('the two databases of the IndexedDB device', () => {
  /** What a deletion has left that ended after so many of its steps. */
  async function interruptDeletion(steps: number): Promise<void> {
    const pages = await openDB(PAGES_DATABASE)
    await pages.put('pages', true, 'deleting')
    pages.close()
    if (steps > 1) await deleteDB(DATABASE)
    if (steps > 2) await deleteDB(PAGES_DATABASE)
  }

  async function fill(): Promise<void> {
    const device = makeDevice()
    await append(device, 1, 'a')
    await device.changeManifest(() => bytes('manifest'))
    await device.close()
  }

  it('have one object store each, so that no two transactions write to one database at once', async () => {
    await openDevice()
    expect(await databaseNames()).toEqual(new Set([DATABASE, PAGES_DATABASE]))
    for (const name of await databaseNames()) {
      const database = await openDB(name)
      expect(database.objectStoreNames).toHaveLength(1)
      database.close()
    }
  })

  it.each([1, 2, 3])('are both gone when a deletion was interrupted after step %i', async (steps) => {
    await fill()
    await interruptDeletion(steps)
    const device = await openDevice()
    expect(await logOf(device)).toEqual({ floor: 0, parts: [], isEnd: true })
    expect(await device.readManifest()).toBeUndefined()
    expect(await append(device, 1, 'anew')).toBe('appended')
  })

  it.each([DATABASE, PAGES_DATABASE])('are not taken for whole when %s was removed', async (name) => {
    await fill()
    await deleteDB(name)
    await expect(openDevice()).rejects.toMatchObject({
      code: 'StorageCorrupt',
      message: 'The log and the pages of the database do not belong together: one of them was removed.',
    })
    await deleteStoredDatabase(NAME)
    expect(await append(await openDevice(), 1, 'anew')).toBe('appended')
  })

  it('are made by the first of two that open at once', async () => {
    const [first, second] = await Promise.all([openDevice(), openDevice()])
    expect(await append(first, 1, 'a')).toBe('appended')
    expect(await append(second, 1, 'b')).toBe('taken')
    await Promise.all([first.close(), second.close()])
    expect(await logOf(await openDevice())).toMatchObject({ parts: ['a'] })
  })

  it('are gone, and not made, when what is not there is deleted', async () => {
    await deleteStoredDatabase(NAME)
    expect(await databaseNames()).toEqual(new Set())
  })
})

describe("the browser's own log, in a browser with LevelDB", () => {
  const prototype = IDBVersionChangeEvent.prototype as unknown as Record<string, unknown>
  const frozenTabs: { close(): void }[] = []
  /** What became of the database that is made to be deleted. */
  let events: string[] = []

  /** Makes fake-indexeddb look like Chromium, which tells the first database that is made of data loss. */
  function pretendChromium(message?: string): void {
    let toTell = message
    Object.defineProperties(prototype, {
      dataLoss: {
        configurable: true,
        get: () => {
          const dataLoss = toTell === undefined ? 'none' : 'total'
          toTell = undefined
          return dataLoss
        },
      },
      dataLossMessage: { configurable: true, value: message ?? '' },
    })
  }

  beforeEach(() => {
    events = []
    pretendChromium()
    const { open, deleteDatabase } = globalThis.indexedDB
    globalThis.indexedDB.open = (name, version) => {
      events.push(`open ${name}`)
      return open.call(globalThis.indexedDB, name, version)
    }
    globalThis.indexedDB.deleteDatabase = (name) => {
      events.push(`delete ${name}`)
      return deleteDatabase.call(globalThis.indexedDB, name)
    }
  })

  afterEach(() => {
    for (const tab of frozenTabs.splice(0)) tab.close()
    delete prototype['dataLoss']
    delete prototype['dataLossMessage']
  })

  it('is begun anew before the first write of a connection, and not for reads', async () => {
    const device = await openDevice()
    await device.readManifest()
    await logOf(device)
    expect(events).toEqual([`open ${DATABASE}`, `open ${PAGES_DATABASE}`])
    await Promise.all([append(device, 1, 'a'), device.writePages(1, [bytes('p')]), append(device, 2, 'b')])
    expect(events.slice(2)).toEqual(['open tidetable/', 'delete tidetable/'])
    loseConnections()
    await device.cutLog(1)
    const opened = [`open ${DATABASE}`, `open ${PAGES_DATABASE}`]
    expect(events.slice(4)).toEqual([...opened, 'open tidetable/', 'delete tidetable/'])
    expect(await databaseNames()).toEqual(new Set([DATABASE, PAGES_DATABASE]))
  })

  it.each([
    [
      'another tab holds it up',
      async (clock: ManualClock) => {
        const frozen = await openDB('tidetable/', 1)
        frozenTabs.push(frozen)
        return () => clock.advance(BROWSER_LOG_TIMEOUT_MS)
      },
    ],
    [
      'the browser refuses',
      async () => {
        const newer = await openDB('tidetable/', 2)
        newer.close()
        return () => undefined
      },
    ],
  ] as const)('is written to as it is when %s, and that is told', async (_case, hinder) => {
    const clock = createManualClock()
    const proceed = await hinder(clock)
    const lines: string[] = []
    const device = await openDevice({ clock, logger: (level, message) => lines.push(`${level}: ${message}`) })
    const appending = append(device, 1, 'a')
    await vi.waitFor(() => {
      proceed()
      expect(lines).toEqual(["error: The browser's log could not be begun anew."])
    })
    expect(await appending).toBe('appended')
  })

  it('tells for good that everything was lost before', async () => {
    pretendChromium('checksum mismatch')
    const lines: unknown[] = []
    const clock = createManualClock()
    const first = await openDevice({ clock, logger: (level, message, facts) => lines.push([level, message, facts]) })
    const dataLoss = { atMs: clock.now(), message: 'checksum mismatch' }
    expect(first.dataLoss).toEqual(dataLoss)
    const message = 'The browser found the data of this origin damaged, and has removed all of it.'
    expect(lines).toEqual([['error', message, dataLoss]])
    pretendChromium()
    expect((await openDevice()).dataLoss).toEqual(dataLoss)
    const store = await openLogStructuredStore({ name: NAME })
    expect(store.statistics().dataLoss).toEqual(dataLoss)
    await store.close()
  })

  it('tells nothing when nothing was lost', async () => {
    expect((await openDevice()).dataLoss).toBeUndefined()
    const store = await openLogStructuredStore({ name: NAME })
    expect(store.statistics()).not.toHaveProperty('dataLoss')
    await store.close()
  })
})

describe('deleting a database', () => {
  it('closes stores that have it open, and a new one is empty', async () => {
    const store = await openLogStructuredStore({ name: NAME })
    await store.write((transaction) => transaction.put('a', bytes('1')))
    await deleteStoredDatabase(NAME)
    await expect(store.write((transaction) => transaction.put('b', bytes('1')))).rejects.toMatchObject({
      code: 'StorageClosed',
    })
    expect(() => store.snapshot()).toThrow('The database is closed.')
    const again = await openLogStructuredStore({ name: NAME })
    expect(again.statistics().sequence).toBe(0)
    await again.close()
  })

  it('is given up when another tab keeps it open', async () => {
    const frozen = await openDB(DATABASE, 1)
    const clock = createManualClock()
    const refused = deleteStoredDatabase(NAME, clock).catch((error: unknown) => error)
    clock.advance(DELETE_TIMEOUT_MS)
    expect(await refused).toMatchObject({ code: 'StorageUnavailable' })
    frozen.close()
    // The deletion that was given up comes now: it must not meet what another test opens.
    await deleteStoredDatabase(NAME)
  })
})
