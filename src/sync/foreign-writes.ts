// Puts writes of those who do not know the log (consoles, jobs, other services) into it, from the records of the tables'
// streams, so that clients hear of them as of any push. Runs where the streams are read: a Lambda function, a job.

import { type Random, randomUuid } from '../base/random.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeMap, AttributeValue, Item, Key } from '../model/attribute-value.ts'
import { valuesEqual } from '../model/compare-values.ts'
import type { CancellationReason } from '../model/service-exception.ts'
import {
  COMPANION_KEY,
  decodeEntry,
  decodeHead,
  entryKey,
  entryRow,
  headKey,
  MAX_ENTRY_SIZE_BYTES,
  numberValue,
} from './companion-rows.ts'
import { type DynamoRemoteOptions, headPut, type RemoteTableFacts } from './dynamo-remote.ts'
import { failureName } from './remote-failure.ts'
import type { Push, PushedItem, ScopeHead } from './remote-table.ts'
import { scopeOf } from './scope.ts'

/** What a stamper is made of. */
export interface StamperOptions extends DynamoRemoteOptions {
  readonly random: Random
}

/** One record of a table's stream, of view type `NEW_AND_OLD_IMAGES`, as far as it is looked at. */
export interface ChangeRecord {
  readonly table: string
  readonly Keys: Key
  readonly OldImage?: Item | undefined
  readonly NewImage?: Item | undefined
}

/** What became of a record: it is in the log now, or it need not be. */
export type StampOutcome = 'stamped' | 'not foreign' | 'superseded'

/** The client under whose name foreign writes are in the log. */
const FOREIGN_CLIENT = 'foreign'
const DEFAULT_RETENTION_DAYS = 30
const SECONDS_PER_DAY = 86_400
/** A hybrid clock counts thousandths of a millisecond. */
const CLOCK_PER_MS = 1000
/** Times that others may be quicker before a record is left to the next delivery of its batch. */
const MAX_ATTEMPTS = 16

/**
 * Makes a function that stamps one record. It may be called again with the same record, as streams are delivered at least
 * once; records of one item have to come in their order. A push gives each item a version that it never had; who does not
 * know the log leaves the version as it is, or out.
 *
 * @throws what the API fails with, and `TransactionConflictException` when others push all the time: deliver it again
 */
export function createStamper(options: StamperOptions): (record: ChangeRecord) => Promise<StampOutcome> {
  return async (record) => {
    const facts = Object.hasOwn(options.tables, record.table) ? options.tables[record.table] : undefined
    if (facts === undefined || !isForeign(record, facts.versionAttribute)) return 'not foreign'
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const outcome = await tryToStamp(options, facts, record)
      if (outcome !== 'overtaken') return outcome
    }
    throw Object.assign(new Error('Others write to the scope all the time.'), { name: 'TransactionConflictException' })
  }
}

/** A deletion does not show who made it: one that a push made is stamped once more, which changes nothing. */
function isForeign({ OldImage, NewImage }: ChangeRecord, versionAttribute: string): boolean {
  if (NewImage === undefined) return true
  const version = textOf(ownAttribute(NewImage, versionAttribute))
  return version === undefined || version === textOf(OldImage && ownAttribute(OldImage, versionAttribute))
}

async function tryToStamp(
  options: StamperOptions,
  facts: RemoteTableFacts,
  record: ChangeRecord,
): Promise<StampOutcome | 'overtaken'> {
  const { api, companionTable } = options
  const current = await readItem(options, record)
  const changes = await untoldChanges(options, { facts, record, current })
  if (changes.length === 0) return 'superseded'
  const push = await stampOf(options, changes)
  // What a push wrote between the two readings is in the log before the heads, and an image from before it would hide it: a
  // version that was there meanwhile may be gone again.
  if (!isSame(current ?? {}, (await readItem(options, record)) ?? {})) return 'overtaken'
  const scopes = Object.keys(push.heads)
  const expiresAtSeconds =
    Math.floor(push.clock / CLOCK_PER_MS / 1000) + (options.retentionDays ?? DEFAULT_RETENTION_DAYS) * SECONDS_PER_DAY
  const maxSizeBytes = options.maxEntrySizeBytes ?? MAX_ENTRY_SIZE_BYTES
  const TransactItems = [
    itemAction(facts, record, { current, push }),
    ...scopes.map((scope) => ({ Put: { TableName: companionTable, ...headPut(push, scope) } })),
    ...scopes.map((scope) => ({
      Put: {
        TableName: companionTable,
        Item: entryRow(push, scope, { expiresAtSeconds, maxSizeBytes }),
        ConditionExpression: 'attribute_not_exists(#p)',
        ExpressionAttributeNames: { '#p': COMPANION_KEY.partition },
      },
    })),
  ]
  try {
    await api.send('TransactWriteItems', { TransactItems })
    return 'stamped'
  } catch (error) {
    // By whom the item was written, or the head moved on, is for the next attempt to see: it may be a late stamp of an
    // earlier record, which does not tell what this one does.
    const { CancellationReasons: reasons = [] } = error as { CancellationReasons?: readonly CancellationReason[] }
    const isRefused = reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')
    if (failureName(error) !== 'TransactionCanceledException' || !isRefused) throw error
    return 'overtaken'
  }
}

async function readItem({ api }: StamperOptions, { table, Keys }: ChangeRecord): Promise<Item | undefined> {
  const output = await api.send('GetItem', { TableName: table, Key: Keys, ConsistentRead: true })
  return (output as { Item?: Item }).Item
}

