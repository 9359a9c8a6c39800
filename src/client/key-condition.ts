// KeyConditionExpression from `{ country: 'NL', name: { beginsWith: 'Am' } }`.

import type { ExpressionWriter } from './expression.ts'

/** The condition as the service has it. A member is a value that its attribute must equal, or one of the ranges. */
export function writeKeyCondition(writer: ExpressionWriter, where: Readonly<Record<string, unknown>>): string {
  return Object.entries(where)
    .filter(([, condition]) => condition !== undefined)
    .map(([attributeName, condition]) => writeOne(writer, writer.name(attributeName), condition))
    .join(' AND ')
}

function writeOne(writer: ExpressionWriter, name: string, condition: unknown): string {
  const range = rangeOf(condition)
  if (range === undefined) return `${name} = ${writer.operand(condition)}`
  const [operator, bound] = range
  if (operator === 'beginsWith') return `begins_with(${name}, ${writer.operand(bound)})`
  if (operator !== 'between') return `${name} ${operator} ${writer.operand(bound)}`
  const [low, high] = bound as readonly [unknown, unknown]
  return `${name} BETWEEN ${writer.operand(low)} AND ${writer.operand(high)}`
}

function rangeOf(condition: unknown): readonly [operator: string, bound: unknown] | undefined {
  if (typeof condition !== 'object' || condition === null) return undefined
  return Object.entries(condition).find(([operator]) => /^(<|<=|>|>=|between|beginsWith)$/.test(operator))
}
