// The parameters of before there were expressions.

import type { Draw } from './draw.ts'
import type { KeyAttribute } from './draw-tables.ts'
import {
  anyValue,
  KEY_BOUNDS,
  keyValue,
  type KeyType,
  numberValue,
  PLAIN_NAMES,
  scalarValue,
  setValue,
  type WireValue,
} from './draw-values.ts'

type Input = Readonly<Record<string, unknown>>

const NAMES = PLAIN_NAMES

/** `Expected`, and now and then how its conditions are joined. */
export function expectedConditions(draw: Draw): Input {
  const names = draw.some(NAMES, draw.between(1, 3))
  const Expected = Object.fromEntries(
    names.map((name): [string, unknown] => [
      name,
      draw.weighted<unknown>([
        [3, () => ({ Exists: false })],
        [3, () => ({ Value: anyValue(draw, 1), ...(draw.chance(30) && { Exists: true }) })],
        [6, () => comparison(draw)],
      ]),
    ]),
  )
  return { Expected, ...operator(draw, names.length) }
}

/** `QueryFilter` or `ScanFilter`. */
export function filterConditions(draw: Draw, parameter: 'QueryFilter' | 'ScanFilter'): Input {
  const names = draw.some(NAMES, draw.between(1, 3))
  const conditions = Object.fromEntries(names.map((name): [string, unknown] => [name, comparison(draw)]))
  return { [parameter]: conditions, ...operator(draw, names.length) }
}

/** `KeyConditions` for a key. */
export function keyConditions(draw: Draw, key: readonly KeyAttribute[]): Input {
  const [partition, sort] = key as [KeyAttribute, KeyAttribute?]
  const first = { ComparisonOperator: 'EQ', AttributeValueList: [keyValue(draw, partition.type)] }
  if (sort === undefined || draw.chance(40)) return { [partition.name]: first }
  const value = (): WireValue => keyValue(draw, sort.type)
  const second = draw.weighted<unknown>([
    [5, () => ({ ComparisonOperator: draw.pick(['EQ', 'LE', 'LT', 'GE', 'GT']), AttributeValueList: [value()] })],
    [
      2,
      () => ({
        ComparisonOperator: 'BETWEEN',
        AttributeValueList: draw.pick([KEY_BOUNDS[sort.type], [value(), value()]]),
      }),
    ],
    [sort.type === 'N' ? 0 : 2, () => ({ ComparisonOperator: 'BEGINS_WITH', AttributeValueList: [value()] })],
  ])
  return { [partition.name]: first, [sort.name]: second }
}

/** `AttributeUpdates`. */
export function updatesOfBefore(draw: Draw): Input {
  const names = draw.some(NAMES, draw.between(1, 3))
  const AttributeUpdates = Object.fromEntries(
    names.map((name): [string, unknown] => [
      name,
      draw.weighted<unknown>([
        [4, () => ({ Action: 'PUT', Value: anyValue(draw, 2) })],
        [1, () => ({ Value: anyValue(draw, 1) })],
        [2, () => ({ Action: 'DELETE' })],
        [1, () => ({ Action: 'DELETE', Value: setValue(draw) })],
        [2, () => ({ Action: 'ADD', Value: numberValue(draw) })],
        [1, () => ({ Action: 'ADD', Value: setValue(draw) })],
        [1, () => ({ Action: 'ADD', Value: { L: [anyValue(draw, 0)] } })],
      ]),
    ]),
  )
  return { AttributeUpdates }
}

function comparison(draw: Draw): unknown {
  const one = (ComparisonOperator: string, value: WireValue): unknown => ({
    ComparisonOperator,
    AttributeValueList: [value],
  })
  return draw.weighted<unknown>([
    [3, () => one(draw.pick(['EQ', 'NE']), anyValue(draw, 1))],
    [4, () => one(draw.pick(['LE', 'LT', 'GE', 'GT', 'CONTAINS', 'NOT_CONTAINS']), scalarValue(draw))],
    [1, () => one('BEGINS_WITH', scalarValue(draw, 'S'))],
    [2, () => ({ ComparisonOperator: draw.pick(['NULL', 'NOT_NULL']) })],
    [1, () => ({ ComparisonOperator: 'BETWEEN', AttributeValueList: bounds(draw) })],
    [1, () => ({ ComparisonOperator: 'IN', AttributeValueList: listOf(draw) })],
  ])
}

function bounds(draw: Draw): readonly WireValue[] {
  return draw.pick<readonly WireValue[]>([
    [{ N: '0' }, { N: '10' }],
    [{ S: 'a' }, { S: 'b' }],
    [{ B: 'AA==' }, { B: '/w==' }],
    [{ N: '1' }, { N: '1' }],
  ])
}

function listOf(draw: Draw): readonly WireValue[] {
  const type = draw.pick<KeyType>(['S', 'N', 'B'])
  return Array.from({ length: draw.between(1, 3) }, () => scalarValue(draw, type))
}

function operator(draw: Draw, conditions: number): Input {
  return conditions > 1 && draw.chance(50) ? { ConditionalOperator: draw.pick(['AND', 'OR']) } : {}
}
