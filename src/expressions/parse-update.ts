// The grammar of update expressions: sections in any order, each with actions separated by commas.

import type { SetValueSyntax, UpdateActionSyntax, UpdateSectionSyntax, UpdateSyntax } from './syntax-tree.ts'
import { parseBareOperand, parseOperand, parsePath, parseValue, takeOpeningParentheses } from './parse-operand.ts'
import type { TokenReader } from './token-reader.ts'

/** Parses a whole update expression. */
export function parseUpdate(reader: TokenReader): UpdateSyntax {
  const sections: UpdateSectionSyntax[] = []
  do {
    sections.push(parseSection(reader))
  } while (isSectionKeyword(reader.kind))
  reader.finish()
  return { kind: 'update', sections }
}

function parseSection(reader: TokenReader): UpdateSectionSyntax {
  const keyword = reader.kind
  if (!isSectionKeyword(keyword)) return reader.refuse()
  reader.take()
  const actions = [parseAction(reader, keyword)]
  while (reader.takeIf(',')) actions.push(parseAction(reader, keyword))
  return { keyword, actions }
}

function parseAction(reader: TokenReader, keyword: UpdateSectionSyntax['keyword']): UpdateActionSyntax {
  const path = parsePath(reader)
  switch (keyword) {
    case 'SET':
      reader.expect('=')
      return { kind: 'set', path, value: parseSetValue(reader) }
    case 'REMOVE':
      return { kind: 'remove', path }
    case 'ADD':
      return { kind: 'add', path, value: parseValue(reader) }
    case 'DELETE':
      return { kind: 'delete', path, value: parseValue(reader) }
  }
}

/** An operand, or a sum or difference of two; parentheses may stand around each of them. */
function parseSetValue(reader: TokenReader): SetValueSyntax {
  reader.undecided()
  let openCount = takeOpeningParentheses(reader)
  let value: SetValueSyntax = parseBareOperand(reader)
  let isGrouped = false
  for (;;) {
    const operator = reader.kind
    if (value.kind !== 'arithmetic' && (operator === '+' || operator === '-')) {
      reader.decided()
      reader.take()
      value = { kind: 'arithmetic', operator, left: value, right: parseOperand(reader) }
      isGrouped = false
    }
    if (openCount === 0) {
      reader.decided()
      return value
    }
    reader.expect(')')
    openCount--
    if (isGrouped) reader.refuseRedundantParentheses()
    isGrouped = true
  }
}

function isSectionKeyword(kind: string): kind is UpdateSectionSyntax['keyword'] {
  return kind === 'SET' || kind === 'REMOVE' || kind === 'ADD' || kind === 'DELETE'
}
