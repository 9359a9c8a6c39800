// What can be said of operands before any item is read: how many there are, that they differ, and the types of those
// that are values.

import { attributeType } from '../model/attribute-type.ts'
import type { AttributeType, AttributeValue } from '../model/attribute-value.ts'
import { compareKeyValues } from '../model/compare-values.ts'
import type { BoundOperand } from './bound-condition.ts'
import { type DocumentPath, describePath, samePath } from './document-path.ts'
import { operandTypeProblem } from './expression-exception.ts'
import type { ExpressionScope } from './expression-scope.ts'

/** An operand as far as these checks are concerned: a path, a value, or something else with a type or without. */
export type CheckedOperand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size' | 'if_not_exists' | 'list_append' }

/** The type of an operand, if it is the same for all items. */
export function staticType(operand: CheckedOperand): AttributeType | undefined {
  if (operand.kind === 'value') return attributeType(operand.value)
  return operand.kind === 'size' ? 'N' : undefined
}

/**
 * Checks how many operands a function was given.
 *
 * @throws ServiceException ValidationException
 */
export function checkOperandCount(
  scope: ExpressionScope,
  name: string,
  counts: { readonly given: number; readonly expected: number },
): void {
  if (counts.given === counts.expected) return
  throw scope.refusal(
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${counts.given}`,
  )
}

/**
 * Checks that the first operand, when it is a path, does not come again.
 *
 * @throws ServiceException ValidationException
 */
export function checkFirstDistinct(
  scope: ExpressionScope,
  operator: string,
  operands: readonly CheckedOperand[],
): void {
  const [first, ...others] = operands
  if (first?.kind !== 'path') return
  if (!others.some((other) => other.kind === 'path' && samePath(first.path, other.path))) return
  throw scope.refusal(
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${describePath(first.path)}`,
  )
}

/**
 * Checks the operands whose type is known.
 *
 * @throws ServiceException ValidationException when one of them has none of the allowed types
 */
export function checkOperandTypes(
  scope: ExpressionScope,
  operator: string,
  operands: readonly CheckedOperand[],
  allowed: ReadonlySet<AttributeType>,
): void {
  for (const operand of operands) {
    const type = staticType(operand)
    if (type !== undefined && !allowed.has(type)) throw scope.refusal(operandTypeProblem(operator, type))
  }
}

/**
 * Checks the bounds of a BETWEEN when both are values: same type, and in order.
 *
 * @param bounds of a type that is ordered
 * @throws ServiceException ValidationException
 */
export function checkBounds(
  scope: ExpressionScope,
  bounds: { readonly low: BoundOperand; readonly high: BoundOperand },
): void {
  const { low, high } = bounds
  if (low.kind !== 'value' || high.kind !== 'value') return
  const shown = `lower bound operand: AttributeValue: ${describeValue(low.value)}, upper bound operand: AttributeValue: ${describeValue(high.value)}`
  if (attributeType(low.value) !== attributeType(high.value)) {
    throw scope.refusal(`The BETWEEN operator requires same data type for lower and upper bounds; ${shown}`)
  }
  if (compareKeyValues(low.value, high.value) > 0) {
    throw scope.refusal(
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${shown}`,
    )
  }
}

/** A value of an ordered type as the service's messages show it. */
function describeValue(value: AttributeValue): string {
  if ('S' in value) return `{S:${value.S}}`
  if ('N' in value) return `{N:${value.N}}`
  // Of binary values the service shows Java's description of the buffer.
  const sizeBytes = 'B' in value ? value.B.length : 0
  return `{B:java.nio.HeapByteBuffer[pos=0 lim=${sizeBytes} cap=${sizeBytes}]}`
}
