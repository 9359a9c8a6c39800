// The grammar of terms, by recursive descent: OR binds loosest, then AND, NOT, comparisons, concatenation, sums, products,
// signs, and paths. It takes more than DynamoDB does, which says what it does not take when the statement is bound.

import type { StatementReader } from './statement-reader.ts'
import type { ComparatorSyntax, MemberSyntax, Place, StepSyntax, TermSyntax } from './statement-syntax.ts'

const COMPARATORS: ReadonlySet<string> = new Set<ComparatorSyntax>(['=', '<>', '<', '<=', '>', '>='])
const NAMED_PREDICATES: ReadonlySet<string> = new Set(['BETWEEN', 'IN', 'LIKE', 'IS', 'NOT'])
/** How tightly operators bind. */
const TIGHTNESS: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['+', 2],
  ['-', 2],
  ['*', 3],
  ['/', 3],
  ['%', 3],
])
const LOOSEST = 1
/** The types that may follow IS, by the words for them. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ...['MISSING', 'NULL', 'BOOLEAN', 'BLOB', 'STRING', 'NUMERIC', 'STRUCT', 'TUPLE', 'LIST'].map(ownName),
  ...['BAG', 'CLOB', 'DATE', 'DECIMAL', 'FLOAT', 'INTEGER', 'SEXP', 'SMALLINT', 'SYMBOL', 'TIME', 'TIMESTAMP'].map(
    ownName,
  ),
  ['BOOL', 'BOOLEAN'],
  ['INT', 'INTEGER'],
])
/** Keywords that are names of functions too. */
const FUNCTION_KEYWORDS: ReadonlySet<string> = new Set([
  'AVG',
  'CHAR_LENGTH',
  'CHARACTER_LENGTH',
  'COALESCE',
  'COUNT',
  'EXISTS',
  'LOWER',
  'MAX',
  'MIN',
  'NULLIF',
  'OCTET_LENGTH',
  'BIT_LENGTH',
  'SIZE',
  'SUM',
  'UPPER',
])

function ownName(word: string): readonly [string, string] {
  return [word, word]
}

/** Parses a term: a condition or a value. */
export function parseTerm(reader: StatementReader): TermSyntax {
  return reader.nested(() => {
    const { place } = reader.next
    const conditions = [parseAnd(reader)]
    while (reader.takeIf('OR')) conditions.push(parseAnd(reader))
    return oneOrMore('or', conditions, place)
  })
}

/** Parses a term without comparisons, as it stands between FROM and WHERE. */
export function parseSource(reader: StatementReader): TermSyntax {
  return parseOperation(reader, LOOSEST)
}

/** Parses a name, a literal or something in brackets, and the steps behind it. */
export function parsePath(reader: StatementReader): TermSyntax {
  const root = parsePrimary(reader)
  const steps: StepSyntax[] = []
  for (;;) {
    if (reader.takeIf('.')) steps.push(parseMember(reader))
    else if (reader.sees('[')) steps.push(parseElement(reader))
    else return steps.length === 0 ? root : { kind: 'path', root, steps, place: root.place }
  }
}

function oneOrMore(kind: 'and' | 'or', conditions: readonly TermSyntax[], place: Place): TermSyntax {
  const [only] = conditions
  return conditions.length === 1 && only !== undefined ? only : { kind, conditions, place }
}

function parseAnd(reader: StatementReader): TermSyntax {
  const { place } = reader.next
  const conditions = [parseNot(reader)]
  while (reader.takeIf('AND')) conditions.push(parseNot(reader))
  return oneOrMore('and', conditions, place)
}

function parseNot(reader: StatementReader): TermSyntax {
  const places: Place[] = []
  while (reader.sees('NOT')) places.push(reader.take().place)
  let term = parsePredicate(reader)
  for (const place of places.reverse()) term = { kind: 'not', condition: term, place }
  return term
}

function parsePredicate(reader: StatementReader): TermSyntax {
  let term = parseOperation(reader, LOOSEST)
  for (;;) {
    const { symbol } = reader
    if (COMPARATORS.has(symbol)) {
      const { place } = reader.take()
      const right = parseOperation(reader, LOOSEST)
      term = { kind: 'comparison', comparator: symbol as ComparatorSyntax, left: term, right, place }
    } else if (NAMED_PREDICATES.has(symbol)) {
      term = parseNamedPredicate(reader, term)
    } else {
      return term
    }
  }
}

/** A predicate whose operator is a word, with or without NOT before it. */
function parseNamedPredicate(reader: StatementReader, operand: TermSyntax): TermSyntax {
  const notPlace = reader.sees('NOT') ? reader.take().place : undefined
  const predicate = parsePositivePredicate(reader, operand, notPlace !== undefined)
  return notPlace === undefined ? predicate : { kind: 'not', condition: predicate, place: notPlace }
}

function parsePositivePredicate(reader: StatementReader, operand: TermSyntax, isNegated: boolean): TermSyntax {
  const { place } = reader.next
  if (reader.takeIf('BETWEEN')) {
    const low = parseOperation(reader, LOOSEST)
    reader.expect('AND')
    return { kind: 'between', operand, low, high: parseOperation(reader, LOOSEST), place }
  }
  if (reader.takeIf('IN')) return { kind: 'in', operand, candidates: parseCandidates(reader), place }
  if (reader.takeIf('LIKE')) {
    return { kind: 'operation', operator: 'like', operands: [operand, parseOperation(reader, LOOSEST)], place }
  }
  if (isNegated) reader.refuse()
  reader.expect('IS')
  const isNot = reader.takeIf('NOT')
  const type = TYPES.get(reader.next.text)
  if (reader.next.kind !== 'keyword' || type === undefined) return reader.refuse()
  reader.take()
  const is: TermSyntax = { kind: 'is', operand, type, place }
  return isNot ? { kind: 'not', condition: is, place } : is
}

