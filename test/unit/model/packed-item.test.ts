// Packed items: the stored bytes, reading in place, and moving between dictionaries.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '../../../src/base/assert.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { itemSizeBytes } from '../../../src/model/item-size.ts'
import { MAX_DICTIONARY_NAMES } from '../../../src/model/limits.ts'
import { encodeOrdered } from '../../../src/model/ordered-key.ts'
import { createDictionary, PackedItem, packItem, projectPacked, repackItem } from '../../../src/model/packed-item.ts'
import { readValue } from '../../../src/model/packed-value.ts'
import { encodeOrderedAttribute } from '../../../src/model/packed-key.ts'

const EVERY_TYPE: Item = {
  string: { S: 'Zürich' },
  empty: { S: '' },
  small: { N: '7' },
  negative: { N: '-300' },
  fraction: { N: '47.3667' },
  tiny: { N: '0.0000001' },
  long: { N: '-1234567890123456789012345678901234567.8' },
  binary: { B: Uint8Array.of(0, 255) },
  yes: { BOOL: true },
  no: { BOOL: false },
  nothing: { NULL: true },
  strings: { SS: ['a', 'ü'] },
  numbers: { NS: ['1', '-2.5', '123456789012345678901'] },
  binaries: { BS: [Uint8Array.of(), Uint8Array.of(1)] },
  list: { L: [{ S: 'x' }, { L: [] }, { N: '1' }] },
  map: { M: { a: { M: { b: { NULL: true } } }, '': { S: 'y' } } },
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')

function fullDictionary(): ReturnType<typeof createDictionary> {
  return createDictionary(Array.from({ length: MAX_DICTIONARY_NAMES }, (_, index) => `name${index}`))
}

describe('packItem', () => {
  // These bytes are in stored databases: a change here needs a new layout byte and an upgrade.
  it.each<[Item, string]>([
    [{}, '00 00 00'],
    [{ a: { S: 'hi' } }, '00 03 01 00 04 03 02 68 69'],
    [{ a: { N: '300' }, b: { BOOL: true } }, '00 05 02 00 01 03 04 05 ac 02 02'],
    [{ a: { N: '-1.5' } }, '00 05 01 00 09 07 00 00 00 00 00 00 f8 bf'],
    [{ a: { N: '0.0000001' } }, '00 03 01 00 07 08 09 b0 00 00 00 01'],
    [{ a: { L: [{ NULL: true }, { B: Uint8Array.of(9) }] } }, '00 08 01 00 06 0c 02 00 04 01 09'],
    [{ a: { M: { k: { SS: ['v'] } } } }, '00 07 01 00 08 0d 01 01 6b 09 01 01 76'],
    [{ a: { NS: ['1', '-2'] } }, '00 06 01 00 06 0a 02 05 01 06 02'],
  ])('writes %j as %s', (item, expected) => {
    expect(hex(packItem(item, createDictionary(['a', 'b'])))).toBe(expected)
  })

  it('writes wide offsets for values of more than 255 and more than 65,535 bytes', () => {
    for (const [length, header] of [
      [252, '00 fd 01 01 00 ff'],
      [253, '02 fe 01 01 00 00 01'],
      [65_531, '02 fc ff 03 01 00 ff ff'],
      [65_532, '04 fd ff 03 01 00 00 00 01 00'],
    ] as const) {
      const bytes = packItem({ a: { S: 'x'.repeat(length) } }, createDictionary())
      expect(hex(bytes.subarray(0, header.split(' ').length))).toBe(header)
      expect(new PackedItem(bytes, createDictionary(['a'])).toItem()).toEqual({ a: { S: 'x'.repeat(length) } })
    }
  })

  it('stores the size that the service counts', () => {
    const dictionary = createDictionary()
    expect(new PackedItem(packItem(EVERY_TYPE, dictionary), dictionary).sizeBytes).toBe(itemSizeBytes(EVERY_TYPE))
  })

  it('packs while a packer is lent out and after a failure', () => {
    const dictionary = createDictionary()
    const broken = {
      get a(): never {
        packItem({ b: { S: 'inner' } }, dictionary)
        throw new RangeError('No value.')
      },
    }
    expect(() => packItem(broken, dictionary)).toThrow(RangeError)
    expect(new PackedItem(packItem({ b: { S: 'x' } }, dictionary), dictionary).toItem()).toEqual({ b: { S: 'x' } })
  })
})

describe('PackedItem', () => {
  const dictionary = createDictionary(['unused'])
  const packed = new PackedItem(packItem(EVERY_TYPE, dictionary), dictionary)

  it('gives back the item, in the order of its attributes', () => {
    expect(packed.toItem()).toEqual(EVERY_TYPE)
    expect(Object.keys(packed.toItem())).toEqual(Object.keys(EVERY_TYPE))
  })

  it('reads each attribute in place', () => {
    for (const name of Object.keys(EVERY_TYPE)) {
      expect(packed.attribute(name)).toEqual(EVERY_TYPE[name])
      expect(packed.has(name)).toBe(true)
      expect(packed.typeOf(name)).toBe(Object.keys(EVERY_TYPE[name] as object)[0])
    }
  })

  it('has no attribute that is only in the dictionary, or in no dictionary', () => {
    for (const name of ['unused', 'unknown', 'constructor']) {
      expect(packed.attribute(name)).toBeUndefined()
      expect(packed.has(name)).toBe(false)
      expect(packed.typeOf(name)).toBeUndefined()
    }
  })

  it('reads bytes in the middle of a page', () => {
    const page = new Uint8Array(packed.bytes.length + 20)
    page.set(packed.bytes, 10)
    const view = page.subarray(10, 10 + packed.bytes.length)
    expect(new PackedItem(view, dictionary).toItem()).toEqual(EVERY_TYPE)
  })

  it('gives out copies of binary values', () => {
    const item = packed.toItem()
    ;(item['binary'] as { B: Uint8Array }).B[0] = 99
    expect(packed.attribute('binary')).toEqual(EVERY_TYPE['binary'])
  })

  it('refuses bytes that are cut, longer than they say, or of another layout', () => {
    expect(() => new PackedItem(packed.bytes.subarray(0, -1), dictionary)).toThrow(AssertionError)
    expect(() => new PackedItem(Uint8Array.of(...packed.bytes, 0), dictionary)).toThrow(AssertionError)
    expect(() => new PackedItem(Uint8Array.of(8, 0, 0), dictionary)).toThrow(AssertionError)
  })

  it('refuses a number that announces more digits than 32 bits count', () => {
    // Tag and length of a decimal: 2 to the power of 33, as a varint.
    const cursor = { bytes: new Uint8Array([8, 0x80, 0x80, 0x80, 0x80, 0x20]), at: 0 }
    expect(() => readValue(cursor)).toThrow(AssertionError)
  })

  it('refuses a dictionary that lacks its names', () => {
    expect(() => new PackedItem(packed.bytes, createDictionary()).toItem()).toThrow(AssertionError)
  })
})

describe('dictionaries', () => {
  it('keep ids and add names at the end', () => {
    const dictionary = createDictionary(['a'])
    expect([dictionary.add('b'), dictionary.add('a'), dictionary.idOf('b'), dictionary.idOf('c')]).toEqual([
      1,
      0,
      1,
      undefined,
    ])
    expect(dictionary.names).toEqual(['a', 'b'])
  })

  it('take the last name that fits and no more, but still know the others', () => {
    const dictionary = createDictionary(Array.from({ length: MAX_DICTIONARY_NAMES - 1 }, (_, index) => `name${index}`))
    expect(dictionary.add('last')).toBe(MAX_DICTIONARY_NAMES - 1)
    expect(dictionary.add('one more')).toBeUndefined()
    expect(dictionary.add('name7')).toBe(7)
    expect(dictionary.names).toHaveLength(MAX_DICTIONARY_NAMES)
  })

  it('hold names as they will be when they are read back', () => {
    const dictionary = createDictionary()
    expect(dictionary.add('a\ud800')).toBe(0)
    expect(dictionary.names).toEqual(['a\ufffd'])
    expect(dictionary.add('a\ud800')).toBe(0)
  })

  it('leave names that do not fit to the item', () => {
    const dictionary = fullDictionary()
    const item: Item = { name300: { N: '1' }, extra: { S: 'x' }, ünused: { BOOL: true } }
    const packed = new PackedItem(packItem(item, dictionary), dictionary)
    expect(packed.toItem()).toEqual(item)
    expect(packed.attribute('extra')).toEqual({ S: 'x' })
    expect(packed.attribute('ünused')).toEqual({ BOOL: true })
    expect(packed.attribute('name300')).toEqual({ N: '1' })
    expect(packed.has('name301')).toBe(false)
    expect(packed.has('other')).toBe(false)
    expect(packed.sizeBytes).toBe(itemSizeBytes(item))
  })
})

describe('repackItem', () => {
  it('gives the bytes that packing for the other dictionary gives', () => {
    const from = createDictionary()
    const packed = new PackedItem(packItem(EVERY_TYPE, from), from)
    const names = Object.keys(EVERY_TYPE).reverse()
    expect(repackItem(packed, createDictionary(names))).toEqual(packItem(EVERY_TYPE, createDictionary(names)))
  })

  it('moves names into and out of the item', () => {
    const item: Item = { extra: { S: 'x' }, other: { L: [] } }
    const small = createDictionary()
    const inside = new PackedItem(packItem(item, small), small)
    const full = fullDictionary()
    const inline = new PackedItem(repackItem(inside, full), full)
    expect(inline.toItem()).toEqual(item)
    expect(repackItem(inline, createDictionary())).toEqual(inside.bytes)
  })
})

describe('projectPacked', () => {
  it('keeps the named attributes and counts their size', () => {
    const dictionary = createDictionary()
    const packed = new PackedItem(packItem(EVERY_TYPE, dictionary), dictionary)
    const names = new Set(['string', 'list', 'long', 'unknown'])
    const { string, list, long } = EVERY_TYPE as Required<Item>
    const expected = { string, long, list } as Item
    expect(projectPacked(packed, names)).toEqual(packItem(expected, dictionary))
    expect(projectPacked(packed, new Set())).toEqual(packItem({}, dictionary))
  })

  it('keeps inline names', () => {
    const dictionary = fullDictionary()
    const packed = new PackedItem(packItem({ extra: { S: 'x' }, other: { S: 'y' } }, dictionary), dictionary)
    expect(projectPacked(packed, new Set(['other']))).toEqual(packItem({ other: { S: 'y' } }, dictionary))
  })
})

describe('encodeOrderedAttribute', () => {
  const dictionary = createDictionary()
  const item: Item = { ...EVERY_TYPE, odd: { S: 'a\u0000😀' } }
  const packed = new PackedItem(packItem(item, dictionary), dictionary)

  it.each(['string', 'empty', 'odd', 'small', 'negative', 'fraction', 'tiny', 'long', 'binary'])(
    'makes the key of %s without decoding it',
    (name) => {
      expect(encodeOrderedAttribute(packed, name)).toBe(encodeOrdered(item[name] as Required<Item>[string]))
    },
  )

  it('makes none of an attribute that is not there', () => {
    expect(encodeOrderedAttribute(packed, 'unknown')).toBeUndefined()
  })
})
