// Fills names and values into an update and checks its operands, in the service's order: first all places, then all
// values, each from the last action of the text to the first.

import { assert } from '../base/assert.ts'
import { attributeType } from '../model/attribute-type.ts'
import type { AttributeType } from '../model/attribute-value.ts'
import { bindDistinctPaths } from './bind-paths.ts'
import type { BoundAction, BoundSetOperand, BoundSetValue } from './bound-update.ts'
import type { DocumentPath } from './document-path.ts'
import { checkFirstDistinct, checkOperandCount, checkOperandTypes } from './operand-checks.ts'
import type { ExpressionScope } from './expression-scope.ts'
import type { FunctionSyntax, OperandSyntax, SetValueSyntax, UpdateActionSyntax, UpdateSyntax } from './syntax-tree.ts'

const NUMBER: ReadonlySet<AttributeType> = new Set(['N'])
const LIST: ReadonlySet<AttributeType> = new Set(['L'])
const ADDABLE: ReadonlySet<AttributeType> = new Set(['N', 'SS', 'NS', 'BS'])
const DELETABLE: ReadonlySet<AttributeType> = new Set(['SS', 'NS', 'BS'])
/** In messages about ADD and DELETE the service calls the types by these names. */
const TYPE_WORDS: Readonly<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  L: 'LIST',
  M: 'MAP',
}

/**
 * Binds an update whose structure has been checked.
 *
 * @returns its actions in the order of the text
 * @throws ServiceException ValidationException
 */
export function bindUpdate(scope: ExpressionScope, syntax: UpdateSyntax): readonly BoundAction[] {
  const actions = syntax.sections.flatMap((section) => section.actions)
  const paths = bindDistinctPaths(
    scope,
    actions.map((action) => action.path),
  )
  const bound: BoundAction[] = []
  for (let index = actions.length - 1; index >= 0; index--) {
    bound.push(bindAction(scope, actions[index] as UpdateActionSyntax, paths[index] as DocumentPath))
  }
  return bound.reverse()
}

function bindAction(scope: ExpressionScope, action: UpdateActionSyntax, path: DocumentPath): BoundAction {
  if (action.kind === 'remove') return { kind: 'remove', path }
  if (action.kind === 'set') return { kind: 'set', path, value: bindSetValue(scope, action.value) }
  const value = scope.value(action.value)
  const type = attributeType(value)
  if (!(action.kind === 'add' ? ADDABLE : DELETABLE).has(type)) {
    const operator = action.kind.toUpperCase()
    throw scope.refusal(
      `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${TYPE_WORDS[type]}, typeSet: ALLOWED_FOR_${operator}_OPERAND`,
    )
  }
  return { kind: action.kind, path, value }
}

function bindSetValue(scope: ExpressionScope, syntax: SetValueSyntax): BoundSetValue {
  if (syntax.kind === 'arithmetic') {
    const left = bindOperand(scope, syntax.left)
    const right = bindOperand(scope, syntax.right)
    scope.countOperators()
    checkOperandTypes(scope, syntax.operator, [left, right], NUMBER)
    return { kind: syntax.operator, left, right }
  }
  if (syntax.kind === 'function' && syntax.name === 'list_append') {
    const [left, right] = bindOperands(scope, syntax)
    checkOperandTypes(scope, syntax.name, [left, right], LIST)
    return { kind: 'list_append', left, right }
  }
  return bindOperand(scope, syntax)
}

function bindOperand(scope: ExpressionScope, syntax: OperandSyntax): BoundSetOperand {
  if (syntax.kind === 'path') return { kind: 'path', path: scope.path(syntax) }
  if (syntax.kind === 'value') return { kind: 'value', value: scope.value(syntax) }
  assert(syntax.name === 'if_not_exists', 'Only if_not_exists is a function that is an operand of an update.')
  const [existing, otherwise] = bindOperands(scope, syntax)
  checkFirstDistinct(scope, syntax.name, [existing, otherwise])
  if (existing.kind !== 'path') {
    throw scope.refusal(`Operator or function requires a document path; operator or function: ${syntax.name}`)
  }
  return { kind: 'if_not_exists', path: existing.path, otherwise }
}

/** Both functions of updates have two operands. */
function bindOperands(scope: ExpressionScope, call: FunctionSyntax): readonly [BoundSetOperand, BoundSetOperand] {
  const operands = call.operands.map((operand) => bindOperand(scope, operand))
  scope.countOperators()
  checkOperandCount(scope, call.name, { given: operands.length, expected: 2 })
  return operands as [BoundSetOperand, BoundSetOperand]
}
