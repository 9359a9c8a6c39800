// What the service refuses is refused with the same exception and message; what it takes comes out canonical (law 12).

import { describe, expect, it } from 'vitest'
import { ServiceException, validationException } from '../../../src/model/service-exception.ts'
import { canonicalItem, canonicalKey, canonicalValue } from '../../../src/model/validate-item.ts'

const EMPTY = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'
const SEVERAL =
  'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes'
const INVALID = 'One or more parameter values were invalid:'
const NESTING =
  'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

function nestedInLists(levels: number): unknown {
  let value: unknown = { S: 'x' }
  for (let level = 1; level < levels; level++) value = { L: [value] }
  return value
}

function nestedInMaps(levels: number): unknown {
  let value: unknown = { S: 'x' }
  for (let level = 1; level < levels; level++) value = { M: { a: value } }
  return value
}

describe('canonicalValue', () => {
  it('takes all ten types', () => {
    const value = {
      M: {
        string: { S: 'text' },
        number: { N: '1' },
        binary: { B: bytes(1, 2) },
        boolean: { BOOL: false },
        nothing: { NULL: true },
        strings: { SS: ['a', 'b'] },
        numbers: { NS: ['1', '2'] },
        binaries: { BS: [bytes(1), bytes(2)] },
        list: { L: [{ S: 'a' }, { N: '1' }] },
        map: { M: {} },
      },
    }
    expect(canonicalValue(value)).toEqual(value)
  })

  it('writes numbers in their canonical form', () => {
    expect(canonicalValue({ N: '1.50' })).toEqual({ N: '1.5' })
    expect(canonicalValue({ NS: ['1E2', '-0'] })).toEqual({ NS: ['100', '0'] })
  })

  it('takes empty strings, empty binary, empty lists and empty maps', () => {
    for (const value of [{ S: '' }, { B: bytes() }, { L: [] }, { M: {} }, { SS: [''] }, { BS: [bytes()] }]) {
      expect(canonicalValue(value)).toEqual(value)
    }
  })

  it('takes any view of bytes as binary', () => {
    const { buffer } = bytes(0, 1, 2, 3)
    expect(canonicalValue({ B: buffer })).toEqual({ B: bytes(0, 1, 2, 3) })
    expect(canonicalValue({ B: new DataView(buffer, 1, 2) })).toEqual({ B: bytes(1, 2) })
    expect(canonicalValue({ BS: [new Uint16Array(buffer)] })).toEqual({ BS: [bytes(0, 1, 2, 3)] })
  })

  it('replaces lone surrogates, which UTF-8 cannot carry', () => {
    expect(canonicalValue({ S: 'a\ud800b😀' })).toEqual({ S: 'a\ufffdb😀' })
    expect(canonicalValue({ M: { '\udc00': { S: 'x' } } })).toEqual({ M: { '\ufffd': { S: 'x' } } })
  })

  it('ignores members that are null, undefined or of no known type', () => {
    expect(canonicalValue({ S: null, N: '1' })).toEqual({ N: '1' })
    expect(canonicalValue({ S: 'a', N: undefined, X: 'b' })).toEqual({ S: 'a' })
  })

  it('does not keep what it was given', () => {
    const given = { L: [{ M: { a: { S: 'x' } } }] }
    const value = canonicalValue(given)
    given.L.length = 0
    expect(value).toEqual({ L: [{ M: { a: { S: 'x' } } }] })
  })

  it.each([
    [{}, EMPTY],
    [{ X: '1' }, EMPTY],
    [{ S: null }, EMPTY],
    [{ L: [{}] }, EMPTY],
    [{ M: { a: {} } }, EMPTY],
    [{ S: 'a', N: '1' }, SEVERAL],
    [{ L: [{ S: 'a', N: '1' }] }, SEVERAL],
    [{ S: 'a', N: '' }, 'The parameter cannot be converted to a numeric value'],
    [{ N: '' }, 'The parameter cannot be converted to a numeric value'],
    [{ N: 'abc' }, 'The parameter cannot be converted to a numeric value: abc'],
    [{ NS: ['1', 'b'] }, 'The parameter cannot be converted to a numeric value: b'],
    [{ NS: ['1', null] }, 'The parameter cannot be converted to a numeric value'],
    [{ SS: [] }, `${INVALID} An string set  may not be empty`],
    [{ NS: [] }, `${INVALID} An number set  may not be empty`],
    [{ BS: [] }, `${INVALID} Binary sets should not be empty`],
    [{ SS: [null] }, `${INVALID} An string set may not have a null string as a member`],
    [{ BS: [null] }, `${INVALID} Binary sets may not contain null or empty values`],
    [{ SS: ['a', 'b', 'a'] }, `${INVALID} Input collection [a, b, a] contains duplicates.`],
    [{ NS: ['1', '1.0'] }, 'Input collection contains duplicates'],
    [{ BS: [bytes(98), bytes(98)] }, `${INVALID} Input collection [Yg==, Yg==]of type BS contains duplicates.`],
    [{ NULL: false }, `${INVALID} Null attribute value types must have the value of true`],
    [{ L: [null] }, 'The supplied Item contains a null AttributeValue'],
    [{ M: { a: null } }, 'The supplied Item contains a null AttributeValue: a is null'],
    [{ M: { '': { S: 'x' } } }, 'Empty attribute name'],
  ])('refuses %j', (value, message) => {
    expect(() => canonicalValue(value)).toThrow(validationException(message))
  })

  it.each([
    ['text', 'Unexpected value type in payload'],
    [[], 'Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue'],
    [{ S: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ S: 1.5 }, 'DECIMAL_VALUE cannot be converted to String'],
    [{ S: true }, 'TRUE_VALUE cannot be converted to String'],
    [{ N: 5 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ N: false }, 'FALSE_VALUE cannot be converted to String'],
    [{ S: {} }, 'Start of structure or map found where not expected'],
    [{ S: [] }, 'Unrecognized collection type class java.lang.String'],
    [{ SS: [1] }, 'NUMBER_VALUE cannot be converted to String'],
    [{ SS: 'a' }, 'Unexpected field type'],
    [{ SS: {} }, 'Start of structure or map found where not expected'],
    [{ BOOL: 'true' }, 'Unexpected token received from parser'],
    [{ BOOL: 1 }, 'NUMBER_VALUE cannot be converted to Boolean'],
    [{ NULL: [] }, 'Unrecognized collection type class java.lang.Boolean'],
    [{ BOOL: {} }, 'Start of structure or map found where not expected'],
    [{ B: 'AAAA' }, 'only base-64-encoded strings are convertible to bytes'],
    [{ B: [] }, 'Unrecognized collection type class java.nio.ByteBuffer'],
    [{ B: {} }, 'Start of structure or map found where not expected'],
    [{ L: 'a' }, 'Unexpected field type'],
    [{ L: [1] }, 'Unexpected value type in payload'],
    [{ M: 'a' }, 'Unexpected field type'],
    [
      { M: [] },
      'Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>',
    ],
  ])('does not understand %j', (value, message) => {
    expect(() => canonicalValue(value)).toThrow(new ServiceException('SerializationException', message))
  })

  it('takes 31 and 32 levels and refuses 33', () => {
    for (const nested of [nestedInLists, nestedInMaps]) {
      expect(canonicalValue(nested(31))).toEqual(nested(31))
      expect(canonicalValue(nested(32))).toEqual(nested(32))
      expect(() => canonicalValue(nested(33))).toThrow(validationException(NESTING))
    }
  })
})

