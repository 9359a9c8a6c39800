// Takes a key condition apart into one condition for each attribute, and refuses what can be no part of one.

import type { AttributeValue } from '../model/attribute-value.ts'
import { validationException } from '../model/service-exception.ts'
import type { BoundCondition, BoundOperand } from './bound-condition.ts'
import type { SortCondition } from './key-condition.ts'
import type { Comparator } from './syntax-tree.ts'

const INVALID = 'Invalid condition in KeyConditionExpression:'
/** What `value < key` says of the key. */
const MIRRORED: Readonly<Record<Exclude<Comparator, '<>'>, Exclude<Comparator, '<>'>>> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/**
 * The conditions on single attributes that a key condition is made of, by attribute name.
 *
 * @throws ServiceException ValidationException when a part is none, or an attribute comes twice
 */
export function namedConditions(condition: BoundCondition): ReadonlyMap<string, SortCondition> {
  const conditions = new Map<string, SortCondition>()
  collect(condition, conditions)
  return conditions
}

function collect(condition: BoundCondition, conditions: Map<string, SortCondition>): void {
  if (condition.kind === 'and') {
    for (const part of condition.conditions) collect(part, conditions)
    return
  }
  const { name, named } = namedCondition(condition)
  if (conditions.has(name)) {
    throw validationException('KeyConditionExpressions must only contain one condition per key')
  }
  conditions.set(name, named)
}

function namedCondition(condition: BoundCondition): { readonly name: string; readonly named: SortCondition } {
  switch (condition.kind) {
    case 'comparison': {
      const { comparator, left, right } = condition
      if (comparator === '<>') throw invalidOperator(comparator)
      const { name, values, isKeyFirst } = keyAndValues([left, right])
      const [value] = values as [AttributeValue]
      return { name, named: { kind: isKeyFirst ? comparator : MIRRORED[comparator], value } }
    }
    case 'between': {
      const { name, values } = keyAndValues([condition.operand, condition.low, condition.high], 'BETWEEN')
      const [low, high] = values as [AttributeValue, AttributeValue]
      return { name, named: { kind: 'BETWEEN', low, high } }
    }
    case 'begins_with': {
      const { name, values } = keyAndValues([condition.operand, condition.prefix], 'begins_with')
      const [prefix] = values as [AttributeValue]
      return { name, named: { kind: 'begins_with', prefix } }
    }
    case 'and':
    case 'or':
    case 'not':
    case 'in':
      throw invalidOperator(condition.kind.toUpperCase())
    default:
      throw invalidOperator(condition.kind)
  }
}

/**
 * Splits the operands of a condition into the key attribute and the values that it is compared with.
 *
 * @param keyFirst the operator, when the key attribute has to be its first operand
 */
function keyAndValues(
  operands: readonly BoundOperand[],
  keyFirst?: 'BETWEEN' | 'begins_with',
): { readonly name: string; readonly values: readonly AttributeValue[]; readonly isKeyFirst: boolean } {
  let name: string | undefined
  let isKeyFirst = false
  const values: AttributeValue[] = []
  for (const [index, operand] of operands.entries()) {
    if (operand.kind === 'size') {
      throw validationException('KeyConditionExpressions cannot contain nested operations')
    }
    if (operand.kind === 'value') {
      if (index === 0 && keyFirst !== undefined) {
        throw validationException(`${INVALID} ${keyFirst} operator must have the key attribute as its first operand`)
      }
      values.push(operand.value)
      continue
    }
    if (operand.path.length > 1) {
      throw validationException(
        'Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes',
      )
    }
    if (name !== undefined) throw validationException(`${INVALID} Multiple attribute names used in one condition`)
    name = operand.path[0]
    isKeyFirst = index === 0
  }
  if (name === undefined) throw validationException(`${INVALID} No key attribute specified`)
  return { name, values, isKeyFirst }
}

function invalidOperator(operator: string): Error {
  return validationException(`Invalid operator used in KeyConditionExpression: ${operator}`)
}
