// Filter criteria of triggers, in the pattern syntax of Lambda's event source mappings: a pattern has the shape of the events
// that it matches, with lists of alternatives at its leaves.
//
// `{ eventName: ['INSERT'], dynamodb: { NewImage: { price: { N: [{ numeric: ['>', 100] }] } } } }`
//
// Where an event has a list, one of its elements has to match. DynamoDB writes numbers as text; `numeric` reads such text.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html

import { DatabaseError } from '../base/database-error.ts'

/** A pattern: names of members with what their values have to be. */
export interface EventPattern {
  readonly [name: string]: EventPattern | readonly PatternRule[] | readonly EventPattern[]
}

/** One alternative for a value: the value itself, or what has to hold for it. */
export type PatternRule =
  | string
  | number
  | boolean
  | null
  | { readonly prefix: TextRule }
  | { readonly suffix: TextRule }
  | { readonly 'equals-ignore-case': string }
  | { readonly 'anything-but': AnythingBut }
  | { readonly numeric: readonly (string | number)[] }
  | { readonly exists: boolean }

/** Text as it is, or in whatever case. */
export type TextRule = string | { readonly 'equals-ignore-case': string }

/** What a value must not be. */
export type AnythingBut =
  | string
  | number
  | readonly (string | number)[]
  | { readonly prefix: string | readonly string[] }
  | { readonly suffix: string | readonly string[] }
  | { readonly 'equals-ignore-case': string | readonly string[] }

/** A pattern ready to be used. */
export type EventMatcher = (event: unknown) => boolean

/** Tests a value; undefined where the event has none. */
type ValueTest = (value: unknown) => boolean

/** Levels of a pattern. */
const MAX_DEPTH = 40
const OR = '$or'
const COMPARISONS: ReadonlyMap<string, (value: number, bound: number) => boolean> = new Map([
  ['=', (value, bound) => value === bound],
  ['<', (value, bound) => value < bound],
  ['<=', (value, bound) => value <= bound],
  ['>', (value, bound) => value > bound],
  ['>=', (value, bound) => value >= bound],
])

/**
 * Makes a matcher of patterns, of which one has to match.
 *
 * @param patterns none match everything
 * @throws DatabaseError `InvalidOption` for what is no pattern
 */
export function compilePatterns(patterns: readonly unknown[]): EventMatcher {
  if (patterns.length === 0) return () => true
  return anyOf(patterns.map((pattern) => compilePattern(pattern, '', 0)))
}

function compilePattern(pattern: unknown, path: string, depth: number): EventMatcher {
  if (!isObject(pattern)) throw invalid(path, 'is an object')
  if (depth > MAX_DEPTH) throw invalid(path, `is at most ${MAX_DEPTH} levels deep`)
  const names = Object.keys(pattern)
  if (names.length === 0) throw invalid(path, 'has a member')
  const tests = names.map((name): EventMatcher => {
    const place = path === '' ? name : `${path}.${name}`
    if (name === OR) return compileOr(pattern[name], { path, place, depth })
    const member = compileMember(pattern[name], place, depth)
    return (event) => member(isObject(event) && Object.hasOwn(event, name) ? event[name] : undefined)
  })
  return (event) => tests.every((test) => test(event))
}

function compileOr(
  alternatives: unknown,
  { path, place, depth }: { readonly path: string; readonly place: string; readonly depth: number },
): EventMatcher {
  if (!Array.isArray(alternatives) || alternatives.length < 2)
    throw invalid(place, 'is a list of at least two patterns')
  return anyOf(alternatives.map((alternative) => compilePattern(alternative, path, depth + 1)))
}

function compileMember(member: unknown, path: string, depth: number): ValueTest {
  if (!Array.isArray(member)) {
    const inner = compilePattern(member, path, depth + 1)
    // An element of a list has to match as a whole: members of several elements are not mixed.
    return (value) => (Array.isArray(value) ? value.some(inner) : inner(value))
  }
  if (member.length === 0) throw invalid(path, 'has an alternative')
  const rules = anyOf(member.map((rule) => compileRule(rule, path)))
  return (value) => (Array.isArray(value) && value.length > 0 ? value.some(rules) : rules(value))
}

