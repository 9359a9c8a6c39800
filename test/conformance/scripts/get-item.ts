// GetItem against the service.

import { broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const get = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'GetItem', input, more)

const INVALID = 'One or more parameter values were invalid:'
const MISMATCH = 'The provided key element does not match the schema'
const KEY = { p: { S: 'a' }, s: { N: '1' } }
const ITEM = {
  ...KEY,
  group: { S: 'g' },
  map: { M: { x: { L: [{ N: '1' }, { N: '2' }, { N: '3' }] }, y: { S: 'y' } } },
}

/** The script. */
export const getItemScript: Script = {
  operation: 'get-item',
  steps: [
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
    step('stores an item', 'PutItem', { TableName: 'range', Item: ITEM }),
    step('stores an item of 4,096 bytes', 'PutItem', {
      TableName: 'hash',
      Item: { a: { S: '4096' }, d: { S: textOf(4090) } },
    }),
    step('stores an item of 4,097 bytes', 'PutItem', {
      TableName: 'hash',
      Item: { a: { S: '4097' }, d: { S: textOf(4091) } },
    }),
    get('answers the item', { TableName: 'range', Key: KEY }),
    get('answers the same with a consistent read', { TableName: 'range', Key: KEY, ConsistentRead: true }),
    get('finds a number however it is written', { TableName: 'range', Key: { p: { S: 'a' }, s: { N: '1.0' } } }),
    get('answers nothing when there is no item', { TableName: 'range', Key: { p: { S: 'a' }, s: { N: '2' } } }),

    // Attributes
    get('answers the attributes of a projection', { TableName: 'range', Key: KEY, ProjectionExpression: 'p, map.y' }),
    get('answers single elements of a list', {
      TableName: 'range',
      Key: KEY,
      ProjectionExpression: 'map.x[2], map.x[0]',
    }),
    get('answers an empty item when it has none of the attributes', {
      TableName: 'range',
      Key: KEY,
      ProjectionExpression: 'nothing',
    }),
    get('takes names from the request', {
      TableName: 'range',
      Key: KEY,
      ProjectionExpression: '#g',
      ExpressionAttributeNames: { '#g': 'group' },
    }),
    get('refuses a reserved word', { TableName: 'range', Key: KEY, ProjectionExpression: 'group' }),
    get('refuses paths that overlap', { TableName: 'range', Key: KEY, ProjectionExpression: 'map, map.x' }),
    get('refuses a path into a key', { TableName: 'range', Key: KEY, ProjectionExpression: 's.x' }),
    get('refuses a path into an index key', { TableName: 'range', Key: KEY, ProjectionExpression: 'label.x' }),
    get('refuses a path into a key before it looks at the key', {
      TableName: 'range',
      Key: { p: { N: '1' }, s: { N: '1' } },
      ProjectionExpression: 's.x',
    }),
    get('refuses an empty projection', { TableName: 'range', Key: KEY, ProjectionExpression: '' }),
    get('refuses unused names', {
      TableName: 'range',
      Key: KEY,
      ProjectionExpression: 'p',
      ExpressionAttributeNames: { '#x': 'x' },
    }),
    get('takes no notice of values', {
      TableName: 'range',
      Key: KEY,
      ProjectionExpression: 'p',
      ExpressionAttributeValues: { ':p': { S: 'p' } },
    }),
    get('refuses names without an expression', {
      TableName: 'range',
      Key: KEY,
      ExpressionAttributeNames: { '#x': 'x' },
    }),
    get('answers the attributes of a list', {
      TableName: 'range',
      Key: KEY,
      AttributesToGet: ['p', 'nothing', 'group'],
    }),
    get(
      'refuses a list that names one twice',
      { TableName: 'range', Key: KEY, AttributesToGet: ['p', 'p'] },
      refused(`${INVALID} Duplicate value in attribute name: p`),
    ),
    get(
      'refuses an empty list',
      { TableName: 'range', Key: KEY, AttributesToGet: [] },
      broken(
        "Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    get('refuses a list beside a projection', {
      TableName: 'range',
      Key: KEY,
      AttributesToGet: ['p'],
      ProjectionExpression: 'p',
    }),

    // Parameters
    get(
      'refuses a request without anything',
      {},
      broken(
        "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        "Value null at 'key' failed to satisfy constraint: Member must not be null",
      ),
    ),
    get(
      'refuses a value outside its set',
      { TableName: 'range', Key: KEY, ReturnConsumedCapacity: 'x' },
      broken(
        "Value 'x' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
      ),
    ),
    get(
      'refuses a text for a flag',
      { TableName: 'range', Key: KEY, ConsistentRead: 'maybe' },
      failed('SerializationException', 'Unexpected token received from parser'),
    ),
    get(
      'refuses a table that does not exist',
      { TableName: 'nowhere', Key: KEY },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),

    // Keys
    get('refuses an empty key', { TableName: 'range', Key: {} }, refused(MISMATCH)),
    get('refuses a key without its sort key', { TableName: 'range', Key: { p: { S: 'a' } } }, refused(MISMATCH)),
    get(
      'refuses a key with an attribute too many',
      { TableName: 'range', Key: { ...KEY, x: { S: 'x' } } },
      refused(MISMATCH),
    ),
    get(
      'refuses a key of another type',
      { TableName: 'range', Key: { p: { N: '1' }, s: { N: '1' } } },
      refused(MISMATCH),
    ),
    get(
      'refuses a key of other names',
      { TableName: 'range', Key: { p: { S: 'a' }, x: { N: '1' } } },
      refused(MISMATCH),
    ),
    get('refuses an empty text', { TableName: 'hash', Key: { a: { S: '' } } }),
    get('looks for a partition key of 2,048 bytes', { TableName: 'hash', Key: { a: { S: textOf(2048) } } }),
    get(
      'refuses a partition key of 2,049 bytes',
      { TableName: 'hash', Key: { a: { S: textOf(2049) } } },
      refused(`${INVALID} Size of hashkey has exceeded the maximum size limit of2048 bytes`),
    ),
    get('refuses a value without a type', { TableName: 'hash', Key: { a: {} } }),

    // Capacity
    get('takes half a unit', { TableName: 'range', Key: KEY, ReturnConsumedCapacity: 'TOTAL' }),
    get('takes a whole unit with a consistent read', {
      TableName: 'range',
      Key: KEY,
      ConsistentRead: true,
      ReturnConsumedCapacity: 'INDEXES',
    }),
    get('takes half a unit when there is no item', {
      TableName: 'hash',
      Key: { a: { S: 'missing' } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
    get('takes half a unit for 4,096 bytes', {
      TableName: 'hash',
      Key: { a: { S: '4096' } },
      ProjectionExpression: 'a',
      ReturnConsumedCapacity: 'TOTAL',
    }),
    get('takes a whole unit for 4,097 bytes', {
      TableName: 'hash',
      Key: { a: { S: '4097' } },
      ProjectionExpression: 'a',
      ReturnConsumedCapacity: 'TOTAL',
    }),
  ],
}
