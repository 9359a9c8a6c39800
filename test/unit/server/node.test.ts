// The server as tests of apps start it.

import { DynamoDBClient, ListTablesCommand, CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { startServer } from '../../../src/server/node.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

describe('startServer', () => {
  it('listens on a free port of this machine alone', async () => {
    const server = await startServer()
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    await server.close()
    await server.close()
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
  })

  it('keeps servers apart', async () => {
    const servers = [await startServer(), await startServer()]
    const [first, second] = servers.map(
      ({ url }) => new DynamoDBClient({ endpoint: url, region: 'local', credentials }),
    ) as [DynamoDBClient, DynamoDBClient]
    const { TableDescription } = await first.send(
      new CreateTableCommand({
        TableName: 'cities',
        AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    expect(TableDescription?.TableArn).toBe('arn:aws:dynamodb:local:000000000000:table/cities')
    expect((await first.send(new ListTablesCommand({}))).TableNames).toEqual(['cities'])
    expect((await second.send(new ListTablesCommand({}))).TableNames).toEqual([])
    for (const client of [first, second]) client.destroy()
    for (const server of servers) await server.close()
  })

  it('says what region it is in', async () => {
    const server = await startServer({ region: 'eu-central-1' })
    expect(await (await fetch(server.url)).text()).toBe('healthy: dynamodb.eu-central-1.amazonaws.com ')
    await server.close()
  })

  it('answers only its key when it was given one', async () => {
    const server = await startServer({ credentials })
    const connect = (secretAccessKey: string): DynamoDBClient =>
      new DynamoDBClient({ endpoint: server.url, region: 'any', credentials: { ...credentials, secretAccessKey } })
    expect((await connect('secret').send(new ListTablesCommand({}))).TableNames).toEqual([])
    await expect(connect('other').send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    })
    await server.close()
  })

  it('leaves nothing behind when its port is taken', async () => {
    const { port, close } = await startServer()
    await expect(startServer({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await close()
  })
})