function compileRule(rule: unknown, path: string): ValueTest {
  if (rule === null || typeof rule === 'string' || typeof rule === 'boolean') return (value) => value === rule
  if (typeof rule === 'number') return (value) => value === rule
  const [entry, ...more] = isObject(rule) ? Object.entries(rule) : []
  if (entry === undefined || more.length > 0) throw invalid(path, 'has values or rules of one member as alternatives')
  const [name, operand] = entry
  switch (name) {
    case 'prefix':
      return compileAffix(operand, path, (text, affix) => text.startsWith(affix))
    case 'suffix':
      return compileAffix(operand, path, (text, affix) => text.endsWith(affix))
    case 'equals-ignore-case':
      return equalsIgnoringCase([textOf(operand, path)])
    case 'anything-but':
      return compileAnythingBut(operand, path)
    case 'numeric':
      return compileNumeric(operand, path)
    case 'exists':
      if (typeof operand !== 'boolean') throw invalid(path, 'has true or false for exists')
      // Only leaves exist: an object is not one.
      return (value) => (value !== undefined && !isObject(value)) === operand
    default:
      throw invalid(path, `has no rule ${name}`)
  }
}

function compileAffix(operand: unknown, path: string, holds: (text: string, affix: string) => boolean): ValueTest {
  if (typeof operand === 'string') return (value) => typeof value === 'string' && holds(value, operand)
  if (!isObject(operand)) throw invalid(path, 'has a text for prefix and suffix')
  const folded = fold(textOf(operand['equals-ignore-case'], path))
  return (value) => typeof value === 'string' && holds(fold(value), folded)
}

/** Values that are not there match nothing, not even this. */
function compileAnythingBut(operand: unknown, path: string): ValueTest {
  const refused = compileRefused(operand, path)
  return (value) => (typeof value === 'string' || typeof value === 'number') && !refused(value)
}

function compileRefused(operand: unknown, path: string): ValueTest {
  if (!isObject(operand)) {
    const values = listOf(operand)
    if (values.length === 0 || !values.every((value) => typeof value === 'string' || typeof value === 'number')) {
      throw invalid(path, 'has texts or numbers for anything-but')
    }
    return (value) => values.includes(value as string | number)
  }
  const [entry, ...more] = Object.entries(operand)
  if (entry === undefined || more.length > 0) throw invalid(path, 'has one rule for anything-but')
  const [name, given] = entry
  const texts = listOf(given).map((text) => textOf(text, path))
  switch (name) {
    case 'prefix':
      return (value) => texts.some((text) => String(value).startsWith(text))
    case 'suffix':
      return (value) => texts.some((text) => String(value).endsWith(text))
    case 'equals-ignore-case':
      return equalsIgnoringCase(texts)
    default:
      throw invalid(path, `has no rule anything-but ${name}`)
  }
}

function compileNumeric(operand: unknown, path: string): ValueTest {
  const parts = Array.isArray(operand) ? (operand as readonly unknown[]) : []
  if (parts.length !== 2 && parts.length !== 4) throw invalid(path, 'has one comparison or two for numeric')
  const tests = [parts.slice(0, 2), parts.slice(2)]
    .filter((pair) => pair.length > 0)
    .map(([sign, bound]): ((value: number) => boolean) => {
      const compare = COMPARISONS.get(sign as string)
      if (compare === undefined || typeof bound !== 'number') throw invalid(path, 'compares with numbers')
      return (value) => compare(value, bound)
    })
  return (value) => {
    const number = numberOf(value)
    return number !== undefined && tests.every((test) => test(number))
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

function equalsIgnoringCase(texts: readonly string[]): ValueTest {
  const folded = texts.map(fold)
  return (value) => typeof value === 'string' && folded.includes(fold(value))
}

function fold(text: string): string {
  return text.toUpperCase().toLowerCase()
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function textOf(value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalid(path, 'compares with text')
  return value
}

function anyOf(tests: readonly ValueTest[]): ValueTest {
  return (value) => tests.some((test) => test(value))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(path: string, rule: string): DatabaseError {
  const where = path === '' ? 'A filter pattern' : `A filter pattern at ${path}`
  return new DatabaseError('InvalidOption', `${where} ${rule}.`, { data: { path } })
}
