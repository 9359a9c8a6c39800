// What every ordered store does, as one suite for all of them: in Node and in browsers.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { byteKeyFromBytes, type KeyRange } from '../../src/base/byte-key.ts'
import type { Cursor, LogBatch, OrderedStore, Reader, Transaction } from '../../src/storage/contract.ts'

/** A store to be tested, alone on its data. */
export interface StoreUnderTest {
  readonly store: OrderedStore
  /** Called once after the test; closes every store that was opened and removes the data. */
  readonly dispose: () => Promise<void>
}

/** A store whose data outlives it and can be opened by several workers. */
export interface SharedStoreUnderTest extends StoreUnderTest {
  /** Opens the same data once more, as another worker does. */
  readonly openAnother: () => Promise<OrderedStore>
}

const EVERYTHING: KeyRange = { start: '', end: '\u00ff\u00ff\u00ff\u00ff' }

/** Bytes of a short ASCII text. */
export function bytes(ascii: string): Uint8Array {
  return Uint8Array.from(ascii, (char) => char.charCodeAt(0))
}

/** The text of ASCII bytes. */
export function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : String.fromCharCode(...value)
}

/** All rows a cursor has left. */
export async function rowsOf(cursor: Cursor): Promise<(readonly [string, string])[]> {
  const rows: (readonly [string, string])[] = []
  while (await cursor.advance()) rows.push([cursor.key, text(cursor.value) as string])
  return rows
}

async function read(store: OrderedStore, key: string): Promise<string | undefined> {
  const snapshot = store.snapshot()
  const value = await snapshot.get(key)
  snapshot.close()
  return text(value)
}

async function scan(store: OrderedStore, options: Partial<KeyRange> & { reverse?: boolean } = {}): Promise<string[]> {
  const snapshot = store.snapshot()
  const rows = await rowsOf(snapshot.scan({ ...EVERYTHING, ...options }))
  snapshot.close()
  return rows.map(([key, value]) => `${key}=${value}`)
}

function put(store: OrderedStore, rows: Readonly<Record<string, string>>): Promise<void> {
  return store.write((transaction) => {
    for (const [key, value] of Object.entries(rows)) transaction.put(key, bytes(value))
  })
}

function plain(batch: LogBatch | undefined): unknown {
  if (batch === undefined) return undefined
  return [batch.sequence, ...batch.entries.map((entry) => `${entry.key}=${text(entry.value) ?? '(removed)'}`)]
}

/** Runs the suite on the stores that `makeStore` makes, each on data of its own. */
export function describeStore(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let under: StoreUnderTest
    let store: OrderedStore

    beforeEach(async () => {
      under = await makeStore()
      store = under.store
    })

    afterEach(async () => {
      await under.dispose()
    })

    describeReads(() => store)
    describeSnapshots(() => store)
    describeWrites(() => store)
    describeLog(() => store)
    describeObservers(() => store)
    describeEnd(() => store)
  })
}

/** Runs the suite of stores whose data can be opened again and by several at once. */
export function describeSharedStore(name: string, makeStore: () => Promise<SharedStoreUnderTest>): void {
  describe(`${name}, shared`, () => {
    let under: SharedStoreUnderTest

    beforeEach(async () => {
      under = await makeStore()
    })

    afterEach(async () => {
      await under.dispose()
    })

    describeSharing(() => under)
  })
}

