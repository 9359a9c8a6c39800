// Lists of large objects are kept for one request, and never outlive what they tell.

import { describe, expect, it } from 'vitest'
import { eachMember, listedValues, listNew, listValues, namesOf, valuesOf } from '../../../src/base/large-objects.ts'

function objectOf(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`member ${at}`, at]))
}

function entriesOf(object: Record<string, number>): readonly (readonly [string, number])[] {
  const entries: (readonly [string, number])[] = []
  eachMember(object, (name, value) => entries.push([name, value]))
  return entries
}

describe('an object', () => {
  it.each([0, 1, 999, 1000, 1001])('of %i members is listed in order', (count) => {
    const object = objectOf(count)
    const [names, values] = [Object.keys(object), Object.values(object)]
    expect(listValues(object)).toEqual(values)
    expect(namesOf(object)).toEqual(names)
    expect(valuesOf(object)).toEqual(values)
    expect(entriesOf(object)).toEqual(Object.entries(object))
  })

  it('is not listed when it is new and small', () => {
    const object = objectOf(999)
    expect(listNew(object)).toBeUndefined()
    expect(listedValues(object)).toBeUndefined()
  })

  it('is listed once when it is new and large', () => {
    const object = objectOf(1000)
    const values = listNew(object)
    expect(values).toEqual(Object.values(object))
    expect(listValues(object)).toBe(values)
    expect(listedValues(object)).toBe(values)
  })

  it('is listed again when it comes in once more', () => {
    const object = objectOf(1000)
    listNew(object)
    listValues(object)
    object['one more'] = 1
    expect(listValues(object)).toEqual(Object.values(object))
    expect(entriesOf(object)).toEqual(Object.entries(object))
  })

  it('that has become small is no longer what it was', () => {
    const object = objectOf(1000)
    listValues(object)
    for (const name of Object.keys(object)) delete object[name]
    listValues(object)
    expect(namesOf(object)).toEqual([])
    expect(valuesOf(object)).toEqual([])
    expect(entriesOf(object)).toEqual([])
  })
})
