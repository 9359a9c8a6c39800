// A table's ARN stands wherever its name may stand. What the service answers to other ARNs was observed there; DynamoDB Local
// knows no ARNs in this place.

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { Shape, StructureShape } from '../../../src/engine/constraint.ts'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import { findOperation } from '../../../src/engine/operations/registry.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { STREAMS_OPERATIONS, TABLE_OPERATIONS } from '../../../src/model/service-operations.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'

const ARN = 'arn:aws:dynamodb:eu-west-1:123456789012:table/items'
const KEY = { a: { S: 'x' } }

async function engineWithTable(): Promise<Engine> {
  const engine = createEngine({
    store: createMemoryStore(),
    clock: systemClock,
    random: seededRandom(1),
    region: 'eu-west-1',
    accountId: '123456789012',
  })
  await engine.dispatch('CreateTable', {
    TableName: ARN,
    AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
  return engine
}

async function refusal(TableName: string): Promise<unknown> {
  const engine = await engineWithTable()
  return engine.dispatch('GetItem', { TableName, Key: KEY }).catch(({ name, message }: Error) => `${name}: ${message}`)
}

describe('the ARN of a table', () => {
  it('makes a table of its name, and describes it', async () => {
    const engine = await engineWithTable()
    expect(await engine.dispatch('ListTables', {})).toEqual({ TableNames: ['items'] })
    expect(await engine.dispatch('DescribeTable', { TableName: ARN })).toMatchObject({
      Table: { TableName: 'items', TableArn: ARN },
    })
  })

  it('is taken by operations on items, whose answers name the table as they were asked', async () => {
    const engine = await engineWithTable()
    const ReturnConsumedCapacity = 'TOTAL'
    await engine.dispatch('PutItem', { TableName: ARN, Item: { ...KEY, n: { N: '1' } } })
    const get = await engine.dispatch('GetItem', { TableName: ARN, Key: KEY, ReturnConsumedCapacity })
    expect(get).toEqual({
      Item: { ...KEY, n: { N: '1' } },
      ConsumedCapacity: { TableName: ARN, CapacityUnits: 0.5 },
    })
    expect(await engine.dispatch('Scan', { TableName: ARN })).toMatchObject({ Count: 1 })
    expect(await engine.dispatch('Scan', { TableName: 'items' })).toMatchObject({ Count: 1 })
  })

  it('is taken by batches, beside the name of another table or the same', async () => {
    const engine = await engineWithTable()
    const put = (a: string): unknown => ({ PutRequest: { Item: { a: { S: a } } } })
    await engine.dispatch('BatchWriteItem', { RequestItems: { [ARN]: [put('x')], items: [put('y')] } })
    const RequestItems = { [ARN]: { Keys: [KEY] }, items: { Keys: [{ a: { S: 'y' } }] } }
    expect(await engine.dispatch('BatchGetItem', { RequestItems })).toEqual({
      Responses: { [ARN]: [KEY], items: [{ a: { S: 'y' } }] },
      UnprocessedKeys: {},
    })
    expect(await engine.dispatch('DescribeTable', { TableName: ARN })).toMatchObject({ Table: { ItemCount: 2 } })
  })

  it('of a table that is not there is answered with the name in it', async () => {
    const engine = await engineWithTable()
    await expect(engine.dispatch('DeleteTable', { TableName: `${ARN}2` })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: items2 not found',
    })
  })

  const format = (arn: string): string =>
    `ValidationException: 1 validation error detected: Value '${arn}' at 'tableName' failed to satisfy constraint: ` +
    "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', " +
    'where Resource name must have length less than or equal to 255, Resource name must have length greater than or ' +
    'equal to 3, Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+'

  it.for([
    ['arn:', format('arn:')],
    ['arn:aws:dynamodb:eu-west-1:123456789012:', 'Invalid resource type'],
    ['arn:aws:dynamodb:eu-west-1:123456789012:stream/items', 'Invalid resource type'],
    ['arn:aws-cn:dynamodb:eu-west-1:123456789012:table/items', 'Invalid AWS partition'],
    ['arn:aws:dynamodb:us-east-1:123456789012:table/items', 'Invalid AWS region'],
    [`${ARN}/index/byA`, format(`${ARN}/index/byA`)],
    [`${ARN}$`, format(`${ARN}$`)],
    ['arn:aws:dynamodb:eu-west-1:123456789012:table/ab', format('arn:aws:dynamodb:eu-west-1:123456789012:table/ab')],
  ] as const)('is refused as %s', async ([arn, words]) => {
    const expected = words.startsWith('Invalid')
      ? `ValidationException: 1 validation error detected: ${words} in '${arn}'`
      : words
    expect(await refusal(arn)).toBe(expected)
  })

  it.for(['us-east-1', 'eu-west-1'])('of another account is denied, whatever its region (%s)', async (region) => {
    const denied = 'AccessDeniedException: Access is denied'
    expect(await refusal(`arn:aws:dynamodb:${region}:210987654321:table/items`)).toBe(denied)
  })

  it('is refused among the names of a batch', async () => {
    const engine = await engineWithTable()
    const arn = 'arn:aws:dynamodb:us-east-1:123456789012:table/items'
    await expect(engine.dispatch('BatchGetItem', { RequestItems: { [arn]: { Keys: [KEY] } } })).rejects.toThrow(
      `1 validation error detected: Invalid AWS region in '${arn}'`,
    )
  })
})

describe('every operation that takes a table name', () => {
  it('takes an ARN there', () => {
    const plain: string[] = []
    const visit = (shape: Shape, path: string): void => {
      if (shape.kind === 'structure') {
        for (const [name, member] of Object.entries(shape.members)) {
          if (name === 'TableName' && !(member.kind === 'string' && member.isTable)) plain.push(`${path}.${name}`)
          if (name === 'RequestItems' && !(member.kind === 'map' && member.keys?.areTables))
            plain.push(`${path}.${name}`)
          visit(member, `${path}.${name}`)
        }
      } else if (shape.kind === 'list') visit(shape.element, `${path}[]`)
      else if (shape.kind === 'map') visit(shape.value, `${path}{}`)
    }
    const shapes = [...Object.keys(TABLE_OPERATIONS), ...Object.keys(STREAMS_OPERATIONS)].map(
      (name): readonly [string, StructureShape | undefined] => [name, findOperation(name)?.shape],
    )
    for (const [name, shape] of shapes) if (shape !== undefined) visit(shape, name)
    expect(plain).toEqual([])
  })
})
