// Filter patterns of triggers, rule by rule.

import { describe, expect, it } from 'vitest'
import { compilePatterns } from '../../../src/streams/event-pattern.ts'

const EVENT = {
  eventName: 'MODIFY',
  dynamodb: {
    Keys: { id: { S: 'Order-1' } },
    NewImage: {
      id: { S: 'Order-1' },
      price: { N: '100.5' },
      note: { S: '' },
      isPaid: { BOOL: true },
      nothing: { NULL: null },
      tags: { SS: ['red', 'Green'] },
      lines: { L: [{ M: { sku: { S: 'a' }, count: { N: '1' } } }, { M: { sku: { S: 'b' }, count: { N: '2' } } }] },
    },
  },
}

function matches(...patterns: unknown[]): boolean {
  return compilePatterns(patterns)(EVENT)
}

/** A pattern for one attribute of the new image. */
function image(name: string, type: string, rules: unknown): unknown {
  return { dynamodb: { NewImage: { [name]: { [type]: rules } } } }
}

describe('a filter pattern', () => {
  it.each([
    ['no pattern at all', [], true],
    ['a value', [{ eventName: ['MODIFY'] }], true],
    ['another value', [{ eventName: ['INSERT'] }], false],
    ['one of several values', [{ eventName: ['INSERT', 'MODIFY'] }], true],
    ['one of several patterns', [{ eventName: ['INSERT'] }, { eventName: ['MODIFY'] }], true],
    ['all members', [{ eventName: ['MODIFY'], dynamodb: { Keys: { id: { S: ['Order-2'] } } } }], false],
    ['a boolean', [image('isPaid', 'BOOL', [true])], true],
    ['null', [image('nothing', 'NULL', [null])], true],
    ['an empty text', [image('note', 'S', [''])], true],
    ['a number as the text that it is', [image('price', 'N', ['100.5'])], true],
    ['a prefix', [image('id', 'S', [{ prefix: 'Order' }])], true],
    ['another prefix', [image('id', 'S', [{ prefix: 'order' }])], false],
    ['a prefix in any case', [image('id', 'S', [{ prefix: { 'equals-ignore-case': 'order' } }])], true],
    ['a suffix', [image('id', 'S', [{ suffix: '-1' }])], true],
    ['a suffix in any case', [image('id', 'S', [{ suffix: { 'equals-ignore-case': 'ER-1' } }])], true],
    ['text in any case', [image('id', 'S', [{ 'equals-ignore-case': 'oRDER-1' }])], true],
    ['anything but a value', [image('id', 'S', [{ 'anything-but': 'Order-2' }])], true],
    ['anything but that value', [image('id', 'S', [{ 'anything-but': ['Order-1', 'x'] }])], false],
    ['anything but a prefix', [image('id', 'S', [{ 'anything-but': { prefix: 'Ord' } }])], false],
    ['anything but a suffix', [image('id', 'S', [{ 'anything-but': { suffix: ['-2', '-3'] } }])], true],
    [
      'anything but text in any case',
      [image('id', 'S', [{ 'anything-but': { 'equals-ignore-case': 'ORDER-1' } }])],
      false,
    ],
    ['anything but, where nothing is', [image('gone', 'S', [{ 'anything-but': 'x' }])], false],
    ['a number above', [image('price', 'N', [{ numeric: ['>', 100] }])], true],
    ['a number in a range', [image('price', 'N', [{ numeric: ['>=', 0, '<', 100.5] }])], false],
    ['a number that is equal', [image('price', 'N', [{ numeric: ['=', 100.5] }])], true],
    ['a number where text is', [image('id', 'S', [{ numeric: ['>', 0] }])], false],
    ['what exists', [image('price', 'N', [{ exists: true }])], true],
    ['what should not exist', [image('price', 'N', [{ exists: false }])], false],
    ['what does not exist', [image('gone', 'S', [{ exists: false }])], true],
    ['an image that does not exist', [{ dynamodb: { OldImage: { id: { S: [{ exists: false }] } } } }], true],
    ['an element of a set', [image('tags', 'SS', ['red'])], true],
    ['no element of a set', [image('tags', 'SS', ['blue'])], false],
    ['an element of a list', [image('lines', 'L', { M: { sku: { S: ['b'] }, count: { N: ['2'] } } })], true],
    ['no mixture of elements', [image('lines', 'L', { M: { sku: { S: ['a'] }, count: { N: ['2'] } } })], false],
    [
      'one of two members',
      [{ $or: [{ eventName: ['INSERT'] }, { dynamodb: { Keys: { id: { S: ['Order-1'] } } } }] }],
      true,
    ],
    ['neither of two members', [{ eventName: ['MODIFY'], $or: [{ x: ['1'] }, { y: ['1'] }] }], false],
  ])('matches %s', (_, patterns, expected) => {
    expect(matches(...patterns)).toBe(expected)
  })

  it.each([
    ['a text', 'A filter pattern is an object.'],
    [{}, 'A filter pattern has a member.'],
    [{ a: [] }, 'A filter pattern at a has an alternative.'],
    [{ a: { b: [{ wild: 'x' }] } }, 'A filter pattern at a.b has no rule wild.'],
    [{ a: [{ prefix: 1 }] }, 'A filter pattern at a has a text for prefix and suffix.'],
    [{ a: [{ numeric: ['>'] }] }, 'A filter pattern at a has one comparison or two for numeric.'],
    [{ a: [{ numeric: ['!', 1] }] }, 'A filter pattern at a compares with numbers.'],
    [{ a: [{ 'anything-but': [] }] }, 'A filter pattern at a has texts or numbers for anything-but.'],
    [{ a: [{ exists: 'yes' }] }, 'A filter pattern at a has true or false for exists.'],
    [{ $or: [{ a: ['x'] }] }, 'A filter pattern at $or is a list of at least two patterns.'],
  ])('refuses %j', (pattern, message) => {
    expect(() => compilePatterns([pattern])).toThrow(message)
  })
})
