// Global indexes of up to four partition and four sort key attributes: random items, queries and pages against a sorted
// array.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import type { AttributeValue, Item, Key, KeyAttributeType } from '../../src/model/attribute-value.ts'
import { compareKeyValues } from '../../src/model/compare-values.ts'
import type { ComparisonOperator, QueryOutput } from '../../src/model/operations.ts'
import { engineFixture } from '../support/engine-fixture.ts'
import { replaySeed } from '../support/replay-seed.ts'

const TABLE = 'matches'
const INDEX = 'byAll'
const MAX_ATTRIBUTES = 4
const RUNS = 60

interface KeyName {
  readonly name: string
  readonly type: KeyAttributeType
}

interface Schema {
  readonly partition: readonly KeyName[]
  readonly sort: readonly KeyName[]
}

/** A condition on one sort key attribute, as KeyConditions has it. */
interface SortCondition {
  readonly operator: Extract<ComparisonOperator, 'EQ' | 'LT' | 'LE' | 'GT' | 'GE' | 'BETWEEN' | 'BEGINS_WITH'>
  readonly values: readonly AttributeValue[]
}

const types = fc.constantFrom<KeyAttributeType>('S', 'N', 'B')
const named = (letter: string) => (all: readonly KeyAttributeType[]) =>
  all.map((type, at): KeyName => ({ name: `${letter}${at}`, type }))
const schemas: fc.Arbitrary<Schema> = fc.record({
  partition: fc.array(types, { minLength: 1, maxLength: MAX_ATTRIBUTES }).map(named('h')),
  sort: fc.array(types, { maxLength: MAX_ATTRIBUTES }).map(named('r')),
})

/** Few values of each type, among them such as begin with others, so that rows meet. */
function valuesOf(type: KeyAttributeType): fc.Arbitrary<AttributeValue> {
  switch (type) {
    case 'S':
      return fc.constantFrom('a', 'ab', 'b', '\u{1F30A}', '\uFF5E').map((S) => ({ S }))
    case 'N':
      return fc.constantFrom('-1', '0', '1', '10', '2').map((N) => ({ N }))
    case 'B':
      return fc.constantFrom([0], [0, 1], [255], [255, 255]).map((bytes) => ({ B: new Uint8Array(bytes) }))
  }
}

/** Partition keys hardly vary; every eighth attribute is not there. */
function itemsOf({ partition, sort }: Schema): fc.Arbitrary<readonly Item[]> {
  const members = Object.fromEntries([
    ...partition.map(
      ({ name, type }) => [name, fc.oneof({ weight: 7, arbitrary: firstOf(type) }, maybe(type))] as const,
    ),
    ...sort.map(({ name, type }) => [name, fc.oneof({ weight: 7, arbitrary: valuesOf(type) }, maybe(type))] as const),
  ])
  return fc.array(fc.record(members), { maxLength: 40 }).map((items) =>
    items.map((item, at): Item => ({
      id: { S: String(at) },
      ...(Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item),
    })),
  )
}

function firstOf(type: KeyAttributeType): fc.Arbitrary<AttributeValue> {
  return fc.constant(type === 'S' ? { S: 'a' } : type === 'N' ? { N: '1' } : { B: new Uint8Array([0]) })
}

function maybe(type: KeyAttributeType): fc.Arbitrary<AttributeValue | undefined> {
  return fc.option(valuesOf(type), { nil: undefined })
}

/** Equalities, then anything on the last attribute. */
function conditionsOf({ sort }: Schema): fc.Arbitrary<readonly SortCondition[]> {
  return fc.nat({ max: sort.length }).chain((count) =>
    fc.tuple(
      ...sort.slice(0, count).map(({ type }, at) => {
        const isLast = at === count - 1
        const operators = fc.constantFrom<SortCondition['operator']>(
          ...(isLast ? (['LT', 'LE', 'GT', 'GE', 'BETWEEN'] as const) : []),
          ...(isLast && type !== 'N' ? (['BEGINS_WITH'] as const) : []),
          'EQ',
        )
        return fc.record({ operator: operators, values: fc.tuple(valuesOf(type), valuesOf(type)) }).map(ordered)
      }),
    ),
  )
}

function ordered({ operator, values: [one, other] }: SortCondition): SortCondition {
  const [low, high] = [one, other] as [AttributeValue, AttributeValue]
  if (operator !== 'BETWEEN') return { operator, values: [low] }
  return { operator, values: compareKeyValues(low, high) > 0 ? [high, low] : [low, high] }
}

const cases = schemas.chain((schema) =>
  fc.record({
    schema: fc.constant(schema),
    items: itemsOf(schema),
    partition: fc.tuple(
      ...schema.partition.map(({ type }) => fc.oneof({ weight: 9, arbitrary: firstOf(type) }, valuesOf(type))),
    ),
    conditions: conditionsOf(schema),
    limit: fc.integer({ min: 1, max: 10 }),
    isReverse: fc.boolean(),
  }),
)

