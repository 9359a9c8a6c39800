// Tags of tables: their rules, and the catalog's row that holds them. They say nothing to the database itself.
// The words of the refusals were observed at the service; DynamoDB Local has no tags.
// @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html

import { decodeText, encodeText } from '../base/utf8.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { MAX_TAG_KEY_CHARS, MAX_TAG_VALUE_CHARS, MAX_TAGS } from '../model/limits.ts'
import type { Tag } from '../model/operations.ts'
import { type ServiceException, validationException } from '../model/service-exception.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import { tagsKey } from './keyspace.ts'

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
const RESERVED = /^aws:/i

/**
 * Refuses tags that no table can have.
 *
 * @param tags untrusted: members may be missing
 * @throws ServiceException `ValidationException`
 */
export function checkTags(tags: readonly Partial<Tag>[]): void {
  checkTagKeys(tags.map(({ Key }) => Key))
  for (const { Value } of tags) {
    if (Value !== undefined && Value.length <= MAX_TAG_VALUE_CHARS && ALLOWED.test(Value)) continue
    throw validationException(`The Tag Value provided is invalid, Value: ${Value ?? 'null'}`)
  }
}

/**
 * Refuses keys that no tags can have, one that is there twice, and more than a table can have tags.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkTagKeys(keys: readonly (string | undefined)[]): void {
  if (keys.length > MAX_TAGS) throw tooManyTags()
  for (const key of keys) {
    if (key === undefined || key === '' || key.length > MAX_TAG_KEY_CHARS || !ALLOWED.test(key)) {
      throw validationException(`The Tag Key provided is invalid, Key: ${key ?? 'null'}`)
    }
    if (RESERVED.test(key)) throw validationException(`Tag Key cannot be prefixed with aws:, Key: ${key}`)
  }
  const duplicate = keys.find((key, at) => keys.indexOf(key) !== at)
  if (duplicate === undefined) return
  throw validationException(`Duplicate Tag Keys provided as input: Duplicate Tag Key found ${duplicate}`)
}

/** The tags of a table. */
export function readTags(reader: Reader, tableId: number): MaybePromise<readonly Tag[]> {
  return after(reader.get(tagsKey(tableId)), (row) =>
    row === undefined ? [] : (JSON.parse(decodeText(row, 0, row.length)) as readonly Tag[]),
  )
}

/** Stores the tags of a table. */
export function saveTags(transaction: Transaction, tableId: number, tags: readonly Tag[]): void {
  if (tags.length === 0) transaction.delete(tagsKey(tableId))
  else transaction.put(tagsKey(tableId), encodeText(JSON.stringify(tags)))
}

/**
 * The tags with others added, which take the places of those that have their keys.
 *
 * @throws ServiceException `ValidationException` when they are more than a table can have
 */
export function withTags(tags: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const values = new Map([...tags, ...added].map(({ Key, Value }) => [Key, Value]))
  if (values.size > MAX_TAGS) throw tooManyTags()
  return [...values].map(([Key, Value]) => ({ Key, Value }))
}

function tooManyTags(): ServiceException {
  return validationException('Number of Tags exceed the current limit for the provided ResourceArn')
}
