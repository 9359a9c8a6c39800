// From attributes to row keys, and what the service says when they do not fit the key schema. A row key is
// `prefix · hash16(partition key) · ordered(partition key) · ordered(sort key)`; an index row's ends with those key
// attributes of the table that the index's own key lacks.

import type { ByteKey } from '../base/byte-key.ts'
import { textSizeBytes } from '../base/utf8.ts'
import { attributeType } from '../model/attribute-type.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeValue, Key } from '../model/attribute-value.ts'
import type { KeyAttribute } from '../model/key-schema.ts'
import { MAX_PARTITION_KEY_SIZE_BYTES, MAX_SORT_KEY_SIZE_BYTES } from '../model/limits.ts'
import { encodeOrdered, partitionHash16 } from '../model/ordered-key.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { encodeOrderedAttribute, textOrBinarySize } from '../model/packed-key.ts'
import { type ServiceException, validationException } from '../model/service-exception.ts'
import { tableKeyOf } from './keyspace.ts'
import type { IndexSchema, TableSchema } from './table-schema.ts'

const INVALID = 'One or more parameter values were invalid:'
const NOT_VALID = 'One or more parameter values are not valid.'

/** Ordered bytes of an empty string or empty binary value: its terminator alone. */
const EMPTY_SIZE_BYTES = 1

/** Puts a row key together. */
export function rowKey(prefix: ByteKey, partition: ByteKey, rest: ByteKey): ByteKey {
  return prefix + partitionHash16(partition) + partition + rest
}

/**
 * The row key of a table's item.
 *
 * @throws ServiceException `ValidationException` when a key attribute is missing, of another type, empty or too large
 */
export function itemRowKey(table: TableSchema, item: PackedItem): ByteKey {
  const partition = itemKeyPart(item, table.key.partition, PARTITION)
  return rowKey(table.prefix, partition, itemKeyPart(item, table.key.sort, SORT))
}

/**
 * The row key for a request's Key.
 *
 * @param key canonical
 * @throws ServiceException `ValidationException` when it is not a key of this table
 */
export function keyRowKey(table: TableSchema, key: Key): ByteKey {
  if (Object.keys(key).length !== table.keyAttributes.length) throw keyMismatch()
  const partition = checkedKeyPart(key, table.key.partition, PARTITION)
  return rowKey(table.prefix, partition, checkedKeyPart(key, table.key.sort, SORT))
}

/**
 * The row key of an item in an index.
 *
 * @param tableRowKey the item's row key in its table, where it is known already
 * @returns undefined when the item is not in the index: it lacks a key attribute, or has one that cannot be a key
 */
export function indexRowKey(index: IndexSchema, item: PackedItem, tableRowKey?: ByteKey): ByteKey | undefined {
  const partition = indexKeyPart(item, index.key.partition)
  if (partition === undefined) return undefined
  const sort = indexKeyPart(item, index.key.sort)
  if (sort === undefined) return undefined
  const tie =
    index.endsWithTableKey && tableRowKey !== undefined
      ? tableKeyOf(tableRowKey)
      : indexKeyPart(item, index.tieBreakers)
  return tie === undefined ? undefined : rowKey(index.prefix, partition, sort + tie)
}

/**
 * The row key in an index for a position, as LastEvaluatedKey gives it.
 *
 * @param position canonical
 * @throws ServiceException `ValidationException` when an attribute is missing, of another type, empty or too large
 */
export function indexPositionRowKey(index: IndexSchema, position: Key): ByteKey {
  const partition = checkedKeyPart(position, index.key.partition, PARTITION)
  const sort = checkedKeyPart(position, index.key.sort, SORT)
  return rowKey(index.prefix, partition, sort + checkedKeyPart(position, index.tieBreakers, TABLE_KEY))
}

/**
 * Refuses an item whose attributes cannot be keys of the table's indexes though they have their names.
 *
 * @param changedBy the request that sets the item's attributes: the service words the refusal of empty values by it
 * @throws ServiceException `ValidationException`
 */
export function checkIndexKeys(table: TableSchema, item: PackedItem, changedBy: 'put' | 'update'): void {
  for (const index of table.indexes) {
    checkIndexKeyPart(item, index.key.partition, { index, part: PARTITION, changedBy })
    checkIndexKeyPart(item, index.key.sort, { index, part: SORT, changedBy })
  }
}

/**
 * Whether this is the refusal of an empty value for a key. The service makes it before a transaction begins, other than
 * what else does not fit the schema.
 */
export function isEmptyKeyRefusal({ message }: ServiceException): boolean {
  return message.startsWith(NOT_VALID)
}

/** What the service says of a key that is not one of the table. */
export function keyMismatch(): ServiceException {
  return validationException('The provided key element does not match the schema')
}

/**
 * The ordered bytes of a key condition's value.
 *
 * @param value canonical, of the attribute's type
 * @throws ServiceException `ValidationException` when it is empty or too large to be a key
 */
export function conditionKeyValue(attribute: KeyAttribute, value: AttributeValue, role: 'partition' | 'sort'): ByteKey {
  return checkedKeyPart({ [attribute.name]: value }, [attribute], role === 'partition' ? PARTITION : SORT)
}

/** Which part of a key: the service bounds each by itself, and words its refusals differently. */
interface KeyPart {
  readonly maxSizeBytes: number
  readonly tooLarge: string
}

