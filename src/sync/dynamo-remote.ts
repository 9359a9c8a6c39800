// A remote table over DynamoDB's API: each request of the port in as few requests of the API as there can be.

import { assert } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import type { ScopeRule } from '../engine/table-record.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import type { KeyShape } from '../model/key-schema.ts'
import type { CancellationReason } from '../model/service-exception.ts'
import {
  clientKey,
  clientRow,
  COMPANION_KEY,
  decodeClient,
  decodeEntry,
  decodeHead,
  entryKey,
  entryRow,
  headKey,
  headRow,
  logPartition,
  MAX_ENTRY_SIZE_BYTES,
  numberValue,
} from './companion-rows.ts'
import { failureName } from './remote-failure.ts'
import type {
  ExpectedVersion,
  ItemPage,
  ItemPlace,
  LogEntry,
  LogPage,
  Push,
  PushedItem,
  PushOutcome,
  RemoteTable,
  ScopedTable,
} from './remote-table.ts'
import { partitionNamed, scopeCondition } from './scope.ts'

/** DynamoDB's API, wherever it is: the engine, an endpoint. Failures have the exception's name. */
export interface DynamoApi {
  send(operation: string, input: object): Promise<unknown>
}

/** What is to be known of a remote table. */
export interface RemoteTableFacts {
  readonly key: KeyShape
  readonly scope: ScopeRule
  readonly versionAttribute: string
}

/** Where the tables are. */
export interface DynamoRemoteOptions {
  readonly api: DynamoApi
  readonly clock: Clock
  readonly companionTable: string
  readonly tables: Readonly<Record<string, RemoteTableFacts>>
  /** How long log entries are kept, in days. Default 30. */
  readonly retentionDays?: number
  /** An entry does not grow beyond this. Default: what an item may have, with some room. */
  readonly maxEntrySizeBytes?: number
}

const DEFAULT_RETENTION_DAYS = 30
const SECONDS_PER_DAY = 86_400
/** The entries of one push together: what its items leave of the 4 MB of a transaction (see plan-push). */
const MAX_ENTRIES_SIZE_BYTES = 600_000
/** Keys in one BatchGetItem. */
const MAX_FETCHED_ITEMS = 100
/** Requests for what one BatchGetItem left over. */
const MAX_FETCH_ROUNDS = 100

/** A remote that is asked through DynamoDB's API. */
export function createDynamoRemote(options: DynamoRemoteOptions): RemoteTable {
  const { api, companionTable } = options
  const readRow = async (key: Key): Promise<Item | undefined> => {
    const output = await api.send('GetItem', { TableName: companionTable, Key: key, ConsistentRead: true })
    return (output as { Item?: Item }).Item
  }
  return {
    readHead: async (scope) => decodeHead(await readRow(headKey(scope))),
    async readClient(clientId) {
      const row = await readRow(clientKey(clientId))
      return row && decodeClient(row)
    },
    readLog: (request) => readLog(options, request),
    isCut: (request) => isCut(options, request),
    push: (push) => sendPush(options, push),
    readItems: (request) => readItems(options, request),
    fetchItems: (places) => fetchItems(options, places),
  }
}

async function readLog(
  { api, companionTable }: DynamoRemoteOptions,
  { scope, after }: { readonly scope: string; readonly after: number },
): Promise<LogPage> {
  const output = (await api.send('Query', {
    TableName: companionTable,
    ConsistentRead: true,
    KeyConditionExpression: '#p = :p AND #s > :s',
    ExpressionAttributeNames: { '#p': COMPANION_KEY.partition, '#s': COMPANION_KEY.sort },
    ExpressionAttributeValues: { ':p': { S: logPartition(scope) }, ':s': numberValue(after) },
  })) as { Items?: readonly Item[]; LastEvaluatedKey?: Key }
  const found = (output.Items ?? []).map(decodeEntry)
  const entries: LogEntry[] = []
  for (const entry of found) {
    if (entry.sequence !== after + entries.length + 1) break
    entries.push(entry)
  }
  return { entries, isEnd: output.LastEvaluatedKey === undefined, hasHole: entries.length < found.length }
}

