// The examples are those that the service itself was seen to answer to.

import { describe, expect, it } from 'vitest'
import { pickPaths } from '../../../src/expressions/pick-paths.ts'
import { bindExpressions } from '../../../src/expressions/request-expressions.ts'
import type { Item } from '../../../src/model/attribute-value.ts'

const ITEM: Item = {
  p: { S: 'key' },
  a: { M: { b: { S: 'dog' }, c: { L: [{ N: '1' }, { N: '2' }, { N: '3' }] } } },
  d: { S: 'cat' },
}
const VALUES = { ':v': { N: '7' }, ':w': { S: 'yo' } }

/** What UPDATED_OLD and UPDATED_NEW answer. */
function updated(text: string): { readonly old: Item; readonly new: Item } {
  const used = Object.entries(VALUES).filter(([placeholder]) => text.includes(placeholder))
  const values = used.length === 0 ? undefined : Object.fromEntries(used)
  const result = bindExpressions({ ExpressionAttributeValues: values }).update(text).apply(ITEM)
  return { old: pickPaths(ITEM, result.updated), new: pickPaths(result.item, result.updated) }
}

describe('pickPaths', () => {
  it('answers whole attributes that were updated, and no others', () => {
    expect(updated('SET d = :w, e = :v')).toEqual({ old: { d: { S: 'cat' } }, new: { d: { S: 'yo' }, e: { N: '7' } } })
  })

  it('answers only the nested place, inside its maps', () => {
    expect(updated('SET a.b = :w')).toEqual({
      old: { a: { M: { b: { S: 'dog' } } } },
      new: { a: { M: { b: { S: 'yo' } } } },
    })
  })

  it('moves list elements together', () => {
    expect(updated('SET a.c[1] = :v, a.b = :w')).toEqual({
      old: { a: { M: { b: { S: 'dog' }, c: { L: [{ N: '2' }] } } } },
      new: { a: { M: { b: { S: 'yo' }, c: { L: [{ N: '7' }] } } } },
    })
  })

  it('answers nothing for what was removed, but the element that moved to its place', () => {
    expect(updated('REMOVE a.b, a.c[1], a.c[3]')).toEqual({
      old: { a: { M: { b: { S: 'dog' }, c: { L: [{ N: '2' }] } } } },
      new: { a: { M: { c: { L: [{ N: '3' }] } } } },
    })
  })

  it('answers nothing for an element set beyond the end of a list', () => {
    expect(updated('SET a.c[100] = :v')).toEqual({ old: {}, new: {} })
  })

  it('answers nothing old for what was not there', () => {
    expect(updated('SET a.x = :v')).toEqual({ old: {}, new: { a: { M: { x: { N: '7' } } } } })
  })
})
