// Paths, values and function calls: what conditions and updates are made of.

import type { FunctionSyntax, OperandSyntax, PathElementSyntax, PathSyntax, ValueSyntax } from './syntax-tree.ts'
import type { TokenReader } from './token-reader.ts'

/** Parses a document path such as `a.#b[3]`. */
export function parsePath(reader: TokenReader): PathSyntax {
  const elements: PathElementSyntax[] = [parseAttributeName(reader)]
  for (;;) {
    if (reader.takeIf('.')) {
      elements.push(parseAttributeName(reader))
    } else if (reader.takeIf('[')) {
      elements.push({ kind: 'index', digits: reader.expect('integer').text })
      reader.expect(']')
    } else {
      return { kind: 'path', elements }
    }
  }
}

/** Parses a :placeholder. */
export function parseValue(reader: TokenReader): ValueSyntax {
  return { kind: 'value', placeholder: reader.expect('value').text }
}

/** Parses an operand without parentheses around it: a path, a :placeholder or a function call. */
export function parseBareOperand(reader: TokenReader): OperandSyntax {
  if (reader.kind === 'value') return parseValue(reader)
  if (reader.kind === 'identifier' && reader.kindAfter === '(') return parseFunction(reader)
  return parsePath(reader)
}

/** Parses an operand that may stand in parentheses. */
export function parseOperand(reader: TokenReader): OperandSyntax {
  const parenthesesCount = takeOpeningParentheses(reader)
  const operand = parseBareOperand(reader)
  for (let count = 0; count < parenthesesCount; count++) {
    reader.expect(')')
    if (count > 0) reader.refuseRedundantParentheses()
  }
  return operand
}

/** Parses operands with commas between them, one at least. */
export function parseOperands(reader: TokenReader): readonly OperandSyntax[] {
  const operands = [parseOperand(reader)]
  while (reader.takeIf(',')) operands.push(parseOperand(reader))
  return operands
}

/** Takes all opening parentheses that come next, and says how many there were. */
export function takeOpeningParentheses(reader: TokenReader): number {
  let count = 0
  while (reader.takeIf('(')) count++
  return count
}

function parseFunction(reader: TokenReader): FunctionSyntax {
  const name = reader.take().text
  reader.expect('(')
  const operands = reader.nested(() => parseOperands(reader))
  reader.expect(')')
  return { kind: 'function', name, operands }
}

function parseAttributeName(reader: TokenReader): PathElementSyntax {
  if (reader.kind === 'identifier') return { kind: 'name', text: reader.take().text }
  return { kind: 'placeholder', text: reader.expect('name').text }
}
