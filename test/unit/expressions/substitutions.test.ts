// Shapes and limits of ExpressionAttributeNames and ExpressionAttributeValues that a recorded request cannot show.

import { describe, expect, it } from 'vitest'
import { bindExpressions } from '../../../src/expressions/request-expressions.ts'

const VALUE = { ':v': { S: 'x' } }
/** What all ExpressionAttributeValues of a request may take. */
const MAX_BYTES = 2_097_152
/** What one expression with its names and values may take. */
const MAX_EXPRESSION_BYTES = 1_048_576

describe('ExpressionAttributeNames', () => {
  it.each([
    ['text', 'names', 'Unexpected token received from parser'],
    ['a list', ['#a'], 'Start of list found where not expected'],
    ['a number for a name', { '#a': 1 }, 'NUMBER_VALUE cannot be converted to String'],
    ['true for a name', { '#a': true }, 'TRUE_VALUE cannot be converted to String'],
    ['false for a name', { '#a': false }, 'FALSE_VALUE cannot be converted to String'],
    ['a list for a name', { '#a': ['a'] }, 'Start of structure or map found where not expected'],
  ])('refuse %s', (_, names, message) => {
    expect(() => bindExpressions({ ExpressionAttributeNames: names })).toThrow(
      expect.objectContaining({ name: 'SerializationException', message }),
    )
  })

  it.each([undefined, null])('may be %s', (names) => {
    const binder = bindExpressions({ ExpressionAttributeNames: names, ExpressionAttributeValues: VALUE })
    binder.condition('ConditionExpression', 'a = :v')
    expect(() => binder.finish()).not.toThrow()
  })

  it('take a name of 65,535 bytes and refuse one more', () => {
    const bind = (name: string) => () => bindExpressions({ ExpressionAttributeNames: { '#n': name } })
    expect(bind('é'.repeat(32_767))).not.toThrow()
    expect(bind('é'.repeat(32_768))).toThrow(
      'ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than 65536 bytes for key #n',
    )
  })

  it('refuse a name that is null', () => {
    expect(() => bindExpressions({ ExpressionAttributeNames: { '#n': null } })).toThrow(
      'ExpressionAttributeNames contains invalid value: Empty attribute name for key #n',
    )
  })
})

describe('ExpressionAttributeValues', () => {
  it.each([
    ['text', 'values', 'Unexpected token received from parser'],
    ['a list', [], 'Start of list found where not expected'],
    ['text for a value', { ':v': 'x' }, 'Unexpected value type in payload'],
    ['a number for text', { ':v': { S: 1 } }, 'NUMBER_VALUE cannot be converted to String'],
  ])('refuse %s', (_, values, message) => {
    expect(() => bindExpressions({ ExpressionAttributeValues: values })).toThrow(
      expect.objectContaining({ name: 'SerializationException', message }),
    )
  })

  it('refuse a value that is null', () => {
    expect(() => bindExpressions({ ExpressionAttributeValues: { ':v': null } })).toThrow(
      'ExpressionAttributeValues contains invalid value: The supplied Item contains a null AttributeValue for key :v',
    )
  })

  it('say which value is no number', () => {
    expect(() => bindExpressions({ ExpressionAttributeValues: { ':v': { N: 'abc' } } })).toThrow(
      'ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: abc for key :v',
    )
  })

  it('take 2 MB with their placeholders and refuse one byte more', () => {
    const bind = (size: number) => () =>
      bindExpressions({ ExpressionAttributeValues: { ':v': { S: 'x'.repeat(size) } } })
    expect(bind(MAX_BYTES - 2)).not.toThrow()
    expect(bind(MAX_BYTES - 1)).toThrow('ExpressionAttributeValues exceeds max size')
  })
})

describe('names and values together', () => {
  const names = { '#n': 'x'.repeat(100) }
  const namesBytes = 102
  const bind = (size: number, text: string) => () =>
    bindExpressions({
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':v': { S: 'x'.repeat(size) } },
    }).projection(text)

  it.each([1, 0])('take 2 MB, less %i', (less) => {
    expect(bind(MAX_BYTES - namesBytes - 2 - less, '#n')).not.toThrow()
  })

  it('are refused with one byte more, before any expression is looked at', () => {
    expect(bind(MAX_BYTES - namesBytes - 1, '#n =')).toThrow(
      'Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size',
    )
  })
})

describe('thousands of placeholders', () => {
  const values = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`:v${at}`, { N: `0${at}` }]))

  it('are looked up and checked like a few', () => {
    const binder = bindExpressions({ ExpressionAttributeValues: values })
    const condition = binder.condition('ConditionExpression', 'a = :v1 AND b = :v1999')
    const source = { attribute: (name: string) => ({ N: name === 'a' ? '1' : '1999' }) }
    expect(condition.evaluate(source)).toBe(true)
    expect(() => bindExpressions({ ExpressionAttributeValues: { ...values, ':w': { N: 'x' } } })).toThrow('for key :w')
    expect(() => binder.condition('ConditionExpression', 'a = :v2000')).toThrow('attribute value: :v2000')
  })

  it('are all listed when none is used', () => {
    const binder = bindExpressions({ ExpressionAttributeValues: values })
    binder.projection('a')
    expect(() => binder.finish()).toThrow(
      new RegExp(`unused in expressions: keys: \\{(:v\\d+, ){${Object.keys(values).length - 1}}:v\\d+\\}`),
    )
  })
})

describe('an expression with its names and values filled in', () => {
  it('may take 1 MB, each use of a value counted', () => {
    const text = 'a=:v OR b=:v'
    const bind = (size: number) => () =>
      bindExpressions({ ExpressionAttributeValues: { ':v': { S: 'x'.repeat(size) } } }).condition(
        'FilterExpression',
        text,
      )
    const fits = (MAX_EXPRESSION_BYTES - text.length) / 2
    expect(bind(fits)).not.toThrow()
    expect(bind(fits + 1)).toThrow('Invalid FilterExpression: Expression size has exceeded the maximum allowed size;')
  })
})

describe('finish', () => {
  it('accepts names and values that any of the expressions used', () => {
    const binder = bindExpressions({
      ExpressionAttributeNames: { '#a': 'a', '#b': 'b', '#c': 'c' },
      ExpressionAttributeValues: { ':v': { S: 'x' }, ':w': { S: 'y' } },
    })
    binder.update('SET #a = :v')
    binder.condition('ConditionExpression', '#b = :w')
    binder.projection('#c')
    expect(() => binder.finish()).not.toThrow()
  })

  it('refuses unused names before unused values', () => {
    const binder = bindExpressions({
      ExpressionAttributeNames: { '#z': 'a', '#b': 'b' },
      ExpressionAttributeValues: VALUE,
    })
    binder.projection('a')
    expect(() => binder.finish()).toThrow(
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#z, #b}',
    )
  })
})
