// The rules that hold for every item however it is written, as AttributeValues or as native JavaScript values: names,
// depth, sets. Messages are the service's.

import { textSizeBytes } from '../base/utf8.ts'
import { MAX_ATTRIBUTE_NAME_SIZE_BYTES, MAX_NESTING_DEPTH } from './limits.ts'
import { validationException } from './service-exception.ts'

const INVALID = 'One or more parameter values were invalid:'

/** The types of sets. */
export type SetType = 'SS' | 'NS' | 'BS'

/**
 * Checks an attribute name: one byte at least, and less than 64 KiB of UTF-8.
 *
 * @throws ServiceException ValidationException
 */
export function checkAttributeName(name: string): void {
  if (name === '') throw validationException('Empty attribute name')
  // A UTF-16 unit is three bytes of UTF-8 at most.
  if (name.length * 3 <= MAX_ATTRIBUTE_NAME_SIZE_BYTES || textSizeBytes(name) <= MAX_ATTRIBUTE_NAME_SIZE_BYTES) return
  throw validationException(`Attribute name is too large, must be less than ${MAX_ATTRIBUTE_NAME_SIZE_BYTES + 1} bytes`)
}

/**
 * Checks how deep a value lies; the value of a top-level attribute is at depth 1.
 *
 * @throws ServiceException ValidationException below level 32
 */
export function checkDepth(depth: number): void {
  if (depth <= MAX_NESTING_DEPTH) return
  throw validationException(
    'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
  )
}

/**
 * Checks that a set has members.
 *
 * @throws ServiceException ValidationException
 */
export function checkNotEmpty(type: SetType, count: number): void {
  if (count > 0) return
  if (type === 'BS') throw validationException(`${INVALID} Binary sets should not be empty`)
  // The two spaces are the service's.
  throw validationException(`${INVALID} An ${type === 'SS' ? 'string' : 'number'} set  may not be empty`)
}

/**
 * Checks that no two members of a set are the same.
 *
 * @param members text, canonical numbers, or bytes as byte keys
 * @throws ServiceException ValidationException
 */
export function checkDistinct(type: SetType, members: readonly string[]): void {
  if (members.length < 2 || new Set(members).size === members.length) return
  if (type === 'NS') throw validationException('Input collection contains duplicates')
  if (type === 'SS')
    throw validationException(`${INVALID} Input collection [${members.join(', ')}] contains duplicates.`)
  const shown = members.map((member) => btoa(member)).join(', ')
  throw validationException(`${INVALID} Input collection [${shown}]of type BS contains duplicates.`)
}
