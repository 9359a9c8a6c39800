// Statements made to hurt: each is answered at once, without a deep stack.

import { describe, expect, it } from 'vitest'
import { bindStatement } from '../../../../src/expressions/partiql/bind-statement.ts'
import { MAX_STATEMENT_CHARS } from '../../../../src/model/limits.ts'

const TOO_DEEP = 'Nesting Levels have exceeded supported limits'
const WHERE = 'SELECT p FROM tab WHERE '
const room = MAX_STATEMENT_CHARS - WHERE.length

function malformed(text: string): string {
  return `Statement wasn't well formed, can't be processed: ${text}`
}

const MALFORMED: readonly (readonly [string, string])[] = [
  ['opening parentheses', '('.repeat(room)],
  ['parentheses within each other', `${'('.repeat(4000)}p='a'${')'.repeat(4000)}`],
  ['opening brackets', '['.repeat(room)],
  ['opening bags', '<<'.repeat(room / 2)],
  ['maps within each other', "{'a':".repeat(room / 5)],
  ['calls within each other', 'size('.repeat(room / 5)],
  ['a text that never ends', `p='${'x'.repeat(room - 3)}`],
  ['quotes that never end', `p='${"''".repeat(4000)}`],
  ['a name that never ends', `p="${'x'.repeat(room - 3)}`],
  ['a comment that never ends', `p=1 /*${'*'.repeat(room - 6)}`],
  ['comments that begin again and again', '/*'.repeat(room / 2)],
  ['stars and slashes', '/*/'.repeat(2500)],
  ['points', '.'.repeat(room)],
  ['NOTs without a condition', 'NOT '.repeat(2000)],
  ['a number with a long power of ten', `p=1e${'9'.repeat(8000)}`],
  ['characters of no language', '\u{1F600}'.repeat(4000)],
]

const REFUSED: readonly (readonly [string, string, string])[] = [
  ['2,000 NOTs', `${'NOT '.repeat(2000)}p='a'`, 'The expression contains too many operators; operator count: 301'],
  [
    '1,000 conditions',
    Array.from({ length: 1000 }, () => 'p=1').join(' OR '),
    'The expression contains too many operators; operator count: 301',
  ],
  [
    '8,000 minus signs with spaces between them',
    `p=${'- '.repeat(3900)}q`,
    'Unsupported operator in Condition Expression. Operator: -',
  ],
  ['a number of 8,000 digits', `p=${'9'.repeat(8000)}`, 'DynamoDB only supports precision up to 38 digits'],
  [
    'a number that is too large',
    'p=1e999999999',
    'Number overflow. Attempting to store a number with magnitude larger than supported range',
  ],
  [
    'a path of 2,000 names',
    `p${'.a'.repeat(2000)}=1`,
    'The document path has too many nesting levels; nesting levels: 2001',
  ],
  [
    '4,000 values of IN',
    `q IN [${'1,'.repeat(3999)}1]`,
    'The IN operator is provided with too many operands; number of operands: 4000',
  ],
  [
    'a list index of 8,000 digits',
    `p[${'9'.repeat(8000)}]=1`,
    `List index is not within the allowable range; index: [${'9'.repeat(8000)}] at 1:27:8000`,
  ],
]

describe('a hostile statement', () => {
  it.each(MALFORMED)('with %s is malformed', (_, text) => {
    const statement = `${WHERE}${text}`
    expect(() => bindStatement(statement, [])).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: malformed(statement) }),
    )
  })

  it.each(REFUSED)('with %s is refused', (_, text, message) => {
    expect(() => bindStatement(`${WHERE}${text}`, [])).toThrow(
      expect.objectContaining({ name: 'ValidationException', message }),
    )
  })

  it('is refused when its value is deeper than an attribute may be', () => {
    const value = `${'['.repeat(33)}${']'.repeat(33)}`
    expect(() => bindStatement(`INSERT INTO tab VALUE {'p':${value}}`, [])).toThrow(TOO_DEEP)
  })

  it('keeps an attribute called like a member of every object', () => {
    const statement = bindStatement(`INSERT INTO tab VALUE {'__proto__':1,'constructor':2}`, [])
    expect(statement.kind === 'insert' && Object.entries(statement.item)).toEqual([
      ['__proto__', { N: '1' }],
      ['constructor', { N: '2' }],
    ])
  })

  it('has no attribute that it does not name', () => {
    expect(() => bindStatement(`INSERT INTO tab VALUE {'a':1,'a':2}`, [])).toThrow('Duplicate keys in tuple. Key: a')
    expect(() => bindStatement(`INSERT INTO tab VALUE {'toString':1}`, [])).not.toThrow()
  })
})
