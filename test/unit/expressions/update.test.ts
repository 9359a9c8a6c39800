// What an update shares with the item before, what it tells its caller, hostile names, and how deep it may nest.

import { describe, expect, it } from 'vitest'
import { bindExpressions } from '../../../src/expressions/request-expressions.ts'
import type { Update } from '../../../src/expressions/update.ts'
import type { AttributeValue, Item } from '../../../src/model/attribute-value.ts'

function update(text: string, values?: unknown, names?: unknown): Update {
  const binder = bindExpressions({ ExpressionAttributeNames: names, ExpressionAttributeValues: values })
  const bound = binder.update(text)
  binder.finish()
  return bound
}

/** A value with `levels` levels, itself the first. */
function nested(levels: number): AttributeValue {
  let value: AttributeValue = { S: 'x' }
  for (let level = 1; level < levels; level++) value = level % 2 === 0 ? { L: [value] } : { M: { k: value } }
  return value
}

describe('update', () => {
  it('leaves the item as it was and shares what it does not change', () => {
    const item: Item = { p: { S: 'k' }, m: { M: { a: { N: '1' }, b: { L: [{ S: 'x' }] } } }, l: { L: [{ M: {} }] } }
    const before = structuredClone(item)
    const after = update('SET m.a = :v', { ':v': { N: '2' } }).apply(item).item
    expect(item).toEqual(before)
    expect(after).toEqual({ ...before, m: { M: { a: { N: '2' }, b: { L: [{ S: 'x' }] } } } })
    expect(after['l']).toBe(item['l'])
    expect((after['m'] as { M: Item }).M['b']).toBe((item['m'] as { M: Item }).M['b'])
  })

  it('says which attributes it changes, and into which it looks', () => {
    const bound = update('SET a.b = c.d, e = if_not_exists(f, g) REMOVE h ADD i :n', { ':n': { N: '1' } })
    expect(bound.topLevelNames).toEqual(new Set(['a', 'e', 'h', 'i']))
    expect(bound.nestedNames).toEqual(new Set(['a', 'c']))
  })

  it('says which places it names, in the order of the text', () => {
    const { updated } = update('SET a.b = :n, c[3] = :n REMOVE d', { ':n': { N: '1' } }).apply({
      a: { M: {} },
      c: { L: [] },
    })
    expect(updated).toEqual([['a', 'b'], ['c', 3], ['d']])
  })

  it('takes __proto__ and constructor for ordinary names', () => {
    const names = { '#p': '__proto__', '#c': 'constructor' }
    const values = { ':v': { S: 'x' } }
    const after = update('SET #p = :v, m.#p = :v, m.#c = :v', values, names).apply({ m: { M: {} } }).item
    expect(Object.entries(after)).toEqual([
      [
        'm',
        {
          M: Object.fromEntries([
            ['__proto__', { S: 'x' }],
            ['constructor', { S: 'x' }],
          ]),
        },
      ],
      ['__proto__', { S: 'x' }],
    ])
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype)
    const removed = update('REMOVE #p, m.#p', undefined, { '#p': '__proto__' }).apply(after).item
    expect(Object.entries(removed)).toEqual([['m', { M: { constructor: { S: 'x' } } }]])
  })

  it('does not find what every object inherits', () => {
    const text = 'SET a = if_not_exists(#c, :v)'
    const after = update(text, { ':v': { S: 'x' } }, { '#c': 'constructor' }).apply({}).item
    expect(after).toEqual({ a: { S: 'x' } })
  })

  it('nests a value down to level 32', () => {
    const after = update('SET m.a = :v', { ':v': nested(31) }).apply({ m: { M: {} } }).item
    expect(after).toEqual({ m: { M: { a: nested(31) } } })
  })

  it('refuses a value that would reach level 33', () => {
    expect(() => update('SET m.a = :v', { ':v': nested(32) }).apply({ m: { M: {} } })).toThrow(
      'Nesting Levels have exceeded supported limits',
    )
  })

  it('refuses a copy that would reach level 33', () => {
    expect(() => update('SET m.a = m').apply({ m: nested(32) })).toThrow(
      'Nesting Levels have exceeded supported limits',
    )
  })
})