function holds(value: AttributeValue, { operator, values }: SortCondition): boolean {
  const [first, second] = values as [AttributeValue, AttributeValue]
  const order = compareKeyValues(value, first)
  switch (operator) {
    case 'EQ':
      return order === 0
    case 'LT':
      return order < 0
    case 'LE':
      return order <= 0
    case 'GT':
      return order > 0
    case 'GE':
      return order >= 0
    case 'BETWEEN':
      return order >= 0 && compareKeyValues(value, second) <= 0
    case 'BEGINS_WITH': {
      if ('S' in value && 'S' in first) return value.S.startsWith(first.S)
      return 'B' in value && 'B' in first && first.B.every((byte, at) => value.B[at] === byte)
    }
  }
}

/** What a query answers, by looking at every item. */
function expectedIds(
  { partition, sort }: Schema,
  items: readonly Item[],
  wanted: { readonly partition: readonly AttributeValue[]; readonly conditions: readonly SortCondition[] },
): readonly string[] {
  const isIndexed = (item: Item): boolean => [...partition, ...sort].every(({ name }) => item[name] !== undefined)
  const matches = items
    .filter(isIndexed)
    .filter((item) =>
      partition.every(
        ({ name }, at) => compareKeyValues(item[name] as AttributeValue, wanted.partition[at] as AttributeValue) === 0,
      ),
    )
    .filter((item) =>
      wanted.conditions.every((condition, at) => holds(item[sort[at]?.name ?? ''] as AttributeValue, condition)),
    )
  const compare = (one: Item, other: Item): number => {
    for (const name of [...sort.map((attribute) => attribute.name), 'id']) {
      const order = compareKeyValues(one[name] as AttributeValue, other[name] as AttributeValue)
      if (order !== 0) return order
    }
    return 0
  }
  return matches.sort(compare).map(({ id }) => (id as { readonly S: string }).S)
}

async function engineWith({ partition, sort }: Schema, items: readonly Item[]): Promise<Engine> {
  const { engine } = engineFixture()
  await engine.dispatch('CreateTable', {
    TableName: TABLE,
    AttributeDefinitions: [{ name: 'id', type: 'S' }, ...partition, ...sort].map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: INDEX,
        KeySchema: [
          ...partition.map(({ name }) => ({ AttributeName: name, KeyType: 'HASH' })),
          ...sort.map(({ name }) => ({ AttributeName: name, KeyType: 'RANGE' })),
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  })
  for (const item of items) await engine.dispatch('PutItem', { TableName: TABLE, Item: { ...item, other: { S: 'x' } } })
  return engine
}

/** The answer of all pages, each of which has to end with a whole position. */
async function idsInPages(engine: Engine, input: object, positionNames: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = []
  let position: Key | undefined
  do {
    const page = (await engine.dispatch('Query', {
      ...input,
      ...(position && { ExclusiveStartKey: position }),
    })) as QueryOutput
    for (const item of page.Items ?? []) {
      expect(Object.keys(item).sort()).toEqual(positionNames)
      ids.push((item['id'] as { readonly S: string }).S)
    }
    position = page.LastEvaluatedKey
    if (position !== undefined) expect(Object.keys(position).sort()).toEqual(positionNames)
  } while (position !== undefined)
  return ids
}

describe('an index of several partition and sort key attributes', () => {
  it('answers what a sorted array answers, page by page', async () => {
    const seed = replaySeed('multi-attribute keys')
    await fc.assert(
      fc.asyncProperty(cases, async ({ schema, items, partition, conditions, limit, isReverse }) => {
        const engine = await engineWith(schema, items)
        const names = [...schema.partition, ...schema.sort].map(({ name }) => name)
        const conditionOf = ({ operator, values }: SortCondition): object => ({
          ComparisonOperator: operator,
          AttributeValueList: values,
        })
        const KeyConditions = Object.fromEntries([
          ...schema.partition.map(
            ({ name }, at) =>
              [name, conditionOf({ operator: 'EQ', values: [partition[at] as AttributeValue] })] as const,
          ),
          ...conditions.map((condition, at) => [schema.sort[at]?.name ?? '', conditionOf(condition)] as const),
        ])
        const ids = await idsInPages(
          engine,
          { TableName: TABLE, IndexName: INDEX, KeyConditions, Limit: limit, ScanIndexForward: !isReverse },
          ['id', ...names].sort(),
        )
        const expected = expectedIds(schema, items, { partition, conditions })
        expect(ids).toEqual(isReverse ? expected.toReversed() : expected)
        await engine.close()
      }),
      { seed, numRuns: RUNS },
    )
  })
})
