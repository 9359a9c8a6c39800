// Random writes to a table with a stream, by all operations that write: the records tell them one by one, with the images
// that a model has, and what they tell, replayed onto nothing, is the table. Nothing is told of writes that change nothing.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import type { ScanOutput } from '../../src/model/operations.ts'
import type {
  DescribeStreamOutput,
  GetRecordsOutput,
  GetShardIteratorOutput,
  ListStreamsOutput,
  StreamEventRecord,
} from '../../src/model/stream-operations.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { createSlowStore } from '../support/slow-store.ts'

const TABLE = 'items'
const IDS = ['a', 'b', 'c', 'd'] as const
type Id = (typeof IDS)[number]

type Write =
  | { readonly kind: 'put'; readonly id: Id; readonly attributes: Attributes; readonly isBackwards: boolean }
  | { readonly kind: 'put-if-missing'; readonly id: Id; readonly attributes: Attributes }
  | { readonly kind: 'set'; readonly id: Id; readonly x: number }
  | { readonly kind: 'delete'; readonly id: Id }
  | { readonly kind: 'batch'; readonly puts: readonly Id[]; readonly x: number; readonly deletes: readonly Id[] }

/** Values of `x` and `y`. */
type Attributes = Readonly<Partial<Record<'x' | 'y', number>>>

const ids = fc.constantFrom(...IDS)
const small = fc.integer({ min: 0, max: 2 })
const attributes = fc.record({ x: small, y: small }, { requiredKeys: [] })
const writes: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('put'), id: ids, attributes, isBackwards: fc.boolean() }),
  fc.record({ kind: fc.constant('put-if-missing'), id: ids, attributes }),
  fc.record({ kind: fc.constant('set'), id: ids, x: small }),
  fc.record({ kind: fc.constant('delete'), id: ids }),
  fc
    .record({ ids: fc.shuffledSubarray([...IDS], { minLength: 1 }), putCount: fc.nat(IDS.length), x: small })
    .map(({ ids: chosen, putCount, x }) => ({
      kind: 'batch' as const,
      puts: chosen.slice(0, putCount),
      x,
      deletes: chosen.slice(putCount),
    })),
)

interface Told {
  readonly eventName: StreamEventRecord['eventName']
  readonly id: Id
  readonly oldImage: Item | undefined
  readonly newImage: Item | undefined
}

/** A table and what should have been told of it. */
class Model {
  readonly items = new Map<Id, Item>()
  readonly told: Told[] = []

  write(id: Id, newImage: Item | undefined): void {
    const oldImage = this.items.get(id)
    if (newImage === undefined) this.items.delete(id)
    else this.items.set(id, newImage)
    if (text(oldImage) === text(newImage)) return
    const eventName = oldImage === undefined ? 'INSERT' : newImage === undefined ? 'REMOVE' : 'MODIFY'
    this.told.push({ eventName, id, oldImage, newImage })
  }
}

/** The same for items with the same attributes, in whatever order. */
function text(item: Item | undefined): string {
  return item === undefined
    ? 'none'
    : JSON.stringify(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function itemOf(id: Id, values: Attributes, isBackwards = false): Item {
  const entries = [
    ['id', { S: id }] as const,
    ...Object.entries(values).map(([name, x]) => [name, { N: `${x}` }] as const),
  ]
  return Object.fromEntries(isBackwards ? entries.toReversed() : entries)
}

async function write(engine: Engine, model: Model, request: Write): Promise<void> {
  switch (request.kind) {
    case 'put':
    case 'put-if-missing': {
      const item = itemOf(request.id, request.attributes, request.kind === 'put' && request.isBackwards)
      const isGuarded = request.kind === 'put-if-missing'
      const ConditionExpression = isGuarded ? { ConditionExpression: 'attribute_not_exists(id)' } : {}
      const isRefused = isGuarded && model.items.has(request.id)
      const put = engine.dispatch('PutItem', { TableName: TABLE, Item: item, ...ConditionExpression })
      if (isRefused) await expect(put).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
      else {
        await put
        model.write(request.id, item)
      }
      return
    }
    case 'set':
      await engine.dispatch('UpdateItem', {
        TableName: TABLE,
        Key: { id: { S: request.id } },
        UpdateExpression: 'SET x = :x',
        ExpressionAttributeValues: { ':x': { N: `${request.x}` } },
      })
      model.write(request.id, { ...(model.items.get(request.id) ?? itemOf(request.id, {})), x: { N: `${request.x}` } })
      return
    case 'delete':
      await engine.dispatch('DeleteItem', { TableName: TABLE, Key: { id: { S: request.id } } })
      model.write(request.id, undefined)
      return
    case 'batch': {
      const puts = request.puts.map((id) => itemOf(id, { x: request.x }))
      const requests = [
        ...puts.map((Item) => ({ PutRequest: { Item } })),
        ...request.deletes.map((id) => ({ DeleteRequest: { Key: { id: { S: id } } } })),
      ]
      await engine.dispatch('BatchWriteItem', { RequestItems: { [TABLE]: requests } })
      for (const [at, id] of request.puts.entries()) model.write(id, puts[at])
      for (const id of request.deletes) model.write(id, undefined)
    }
  }
}

async function newEngine(store: OrderedStore): Promise<Engine> {
  const engine = createEngine({ store, clock: systemClock, random: seededRandom(1) })
  await engine.dispatch('CreateTable', {
    TableName: TABLE,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })
  return engine
}

async function readAll(engine: Engine, Limit: number): Promise<readonly StreamEventRecord[]> {
  const { Streams } = (await engine.dispatch('ListStreams', { TableName: TABLE })) as ListStreamsOutput
  const StreamArn = Streams[0]?.StreamArn ?? ''
  const { StreamDescription } = (await engine.dispatch('DescribeStream', { StreamArn })) as DescribeStreamOutput
  const ShardId = StreamDescription.Shards[0]?.ShardId
  const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
  let { ShardIterator } = (await engine.dispatch('GetShardIterator', start)) as GetShardIteratorOutput
  const records: StreamEventRecord[] = []
  for (;;) {
    const page = (await engine.dispatch('GetRecords', { ShardIterator, Limit })) as GetRecordsOutput
    if (page.Records.length === 0) return records
    records.push(...page.Records)
    ShardIterator = page.NextShardIterator ?? ''
  }
}

const STORES: readonly (readonly [string, () => OrderedStore])[] = [
  ['answers at once', createMemoryStore],
  ['has to be waited for', createSlowStore],
]

describe.for(STORES)('streams over a store that %s', ([, createStore]) => {
  it('tell every change once, in order, and add up to the table', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(writes, { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (requests, pageSize) => {
          const engine = await newEngine(createStore())
          const model = new Model()
          for (const request of requests) await write(engine, model, request)
          const records = await readAll(engine, pageSize)
          const told = records.map(({ eventName, dynamodb: { Keys, OldImage, NewImage } }) => ({
            eventName,
            id: (Keys['id'] as { readonly S: Id }).S,
            oldImage: OldImage,
            newImage: NewImage,
          }))
          expect(told).toEqual(model.told)
          const replayed = new Map<Id, Item>()
          for (const { id, newImage } of told) {
            if (newImage === undefined) replayed.delete(id)
            else replayed.set(id, newImage)
          }
          const { Items = [] } = (await engine.dispatch('Scan', { TableName: TABLE })) as ScanOutput
          expect([...replayed.values()].map(text).sort()).toEqual(Items.map(text).sort())
          const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber)
          expect(numbers).toEqual([...new Set(numbers)].sort())
          await engine.close()
        },
      ),
      { numRuns: 60 },
    )
  })
})
