// A second, plain evaluator of conditions: it walks the syntax for every item, compares numbers as JavaScript numbers and
// text as bytes. Slow and short on purpose, to be compared with the real one.

import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import type { ConditionSyntax, OperandSyntax } from '../../src/expressions/syntax-tree.ts'

/** What a placeholder stands for. */
export type NaiveValues = Readonly<Record<string, AttributeValue>>

/** Whether a condition without #placeholders holds for an item whose numbers are small integers. */
export function evaluateNaively(condition: ConditionSyntax, item: Item, values: NaiveValues): boolean {
  const valueOf = (operand: OperandSyntax | undefined): AttributeValue | undefined =>
    operand === undefined ? undefined : operandValue(operand, item, values)
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every((part) => evaluateNaively(part, item, values))
    case 'or':
      return condition.conditions.some((part) => evaluateNaively(part, item, values))
    case 'not':
      return !evaluateNaively(condition.condition, item, values)
    case 'comparison': {
      const [left, right] = [valueOf(condition.left), valueOf(condition.right)]
      if (condition.comparator === '=') return isSame(left, right)
      if (condition.comparator === '<>') return !isSame(left, right)
      const order = orderOf(left, right)
      if (order === undefined) return false
      return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[condition.comparator]
    }
    case 'between': {
      const low = orderOf(valueOf(condition.operand), valueOf(condition.low))
      const high = orderOf(valueOf(condition.operand), valueOf(condition.high))
      return low !== undefined && high !== undefined && low >= 0 && high <= 0
    }
    case 'in':
      return condition.candidates.some((candidate) => isSame(valueOf(condition.operand), valueOf(candidate)))
    case 'function':
      return callFunction(condition.name, valueOf(condition.operands[0]), valueOf(condition.operands[1]))
  }
}

function callFunction(name: string, one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  if (name === 'attribute_exists') return one !== undefined
  if (name === 'attribute_not_exists') return one === undefined
  if (one === undefined || other === undefined) return false
  const [type, content] = entryOf(one)
  const [otherType, otherContent] = entryOf(other)
  if (name === 'attribute_type') return type === otherContent
  if (type === 'S' || type === 'B') {
    const at = type === otherType ? bytesOf(content).indexOf(bytesOf(otherContent)) : -1
    return name === 'begins_with' ? at === 0 : at >= 0
  }
  if (name === 'begins_with') return false
  if (type === 'L') return (content as readonly AttributeValue[]).some((element) => isSame(element, other))
  if (type !== `${otherType}S`) return false
  return (content as readonly unknown[]).some((member) => isSame({ [otherType]: member } as AttributeValue, other))
}

function operandValue(operand: OperandSyntax, item: Item, values: NaiveValues): AttributeValue | undefined {
  if (operand.kind === 'value') return values[operand.placeholder]
  if (operand.kind === 'path') {
    let value: unknown = { M: item }
    for (const element of operand.elements) {
      const [type, content] = value === undefined ? [] : entryOf(value as AttributeValue)
      const isMember = element.kind !== 'index'
      if (type !== (isMember ? 'M' : 'L')) return undefined
      value = (content as Record<string, unknown>)[isMember ? element.text : element.digits]
    }
    return value as AttributeValue | undefined
  }
  const value = operand.operands[0] && operandValue(operand.operands[0], item, values)
  if (value === undefined) return undefined
  const [type, content] = entryOf(value)
  if (type === 'N' || type === 'BOOL' || type === 'NULL') return undefined
  const size = type === 'M' ? Object.keys(content as object).length : (content as { readonly length: number }).length
  return { N: String(size) }
}

function entryOf(value: AttributeValue): readonly [string, unknown] {
  return Object.entries(value)[0] as [string, unknown]
}

function bytesOf(content: unknown): Buffer {
  return Buffer.from(content as string | Uint8Array<ArrayBuffer>)
}

function isSame(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  return one !== undefined && other !== undefined && JSON.stringify(plain(one)) === JSON.stringify(plain(other))
}

/** The value in a form that is the same text for the same value. */
function plain(value: AttributeValue): unknown {
  const [type, content] = entryOf(value)
  if (type === 'B') return [type, bytesOf(content).toString('hex')]
  if (type === 'BS') return [type, (content as Uint8Array[]).map((member) => bytesOf(member).toString('hex')).sort()]
  if (type === 'SS' || type === 'NS') return [type, [...(content as string[])].sort()]
  if (type === 'L') return [type, (content as AttributeValue[]).map(plain)]
  if (type !== 'M') return [type, content]
  const members = Object.entries(content as Item).map(([name, member]) => [name, plain(member)] as const)
  return [type, members.sort(([one], [other]) => (one < other ? -1 : 1))]
}

function orderOf(one: AttributeValue | undefined, other: AttributeValue | undefined): number | undefined {
  if (one === undefined || other === undefined) return undefined
  const [type, content] = entryOf(one)
  const [otherType, otherContent] = entryOf(other)
  if (type !== otherType) return undefined
  if (type === 'N') return Number(content) - Number(otherContent)
  return type === 'S' || type === 'B' ? Buffer.compare(bytesOf(content), bytesOf(otherContent)) : undefined
}