function describeReads(current: () => OrderedStore): void {
  describe('reads', () => {
    it('finds nothing in an empty store', async () => {
      const store = current()
      expect(await read(store, 'a')).toBeUndefined()
      expect(await scan(store)).toEqual([])
      expect(store.statistics().sequence).toBe(0)
    })

    it('gives back what was put', async () => {
      const store = current()
      await put(store, { a: '1', b: '2' })
      expect([await read(store, 'a'), await read(store, 'b'), await read(store, 'c')]).toEqual(['1', '2', undefined])
    })

    it('keeps an empty value apart from a missing row', async () => {
      const store = current()
      await put(store, { a: '' })
      expect([await read(store, 'a'), await read(store, 'b')]).toEqual(['', undefined])
      expect(await scan(store)).toEqual(['a='])
    })

    it('orders keys by their bytes', async () => {
      const store = current()
      const keys = [[255, 0], [0], [127], [128], [0, 0], [97, 98], [97]].map((key) =>
        byteKeyFromBytes(Uint8Array.from(key)),
      )
      await put(store, Object.fromEntries(keys.map((key) => [key, 'x'])))
      const inOrder = [[0], [0, 0], [97], [97, 98], [127], [128], [255, 0]].map(
        (key) => `${byteKeyFromBytes(Uint8Array.from(key))}=x`,
      )
      expect(await scan(store)).toEqual(inOrder)
      expect(await scan(store, { reverse: true })).toEqual(inOrder.toReversed())
    })

    it('walks from the start, included, to the end, not included, in both directions', async () => {
      const store = current()
      await put(store, { a: '1', b: '2', c: '3', d: '4' })
      expect(await scan(store, { start: 'b', end: 'd' })).toEqual(['b=2', 'c=3'])
      expect(await scan(store, { start: 'b', end: 'd', reverse: true })).toEqual(['c=3', 'b=2'])
      expect(await scan(store, { start: 'aa', end: 'cc' })).toEqual(['b=2', 'c=3'])
      expect(await scan(store, { start: 'd', end: 'b' })).toEqual([])
      expect(await scan(store, { start: 'b', end: 'b' })).toEqual([])
    })

    it('keeps values of every size', async () => {
      const store = current()
      const sizes = [0, 1, 1000, 32_768, 65_535, 65_536, 70_000, 409_600]
      await store.write((transaction) => {
        for (const [index, size] of sizes.entries()) transaction.put(`k${index}`, new Uint8Array(size).fill(index + 1))
      })
      const snapshot = store.snapshot()
      for (const [index, size] of sizes.entries()) {
        const value = await snapshot.get(`k${index}`)
        expect([value?.length, value?.every((byte) => byte === index + 1)]).toEqual([size, true])
      }
      snapshot.close()
    })

    it('stays at the end once a cursor has reached it', async () => {
      const store = current()
      await put(store, { a: '1' })
      const snapshot = store.snapshot()
      const cursor = snapshot.scan(EVERYTHING)
      expect([await cursor.advance(), await cursor.advance(), await cursor.advance()]).toEqual([true, false, false])
      snapshot.close()
    })
  })
}

function describeSnapshots(current: () => OrderedStore): void {
  describe('snapshots', () => {
    it('see one point of the log however long they are held', async () => {
      const store = current()
      await put(store, { a: '1', b: '1' })
      const first = store.snapshot()
      await put(store, { a: '2', c: '2' })
      const second = store.snapshot()
      await store.write((transaction) => transaction.delete('b'))
      await put(store, { a: '4' })
      const seen = async (reader: Reader): Promise<string[]> =>
        (await rowsOf(reader.scan(EVERYTHING))).map(([key, value]) => key + value)
      expect([await seen(first), await seen(second)]).toEqual([
        ['a1', 'b1'],
        ['a2', 'b1', 'c2'],
      ])
      expect([first.sequence, second.sequence, store.statistics().sequence]).toEqual([1, 2, 4])
      expect([text(await first.get('a')), text(await second.get('b')), text(await first.get('c'))]).toEqual([
        '1',
        '1',
        undefined,
      ])
      first.close()
      expect(await seen(second)).toEqual(['a2', 'b1', 'c2'])
      second.close()
      expect(await scan(store)).toEqual(['a=4', 'c=2'])
    })

    it('keep an open cursor on its point while rows around it change', async () => {
      const store = current()
      await put(store, { b: '1', d: '1', f: '1' })
      for (const reverse of [false, true]) {
        const snapshot = store.snapshot()
        const cursor = snapshot.scan({ ...EVERYTHING, reverse })
        expect(await cursor.advance()).toBe(true)
        await put(store, { a: '2', c: '2', e: '2', g: '2' })
        await store.write((transaction) => transaction.delete('d'))
        expect((await rowsOf(cursor)).map(([key]) => key)).toEqual(reverse ? ['d', 'b'] : ['d', 'f'])
        snapshot.close()
        await store.write((transaction) => {
          for (const key of ['a', 'c', 'e', 'g']) transaction.delete(key)
          transaction.put('d', bytes('1'))
        })
      }
    })

    it('refuse reads after they were closed, and close twice', async () => {
      const store = current()
      await put(store, { a: '1' })
      const snapshot = store.snapshot()
      const cursor = snapshot.scan(EVERYTHING)
      snapshot.close()
      snapshot.close()
      const message = 'A snapshot is read only until it is closed.'
      expect(() => snapshot.get('a')).toThrow(message)
      expect(() => snapshot.scan(EVERYTHING)).toThrow(message)
      expect(() => cursor.advance()).toThrow(message)
    })
  })
}