interface Situation {
  readonly facts: RemoteTableFacts
  readonly record: ChangeRecord
  readonly current: Item | undefined
}

type Change = Pick<PushedItem, 'table' | 'key' | 'image' | 'scope'>

/** What this record has to bring into the logs: in its scope the item as it is now, in the one that it has left that it is gone. */
async function untoldChanges(options: StamperOptions, situation: Situation): Promise<readonly Change[]> {
  const { facts, record, current } = situation
  const { table, Keys: key, OldImage, NewImage } = record
  const [before, after, now] = [OldImage, NewImage, current].map((item) => item && scopeOf(facts.scope, facts, item))
  const changes: Change[] = []
  // What it is in another scope, or anew, a later record tells.
  if (current !== undefined && now !== undefined && now === after && !(await isTold(options, situation, now))) {
    changes.push({ table, key, image: withoutVersion(current, facts.versionAttribute), scope: now })
  }
  // No later record tells a scope that the item has left it. Where it has come back, it is gone no more.
  if (before !== undefined && before !== after && before !== now) {
    changes.push({ table, key, image: 'deleted', scope: before })
  }
  return changes
}

/**
 * Whether the log of its scope tells what the item is by now. The version alone does not say that: a foreign write between a
 * stamp's reading and its writing is in the item, and not in the stamp. A version that is another log's says nothing; who
 * moved the item with it has a later record.
 */
async function isTold(
  { api, companionTable }: StamperOptions,
  { facts, record: { table, Keys, NewImage }, current = {} }: Situation,
  scope: string,
): Promise<boolean> {
  const version = ownAttribute(current, facts.versionAttribute)
  if (textOf(version) === textOf(NewImage && ownAttribute(NewImage, facts.versionAttribute))) return false
  if (version === undefined || !('N' in version)) return false
  const Key = entryKey(scope, Number(version.N))
  const output = await api.send('GetItem', { TableName: companionTable, Key, ConsistentRead: true })
  const { Item: row } = output as { Item?: Item }
  const change = row && decodeEntry(row).changes.find((each) => each.table === table && isSame(each.key, Keys))
  if (change === undefined || typeof change.image === 'string') return false
  return isSame(change.image, withoutVersion(current, facts.versionAttribute))
}

function isSame(one: Item, other: Item): boolean {
  return valuesEqual({ M: one }, { M: other })
}

async function stampOf(
  { api, clock, random, companionTable }: StamperOptions,
  changes: readonly Change[],
): Promise<Push> {
  const at = clock.now() * CLOCK_PER_MS
  const heads: Record<string, ScopeHead> = {}
  for (const { scope } of changes) {
    const input = { TableName: companionTable, Key: headKey(scope), ConsistentRead: true }
    heads[scope] = decodeHead(((await api.send('GetItem', input)) as { Item?: Item }).Item)
  }
  return {
    clientId: FOREIGN_CLIENT,
    pushId: randomUuid(random),
    previousMutation: 0,
    lastMutation: 0,
    clock: at,
    intents: [],
    heads,
    items: changes.map((change) => ({ ...change, expected: 'unversioned', clock: at })),
  }
}

/** The item is still where it was read, so that each log tells the truth. */
function itemAction(facts: RemoteTableFacts, record: ChangeRecord, { current, push }: Stamp): object {
  const about = { TableName: record.table, Key: record.Keys }
  const [{ image, scope }] = push.items as readonly [PushedItem]
  if (current === undefined || typeof image === 'string') {
    return { ConditionCheck: { ...about, ...goneCondition(facts, record) } }
  }
  return { Update: { ...about, ...versionUpdate(facts, current, (push.heads[scope]?.sequence ?? 0) + 1) } }
}

interface Stamp {
  readonly current: Item | undefined
  readonly push: Push
}

/** It is not there, or in another scope. */
function goneCondition({ key, scope: rule }: RemoteTableFacts, { OldImage = {} }: ChangeRecord): object {
  if (rule.kind !== 'attribute') {
    const ExpressionAttributeNames = { '#p': key.partition[0]?.name ?? '' }
    return { ConditionExpression: 'attribute_not_exists(#p)', ExpressionAttributeNames }
  }
  return {
    ConditionExpression: 'attribute_not_exists(#a) OR #a <> :a',
    ExpressionAttributeNames: { '#a': rule.attribute },
    ExpressionAttributeValues: { ':a': ownAttribute(OldImage, rule.attribute) },
  }
}

/** Sets nothing but the version: what others write meanwhile stays, and its own record brings it into the log. */
function versionUpdate({ key, scope: rule, versionAttribute }: RemoteTableFacts, current: Item, next: number): object {
  const version = ownAttribute(current, versionAttribute)
  const place = rule.kind === 'attribute' ? ownAttribute(current, rule.attribute) : undefined
  const isThere = `attribute_exists(#p) AND ${place === undefined ? '' : '#a = :a AND '}`
  return {
    UpdateExpression: 'SET #v = :next',
    ConditionExpression: isThere + (version === undefined ? 'attribute_not_exists(#v)' : '#v = :version'),
    ExpressionAttributeNames: {
      '#p': key.partition[0]?.name ?? '',
      '#v': versionAttribute,
      ...(rule.kind === 'attribute' && { '#a': rule.attribute }),
    },
    ExpressionAttributeValues: {
      ':next': numberValue(next),
      ...(version !== undefined && { ':version': version }),
      ...(place !== undefined && { ':a': place }),
    },
  }
}

function withoutVersion(item: Item, versionAttribute: string): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => name !== versionAttribute))
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value satisfies AttributeMap[string])
}
