// From syntax back to text, with as few characters as the grammar allows: what we send counts against the 4 KB of an
// expression. Parsing the text gives the same syntax again.

import type {
  ConditionSyntax,
  OperandSyntax,
  PathSyntax,
  ProjectionSyntax,
  SetValueSyntax,
  UpdateActionSyntax,
  UpdateSyntax,
} from './syntax-tree.ts'

/** How tightly a condition binds; a part that binds less tightly than what it stands in needs parentheses. */
const TIGHTNESS = { or: 0, and: 1, not: 2, predicate: 3 } as const

/** The text of a condition. */
export function printCondition(condition: ConditionSyntax): string {
  switch (condition.kind) {
    case 'and':
      return printParts(condition.conditions, ' AND ', TIGHTNESS.and)
    case 'or':
      return printParts(condition.conditions, ' OR ', TIGHTNESS.or)
    case 'not':
      return `NOT ${printPart(condition.condition, TIGHTNESS.not)}`
    case 'comparison':
      return `${printOperand(condition.left)}${condition.comparator}${printOperand(condition.right)}`
    case 'between':
      return `${printOperand(condition.operand)} BETWEEN ${printOperand(condition.low)} AND ${printOperand(condition.high)}`
    case 'in':
      return `${printOperand(condition.operand)} IN(${printOperands(condition.candidates)})`
    case 'function':
      return printOperand(condition)
  }
}

/** The text of an update. */
export function printUpdate(update: UpdateSyntax): string {
  return update.sections.map((section) => `${section.keyword} ${section.actions.map(printAction).join(',')}`).join(' ')
}

/** The text of a projection. */
export function printProjection(projection: ProjectionSyntax): string {
  return projection.paths.map(printPath).join(',')
}

/** The text of a path. */
export function printPath(path: PathSyntax): string {
  return path.elements
    .map((element, depth) => {
      if (element.kind === 'index') return `[${element.digits}]`
      return depth === 0 ? element.text : `.${element.text}`
    })
    .join('')
}

/** Parts of the same kind as the whole are put in parentheses, so that they stay one part. */
function printParts(parts: readonly ConditionSyntax[], separator: string, tightness: number): string {
  return parts.map((part) => printPart(part, tightness + 1)).join(separator)
}

function printPart(condition: ConditionSyntax, minTightness: number): string {
  const text = printCondition(condition)
  return tightnessOf(condition) < minTightness ? `(${text})` : text
}

function tightnessOf(condition: ConditionSyntax): number {
  const { kind } = condition
  return kind === 'and' || kind === 'or' || kind === 'not' ? TIGHTNESS[kind] : TIGHTNESS.predicate
}

function printAction(action: UpdateActionSyntax): string {
  const path = printPath(action.path)
  if (action.kind === 'set') return `${path}=${printSetValue(action.value)}`
  return action.kind === 'remove' ? path : `${path} ${action.value.placeholder}`
}

function printSetValue(value: SetValueSyntax): string {
  if (value.kind !== 'arithmetic') return printOperand(value)
  return `${printOperand(value.left)}${value.operator}${printOperand(value.right)}`
}

function printOperand(operand: OperandSyntax): string {
  if (operand.kind === 'path') return printPath(operand)
  if (operand.kind === 'value') return operand.placeholder
  return `${operand.name}(${printOperands(operand.operands)})`
}

function printOperands(operands: readonly OperandSyntax[]): string {
  return operands.map(printOperand).join(',')
}
