// Values that are compared with key attributes have to be of their types.

import type { BoundCondition, BoundOperand } from '../../expressions/bound-condition.ts'
import type { Conjunct } from '../../expressions/partiql/bound-statement.ts'
import { attributeType } from '../../model/attribute-type.ts'
import type { AttributeValue } from '../../model/attribute-value.ts'
import type { KeyAttribute } from '../../model/key-schema.ts'
import { type ServiceException, validationException } from '../../model/service-exception.ts'
import { isAttribute, sortCondition } from './condition-values.ts'

/**
 * Checks the values of conditions that choose what is read.
 *
 * @throws ServiceException ValidationException
 */
export function checkKeyConditions(conjuncts: readonly Conjunct[], attributes: readonly KeyAttribute[]): void {
  for (const attribute of attributes) {
    for (const { bound } of conjuncts) {
      const condition = sortCondition(bound, attribute.name)
      if (condition === undefined) continue
      const values =
        condition.kind === 'BETWEEN'
          ? [condition.low, condition.high]
          : [condition.kind === 'begins_with' ? condition.prefix : condition.value]
      for (const value of values) checkKeyValue(attribute, value)
    }
  }
}

/**
 * Checks the value of a key attribute.
 *
 * @throws ServiceException ValidationException when it is of another type
 */
export function checkKeyValue({ name, type }: KeyAttribute, value: AttributeValue): void {
  if (attributeType(value) === type) return
  throw validationException(`Key attribute's data type should match its data type in table's schema: Key ${name}`)
}

/**
 * Checks the values of all conditions, wherever they stand.
 *
 * @throws ServiceException ValidationException
 */
export function checkComparedTypes(condition: BoundCondition, attributes: readonly KeyAttribute[]): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const part of condition.conditions) checkComparedTypes(part, attributes)
      break
    case 'not':
      checkComparedTypes(condition.condition, attributes)
      break
    case 'comparison':
      checkOperands([condition.left, condition.right], attributes)
      break
    case 'between':
      checkOperands([condition.operand, condition.low, condition.high], attributes)
      break
    case 'in':
      checkOperands([condition.operand, ...condition.candidates], attributes)
      break
    case 'begins_with':
      checkOperands([condition.operand, condition.prefix], attributes)
      break
    case 'contains':
      checkOperands([condition.operand, condition.content], attributes)
      break
    default:
  }
}

function checkOperands(operands: readonly BoundOperand[], attributes: readonly KeyAttribute[]): void {
  for (const { name, type } of attributes) {
    if (!operands.some((operand) => isAttribute(operand, name))) continue
    for (const operand of operands) {
      if (operand.kind === 'value' && attributeType(operand.value) !== type) throw typeMismatch()
    }
  }
}

function typeMismatch(): ServiceException {
  return validationException(
    'One or more parameter values were invalid: Condition parameter type does not match schema type',
  )
}
