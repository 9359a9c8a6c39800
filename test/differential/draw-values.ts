// Attribute values in the API's JSON: few different ones, so that keys meet and conditions hold now and then.

import type { Draw } from './draw.ts'

/** A value on the wire. */
export type WireValue = Readonly<Record<string, unknown>>

/** An item or a key on the wire. */
export type WireItem = Readonly<Record<string, WireValue>>

/** The type of a key attribute. */
export type KeyType = 'S' | 'N' | 'B'

const TEXTS = ['', 'a', 'b', 'ab', 'abc', 'B', 'ä', '\u{1F600}', '\uFFFD', 'a b', '10', '9', 'é', 'z'.repeat(40)]
const NUMBERS = ['0', '1', '2', '-1', '10', '0.1', '1.5', '100', '3.14', '12345678901234567890123456789012345678']
const WRITTEN_NUMBERS = [
  '1.0',
  '1e1',
  '-0',
  '-1.50',
  '00012',
  '1E-130',
  '9.9999999999999999999999999999999999999E+125',
  '-9.9999999999999999999999999999999999999E+125',
  '0.30000000000000004',
  '+5',
  '.5',
  '5.',
]
const BINARIES = ['', 'AA==', 'AQ==', 'AQI=', '/w==', 'AQID', 'YWI=']
const MEMBER_NAMES = ['a', 'b', 'x', 'y', 'size', '__proto__', 'constructor', 'Name', 'a.b']
/** Names of attributes that are no keys. */
export const PLAIN_NAMES: readonly string[] = [
  'a',
  'b',
  'c',
  'm',
  'list',
  'set',
  'size',
  'name',
  '__proto__',
  'a1',
  '_x',
]

const KEY_TEXTS = ['a', 'b', 'ab', 'c']
const KEY_NUMBERS = ['1', '2', '-1.5', '10', '1e2', '2.0', '0']
const KEY_BINARIES = ['AQ==', 'AQI=', '/w==', 'YWI=']

/** Two values of each type, in order, with some key values between them. */
export const KEY_BOUNDS: Readonly<Record<KeyType, readonly [WireValue, WireValue]>> = {
  S: [{ S: 'a' }, { S: 'b' }],
  N: [{ N: '0' }, { N: '10' }],
  B: [{ B: 'AQI=' }, { B: '/w==' }],
}

/** A value that a key attribute of this type may have. */
export function keyValue(draw: Draw, type: KeyType): WireValue {
  const values = { S: KEY_TEXTS, N: KEY_NUMBERS, B: KEY_BINARIES }[type]
  return { [type]: draw.pick(values) }
}

/** Any valid value of an item, whose number need not be written as the service would. */
export function itemValue(draw: Draw): WireValue {
  return draw.chance(15) ? { N: draw.pick(WRITTEN_NUMBERS) } : anyValue(draw)
}

/**
 * Any valid value, nested at most as deep as asked for. Its numbers are as the service writes them, because the reference
 * keeps those inside documents and those of expressions as they were written.
 */
export function anyValue(draw: Draw, depth = 3): WireValue {
  return draw.weighted<WireValue>([
    [4, () => ({ S: draw.pick(TEXTS) })],
    [3, () => ({ N: draw.pick(NUMBERS) })],
    [2, () => ({ B: draw.pick(BINARIES) })],
    [1, () => ({ BOOL: draw.chance(50) })],
    [1, () => ({ NULL: true })],
    [2, () => setValue(draw)],
    [depth > 0 ? 3 : 0, () => ({ L: Array.from({ length: draw.below(4) }, () => anyValue(draw, depth - 1)) })],
    [depth > 0 ? 3 : 0, () => ({ M: members(draw, MEMBER_NAMES, draw.below(4), depth - 1) })],
  ])
}

/** A value that can be compared with others of its type. */
export function scalarValue(draw: Draw, type: KeyType = draw.pick(['S', 'N', 'N', 'B'])): WireValue {
  return { [type]: draw.pick({ S: TEXTS, N: NUMBERS, B: BINARIES }[type]) }
}

/** A set with one to three members. */
export function setValue(draw: Draw): WireValue {
  const size = draw.between(1, 3)
  return draw.weighted<WireValue>([
    [2, () => ({ SS: draw.some(['a', 'b', 'ab', 'ä', 'abc'], size) })],
    [2, () => ({ NS: draw.some(['1', '2', '10', '-1', '0.5'], size) })],
    [1, () => ({ BS: draw.some(['AQ==', 'AQI=', 'YWI='], size) })],
  ])
}

/** A number. */
export function numberValue(draw: Draw): WireValue {
  return { N: draw.pick(['1', '2', '-1', '0.5', '10', '0', '100']) }
}

/** Attributes with some of the names. */
export function members(draw: Draw, names: readonly string[], count: number, depth: number): WireItem {
  return entriesToItem(draw.some(names, count).map((name) => [name, anyValue(draw, depth)]))
}

/** An item with these attributes; `__proto__` is a name like any other. */
export function entriesToItem(entries: readonly (readonly [string, WireValue])[]): WireItem {
  return Object.fromEntries(entries)
}

/** A value that the service refuses. */
export function invalidValue(draw: Draw): unknown {
  return draw.pick<unknown>([
    {},
    { S: 'a', N: '1' },
    { N: 'x' },
    { N: '' },
    { N: '1e126' },
    { N: '1E-131' },
    { N: '123456789012345678901234567890123456789' },
    { N: '1 ' },
    { N: '0x10' },
    { N: 'NaN' },
    { N: 'Infinity' },
    { NULL: false },
    { SS: [] },
    { NS: [] },
    { BS: [] },
    { SS: ['a', 'a'] },
    { NS: ['1', '1.0'] },
    { NS: ['1', 'x'] },
    { BS: ['AQ==', 'AQ=='] },
    { M: { a: {} } },
    { L: [{ S: 'a' }, {}] },
    { L: [{ N: 'x' }] },
    { M: { a: { SS: [] } } },
    nested(32, 'L'),
    nested(33, 'M'),
    { X: 'a' },
    { S: 'a', X: 'b' },
  ])
}

/** A value with this many levels. */
export function nested(levels: number, type: 'L' | 'M'): WireValue {
  let value: WireValue = { S: 'deep' }
  for (let level = 1; level < levels; level++) value = type === 'L' ? { L: [value] } : { M: { a: value } }
  return value
}
