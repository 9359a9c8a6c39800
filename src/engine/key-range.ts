// From a key condition to the one range of rows that holds its answer.

import { type ByteKey, type KeyRange, keyAfter } from '../base/byte-key.ts'
import type { KeyCondition, SortCondition } from '../expressions/key-condition.ts'
import type { KeyAttribute, KeyShape } from '../model/key-schema.ts'
import { orderedPrefixRange } from '../model/ordered-key.ts'
import { conditionKeyValue, rowKey } from './item-key.ts'
import { prefixRange } from './keyspace.ts'

/** Where a query reads. */
export interface QueryRange {
  /** All rows of the partition key value. */
  readonly partition: KeyRange
  /** Those of them that satisfy the conditions on the sort key; empty when `start` is not before `end`. */
  readonly range: KeyRange
}

/**
 * The rows that a query reads.
 *
 * @param prefix of the table's items or of the index
 * @throws ServiceException `ValidationException` when a value of the condition cannot be a key
 */
export function queryRange(prefix: ByteKey, keys: KeyShape, condition: KeyCondition): QueryRange {
  let partitionKey = ''
  keys.partition.forEach((attribute, at) => {
    const value = condition.partition[at]
    if (value !== undefined) partitionKey += conditionKeyValue(attribute, value, 'partition')
  })
  const base = rowKey(prefix, partitionKey, '')
  let range = prefixRange(base)
  condition.sort.forEach((sort, at) => {
    // Every condition but the last is an equality, whose range is again a prefix.
    range = sortRange(range.start, keys.sort[at] as KeyAttribute, sort)
  })
  return { partition: prefixRange(base), range }
}

/** The rows of a range that lie behind a position, in the direction of the walk. */
export function rangeBehind(range: KeyRange, position: ByteKey, isReverse: boolean): KeyRange {
  return isReverse ? { start: range.start, end: position } : { start: keyAfter(position), end: range.end }
}

/** Whether a row key lies in a range. */
export function isInRange({ start, end }: KeyRange, key: ByteKey): boolean {
  return key >= start && key < end
}

function sortRange(base: ByteKey, attribute: KeyAttribute, condition: SortCondition): KeyRange {
  const all = prefixRange(base)
  switch (condition.kind) {
    case 'BETWEEN': {
      const low = base + conditionKeyValue(attribute, condition.low, 'sort')
      const high = base + conditionKeyValue(attribute, condition.high, 'sort')
      return { start: low, end: prefixRange(high).end }
    }
    case 'begins_with': {
      const { start, end } = orderedPrefixRange(condition.prefix)
      return { start: base + start, end: base + end }
    }
    default: {
      const rows = prefixRange(base + conditionKeyValue(attribute, condition.value, 'sort'))
      switch (condition.kind) {
        case '=':
          return rows
        case '<':
          return { start: all.start, end: rows.start }
        case '<=':
          return { start: all.start, end: rows.end }
        case '>':
          return { start: rows.end, end: all.end }
        case '>=':
          return { start: rows.start, end: all.end }
      }
    }
  }
}