/** What follows IN: in parentheses, even one alone is a list. */
function parseCandidates(reader: StatementReader): TermSyntax {
  if (!reader.sees('(')) return parseOperation(reader, LOOSEST)
  const { place } = reader.take()
  const elements = parseTerms(reader)
  reader.expect(')')
  return { kind: 'list', elements, place }
}

/** @param minTightness of the operators that it takes */
function parseOperation(reader: StatementReader, minTightness: number): TermSyntax {
  let term = parseSigned(reader)
  for (;;) {
    const tightness = TIGHTNESS.get(reader.symbol)
    if (tightness === undefined || tightness < minTightness) return term
    const { text: operator, place } = reader.take()
    term = { kind: 'operation', operator, operands: [term, parseOperation(reader, tightness + 1)], place }
  }
}

/** A run of signs is a loop, not a recursion. The sign of a number is part of the number. */
function parseSigned(reader: StatementReader): TermSyntax {
  const signs: { readonly text: string; readonly place: Place }[] = []
  while (reader.sees('+') || reader.sees('-')) signs.push(reader.take())
  let term = parsePath(reader)
  for (const { text: operator, place } of signs.reverse()) {
    if (term.kind === 'number') {
      term = { ...term, text: operator === '-' ? negated(term.text) : term.text }
    } else {
      term = { kind: 'operation', operator, operands: [term], place }
    }
  }
  return term
}

function negated(number: string): string {
  return number.startsWith('-') ? number.slice(1) : `-${number}`
}

function parseMember(reader: StatementReader): StepSyntax {
  const { kind, text, place } = reader.next
  if (reader.takeIf('*')) return { kind: 'unpivot', place }
  if (kind !== 'name' && kind !== 'quoted') return reader.refuse()
  reader.take()
  return { kind: 'member', name: text }
}

function parseElement(reader: StatementReader): StepSyntax {
  reader.expect('[')
  const { place } = reader.next
  if (reader.takeIf('*')) {
    reader.expect(']')
    return { kind: 'wildcard', place }
  }
  const index = parseTerm(reader)
  reader.expect(']')
  return index.kind === 'string' ? { kind: 'member', name: index.text } : { kind: 'element', index }
}

function parsePrimary(reader: StatementReader): TermSyntax {
  const token = reader.next
  const { kind, text, place } = token
  switch (kind) {
    case 'name':
    case 'quoted':
      reader.take()
      if (kind === 'name' && reader.sees('(')) return parseCall(reader, text, place)
      return { kind: 'name', text, place }
    case 'string':
    case 'number':
      reader.take()
      return { kind, text, place }
    case 'keyword':
      return parseKeyword(reader)
    case 'sign':
      return parseBrackets(reader)
    case 'unknown':
    case 'end':
      return reader.refuse()
  }
}

function parseKeyword(reader: StatementReader): TermSyntax {
  if (FUNCTION_KEYWORDS.has(reader.next.text) && reader.seesBehind('(')) {
    const { text, place } = reader.take()
    return parseCall(reader, text.toLowerCase(), place)
  }
  const { text, place } = reader.take()
  switch (text) {
    case 'TRUE':
    case 'FALSE':
      return { kind: 'boolean', value: text === 'TRUE', place }
    case 'NULL':
      return { kind: 'null', place }
    case 'MISSING':
      // As a function it is nothing of the language.
      return reader.sees('(') ? reader.refuse() : { kind: 'missing', place }
    default:
      return reader.refuse()
  }
}

function parseBrackets(reader: StatementReader): TermSyntax {
  const { text, place } = reader.take()
  switch (text) {
    case '?':
      return { kind: 'parameter', index: reader.countParameter(), place }
    case '(':
      return parseParentheses(reader, place)
    case '[': {
      const elements = reader.sees(']') ? [] : parseTerms(reader)
      reader.expect(']')
      return { kind: 'list', elements, place }
    }
    case '<<': {
      const elements = reader.sees('>>') ? [] : parseTerms(reader)
      reader.expect('>>')
      return { kind: 'bag', elements, place }
    }
    case '{':
      return parseStruct(reader, place)
    default:
      return reader.refuse()
  }
}

/** One term in parentheses is that term, several are a list. */
function parseParentheses(reader: StatementReader, place: Place): TermSyntax {
  const elements = parseTerms(reader)
  reader.expect(')')
  const [only] = elements
  return elements.length === 1 && only !== undefined ? only : { kind: 'list', elements, place }
}

function parseStruct(reader: StatementReader, place: Place): TermSyntax {
  const members: MemberSyntax[] = []
  if (reader.takeIf('}')) return { kind: 'struct', members, place }
  do {
    const name = parseTerm(reader)
    reader.expect(':')
    members.push({ name, value: parseTerm(reader) })
  } while (reader.takeIf(','))
  reader.expect('}')
  return { kind: 'struct', members, place }
}

function parseCall(reader: StatementReader, name: string, place: Place): TermSyntax {
  reader.expect('(')
  const starPlace = reader.next.place
  if (reader.takeIf('*')) {
    reader.expect(')')
    return { kind: 'call', name, operands: [{ kind: 'star', place: starPlace }], place }
  }
  const operands = reader.sees(')') ? [] : parseTerms(reader)
  reader.expect(')')
  return { kind: 'call', name, operands, place }
}

function parseTerms(reader: StatementReader): readonly TermSyntax[] {
  const terms = [parseTerm(reader)]
  while (reader.takeIf(',')) terms.push(parseTerm(reader))
  return terms
}
