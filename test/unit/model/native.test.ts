// Native values: what each becomes, what is refused, and that no number loses a digit (law 7).

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import { marshall, marshallValue, unmarshall, unmarshallValue } from '../../../src/model/marshall.ts'
import { NumberValue, packNativeItem, unpackNativeItem } from '../../../src/model/native.ts'
import { createDictionary, PackedItem, packItem } from '../../../src/model/packed-item.ts'
import { validationException } from '../../../src/model/service-exception.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

const NATIVE = {
  string: 'Zürich',
  number: 7,
  fraction: 47.3667,
  tiny: 1e-7,
  negative: -300,
  big: 12345678901234567890n,
  long: new NumberValue('3.1415926535897932384626433832795028841'),
  yes: true,
  no: false,
  nothing: null,
  binary: bytes(0, 255),
  strings: new Set(['a', 'b']),
  numbers: new Set([1, 12345678901234567890n, new NumberValue('0.30000000000000000001')]),
  binaries: new Set([bytes(1), bytes(2)]),
  list: ['x', 1, null, []],
  map: { a: { b: false }, e: {} },
}

const MARSHALLED: Item = {
  string: { S: 'Zürich' },
  number: { N: '7' },
  fraction: { N: '47.3667' },
  tiny: { N: '0.0000001' },
  negative: { N: '-300' },
  big: { N: '12345678901234567890' },
  long: { N: '3.1415926535897932384626433832795028841' },
  yes: { BOOL: true },
  no: { BOOL: false },
  nothing: { NULL: true },
  binary: { B: bytes(0, 255) },
  strings: { SS: ['a', 'b'] },
  numbers: { NS: ['1', '12345678901234567890', '0.30000000000000000001'] },
  binaries: { BS: [bytes(1), bytes(2)] },
  list: { L: [{ S: 'x' }, { N: '1' }, { NULL: true }, { L: [] }] },
  map: { M: { a: { M: { b: { BOOL: false } } }, e: { M: {} } } },
}

