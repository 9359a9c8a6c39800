// What a WHERE clause says of single attributes: the values that one has to be among, or a range of a sort key.

import type { BoundCondition, BoundOperand } from '../../expressions/bound-condition.ts'
import type { SortCondition } from '../../expressions/key-condition.ts'
import type { Comparator } from '../../expressions/syntax-tree.ts'
import { valuesEqual } from '../../model/compare-values.ts'
import type { AttributeValue } from '../../model/attribute-value.ts'

/** What `value < key` says of the key. */
const MIRRORED: Readonly<Record<Comparator, Comparator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/**
 * The values that a condition leaves for a top-level attribute, each once.
 *
 * @returns undefined when it leaves more than it lists
 */
export function listedValues(condition: BoundCondition, name: string): readonly AttributeValue[] | undefined {
  switch (condition.kind) {
    case 'comparison': {
      const value = equalValue(condition, name)
      return value && [value]
    }
    case 'in': {
      if (!isAttribute(condition.operand, name)) return undefined
      const values = condition.candidates.map((candidate) => (candidate.kind === 'value' ? candidate.value : undefined))
      return values.every((value) => value !== undefined) ? distinct(values) : undefined
    }
    case 'or': {
      const lists = condition.conditions.map((part) => listedValues(part, name))
      return lists.every((list) => list !== undefined) ? distinct(lists.flat()) : undefined
    }
    case 'and':
      for (const part of condition.conditions) {
        const values = listedValues(part, name)
        if (values !== undefined) return values
      }
      return undefined
    default:
      return undefined
  }
}

/** The value that a condition says a top-level attribute equals; undefined when it says something else. */
export function equalValue(condition: BoundCondition, name: string): AttributeValue | undefined {
  const compared = comparedValue(condition, name)
  return compared?.comparator === '=' ? compared.value : undefined
}

/** The range that a condition gives a top-level attribute; undefined when it gives none. */
export function sortCondition(condition: BoundCondition, name: string): SortCondition | undefined {
  if (condition.kind === 'between') {
    const { operand, low, high } = condition
    if (!isAttribute(operand, name) || low.kind !== 'value' || high.kind !== 'value') return undefined
    return { kind: 'BETWEEN', low: low.value, high: high.value }
  }
  if (condition.kind === 'begins_with') {
    const { operand, prefix } = condition
    if (!isAttribute(operand, name) || prefix.kind !== 'value') return undefined
    return { kind: 'begins_with', prefix: prefix.value }
  }
  const compared = comparedValue(condition, name)
  if (compared === undefined || compared.comparator === '<>') return undefined
  return { kind: compared.comparator, value: compared.value }
}

/** Whether an operand is this top-level attribute. */
export function isAttribute(operand: BoundOperand, name: string): boolean {
  return operand.kind === 'path' && operand.path.length === 1 && operand.path[0] === name
}

function comparedValue(
  condition: BoundCondition,
  name: string,
): { readonly comparator: Comparator; readonly value: AttributeValue } | undefined {
  if (condition.kind !== 'comparison') return undefined
  const { comparator, left, right } = condition
  if (right.kind === 'value' && isAttribute(left, name)) return { comparator, value: right.value }
  if (left.kind === 'value' && isAttribute(right, name)) return { comparator: MIRRORED[comparator], value: left.value }
  return undefined
}

function distinct(values: readonly AttributeValue[]): readonly AttributeValue[] {
  const found: AttributeValue[] = []
  for (const value of values) if (!found.some((other) => valuesEqual(other, value))) found.push(value)
  return found
}
