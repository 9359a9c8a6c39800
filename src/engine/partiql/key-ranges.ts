// Which rows a SELECT has to look at: those of the partition key values that its WHERE clause leaves, narrowed by what it
// says of the sort key. Without a partition key value it is a scan.

import type { ByteKey, KeyRange } from '../../base/byte-key.ts'
import type { SortCondition } from '../../expressions/key-condition.ts'
import type { Conjunct, OrderKey } from '../../expressions/partiql/bound-statement.ts'
import type { AttributeValue } from '../../model/attribute-value.ts'
import { compareKeyValues } from '../../model/compare-values.ts'
import type { KeyAttribute, KeyShape } from '../../model/key-schema.ts'
import { MAX_IN_OPERANDS } from '../../model/limits.ts'
import { queryRange } from '../key-range.ts'
import { listedValues, sortCondition } from './condition-values.ts'

/** What is read. */
export interface KeyRanges {
  /** In the order of reading; no two of them overlap. */
  readonly ranges: readonly KeyRange[]
  readonly isReverse: boolean
}

/** The rows that are to be chosen from, and what chooses. */
export interface KeySelection {
  /** Of the table's items or of the index. */
  readonly prefix: ByteKey
  readonly key: KeyShape
  readonly conjuncts: readonly Conjunct[]
  readonly order: readonly OrderKey[]
}

/**
 * The rows that may satisfy all conditions.
 *
 * @returns undefined when that may be any
 * @throws ServiceException ValidationException when a value cannot be a key
 */
export function selectedRanges(selection: KeySelection): KeyRanges | undefined {
  const { key, conjuncts, order } = selection
  const partitions = partitionValues(selection)
  if (partitions === undefined) return undefined
  const isReverse = order.some(({ name, isDescending }) => isDescending && key.sort.some((sort) => sort.name === name))
  const sorts = sortConditions(key.sort, conjuncts)
  const ranges = partitions.flatMap((partition) => {
    const found = distinctRanges(sorts.map((alternatives) => rangeOf(selection, partition, alternatives)))
    return isReverse ? found.reverse() : found
  })
  return { ranges, isReverse }
}

/** Each a value for every partition key attribute, in the order of reading; undefined when there may be others. */
function partitionValues({ key, conjuncts, order }: KeySelection): readonly (readonly AttributeValue[])[] | undefined {
  let found: readonly (readonly AttributeValue[])[] = [[]]
  for (const { name } of key.partition) {
    const values = valuesOf(conjuncts, name)
    if (values === undefined || found.length * values.length > MAX_IN_OPERANDS) return undefined
    const ordered = inOrder(values, order, name)
    found = found.flatMap((begun) => ordered.map((value) => [...begun, value]))
  }
  return found
}

function valuesOf(conjuncts: readonly Conjunct[], name: string): readonly AttributeValue[] | undefined {
  for (const { bound } of conjuncts) {
    const values = listedValues(bound, name)
    if (values !== undefined) return values
  }
  return undefined
}

/** As the clause lists them, or by value where ORDER BY asks for that. */
function inOrder(
  values: readonly AttributeValue[],
  order: readonly OrderKey[],
  name: string,
): readonly AttributeValue[] {
  const asked = order.find((candidate) => candidate.name === name)
  if (asked === undefined) return values
  const ordered = [...values].sort(compareKeyValues)
  return asked.isDescending ? ordered.reverse() : ordered
}

/** Conditions on the first sort key attributes: equalities, then conditions on one more, all of which have to hold. */
interface SortConditions {
  readonly equal: readonly SortCondition[]
  readonly further: readonly SortCondition[]
}

/** Alternatives: one for each combination of values that the first sort key attributes may have. */
function sortConditions(
  attributes: readonly KeyAttribute[],
  conjuncts: readonly Conjunct[],
): readonly SortConditions[] {
  let alternatives: readonly (readonly SortCondition[])[] = [[]]
  for (const { name } of attributes) {
    const values = valuesOf(conjuncts, name)
    if (values === undefined || alternatives.length * values.length > MAX_IN_OPERANDS) {
      const further = conjuncts.flatMap(({ bound }) => sortCondition(bound, name) ?? [])
      return alternatives.map((equal) => ({ equal, further }))
    }
    alternatives = alternatives.flatMap((begun) =>
      values.map((value): readonly SortCondition[] => [...begun, { kind: '=', value }]),
    )
  }
  return alternatives.map((equal) => ({ equal, further: [] }))
}

function rangeOf(
  { prefix, key }: KeySelection,
  partition: readonly AttributeValue[],
  { equal, further }: SortConditions,
): KeyRange {
  let { start, end } = queryRange(prefix, key, { partition, sort: equal }).range
  for (const condition of further) {
    const { range } = queryRange(prefix, key, { partition, sort: [...equal, condition] })
    if (range.start > start) start = range.start
    if (range.end < end) end = range.end
  }
  return { start, end }
}

/** In the order of the rows; a value that is listed twice counts once. */
function distinctRanges(ranges: readonly KeyRange[]): KeyRange[] {
  const ordered = [...ranges].sort((one, other) => (one.start < other.start ? -1 : one.start > other.start ? 1 : 0))
  return ordered.filter(({ start }, at) => at === 0 || start !== ordered[at - 1]?.start)
}
