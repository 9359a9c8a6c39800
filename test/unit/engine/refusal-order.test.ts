// What is refused before it is known whether there is such a table, and what after, as recorded from the service:
// https://github.com/ExtendDB/extenddb (tests/test_validation_precedence.py)

import { describe, expect, it } from 'vitest'
import { engineFixture } from '../../support/engine-fixture.ts'

const KEY = { a: { S: 'k' } }
const LARGE = { ...KEY, b: { S: 'x'.repeat(409_600) } }
const EXPECTED = { a: { ComparisonOperator: 'EQ' } }

async function refusalOf(operation: string, input: object): Promise<unknown> {
  const { engine } = engineFixture()
  return engine.dispatch(operation, input).catch((error: unknown) => error)
}

describe('a request to a table that does not exist', () => {
  it.for([
    ['PutItem', { TableName: 'nowhere', Item: KEY, Expected: EXPECTED }],
    ['DeleteItem', { TableName: 'nowhere', Key: KEY, Expected: EXPECTED }],
    ['GetItem', { TableName: 'nowhere', Key: KEY, ProjectionExpression: '' }],
    ['GetItem', { TableName: 'nowhere', Key: KEY, ProjectionExpression: 'a..b' }],
    ['GetItem', { TableName: 'nowhere', Key: KEY, ProjectionExpression: 'a, a.b' }],
    ['UpdateItem', { TableName: 'nowhere', Key: KEY, UpdateExpression: '' }],
    ['UpdateItem', { TableName: 'nowhere', Key: KEY, UpdateExpression: 'SET' }],
    ['UpdateItem', { TableName: 'nowhere', Key: KEY, UpdateExpression: 'SET #x = a' }],
    ['Scan', { TableName: 'nowhere', FilterExpression: 'a +' }],
    ['Scan', { TableName: 'nowhere', ScanFilter: EXPECTED }],
    ['Query', { TableName: 'nowhere', KeyConditions: EXPECTED }],
    ['Query', { TableName: 'nowhere', KeyConditions: {} }],
    ['BatchGetItem', { RequestItems: { nowhere: { Keys: [KEY, KEY] } } }],
  ] as const)('is refused for what is wrong with it: %s %j', async ([operation, input]) => {
    expect(await refusalOf(operation, input)).toMatchObject({ name: 'ValidationException' })
  })

  it.for([
    ['PutItem', { TableName: 'nowhere', Item: LARGE }],
    ['BatchWriteItem', { RequestItems: { nowhere: [{ PutRequest: { Item: LARGE } }] } }],
    ['BatchGetItem', { RequestItems: { nowhere: { Keys: [{ a: { L: [] } }, { a: { L: [] } }] } } }],
  ] as const)('is refused for the table before the size of an item is looked at: %s', async ([operation, input]) => {
    expect(await refusalOf(operation, input)).toMatchObject({ name: 'ResourceNotFoundException' })
  })
})
