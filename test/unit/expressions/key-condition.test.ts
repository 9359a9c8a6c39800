// The values and ranges that a key condition gives to the engine, for keys of one and of several attributes.

import { describe, expect, it } from 'vitest'
import type { KeyCondition } from '../../../src/expressions/key-condition.ts'
import { bindExpressions } from '../../../src/expressions/request-expressions.ts'
import type { KeyShape } from '../../../src/model/key-schema.ts'

const SIMPLE: KeyShape = { partition: [{ name: 'p', type: 'S' }], sort: [{ name: 's', type: 'N' }] }
const MULTIPLE: KeyShape = {
  partition: [
    { name: 'p1', type: 'S' },
    { name: 'p2', type: 'N' },
  ],
  sort: [
    { name: 's1', type: 'S' },
    { name: 's2', type: 'S' },
    { name: 's3', type: 'N' },
  ],
}
const VALUES = {
  ':s': { S: 'a' },
  ':t': { S: 'b' },
  ':n': { N: '01.0' },
  ':m': { N: '2' },
}

/** Binds a key condition with those of VALUES that it names. */
function keyCondition(text: string, keys: KeyShape): KeyCondition {
  const used = Object.entries(VALUES).filter(([placeholder]) => text.includes(placeholder))
  const binder = bindExpressions({ ExpressionAttributeValues: Object.fromEntries(used) })
  const condition = binder.keyCondition(text, keys)
  binder.finish()
  return condition
}

describe('keyCondition', () => {
  it('gives the partition key value alone', () => {
    expect(keyCondition('p = :s', SIMPLE)).toEqual({ partition: [{ S: 'a' }], sort: [] })
  })

  it('gives canonical values in whatever order the conditions come', () => {
    expect(keyCondition('s = :n AND p = :s', SIMPLE)).toEqual({
      partition: [{ S: 'a' }],
      sort: [{ kind: '=', value: { N: '1' } }],
    })
  })

  it.each(['<', '<=', '>', '>='] as const)('gives the range of %s', (comparator) => {
    expect(keyCondition(`p = :s AND s ${comparator} :n`, SIMPLE).sort).toEqual([
      { kind: comparator, value: { N: '1' } },
    ])
  })

  it.each([
    ['=', '='],
    ['<', '>'],
    ['<=', '>='],
    ['>', '<'],
    ['>=', '<='],
  ])('turns around a condition with its value on the left of %s', (comparator, mirrored) => {
    expect(keyCondition(`:s = p AND :n ${comparator} s`, SIMPLE).sort).toEqual([{ kind: mirrored, value: { N: '1' } }])
  })

  it('gives both bounds of a BETWEEN', () => {
    expect(keyCondition('p = :s AND s BETWEEN :n AND :m', SIMPLE).sort).toEqual([
      { kind: 'BETWEEN', low: { N: '1' }, high: { N: '2' } },
    ])
  })

  it('takes several partition key attributes and leading sort key attributes of an index', () => {
    expect(keyCondition('s1 = :s AND p2 = :n AND p1 = :t AND begins_with(s2, :s)', MULTIPLE)).toEqual({
      partition: [{ S: 'b' }, { N: '1' }],
      sort: [
        { kind: '=', value: { S: 'a' } },
        { kind: 'begins_with', prefix: { S: 'a' } },
      ],
    })
  })

  it('takes all five attributes of such an index', () => {
    const { sort } = keyCondition('p1 = :s AND p2 = :n AND s1 = :s AND s2 = :t AND s3 > :m', MULTIPLE)
    expect(sort).toEqual([
      { kind: '=', value: { S: 'a' } },
      { kind: '=', value: { S: 'b' } },
      { kind: '>', value: { N: '2' } },
    ])
  })

  it.each([
    ['p1 = :s', 'Query condition missed key schema element: p2'],
    ['p1 = :s AND p2 > :n', 'Query key condition not supported'],
    ['p1 = :s AND p2 = :n AND s2 = :s', 'Query condition missed key schema element: s1'],
    ['p1 = :s AND p2 = :n AND s1 > :s AND s2 = :s', 'Query key condition not supported'],
    ['p1 = :s AND p2 = :n AND x = :s', 'Query condition missed key schema element: s1'],
    ['p1 = :s AND p2 = :n AND s1 = :s AND s2 = :s AND s3 = :n AND x = :s', 'Conditions can be of length 1 or 2 only'],
  ])('refuses %s for an index with five key attributes', (text, message) => {
    expect(() => keyCondition(text, MULTIPLE)).toThrow(
      expect.objectContaining({ name: 'ValidationException', message }),
    )
  })

  it('reports values that nothing uses before a condition that does not fit the key', () => {
    const binder = bindExpressions({ ExpressionAttributeValues: { ':s': { S: 'a' }, ':unused': { S: 'a' } } })
    binder.keyCondition('p > :s', SIMPLE)
    expect(() => binder.finish()).toThrow(
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}',
    )
  })
})
