// The grammar of conditions, filters and key conditions, by recursive descent: OR binds loosest, then AND, NOT, and the
// comparisons. Whether a parenthesis holds a condition or an operand shows only behind it, so that a term is parsed
// without asking, and its user says what it has to be.

import type { ConditionSyntax, OperandSyntax } from './syntax-tree.ts'
import { parseBareOperand, parseOperand, parseOperands, takeOpeningParentheses } from './parse-operand.ts'
import type { TokenReader } from './token-reader.ts'
import type { TokenKind } from './tokenize.ts'

/** A condition or an operand; `isGrouped` when parentheses stand around it. A function call can be used as both. */
type Term =
  | { readonly kind: 'condition'; readonly condition: ConditionSyntax; readonly isGrouped: boolean }
  | { readonly kind: 'operand'; readonly operand: OperandSyntax; readonly isGrouped: boolean }

/** Parses a whole condition. */
export function parseCondition(reader: TokenReader): ConditionSyntax {
  const condition = asCondition(reader, parseOr(reader))
  reader.finish()
  return condition
}

/** Each of these functions goes on from `first` when the term that they begin with has been parsed already. */
function parseOr(reader: TokenReader, first?: Term): Term {
  const term = parseAnd(reader, first)
  if (reader.kind !== 'OR') return term
  const conditions = [asCondition(reader, term)]
  while (reader.takeIf('OR')) conditions.push(asCondition(reader, parseAnd(reader)))
  return conditionTerm({ kind: 'or', conditions })
}

function parseAnd(reader: TokenReader, first?: Term): Term {
  const term = parseNot(reader, first)
  if (reader.kind !== 'AND') return term
  const conditions = [asCondition(reader, term)]
  while (reader.takeIf('AND')) conditions.push(asCondition(reader, parseNot(reader)))
  return conditionTerm({ kind: 'and', conditions })
}

function parseNot(reader: TokenReader, first?: Term): Term {
  let notCount = 0
  if (first === undefined) while (reader.takeIf('NOT')) notCount++
  const term = parsePredicate(reader, first)
  if (notCount === 0) return term
  let condition = asCondition(reader, term)
  for (let count = 0; count < notCount; count++) condition = { kind: 'not', condition }
  return conditionTerm(condition)
}

function parsePredicate(reader: TokenReader, first?: Term): Term {
  const term = first ?? parsePrimary(reader)
  const { kind } = reader
  if (isComparator(kind)) {
    const left = asOperand(reader, term)
    reader.take()
    return conditionTerm({ kind: 'comparison', comparator: kind, left, right: parseOperand(reader) })
  }
  if (kind === 'BETWEEN') {
    const operand = asOperand(reader, term)
    reader.take()
    const low = parseOperand(reader)
    reader.expect('AND')
    return conditionTerm({ kind: 'between', operand, low, high: parseOperand(reader) })
  }
  if (kind === 'IN') {
    const operand = asOperand(reader, term)
    reader.take()
    reader.expect('(')
    const candidates = parseOperands(reader)
    reader.expect(')')
    return conditionTerm({ kind: 'in', operand, candidates })
  }
  return term
}

function parsePrimary(reader: TokenReader): Term {
  reader.undecided()
  if (reader.kind === '(') return parseParentheses(reader)
  return { kind: 'operand', operand: parseBareOperand(reader), isGrouped: false }
}

/** A run of parentheses is a loop, not a recursion: text may open thousands of them. */
function parseParentheses(reader: TokenReader): Term {
  let openCount = takeOpeningParentheses(reader)
  let term = reader.nested(() => parseOr(reader))
  for (;;) {
    reader.expect(')')
    if (term.isGrouped) reader.refuseRedundantParentheses()
    term = { ...term, isGrouped: true }
    openCount--
    if (openCount === 0) return term
    term = parseOr(reader, term)
  }
}

function isComparator(kind: TokenKind): kind is '=' | '<>' | '<' | '<=' | '>' | '>=' {
  return kind === '=' || kind === '<>' || kind === '<' || kind === '<=' || kind === '>' || kind === '>='
}

function conditionTerm(condition: ConditionSyntax): Term {
  return { kind: 'condition', condition, isGrouped: false }
}

function asCondition(reader: TokenReader, term: Term): ConditionSyntax {
  const condition = term.kind === 'condition' ? term.condition : term.operand
  if (condition.kind === 'path' || condition.kind === 'value') return reader.refuse()
  reader.decided()
  return condition
}

function asOperand(reader: TokenReader, term: Term): OperandSyntax {
  if (term.kind === 'condition') return reader.refuse()
  reader.decided()
  return term.operand
}
