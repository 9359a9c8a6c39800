// What the AWS SDK and three libraries over it find at every door that speaks DynamoDB's protocol, as one suite for all of
// them: over HTTP in Node, and without a network in browsers.

import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DuplicateItemException,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ResourceNotFoundException,
  ScanCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  GetCommand,
  paginateQuery,
  PutCommand,
  QueryCommand as DocumentQueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { Table as OneTable } from 'dynamodb-onetable'
import { Dynamo } from 'dynamodb-onetable/Dynamo'
import { $add, UpdateItemCommand as ToolboxUpdate } from 'dynamodb-toolbox/entity/actions/update'
import { BatchDeleteRequest } from 'dynamodb-toolbox/entity/actions/batchDelete'
import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet'
import { BatchPutRequest } from 'dynamodb-toolbox/entity/actions/batchPut'
import { DeleteItemCommand as ToolboxDelete } from 'dynamodb-toolbox/entity/actions/delete'
import { Entity as ToolboxEntity } from 'dynamodb-toolbox/entity'
import { GetItemCommand as ToolboxGet } from 'dynamodb-toolbox/entity/actions/get'
import { PutItemCommand as ToolboxPut } from 'dynamodb-toolbox/entity/actions/put'
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck'
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete'
import { execute as executeTransactGet, GetTransaction } from 'dynamodb-toolbox/entity/actions/transactGet'
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut'
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate'
import { execute as executeTransactWrite } from 'dynamodb-toolbox/entity/actions/transactWrite'
import { item, number, string } from 'dynamodb-toolbox/schema'
import { BatchGetCommand as ToolboxBatchGet, execute as executeBatchGet } from 'dynamodb-toolbox/table/actions/batchGet'
import {
  BatchWriteCommand as ToolboxBatchWrite,
  execute as executeBatchWrite,
} from 'dynamodb-toolbox/table/actions/batchWrite'
import { QueryCommand as ToolboxQuery } from 'dynamodb-toolbox/table/actions/query'
import { Table as ToolboxTable } from 'dynamodb-toolbox/table'
import { Entity as ElectroEntity, Service as ElectroService } from 'electrodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/** A client of an empty database. */
export interface ClientUnderTest {
  readonly client: DynamoDBClient
  /** Called once after all tests. */
  readonly dispose: () => Promise<void>
}

const DELFT = { country: 'NL', name: 'Delft', region: 'Zuid-Holland', population: 103_659 }
const LEIDEN = { country: 'NL', name: 'Leiden', region: 'Zuid-Holland', population: 124_899 }
const GENT = { country: 'BE', name: 'Gent', region: 'Oost-Vlaanderen', population: 265_086 }

let nextTable = 0

/** One table for several kinds of items: a key and a global index with names that say nothing. */
function singleTable(TableName: string): CreateTableCommandInput {
  const names = ['pk', 'sk', 'gsi1pk', 'gsi1sk'] as const
  const keySchema = (partition: string, sort: string): CreateTableCommandInput['KeySchema'] => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ]
  return {
    TableName,
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema('pk', 'sk'),
    GlobalSecondaryIndexes: [
      { IndexName: 'gsi1', KeySchema: keySchema('gsi1pk', 'gsi1sk'), Projection: { ProjectionType: 'ALL' } },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  }
}

