// One suite for every road to a remote: what the port promises holds on each of them.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Item } from '../../src/model/attribute-value.ts'
import type { Push, PushedItem, RemoteTable } from '../../src/sync/remote-table.ts'
import { keyOf, SCOPE, TABLE } from '../support/replication-fixture.ts'

const START_CLOCK = 1_790_000_000_000_000

/** A road to a fresh remote with the fixture's tables, and what ends it. */
export interface RemoteUnderTest {
  readonly remote: RemoteTable
  /** What the remote's table holds, whatever the road. */
  readItem(key: Item): Promise<Item | undefined>
  dispose(): Promise<void>
}

const EVERY_TYPE: Item = {
  text: { S: 'é\u{1F30A}' },
  number: { N: '12345678901234567890.123' },
  bytes: { B: new Uint8Array([0, 255, 128]) },
  flag: { BOOL: true },
  nothing: { NULL: true },
  words: { SS: ['a', 'b'] },
  numbers: { NS: ['1', '2.5'] },
  blobs: { BS: [new Uint8Array([1]), new Uint8Array([2, 3])] },
  list: { L: [{ S: 'x' }, { M: { $bytes: { S: 'not bytes' } } }] },
}

function put(key: string, attributes: Item = {}, expected: PushedItem['expected'] = 'absent'): PushedItem {
  return {
    table: TABLE,
    key: keyOf(key),
    expected,
    image: { ...keyOf(key), ...attributes },
    scope: SCOPE,
    clock: START_CLOCK,
  }
}

function push(items: readonly PushedItem[], changes: Partial<Push> = {}): Push {
  return {
    clientId: 'c1',
    pushId: 'p1',
    previousMutation: 0,
    lastMutation: items.length,
    clock: START_CLOCK,
    intents: items.map((_, order) => ({ order, tag: 77 })),
    heads: { [SCOPE]: { sequence: 0, logId: '' } },
    items,
    ...changes,
  }
}

