// Words that may not stand in expressions as they are.

import { describe, expect, it } from 'vitest'
import { isReservedWord } from '../../../src/expressions/reserved-words.ts'
import { bindExpressions } from '../../../src/expressions/request-expressions.ts'

describe('reserved words', () => {
  it.each(['ABORT', 'CONVERT', 'FLATTERN', 'INNTER', 'SIZE', 'ZONE'])('include %s', (word) => {
    expect(isReservedWord(word)).toBe(true)
  })

  it.each(['Name', 'naME', 'name'])('are refused whatever their case: %s', (word) => {
    const message = `Attribute name is a reserved keyword; reserved keyword: ${word}`
    const binder = bindExpressions({})
    expect(() => binder.projection(`a.${word}`)).toThrow(`Invalid ProjectionExpression: ${message}`)
    expect(() => binder.update(`REMOVE ${word}`)).toThrow(`Invalid UpdateExpression: ${message}`)
    expect(() => binder.condition('FilterExpression', `attribute_exists(${word})`)).toThrow(
      `Invalid FilterExpression: ${message}`,
    )
  })

  it('can be used behind a placeholder', () => {
    const binder = bindExpressions({ ExpressionAttributeNames: { '#n': 'name' } })
    expect(binder.projection('#n').topLevelNames).toEqual(new Set(['name']))
  })

  it.each(['names_', 'a_name', 'constructor_', '__proto__', 'toString', 'valueOf', ''])('do not include %s', (word) => {
    expect(isReservedWord(word)).toBe(false)
  })
})