describe('canonicalItem', () => {
  it('takes names that plain objects inherit', () => {
    const item = JSON.parse('{"__proto__":{"S":"a"},"constructor":{"S":"b"}}') as Record<string, unknown>
    const canonical = canonicalItem(item)
    expect(Object.entries(canonical)).toEqual([
      ['__proto__', { S: 'a' }],
      ['constructor', { S: 'b' }],
    ])
    expect(Object.getPrototypeOf(canonical)).toBe(Object.prototype)
  })

  it('takes names of 65,534 and 65,535 bytes and refuses 65,536', () => {
    for (const sizeBytes of [65_534, 65_535]) {
      expect(Object.keys(canonicalItem({ ['n'.repeat(sizeBytes)]: { S: '' } }))).toHaveLength(1)
    }
    const tooLarge = validationException('Attribute name is too large, must be less than 65536 bytes')
    expect(() => canonicalItem({ ['n'.repeat(65_536)]: { S: '' } })).toThrow(tooLarge)
    expect(() => canonicalItem({ ['é'.repeat(32_768)]: { S: '' } })).toThrow(tooLarge)
    expect(() => canonicalItem({ a: { M: { ['n'.repeat(65_536)]: { S: '' } } } })).toThrow(tooLarge)
  })

  it('refuses no item', () => {
    const missing =
      "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null"
    expect(() => canonicalItem(null)).toThrow(validationException(missing))
    expect(() => canonicalItem(undefined)).toThrow(validationException(missing))
  })

  it('refuses what is not a map', () => {
    expect(() => canonicalItem('a')).toThrow(new ServiceException('SerializationException', 'Unexpected field type'))
    expect(() => canonicalItem([])).toThrow(
      new ServiceException(
        'SerializationException',
        'Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>',
      ),
    )
  })
})

describe('canonicalKey', () => {
  const keyOf = (count: number): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${at}`, { N: '1.0' }]))

  it('copies as many attributes as a position in an index has', () => {
    expect(canonicalKey(keyOf(10))).toEqual(canonicalItem(keyOf(10)))
  })

  it('copies of more no more than one', () => {
    expect(canonicalKey(keyOf(11))).toEqual(canonicalItem(keyOf(11)))
    expect(canonicalKey(keyOf(12))).toEqual(canonicalItem(keyOf(11)))
  })

  it('checks those too that it does not copy', () => {
    const notANumber = validationException('The parameter cannot be converted to a numeric value: x')
    expect(() => canonicalKey({ ...keyOf(12), last: { N: 'x' } })).toThrow(notANumber)
    expect(() => canonicalKey({ ...keyOf(12), '': { S: 'x' } })).toThrow(validationException('Empty attribute name'))
  })

  it('copies the last of those whose names are the same once they are well formed', () => {
    const halves = Array.from({ length: 12 }, (_, at) => [String.fromCharCode(0xd800 + at), { N: String(at) }])
    expect(canonicalKey(Object.fromEntries(halves))).toEqual({ '\ufffd': { N: '11' } })
  })
})
