// Fills names and values into a condition and checks its operands, in the service's order: the parts of the condition
// from left to right, and for each its operands first, then their number, that they are distinct, then their types (for
// BETWEEN, their types before).

import { assert } from '../base/assert.ts'
import type { AttributeType } from '../model/attribute-value.ts'
import { MAX_IN_OPERANDS } from '../model/limits.ts'
import type { BoundCondition, BoundOperand } from './bound-condition.ts'
import { operandTypeProblem } from './expression-exception.ts'
import type { ExpressionScope } from './expression-scope.ts'
import { checkBounds, checkFirstDistinct, checkOperandCount, checkOperandTypes, staticType } from './operand-checks.ts'
import type { ConditionSyntax, FunctionSyntax, OperandSyntax } from './syntax-tree.ts'

const ORDERED_TYPES: ReadonlySet<AttributeType> = new Set(['S', 'N', 'B'])
const PREFIX_TYPES: ReadonlySet<AttributeType> = new Set(['S', 'B'])
const SIZED_TYPES: ReadonlySet<AttributeType> = new Set(['S', 'B', 'SS', 'NS', 'BS', 'L', 'M'])
// In the order in which the service lists them.
const TYPE_NAMES: readonly string[] = [
  'N',
  'BS',
  'L',
  'B',
  'NULL',
  'M',
  'S',
  'SS',
  'NS',
  'BOOL',
] satisfies AttributeType[]
const UNKNOWN_TYPE = '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}'

/**
 * Binds a condition whose structure has been checked.
 *
 * @throws ServiceException ValidationException
 */
export function bindCondition(scope: ExpressionScope, syntax: ConditionSyntax): BoundCondition {
  switch (syntax.kind) {
    case 'and':
    case 'or': {
      const conditions = syntax.conditions.map((condition) => bindCondition(scope, condition))
      scope.countOperators(conditions.length - 1)
      return { kind: syntax.kind, conditions }
    }
    case 'not':
      scope.countOperators()
      return { kind: 'not', condition: bindCondition(scope, syntax.condition) }
    case 'comparison': {
      const { comparator } = syntax
      const left = bindOperand(scope, syntax.left)
      const right = bindOperand(scope, syntax.right)
      scope.countOperators()
      checkFirstDistinct(scope, comparator, [left, right])
      if (comparator !== '=' && comparator !== '<>') checkOperandTypes(scope, comparator, [left, right], ORDERED_TYPES)
      return { kind: 'comparison', comparator, left, right }
    }
    case 'between': {
      const operand = bindOperand(scope, syntax.operand)
      const low = bindOperand(scope, syntax.low)
      const high = bindOperand(scope, syntax.high)
      scope.countOperators()
      checkOperandTypes(scope, 'BETWEEN', [operand, low, high], ORDERED_TYPES)
      checkFirstDistinct(scope, 'BETWEEN', [operand, low, high])
      checkBounds(scope, { low, high })
      return { kind: 'between', operand, low, high }
    }
    case 'in':
      return bindIn(scope, syntax.operand, syntax.candidates)
    case 'function':
      return bindPredicate(scope, syntax)
  }
}

function bindIn(
  scope: ExpressionScope,
  operandSyntax: OperandSyntax,
  candidatesSyntax: readonly OperandSyntax[],
): BoundCondition {
  const operand = bindOperand(scope, operandSyntax)
  const candidates = candidatesSyntax.map((candidate) => bindOperand(scope, candidate))
  scope.countOperators()
  checkFirstDistinct(scope, 'IN', [operand, ...candidates])
  if (candidates.length > MAX_IN_OPERANDS) {
    throw scope.refusal(`The IN operator is provided with too many operands; number of operands: ${candidates.length}`)
  }
  return { kind: 'in', operand, candidates }
}

/** Binds a function that is a condition by itself. */
function bindPredicate(scope: ExpressionScope, call: FunctionSyntax): BoundCondition {
  switch (call.name) {
    case 'attribute_exists':
    case 'attribute_not_exists': {
      const [operand] = bindOperands(scope, call, 1)
      if (operand?.kind !== 'path') {
        throw scope.refusal(`Operator or function requires a document path; operator or function: ${call.name}`)
      }
      return { kind: call.name, path: operand.path }
    }
    case 'attribute_type': {
      const [operand, type] = bindOperands(scope, call, 2) as [BoundOperand, BoundOperand]
      return { kind: 'attribute_type', operand, type: typeNamed(scope, type) }
    }
    case 'begins_with': {
      const [operand, prefix] = bindOperands(scope, call, 2) as [BoundOperand, BoundOperand]
      checkOperandTypes(scope, call.name, [operand, prefix], PREFIX_TYPES)
      return { kind: 'begins_with', operand, prefix }
    }
    default: {
      assert(call.name === 'contains', 'Function names are checked before names and values are filled in.')
      const [operand, content] = bindOperands(scope, call, 2) as [BoundOperand, BoundOperand]
      return { kind: 'contains', operand, content }
    }
  }
}

function bindOperand(scope: ExpressionScope, syntax: OperandSyntax): BoundOperand {
  if (syntax.kind === 'path') return { kind: 'path', path: scope.path(syntax) }
  if (syntax.kind === 'value') return { kind: 'value', value: scope.value(syntax) }
  assert(syntax.name === 'size', 'Only size is a function that is an operand of a condition.')
  const [operand] = bindOperands(scope, syntax, 1) as [BoundOperand]
  checkOperandTypes(scope, syntax.name, [operand], SIZED_TYPES)
  return { kind: 'size', operand }
}

function bindOperands(scope: ExpressionScope, call: FunctionSyntax, expected: number): readonly BoundOperand[] {
  const operands = call.operands.map((operand) => bindOperand(scope, operand))
  scope.countOperators()
  checkOperandCount(scope, call.name, { given: operands.length, expected })
  checkFirstDistinct(scope, call.name, operands)
  return operands
}

/** The type that the second operand of attribute_type names. */
function typeNamed(scope: ExpressionScope, operand: BoundOperand): AttributeType {
  if (operand.kind !== 'value' || !('S' in operand.value)) {
    throw scope.refusal(operandTypeProblem('attribute_type', staticType(operand) ?? UNKNOWN_TYPE))
  }
  const name = operand.value.S
  if (!TYPE_NAMES.includes(name)) {
    throw scope.refusal(`Invalid attribute type name found; type: ${name}, valid types: {${TYPE_NAMES.join(',')}}`)
  }
  return name as AttributeType
}
