// Turns a bound condition into closures, so that evaluating it for each of many items decides nothing twice. Closures,
// not generated code: the engine runs under a strict Content-Security-Policy (law 14).

import type { AttributeSource, AttributeValue } from '../model/attribute-value.ts'
import type { BoundCondition, BoundOperand } from './bound-condition.ts'
import { type DocumentPath, valueAtPath } from './document-path.ts'
import type { Comparator } from './syntax-tree.ts'
import { areEqual, beginsWith, containsValue, hasType, orderOf, sizeOf } from './value-operations.ts'

/** Says whether a condition holds for an item. */
export type Predicate = (source: AttributeSource) => boolean

/** The value of an operand for an item; undefined when the item has none. */
type Reader = (source: AttributeSource) => AttributeValue | undefined

/** The predicate that a bound condition stands for. */
export function compileCondition(condition: BoundCondition): Predicate {
  switch (condition.kind) {
    case 'and':
      return allOf(condition.conditions.map(compileCondition))
    case 'or':
      return anyOf(condition.conditions.map(compileCondition))
    case 'not': {
      const predicate = compileCondition(condition.condition)
      return (source) => !predicate(source)
    }
    case 'comparison':
      return compileComparison(condition.comparator, condition.left, condition.right)
    case 'between':
      return compileBetween(condition.operand, condition.low, condition.high)
    case 'in': {
      const read = compileOperand(condition.operand)
      const candidates = condition.candidates.map(compileOperand)
      return (source) => {
        const value = read(source)
        return value !== undefined && candidates.some((candidate) => areEqual(value, candidate(source)))
      }
    }
    case 'attribute_exists': {
      const read = compilePath(condition.path)
      return (source) => read(source) !== undefined
    }
    case 'attribute_not_exists': {
      const read = compilePath(condition.path)
      return (source) => read(source) === undefined
    }
    case 'attribute_type': {
      const read = compileOperand(condition.operand)
      const { type } = condition
      return (source) => hasType(read(source), type)
    }
    case 'begins_with': {
      const read = compileOperand(condition.operand)
      const prefix = compileOperand(condition.prefix)
      return (source) => beginsWith(read(source), prefix(source))
    }
    case 'contains': {
      const read = compileOperand(condition.operand)
      const content = compileOperand(condition.content)
      return (source) => containsValue(read(source), content(source))
    }
  }
}

/** Two conditions are by far the most frequent; they need no loop. */
function allOf(predicates: readonly Predicate[]): Predicate {
  const [first, second] = predicates
  if (predicates.length === 2 && first !== undefined && second !== undefined) {
    return (source) => first(source) && second(source)
  }
  return (source) => predicates.every((predicate) => predicate(source))
}

function anyOf(predicates: readonly Predicate[]): Predicate {
  const [first, second] = predicates
  if (predicates.length === 2 && first !== undefined && second !== undefined) {
    return (source) => first(source) || second(source)
  }
  return (source) => predicates.some((predicate) => predicate(source))
}

function compileComparison(comparator: Comparator, left: BoundOperand, right: BoundOperand): Predicate {
  const one = compileOperand(left)
  const other = compileOperand(right)
  switch (comparator) {
    case '=':
      return (source) => areEqual(one(source), other(source))
    case '<>':
      // Also true when an operand is missing: the service takes it as the opposite of equal.
      return (source) => !areEqual(one(source), other(source))
    case '<':
      return (source) => orderOf(one(source), other(source)) < 0
    case '<=':
      return (source) => orderOf(one(source), other(source)) <= 0
    case '>':
      return (source) => orderOf(one(source), other(source)) > 0
    case '>=':
      return (source) => orderOf(one(source), other(source)) >= 0
  }
}

function compileBetween(operand: BoundOperand, low: BoundOperand, high: BoundOperand): Predicate {
  const read = compileOperand(operand)
  const lower = compileOperand(low)
  const upper = compileOperand(high)
  return (source) => {
    const value = read(source)
    return orderOf(value, lower(source)) >= 0 && orderOf(value, upper(source)) <= 0
  }
}

function compileOperand(operand: BoundOperand): Reader {
  switch (operand.kind) {
    case 'path':
      return compilePath(operand.path)
    case 'value': {
      const { value } = operand
      return () => value
    }
    case 'size': {
      const read = compileOperand(operand.operand)
      return (source) => {
        const size = sizeOf(read(source))
        return size === undefined ? undefined : { N: size }
      }
    }
  }
}

function compilePath(path: DocumentPath): Reader {
  if (path.length > 1) return (source) => valueAtPath(source, path)
  const [name] = path
  return (source) => source.attribute(name)
}
