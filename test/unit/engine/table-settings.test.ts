// Settings that are taken, and those that are refused in the words that were observed at the service.

import { describe, expect, it } from 'vitest'
import type { TableDescription } from '../../../src/model/operations.ts'
import { describeTable, type EngineFixture, engineFixture } from '../../support/engine-fixture.ts'

const INVALID = 'One or more parameter values were invalid:'
const KEY = {
  AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
}
const INDEX = { IndexName: 'byA', KeySchema: KEY.KeySchema, Projection: { ProjectionType: 'ALL' } }
const UNITS = { ReadCapacityUnits: 10, WriteCapacityUnits: 20 }

async function attempt({ engine }: EngineFixture, operation: string, input: object): Promise<string> {
  try {
    await engine.dispatch(operation, { TableName: 'items', ...input })
    return 'done'
  } catch (error) {
    const { name, message } = error as Error
    return `${name}: ${message}`
  }
}

function create(more: object): Promise<string> {
  return attempt(engineFixture(), 'CreateTable', { ...KEY, BillingMode: 'PAY_PER_REQUEST', ...more })
}

async function update(more: object, table: object = { BillingMode: 'PAY_PER_REQUEST' }): Promise<string> {
  const fixture = engineFixture()
  expect(await attempt(fixture, 'CreateTable', { ...KEY, ...table })).toBe('done')
  return attempt(fixture, 'UpdateTable', more)
}

async function described(table: object, ...updates: readonly object[]): Promise<TableDescription> {
  const fixture = engineFixture()
  expect(await attempt(fixture, 'CreateTable', { ...KEY, ...table })).toBe('done')
  for (const more of updates) expect(await attempt(fixture, 'UpdateTable', more)).toBe('done')
  return describeTable(fixture, 'items')
}

const refused = (words: string): string => `ValidationException: ${INVALID} ${words}`
const noKey = (alias: string): string =>
  `ValidationException: KMS validation error: com.amazonaws.services.kms.model.NotFoundException: Alias ${alias} is not found.`

describe('encryption', () => {
  it('by the default key is taken with a new table, which needs it no second time', async () => {
    expect(await create({ SSESpecification: { Enabled: false } })).toBe('done')
    expect(await create({ SSESpecification: {} })).toBe('done')
    expect(await update({ SSESpecification: {} })).toBe(refused('Table is already encrypted by default'))
  })

  it.for<[string, object, string]>([
    ['by a key of the account', { Enabled: true }, noKey('arn:aws:kms:local:000000000000:alias/aws/dynamodb')],
    ['by a key of its own', { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/mine' }, noKey('alias/mine')],
    ['by AES256', { Enabled: true, SSEType: 'AES256' }, refused('SSEType AES256 is not supported')],
    [
      'of a type without being enabled',
      { SSEType: 'KMS' },
      refused('SSEType can not be specified if Enabled is false'),
    ],
    [
      'by a key without being enabled',
      { Enabled: false, KMSMasterKeyId: 'x' },
      refused('KMSMasterKeyId can not be specified if Enabled is false'),
    ],
  ])('%s is refused', async ([, SSESpecification, words]) => {
    expect(await create({ SSESpecification })).toBe(words)
    expect(await update({ SSESpecification })).toBe(words)
  })
})

describe('what needs an account or other regions', () => {
  it('is refused: a policy', async () => {
    expect(await create({ ResourcePolicy: '{}' })).toBe(
      'AccessDeniedException: User: arn:aws:iam::000000000000:root is not authorized to perform: ' +
        'dynamodb:PutResourcePolicy on resource: arn:aws:dynamodb:local:000000000000:table/items',
    )
  })

  it('is refused: a replica', async () => {
    expect(await update({ ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }] })).toBe(
      'ValidationException: Region eu-west-1 is not supported. The latest version of global tables are only supported in the following regions: []',
    )
  })

  it.for(['GlobalTableSourceArn', 'GlobalTableSettingsReplicationMode', 'VectorIndexes'])(
    'is refused with a new table: %s',
    async (name) => expect(await create({ [name]: 'x' })).toBe(refused(`${name} is not supported`)),
  )

  it.for([
    'GlobalTableWitnessUpdates',
    'MultiRegionConsistency',
    'DisassociationProtectionEnabled',
    'VectorIndexUpdates',
  ])('is refused with a change: %s', async (name) =>
    expect(await update({ [name]: 'x' })).toBe(refused(`${name} is not supported`)),
  )
})

