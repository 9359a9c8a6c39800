// Conditions of before there were expressions say the same as the expressions that replaced them, joined by AND or OR; and
// AttributeUpdates do what update expressions do.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterCondition } from '../../src/expressions/attribute-conditions.ts'
import { attributeUpdates } from '../../src/expressions/attribute-updates.ts'
import { bindExpressions } from '../../src/expressions/request-expressions.ts'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import type { AttributeConditionInput, AttributeValueUpdate, ComparisonOperator } from '../../src/model/operations.ts'
import { canonicalItem } from '../../src/model/validate-item.ts'
import { attributeValues } from '../support/attribute-arbitraries.ts'

const NAMES = ['a', 'b', 'c'] as const

/** Of each operator: how many values it takes, and the expression that replaced it. */
const EXPRESSIONS: Readonly<Record<ComparisonOperator, readonly [count: number, text: string]>> = {
  EQ: [1, '@ = :0'],
  NE: [1, '@ <> :0'],
  LE: [1, '@ <= :0'],
  LT: [1, '@ < :0'],
  GE: [1, '@ >= :0'],
  GT: [1, '@ > :0'],
  NULL: [0, 'attribute_not_exists(@)'],
  NOT_NULL: [0, 'attribute_exists(@)'],
  CONTAINS: [1, 'contains(@, :0)'],
  NOT_CONTAINS: [1, 'attribute_exists(@) AND NOT contains(@, :0)'],
  BEGINS_WITH: [1, 'begins_with(@, :0)'],
  IN: [2, '@ IN (:0, :1)'],
  BETWEEN: [2, '@ BETWEEN :0 AND :1'],
}

const scalars: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.constantFrom('', '1', '12', '2').map((S) => ({ S })),
  fc.constantFrom('-1', '1', '12', '1e1').map((N) => ({ N })),
  fc.constantFrom([], [49], [49, 50]).map((bytes) => ({ B: new Uint8Array(bytes) })),
)
const collections: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.constantFrom<AttributeValue>({ SS: ['1', '2'] }, { NS: ['1', '10'] }, { BS: [new Uint8Array([49])] }),
  fc.array(scalars, { maxLength: 3 }).map((L) => ({ L })),
)
const values = fc.oneof({ weight: 6, arbitrary: scalars }, { weight: 3, arbitrary: collections }, attributeValues)
const items: fc.Arbitrary<Item> = fc
  .record({ a: values, b: values, c: values }, { requiredKeys: [] })
  .map((item) => canonicalItem(item))
const conditions: fc.Arbitrary<AttributeConditionInput> = fc
  .constantFrom(...(Object.keys(EXPRESSIONS) as ComparisonOperator[]))
  .chain((ComparisonOperator) =>
    fc
      .array(fc.oneof({ weight: 5, arbitrary: scalars }, values), {
        minLength: EXPRESSIONS[ComparisonOperator][0],
        maxLength: EXPRESSIONS[ComparisonOperator][0],
      })
      .map((AttributeValueList) => ({ ComparisonOperator, AttributeValueList })),
  )
const filters = fc.record({ a: conditions, b: conditions, c: conditions }, { requiredKeys: ['a', 'b'] })

/** The same filter as an expression. */
function expressionOf(
  filter: Readonly<Record<string, AttributeConditionInput>>,
  operator: 'AND' | 'OR',
): { readonly text: string; readonly values: Item } {
  const all: Record<string, AttributeValue> = {}
  const parts = Object.entries(filter).map(([name, { ComparisonOperator, AttributeValueList = [] }]) => {
    AttributeValueList.forEach((value, at) => {
      all[`:${name}${at}`] = value
    })
    return `(${EXPRESSIONS[ComparisonOperator][1].replaceAll('@', name).replaceAll(':', `:${name}`)})`
  })
  return { text: parts.join(` ${operator} `), values: all }
}

function boundOrRefused<Bound>(bind: () => Bound): Bound | undefined {
  try {
    return bind()
  } catch {
    return undefined
  }
}

describe('a filter of before there were expressions', () => {
  it('holds for the same items as the expression that says it', () => {
    const seen = { holds: 0, fails: 0 }
    fc.assert(
      fc.property(filters, fc.constantFrom('AND' as const, 'OR' as const), items, (filter, operator, item) => {
        const condition = boundOrRefused(() => filterCondition(filter, operator))
        // What the one refuses about types and bounds, the other need not refuse.
        if (condition === undefined) return
        const { text, values: all } = expressionOf(filter, operator)
        const binder = bindExpressions({
          ...(Object.keys(all).length > 0 && { ExpressionAttributeValues: all }),
        })
        const expression = binder.condition('FilterExpression', text)
        const source = { attribute: (name: string) => item[name] }
        const isMatch = condition.evaluate(source)
        expect(isMatch).toBe(expression.evaluate(source))
        expect(condition.topLevelNames).toEqual(expression.topLevelNames)
        seen[isMatch ? 'holds' : 'fails']++
      }),
      { numRuns: 1000 },
    )
    expect(Math.min(seen.holds, seen.fails)).toBeGreaterThan(20)
  })
})

const updates: fc.Arbitrary<AttributeValueUpdate> = fc.oneof(
  values.map((Value) => ({ Value })),
  fc.constant<AttributeValueUpdate>({ Action: 'DELETE' }),
  fc
    .constantFrom<AttributeValue>({ N: '1' }, { SS: ['2', '3'] }, { NS: ['10', '3'] })
    .map((Value) => ({ Action: 'ADD' as const, Value })),
  fc
    .constantFrom<AttributeValue>({ SS: ['1', '3'] }, { NS: ['10', '1'] })
    .map((Value) => ({ Action: 'DELETE' as const, Value })),
)
const SECTIONS = { PUT: ['SET', ' = '], ADD: ['ADD', ' '], DELETE: ['DELETE', ' '] } as const

describe('AttributeUpdates', () => {
  it('make of an item what the update expression makes of it', () => {
    let changed = 0
    fc.assert(
      fc.property(fc.record({ a: updates, b: updates }), items, (both, item) => {
        const sections = new Map<string, string[]>()
        const all: Record<string, AttributeValue> = {}
        for (const name of NAMES.slice(0, 2) as ('a' | 'b')[]) {
          const { Action = 'PUT', Value } = both[name]
          const [keyword, sign] = Value === undefined ? ['REMOVE', ''] : SECTIONS[Action]
          const parts = sections.get(keyword) ?? []
          sections.set(keyword, [...parts, Value === undefined ? name : `${name}${sign}:${name}`])
          if (Value !== undefined) all[`:${name}`] = Value
        }
        const text = [...sections].map(([keyword, parts]) => `${keyword} ${parts.join(', ')}`).join(' ')
        const binder = bindExpressions({ ...(Object.keys(all).length > 0 && { ExpressionAttributeValues: all }) })
        const expression = binder.update(text)
        const result = boundOrRefused(() => attributeUpdates(both).apply(item))
        expect(result?.item).toEqual(boundOrRefused(() => expression.apply(item))?.item)
        if (result !== undefined) changed++
      }),
      { numRuns: 500 },
    )
    expect(changed).toBeGreaterThan(20)
  })
})
