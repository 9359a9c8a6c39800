// What replication needs on the server: the companion table, and the least policy of a client that asks DynamoDB's API
// itself (sync/PROTOCOL.md, "Security").

import { type Clock, sleep, systemClock } from '../base/clock.ts'
import type { TableDescription, TimeToLiveDescription } from '../model/operations.ts'
import { COMPANION_KEY, EXPIRY_ATTRIBUTE } from '../sync/companion-rows.ts'
import type { DynamoApi } from '../sync/dynamo-remote.ts'

/** The companion table, unless it is named otherwise. */
const DEFAULT_COMPANION_TABLE = 'tidetable_sync'

/** What is set up. */
export interface SyncSetupOptions {
  /** DynamoDB's API, with the right to make a table. */
  readonly api: DynamoApi
  /** Default `tidetable_sync`. */
  readonly companionTable?: string
  readonly clock?: Clock
}

/** What there is. */
export interface SyncSetup {
  /** The companion table's name in policies. */
  readonly companionArn: string
  /** Whether it was made now. */
  readonly isNew: boolean
}

/** Whom a policy is for. */
export interface ClientPolicyOptions {
  readonly companionArn: string
  /** The replicated tables' ARNs. Each item belongs to the scope that its partition key names. */
  readonly tableArns: readonly string[]
  /**
   * The scopes, as IAM knows them: texts, or a variable of the caller's identity. Default `${cognito-identity.amazonaws.com:sub}`:
   * each user has one scope, named after the identity.
   */
  readonly scopes?: readonly string[]
}

/** A document of IAM. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** What a document allows. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition: { readonly 'ForAllValues:StringLike': { readonly 'dynamodb:LeadingKeys': readonly string[] } }
}

const IDENTITY_SCOPE = '${cognito-identity.amazonaws.com:sub}'
const POLL_MS = 500
/** Half a minute is what the service takes at most in good times; this is ten. */
const MAX_POLLS = 1200

/**
 * Makes the companion table where it is missing, and sees to it that its entries expire. Safe to call again.
 *
 * @throws Error with the service's name for it
 */
export async function setUpSync(options: SyncSetupOptions): Promise<SyncSetup> {
  const { api, companionTable: TableName = DEFAULT_COMPANION_TABLE, clock = systemClock } = options
  const isNew = await createTable(api, TableName)
  const companionArn = await waitUntilActive(api, TableName, clock)
  await enableExpiry(api, TableName)
  return { companionArn, isNew }
}

/**
 * The least policy of a client whose scopes are partitions.
 *
 * @example
 * JSON.stringify(clientPolicy({ companionArn, tableArns: ['arn:aws:dynamodb:eu-central-1:123456789012:table/notes'] }))
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function clientPolicy({
  companionArn,
  tableArns,
  scopes = [IDENTITY_SCOPE],
}: ClientPolicyOptions): PolicyDocument {
  const companionKeys = scopes.flatMap((scope) => [`head#${scope}`, `log#${scope}`])
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ReplicatedItems',
        Effect: 'Allow',
        Action: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem', 'ConditionCheckItem'].map(actionName),
        Resource: tableArns,
        Condition: leadingKeys(scopes),
      },
      {
        Sid: 'ReplicationLogs',
        Effect: 'Allow',
        Action: ['GetItem', 'Query', 'PutItem'].map(actionName),
        Resource: [companionArn],
        Condition: leadingKeys([...companionKeys, 'client#*']),
      },
    ],
  }
}

function actionName(operation: string): string {
  return `dynamodb:${operation}`
}

function leadingKeys(values: readonly string[]): PolicyStatement['Condition'] {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': values } }
}

/** Whether it was not there. */
async function createTable(api: DynamoApi, TableName: string): Promise<boolean> {
  try {
    await api.send('CreateTable', {
      TableName,
      AttributeDefinitions: [
        { AttributeName: COMPANION_KEY.partition, AttributeType: 'S' },
        { AttributeName: COMPANION_KEY.sort, AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: COMPANION_KEY.partition, KeyType: 'HASH' },
        { AttributeName: COMPANION_KEY.sort, KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    })
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceInUseException') return false
    throw error
  }
}

async function waitUntilActive(api: DynamoApi, TableName: string, clock: Clock): Promise<string> {
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    const { Table } = (await api.send('DescribeTable', { TableName })) as { readonly Table?: TableDescription }
    if (Table?.TableStatus === 'ACTIVE') {
      checkKey(Table)
      return Table.TableArn
    }
    await sleep(clock, POLL_MS)
  }
  throw new Error(`Table ${TableName} has not become usable.`)
}

function checkKey({ TableName, KeySchema }: TableDescription): void {
  const names = KeySchema.map(({ AttributeName }) => AttributeName).join()
  if (names === Object.values(COMPANION_KEY).join()) return
  throw new Error(`Table ${TableName} is not a companion table: its key is ${names}.`)
}

async function enableExpiry(api: DynamoApi, TableName: string): Promise<void> {
  const { TimeToLiveDescription: present } = (await api.send('DescribeTimeToLive', { TableName })) as {
    readonly TimeToLiveDescription?: TimeToLiveDescription
  }
  if (present?.TimeToLiveStatus === 'ENABLED' || present?.TimeToLiveStatus === 'ENABLING') return
  const TimeToLiveSpecification = { AttributeName: EXPIRY_ATTRIBUTE, Enabled: true }
  await api.send('UpdateTimeToLive', { TableName, TimeToLiveSpecification })
}
