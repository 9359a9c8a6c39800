// Cuts a PartiQL statement into tokens. It never fails: what is no token of the language becomes an `unknown` token, which
// the parser refuses where it stands.

import { KEYWORDS } from './keywords.ts'
import type { Place } from './statement-syntax.ts'

/**
 * What a token is: a `keyword` (text in capitals), an identifier as written or in double quotes, a text in single quotes,
 * a number, a `sign` or `?`, `unknown` nothing of the language, `end` the end of the statement.
 */
export type StatementTokenKind = 'keyword' | 'name' | 'quoted' | 'string' | 'number' | 'sign' | 'unknown' | 'end'

/** One token: its meaning (without quotes), and where it stands. */
export interface StatementToken {
  readonly kind: StatementTokenKind
  readonly text: string
  readonly place: Place
}

// One alternative always matches, so the sticky expression walks the text once. No alternative can match the same text in
// two ways, and a quote or comment that is never closed takes all that is left, so that nothing is looked at again and again.
const TOKEN =
  /([ \t\r\n\f]+|--[^\r\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)|@?([A-Za-z_$][A-Za-z0-9_$]*)|("(?:[^"]|"")*")|('(?:[^']|'')*')|(["'][^]*|\/\*[^]*)|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(<<|>>|<>|<=|>=|!=|\|\||[()[\]{},.:;=<>+*/%?-])|[^]/y
/** No number that an attribute can hold needs one. */
const LONG_EXPONENT = /e[+-]?[0-9]{10}/i
const LINE_BREAK = /\r\n?|\n/g

/** The tokens of a statement, without white space and comments, the last one being `end`. */
export function tokenizeStatement(text: string): readonly StatementToken[] {
  const tokens: StatementToken[] = []
  let line = 1
  let lineStart = 0
  TOKEN.lastIndex = 0
  for (let start = 0; start < text.length; start = TOKEN.lastIndex) {
    const match = TOKEN.exec(text) as RegExpExecArray
    const written = match[0]
    if (match[1] === undefined) {
      const place = { line, column: start - lineStart + 1, length: written.length }
      tokens.push({ ...meaningOf(match), place })
    }
    for (const lineBreak of written.matchAll(LINE_BREAK)) {
      line++
      lineStart = start + lineBreak.index + lineBreak[0].length
    }
  }
  tokens.push({ kind: 'end', text: '', place: { line, column: text.length - lineStart + 1, length: 0 } })
  return tokens
}

function meaningOf(match: RegExpExecArray): Pick<StatementToken, 'kind' | 'text'> {
  const [written, , word, quoted, string, , number, sign] = match
  if (word !== undefined) {
    const upper = word.toUpperCase()
    return KEYWORDS.has(upper) ? { kind: 'keyword', text: upper } : { kind: 'name', text: word }
  }
  if (quoted !== undefined) return { kind: 'quoted', text: quoted.slice(1, -1).replaceAll('""', '"') }
  if (string !== undefined) return { kind: 'string', text: string.slice(1, -1).replaceAll("''", "'") }
  if (number !== undefined) return { kind: LONG_EXPONENT.test(number) ? 'unknown' : 'number', text: number }
  return sign === undefined ? { kind: 'unknown', text: written } : { kind: 'sign', text: sign === '!=' ? '<>' : sign }
}
