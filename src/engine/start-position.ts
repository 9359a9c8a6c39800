// ExclusiveStartKey: where the page before this one ended.

import type { ByteKey } from '../base/byte-key.ts'
import { ownAttribute, setAttribute } from '../model/attribute-map.ts'
import type { AttributeValue, Key } from '../model/attribute-value.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { incomingKey } from './incoming-item.ts'
import { indexPositionRowKey, keyRowKey } from './item-key.ts'
import type { IndexSchema, TableSchema } from './table-schema.ts'

const NOT_A_POSITION = 'The provided starting key is invalid'

/**
 * A request's ExclusiveStartKey, canonical; undefined when it has none.
 *
 * @throws ServiceException `ValidationException` when one of its values is not well formed
 */
export function incomingPosition(position: unknown): Key | undefined {
  if (position === undefined) return undefined
  return wordedForPosition(() => incomingKey(position))
}

/**
 * The row key of a position in a table or in an index.
 *
 * @throws ServiceException `ValidationException` when it is not a position there
 */
export function positionRowKey(table: TableSchema, index: IndexSchema | undefined, position: Key): ByteKey {
  const names = (index ?? table).positionNames
  if (Object.keys(position).length !== names.length || names.some((name) => !Object.hasOwn(position, name))) {
    throw validationException(NOT_A_POSITION)
  }
  if (index === undefined) return keyRowKey(table, position)
  const key = indexPositionRowKey(index, position)
  wordedForPosition(() => keyRowKey(table, pick(position, table.positionNames)))
  return key
}

/**
 * The row key of a position in a scan of a table: the service words refusals of it in its own way.
 *
 * @throws ServiceException `ValidationException` when it is not a key of the table
 */
export function scanPositionRowKey(table: TableSchema, position: Key): ByteKey {
  return wordedForPosition(() => keyRowKey(table, position))
}

/** Runs a check whose refusal is about the position. */
function wordedForPosition<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof ServiceException) || error.name !== 'ValidationException') throw error
    throw validationException(`${NOT_A_POSITION}: ${error.message}`)
  }
}

function pick(position: Key, names: readonly string[]): Key {
  const key: Record<string, AttributeValue> = {}
  for (const name of names) {
    const value = ownAttribute(position, name)
    if (value !== undefined) setAttribute(key, name, value)
  }
  return key
}