/** Transactions are isolated from each other, so that a head is never seen without its entry. */
async function isCut(
  { api, companionTable }: DynamoRemoteOptions,
  { scope, sequence }: { readonly scope: string; readonly sequence: number },
): Promise<boolean> {
  const keys = [headKey(scope), entryKey(scope, sequence)]
  const TransactItems = keys.map((Key) => ({ Get: { TableName: companionTable, Key } }))
  const output = await api.send('TransactGetItems', { TransactItems })
  const [head, entry] = (output as { Responses: readonly { Item?: Item }[] }).Responses
  return decodeHead(head?.Item).sequence >= sequence && entry?.Item === undefined
}

async function sendPush(options: DynamoRemoteOptions, push: Push): Promise<PushOutcome> {
  const { companionTable } = options
  const scopes = Object.keys(push.heads)
  const expiresAtSeconds =
    Math.floor(options.clock.now() / 1000) + (options.retentionDays ?? DEFAULT_RETENTION_DAYS) * SECONDS_PER_DAY
  const roomBytes = Math.floor(MAX_ENTRIES_SIZE_BYTES / scopes.length)
  const maxSizeBytes = Math.min(options.maxEntrySizeBytes ?? MAX_ENTRY_SIZE_BYTES, roomBytes)
  const TransactItems = [
    { Put: { TableName: companionTable, Item: clientRow(push), ...clientCondition(push) } },
    ...scopes.map((scope) => ({ Put: { TableName: companionTable, ...headPut(push, scope) } })),
    ...scopes.map((scope) => ({
      Put: {
        TableName: companionTable,
        Item: entryRow(push, scope, { expiresAtSeconds, maxSizeBytes }),
        ConditionExpression: 'attribute_not_exists(#p)',
        ExpressionAttributeNames: { '#p': COMPANION_KEY.partition },
      },
    })),
    ...push.items.map((item) => itemAction(factsOf(options, item.table), item, push)),
  ]
  try {
    await options.api.send('TransactWriteItems', { TransactItems })
    return { kind: 'applied' }
  } catch (error) {
    const refusal = refusalOf(error, push, scopes.length)
    if (refusal === undefined) throw error
    return refusal
  }
}

function clientCondition({ previousMutation }: Push): object {
  const ReturnValuesOnConditionCheckFailure = 'ALL_OLD'
  if (previousMutation === 0) {
    return {
      ConditionExpression: 'attribute_not_exists(#p)',
      ExpressionAttributeNames: { '#p': COMPANION_KEY.partition },
      ReturnValuesOnConditionCheckFailure,
    }
  }
  return {
    ConditionExpression: '#m = :m',
    ExpressionAttributeNames: { '#m': 'lastMutation' },
    ExpressionAttributeValues: { ':m': numberValue(previousMutation) },
    ReturnValuesOnConditionCheckFailure,
  }
}

/** Moves a scope's head on by one, if it is as the push knows it. */
export function headPut({ heads, pushId }: Pick<Push, 'heads' | 'pushId'>, scope: string): object {
  const head = heads[scope]
  assert(head !== undefined, 'A push knows the head of each scope that it writes to.')
  if (head.sequence === 0) {
    return {
      Item: headRow(scope, { sequence: 1, logId: pushId }),
      ConditionExpression: 'attribute_not_exists(#p)',
      ExpressionAttributeNames: { '#p': COMPANION_KEY.partition },
    }
  }
  return {
    Item: headRow(scope, { sequence: head.sequence + 1, logId: head.logId }),
    ConditionExpression: '#n = :n AND #l = :l',
    ExpressionAttributeNames: { '#n': 'seq', '#l': 'log' },
    ExpressionAttributeValues: { ':n': numberValue(head.sequence), ':l': { S: head.logId } },
  }
}

