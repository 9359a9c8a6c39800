// Cuts the text of an expression into tokens. It never fails: what is no token of the language becomes a token of one
// UTF-16 unit, which the parser refuses where it stands, as the service does.

/** The words of the language; they are matched whatever their case. */
export type Keyword = 'AND' | 'OR' | 'NOT' | 'BETWEEN' | 'IN' | 'SET' | 'REMOVE' | 'ADD' | 'DELETE'

/** The signs of the language. */
export type Sign = '(' | ')' | '[' | ']' | ',' | '.' | '=' | '<>' | '<' | '<=' | '>' | '>=' | '+' | '-'

/**
 * What a token is: a keyword or sign as such, `identifier` an attribute or function name, `name` a #placeholder,
 * `value` a :placeholder, `integer` a list index, `unknown` nothing of the language, `end` the end of the text.
 */
export type TokenKind = Keyword | Sign | 'identifier' | 'name' | 'value' | 'integer' | 'unknown' | 'end'

/** One token and where it stands in the text (UTF-16 units, the end not included). */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly start: number
  readonly end: number
}

// One alternative always matches, so the sticky expression walks the text once, without going back.
const TOKEN =
  /[ \t\r\n]+|([A-Za-z][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(0|[1-9][0-9]*)|(<>|<=|>=|[()[\],.=<>+-])|[^]/y
const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  'AND',
  'OR',
  'NOT',
  'BETWEEN',
  'IN',
  'SET',
  'REMOVE',
  'ADD',
  'DELETE',
])
const LONGEST_KEYWORD_CHARS = 7

/** The tokens of an expression, without white space, the last one being `end`. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let start = 0; start < text.length; start = TOKEN.lastIndex) {
    const match = TOKEN.exec(text) as RegExpExecArray
    const kind = kindOf(match)
    if (kind !== undefined) tokens.push({ kind, text: match[0], start, end: TOKEN.lastIndex })
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: text.length, end: text.length })
  return tokens
}

/** The kind of a match of TOKEN; undefined for white space. */
function kindOf(match: RegExpExecArray): TokenKind | undefined {
  const [text, word, name, value, integer, sign] = match
  if (word !== undefined) return keywordOf(word) ?? 'identifier'
  if (name !== undefined) return 'name'
  if (value !== undefined) return 'value'
  if (integer !== undefined) return 'integer'
  if (sign !== undefined) return sign as Sign
  return ' \t\r\n'.includes(text.charAt(0)) ? undefined : 'unknown'
}

function keywordOf(word: string): Keyword | undefined {
  if (word.length > LONGEST_KEYWORD_CHARS) return undefined
  const upper = word.toUpperCase()
  return KEYWORDS.has(upper) ? (upper as Keyword) : undefined
}
