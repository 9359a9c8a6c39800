// Opening a database against a real engine behind a message port.

import { describe, expect, it } from 'vitest'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { defineTable } from '../../../src/client/define-table.ts'
import { openDatabase } from '../../../src/client/open-database.ts'
import { openMemoryDatabase } from '../../support/memory-database.ts'

const notes = defineTable({
  name: 'notes',
  attributes: { owner: 'S', at: 'N', kind: 'S' },
  key: { partition: 'owner', sort: 'at' },
  globalIndexes: { byKind: { partition: 'kind', projection: 'KEYS_ONLY' } },
  localIndexes: { byOwnersKind: { sort: 'kind', projection: ['text'] } },
})

describe('opening a database', () => {
  it('creates the declared tables with their indexes', async () => {
    const { database } = await openMemoryDatabase({ tables: [notes] })
    const { Table } = await database.send('DescribeTable', { TableName: 'notes' })
    expect({
      tables: await database.tables(),
      key: Table.KeySchema,
      attributes: Table.AttributeDefinitions,
      global: Table.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection, IndexStatus }) => ({
        IndexName,
        KeySchema,
        Projection,
        IndexStatus,
      })),
      local: Table.LocalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }).toEqual({
      tables: ['notes'],
      key: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      attributes: [
        { AttributeName: 'owner', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
        { AttributeName: 'kind', AttributeType: 'S' },
      ],
      global: [
        {
          IndexName: 'byKind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
          IndexStatus: 'ACTIVE',
        },
      ],
      local: [
        {
          IndexName: 'byOwnersKind',
          KeySchema: [
            { AttributeName: 'owner', KeyType: 'HASH' },
            { AttributeName: 'kind', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['text'] },
        },
      ],
    })
    await database.close()
  })

  it('is refused for a name that is none', async () => {
    const message = "A database's name is a text of 1 to 255 characters."
    for (const name of ['', 'x'.repeat(256), 7 as unknown as string]) {
      await expect(openMemoryDatabase({ name })).rejects.toEqual(
        new DatabaseError('InvalidOption', message, { data: { option: 'name' } }),
      )
    }
  })

  it('is refused where there is no IndexedDB, unless the app asks for memory', async () => {
    await expect(openMemoryDatabase({ storage: 'indexeddb' })).rejects.toMatchObject({
      code: 'StorageUnavailable',
      message: "This browser offers no IndexedDB here. To work without keeping data, open with storage: 'memory'.",
    })
  })

  it('is refused when the worker cannot be made', async () => {
    const worker = (): Worker => {
      throw new DOMException('blocked by the policy', 'SecurityError')
    }
    await expect(openDatabase({ name: 'test', worker })).rejects.toMatchObject({
      code: 'WorkerUnavailable',
      message: "The database's worker could not be started.",
      cause: { name: 'SecurityError' },
    })
  })
})

describe('an open database', () => {
  it('says where its data is', async () => {
    const { database } = await openMemoryDatabase()
    expect([database.name, database.storage]).toEqual(['test', 'memory'])
    await database.close()
  })

  it('answers the API in its own shapes', async () => {
    const { database } = await openMemoryDatabase({ tables: [notes] })
    const Item = { owner: { S: 'me' }, at: { N: '1' }, data: { B: new Uint8Array([7]) } }
    expect(await database.send('PutItem', { TableName: 'notes', Item })).toEqual({})
    const Key = { owner: { S: 'me' }, at: { N: '1.0' } }
    expect(await database.send('GetItem', { TableName: 'notes', Key })).toEqual({ Item })
    await database.close()
  })

  it('sends what an input was when it was called, and refuses what cannot be sent', async () => {
    const { database } = await openMemoryDatabase({ tables: [notes] })
    const Item: Record<string, { S: string } | { N: string }> = { owner: { S: 'me' }, at: { N: '1' } }
    const put = database.send('PutItem', { TableName: 'notes', Item })
    Item['owner'] = { S: 'you' }
    const unsendable = { TableName: 'notes', Item: { owner: () => 'me' } } as never
    await expect(database.send('PutItem', unsendable)).rejects.toMatchObject({
      code: 'InvalidOption',
      message: 'The input of PutItem holds something that cannot be sent to a worker.',
      data: { operation: 'PutItem' },
    })
    await put
    expect(await database.table(notes).get({ owner: 'me', at: 1 })).toEqual({ owner: 'me', at: 1 })
    await database.close()
  })

  it('lists more tables than one answer holds', async () => {
    const { database } = await openMemoryDatabase()
    const names = Array.from({ length: 105 }, (_, index) => `table-${String(index).padStart(3, '0')}`)
    for (const TableName of names) {
      await database.send('CreateTable', {
        TableName,
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      })
    }
    expect(await database.tables()).toEqual(names)
    await database.close()
  })

  it('has statistics', async () => {
    const { database } = await openMemoryDatabase({ tables: [notes] })
    const { requests, store } = await database.statistics()
    expect([requests > 0, store.memtableRows > 0]).toEqual([true, true])
    await database.close()
  })

  it('rejects what is asked after it was closed', async () => {
    const { database, workers } = await openMemoryDatabase({ tables: [notes] })
    await database.close()
    const closed = new DatabaseError('StorageClosed', 'The database has been closed.')
    await expect(database.table(notes).get({ owner: 'me', at: 1 })).rejects.toEqual(closed)
    await expect(database.send('ListTables', {})).rejects.toEqual(closed)
    await expect(database.table(notes).scan()).rejects.toEqual(closed)
    expect(workers.map((worker) => worker.isDead())).toEqual([true])
  })
})
