// Any canonical item comes out of its packed bytes as it went in, whole, by attribute, through another dictionary,
// through native values, and with the size that the plain rules give.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttributeValue } from '../../src/model/attribute-value.ts'
import { valuesEqual } from '../../src/model/compare-values.ts'
import { itemSizeBytes } from '../../src/model/item-size.ts'
import { marshall, unmarshall } from '../../src/model/marshall.ts'
import { createDictionary, PackedItem, packItem, projectPacked, repackItem } from '../../src/model/packed-item.ts'
import { canonicalItem } from '../../src/model/validate-item.ts'
import { attributeNames, attributeValues, items } from '../support/attribute-arbitraries.ts'

/** The dictionary of a table that has seen other items before. */
const dictionaries = fc
  .tuple(fc.uniqueArray(attributeNames, { maxLength: 10 }), fc.constantFrom(0, 0, 300, 4090))
  .map(([names, fillers]) => {
    const given = new Set(names)
    for (let index = 0; index < fillers; index++) given.add(`filler ${index}`)
    return createDictionary([...given])
  })

describe('packed items', () => {
  it('give back the item and its size', () => {
    fc.assert(
      fc.property(items, dictionaries, (item, dictionary) => {
        const packed = new PackedItem(packItem(item, dictionary), dictionary)
        expect(packed.toItem()).toEqual(item)
        expect(packed.sizeBytes).toBe(itemSizeBytes(item))
        for (const [name, value] of Object.entries(item)) expect(packed.attribute(name)).toEqual(value)
      }),
    )
  })

  it('repack as if packed anew', () => {
    fc.assert(
      fc.property(items, dictionaries, dictionaries, (item, from, to) => {
        const fresh = packItem(item, createDictionary([...to.names]))
        expect(repackItem(new PackedItem(packItem(item, from), from), to)).toEqual(fresh)
      }),
    )
  })

  it('project as if packed without the other attributes', () => {
    fc.assert(
      fc.property(items, dictionaries, fc.array(attributeNames), (item, dictionary, wanted) => {
        const packed = new PackedItem(packItem(item, dictionary), dictionary)
        const names = new Set([...Object.keys(item).slice(0, 2), ...wanted])
        const kept = Object.fromEntries<AttributeValue>(Object.entries(item).filter(([name]) => names.has(name)))
        expect(projectPacked(packed, names)).toEqual(packItem(kept, dictionary))
      }),
    )
  })

  it('are the same through native values', () => {
    fc.assert(
      fc.property(items, (item) => {
        expect(marshall(unmarshall(item))).toEqual(item)
      }),
    )
  })
})

describe('canonical values', () => {
  it('stay as they are when they are validated again', () => {
    fc.assert(
      fc.property(items, (item) => {
        expect(canonicalItem(item)).toEqual(item)
      }),
    )
  })

  it('equal their copies in any order of sets and maps, and differ from others', () => {
    fc.assert(
      fc.property(attributeValues, attributeValues, (a, b) => {
        expect(valuesEqual(a, shuffled(a))).toBe(true)
        expect(valuesEqual(a, b)).toBe(valuesEqual(b, a))
      }),
    )
  })
})

function shuffled(value: AttributeValue): AttributeValue {
  if ('SS' in value) return { SS: value.SS.toReversed() }
  if ('NS' in value) return { NS: value.NS.toReversed() }
  if ('BS' in value) return { BS: value.BS.toReversed() }
  if ('L' in value) return { L: value.L.map(shuffled) }
  if (!('M' in value)) return value
  const entries = Object.entries(value.M).toReversed()
  return { M: Object.fromEntries(entries.map(([name, nested]) => [name, shuffled(nested)])) }
}
