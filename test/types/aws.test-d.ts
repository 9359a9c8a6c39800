// The SDK's own types take what `tidetable/aws` makes, though it knows none of them.

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { clientConfig, createRequestHandler } from 'tidetable/aws'
import type { Database } from 'tidetable'

declare const database: Database

export const whole: DynamoDBClientConfig = clientConfig(database)

export const client: DynamoDBClient = new DynamoDBClient(clientConfig(database, { requestTimeout: 1000 }))

export const handler: NonNullable<DynamoDBClientConfig['requestHandler']> = createRequestHandler(database)