/** Describes what every remote does. */
export function describeRemote(name: string, make: () => Promise<RemoteUnderTest>): void {
  describe(name, () => {
    let current: RemoteUnderTest

    beforeEach(async () => {
      current = await make()
      return () => current.dispose()
    })

    it('knows nothing of a scope and of a client that never wrote', async () => {
      expect(await current.remote.readHead(SCOPE)).toEqual({ sequence: 0, logId: '' })
      expect(await current.remote.readClient('c1')).toBeUndefined()
      expect(await current.remote.readLog({ scope: SCOPE, after: 0 })).toEqual({
        entries: [],
        isEnd: true,
        hasHole: false,
      })
      expect(await current.remote.readItems({ table: TABLE, scope: SCOPE, from: undefined })).toEqual({
        items: [],
        next: undefined,
      })
    })

    it('does a push as one: items, log, head and client', async () => {
      const items = [put('every type', EVERY_TYPE), put('plain')]
      expect(await current.remote.push(push(items))).toEqual({ kind: 'applied' })
      expect(await current.readItem(keyOf('every type'))).toEqual({
        ...keyOf('every type'),
        ...EVERY_TYPE,
        _version: { N: '1' },
      })
      expect(await current.remote.readHead(SCOPE)).toEqual({ sequence: 1, logId: 'p1' })
      expect(await current.remote.readClient('c1')).toEqual({ lastMutation: 2, pushId: 'p1', clock: START_CLOCK })
      const { entries } = await current.remote.readLog({ scope: SCOPE, after: 0 })
      expect(entries).toEqual([
        {
          sequence: 1,
          clientId: 'c1',
          pushId: 'p1',
          clock: START_CLOCK,
          lastMutation: 2,
          twins: {},
          intents: [
            { order: 0, tag: 77 },
            { order: 1, tag: 77 },
          ],
          changes: items.map(({ table, key, image, clock }) => ({ table, key, image, clock })),
        },
      ])
    })

    it('refuses a push whose head has moved, and does nothing of it', async () => {
      await current.remote.push(push([put('first')]))
      const late = push([put('late')], { clientId: 'c2', pushId: 'p2' })
      expect(await current.remote.push(late)).toEqual({
        kind: 'refused',
        client: undefined,
        headMoved: true,
        unexpected: [],
      })
      expect(await current.readItem(keyOf('late'))).toBeUndefined()
      expect(await current.remote.readClient('c2')).toBeUndefined()
    })

    it('refuses a push that it has done before, and tells what the client has reached', async () => {
      await current.remote.push(push([put('first')]))
      expect(await current.remote.push(push([put('first')]))).toMatchObject({
        kind: 'refused',
        client: { state: { lastMutation: 1, pushId: 'p1', clock: START_CLOCK } },
      })
    })

    it('refuses a push that expects an item as it is not, and tells how it is', async () => {
      await current.remote.push(push([put('taken', { by: { S: 'one' } }), put('gone')]))
      const heads = { [SCOPE]: { sequence: 1, logId: 'p1' } }
      const items = [put('taken', { by: { S: 'two' } }), put('missing', {}, 7), put('gone', {}, 1)]
      expect(await current.remote.push(push(items, { clientId: 'c2', pushId: 'p2', heads }))).toEqual({
        kind: 'refused',
        client: undefined,
        headMoved: false,
        unexpected: [
          { table: TABLE, key: keyOf('taken'), current: { ...keyOf('taken'), by: { S: 'one' }, _version: { N: '1' } } },
          { table: TABLE, key: keyOf('missing'), current: undefined },
        ],
      })
    })

    it('deletes and checks', async () => {
      await current.remote.push(push([put('a'), put('b')]))
      const heads = { [SCOPE]: { sequence: 1, logId: 'p1' } }
      const items: readonly PushedItem[] = [
        { ...put('a', {}, 1), image: 'deleted' },
        { ...put('b', {}, 1), image: 'checked' },
      ]
      const second = push(items, { pushId: 'p2', previousMutation: 2, lastMutation: 3, heads })
      expect(await current.remote.push(second)).toEqual({ kind: 'applied' })
      expect(await current.readItem(keyOf('a'))).toBeUndefined()
      const { entries } = await current.remote.readLog({ scope: SCOPE, after: 1 })
      expect(entries.map(({ changes }) => changes)).toEqual([
        [{ table: TABLE, key: keyOf('a'), image: 'deleted', clock: START_CLOCK }],
      ])
      expect(await current.remote.isCut({ scope: SCOPE, sequence: 2 })).toBe(false)
      expect(await current.remote.isCut({ scope: SCOPE, sequence: 3 })).toBe(false)
    })

    it('fetches items in the order in which they are asked for', async () => {
      await current.remote.push(push([put('a'), put('b', EVERY_TYPE)]))
      const places = ['b', 'nothing', 'a'].map((key) => ({ table: TABLE, key: keyOf(key) }))
      expect(await current.remote.fetchItems(places)).toEqual([
        { ...keyOf('b'), ...EVERY_TYPE, _version: { N: '1' } },
        undefined,
        { ...keyOf('a'), _version: { N: '1' } },
      ])
    })

    it('fetches as many items as a stretch of the log may name', async () => {
      await current.remote.push(push([put('1'), put('1000')]))
      const places = Array.from({ length: 1001 }, (_, n) => ({ table: TABLE, key: keyOf(String(n)) }))
      const found = await current.remote.fetchItems(places)
      expect(found.flatMap((item, at) => (item === undefined ? [] : [at]))).toEqual([1, 1000])
    })

    it('gives the items of a scope page by page', async () => {
      const large = { text: { S: 'x'.repeat(300_000) } }
      for (const [at, letter] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        const heads = { [SCOPE]: { sequence: at, logId: at === 0 ? '' : 'p0' } }
        const mutations = { previousMutation: at, lastMutation: at + 1 }
        expect(
          await current.remote.push(push([put(letter, large)], { pushId: `p${at}`, heads, ...mutations })),
        ).toEqual({
          kind: 'applied',
        })
      }
      const names: unknown[] = []
      let pages = 0
      let from: Item | undefined
      do {
        const page = await current.remote.readItems({ table: TABLE, scope: SCOPE, from })
        names.push(...page.items.map(({ s }) => s))
        from = page.next
        pages++
      } while (from !== undefined)
      expect(names).toEqual(['a', 'b', 'c', 'd', 'e'].map((S) => ({ S })))
      expect(pages).toBeGreaterThan(1)
    })
  })
}
