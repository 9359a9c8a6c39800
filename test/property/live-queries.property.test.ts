// Live queries against the operations: whatever is written, and in whichever order it is committed, lost and taken back,
// the result of a watch ends equal to what the query answers anew.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import type { ReadPageOutput } from '../../src/model/operations.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { openLogStructuredStore } from '../../src/storage/log-structured-store.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { LiveMirror } from '../support/live-mirror.ts'
import { createMemoryDevice, createMemoryDisk } from '../support/memory-device.ts'
import { createSlowStore } from '../support/slow-store.ts'

const TABLE = 'items'
const RUNS = 60

interface Plain {
  readonly p: string
  readonly s: number
  readonly group?: string
  readonly label?: string
  readonly x?: string
}

type Command =
  | { readonly kind: 'put'; readonly item: Plain }
  | { readonly kind: 'batch' | 'sweep'; readonly items: readonly Plain[] }
  | { readonly kind: 'delete'; readonly item: Plain }
  | { readonly kind: 'set' | 'unset'; readonly item: Plain; readonly name: 'group' | 'label' | 'x' }
  | { readonly kind: 'refused'; readonly item: Plain }

const texts = fc.constantFrom('a', 'b', 'ab', 'ä', 'long'.repeat(20))
const items: fc.Arbitrary<Plain> = fc.record(
  { p: fc.constantFrom('k1', 'k2'), s: fc.integer({ min: -6, max: 6 }), group: texts, label: texts, x: texts },
  { requiredKeys: ['p', 's'] },
)
const names = fc.constantFrom('group', 'label', 'x')
const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put'), item: items }) },
  {
    weight: 3,
    arbitrary: fc.record({
      // A sweep deletes so many rows that a limit lets others in.
      kind: fc.constantFrom('batch', 'sweep'),
      items: fc.uniqueArray(items, { selector: ({ p, s }) => `${p} ${s}`, minLength: 1, maxLength: 20 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete'), item: items }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('set', 'unset'), item: items, name: names }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refused'), item: items }) },
)

interface Read {
  readonly operation: 'GetItem' | 'Query' | 'Scan'
  readonly input: Readonly<Record<string, unknown>>
  readonly limitRows: number
}

const limits = fc.constantFrom(0, 1, 2, 3, 7, Number.POSITIVE_INFINITY)
const filters = fc.constantFrom(
  {},
  { FilterExpression: 'attribute_exists(x)' },
  { FilterExpression: 'x >= :x', ExpressionAttributeValues: { ':x': { S: 'ab' } } },
)
/** What a request reads and in which order; filters are for attributes that all indexes hold but one. */
const sources = fc.constantFrom(
  { operation: 'Query', names: ['p', 's'], index: {} },
  { operation: 'Query', names: ['p', 'label'], index: { IndexName: 'byLabel' } },
  { operation: 'Query', names: ['p', 'label'], index: { IndexName: 'byLabel', Select: 'ALL_ATTRIBUTES' } },
  { operation: 'Query', names: ['group', 's'], index: { IndexName: 'byGroup' } },
  { operation: 'Scan', names: [], index: {} },
  { operation: 'Scan', names: [], index: { IndexName: 'byGroup' } },
  { operation: 'Scan', names: [], index: { IndexName: 'byLabel', Select: 'ALL_ATTRIBUTES' } },
) as fc.Arbitrary<{
  readonly operation: 'Query' | 'Scan'
  readonly names: readonly string[]
  readonly index: { readonly IndexName?: string; readonly Select?: string }
}>
const reads: fc.Arbitrary<Read> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        source: sources,
        filter: filters,
        limitRows: limits,
        isReverse: fc.boolean(),
        range: fc.constantFrom('all', 'from', 'equal'),
        projects: fc.boolean(),
      })
      .map(({ source, filter, limitRows, isReverse, range, projects }) => {
        const { operation, names: keyNames, index } = source
        const { ExpressionAttributeValues: filterValues, ...filterOnly } = filter as {
          readonly FilterExpression?: string
          readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>
        }
        const usesFilter = index.IndexName !== 'byLabel' && filterOnly.FilterExpression !== undefined
        const condition = keyCondition(keyNames, range)
        const values = { ...condition?.values, ...(usesFilter && filterValues) }
        const input = {
          TableName: TABLE,
          ...index,
          ...(operation === 'Query' && {
            KeyConditionExpression: condition?.text,
            ExpressionAttributeNames: condition?.names,
            ScanIndexForward: !isReverse,
          }),
          ...(usesFilter && filterOnly),
          ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
          ...(projects && index.Select === undefined && { ProjectionExpression: 'p, s' }),
        }
        return { operation, input, limitRows }
      }),
  },
  {
    weight: 1,
    arbitrary: items.map((item): Read => {
      const { p, s } = toItem(item)
      const input = { TableName: TABLE, Key: { p, s } }
      return { operation: 'GetItem', input, limitRows: Number.POSITIVE_INFINITY }
    }),
  },
)