function describeWrites(current: () => OrderedStore): void {
  describe('writes', () => {
    it('resolve with the result of the body', async () => {
      const store = current()
      expect(await store.write(() => 7)).toBe(7)
      expect(await store.write(async () => 'later')).toBe('later')
    })

    it('see the state before them, the transactions before them in the batch, and their own writes', async () => {
      const store = current()
      await put(store, { a: '1' })
      const see = async (transaction: Transaction): Promise<string> =>
        (await rowsOf(transaction.scan(EVERYTHING))).map(([key, value]) => key + value).join(' ')
      const seen = await Promise.all([
        store.write(async (transaction) => {
          transaction.put('b', bytes('2'))
          return see(transaction)
        }),
        store.write(async (transaction) => {
          const before = await see(transaction)
          transaction.delete('a')
          transaction.put('c', bytes('3'))
          transaction.put('c', bytes('4'))
          return `${before} | ${await see(transaction)} | ${text(await transaction.get('a'))}`
        }),
        store.write((transaction) => text(transaction.get('b') as Uint8Array)),
      ])
      expect(seen).toEqual(['a1 b2', 'a1 b2 | b2 c4 | undefined', '2'])
      expect(await scan(store)).toEqual(['b=2', 'c=4'])
    })

    it('of one task share a batch and are numbered in it', async () => {
      const store = current()
      const place = (key: string) => (transaction: Transaction) => {
        transaction.put(key, bytes('x'))
        return [transaction.sequence, transaction.indexInBatch]
      }
      const places = await Promise.all([store.write(place('a')), store.write(place('b')), store.write(place('c'))])
      expect(places).toEqual([
        [1, 0],
        [1, 1],
        [1, 2],
      ])
      expect(await store.write(place('d'))).toEqual([2, 0])
    })

    it('made while a batch is on its way see it, and are in the next', async () => {
      const store = current()
      const append = (letter: string) => async (transaction: Transaction) => {
        const present = text(await transaction.get('word')) ?? ''
        const walked = (await rowsOf(transaction.scan(EVERYTHING))).map(([, value]) => value).join(' ')
        transaction.put('word', bytes(present + letter))
        return [transaction.sequence, present, walked]
      }
      const first = store.write(append('a'))
      // Late enough that the first is being committed, where committing takes time.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      const second = store.write(append('b'))
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      const third = store.write(append('c'))
      expect(await Promise.all([first, second])).toEqual([
        [1, '', ''],
        [2, 'a', 'a'],
      ])
      expect((await third).slice(1)).toEqual(['ab', 'ab'])
      expect(await read(store, 'word')).toBe('abc')
    })

    it('of a body that throws are not kept, while its neighbours are', async () => {
      const store = current()
      await put(store, { a: '1', b: '1' })
      const results = await Promise.allSettled([
        store.write((transaction) => transaction.put('a', bytes('2'))),
        store.write((transaction) => {
          transaction.put('a', bytes('3'))
          transaction.delete('b')
          transaction.put('z', bytes('3'))
          throw new RangeError('no')
        }),
        store.write(async (transaction) => {
          transaction.put('y', bytes('3'))
          await Promise.resolve()
          throw new RangeError('not now')
        }),
        store.write(async (transaction) => [
          text(await transaction.get('a')),
          text(await transaction.get('b')),
          await rowsOf(transaction.scan({ start: 'y', end: 'zz' })),
          transaction.indexInBatch,
        ]),
      ])
      expect(results).toEqual([
        { status: 'fulfilled', value: undefined },
        { status: 'rejected', reason: new RangeError('no') },
        { status: 'rejected', reason: new RangeError('not now') },
        { status: 'fulfilled', value: ['2', '1', [], 1] },
      ])
      expect(await scan(store)).toEqual(['a=2', 'b=1'])
    })

    it('that change nothing append nothing', async () => {
      const store = current()
      await store.write((transaction) => transaction.get('a'))
      await expect(store.write(() => Promise.reject(new RangeError('no')))).rejects.toThrow('no')
      expect(store.statistics().sequence).toBe(0)
    })

    it('fail an assert when they are made after the body has settled', async () => {
      const store = current()
      let leaked: Transaction | undefined
      await store.write((transaction) => {
        leaked = transaction
        transaction.put('a', bytes('1'))
      })
      const message = 'A transaction is used only until its body has settled.'
      expect(() => leaked?.put('b', bytes('2'))).toThrow(message)
      expect(() => leaked?.delete('a')).toThrow(message)
      expect(() => leaked?.get('a')).toThrow(message)
      expect(() => leaked?.scan(EVERYTHING)).toThrow(message)
      expect(await scan(store)).toEqual(['a=1'])
    })

    it('count exactly when thousands are queued at once', async () => {
      const store = current()
      const increment = async (transaction: Transaction): Promise<void> => {
        const present = Number(text(await transaction.get('count')) ?? '0')
        transaction.put('count', bytes(String(present + 1)))
      }
      await Promise.all(Array.from({ length: 3000 }, () => store.write(increment)))
      expect(await read(store, 'count')).toBe('3000')
    })

    it('hide and show rows again through many rounds', async () => {
      const store = current()
      for (let round = 0; round < 20; round++) {
        await put(store, Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, `${round}`])))
        await store.write((transaction) => {
          for (let index = round % 2; index < 50; index += 2) transaction.delete(`k${index}`)
        })
      }
      expect((await scan(store)).length).toBe(25)
      expect([await read(store, 'k0'), await read(store, 'k1')]).toEqual(['19', undefined])
    })
  })
}

