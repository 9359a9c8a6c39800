// The SDK against a server of `tidetable/node`, with the key that it knows and with any.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { startServer, type ServerOptions } from '../../src/server/node.ts'
import { type ClientUnderTest, describeSdkDoor } from './sdk-contract.ts'

const ANY_KEY = { accessKeyId: 'any', secretAccessKey: 'thing' }
const KNOWN_KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY' }

async function open(credentials: typeof ANY_KEY, options: ServerOptions): Promise<ClientUnderTest> {
  const server = await startServer(options)
  return {
    client: new DynamoDBClient({ endpoint: server.url, region: 'eu-central-1', credentials }),
    dispose: () => server.close(),
  }
}

describeSdkDoor('a server that takes any key', () => open(ANY_KEY, {}))

describeSdkDoor('a server that verifies signatures', () =>
  open(KNOWN_KEY, { credentials: KNOWN_KEY, region: 'eu-central-1' }),
)
