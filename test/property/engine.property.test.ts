// Random writes against the engine and against a plain array of items: every read, by query, by index and by scan, in
// pages of any size, and every count has to agree, over a store that answers at once and over one that does not.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import { itemSizeBytes } from '../../src/model/item-size.ts'
import type { DescribeTableOutput, ReadPageOutput } from '../../src/model/operations.ts'
import { createDictionary, PackedItem, packItem } from '../../src/model/packed-item.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { createSlowStore } from '../support/slow-store.ts'

const TABLE = 'items'

/** An item of the model: attributes as JavaScript has them. */
interface Plain {
  readonly p: string
  readonly s: number
  readonly group?: string
  readonly label?: string
  readonly x?: string
}

type Command =
  | { readonly kind: 'put' | 'put-packed'; readonly item: Plain }
  | { readonly kind: 'batch'; readonly items: readonly Plain[] }
  | { readonly kind: 'delete'; readonly item: Plain }
  | { readonly kind: 'set'; readonly item: Plain; readonly name: 'group' | 'label' | 'x' }
  | { readonly kind: 'remove'; readonly item: Plain; readonly name: 'group' | 'label' | 'x' }

const texts = fc.constantFrom('a', 'b', 'B', 'ab', 'ä', '\u0000', '🌊', 'long'.repeat(80))
const items: fc.Arbitrary<Plain> = fc.record(
  {
    p: fc.constantFrom('k1', 'k2', 'k3'),
    s: fc.constantFrom(-100, -1.5, 0, 0.25, 2, 10, 1e20),
    group: texts,
    label: texts,
    x: texts,
  },
  { requiredKeys: ['p', 's'] },
)
const names = fc.constantFrom('group', 'label', 'x')
const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constantFrom('put', 'put-packed'), item: items }),
  fc.record({
    kind: fc.constant('batch'),
    items: fc.uniqueArray(items, { selector: keyOf, minLength: 1, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('delete'), item: items }),
  fc.record({ kind: fc.constantFrom('set', 'remove'), item: items, name: names }),
)

/** An index as the model knows it. */
interface Index {
  readonly name: string
  readonly partition: 'p' | 'group'
  readonly sort: 'label' | 's'
  readonly attributes: readonly (keyof Plain)[] | undefined
}

const INDEXES: readonly Index[] = [
  { name: 'byLabel', partition: 'p', sort: 'label', attributes: ['p', 's', 'label'] },
  { name: 'byGroup', partition: 'group', sort: 's', attributes: undefined },
  { name: 'byBoth', partition: 'group', sort: 'label', attributes: ['p', 's', 'group', 'label', 'x'] },
]

function keyOf({ p, s }: Plain): string {
  return `${p} ${s}`
}

function toItem(plain: Plain): Item {
  const { s, ...others } = plain
  const named = Object.entries(others).map(([name, text]) => [name, { S: text }])
  return { ...Object.fromEntries(named), s: { N: numberText(s) } } as Item
}

function numberText(value: number): string {
  return value === 1e20 ? `1${'0'.repeat(20)}` : String(value)
}

function key({ p, s }: Plain): unknown {
  return { p: { S: p }, s: { N: numberText(s) } }
}

async function newEngine(store: OrderedStore): Promise<Engine> {
  const engine = createEngine({ store, clock: systemClock, random: seededRandom(1) })
  const schema = (partition: string, sort: string): unknown => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ]
  const index = ({ name, partition, sort, attributes }: Index): unknown => ({
    IndexName: name,
    KeySchema: schema(partition, sort),
    Projection:
      attributes === undefined
        ? { ProjectionType: 'ALL' }
        : attributes.includes('x')
          ? { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] }
          : { ProjectionType: 'KEYS_ONLY' },
  })
  await engine.dispatch('CreateTable', {
    TableName: TABLE,
    AttributeDefinitions: ['p', 's', 'group', 'label'].map((AttributeName) => ({
      AttributeName,
      AttributeType: AttributeName === 's' ? 'N' : 'S',
    })),
    KeySchema: schema('p', 's'),
    BillingMode: 'PAY_PER_REQUEST',
    LocalSecondaryIndexes: INDEXES.slice(0, 1).map(index),
    GlobalSecondaryIndexes: INDEXES.slice(1).map(index),
  })
  return engine
}

async function run(engine: Engine, model: Map<string, Plain>, command: Command): Promise<void> {
  switch (command.kind) {
    case 'put':
      await engine.dispatch('PutItem', { TableName: TABLE, Item: toItem(command.item) })
      model.set(keyOf(command.item), command.item)
      return
    case 'put-packed': {
      const dictionary = createDictionary(['other names', 'x'])
      const Item = new PackedItem(packItem(toItem(command.item), dictionary), dictionary)
      await engine.dispatch('PutItem', { TableName: TABLE, Item })
      model.set(keyOf(command.item), command.item)
      return
    }
    case 'batch':
      await engine.dispatch('BatchWriteItem', {
        RequestItems: { [TABLE]: command.items.map((item) => ({ PutRequest: { Item: toItem(item) } })) },
      })
      for (const item of command.items) model.set(keyOf(item), item)
      return
    case 'delete':
      await engine.dispatch('DeleteItem', { TableName: TABLE, Key: key(command.item) })
      model.delete(keyOf(command.item))
      return
    case 'set':
    case 'remove':
      await update(engine, model, command)
  }
}