describe('warm throughput', () => {
  it('is described once it was asked for, and never falls', async () => {
    const table = { BillingMode: 'PAY_PER_REQUEST', WarmThroughput: { ReadUnitsPerSecond: 12_001 } }
    const first = await described(table)
    expect(first.WarmThroughput).toEqual({ ReadUnitsPerSecond: 12_001, WriteUnitsPerSecond: 4000, Status: 'ACTIVE' })
    const second = await described(table, { WarmThroughput: { WriteUnitsPerSecond: 5000 } })
    expect(second.WarmThroughput).toEqual({ ReadUnitsPerSecond: 12_001, WriteUnitsPerSecond: 5000, Status: 'ACTIVE' })
    expect(await described({ BillingMode: 'PAY_PER_REQUEST' })).not.toHaveProperty('WarmThroughput')
  })

  it('of an index is described with it', async () => {
    const WarmThroughput = { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 4000 }
    const GlobalSecondaryIndexes = [{ ...INDEX, WarmThroughput }]
    const raise = { IndexName: 'byA', WarmThroughput: { ReadUnitsPerSecond: 14_000 } }
    const table = await described(
      { BillingMode: 'PAY_PER_REQUEST', GlobalSecondaryIndexes },
      { GlobalSecondaryIndexUpdates: [{ Update: raise }] },
    )
    expect(table.GlobalSecondaryIndexes?.[0]?.WarmThroughput).toEqual({
      ReadUnitsPerSecond: 14_000,
      WriteUnitsPerSecond: 4000,
      Status: 'ACTIVE',
    })
  })

  it('is refused below what a new table has anyway', async () => {
    const page =
      'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial'
    expect(await create({ WarmThroughput: { ReadUnitsPerSecond: 11_999 } })).toBe(
      refused(
        `Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand. See: ${page}`,
      ),
    )
    const provisioned = { BillingMode: 'PROVISIONED', ProvisionedThroughput: UNITS }
    expect(await create({ ...provisioned, WarmThroughput: { WriteUnitsPerSecond: 19 } })).toBe(
      refused(
        'Requested WriteUnitsPerSecond for WarmThroughput for table is lower than WriteCapacityUnits of ProvisionedThroughput',
      ),
    )
    expect(await update({ WarmThroughput: { WriteUnitsPerSecond: 19 } }, provisioned)).toBe(
      refused(
        'Requested WriteUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported',
      ),
    )
  })
})

describe('bounds of requests a second', () => {
  it('are taken, described and taken away again', async () => {
    const table = { BillingMode: 'PAY_PER_REQUEST', OnDemandThroughput: { MaxReadRequestUnits: 1 } }
    expect((await described(table)).OnDemandThroughput).toEqual({ MaxReadRequestUnits: 1 })
    const cleared = await described(table, { OnDemandThroughput: { MaxReadRequestUnits: -1 } })
    expect(cleared.OnDemandThroughput).toEqual({ MaxReadRequestUnits: -1 })
  })

  it.for([0, -1, -2])('are refused for a new table: %i', async (MaxWriteRequestUnits) => {
    expect(await create({ OnDemandThroughput: { MaxWriteRequestUnits } })).toBe(
      refused('Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range'),
    )
  })

  it('are refused beside capacity units', async () => {
    const OnDemandThroughput = { MaxReadRequestUnits: 5 }
    const words =
      'MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED'
    expect(await create({ BillingMode: 'PROVISIONED', ProvisionedThroughput: UNITS, OnDemandThroughput })).toBe(
      refused(words),
    )
    expect(await update({ OnDemandThroughput }, { ProvisionedThroughput: UNITS })).toBe(refused(words))
  })
})

describe('an update', () => {
  const stream = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } }
  const encryption = { SSESpecification: { Enabled: false } }
  const tableClass = { TableClass: 'STANDARD' }
  const protection = { DeletionProtectionEnabled: true }
  const warm = { WarmThroughput: { ReadUnitsPerSecond: 12_000 } }
  const onDemand = { OnDemandThroughput: { MaxReadRequestUnits: 5 } }
  const units = { ProvisionedThroughput: UNITS }
  const removal = { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byA' } }] }

  it.for<[string, object, string]>([
    [
      'encryption first',
      { ...encryption, ...tableClass },
      'Server-Side Encryption modification must be the only operation in the request',
    ],
    [
      'the class next',
      { ...tableClass, ...protection },
      'TableClass modification must be the only operation in the request',
    ],
    [
      'then protection',
      { ...protection, ...warm },
      'DeletionProtection modification must be the only operation in the request',
    ],
    ['then warm throughput', { ...warm, ...onDemand }, 'WarmThroughput must be the only operation in the request'],
    [
      'bounds of requests',
      { ...onDemand, ...stream },
      'OnDemandThroughput can only be combined with BillingMode in an UpdateTable request',
    ],
    ['a stream beside units', { ...stream, ...units }, 'You cannot modify stream status while updating table IOPS'],
    ['an index beside units', { ...removal, ...units }, 'You cannot create or delete index while updating table IOPS'],
    [
      'an index beside a stream',
      { ...removal, ...stream },
      'You cannot create or delete index while changing stream status',
    ],
    [
      'two actions of an index',
      { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byA' }, Update: { IndexName: 'byA' } }] },
      'Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object',
    ],
    [
      'no units of an index',
      { GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'byA', WarmThroughput: {} } }] },
      'WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: byA',
    ],
  ])('is about one thing: %s', async ([, more, words]) => {
    expect(await update(more)).toBe(refused(words))
  })

  it('may have the billing mode beside what goes with it', async () => {
    const provisioned = { ProvisionedThroughput: UNITS }
    expect(await update({ BillingMode: 'PAY_PER_REQUEST', ...onDemand }, provisioned)).toBe('done')
    expect(await update({ BillingMode: 'PAY_PER_REQUEST', ...stream }, provisioned)).toBe('done')
    expect(await update({ BillingMode: 'PROVISIONED', ...units })).toBe('done')
  })

  it('adds a twentieth index and no other', async () => {
    const indexes = Array.from({ length: 20 }, (_, at) => ({ ...INDEX, IndexName: `by${at}` }))
    const table = { BillingMode: 'PAY_PER_REQUEST', GlobalSecondaryIndexes: indexes }
    const adding = (IndexName: string): object => ({
      GlobalSecondaryIndexUpdates: [{ Create: { ...INDEX, IndexName } }],
    })
    expect(await update(adding('by20'), { ...table, GlobalSecondaryIndexes: indexes.slice(1) })).toBe('done')
    expect(await update(adding('by20'), table)).toBe(
      'LimitExceededException: Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20',
    )
  })
})
