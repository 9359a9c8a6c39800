// What can be said against an expression without its names and values: functions that do not exist or stand where they
// may not, reserved words, list indexes out of range. The service reports the first one in the text.

import { MAX_LIST_INDEX } from '../model/limits.ts'
import { type ExpressionParameter, expressionException } from './expression-exception.ts'
import { isReservedWord } from './reserved-words.ts'
import type {
  ConditionSyntax,
  FunctionSyntax,
  OperandSyntax,
  PathSyntax,
  ProjectionSyntax,
  SetValueSyntax,
  UpdateSyntax,
} from './syntax-tree.ts'

/** Where a function may stand: as a condition, as an operand of one, as the value of a SET, or inside such a value. */
type Place = 'condition' | 'operand' | 'set value' | 'update operand'

const CONDITION_FUNCTIONS: ReadonlyMap<string, readonly Place[]> = new Map([
  ['attribute_exists', ['condition']],
  ['attribute_not_exists', ['condition']],
  ['attribute_type', ['condition']],
  ['begins_with', ['condition']],
  ['contains', ['condition']],
  ['size', ['operand']],
])
const UPDATE_FUNCTIONS: ReadonlyMap<string, readonly Place[]> = new Map([
  ['if_not_exists', ['set value', 'update operand']],
  ['list_append', ['set value']],
])

/**
 * Checks a condition, filter or key condition.
 *
 * @throws ServiceException ValidationException
 */
export function checkCondition(parameter: ExpressionParameter, condition: ConditionSyntax): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const part of condition.conditions) checkCondition(parameter, part)
      break
    case 'not':
      checkCondition(parameter, condition.condition)
      break
    case 'comparison':
      checkOperands(parameter, [condition.left, condition.right], 'operand')
      break
    case 'between':
      checkOperands(parameter, [condition.operand, condition.low, condition.high], 'operand')
      break
    case 'in':
      checkOperands(parameter, [condition.operand, ...condition.candidates], 'operand')
      break
    case 'function':
      checkFunction(parameter, condition, 'condition')
      break
  }
}

/**
 * Checks an update; at last, that no section comes twice.
 *
 * @throws ServiceException ValidationException
 */
export function checkUpdate(parameter: ExpressionParameter, update: UpdateSyntax): void {
  for (const section of update.sections) {
    for (const action of section.actions) {
      checkPath(parameter, action.path)
      if (action.kind === 'set') checkSetValue(parameter, action.value)
    }
  }
  const seen = new Set<string>()
  for (const { keyword } of update.sections) {
    if (seen.has(keyword)) {
      const problem = `The "${keyword}" section can only be used once in an update expression;`
      throw expressionException(parameter, problem)
    }
    seen.add(keyword)
  }
}

/**
 * Checks a projection.
 *
 * @throws ServiceException ValidationException
 */
export function checkProjection(parameter: ExpressionParameter, projection: ProjectionSyntax): void {
  for (const path of projection.paths) checkPath(parameter, path)
}

function checkSetValue(parameter: ExpressionParameter, value: SetValueSyntax): void {
  if (value.kind === 'arithmetic') checkOperands(parameter, [value.left, value.right], 'update operand')
  else checkOperands(parameter, [value], 'set value')
}

function checkOperands(parameter: ExpressionParameter, operands: readonly OperandSyntax[], place: Place): void {
  for (const operand of operands) {
    if (operand.kind === 'path') checkPath(parameter, operand)
    else if (operand.kind === 'function') checkFunction(parameter, operand, place)
  }
}

function checkFunction(parameter: ExpressionParameter, call: FunctionSyntax, place: Place): void {
  const isInCondition = place === 'condition' || place === 'operand'
  const places = (isInCondition ? CONDITION_FUNCTIONS : UPDATE_FUNCTIONS).get(call.name)
  if (places === undefined) {
    const isKnown = CONDITION_FUNCTIONS.has(call.name) || UPDATE_FUNCTIONS.has(call.name)
    const expression = isInCondition ? 'a condition' : 'an update'
    const problem = isKnown
      ? `The function is not allowed in ${expression} expression; function: ${call.name}`
      : `Invalid function name; function: ${call.name}`
    throw expressionException(parameter, problem)
  }
  if (!places.includes(place)) {
    const problem = `The function is not allowed to be used this way in an expression; function: ${call.name}`
    throw expressionException(parameter, problem)
  }
  checkOperands(parameter, call.operands, isInCondition ? 'operand' : 'update operand')
}

function checkPath(parameter: ExpressionParameter, path: PathSyntax): void {
  for (const element of path.elements) {
    if (element.kind === 'name' && isReservedWord(element.text)) {
      const problem = `Attribute name is a reserved keyword; reserved keyword: ${element.text}`
      throw expressionException(parameter, problem)
    }
    if (element.kind === 'index' && Number(element.digits) > MAX_LIST_INDEX) {
      const problem = `List index is not within the allowable range; index: [${element.digits}]`
      throw expressionException(parameter, problem)
    }
  }
}