async function update(
  engine: Engine,
  model: Map<string, Plain>,
  { kind, item, name }: Extract<Command, { readonly name: string }>,
): Promise<void> {
  const { p, s } = item
  const { [name]: dropped, ...rest } = model.get(keyOf(item)) ?? { p, s }
  const text = item[name] ?? dropped ?? 'set'
  await engine.dispatch('UpdateItem', {
    TableName: TABLE,
    Key: key(item),
    UpdateExpression: kind === 'set' ? 'SET #n = :v' : 'REMOVE #n',
    ExpressionAttributeNames: { '#n': name },
    ...(kind === 'set' && { ExpressionAttributeValues: { ':v': { S: text } } }),
  })
  model.set(keyOf(item), kind === 'set' ? { ...rest, [name]: text } : rest)
}

/** All pages of a read, in pages of `Limit` items. */
async function readAll(engine: Engine, operation: string, input: object, Limit: number): Promise<readonly Item[]> {
  const found: Item[] = []
  let ExclusiveStartKey: unknown
  do {
    const page = (await engine.dispatch(operation, {
      TableName: TABLE,
      Limit,
      ...input,
      ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
    })) as ReadPageOutput
    found.push(...(page.Items ?? []))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return found
}

function bytewise(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

function inOrder(sort: 'label' | 's'): (one: Plain, other: Plain) => number {
  return (one, other) => (sort === 's' ? one.s - other.s : bytewise(one.label ?? '', other.label ?? ''))
}

function projected(plain: Plain, attributes: Index['attributes']): Item {
  if (attributes === undefined) return toItem(plain)
  const kept = Object.entries(plain).filter(([name]) => attributes.includes(name as keyof Plain))
  return toItem(Object.fromEntries(kept) as unknown as Plain)
}

/** Items in one order where the service leaves it open: those with the same sort key in an index. */
function canonicalOrder(found: readonly Item[]): readonly string[] {
  return found
    .map((item) => JSON.stringify(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1))))
    .sort()
}

async function checkIndex(engine: Engine, model: readonly Plain[], index: Index, limit: number): Promise<void> {
  const { name, partition, sort, attributes } = index
  const inIndex = model.filter((item) => item[partition] !== undefined && item[sort] !== undefined)
  const scanned = await readAll(engine, 'Scan', { IndexName: name }, limit)
  expect(canonicalOrder(scanned)).toEqual(canonicalOrder(inIndex.map((item) => projected(item, attributes))))
  for (const value of new Set(inIndex.map((item) => item[partition] as string))) {
    for (const ScanIndexForward of [true, false]) {
      const input = {
        IndexName: name,
        KeyConditionExpression: '#p = :p',
        ExpressionAttributeNames: { '#p': partition },
        ExpressionAttributeValues: { ':p': { S: value } },
        ScanIndexForward,
      }
      const found = await readAll(engine, 'Query', input, limit)
      const expected = inIndex.filter((item) => item[partition] === value).sort(inOrder(sort))
      if (!ScanIndexForward) expected.reverse()
      expect(found.map((item) => item[sort])).toEqual(expected.map((item) => toItem(item)[sort]))
      expect(canonicalOrder(found)).toEqual(canonicalOrder(expected.map((item) => projected(item, attributes))))
    }
  }
}

async function checkTable(engine: Engine, model: readonly Plain[], limit: number): Promise<void> {
  const scanned = await readAll(engine, 'Scan', {}, limit)
  expect(canonicalOrder(scanned)).toEqual(canonicalOrder(model.map(toItem)))
  const segments = await Promise.all(
    [0, 1, 2].map((Segment) => readAll(engine, 'Scan', { Segment, TotalSegments: 3 }, limit)),
  )
  expect(canonicalOrder(segments.flat())).toEqual(canonicalOrder(scanned))
  for (const p of ['k1', 'k2', 'k3']) {
    const found = await readAll(
      engine,
      'Query',
      {
        KeyConditionExpression: 'p = :p AND s BETWEEN :l AND :h',
        ExpressionAttributeValues: { ':p': { S: p }, ':l': { N: '-1.5' }, ':h': { N: '10' } },
      },
      limit,
    )
    const expected = model.filter((item) => item.p === p && item.s >= -1.5 && item.s <= 10).sort(inOrder('s'))
    expect(found).toEqual(expected.map(toItem))
  }
}

async function checkCounts(engine: Engine, model: readonly Plain[]): Promise<void> {
  const { Table } = (await engine.dispatch('DescribeTable', { TableName: TABLE })) as DescribeTableOutput
  const totals = (plains: readonly Plain[], attributes: Index['attributes']): unknown => ({
    itemCount: plains.length,
    sizeBytes: plains.reduce((sum, plain) => sum + itemSizeBytes(projected(plain, attributes)), 0),
  })
  expect({ itemCount: Table.ItemCount, sizeBytes: Table.TableSizeBytes }).toEqual(totals(model, undefined))
  const described = [...(Table.LocalSecondaryIndexes ?? []), ...(Table.GlobalSecondaryIndexes ?? [])]
  for (const { name, partition, sort, attributes } of INDEXES) {
    const index = described.find(({ IndexName }) => IndexName === name)
    const inIndex = model.filter((item) => item[partition] !== undefined && item[sort] !== undefined)
    expect({ itemCount: index?.ItemCount, sizeBytes: index?.IndexSizeBytes }).toEqual(totals(inIndex, attributes))
  }
}

describe('the engine', () => {
  it('reads by every way what a plain array would hold', async () => {
    const scripts = fc.array(commands, { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(scripts, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (script, limit, isSlow) => {
        const engine = await newEngine(isSlow ? createSlowStore() : createMemoryStore())
        const model = new Map<string, Plain>()
        for (const command of script) await run(engine, model, command)
        const plains = [...model.values()]
        await checkTable(engine, plains, limit)
        for (const index of INDEXES) await checkIndex(engine, plains, index, limit)
        await checkCounts(engine, plains)
        await engine.close()
      }),
      { numRuns: 60 },
    )
  })
})