function keyCondition(
  keyNames: readonly string[],
  range: string,
): { readonly text: string; readonly names: object; readonly values: Readonly<Record<string, unknown>> } | undefined {
  const [partition, sort] = keyNames
  if (partition === undefined || sort === undefined) return undefined
  const partitionValue = { S: partition === 'p' ? 'k1' : 'ab' }
  const sortValue = sort === 's' ? { N: '-2' } : { S: 'ab' }
  if (range === 'all') return { text: '#p = :p', names: { '#p': partition }, values: { ':p': partitionValue } }
  return {
    text: `#p = :p AND #s ${range === 'equal' ? '=' : '>='} :s`,
    names: { '#p': partition, '#s': sort },
    values: { ':p': partitionValue, ':s': sortValue },
  }
}

function toItem({ s, ...others }: Plain): Item {
  const named = Object.entries(others).map(([name, text]) => [name, { S: text }])
  return { ...Object.fromEntries(named), s: { N: String(s) } } as Item
}

async function createTable(engine: Engine): Promise<void> {
  await engine.dispatch('CreateTable', {
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'p', AttributeType: 'S' },
      { AttributeName: 's', AttributeType: 'N' },
      { AttributeName: 'group', AttributeType: 'S' },
      { AttributeName: 'label', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'p', KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byGroup',
        KeySchema: [
          { AttributeName: 'group', KeyType: 'HASH' },
          { AttributeName: 's', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'byLabel',
        KeySchema: [
          { AttributeName: 'p', KeyType: 'HASH' },
          { AttributeName: 'label', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  })
}

function run(engine: Engine, command: Command): Promise<unknown> {
  switch (command.kind) {
    case 'put':
      return engine.dispatch('PutItem', { TableName: TABLE, Item: toItem(command.item) })
    case 'batch': {
      const requests = command.items.map((item) => ({ PutRequest: { Item: toItem(item) } }))
      return engine.dispatch('BatchWriteItem', { RequestItems: { [TABLE]: requests } })
    }
    case 'sweep': {
      const requests = command.items.map((item) => ({ DeleteRequest: { Key: keyOf(item) } }))
      return engine.dispatch('BatchWriteItem', { RequestItems: { [TABLE]: requests } })
    }
    case 'delete':
      return engine.dispatch('DeleteItem', { TableName: TABLE, Key: keyOf(command.item) })
    case 'refused': {
      const put = { TableName: TABLE, Item: toItem(command.item), ConditionExpression: 'p = s' }
      return engine.dispatch('PutItem', put).catch(() => undefined)
    }
    default:
      return engine.dispatch('UpdateItem', {
        TableName: TABLE,
        Key: keyOf(command.item),
        ExpressionAttributeNames: { '#n': command.name },
        ...(command.kind === 'set'
          ? { UpdateExpression: 'SET #n = :v', ExpressionAttributeValues: { ':v': { S: command.item.x ?? 'b' } } }
          : { UpdateExpression: 'REMOVE #n' }),
      })
  }
}

function keyOf(plain: Plain): Item {
  const { p, s } = toItem(plain)
  return { p, s } as Item
}

/** What the operation answers now: as many rows as the limit lets through, whatever the filter drops. */
async function readAnew(engine: Engine, { operation, input, limitRows }: Read): Promise<readonly Item[]> {
  if (operation === 'GetItem') {
    const { Item } = (await engine.dispatch(operation, input)) as { readonly Item?: Item }
    return Item === undefined ? [] : [Item]
  }
  const found: Item[] = []
  let ExclusiveStartKey: unknown
  do {
    const page = (await engine.dispatch(operation, { ...input, ExclusiveStartKey })) as ReadPageOutput
    found.push(...(page.Items ?? []))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return found.slice(0, limitRows)
}

/** Waits until every watch shows what is read anew. */
async function expectEqual(mirror: LiveMirror, engine: Engine, watched: readonly Read[]): Promise<void> {
  const expected = await Promise.all(watched.map((read) => readAnew(engine, read)))
  const isEqual = (): boolean =>
    watched.every((_, id) => {
      const watch = mirror.watches.get(id)
      return watch?.isWhole === true && watch.pending.length === 0 && sameItems(mirror.rowsOf(id), expected[id])
    })
  let isOver = false
  const patience = new Promise<void>((resolve) => systemClock.after(2000, resolve)).then(() => (isOver = true))
  // The last writes may still be on their way to a watch that shows their result already: what they take away is read anew.
  while (!isEqual() && !isOver) await Promise.race([mirror.until(isEqual), patience])
  watched.forEach((read, id) => {
    const { pending, isWhole, error } = mirror.watches.get(id) as { pending: unknown; isWhole: boolean; error: unknown }
    expect({ read, rows: mirror.rowsOf(id), pending, isWhole, error }).toEqual({
      read,
      rows: expected[id],
      pending: [],
      isWhole: true,
      error: undefined,
    })
  })
}

function sameItems(one: readonly Item[], other: readonly Item[] | undefined): boolean {
  return JSON.stringify(one.map(sorted)) === JSON.stringify(other?.map(sorted))
}

function sorted(item: Item): unknown {
  return Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function engineOver(store: OrderedStore): Engine {
  return createEngine({ store, clock: systemClock, random: seededRandom(1) })
}

async function follow(
  store: OrderedStore,
  { before, watched, steps }: { before: readonly Command[]; watched: readonly Read[]; steps: readonly Command[] },
): Promise<void> {
  const engine = engineOver(store)
  await createTable(engine)
  for (const command of before) await run(engine, command)
  const live = await engine.openLive()
  const mirror = new LiveMirror(live)
  watched.forEach((read, id) => void mirror.watch(id, { ...read, showsTentative: id % 3 !== 2 }))
  for (const command of steps) {
    await run(engine, command)
    await expectEqual(mirror, engine, watched)
  }
  // And all at once, without waiting in between.
  await Promise.all(before.map((command) => run(engine, command)))
  await expectEqual(mirror, engine, watched)
  live.close()
  await engine.close()
}

const histories = fc.record({
  before: fc.array(commands, { maxLength: 25 }),
  watched: fc.array(reads, { minLength: 1, maxLength: 5 }),
  steps: fc.array(commands, { maxLength: 12 }),
})

describe('live queries', () => {
  it.each([
    ['in memory', createMemoryStore],
    ['that has to be waited for', createSlowStore],
  ])('equal the query run anew after every write, over a store %s', async (_name, createStore) => {
    await fc.assert(
      fc.asyncProperty(histories, (history) => follow(createStore(), history)),
      { numRuns: RUNS },
    )
  })

  it('end equal in two workers that write at once and lose races to each other', async () => {
    const lanes = fc.array(commands, { minLength: 3, maxLength: 15 })
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(lanes, lanes),
        fc.array(reads, { minLength: 1, maxLength: 4 }),
        async (both, watched) => {
          const disk = createMemoryDisk()
          const open = (): Promise<OrderedStore> =>
            openLogStructuredStore({ name: 'live', device: createMemoryDevice(disk) })
          const engines = [engineOver(await open()), engineOver(await open())] as const
          await createTable(engines[0])
          const followers = await Promise.all(
            engines.map(async (engine) => {
              await engine.dispatch('ListTables', {})
              await engine.dispatch('GetItem', {
                TableName: TABLE,
                Key: keyOf({ p: 'k1', s: 0 }),
                ConsistentRead: true,
              })
              const live = await engine.openLive()
              const mirror = new LiveMirror(live)
              watched.forEach((read, id) => void mirror.watch(id, read))
              return { engine, live, mirror }
            }),
          )
          await Promise.all(
            followers.map(async ({ engine }, lane) => {
              for (const command of both[lane] ?? []) await run(engine, command)
            }),
          )
          for (const { engine, live, mirror } of followers) {
            await engine.dispatch('GetItem', { TableName: TABLE, Key: keyOf({ p: 'k1', s: 0 }), ConsistentRead: true })
            await expectEqual(mirror, engine, watched)
            live.close()
          }
          for (const { engine } of followers) await engine.close()
        },
      ),
      { numRuns: RUNS },
    )
  })
})