function describeLog(current: () => OrderedStore): void {
  describe('the log', () => {
    it('gives every batch in order, from any point on', async () => {
      const store = current()
      await put(store, { a: '1' })
      await store.write((transaction) => {
        transaction.put('b', bytes('2'))
        transaction.delete('a')
        transaction.put('b', bytes('3'))
      })
      const fromStart = store.openLog({ after: 0 })
      const fromOne = store.openLog({ after: 1 })
      const second = [2, 'b=2', 'a=(removed)', 'b=3']
      expect(plain(await fromStart.next())).toEqual([1, 'a=1'])
      expect(plain(await fromStart.next())).toEqual(second)
      expect(plain(await fromOne.next())).toEqual(second)
      fromStart.close()
      fromOne.close()
    })

    it('makes a cursor at its end wait for the next batch', async () => {
      const store = current()
      const cursor = store.openLog({ after: 0 })
      const next = cursor.next()
      await put(store, { a: '1' })
      expect(plain(await next)).toEqual([1, 'a=1'])
      cursor.close()
    })

    it('ends a waiting cursor on abort, which can wait again, and on close', async () => {
      const store = current()
      const cursor = store.openLog({ after: 0 })
      const abort = new AbortController()
      const first = cursor.next(abort.signal)
      abort.abort()
      expect(await first).toBeUndefined()
      expect(await cursor.next(AbortSignal.abort())).toBeUndefined()
      const second = cursor.next()
      await put(store, { a: '1' })
      expect(plain(await second)).toEqual([1, 'a=1'])
      const third = cursor.next()
      cursor.close()
      expect([await third, await cursor.next()]).toEqual([undefined, undefined])
    })

    it('ends waiting cursors when the store closes', async () => {
      const store = current()
      const next = store.openLog({ after: 0 }).next()
      await store.close()
      expect(await next).toBeUndefined()
    })

    it('feeds a slow cursor all batches while others are quick', async () => {
      const store = current()
      const slow = store.openLog({ after: 0 })
      for (let index = 1; index <= 300; index++) await put(store, { a: String(index) })
      const sequences: number[] = []
      for (let index = 1; index <= 300; index++) sequences.push((await slow.next())?.sequence as number)
      expect(sequences).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
      slow.close()
    })
  })
}

/** Notes what an observer hears, as texts. */
function observe(store: OrderedStore): { readonly heard: unknown[]; readonly stop: () => void } {
  const heard: unknown[] = []
  const stop = store.observeWrites({
    onEvaluated(batch) {
      heard.push(['evaluated', ...(plain(batch) as unknown[])])
      return heard.length % 2 === 0
    },
    onTakenBack: (batch) => void heard.push(['taken back', ...(plain(batch) as unknown[])]),
  })
  return { heard, stop }
}

function describeObservers(current: () => OrderedStore): void {
  describe('observers of writes', () => {
    it('hear of a batch before it is in the log, which then shows the same', async () => {
      const store = current()
      const { heard } = observe(store)
      const cursor = store.openLog({ after: 0 })
      const next = cursor.next().then((batch) => heard.push(['log', ...(plain(batch) as unknown[])]))
      await Promise.all([put(store, { a: '1' }), put(store, { b: '2' })])
      await next
      expect(heard).toEqual([
        ['evaluated', 1, 'a=1', 'b=2'],
        ['log', 1, 'a=1', 'b=2'],
      ])
      cursor.close()
    })

    it('hear nothing of writes that write nothing, and nothing after they have ended', async () => {
      const store = current()
      const { heard, stop } = observe(store)
      await store.write(() => 'nothing')
      await expect(
        store.write((transaction) => {
          transaction.put('a', bytes('1'))
          throw new Error('refused')
        }),
      ).rejects.toThrow('refused')
      stop()
      await put(store, { b: '1' })
      expect(heard).toEqual([])
    })
  })
}

