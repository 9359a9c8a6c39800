// The size of an item as the service counts it: for the 400 KB limit, for pages of 1 MB and for capacity units.

import { textSizeBytes } from '../base/utf8.ts'
import type { AttributeMap, AttributeValue, Item } from './attribute-value.ts'
import { numberSizeBytes } from './number.ts'

/** What a list or a map counts, however much it holds. */
export const CONTAINER_SIZE_BYTES = 3
/** What each element of a list and each attribute of a map counts beside its name and value. */
export const ELEMENT_SIZE_BYTES = 1
/** What a boolean or a null counts. */
export const FLAG_SIZE_BYTES = 1

/**
 * The size of an item in bytes: the UTF-8 bytes of its attribute names, and its values.
 *
 * @param item canonical
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSizeBytes(item: Item): number {
  return attributesSizeBytes(item, 0)
}

/**
 * The size of a canonical value in bytes: text as UTF-8, binary as it is, a number by its digits, 1 for a boolean or a
 * null, the members of a set, and for a list or a map 3 plus its elements plus 1 for each.
 */
export function valueSizeBytes(value: AttributeValue): number {
  if ('S' in value) return textSizeBytes(value.S)
  if ('N' in value) return numberSizeBytes(value.N)
  if ('BOOL' in value || 'NULL' in value) return FLAG_SIZE_BYTES
  if ('B' in value) return value.B.byteLength
  if ('L' in value) {
    let size = CONTAINER_SIZE_BYTES
    for (const element of value.L) size += ELEMENT_SIZE_BYTES + valueSizeBytes(element)
    return size
  }
  if ('M' in value) return CONTAINER_SIZE_BYTES + attributesSizeBytes(value.M, ELEMENT_SIZE_BYTES)
  let size = 0
  if ('SS' in value) for (const member of value.SS) size += textSizeBytes(member)
  else if ('NS' in value) for (const member of value.NS) size += numberSizeBytes(member)
  else for (const member of value.BS) size += member.byteLength
  return size
}

function attributesSizeBytes(map: AttributeMap, overheadBytes: number): number {
  let size = 0
  for (const name of Object.keys(map)) {
    size += overheadBytes + textSizeBytes(name) + valueSizeBytes(map[name] as AttributeValue)
  }
  return size
}
