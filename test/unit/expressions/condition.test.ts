// What a bound condition or projection tells its caller, beside the answers that are recorded from a reference server.

import { describe, expect, it } from 'vitest'
import { bindExpressions } from '../../../src/expressions/request-expressions.ts'

describe('condition', () => {
  it('says which attributes it reads, and into which it looks', () => {
    const binder = bindExpressions({
      ExpressionAttributeNames: { '#n': 'name' },
      ExpressionAttributeValues: { ':v': { N: '1' } },
    })
    const condition = binder.condition('FilterExpression', '#n.a = :v AND size(b[0]) > c OR attribute_exists(d)')
    expect(condition.topLevelNames).toEqual(new Set(['name', 'b', 'c', 'd']))
    expect(condition.nestedNames).toEqual(new Set(['name', 'b']))
  })

  it('reads an attribute once for each operand that names it, and none that it does not need', () => {
    const reads: string[] = []
    const source = {
      attribute: (name: string) => {
        reads.push(name)
        return name === 'a' ? { N: '1' } : undefined
      },
    }
    const binder = bindExpressions({ ExpressionAttributeValues: { ':v': { N: '2' } } })
    const condition = binder.condition('FilterExpression', 'a = :v AND b = :v OR a < :v OR c = :v')
    expect(condition.evaluate(source)).toBe(true)
    expect(reads).toEqual(['a', 'a'])
  })

  it('is bound anew for each request with the same text', () => {
    const evaluateWith = (name: string, text: string): boolean => {
      const binder = bindExpressions({
        ExpressionAttributeNames: { '#a': name },
        ExpressionAttributeValues: { ':v': { S: text } },
      })
      const source = { attribute: (asked: string) => (asked === 'x' ? { S: 'one' } : undefined) }
      return binder.condition('ConditionExpression', '#a = :v').evaluate(source)
    }
    expect([evaluateWith('x', 'one'), evaluateWith('x', 'two'), evaluateWith('y', 'one')]).toEqual([true, false, false])
  })

  it('names the parameter that holds it in its refusals', () => {
    const binder = bindExpressions({})
    expect(() => binder.condition('ConditionExpression', 'a')).toThrow(
      'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "a"',
    )
    expect(() => binder.condition('FilterExpression', 'a')).toThrow(
      'Invalid FilterExpression: Syntax error; token: "<EOF>", near: "a"',
    )
  })
})

describe('projection', () => {
  it('says which attributes it reads, and whether it looks into any', () => {
    const whole = bindExpressions({}).projection('a, b')
    expect([whole.topLevelNames, whole.nestedNames, whole.wholeAttributesOnly]).toEqual([
      new Set(['a', 'b']),
      new Set(),
      true,
    ])
    const nested = bindExpressions({}).projection('a, b[0]')
    expect([nested.topLevelNames, nested.nestedNames, nested.wholeAttributesOnly]).toEqual([
      new Set(['a', 'b']),
      new Set(['b']),
      false,
    ])
  })

  it('projects an attribute called __proto__ as its own', () => {
    const projection = bindExpressions({ ExpressionAttributeNames: { '#p': '__proto__' } }).projection('#p, m.#p')
    const source = {
      attribute: (name: string) =>
        name === 'm' ? { M: Object.fromEntries([['__proto__', { S: 'in' }]]) } : { S: `value of ${name}` },
    }
    expect(Object.entries(projection.project(source))).toEqual([
      ['__proto__', { S: 'value of __proto__' }],
      ['m', { M: Object.fromEntries([['__proto__', { S: 'in' }]]) }],
    ])
  })
})
