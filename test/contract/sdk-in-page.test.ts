// The SDK over a database of the page, with the worker on a port.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { clientConfig } from '../../src/client/aws-request-handler.ts'
import { openMemoryDatabase } from '../support/memory-database.ts'
import { describeSdkDoor } from './sdk-contract.ts'

describeSdkDoor('a database behind its worker', async () => {
  const { database } = await openMemoryDatabase()
  return { client: new DynamoDBClient(clientConfig(database)), dispose: () => database.close() }
})
