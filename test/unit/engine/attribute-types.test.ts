// What is wrong with the type of an attribute value is said before anything else.

import { describe, expect, it } from 'vitest'
import { engineFixture } from '../../support/engine-fixture.ts'

const NOT_TEXT = { name: 'SerializationException', message: 'NUMBER_VALUE cannot be converted to String' }
const WRONG = { S: 1 }
const VALID = { S: '1' }

async function refusalOf(operation: string, input: object): Promise<unknown> {
  const { engine } = engineFixture()
  return engine.dispatch(operation, { TableName: 'any', ...input }).catch((error: unknown) => error)
}

describe('a value of a wrong type', () => {
  it.for([
    ['a constraint', 'PutItem', { Item: { a: WRONG }, ReturnValues: 'SOME' }],
    ['a missing parameter', 'UpdateItem', { ExpressionAttributeValues: { ':a': WRONG } }],
    ['a rule that an attribute further in front breaks', 'PutItem', { Item: { a: { SS: [] }, b: WRONG } }],
    ['a rule that its own neighbour breaks', 'PutItem', { Item: { a: { L: [{}, { M: { b: WRONG } }] } } }],
    [
      'parameters that do not go together',
      'PutItem',
      { Item: { a: VALID }, Expected: { a: { Value: WRONG } }, ConditionExpression: 'a' },
    ],
    ['a condition', 'Scan', { ScanFilter: { a: { ComparisonOperator: 'EQ', AttributeValueList: [VALID, WRONG] } } }],
    [
      'an update',
      'UpdateItem',
      { Key: { a: VALID }, AttributeUpdates: { a: { Action: 'ADD', Value: VALID }, b: { Value: WRONG } } },
    ],
    ['a key', 'BatchGetItem', { RequestItems: { any: { Keys: [{ a: {} }, { a: WRONG }] } } }],
    [
      'a batch without requests',
      'BatchWriteItem',
      { RequestItems: { one: [], any: [{ PutRequest: { Item: { a: { SS: [1] } } } }] } },
    ],
  ] as const)('is reported before %s', async ([, operation, input]) => {
    expect(await refusalOf(operation, input)).toMatchObject(NOT_TEXT)
  })

  it.for([
    [{ B: 'text' }, 'only base-64-encoded strings are convertible to bytes'],
    [{ BOOL: 'true' }, 'Unexpected token received from parser'],
    [{ NULL: 1 }, 'NUMBER_VALUE cannot be converted to Boolean'],
    [{ N: true }, 'TRUE_VALUE cannot be converted to String'],
    [{ BS: [1] }, 'only base-64-encoded strings are convertible to bytes'],
    [{ L: {} }, 'Start of structure or map found where not expected'],
    [{ L: [[]] }, 'Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue'],
    [
      { M: [] },
      'Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>',
    ],
    ['text', 'Unexpected value type in payload'],
  ] as const)('%j is refused behind an empty set', async ([value, message]) => {
    const refusal = await refusalOf('PutItem', { Item: { a: { NS: [] }, b: value } })
    expect(refusal).toMatchObject({ name: 'SerializationException', message })
  })

  it('leaves refusals of requests as they are that have none', async () => {
    expect(await refusalOf('PutItem', { Item: { a: { SS: [] }, b: { L: [null, { NULL: null }] } } })).toMatchObject({
      name: 'ValidationException',
      message: 'One or more parameter values were invalid: An string set  may not be empty',
    })
  })

  it('is not looked for below the deepest level', async () => {
    let value: unknown = { S: 1 }
    for (let depth = 0; depth < 10_000; depth++) value = { L: [value] }
    expect(await refusalOf('PutItem', { Item: { a: value } })).toMatchObject({ name: 'ValidationException' })
  })
})
