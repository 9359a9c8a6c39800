// What the actions of an update do with values: pure functions from the old value to the new one.

import { byteKeyFromBytes } from '../base/byte-key.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeSource, AttributeValue, Item } from '../model/attribute-value.ts'
import { addNumbers, subtractNumbers } from '../model/number.ts'
import { type ServiceException, validationException } from '../model/service-exception.ts'
import type { BoundSetOperand, BoundSetValue } from './bound-update.ts'
import { valueAtPath } from './document-path.ts'

/**
 * The value that a SET gives its place.
 *
 * @param item the item before the update
 * @throws ServiceException ValidationException when an operand is missing or has the wrong type, or the result is no
 *   number that the service can hold
 */
export function evaluateSetValue(value: BoundSetValue, item: Item): AttributeValue {
  const source: AttributeSource = { attribute: (name) => ownAttribute(item, name) }
  if (value.kind === 'path' || value.kind === 'value' || value.kind === 'if_not_exists') {
    return evaluateOperand(value, source)
  }
  const left = evaluateOperand(value.left, source)
  if (value.kind === 'list_append') {
    const first = listOf(left)
    return { L: [...first, ...listOf(evaluateOperand(value.right, source))] }
  }
  const number = numberOf(left)
  const operand = numberOf(evaluateOperand(value.right, source))
  return { N: value.kind === '+' ? addNumbers(number, operand) : subtractNumbers(number, operand) }
}

/**
 * ADD: the sum of two numbers, a set with the members of another added, or, in AttributeUpdates only, two lists in a row.
 *
 * @param old undefined when there is nothing yet
 * @throws ServiceException ValidationException when the types do not fit, or the sum is no number that the service can
 *   hold
 */
export function added(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (old === undefined) return value
  if ('N' in old && 'N' in value) return { N: addNumbers(old.N, value.N) }
  if ('SS' in old && 'SS' in value) return { SS: union(old.SS, value.SS, textOf) }
  if ('NS' in old && 'NS' in value) return { NS: union(old.NS, value.NS, textOf) }
  if ('BS' in old && 'BS' in value) return { BS: union(old.BS, value.BS, byteKeyFromBytes) }
  if ('L' in old && 'L' in value) return { L: [...old.L, ...value.L] }
  throw incorrectDataType()
}

/**
 * DELETE: a set without the members of another.
 *
 * @param old undefined when there is nothing
 * @returns undefined when nothing is left: sets are never empty
 * @throws ServiceException ValidationException when the types do not fit
 */
export function deleted(old: AttributeValue | undefined, value: AttributeValue): AttributeValue | undefined {
  if (old === undefined) return undefined
  if ('SS' in old && 'SS' in value) {
    const rest = difference(old.SS, value.SS, textOf)
    return rest.length === 0 ? undefined : { SS: rest }
  }
  if ('NS' in old && 'NS' in value) {
    const rest = difference(old.NS, value.NS, textOf)
    return rest.length === 0 ? undefined : { NS: rest }
  }
  if ('BS' in old && 'BS' in value) {
    const rest = difference(old.BS, value.BS, byteKeyFromBytes)
    return rest.length === 0 ? undefined : { BS: rest }
  }
  throw incorrectDataType()
}

function evaluateOperand(operand: BoundSetOperand, source: AttributeSource): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return operand.value
    case 'path': {
      const value = valueAtPath(source, operand.path)
      if (value === undefined) {
        throw validationException('The provided expression refers to an attribute that does not exist in the item')
      }
      return value
    }
    case 'if_not_exists': {
      // The service evaluates the second operand even where it is not needed, and refuses it when it is missing.
      const otherwise = evaluateOperand(operand.otherwise, source)
      return valueAtPath(source, operand.path) ?? otherwise
    }
  }
}

function listOf(value: AttributeValue): readonly AttributeValue[] {
  if ('L' in value) return value.L
  throw incorrectDataType()
}

function numberOf(value: AttributeValue): string {
  if ('N' in value) return value.N
  throw incorrectDataType()
}

function union<Member>(old: readonly Member[], more: readonly Member[], keyOf: (member: Member) => string): Member[] {
  const known = new Set(old.map(keyOf))
  return [...old, ...more.filter((member) => !known.has(keyOf(member)))]
}

function difference<Member>(
  old: readonly Member[],
  less: readonly Member[],
  keyOf: (member: Member) => string,
): Member[] {
  const gone = new Set(less.map(keyOf))
  return old.filter((member) => !gone.has(keyOf(member)))
}

function textOf(member: string): string {
  return member
}

function incorrectDataType(): ServiceException {
  return validationException('An operand in the update expression has an incorrect data type')
}
