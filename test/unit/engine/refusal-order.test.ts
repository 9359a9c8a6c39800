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

describe('a request with more attributes than any key has', () => {
  const TABLE = {
    TableName: 'table',
    AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  }
  const attributes = (last: unknown, count = 2000): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${at}`, at === count - 1 ? last : { S: 'k' }]))
  const conditions = (last: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(attributes({ N: last })).map(([name, value]) => [
        name,
        { ComparisonOperator: 'EQ', AttributeValueList: [value] },
      ]),
    )
  const NOT_A_NUMBER = 'The parameter cannot be converted to a numeric value: x'
  const MISMATCH = 'The provided key element does not match the schema'
  const LARGE_KEY = attributes({ S: 'x'.repeat(4_194_304) }, 20)

  async function messageOf(operation: string, input: object): Promise<unknown> {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    return engine.dispatch(operation, input).catch(({ message }: Error) => message)
  }

  it.for([
    ['GetItem', { TableName: 'table', Key: attributes({ N: 'x' }) }, NOT_A_NUMBER],
    ['GetItem', { TableName: 'table', Key: attributes({ N: '1' }) }, MISMATCH],
    ['DeleteItem', { TableName: 'table', Key: attributes({ N: '1' }) }, MISMATCH],
    [
      'Scan',
      { TableName: 'table', ExclusiveStartKey: attributes({ N: '1' }) },
      `The provided starting key is invalid: ${MISMATCH}`,
    ],
    ['Query', { TableName: 'table', KeyConditions: conditions('x') }, NOT_A_NUMBER],
    ['Query', { TableName: 'table', KeyConditions: conditions('1') }, 'Conditions can be of length 1 or 2 only'],
  ] as const)('is refused for the last of them, if not for their number: %s', async ([operation, input, message]) => {
    expect(await messageOf(operation, input)).toBe(message)
  })

  it('counts all of them in the size of a transaction', async () => {
    const input = { TransactItems: [{ Delete: { TableName: 'table', Key: LARGE_KEY } }] }
    // Twenty names of 50 bytes and nineteen texts of one beside the large text.
    expect(await messageOf('TransactWriteItems', input)).toBe(
      `Transaction payload size cannot exceed 4MB. Payload Size: ${4_194_304 + 50 + 19}`,
    )
  })

  it('is looked at anew when it comes again', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', TABLE)
    const KeyConditions = conditions('1')
    const input = { TableName: 'table', KeyConditions }
    await expect(engine.dispatch('Query', input)).rejects.toThrow('Conditions can be of length 1 or 2 only')
    for (const name of Object.keys(KeyConditions)) delete KeyConditions[name]
    KeyConditions['a'] = { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'k' }] }
    expect(await engine.dispatch('Query', input)).toEqual({ Items: [], Count: 0, ScannedCount: 0 })
  })
})