function describeEnd(current: () => OrderedStore): void {
  describe('closing', () => {
    it('lets running writes finish and refuses later calls', async () => {
      const store = current()
      const running = put(store, { a: '1' })
      const closed = store.close()
      await expect(put(store, { b: '1' })).rejects.toMatchObject({ code: 'StorageClosed' })
      await running
      await closed
      await store.close()
      expect(() => store.snapshot()).toThrow('The database is closed.')
      expect(() => store.openLog({ after: 0 })).toThrow('The database is closed.')
      await expect(store.refresh()).rejects.toMatchObject({ code: 'StorageClosed' })
      await expect(put(store, { b: '1' })).rejects.toMatchObject({ code: 'StorageClosed' })
    })
  })
}

function describeSharing(current: () => SharedStoreUnderTest): void {
  describe('with another worker on the same data', () => {
    it('keeps everything across closing and opening', async () => {
      const { store, openAnother } = current()
      await put(store, { a: '1', b: '2' })
      await store.write((transaction) => transaction.delete('a'))
      await store.close()
      const again = await openAnother()
      expect(await scan(again)).toEqual(['b=2'])
      expect(again.statistics().sequence).toBe(2)
    })

    it('sees what the other has committed after a refresh', async () => {
      const { store, openAnother } = current()
      const other = await openAnother()
      await put(store, { a: '1' })
      await other.refresh()
      expect(await scan(other)).toEqual(['a=1'])
      await put(other, { b: '2' })
      await store.refresh()
      expect(await scan(store)).toEqual(['a=1', 'b=2'])
    })

    it('counts exactly when both increment at once', async () => {
      const { store, openAnother } = current()
      const other = await openAnother()
      const incrementAll = async (own: OrderedStore): Promise<void> => {
        for (let round = 0; round < 40; round++) {
          await own.write(async (transaction) => {
            const present = Number(text(await transaction.get('count')) ?? '0')
            transaction.put('count', bytes(String(present + 1)))
          })
        }
      }
      await Promise.all([incrementAll(store), incrementAll(other)])
      await Promise.all([store.refresh(), other.refresh()])
      expect([await read(store, 'count'), await read(other, 'count')]).toEqual(['80', '80'])
    })

    it('runs again what was run on top of a batch that lost the race', async () => {
      const { store, openAnother } = current()
      const other = await openAnother()
      await put(other, { word: 'x' })
      const append = (letter: string) => async (transaction: Transaction) => {
        transaction.put('word', bytes((text(await transaction.get('word')) ?? '') + letter))
      }
      const first = store.write(append('a'))
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      const second = store.write(append('b'))
      await Promise.all([first, second])
      expect(await read(store, 'word')).toBe('xab')
    })

    it("decides a write on the other's newest state even when it then changes nothing", async () => {
      const { store, openAnother } = current()
      const other = await openAnother()
      await put(store, { a: '1' })
      expect(await other.write(async (transaction) => text(await transaction.get('a')))).toBe('1')
    })

    it('takes a batch back that lost the race, before its writes run again', async () => {
      const { store, openAnother } = current()
      const other = await openAnother()
      const { heard } = observe(other)
      await put(store, { a: '1' })
      await put(other, { b: '1' })
      // A hint of the first commit may have come in time.
      const lastHeard = heard.at(-1)
      expect(lastHeard).toEqual(['evaluated', 2, 'b=1'])
      expect(heard.slice(0, -1)).toEqual(
        heard.length === 1
          ? []
          : [
              ['evaluated', 1, 'b=1'],
              ['taken back', 1, 'b=1'],
            ],
      )
    })

    it("feeds its log cursors the other's batches", async () => {
      const { store, openAnother } = current()
      const other = await openAnother()
      const cursor = other.openLog({ after: 0 })
      const next = cursor.next()
      await put(store, { a: '1' })
      await other.refresh()
      expect(plain(await next)).toEqual([1, 'a=1'])
      cursor.close()
    })
  })
}