function itemAction(facts: RemoteTableFacts, item: PushedItem, push: Push): object {
  const { image, table: TableName } = item
  const about = {
    TableName,
    ...itemCondition(facts, item),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
  if (image === 'deleted') return { Delete: { ...about, Key: item.key } }
  if (image === 'checked') return { ConditionCheck: { ...about, Key: item.key } }
  const version = (push.heads[item.scope]?.sequence ?? 0) + 1
  return { Put: { ...about, Item: { ...image, [facts.versionAttribute]: numberValue(version) } } }
}

interface Condition {
  readonly ConditionExpression: string
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Item
}

/** A version is one of its scope's log: where others may have moved the item, it has to be in that scope too. */
function itemCondition(facts: RemoteTableFacts, { expected, scope }: PushedItem): Condition {
  const condition = versionCondition(facts, expected)
  if (facts.scope.kind !== 'attribute' || expected === 'absent') return condition
  const { expression, names, values } = scopeCondition(facts.scope.attribute, scope)
  return {
    ConditionExpression: `${condition.ConditionExpression} AND ${expression}`,
    ExpressionAttributeNames: { ...condition.ExpressionAttributeNames, ...names },
    ExpressionAttributeValues: { ...condition.ExpressionAttributeValues, ...values },
  }
}

function versionCondition(facts: RemoteTableFacts, expected: ExpectedVersion): Condition {
  const [partition] = facts.key.partition
  assert(partition !== undefined, 'A table has a partition key.')
  switch (expected) {
    case 'absent':
      return {
        ConditionExpression: 'attribute_not_exists(#p)',
        ExpressionAttributeNames: { '#p': partition.name },
      }
    case 'unversioned':
      return {
        ConditionExpression: 'attribute_exists(#p) AND attribute_not_exists(#v)',
        ExpressionAttributeNames: { '#p': partition.name, '#v': facts.versionAttribute },
      }
    default:
      return {
        ConditionExpression: '#v = :v',
        ExpressionAttributeNames: { '#v': facts.versionAttribute },
        ExpressionAttributeValues: { ':v': numberValue(expected) },
      }
  }
}

/** Only what every reason explains as a condition that did not hold is a refusal; the rest may go well another time. */
function refusalOf(error: unknown, push: Push, scopeCount: number): PushOutcome | undefined {
  if (failureName(error) !== 'TransactionCanceledException') return undefined
  const { CancellationReasons: reasons } = error as { CancellationReasons?: readonly CancellationReason[] }
  if (reasons === undefined) return undefined
  const codes = new Set(reasons.map(({ Code }) => Code ?? 'None'))
  codes.delete('None')
  if (codes.size !== 1 || !codes.has('ConditionalCheckFailed')) throw cancellationCause(reasons, error)
  const failed = (index: number): boolean => reasons[index]?.Code === 'ConditionalCheckFailed'
  const [client] = reasons
  const itemsAt = 1 + 2 * scopeCount
  return {
    kind: 'refused',
    client: failed(0) ? { state: client?.Item && decodeClient(client.Item) } : undefined,
    headMoved: Array.from({ length: 2 * scopeCount }, (_, at) => failed(1 + at)).includes(true),
    unexpected: push.items.flatMap(({ table, key }, at) =>
      failed(itemsAt + at) ? [{ table, key, current: reasons[itemsAt + at]?.Item }] : [],
    ),
  }
}

/** Names of the exceptions that the codes of cancellation reasons stand for. */
const CANCELLATION_CAUSES: ReadonlyMap<string, string> = new Map([
  ['AccessDenied', 'AccessDeniedException'],
  ['ItemCollectionSizeLimitExceeded', 'ItemCollectionSizeLimitExceededException'],
  ['ValidationError', 'ValidationException'],
])

/** What will not go well another time either comes first; all else is tried again. */
function cancellationCause(reasons: readonly CancellationReason[], cause: unknown): Error {
  for (const { Code, Message } of reasons) {
    const name = Code === undefined ? undefined : CANCELLATION_CAUSES.get(Code)
    if (name === undefined) continue
    const error = new Error(Message ?? Code, { cause })
    error.name = name
    return error
  }
  const error = new Error('The transaction met another one, or was throttled.', { cause })
  error.name = 'TransactionConflictException'
  return error
}

async function readItems(
  options: DynamoRemoteOptions,
  { table, scope, from }: ScopedTable & { readonly from: Key | undefined },
): Promise<ItemPage> {
  const facts = factsOf(options, table)
  const selection = selectionOf(facts, scope)
  if (selection === undefined) return { items: [], next: undefined }
  const output = await options.api.send(selection.operation, {
    TableName: table,
    ConsistentRead: true,
    ...(from !== undefined && { ExclusiveStartKey: from }),
    ...selection.parameters,
  })
  const { Items = [], LastEvaluatedKey, ScannedCount } = output as ReadOutput
  const isFiltered = facts.scope.kind === 'attribute' && ScannedCount !== undefined
  return { items: Items, next: LastEvaluatedKey, ...(isFiltered && { looked: ScannedCount }) }
}

interface ReadOutput {
  readonly Items?: readonly Item[]
  readonly LastEvaluatedKey?: Key
  readonly ScannedCount?: number
}

interface Selection {
  readonly operation: 'Query' | 'Scan'
  readonly parameters: object
}

/** How a scope's items are asked for; undefined when the table can have none: scopes may be those of other tables. */
function selectionOf({ key, scope: rule }: RemoteTableFacts, scope: string): Selection | undefined {
  if (rule.kind === 'table') return { operation: 'Scan', parameters: {} }
  if (rule.kind === 'attribute') {
    const { expression, names, values } = scopeCondition(rule.attribute, scope)
    const named = { ExpressionAttributeNames: names, ExpressionAttributeValues: values }
    return { operation: 'Scan', parameters: { FilterExpression: expression, ...named } }
  }
  const [partition] = key.partition
  assert(partition !== undefined, 'A table has a partition key.')
  const value = partitionNamed(scope, partition.type)
  if (value === undefined) return undefined
  const parameters = {
    KeyConditionExpression: '#p = :p',
    ExpressionAttributeNames: { '#p': partition.name },
    ExpressionAttributeValues: { ':p': value },
  }
  return { operation: 'Query', parameters }
}

async function fetchItems(
  options: DynamoRemoteOptions,
  places: readonly ItemPlace[],
): Promise<readonly (Item | undefined)[]> {
  const found = new Map<string, Item>()
  for (let at = 0; at < places.length; at += MAX_FETCHED_ITEMS) {
    await fetchSome(options, places.slice(at, at + MAX_FETCHED_ITEMS), found)
  }
  return places.map(({ table, key }) => found.get(placeName(options, table, key)))
}

interface TableKeys {
  readonly Keys: readonly Key[]
  readonly ConsistentRead: boolean
}

async function fetchSome(
  options: DynamoRemoteOptions,
  places: readonly ItemPlace[],
  found: Map<string, Item>,
): Promise<void> {
  const tables = [...new Set(places.map(({ table }) => table))]
  let RequestItems: Readonly<Record<string, TableKeys>> = Object.fromEntries(
    tables.map((table) => {
      const keys = places.filter((place) => place.table === table).map(({ key }) => key)
      return [table, { Keys: keys, ConsistentRead: true }]
    }),
  )
  for (let round = 0; round < MAX_FETCH_ROUNDS && Object.keys(RequestItems).length > 0; round++) {
    const output = (await options.api.send('BatchGetItem', { RequestItems })) as {
      Responses?: Readonly<Record<string, readonly Item[]>>
      UnprocessedKeys?: Readonly<Record<string, TableKeys>>
    }
    for (const [table, items] of Object.entries(output.Responses ?? {})) {
      for (const item of items) found.set(placeName(options, table, item), item)
    }
    RequestItems = output.UnprocessedKeys ?? {}
  }
  if (Object.keys(RequestItems).length === 0) return
  const error = new Error('The remote left items unread again and again.')
  error.name = 'ThrottlingException'
  throw error
}

function placeName(options: DynamoRemoteOptions, table: string, item: Item): string {
  const { partition, sort } = factsOf(options, table).key
  return JSON.stringify([table, ...[...partition, ...sort].map(({ name }) => ownAttribute(item, name))])
}

function factsOf({ tables }: DynamoRemoteOptions, table: string): RemoteTableFacts {
  assert(Object.hasOwn(tables, table), `The remote was told of a table ${table}.`)
  return tables[table] as RemoteTableFacts
}
