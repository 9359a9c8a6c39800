// Random transactions over two tables against a model that copies everything before each transaction and throws the copy
// away when one action fails. Items, rows of indexes and counts have to agree, as do the reasons of what is cancelled.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import type { DescribeTableOutput, ReadPageOutput, TransactGetItemsOutput } from '../../src/model/operations.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { createSlowStore } from '../support/slow-store.ts'

const TABLES = ['one', 'two'] as const
const KEYS = ['a', 'b', 'c', 'd'] as const

/** What an action asks of its item: nothing, to be there or not, or a counter of this value. */
type Expectation = 'nothing' | 'exists' | 'missing' | number

interface Action {
  readonly kind: 'put' | 'add' | 'delete' | 'check'
  readonly table: (typeof TABLES)[number]
  readonly key: (typeof KEYS)[number]
  readonly count: number
  readonly group: string | undefined
  readonly expects: Expectation
}

interface Row {
  readonly count: number
  readonly group?: string
}

type Model = Map<string, Row>

const actions: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom('put', 'add', 'delete', 'check'),
  table: fc.constantFrom(...TABLES),
  key: fc.constantFrom(...KEYS),
  count: fc.integer({ min: -3, max: 3 }),
  group: fc.constantFrom('g', 'h', undefined),
  expects: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Expectation>('nothing') },
    { weight: 1, arbitrary: fc.constantFrom<Expectation>('exists', 'missing', 0, 1, 2) },
  ),
})
/** Mostly on distinct items, as the service asks for. */
const transactions = fc.oneof(
  { weight: 9, arbitrary: fc.uniqueArray(actions, { selector: place, minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.array(actions, { minLength: 2, maxLength: 8 }) },
)

function place({ table, key }: Action): string {
  return `${table} ${key}`
}

function holds(expects: Expectation, row: Row | undefined): boolean {
  if (expects === 'nothing') return true
  if (expects === 'exists') return row !== undefined
  return expects === 'missing' ? row === undefined : row?.count === expects
}

/** What the transaction makes of the model; the codes of its reasons when it is cancelled; a message when it is refused. */
function modelled(model: Model, transaction: readonly Action[]): Model | readonly string[] | string {
  if (new Set(transaction.map(place)).size < transaction.length) {
    return 'Transaction request cannot include multiple operations on one item'
  }
  const codes = transaction.map((action) =>
    holds(expectationOf(action), model.get(place(action))) ? 'None' : 'ConditionalCheckFailed',
  )
  if (codes.some((code) => code !== 'None')) return codes
  const next = new Map(model)
  for (const action of transaction) {
    const { kind, count, group } = action
    const old = next.get(place(action))
    if (kind === 'put') next.set(place(action), { count, ...(group !== undefined && { group }) })
    else if (kind === 'add') next.set(place(action), { ...old, count: (old?.count ?? 0) + count })
    else if (kind === 'delete') next.delete(place(action))
  }
  return next
}

/** A check has to check something. */
function expectationOf({ kind, expects }: Action): Expectation {
  return kind === 'check' && expects === 'nothing' ? 'missing' : expects
}

function conditionOf(action: Action): { readonly condition: object; readonly values: object } {
  const expects = expectationOf(action)
  if (expects === 'nothing') return { condition: {}, values: {} }
  if (typeof expects === 'number') {
    return { condition: { ConditionExpression: 'n = :expected' }, values: { ':expected': { N: String(expects) } } }
  }
  const exists = expects === 'exists' ? 'attribute_exists' : 'attribute_not_exists'
  return { condition: { ConditionExpression: `${exists}(p)` }, values: {} }
}

function request(action: Action): unknown {
  const { kind, table, key, count, group } = action
  const { condition, values } = conditionOf(action)
  const named = Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}
  const target = { TableName: table, Key: { p: { S: key } } }
  switch (kind) {
    case 'put':
      return {
        Put: {
          TableName: table,
          Item: itemOf(key, { count, ...(group !== undefined && { group }) }),
          ...condition,
          ...named,
        },
      }
    case 'add':
      return {
        Update: {
          ...target,
          UpdateExpression: 'ADD n :count',
          ...condition,
          ExpressionAttributeValues: { ...values, ':count': { N: String(count) } },
        },
      }
    case 'delete':
      return { Delete: { ...target, ...condition, ...named } }
    case 'check':
      return { ConditionCheck: { ...target, ...condition, ...named } }
  }
}

function itemOf(key: string, { count, group }: Row): Item {
  return { p: { S: key }, n: { N: String(count) }, ...(group !== undefined && { g: { S: group } }) }
}

async function newEngine(isSlow: boolean): Promise<Engine> {
  const store = isSlow ? createSlowStore() : createMemoryStore()
  const engine = createEngine({ store, clock: systemClock, random: seededRandom(1) })
  for (const TableName of TABLES) {
    await engine.dispatch('CreateTable', {
      TableName: TableName,
      AttributeDefinitions: ['p', 'g'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byGroup',
          KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    })
  }
  return engine
}

async function run(engine: Engine, model: Model, transaction: readonly Action[]): Promise<Model> {
  const expected = modelled(model, transaction)
  const sent = engine.dispatch('TransactWriteItems', { TransactItems: transaction.map(request) })
  if (expected instanceof Map) {
    expect(await sent).toEqual({})
    return expected
  }
  const error = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ServiceException)
  if (typeof expected === 'string') expect(error).toMatchObject({ name: 'ValidationException', message: expected })
  else {
    const { CancellationReasons = [] } = error as ServiceException
    expect(CancellationReasons.map(({ Code }) => Code)).toEqual(expected)
  }
  return model
}

function rowsOf(model: Model, table: string): readonly Item[] {
  return KEYS.flatMap((key) => {
    const row = model.get(`${table} ${key}`)
    return row === undefined ? [] : [itemOf(key, row)]
  })
}

function byKey(items: readonly Item[]): readonly unknown[] {
  const keyOf = ({ p }: Item): string => (p as { readonly S: string }).S
  return items.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
}

async function check(engine: Engine, model: Model): Promise<void> {
  const places = TABLES.flatMap((table) => KEYS.map((key) => ({ table, key })))
  const { Responses } = (await engine.dispatch('TransactGetItems', {
    TransactItems: places.map(({ table, key }) => ({ Get: { TableName: table, Key: { p: { S: key } } } })),
  })) as TransactGetItemsOutput
  expect(Responses.map(({ Item: item }) => item)).toEqual(
    places.map(({ table, key }) => {
      const row = model.get(`${table} ${key}`)
      return row && itemOf(key, row)
    }),
  )
  for (const TableName of TABLES) {
    const rows = rowsOf(model, TableName)
    const { Table } = (await engine.dispatch('DescribeTable', { TableName })) as DescribeTableOutput
    expect(Table.ItemCount).toBe(rows.length)
    const index = (await engine.dispatch('Scan', { TableName, IndexName: 'byGroup' })) as ReadPageOutput
    expect(byKey(index.Items ?? [])).toEqual(rows.filter(({ g }) => g !== undefined))
  }
}

describe('transactions', () => {
  it('are done as a whole or not at all, by any actions on any tables', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(transactions, { minLength: 1, maxLength: 12 }), fc.boolean(), async (all, isSlow) => {
        const engine = await newEngine(isSlow)
        let model: Model = new Map()
        for (const transaction of all) {
          model = await run(engine, model, transaction)
          await check(engine, model)
        }
        await engine.close()
      }),
      { numRuns: 60 },
    )
  })
})
