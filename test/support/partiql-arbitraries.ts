// Random WHERE clauses, each with a plain function that says for which items it holds; and random texts that look like
// statements.

import fc from 'fast-check'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'

/** A condition as text, and what it means. */
export interface TestedCondition {
  readonly text: string
  readonly holds: (item: Item) => boolean
}

/** A literal as text and as a value, one of few. */
interface Literal {
  readonly text: string
  readonly value: AttributeValue
}

const TEXTS: readonly Literal[] = ['a', 'b', 'ab', "it's"].map((text) => ({
  text: `'${text.replaceAll("'", "''")}'`,
  value: { S: text },
}))
const NUMBERS: readonly Literal[] = ['0', '1', '2', '-1', '1.5'].map((text) => ({ text, value: { N: text } }))
const OTHERS: readonly Literal[] = [
  { text: 'true', value: { BOOL: true } },
  { text: 'null', value: { NULL: true } },
  { text: "<<'a','b'>>", value: { SS: ['a', 'b'] } },
  { text: '[1,2]', value: { L: [{ N: '1' }, { N: '2' }] } },
  { text: "{'x':1}", value: { M: { x: { N: '1' } } } },
]
const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='] as const
/** Attributes beside the key; written with quotes and without. */
const ATTRIBUTES = ['u', 'v', '"w"'] as const

/** Items of a table with the keys `p` (text) and `s` (number). */
export const partiqlItems: fc.Arbitrary<readonly Item[]> = fc.uniqueArray(
  fc
    .record({
      p: fc.constantFrom('a', 'b', 'ab'),
      s: fc.constantFrom('0', '1', '2', '3', '-1', '1.5'),
      others: fc.dictionary(
        fc.constantFrom('u', 'v', 'w'),
        fc.constantFrom(...[...TEXTS, ...NUMBERS, ...OTHERS].map(({ value }) => value)),
        { noNullPrototype: true },
      ),
    })
    .map(({ p, s, others }): Item => ({ p: { S: p }, s: { N: s }, ...others })),
  { minLength: 1, maxLength: 12, selector: (item) => JSON.stringify([item['p'], item['s']]) },
)

const keyConditions: fc.Arbitrary<TestedCondition> = fc.oneof(
  comparison(fc.constant('p'), fc.constantFrom(...TEXTS), fc.constant('=' as const)),
  comparison(fc.constant('p'), fc.constantFrom(...TEXTS), fc.constantFrom(...COMPARATORS)),
  comparison(fc.constant('s'), fc.constantFrom(...NUMBERS), fc.constantFrom(...COMPARATORS)),
  inList(fc.constant('p'), fc.constantFrom(...TEXTS)),
  inList(fc.constant('s'), fc.constantFrom(...NUMBERS)),
  between('s'),
  fc.constantFrom('a', 'b').map((prefix) => ({
    text: `begins_with(p, '${prefix}')`,
    holds: (item: Item) => textOf(item['p'])?.startsWith(prefix) === true,
  })),
)

const otherConditions: fc.Arbitrary<TestedCondition> = fc.oneof(
  comparison(fc.constantFrom(...ATTRIBUTES), fc.constantFrom(...TEXTS, ...NUMBERS), fc.constantFrom(...COMPARATORS)),
  comparison(fc.constantFrom(...ATTRIBUTES), fc.constantFrom(...OTHERS), fc.constantFrom('=' as const, '<>' as const)),
  inList(fc.constantFrom(...ATTRIBUTES), fc.constantFrom(...TEXTS, ...NUMBERS)),
  fc.tuple(fc.constantFrom(...ATTRIBUTES), fc.boolean(), fc.boolean()).map(([written, isNot, isNull]) => ({
    text: `${written} IS ${isNot ? 'NOT ' : ''}${isNull ? 'NULL' : 'MISSING'}`,
    holds: (item: Item) => {
      const value = item[nameOf(written)]
      return (isNull ? value !== undefined && 'NULL' in value : value === undefined) !== isNot
    },
  })),
  fc.constantFrom(...ATTRIBUTES).map((written) => ({
    text: `attribute_type(${written}, 'S')`,
    holds: (item: Item) => textOf(item[nameOf(written)]) !== undefined,
  })),
)

/** Any WHERE clause over keys and other attributes. */
export const partiqlConditions: fc.Arbitrary<TestedCondition> = fc.letrec<{ condition: TestedCondition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    keyConditions,
    otherConditions,
    fc.array(tie('condition'), { minLength: 2, maxLength: 3 }).map((parts) => joined(parts, 'AND')),
    fc.array(tie('condition'), { minLength: 2, maxLength: 3 }).map((parts) => joined(parts, 'OR')),
    tie('condition').map(({ text, holds }) => ({ text: `NOT (${text})`, holds: (item: Item) => !holds(item) })),
  ),
})).condition

