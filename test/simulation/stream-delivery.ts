// The streams of the remote's tables and the function that is called with their records, as Lambda calls one: each shard in
// its order, late, in batches that come again as long as they fail, and sometimes although they did not.

import { seededRandom } from '../../src/base/random.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import { createStreamStamper, type StreamEvent } from '../../src/server/stream-stamper.ts'
import type { DynamoApi } from '../../src/sync/dynamo-remote.ts'
import type { ItemPlace } from '../../src/sync/remote-table.ts'
import type { Dice } from './dice.ts'
import { createFaultyApi, type FaultyApi } from './faulty-api.ts'
import { placeOf } from './ledger.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { COMPANION_TABLE, DATA_TABLES, TABLE_FACTS, type World } from './world.ts'

type StreamRecords = StreamEvent['Records']

interface Shard {
  readonly table: string
  /** What every request for an iterator says. */
  readonly place: { readonly StreamArn: string; readonly ShardId: string | undefined }
  /** The newest record that was read. */
  lastNumber: string | undefined
  /** Read, and not delivered yet. */
  ahead: StreamRecords
  /** Delivered, and not done yet. */
  waiting: StreamRecords
  /** Up to where in the remote's store there was nothing more to read. */
  emptyUpTo: number
  isBusy: boolean
}

/** What brings foreign writes into the log. */
export interface StreamDelivery {
  /** What lies between the stamper and the tables. */
  readonly network: FaultyApi
  /** Delivers the next batch of one table, unless one is under way. */
  deliver(): Promise<void>
  /** Delivers all that there is. Answers whether there was anything. */
  drain(): Promise<boolean>
}

/** Records in one batch. */
const MAX_BATCH_RECORDS = 8
/** How often a batch that was done comes again, as a whole or beside itself. */
const COMES_AGAIN = 0.15
const COMES_TWICE = 0.1
/** How often somebody writes to an item while its stamp is on its way. */
const INTERRUPTED = 0.25
/** Batches of one table after which there has to be an end. */
const MAX_BATCHES = 10_000

interface DeliveryOptions {
  readonly world: World
  readonly clock: VirtualClock
  readonly dice: Dice
  readonly count: (what: string) => void
  /** Writes to an item, past the log, while its stamp is on its way. */
  readonly interrupt: (place: ItemPlace) => Promise<void>
}

/** Reads the streams from their beginnings. */
export async function createStreamDelivery(options: DeliveryOptions): Promise<StreamDelivery> {
  const { world, clock, dice, count } = options
  const api = interrupted(options, () => network.faultRate > 0)
  const faults = { api, clock, dice: dice.fork(), count: () => count('fault of the stamper') }
  const network = createFaultyApi({ ...faults, shortPages: new Set(), companionTable: COMPANION_TABLE })
  const random = seededRandom(dice.below(2 ** 32))
  const stamp = createStreamStamper({
    api: network,
    tables: TABLE_FACTS,
    companionTable: COMPANION_TABLE,
    clock,
    random,
  })
  const shards = await clock.outside(Promise.all(DATA_TABLES.map((table) => openShard(world, table))))

  const read = async (shard: Shard): Promise<void> => {
    const { sequence } = world.engine.statistics().store
    if (shard.ahead.length > 0 || shard.emptyUpTo === sequence) return
    const { Records } = (await clock.outside(readOn(world, shard))) as { readonly Records: StreamRecords }
    shard.lastNumber = Records.at(-1)?.dynamodb?.SequenceNumber ?? shard.lastNumber
    const eventSourceARN = `arn:aws:dynamodb:local:0:table/${shard.table}/stream/now`
    shard.ahead = Records.map((record) => ({ ...record, eventSourceARN }))
    if (Records.length === 0) shard.emptyUpTo = sequence
  }
  const takeBatch = async (shard: Shard): Promise<StreamRecords> => {
    if (shard.waiting.length === 0) {
      await read(shard)
      shard.waiting = shard.ahead.slice(0, MAX_BATCH_RECORDS)
      shard.ahead = shard.ahead.slice(MAX_BATCH_RECORDS)
    }
    return shard.waiting
  }
  const deliverFrom = async (shard: Shard): Promise<boolean> => {
    const Records = await takeBatch(shard)
    if (Records.length === 0) return false
    count('stream records delivered')
    const isTwice = network.faultRate > 0 && dice.chance(COMES_TWICE)
    const [
      {
        batchItemFailures: [failure],
      },
    ] = await Promise.all([stamp({ Records }), ...(isTwice ? [stamp({ Records })] : [])])
    const from = Records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failure?.itemIdentifier)
    for (const { dynamodb } of failure === undefined ? Records : Records.slice(0, from)) {
      const { Keys, NewImage } = dynamodb as { readonly Keys: Item; readonly NewImage?: Item }
      if (NewImage !== undefined) world.ledger.noteStamped(placeOf(shard.table, Keys), NewImage)
    }
    if (failure !== undefined) {
      count('batch of stream records failed')
      shard.waiting = Records.slice(from)
    } else if (network.faultRate === 0 || !dice.chance(COMES_AGAIN)) shard.waiting = []
    return true
  }
  return {
    network,
    async deliver() {
      const shard = dice.pick(shards)
      if (shard.isBusy) return
      shard.isBusy = true
      await deliverFrom(shard)
      shard.isBusy = false
    },
    async drain() {
      let isAny = false
      for (const shard of shards) {
        for (let batch = 0; (await deliverFrom(shard)) && batch < MAX_BATCHES; batch++) isAny = true
      }
      return isAny
    },
  }
}

/** The last moment before a stamp is done is the one at which it can still be overtaken. */
function interrupted({ world: { api }, dice, interrupt }: DeliveryOptions, isFaulty: () => boolean): DynamoApi {
  return {
    async send(operation, input) {
      if (operation === 'TransactWriteItems' && isFaulty() && dice.chance(INTERRUPTED)) {
        const [{ Update, ConditionCheck } = {}] = (input as { readonly TransactItems: readonly StampAction[] })
          .TransactItems
        const about = Update ?? ConditionCheck
        if (about !== undefined) await interrupt({ table: about.TableName, key: about.Key })
      }
      return api.send(operation, input)
    },
  }
}

interface StampAction {
  readonly Update?: ItemRequest
  readonly ConditionCheck?: ItemRequest
}

interface ItemRequest {
  readonly TableName: string
  readonly Key: Item
}

async function openShard({ engine }: World, table: string): Promise<Shard> {
  const { Table } = (await engine.dispatch('DescribeTable', { TableName: table })) as {
    readonly Table: { readonly LatestStreamArn: string }
  }
  const StreamArn = Table.LatestStreamArn
  const { StreamDescription } = (await engine.dispatch('DescribeStream', { StreamArn })) as {
    readonly StreamDescription: { readonly Shards: readonly { readonly ShardId: string }[] }
  }
  const ShardId = StreamDescription.Shards[0]?.ShardId
  return {
    table,
    place: { StreamArn, ShardId },
    lastNumber: undefined,
    ahead: [],
    waiting: [],
    emptyUpTo: -1,
    isBusy: false,
  }
}

/** Iterators do not live for long, so each is used once. */
async function readOn({ engine }: World, { place, lastNumber }: Shard): Promise<unknown> {
  const from =
    lastNumber === undefined
      ? { ShardIteratorType: 'TRIM_HORIZON' }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: lastNumber }
  const { ShardIterator } = (await engine.dispatch('GetShardIterator', { ...place, ...from })) as {
    readonly ShardIterator: string
  }
  return engine.dispatch('GetRecords', { ShardIterator })
}