describe('packNativeItem', () => {
  it('writes the bytes that packing the AttributeValues writes', () => {
    expect(packNativeItem(NATIVE, createDictionary())).toEqual(packItem(MARSHALLED, createDictionary()))
  })

  it('takes views of bytes, Maps and objects of other realms or without a prototype', () => {
    const { buffer } = bytes(0, 1, 2, 3)
    const bare: unknown = Object.assign(Object.create(null), { a: 1 })
    const native = { buffer, view: new DataView(buffer, 1, 2), map: new Map([['a', 1]]), bare }
    expect(marshall(native)).toEqual({
      buffer: { B: bytes(0, 1, 2, 3) },
      view: { B: bytes(1, 2) },
      map: { M: { a: { N: '1' } } },
      bare: { M: { a: { N: '1' } } },
    })
  })

  it('takes names that plain objects inherit', () => {
    const native = JSON.parse('{"__proto__":1,"constructor":{"__proto__":2}}') as Record<string, unknown>
    const dictionary = createDictionary()
    const packed = new PackedItem(packNativeItem(native, dictionary), dictionary)
    expect(JSON.stringify(unpackNativeItem(packed))).toBe('{"__proto__":1,"constructor":{"__proto__":2}}')
  })

  it('leaves undefined out only when it is asked to', () => {
    const native = { a: undefined, b: [1, undefined], c: { d: undefined }, e: new Set([undefined, 'x']) }
    expect(marshall(native, { removeUndefinedValues: true })).toEqual({
      b: { L: [{ N: '1' }] },
      c: { M: {} },
      e: { SS: ['x'] },
    })
    const refusal = 'undefined is not a value: leave the attribute out, or pass removeUndefinedValues.'
    for (const value of [undefined, [undefined], new Array(1), { d: undefined }]) {
      expect(() => marshall({ value })).toThrow(validationException(refusal))
    }
  })

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.MAX_SAFE_INTEGER + 1, '9007199254740992'],
    [-Number.MAX_SAFE_INTEGER - 1, '-9007199254740992'],
    [1e100, '1e+100'],
  ])('refuses %d, which may have lost digits', (value, text) => {
    const message = `${text} is not a number that can be stored exactly. Beyond Number.MAX_SAFE_INTEGER use a bigint or a NumberValue.`
    expect(() => marshallValue(value)).toThrow(validationException(message))
    expect(() => marshallValue(new Set([value]))).toThrow(validationException(message))
  })

  it('takes the greatest safe integers', () => {
    expect(marshallValue(Number.MAX_SAFE_INTEGER)).toEqual({ N: '9007199254740991' })
    expect(marshallValue(-Number.MAX_SAFE_INTEGER)).toEqual({ N: '-9007199254740991' })
    expect(marshallValue(-0)).toEqual({ N: '0' })
  })

  it('refuses numbers that the service cannot hold', () => {
    const underflow = 'Number underflow. Attempting to store a number with magnitude smaller than supported range'
    const overflow = 'Number overflow. Attempting to store a number with magnitude larger than supported range'
    const tooPrecise = 'Attempting to store more than 38 significant digits in a Number'
    expect(() => marshallValue(1e-131)).toThrow(validationException(underflow))
    expect(() => marshallValue(10n ** 126n)).toThrow(validationException(overflow))
    expect(() => marshallValue(10n ** 38n + 1n)).toThrow(validationException(tooPrecise))
    expect(() => new NumberValue('one')).toThrow(
      validationException('The parameter cannot be converted to a numeric value: one'),
    )
  })

  it.each([
    [new Date(0), 'Date'],
    [/x/, 'RegExp'],
    [Object.create({ inherited: 1 }), 'Object'],
    [() => 1, 'Function'],
    [Symbol('x'), 'Symbol'],
    [new Set([[]]), 'set'],
    [new Set([1, 'a']), 'set'],
    [new Set([bytes(1), 'a']), 'set'],
  ])('refuses what DynamoDB has no type for', (value, kind) => {
    const message =
      kind === 'set'
        ? 'A set holds only strings, only numbers or only binary values.'
        : `A value of type ${kind} cannot be stored: convert it to a plain value first.`
    expect(() => marshall({ value })).toThrow(validationException(message))
  })

  it('refuses sets that are empty or hold the same value twice', () => {
    const invalid = 'One or more parameter values were invalid:'
    expect(() => marshallValue(new Set())).toThrow(validationException(`${invalid} An string set  may not be empty`))
    expect(() => marshallValue(new Set([1, 1n]))).toThrow(validationException('Input collection contains duplicates'))
    expect(() => marshallValue(new Set([bytes(98), bytes(98)]))).toThrow(
      validationException(`${invalid} Input collection [Yg==, Yg==]of type BS contains duplicates.`),
    )
  })

  it('refuses empty names and levels beyond the 32nd', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 'x'
      for (let level = 1; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
      return value
    }
    expect(unmarshallValue(marshallValue(nested(32)))).toEqual(nested(32))
    expect(() => marshallValue(nested(33))).toThrow(
      validationException(
        'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
      ),
    )
    expect(() => marshall({ '': 1 })).toThrow(validationException('Empty attribute name'))
    expect(() => marshall({ a: { '': 1 } })).toThrow(validationException('Empty attribute name'))
  })
})

describe('unpackNativeItem', () => {
  it('gives back every kind of value', () => {
    const dictionary = createDictionary()
    expect(unpackNativeItem(new PackedItem(packNativeItem(NATIVE, dictionary), dictionary))).toEqual(NATIVE)
  })

  it.each([
    ['0', 0],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740992', -9007199254740992n],
    ['123456789012345680000', 123456789012345680000n],
    [`1${'0'.repeat(125)}`, 10n ** 125n],
    ['0.1', 0.1],
    ['0.00000015', 1.5e-7],
    ['0.1000000000000000055511151231257827021', new NumberValue('0.1000000000000000055511151231257827021')],
    [`0.${'0'.repeat(129)}1`, 1e-130],
  ])('reads the number %s without losing a digit', (N, expected) => {
    expect(unmarshallValue({ N })).toEqual(expected)
  })
})

describe('marshall and unmarshall', () => {
  it('are each other backwards', () => {
    expect(marshall(NATIVE)).toEqual(MARSHALLED)
    expect(unmarshall(MARSHALLED)).toEqual(NATIVE)
  })
})

describe('NumberValue', () => {
  it('is its canonical text', () => {
    const number = new NumberValue('1.50')
    expect(number.value).toBe('1.5')
    expect(String(number)).toBe('1.5')
  })
})