const WORDS = `SELECT INSERT UPDATE DELETE INTO FROM WHERE SET REMOVE VALUE RETURNING ALL MODIFIED OLD NEW AND OR NOT IN BETWEEN IS
MISSING NULL TRUE ORDER BY DESC LIMIT GROUP HAVING DISTINCT EXISTS AS LIKE tab "tab"."byG" p s u "q""r" m.x[0] m['x'] * ? 'text' ''
1 -2.5e3 1e999 1e9999999999 ( ) [ ] { } << >> , : ; = <> < >= + - || . @ "  ' begins_with( size( list_append( set_add( count(*) --
/* */`
const PIECES: readonly string[] = [...WORDS.split(/\s+/), '`', '\u{1F600}', '\0', '\n']

/** Texts of pieces of the language in any order. */
export const pieceTexts: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 40 })
  .map((pieces) => pieces.join(' '))

/** Statements of which some part was taken out, doubled or replaced. */
export const mutatedStatements: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      "SELECT p, m.x[0] FROM tab WHERE p = 'a' AND s BETWEEN 1 AND 2 ORDER BY s DESC",
      'SELECT * FROM "tab"."byG" WHERE g IN [\'a\', ?] OR NOT (begins_with(p, \'x\') AND u IS NOT MISSING)',
      "INSERT INTO tab VALUE {'p':'n','s':1,'l':[1,{'a':<<1,2>>}],'t':true,'z':null,'q':?}",
      "UPDATE tab SET u=u+1-2, l=list_append(l,[1]) REMOVE m.x[0] WHERE p='a' AND s=1 RETURNING MODIFIED NEW *",
      "UPDATE tab SET t=set_add(t,<<'a'>>), v=if_not_exists(v,?) WHERE p='a' AND s=1 AND u>0",
      "DELETE FROM tab WHERE p='a' AND s=1 AND attribute_exists(u) RETURNING ALL OLD *",
    ),
    fc.array(fc.tuple(fc.nat(120), fc.nat(12), fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }))), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([statement, changes]) =>
    changes.reduce<string>(
      (text, [at, count, piece]) => text.slice(0, at) + piece + text.slice(Math.min(text.length, at + count)),
      statement,
    ),
  )

function comparison(
  attributes: fc.Arbitrary<string>,
  literals: fc.Arbitrary<Literal>,
  comparators: fc.Arbitrary<(typeof COMPARATORS)[number]>,
): fc.Arbitrary<TestedCondition> {
  return fc.tuple(attributes, literals, comparators).map(([written, literal, comparator]) => ({
    text: `${written} ${comparator} ${literal.text}`,
    holds: (item) => compares(item[nameOf(written)], comparator, literal.value),
  }))
}

function inList(attributes: fc.Arbitrary<string>, literals: fc.Arbitrary<Literal>): fc.Arbitrary<TestedCondition> {
  return fc
    .tuple(attributes, fc.array(literals, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([written, list, isNot]) => ({
      text: `${written} ${isNot ? 'NOT ' : ''}IN [${list.map(({ text }) => text).join(', ')}]`,
      holds: (item) => list.some(({ value }) => isSame(item[nameOf(written)], value)) !== isNot,
    }))
}

function between(attribute: string): fc.Arbitrary<TestedCondition> {
  return fc.tuple(fc.constantFrom(-1, 0, 1), fc.nat(3)).map(([low, width]) => ({
    text: `${attribute} BETWEEN ${low} AND ${low + width}`,
    holds: (item) => {
      const value = item[attribute]
      return value !== undefined && 'N' in value && Number(value.N) >= low && Number(value.N) <= low + width
    },
  }))
}

function joined(parts: readonly TestedCondition[], operator: 'AND' | 'OR'): TestedCondition {
  return {
    text: parts.map(({ text }) => `(${text})`).join(` ${operator} `),
    holds: (item) =>
      operator === 'AND' ? parts.every(({ holds }) => holds(item)) : parts.some(({ holds }) => holds(item)),
  }
}

function nameOf(written: string): string {
  return written.replaceAll('"', '')
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return value !== undefined && 'S' in value ? value.S : undefined
}

function isSame(one: AttributeValue | undefined, other: AttributeValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function compares(
  one: AttributeValue | undefined,
  comparator: (typeof COMPARATORS)[number],
  other: AttributeValue,
): boolean {
  if (comparator === '=') return isSame(one, other)
  if (comparator === '<>') return !isSame(one, other)
  const order = orderOf(one, other)
  if (order === undefined) return false
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[comparator]
}

/** Small numbers and ASCII: JavaScript orders both as the service does. */
function orderOf(one: AttributeValue | undefined, other: AttributeValue): number | undefined {
  if (one === undefined) return undefined
  if ('N' in one && 'N' in other) return Number(one.N) - Number(other.N)
  if ('S' in one && 'S' in other) return one.S < other.S ? -1 : one.S === other.S ? 0 : 1
  return undefined
}
