// Key conditions are written in the grammar of conditions. Of that the service takes one equality for each partition key
// attribute, equalities for the first sort key attributes, and a range for the last of those.

import { textSizeBytes } from '../base/utf8.ts'
import { attributeType } from '../model/attribute-type.ts'
import type { AttributeValue } from '../model/attribute-value.ts'
import type { KeyAttribute } from '../model/key-schema.ts'
import { MAX_SORT_KEY_SIZE_BYTES } from '../model/limits.ts'
import { validationException } from '../model/service-exception.ts'
import type { BoundCondition } from './bound-condition.ts'
import type { KeyCondition, QueriedKey, SortCondition } from './key-condition.ts'
import { namedConditions } from './named-conditions.ts'

/** What is said of one attribute: something about its place in the order, or something that no key can be found by. */
export type NamedCondition = SortCondition | { readonly kind: 'not indexable' }

const NOT_SUPPORTED = 'Query key condition not supported'
/** The service's words for it know only keys of one or two attributes. */
const MAX_SIMPLE_KEY_ATTRIBUTES = 2

/**
 * Matches a bound condition against a key.
 *
 * @throws ServiceException ValidationException when the condition does not fit the key
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 */
export function matchKey(condition: BoundCondition, keys: QueriedKey): KeyCondition {
  return matchConditions(namedConditions(condition), keys)
}

/**
 * Matches conditions on single attributes against a key.
 *
 * @param conditions by attribute name
 * @throws ServiceException ValidationException when they do not fit the key
 */
export function matchConditions(conditions: ReadonlyMap<string, NamedCondition>, keys: QueriedKey): KeyCondition {
  const attributes = [...keys.partition, ...keys.sort]
  if (conditions.size > Math.max(attributes.length, MAX_SIMPLE_KEY_ATTRIBUTES)) {
    throw validationException('Conditions can be of length 1 or 2 only')
  }
  if (conditions.size > attributes.length) throw validationException(NOT_SUPPORTED)
  const partition = keys.partition.map((attribute) => partitionValue(attribute, conditions, keys.indexName))
  return { partition, sort: sortConditions(keys, conditions, conditions.size - partition.length) }
}

function partitionValue(
  attribute: KeyAttribute,
  conditions: ReadonlyMap<string, NamedCondition>,
  indexName: string | undefined,
): AttributeValue {
  const condition = conditionOn(attribute, conditions)
  if (condition.kind !== '=') throw validationException(NOT_SUPPORTED)
  checkNotEmpty(attribute, condition.value, indexName)
  return condition.value
}

/** @param count how many conditions there are beside those on the partition key */
function sortConditions(
  { sort, indexName }: QueriedKey,
  conditions: ReadonlyMap<string, NamedCondition>,
  count: number,
): readonly SortCondition[] {
  const matched: SortCondition[] = []
  let sizeBytes = 0
  for (const attribute of sort.slice(0, count)) {
    const condition = conditionOn(attribute, conditions)
    const previous = matched.at(-1)
    if (previous !== undefined && previous.kind !== '=') throw validationException(NOT_SUPPORTED)
    const values = valuesOf(condition)
    for (const value of values) checkNotEmpty(attribute, value, indexName)
    sizeBytes += Math.max(...values.map(keyValueSizeBytes))
    if (sizeBytes > MAX_SORT_KEY_SIZE_BYTES) {
      throw validationException(
        `One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of ${MAX_SORT_KEY_SIZE_BYTES} bytes`,
      )
    }
    matched.push(condition)
  }
  return matched
}

function conditionOn(attribute: KeyAttribute, conditions: ReadonlyMap<string, NamedCondition>): SortCondition {
  const condition = conditions.get(attribute.name)
  if (condition === undefined) {
    throw validationException(`Query condition missed key schema element: ${attribute.name}`)
  }
  if (condition.kind === 'not indexable') {
    throw validationException('Attempted conditional constraint is not an indexable operation')
  }
  if (valuesOf(condition).some((value) => attributeType(value) !== attribute.type)) {
    throw validationException(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    )
  }
  return condition
}

function valuesOf(condition: SortCondition): readonly AttributeValue[] {
  if (condition.kind === 'BETWEEN') return [condition.low, condition.high]
  return condition.kind === 'begins_with' ? [condition.prefix] : [condition.value]
}

function checkNotEmpty({ name }: KeyAttribute, value: AttributeValue, indexName: string | undefined): void {
  const isEmpty = ('S' in value && value.S === '') || ('B' in value && value.B.length === 0)
  if (!isEmpty) return
  const type = 'S' in value ? 'string' : 'binary'
  const rule = `The AttributeValue for a key attribute cannot contain an empty ${type} value.`
  throw validationException(
    indexName === undefined
      ? `One or more parameter values are not valid. ${rule} Key: ${name}`
      : `One or more parameter values are not valid. A value specified for a secondary index key is not supported. ${rule} IndexName: ${indexName}, IndexKey: ${name}`,
  )
}

/** Numbers are never too long for a key. */
function keyValueSizeBytes(value: AttributeValue): number {
  if ('S' in value) return textSizeBytes(value.S)
  return 'B' in value ? value.B.length : 0
}
