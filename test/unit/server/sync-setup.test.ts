// What replication needs on the server, made through DynamoDB's protocol on a server of our own.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { type LocalServer, startServer } from '../../../src/server/node.ts'
import { clientPolicy, setUpSync } from '../../../src/server/sync-setup.ts'
import type { DynamoApi } from '../../../src/sync/dynamo-remote.ts'
import { createSignedApi } from '../../../src/sync/signed-api.ts'

let server: LocalServer
let api: DynamoApi

beforeEach(async () => {
  server = await startServer()
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
  api = createSignedApi({ region: 'local', endpoint: server.url, credentials: () => credentials, clock: systemClock })
})

afterEach(() => server.close())

describe('setting up replication', () => {
  it('makes the companion table, whose entries expire', async () => {
    expect(await setUpSync({ api })).toEqual({
      companionArn: 'arn:aws:dynamodb:local:000000000000:table/tidetable_sync',
      isNew: true,
    })
    const { Table } = (await api.send('DescribeTable', { TableName: 'tidetable_sync' })) as { Table: object }
    expect(Table).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
    })
    expect(await api.send('DescribeTimeToLive', { TableName: 'tidetable_sync' })).toEqual({
      TimeToLiveDescription: { AttributeName: 'expires', TimeToLiveStatus: 'ENABLED' },
    })
  })

  it('can be done again', async () => {
    await setUpSync({ api, companionTable: 'logs' })
    expect(await setUpSync({ api, companionTable: 'logs' })).toMatchObject({ isNew: false })
  })

  it('refuses a table that is something else', async () => {
    await api.send('CreateTable', {
      TableName: 'logs',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    })
    await expect(setUpSync({ api, companionTable: 'logs' })).rejects.toThrow(
      'Table logs is not a companion table: its key is id.',
    )
  })

  it("allows a client its own partitions, their logs and clients' rows, and nothing else", () => {
    const companionArn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/logs'
    const tableArns = ['arn:aws:dynamodb:eu-central-1:123456789012:table/notes']
    expect(clientPolicy({ companionArn, tableArns, scopes: ['anna'] })).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ReplicatedItems',
          Effect: 'Allow',
          Action: [
            'dynamodb:GetItem',
            'dynamodb:BatchGetItem',
            'dynamodb:Query',
            'dynamodb:PutItem',
            'dynamodb:DeleteItem',
            'dynamodb:ConditionCheckItem',
          ],
          Resource: tableArns,
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['anna'] } },
        },
        {
          Sid: 'ReplicationLogs',
          Effect: 'Allow',
          Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
          Resource: [companionArn],
          Condition: {
            'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['head#anna', 'log#anna', 'client#*'] },
          },
        },
      ],
    })
  })
})
