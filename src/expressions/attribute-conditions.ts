// Several conditions of before there were expressions, as one condition: Expected, QueryFilter and ScanFilter, with the
// ConditionalOperator that joins them.

import { eachMember } from '../base/large-objects.ts'
import { checkAttributeName } from '../model/attribute-rules.ts'
import type { AttributeConditionInput, ConditionalOperator, ExpectedAttributeValue } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import { type AttributeCondition, attributeCondition, boundAttributeCondition } from './attribute-condition.ts'
import type { BoundCondition } from './bound-condition.ts'
import { compileCondition } from './compile-condition.ts'
import type { Condition } from './condition.ts'

const INVALID = 'One or more parameter values were invalid:'

/**
 * Binds `Expected`.
 *
 * @param expected in the API's shape, values untrusted
 * @returns undefined when it says nothing
 * @throws ServiceException ValidationException
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExpectedAttributeValue.html
 */
export function expectedCondition(
  expected: Readonly<Record<string, ExpectedAttributeValue | null>> | undefined,
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  const conditions: AttributeCondition[] = []
  eachMember(expected ?? {}, (name, value) => {
    if (value === null) throw invalid('ExpectedAttributeValue must not be null', name)
    conditions.push(expectedOf(name, value))
  })
  return joined(conditions, operator)
}

/**
 * Binds `QueryFilter` or `ScanFilter`.
 *
 * @param filter in the API's shape, values untrusted
 * @returns undefined when it says nothing
 * @throws ServiceException ValidationException
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.QueryFilter.html
 */
export function filterCondition(
  filter: Readonly<Record<string, AttributeConditionInput | null>> | undefined,
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  const conditions: AttributeCondition[] = []
  eachAttributeCondition(filter ?? {}, (condition) => conditions.push(condition))
  return joined(conditions, operator)
}

/**
 * Checks conditions one by one: those of a filter, or `KeyConditions`.
 *
 * @param conditions in the API's shape, values untrusted
 * @param visit gets each as it has been checked
 * @throws ServiceException ValidationException
 */
export function eachAttributeCondition(
  conditions: Readonly<Record<string, AttributeConditionInput | null>>,
  visit: (condition: AttributeCondition) => void,
): void {
  eachMember(conditions, (name, condition) => {
    if (condition === null) {
      throw validationException(`The filter condition for an attribute cannot be null: ${name}`)
    }
    visit(attributeCondition(name, condition.ComparisonOperator, condition.AttributeValueList ?? []))
  })
}

function expectedOf(name: string, expected: ExpectedAttributeValue): AttributeCondition {
  checkAttributeName(name)
  const { AttributeValueList, ComparisonOperator, Exists, Value } = withoutNulls(expected)
  if (Value !== undefined && AttributeValueList !== undefined) {
    throw invalid('Value and AttributeValueList cannot be used together', name)
  }
  if (ComparisonOperator !== undefined) {
    if (Exists !== undefined) throw invalid('Exists and ComparisonOperator cannot be used together', name)
    const values = AttributeValueList ?? (Value === undefined ? undefined : [Value])
    if (values === undefined && ComparisonOperator !== 'NULL' && ComparisonOperator !== 'NOT_NULL') {
      throw invalid(`Value or AttributeValueList must be used with ComparisonOperator: ${ComparisonOperator}`, name)
    }
    return attributeCondition(name, ComparisonOperator, values ?? [])
  }
  if (AttributeValueList !== undefined) {
    throw invalid('AttributeValueList can only be used with a ComparisonOperator', name)
  }
  if (Exists === false) {
    if (Value !== undefined) throw invalid('Value cannot be used when Exists is false', name)
    return { name, operator: 'NULL', values: [] }
  }
  if (Value === undefined) throw invalid(`Value must be provided when Exists is ${Exists ?? null}`, name)
  return attributeCondition(name, 'EQ', [Value])
}

/** Members that are null count as not given. */
function withoutNulls(expected: ExpectedAttributeValue): ExpectedAttributeValue {
  return Object.fromEntries(Object.entries(expected).filter(([, member]) => member !== null))
}

function invalid(problem: string, name: string): Error {
  return validationException(`${INVALID} ${problem} for Attribute: ${name}`)
}

/** @param operator AND when it is not given */
function joined(
  conditions: readonly AttributeCondition[],
  operator: ConditionalOperator | undefined,
): Condition | undefined {
  checkOperator(conditions.length, operator)
  const [first, ...others] = conditions.map(boundAttributeCondition)
  if (first === undefined) return undefined
  const kind = operator === 'OR' ? 'or' : 'and'
  const bound: BoundCondition = others.length === 0 ? first : { kind, conditions: [first, ...others] }
  return {
    topLevelNames: new Set(conditions.map(({ name }) => name)),
    nestedNames: new Set(),
    evaluate: compileCondition(bound),
  }
}

function checkOperator(count: number, operator: ConditionalOperator | undefined): void {
  if (operator === undefined) return
  if (count === 0) throw validationException('ConditionalOperator cannot be used without Filter or Expected')
  if (count === 1) {
    throw validationException('ConditionalOperator can only be used when Filter or Expected has two or more elements')
  }
}
