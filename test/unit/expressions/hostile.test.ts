// Texts made to hurt. Each of them is answered well within a second, without a deep stack.

import { describe, expect, it } from 'vitest'
import { bindExpressions } from '../../../src/expressions/request-expressions.ts'

const TOO_MANY = 'The expression contains too many operators; operator count: 301'
const HOSTILE: readonly (readonly [string, string, string])[] = [
  ['4,096 opening parentheses', '('.repeat(4096), 'Syntax error; token: "<EOF>", near: "("'],
  ['4,096 opening brackets', '['.repeat(4096), 'Syntax error; token: "[", near: "[["'],
  ['4,096 unknown characters', '$'.repeat(4096), 'Syntax error; token: "$", near: "$$"'],
  ['4,096 spaces', ' '.repeat(4096), `Syntax error; token: "<EOF>", near: "${' '.repeat(4096)}"`],
  ['1,024 NOTs', 'NOT '.repeat(1024), 'Syntax error; token: "<EOF>", near: "NOT "'],
  [
    '1,000 NOTs before a condition',
    `${'NOT '.repeat(1000)}a=a`,
    'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]',
  ],
  ['2,048 function calls inside each other', 'f('.repeat(2048), TOO_MANY],
  ['600 sizes inside each other', `${'size('.repeat(600)}a${')'.repeat(600)}=a`, TOO_MANY],
  ['parentheses and NOTs in turn', '(NOT '.repeat(819), TOO_MANY],
  ['calls and parentheses in turn', 'f(('.repeat(1365), TOO_MANY],
  [
    'a path of 1,365 elements',
    `${'a.'.repeat(1365)}a=b`,
    'The document path has too many nesting levels; nesting levels: 1366',
  ],
  [
    'a list index of 4,000 digits',
    `a[${'9'.repeat(4000)}]=b`,
    `List index is not within the allowable range; index: [${'9'.repeat(4000)}]`,
  ],
  ['a name of 4,096 characters', 'a'.repeat(4096), `Syntax error; token: "<EOF>", near: "${'a'.repeat(4096)}"`],
]

describe('a hostile condition', () => {
  it.each(HOSTILE)('of %s is refused', (_, text, problem) => {
    expect(() => bindExpressions({}).condition('ConditionExpression', text)).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: `Invalid ConditionExpression: ${problem}` }),
    )
  })

  it('with 300 operators is evaluated', () => {
    const text = `NOT ${Array.from({ length: 150 }, () => 'a=b').join(' AND ')}`
    const condition = bindExpressions({}).condition('ConditionExpression', text)
    expect(condition.evaluate({ attribute: () => undefined })).toBe(false)
  })
})

describe('a hostile update', () => {
  it('with 2,000 values is refused as soon as it is too long', () => {
    const text = `SET ${Array.from({ length: 2000 }, (_, index) => `a${index}=:v`).join(',')}`
    expect(() => bindExpressions({}).update(text)).toThrow(
      'Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;',
    )
  })

  it('with 500 clashing paths is refused', () => {
    const text = `REMOVE ${Array.from({ length: 500 }, (_, index) => `a[${index}]`).join(',')},a`
    expect(() => bindExpressions({}).update(text)).toThrow(
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, [499]], path two: [a]',
    )
  })
})

describe('a hostile projection', () => {
  it('of 2,048 commas is refused', () => {
    expect(() => bindExpressions({}).projection(','.repeat(2048))).toThrow(
      'Invalid ProjectionExpression: Syntax error; token: ",", near: ",,"',
    )
  })
})