const PARTITION: KeyPart = {
  maxSizeBytes: MAX_PARTITION_KEY_SIZE_BYTES,
  tooLarge: `Size of hashkey has exceeded the maximum size limit of${MAX_PARTITION_KEY_SIZE_BYTES} bytes`,
}

const SORT: KeyPart = {
  maxSizeBytes: MAX_SORT_KEY_SIZE_BYTES,
  tooLarge: `Aggregated size of all range keys has exceeded the size limit of ${MAX_SORT_KEY_SIZE_BYTES} bytes`,
}

/** What ends an index row's key: of the table's key all or one part, each bounded by the table already. */
const TABLE_KEY: KeyPart = {
  maxSizeBytes: MAX_PARTITION_KEY_SIZE_BYTES + MAX_SORT_KEY_SIZE_BYTES,
  tooLarge: PARTITION.tooLarge,
}

function itemKeyPart(item: PackedItem, attributes: readonly KeyAttribute[], part: KeyPart): ByteKey {
  let encoded = ''
  for (const attribute of attributes) {
    const { name, type } = attribute
    const actual = item.typeOf(name)
    if (actual === undefined) throw validationException(`${INVALID} Missing the key ${name} in the item`)
    if (actual !== type) {
      throw validationException(`${INVALID} Type mismatch for key ${name} expected: ${type} actual: ${actual}`)
    }
    const value = encodeOrderedAttribute(item, name) ?? ''
    if (isEmptyValue(value, type)) throw emptyKeyValue(attribute)
    encoded += value
  }
  checkItemKeySize(item, { attributes, encoded, part })
  return encoded
}

function checkedKeyPart(key: Key, attributes: readonly KeyAttribute[], part: KeyPart): ByteKey {
  let encoded = ''
  let size = 0
  for (const attribute of attributes) {
    const value = ownAttribute(key, attribute.name)
    if (value === undefined || attributeType(value) !== attribute.type) throw keyMismatch()
    const valueSize = keyValueSizeBytes(value)
    if (valueSize === 0) throw emptyKeyValue(attribute)
    if (!('N' in value)) size += valueSize
    encoded += encodeOrdered(value)
  }
  if (size > part.maxSizeBytes) throw validationException(`${INVALID} ${part.tooLarge}`)
  return encoded
}

function indexKeyPart(item: PackedItem, attributes: readonly KeyAttribute[]): ByteKey | undefined {
  let encoded = ''
  for (const { name, type } of attributes) {
    if (item.typeOf(name) !== type) return undefined
    const value = encodeOrderedAttribute(item, name) ?? ''
    if (isEmptyValue(value, type)) return undefined
    encoded += value
  }
  return encoded
}

interface IndexKeyCheck {
  readonly index: IndexSchema
  readonly part: KeyPart
  readonly changedBy: 'put' | 'update'
}

function checkIndexKeyPart(item: PackedItem, attributes: readonly KeyAttribute[], check: IndexKeyCheck): void {
  const { index, changedBy, part } = check
  let totalSize = 0
  for (const { name, type } of attributes) {
    const actual = item.typeOf(name)
    if (actual === undefined) continue
    if (actual !== type) {
      throw validationException(
        `${INVALID} Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${index.name}`,
      )
    }
    if (type === 'N') continue
    const size = textOrBinarySize(item, name)
    if (size === 0) throw emptyIndexKeyValue({ name, type }, index.name, changedBy)
    totalSize += size ?? 0
  }
  if (totalSize > part.maxSizeBytes) throw validationException(`${INVALID} ${part.tooLarge}`)
}

function isEmptyValue(encoded: ByteKey, type: KeyAttribute['type']): boolean {
  return type !== 'N' && encoded.length === EMPTY_SIZE_BYTES
}

interface EncodedPart {
  readonly attributes: readonly KeyAttribute[]
  readonly encoded: ByteKey
  readonly part: KeyPart
}

/** Encodings are never shorter than the values, so only what looks too large is measured. Numbers are always fine. */
function checkItemKeySize(item: PackedItem, { attributes, encoded, part }: EncodedPart): void {
  if (encoded.length <= part.maxSizeBytes) return
  let size = 0
  for (const { name, type } of attributes) {
    const value = type === 'N' ? undefined : item.attribute(name)
    if (value !== undefined) size += keyValueSizeBytes(value)
  }
  if (size > part.maxSizeBytes) throw validationException(`${INVALID} ${part.tooLarge}`)
}

function keyValueSizeBytes(value: AttributeValue): number {
  if ('S' in value) return textSizeBytes(value.S)
  if ('B' in value) return value.B.length
  return 'N' in value ? value.N.length : 0
}

function emptyKeyValue({ name, type }: KeyAttribute): ServiceException {
  return validationException(`${NOT_VALID} ${emptyRule(type)} Key: ${name}`)
}

function emptyIndexKeyValue(
  { name, type }: KeyAttribute,
  indexName: string,
  changedBy: 'put' | 'update',
): ServiceException {
  return validationException(
    changedBy === 'update'
      ? `${NOT_VALID} The update expression attempted to update a secondary index key to a value that is not supported. ${emptyRule(type)}`
      : `${NOT_VALID} A value specified for a secondary index key is not supported. ${emptyRule(type)} IndexName: ${indexName}, IndexKey: ${name}`,
  )
}

function emptyRule(type: KeyAttribute['type']): string {
  const noun = type === 'B' ? 'binary' : 'string'
  return `The AttributeValue for a key attribute cannot contain an empty ${noun} value.`
}
