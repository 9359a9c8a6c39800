// Conditions of before there were expressions: a comparison operator and its values, on one top-level attribute. They
// become what expressions become, so that both are evaluated by the same code.

import { attributeType } from '../model/attribute-type.ts'
import type { AttributeType, AttributeValue } from '../model/attribute-value.ts'
import { checkAttributeName } from '../model/attribute-rules.ts'
import { compareKeyValues } from '../model/compare-values.ts'
import type { ComparisonOperator } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import { canonicalValue } from '../model/validate-item.ts'
import type { BoundCondition, BoundOperand } from './bound-condition.ts'
import type { Comparator } from './syntax-tree.ts'

/** A condition whose operator and values fit each other. */
export interface AttributeCondition {
  readonly name: string
  readonly operator: ComparisonOperator
  readonly values: readonly AttributeValue[]
}

/** How many values an operator takes, and of which types; of any when nothing is said. */
interface OperatorRule {
  readonly min: number
  readonly max: number
  readonly types?: ReadonlySet<AttributeType>
}

const INVALID = 'One or more parameter values were invalid:'
const ORDERED: ReadonlySet<AttributeType> = new Set(['S', 'N', 'B'])
const NO_VALUE: OperatorRule = { min: 0, max: 0 }
const ANY_VALUE: OperatorRule = { min: 1, max: 1 }
const ORDERED_VALUE: OperatorRule = { min: 1, max: 1, types: ORDERED }
const CONTENT: OperatorRule = { min: 1, max: 1, types: new Set(['S', 'N', 'B', 'BOOL', 'NULL']) }
const RULES: Readonly<Record<ComparisonOperator, OperatorRule>> = {
  EQ: ANY_VALUE,
  NE: ANY_VALUE,
  LE: ORDERED_VALUE,
  LT: ORDERED_VALUE,
  GE: ORDERED_VALUE,
  GT: ORDERED_VALUE,
  NULL: NO_VALUE,
  NOT_NULL: NO_VALUE,
  CONTAINS: CONTENT,
  NOT_CONTAINS: CONTENT,
  BEGINS_WITH: { min: 1, max: 1, types: new Set(['S', 'B']) },
  IN: { min: 1, max: Infinity, types: ORDERED },
  BETWEEN: { min: 2, max: 2, types: ORDERED },
}

/**
 * A condition with its values made canonical and checked.
 *
 * @param values untrusted, in the API's shape
 * @throws ServiceException ValidationException when the values are not valid or do not fit the operator
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html
 */
export function attributeCondition(
  name: string,
  operator: ComparisonOperator,
  values: readonly unknown[],
): AttributeCondition {
  checkAttributeName(name)
  const canonical = values.map(canonicalValue)
  checkArguments(operator, canonical)
  return { name, operator, values: canonical }
}

/** What an expression that says the same would be bound to. */
export function boundAttributeCondition({ name, operator, values }: AttributeCondition): BoundCondition {
  const path = [name] as const
  const operand: BoundOperand = { kind: 'path', path }
  const operands = values.map((value): BoundOperand => ({ kind: 'value', value }))
  // How many there are has been checked.
  const [first, second] = operands as [BoundOperand, BoundOperand]
  switch (operator) {
    case 'EQ':
      return comparison('=', operand, first)
    case 'NE':
      return comparison('<>', operand, first)
    case 'LE':
      return comparison('<=', operand, first)
    case 'LT':
      return comparison('<', operand, first)
    case 'GE':
      return comparison('>=', operand, first)
    case 'GT':
      return comparison('>', operand, first)
    case 'NULL':
      return { kind: 'attribute_not_exists', path }
    case 'NOT_NULL':
      return { kind: 'attribute_exists', path }
    case 'CONTAINS':
      return { kind: 'contains', operand, content: first }
    case 'NOT_CONTAINS':
      return lacking(operand, first)
    case 'BEGINS_WITH':
      return { kind: 'begins_with', operand, prefix: first }
    case 'IN':
      return { kind: 'in', operand, candidates: operands }
    case 'BETWEEN':
      return { kind: 'between', operand, low: first, high: second }
  }
}

function comparison(comparator: Comparator, left: BoundOperand, right: BoundOperand): BoundCondition {
  return { kind: 'comparison', comparator, left, right }
}

/** Unlike `NOT contains(…)` this does not hold for an attribute that is not there. */
function lacking(operand: BoundOperand & { readonly kind: 'path' }, content: BoundOperand): BoundCondition {
  return {
    kind: 'and',
    conditions: [
      { kind: 'attribute_exists', path: operand.path },
      { kind: 'not', condition: { kind: 'contains', operand, content } },
    ],
  }
}

/** The service's order: how many values; of each, that its type fits and is that of the first; that they are in order. */
function checkArguments(operator: ComparisonOperator, values: readonly AttributeValue[]): void {
  const { min, max, types } = RULES[operator]
  if (values.length < min || values.length > max) {
    throw validationException(`${INVALID} Invalid number of argument(s) for the ${operator} ComparisonOperator`)
  }
  const [first, second] = values
  for (const value of values) {
    const type = attributeType(value)
    if (types?.has(type) === false) {
      throw validationException(
        `${INVALID} ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`,
      )
    }
    if (first !== undefined && type !== attributeType(first)) {
      throw validationException(`${INVALID} AttributeValues inside AttributeValueList must be of same type`)
    }
  }
  if (first === undefined || second === undefined) return
  if (operator === 'BETWEEN' && compareKeyValues(first, second) > 0) {
    throw validationException(
      'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
    )
  }
}
