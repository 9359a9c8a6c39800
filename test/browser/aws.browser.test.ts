// The SDK and three libraries over it in a browser: no network, no credentials, real IndexedDB.

import '../support/process-in-browsers.ts'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { defineTable, deleteDatabase, openDatabase } from 'tidetable'
import { clientConfig } from 'tidetable/aws'
import { describe, expect, it } from 'vitest'
import { describeSdkDoor } from '../contract/sdk-contract.ts'

describeSdkDoor('a database in the page', async () => {
  const name = 'aws-contract'
  const database = await openDatabase({ name })
  return {
    client: new DynamoDBClient(clientConfig(database)),
    async dispose() {
      await database.close()
      await deleteDatabase(name)
    },
  }
})

describe('a client beside the typed table', () => {
  const notes = defineTable<{ readonly id: string; readonly blob: Uint8Array }>()({
    name: 'notes',
    attributes: { id: 'S' },
    key: { partition: 'id' },
  })

  it('sees what the other writes', async () => {
    const database = await openDatabase({ name: 'aws-beside', tables: [notes] })
    const client = new DynamoDBClient(clientConfig(database))
    await database.table(notes).put({ id: 'a', blob: new Uint8Array([1, 2]) })
    const { Item } = await client.send(new GetItemCommand({ TableName: 'notes', Key: { id: { S: 'a' } } }))
    expect(Item).toEqual({ id: { S: 'a' }, blob: { B: new Uint8Array([1, 2]) } })
    const blob = { B: new Uint8Array([3]) }
    await client.send(new PutItemCommand({ TableName: 'notes', Item: { id: { S: 'b' }, blob } }))
    expect(await database.table(notes).get({ id: 'b' })).toEqual({ id: 'b', blob: new Uint8Array([3]) })
    await database.close()
    await deleteDatabase('aws-beside')
  })

  it('sends nothing over the network', async () => {
    const database = await openDatabase({ name: 'aws-offline', storage: 'memory', tables: [notes] })
    const client = new DynamoDBClient(clientConfig(database))
    const fetched: PerformanceEntry[] = []
    const observer = new PerformanceObserver((list) => fetched.push(...list.getEntries()))
    observer.observe({ type: 'resource' })
    const beganMs = performance.now()
    await client.send(new GetItemCommand({ TableName: 'notes', Key: { id: { S: 'a' } } }))
    // What is fetched is told a while later: when this has been, so has all that was fetched before it.
    const last = `${location.origin}/?last`
    await fetch(last)
    await expect.poll(() => fetched.map(({ name }) => name)).toContain(last)
    observer.disconnect()
    expect(fetched.filter(({ startTime }) => startTime >= beganMs).map(({ name }) => name)).toEqual([last])
    await database.close()
  })
})