/** Declares the suite for one door. */
export function describeSdkDoor(door: string, open: () => Promise<ClientUnderTest>): void {
  describe(door, () => {
    let opened: ClientUnderTest
    let client: DynamoDBClient
    let TableName: string

    beforeAll(async () => {
      opened = await open()
      client = opened.client
    })

    afterAll(async () => {
      client.destroy()
      await opened.dispose()
    })

    beforeEach(async () => {
      TableName = `single-table-${nextTable++}`
      await client.send(new CreateTableCommand(singleTable(TableName)))
    })

    describe('DynamoDBClient', () => {
      it('creates, describes, lists and deletes a table', async () => {
        const { Table } = await client.send(new DescribeTableCommand({ TableName }))
        expect(Table).toMatchObject({ TableName, TableStatus: 'ACTIVE', ItemCount: 0 })
        expect(Table?.CreationDateTime).toBeInstanceOf(Date)
        expect(Math.abs(Date.now() - (Table?.CreationDateTime?.getTime() ?? 0))).toBeLessThan(60_000)
        expect((await client.send(new ListTablesCommand({}))).TableNames).toContain(TableName)
        await client.send(new DeleteTableCommand({ TableName }))
        expect((await client.send(new ListTablesCommand({}))).TableNames).not.toContain(TableName)
      })

      it('keeps every type of value', async () => {
        const Item = {
          pk: { S: 'ключ' },
          sk: { S: '🔑' },
          number: { N: '12345678901234567890123456789012345678' },
          binary: { B: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
          yes: { BOOL: true },
          nothing: { NULL: true },
          texts: { SS: ['a', 'b'] },
          numbers: { NS: ['1', '-0.5'] },
          binaries: { BS: [new Uint8Array([0]), new Uint8Array([255, 254])] },
          list: { L: [{ S: 'x' }, { B: new Uint8Array([7]) }] },
          map: { M: { inner: { M: { deep: { B: new Uint8Array([8]) } } } } },
        }
        await client.send(new PutItemCommand({ TableName, Item }))
        const found = await client.send(new GetItemCommand({ TableName, Key: { pk: Item.pk, sk: Item.sk } }))
        expect(found.Item).toEqual(Item)
      })

      it('tells the id of each request', async () => {
        const { $metadata } = await client.send(new ListTablesCommand({}))
        expect($metadata.requestId).toMatch(/^[0-9A-V]{52}$/)
        expect([$metadata.httpStatusCode, $metadata.attempts]).toEqual([200, 1])
      })

      it('throws the exceptions of the service as its own classes', async () => {
        const missing = client.send(new GetItemCommand({ TableName: 'not-there', Key: { pk: { S: 'a' } } }))
        await expect(missing).rejects.toBeInstanceOf(ResourceNotFoundException)
        await expect(missing).rejects.toMatchObject({ message: 'Requested resource not found' })
        const invalid = client.send(new QueryCommand({ TableName, KeyConditionExpression: 'pk =' }))
        await expect(invalid).rejects.toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
      })

      it('brings the item that failed a condition', async () => {
        const Item = { pk: { S: 'a' }, sk: { S: 'b' }, blob: { B: new Uint8Array([1, 2, 3]) } }
        await client.send(new PutItemCommand({ TableName, Item }))
        const again = client.send(
          new PutItemCommand({
            TableName,
            Item,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        )
        await expect(again).rejects.toBeInstanceOf(ConditionalCheckFailedException)
        await expect(again).rejects.toMatchObject({ Item, message: 'The conditional request failed' })
      })

      it('carries an item of nearly 400 KB and a page of a megabyte', async () => {
        const text = 'ü'.repeat(195_000)
        const keys = Array.from({ length: 4 }, (_, index) => ({ pk: { S: 'long' }, sk: { S: `row-${index}` } }))
        for (const key of keys)
          await client.send(new PutItemCommand({ TableName, Item: { ...key, text: { S: text } } }))
        const page = await client.send(new ScanCommand({ TableName }))
        expect(page.Items?.map(({ text: found }) => found?.S === text)).toEqual([true, true, true])
        expect(page.LastEvaluatedKey).toEqual(keys[2])
      })
    })

    describe('DynamoDBDocumentClient', () => {
      it('walks a whole round', async () => {
        const documents = DynamoDBDocumentClient.from(client)
        const key = { pk: 'NL', sk: 'Delft' }
        const Item = { ...key, gsi1pk: 'Zuid-Holland', gsi1sk: 'Delft', tags: new Set(['blue', 'tiles']), visits: 1 }
        await documents.send(new PutCommand({ TableName, Item }))
        expect((await documents.send(new GetCommand({ TableName, Key: key }))).Item).toEqual(Item)
        const updated = await documents.send(
          new UpdateCommand({
            TableName,
            Key: key,
            UpdateExpression: 'SET visits = visits + :one ADD tags :more',
            ExpressionAttributeValues: { ':one': 1, ':more': new Set(['canals']) },
            ReturnValues: 'UPDATED_NEW',
          }),
        )
        expect(updated.Attributes).toEqual({ visits: 2, tags: new Set(['blue', 'canals', 'tiles']) })
        const byIndex = await documents.send(
          new DocumentQueryCommand({
            TableName,
            IndexName: 'gsi1',
            KeyConditionExpression: 'gsi1pk = :region AND begins_with(gsi1sk, :start)',
            ExpressionAttributeValues: { ':region': 'Zuid-Holland', ':start': 'D' },
          }),
        )
        expect(byIndex.Items).toEqual([{ ...Item, visits: 2, tags: new Set(['blue', 'canals', 'tiles']) }])
        const deleted = await documents.send(new DeleteCommand({ TableName, Key: key, ReturnValues: 'ALL_OLD' }))
        expect(deleted.Attributes).toEqual(byIndex.Items?.[0])
        expect((await documents.send(new GetCommand({ TableName, Key: key }))).Item).toBeUndefined()
      })

      it('writes and reads batches, and pages through a query', async () => {
        const documents = DynamoDBDocumentClient.from(client)
        const rows = Array.from({ length: 25 }, (_, index) => ({ pk: 'p', sk: String(index).padStart(2, '0'), index }))
        const puts = rows.map((Item) => ({ PutRequest: { Item } }))
        await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }))
        const Keys = rows.slice(3, 5).map(({ pk, sk }) => ({ pk, sk }))
        const { Responses } = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }))
        expect(Responses?.[TableName]?.toSorted((a, b) => Number(a['index']) - Number(b['index']))).toEqual(
          rows.slice(3, 5),
        )
        const found: unknown[] = []
        const pages = paginateQuery(
          { client: documents, pageSize: 10 },
          { TableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': 'p' } },
        )
        for await (const page of pages) found.push(...(page.Items ?? []))
        expect(found).toEqual(rows)
      })
    })

    describe('transactions of DynamoDBDocumentClient', () => {
      it('write and read several items as one', async () => {
        const documents = DynamoDBDocumentClient.from(client)
        const [delft, leiden, gent] = ['Delft', 'Leiden', 'Gent'].map((sk) => ({ pk: 'city', sk }))
        await documents.send(new PutCommand({ TableName, Item: { ...leiden, visits: 1 } }))
        await documents.send(new PutCommand({ TableName, Item: { ...gent } }))
        await documents.send(
          new TransactWriteCommand({
            TransactItems: [
              { Put: { TableName, Item: { ...delft, tags: new Set(['blue']), photo: new Uint8Array([1, 2]) } } },
              {
                Update: {
                  TableName,
                  Key: leiden,
                  UpdateExpression: 'SET visits = visits + :one',
                  ConditionExpression: 'visits = :one',
                  ExpressionAttributeValues: { ':one': 1 },
                },
              },
              { Delete: { TableName, Key: gent } },
              {
                ConditionCheck: {
                  TableName,
                  Key: { pk: 'city', sk: 'Brugge' },
                  ConditionExpression: 'attribute_not_exists(pk)',
                },
              },
            ],
          }),
        )
        const { Responses } = await documents.send(
          new TransactGetCommand({
            TransactItems: [leiden, gent, delft].map((Key) => ({ Get: { TableName, Key } })),
          }),
        )
        expect(Responses?.map(({ Item }) => Item)).toEqual([
          { ...leiden, visits: 2 },
          undefined,
          { ...delft, tags: new Set(['blue']), photo: new Uint8Array([1, 2]) },
        ])
      })

      it('tell why they were cancelled', async () => {
        const Item = { pk: { S: 'a' }, sk: { S: 'b' }, blob: { B: new Uint8Array([1, 2, 3]) } }
        await client.send(new PutItemCommand({ TableName, Item }))
        const documents = DynamoDBDocumentClient.from(client)
        const cancelled = documents.send(
          new TransactWriteCommand({
            TransactItems: [
              { Put: { TableName, Item: { pk: 'c', sk: 'd' } } },
              {
                Put: {
                  TableName,
                  Item: { pk: 'a', sk: 'b' },
                  ConditionExpression: 'attribute_not_exists(pk)',
                  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
                },
              },
            ],
          }),
        )
        await expect(cancelled).rejects.toBeInstanceOf(TransactionCanceledException)
        await expect(cancelled).rejects.toMatchObject({
          message:
            'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
          CancellationReasons: [
            { Code: 'None' },
            { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item },
          ],
        })
        const { Count } = await documents.send(new ScanCommand({ TableName }))
        expect(Count).toBe(1)
      })
    })

    describe('PartiQL of DynamoDBDocumentClient', () => {
      it('runs statements', async () => {
        const documents = DynamoDBDocumentClient.from(client)
        const insert = new ExecuteStatementCommand({
          Statement: `INSERT INTO "${TableName}" VALUE {'pk':?,'sk':?,'population':1}`,
          Parameters: ['NL', 'Delft'],
        })
        await documents.send(insert)
        await expect(documents.send(insert)).rejects.toBeInstanceOf(DuplicateItemException)
        const Statement = `SELECT sk, population FROM "${TableName}" WHERE pk=? AND sk=?`
        const Parameters = ['NL', 'Delft']
        const { Items } = await documents.send(new ExecuteStatementCommand({ Statement, Parameters }))
        expect(Items).toEqual([{ sk: 'Delft', population: 1 }])
        const batch = new BatchExecuteStatementCommand({ Statements: [{ Statement, Parameters }, { Statement: 'x' }] })
        expect((await documents.send(batch)).Responses).toMatchObject([
          { TableName, Item: { sk: 'Delft', population: 1 } },
          { Error: { Code: 'ValidationError' } },
        ])
        const update = `UPDATE "${TableName}" SET population=population+? WHERE pk='NL' AND sk='Delft'`
        const transaction = new ExecuteTransactionCommand({
          TransactStatements: [{ Statement: update, Parameters: [1] }],
        })
        await documents.send(transaction)
        const failing = new ExecuteTransactionCommand({
          TransactStatements: [{ Statement: `${update} AND population=?`, Parameters: [1, 77] }],
        })
        await expect(documents.send(failing)).rejects.toBeInstanceOf(TransactionCanceledException)
        const read = new ExecuteTransactionCommand({ TransactStatements: [{ Statement, Parameters }] })
        expect((await documents.send(read)).Responses).toEqual([{ Item: { sk: 'Delft', population: 2 } }])
      })
    })

    describe('ElectroDB', () => {
      it('walks a whole round', async () => {
        const cities = new ElectroEntity(
          {
            model: { entity: 'city', version: '1', service: 'atlas' },
            attributes: {
              country: { type: 'string', required: true },
              name: { type: 'string', required: true },
              region: { type: 'string', required: true },
              population: { type: 'number' },
            },
            indexes: {
              primary: { pk: { field: 'pk', composite: ['country'] }, sk: { field: 'sk', composite: ['name'] } },
              byRegion: {
                index: 'gsi1',
                pk: { field: 'gsi1pk', composite: ['region'] },
                sk: { field: 'gsi1sk', composite: ['name'] },
              },
            },
          },
          { client, table: TableName },
        )
        const key = { country: DELFT.country, name: DELFT.name }
        expect((await cities.create(DELFT).go()).data).toEqual(DELFT)
        await expect(cities.create(DELFT).go()).rejects.toThrow('The conditional request failed')
        expect((await cities.get(key).go()).data).toEqual(DELFT)
        expect((await cities.put([LEIDEN, GENT]).go()).unprocessed).toEqual([])
        expect((await cities.query.byRegion({ region: 'Zuid-Holland' }).go()).data).toEqual([DELFT, LEIDEN])
        expect((await cities.query.primary({ country: 'NL' }).begins({ name: 'L' }).go()).data).toEqual([LEIDEN])
        const updated = await cities.update(key).add({ population: 1 }).go({ response: 'all_new' })
        expect(updated.data).toMatchObject({ population: 103_660 })
        const batch = await cities.get([key, { country: 'BE', name: 'Gent' }]).go({ preserveBatchOrder: true })
        expect(batch.data).toEqual([{ ...DELFT, population: 103_660 }, GENT])
        const atlas = new ElectroService({ cities })
        const brugge = { country: 'BE', name: 'Brugge', region: 'West-Vlaanderen', population: 119_000 }
        const written = await atlas.transaction
          .write(({ cities: city }) => [
            city.create(brugge).commit(),
            city.update(key).subtract({ population: 1 }).commit(),
            city.delete({ country: 'BE', name: 'Gent' }).commit(),
          ])
          .go()
        expect(written.canceled).toBe(false)
        const read = await atlas.transaction
          .get(({ cities: city }) => [city.get(key).commit(), city.get({ country: 'BE', name: 'Gent' }).commit()])
          .go()
        expect(read.data.map(({ item: found }) => found)).toEqual([DELFT, null])
        const rejected = await atlas.transaction
          .write(({ cities: city }) => [city.delete(key).commit(), city.create(brugge).commit({ response: 'all_old' })])
          .go()
        expect(rejected.canceled).toBe(true)
        expect(rejected.data.map(({ code, item: found }) => [code, found])).toEqual([
          ['None', null],
          ['ConditionalCheckFailed', brugge],
        ])
        await cities.delete(key).go()
        expect((await cities.get(key).go()).data).toBeNull()
      })
    })

    describe('dynamodb-toolbox', () => {
      it('walks a whole round', async () => {
        const table = new ToolboxTable({
          name: TableName,
          partitionKey: { name: 'pk', type: 'string' },
          sortKey: { name: 'sk', type: 'string' },
          indexes: {
            gsi1: {
              type: 'global',
              partitionKey: { name: 'gsi1pk', type: 'string' },
              sortKey: { name: 'gsi1sk', type: 'string' },
            },
          },
          documentClient: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
        })
        const cities = new ToolboxEntity({
          name: 'city',
          table,
          timestamps: false,
          schema: item({
            country: string().key().savedAs('pk'),
            name: string().key().savedAs('sk'),
            region: string().savedAs('gsi1pk'),
            label: string().savedAs('gsi1sk'),
            population: number(),
          }),
        })
        const delft = { ...DELFT, label: 'Delft' }
        const leiden = { ...LEIDEN, label: 'Leiden' }
        const gent = { ...GENT, label: 'Gent' }
        const key = { country: 'NL', name: 'Delft' }
        await cities.build(ToolboxPut).item(delft).send()
        expect((await cities.build(ToolboxGet).key(key).send()).Item).toEqual(delft)
        const puts = [leiden, gent].map((city) => cities.build(BatchPutRequest).item(city))
        await executeBatchWrite(table.build(ToolboxBatchWrite).requests(...puts))
        const byRegion = await table
          .build(ToolboxQuery)
          .query({ index: 'gsi1', partition: 'Zuid-Holland', range: { gte: 'D' } })
          .entities(cities)
          .send()
        expect(byRegion.Items).toEqual([delft, leiden])
        const updated = await cities
          .build(ToolboxUpdate)
          .item({ ...key, population: $add(1) })
          .options({ returnValues: 'ALL_NEW' })
          .send()
        expect(updated.Attributes).toEqual({ ...delft, population: 103_660 })
        const gets = [key, { country: 'BE', name: 'Gent' }].map((each) => cities.build(BatchGetRequest).key(each))
        const { Responses } = await executeBatchGet(table.build(ToolboxBatchGet).requests(...gets))
        expect(Responses).toEqual([[{ ...delft, population: 103_660 }, gent]])
        const brugge = {
          country: 'BE',
          name: 'Brugge',
          region: 'West-Vlaanderen',
          label: 'Brugge',
          population: 119_000,
        }
        await executeTransactWrite(
          cities.build(PutTransaction).item(brugge),
          cities.build(UpdateTransaction).item({ ...key, population: $add(-1) }),
          cities.build(DeleteTransaction).key({ country: 'NL', name: 'Leiden' }),
          cities
            .build(ConditionCheck)
            .key({ country: 'BE', name: 'Gent' })
            .condition({ attr: 'population', gt: 200_000 }),
        )
        const read = await executeTransactGet(
          ...[key, { country: 'NL', name: 'Leiden' }, { country: 'BE', name: 'Brugge' }].map((each) =>
            cities.build(GetTransaction).key(each),
          ),
        )
        expect(read.Responses?.map(({ Item: found }) => found)).toEqual([delft, undefined, brugge])
        const cancelled = executeTransactWrite(
          cities.build(DeleteTransaction).key({ country: 'BE', name: 'Brugge' }),
          cities
            .build(ConditionCheck)
            .key({ country: 'BE', name: 'Gent' })
            .condition({ attr: 'population', lt: 200_000 }),
        )
        await expect(cancelled).rejects.toMatchObject({
          CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
        })
        await executeBatchWrite(table.build(ToolboxBatchWrite).requests(cities.build(BatchDeleteRequest).key(key)))
        await cities.build(ToolboxDelete).key({ country: 'BE', name: 'Gent' }).send()
        expect((await cities.build(ToolboxGet).key(key).send()).Item).toBeUndefined()
      })
    })

    describe('dynamodb-onetable', () => {
      it('walks a whole round, from its own table on', async () => {
        const table = new OneTable({
          client: new Dynamo({ client }),
          name: `${TableName}-onetable`,
          partial: false,
          schema: {
            format: 'onetable:1.1.0',
            version: '0.0.1',
            indexes: { primary: { hash: 'pk', sort: 'sk' }, gsi1: { hash: 'gsi1pk', sort: 'gsi1sk', project: 'all' } },
            models: {
              City: {
                pk: { type: String, value: 'country#${country}' },
                sk: { type: String, value: 'city#${name}' },
                gsi1pk: { type: String, value: 'region#${region}' },
                gsi1sk: { type: String, value: 'city#${name}' },
                country: { type: String, required: true },
                name: { type: String, required: true },
                region: { type: String, required: true },
                population: { type: Number },
              },
            },
          } as const,
        })
        await table.createTable()
        const cities = table.getModel('City')
        const key = { country: 'NL', name: 'Delft' }
        expect(await cities.create(DELFT)).toMatchObject(DELFT)
        await expect(cities.create(DELFT)).rejects.toThrow('Conditional create failed for "City"')
        expect(await cities.get(key)).toEqual(DELFT)
        const batch = {}
        await cities.create(LEIDEN, { batch, exists: null })
        await cities.create(GENT, { batch, exists: null })
        await table.batchWrite(batch)
        const byRegion = await cities.find({ region: 'Zuid-Holland' }, { index: 'gsi1' })
        expect(byRegion.map(({ name }) => name)).toEqual(['Delft', 'Leiden'])
        expect(await cities.update(key, { add: { population: 1 } })).toEqual({ ...DELFT, population: 103_660 })
        const reads = {}
        await cities.get(key, { batch: reads })
        await cities.get({ country: 'BE', name: 'Gent' }, { batch: reads })
        const found = (await table.batchGet(reads, { parse: true, hidden: false })) as readonly {
          readonly name: string
        }[]
        expect(found.map(({ name }) => name).toSorted()).toEqual(['Delft', 'Gent'])
        const transaction = {}
        await cities.create(
          { country: 'BE', name: 'Brugge', region: 'West-Vlaanderen', population: 119_000 },
          { transaction },
        )
        await cities.update(key, { transaction, add: { population: -1 } })
        await cities.remove({ country: 'BE', name: 'Gent' }, { transaction })
        cities.check({ country: 'NL', name: 'Leiden' }, { transaction, exists: true })
        await table.transact('write', transaction)
        expect(await cities.get(key)).toEqual(DELFT)
        const gets = {}
        await cities.get({ country: 'BE', name: 'Brugge' }, { transaction: gets })
        await cities.get({ country: 'BE', name: 'Gent' }, { transaction: gets })
        const read = (await table.transact('get', gets, { parse: true, hidden: false })) as unknown as readonly {
          readonly name: string
        }[]
        expect(read.map(({ name }) => name)).toEqual(['Brugge'])
        const cancelled = {}
        await cities.remove(key, { transaction: cancelled })
        await cities.create(LEIDEN, { transaction: cancelled })
        await expect(table.transact('write', cancelled)).rejects.toThrow('Transaction Cancelled')
        await cities.remove(key)
        expect(await cities.get(key)).toBeUndefined()
        await table.deleteTable('DeleteTableForever')
        expect(await table.exists()).toBe(false)
      })
    })
  })
}
