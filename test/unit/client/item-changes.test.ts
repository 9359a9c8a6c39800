// What has to be said to make one item of another: as little as can be.

import { describe, expect, it } from 'vitest'
import { isNoChange, type ItemChanges, itemChanges } from '../../../src/client/item-changes.ts'
import { NumberValue } from '../../../src/model/native.ts'

const NOTHING: ItemChanges = { set: [], remove: [], add: [], delete: [] }

describe('itemChanges', () => {
  it('finds nothing between values that DynamoDB stores alike', () => {
    const before = {
      number: 1,
      exact: new NumberValue('0.1'),
      bytes: new Uint8Array([1]),
      set: new Set([1, 2]),
      list: [{ a: null }],
    }
    const after = {
      list: [{ a: null }],
      set: new Set([2n, new NumberValue('1')]),
      bytes: new Uint8Array([1]),
      exact: 0.1,
      number: 1n,
    }
    expect(itemChanges(before, after)).toEqual(NOTHING)
    expect(isNoChange(itemChanges(before, after))).toBe(true)
  })

  it('tells values of different types apart', () => {
    const before = { a: 1, b: '1', c: null, d: false, e: [], f: new Uint8Array(0) }
    const after = { a: '1', b: 1, c: 0, d: null, e: {}, f: '' }
    const set = Object.entries(after).map(([name, value]) => ({ path: [name], value }))
    expect(itemChanges(before, after)).toEqual({ ...NOTHING, set })
  })

  it('sets and removes what is inside of maps', () => {
    const before = { m: { a: 1, b: { c: 1, d: 1 } }, gone: 1 }
    const after = { m: { b: { c: 2, d: 1 }, e: { f: 1 } } }
    expect(itemChanges(before, after)).toEqual({
      ...NOTHING,
      set: [
        { path: ['m', 'e'], value: { f: 1 } },
        { path: ['m', 'b', 'c'], value: 2 },
      ],
      remove: [['gone'], ['m', 'a']],
    })
  })

  it('adds to sets and takes out of them, and sets those that it cannot', () => {
    const before = {
      more: new Set(['a']),
      less: new Set([1, 2]),
      other: new Set(['a']),
      gone: new Set(['a']),
      mixed: new Set(['a']),
      m: { s: new Set(['a']) },
    }
    const after = {
      more: new Set(['a', 'b']),
      less: new Set([2]),
      other: new Set(['b']),
      mixed: new Set(['a', 1]),
      m: { s: new Set(['a', 'b']) },
    }
    expect(itemChanges(before, after)).toEqual({
      set: [
        { path: ['other'], value: new Set(['b']) },
        { path: ['mixed'], value: new Set(['a', 1]) },
        { path: ['m', 's'], value: new Set(['a', 'b']) },
      ],
      remove: [['gone']],
      add: [{ path: ['more'], value: new Set(['b']) }],
      delete: [{ path: ['less'], value: new Set([1]) }],
    })
  })

  it('appends to lists, changes elements of them and takes some out', () => {
    const list = [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]
    const appended = [...list, { n: 4 }]
    expect(itemChanges({ list }, { list: appended })).toEqual({
      ...NOTHING,
      set: [{ path: ['list', 4], value: { n: 4 } }],
    })
    const changed = [{ n: 0 }, { n: 9 }, { n: 2 }, { n: 3 }]
    expect(itemChanges({ list }, { list: changed })).toEqual({
      ...NOTHING,
      set: [{ path: ['list', 1, 'n'], value: 9 }],
    })
    expect(itemChanges({ list }, { list: [list[0], list[3]] })).toEqual({
      ...NOTHING,
      remove: [
        ['list', 1],
        ['list', 2],
      ],
    })
    expect(itemChanges({ list }, { list: [] })).toEqual({ ...NOTHING, remove: [0, 1, 2, 3].map((at) => ['list', at]) })
  })

  it('sets a list of which most is new', () => {
    expect(itemChanges({ list: ['a', 'b'] }, { list: ['x', 'a', 'b'] })).toEqual({
      ...NOTHING,
      set: [{ path: ['list'], value: ['x', 'a', 'b'] }],
    })
  })

  it('sets whole attributes when it has to be coarse', () => {
    const before = { m: { a: 1, b: 2 }, list: [1, 2], same: { a: [1] }, gone: 1 }
    const after = { m: { a: 1, b: 3 }, list: [1], same: { a: [1] } }
    expect(itemChanges(before, after, true)).toEqual({
      ...NOTHING,
      set: [
        { path: ['m'], value: { a: 1, b: 3 } },
        { path: ['list'], value: [1] },
      ],
      remove: [['gone']],
    })
  })

  it('knows attributes by any name', () => {
    const after = Object.fromEntries([
      ['__proto__', 1],
      ['toString', 2],
    ])
    expect(itemChanges({}, after)).toEqual({
      ...NOTHING,
      set: [
        { path: ['__proto__'], value: 1 },
        { path: ['toString'], value: 2 },
      ],
    })
  })
})
