// Sizes as the service counts them, each measured to the byte at its 400 KB limit.

import { describe, expect, it } from 'vitest'
import type { AttributeValue } from '../../../src/model/attribute-value.ts'
import { itemSizeBytes, valueSizeBytes } from '../../../src/model/item-size.ts'

describe('valueSizeBytes', () => {
  it.each<[AttributeValue, number]>([
    [{ S: '' }, 0],
    [{ S: 'abc' }, 3],
    [{ S: 'é€😀' }, 9],
    [{ B: new Uint8Array(3) }, 3],
    [{ BOOL: true }, 1],
    [{ NULL: true }, 1],
    [{ N: '0' }, 1],
    [{ N: '-3.14159' }, 6],
    [{ SS: ['a', 'bc'] }, 3],
    [{ NS: ['1', '-22'] }, 5],
    [{ BS: [new Uint8Array(1)] }, 1],
    [{ L: [] }, 3],
    [{ M: {} }, 3],
    [{ L: [{ S: 'a' }] }, 5],
    [{ L: [{ S: 'a' }, { N: '1' }] }, 8],
    [{ M: { ab: { S: 'c' } } }, 7],
    [{ M: { a: { M: {} } } }, 8],
    [{ L: [{ L: [] }, { L: [] }] }, 11],
  ])('counts %j as %i bytes', (value, sizeBytes) => {
    expect(valueSizeBytes(value)).toBe(sizeBytes)
  })
})

describe('itemSizeBytes', () => {
  it('counts names as UTF-8 and nothing for the item itself', () => {
    expect(itemSizeBytes({})).toBe(0)
    expect(itemSizeBytes({ k: { S: 'a' }, größe: { N: '12' } })).toBe(2 + 7 + 2)
  })
})
