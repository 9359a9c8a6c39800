// UpdateItem against the service.

import { answered, broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const update = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'UpdateItem', input, more)

const INVALID = 'One or more parameter values were invalid:'
const MISMATCH = 'The provided key element does not match the schema'
const KEY = { p: { S: 'a' }, s: { N: '1' } }
const HASH = { TableName: 'hash', Key: { a: { S: '1' } } }
const RANGE = { TableName: 'range', Key: KEY }

/** The script. */
export const updateItemScript: Script = {
  operation: 'update-item',
  steps: [
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
    update('makes an item of its key alone', { TableName: 'hash', Key: { a: { S: 'key' } } }),
    step('reads that item', 'GetItem', { TableName: 'hash', Key: { a: { S: 'key' } } }),
    update('leaves an item as it is without an expression', {
      TableName: 'hash',
      Key: { a: { S: 'key' } },
      ReturnValues: 'ALL_NEW',
    }),
    update('answers no old attributes of a new item', {
      ...HASH,
      UpdateExpression: 'SET b = :one, m = :map',
      ExpressionAttributeValues: { ':one': { N: '1' }, ':map': { M: { x: { N: '1' }, y: { L: [{ S: 'z' }] } } } },
      ReturnValues: 'ALL_OLD',
    }),
    update('answers the whole new item', {
      ...HASH,
      UpdateExpression: 'ADD b :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW',
    }),
    update('answers the whole old item', {
      ...HASH,
      UpdateExpression: 'ADD b :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'ALL_OLD',
    }),
    update(
      'answers what it changed as it is now',
      {
        ...HASH,
        UpdateExpression: 'SET m.x = :two, c = :two',
        ExpressionAttributeValues: { ':two': { N: '2' } },
        ReturnValues: 'UPDATED_NEW',
      },
      answered({ Attributes: { m: { M: { x: { N: '2' } } }, c: { N: '2' } } }),
    ),
    update(
      'answers what it changed as it was',
      {
        ...HASH,
        UpdateExpression: 'SET m.x = :three, d = :three REMOVE c',
        ExpressionAttributeValues: { ':three': { N: '3' } },
        ReturnValues: 'UPDATED_OLD',
      },
      answered({ Attributes: { m: { M: { x: { N: '2' } } }, c: { N: '2' } } }),
    ),
    update('answers nothing of what is removed', {
      ...HASH,
      UpdateExpression: 'REMOVE d',
      ReturnValues: 'UPDATED_NEW',
    }),
    update('answers nothing by default', {
      ...HASH,
      UpdateExpression: 'SET e = :e',
      ExpressionAttributeValues: { ':e': { SS: ['x', 'y'] } },
    }),
    update('removes elements of a set', {
      ...HASH,
      UpdateExpression: 'DELETE e :e',
      ExpressionAttributeValues: { ':e': { SS: ['x'] } },
      ReturnValues: 'ALL_NEW',
    }),
    update('works on what another path of the expression read before', {
      ...HASH,
      UpdateExpression: 'SET f = b, b = :nine',
      ExpressionAttributeValues: { ':nine': { N: '9' } },
      ReturnValues: 'UPDATED_NEW',
    }),

    // Conditions
    update('updates when the condition holds', {
      ...HASH,
      UpdateExpression: 'SET b = :ten',
      ConditionExpression: 'b = :nine',
      ExpressionAttributeValues: { ':nine': { N: '9' }, ':ten': { N: '10' } },
      ReturnValues: 'UPDATED_NEW',
    }),
    update('refuses when the condition does not hold', {
      ...HASH,
      UpdateExpression: 'SET b = :ten',
      ConditionExpression: 'b = :nine',
      ExpressionAttributeValues: { ':nine': { N: '9' }, ':ten': { N: '10' } },
    }),
    update('answers the item that fails the condition', {
      TableName: 'hash',
      Key: { a: { S: 'key' } },
      UpdateExpression: 'SET b = :b',
      ConditionExpression: 'attribute_exists(b)',
      ExpressionAttributeValues: { ':b': { N: '9' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    update('makes no item when the condition does not hold', {
      TableName: 'hash',
      Key: { a: { S: 'none' } },
      UpdateExpression: 'SET b = :b',
      ConditionExpression: 'attribute_exists(a)',
      ExpressionAttributeValues: { ':b': { N: '9' } },
    }),
    step('finds that it made no item', 'GetItem', { TableName: 'hash', Key: { a: { S: 'none' } } }),

    // What cannot be updated
    update('refuses to update a key', {
      ...HASH,
      UpdateExpression: 'SET a = :a',
      ExpressionAttributeValues: { ':a': { S: '2' } },
    }),
    update('refuses a condition that reaches into a key before it looks at what is updated', {
      ...RANGE,
      UpdateExpression: 'REMOVE s',
      ConditionExpression: 'attribute_exists(label.x)',
    }),
    update('refuses to remove a key', { ...RANGE, UpdateExpression: 'REMOVE s' }),
    update('refuses a path into an index key', {
      ...RANGE,
      UpdateExpression: 'SET label.x = :a',
      ExpressionAttributeValues: { ':a': { S: '2' } },
    }),
    update('refuses a path that is not there', {
      ...HASH,
      UpdateExpression: 'SET nothing.x = :a',
      ExpressionAttributeValues: { ':a': { S: '2' } },
    }),
    update('refuses to read an attribute that is not there', { ...HASH, UpdateExpression: 'SET b = nothing' }),
    update('refuses to add to a text', {
      ...HASH,
      UpdateExpression: 'SET t = :t',
      ConditionExpression: 'attribute_type(t, :t)',
      ExpressionAttributeValues: { ':t': { S: 'S' } },
    }),
    update('refuses overlapping paths', {
      ...HASH,
      UpdateExpression: 'SET m = :m, m.x = :m',
      ExpressionAttributeValues: { ':m': { N: '1' } },
    }),
    update('refuses an empty expression', { ...HASH, UpdateExpression: '' }),
    update('refuses what is no expression', { ...HASH, UpdateExpression: 'PUT a' }),
    update('refuses unused values', {
      ...HASH,
      UpdateExpression: 'REMOVE b',
      ExpressionAttributeValues: { ':m': { N: '1' } },
    }),
    update('refuses values without an expression', { ...HASH, ExpressionAttributeValues: { ':m': { N: '1' } } }),
    update('refuses names without an expression', { ...HASH, ExpressionAttributeNames: { '#m': 'm' } }),

    // Index keys
    update('puts an item into its indexes', {
      ...RANGE,
      UpdateExpression: 'SET #g = :g, label = :l, x = :x',
      ExpressionAttributeNames: { '#g': 'group' },
      ExpressionAttributeValues: { ':g': { S: 'g' }, ':l': { S: 'l' }, ':x': { S: 'x' } },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    update('leaves index rows that do not change', {
      ...RANGE,
      UpdateExpression: 'SET y = :y',
      ExpressionAttributeValues: { ':y': { S: 'y' } },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    update('takes an item out of an index', {
      ...RANGE,
      UpdateExpression: 'REMOVE #g',
      ExpressionAttributeNames: { '#g': 'group' },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    update(
      'refuses an index key of another type',
      {
        ...RANGE,
        UpdateExpression: 'SET label = :l',
        ExpressionAttributeValues: { ':l': { N: '1' } },
      },
      refused(`${INVALID} Type mismatch for Index Key label Expected: S Actual: N IndexName: byLabel`),
    ),
    update('refuses an empty index key', {
      ...RANGE,
      UpdateExpression: 'SET label = :l',
      ExpressionAttributeValues: { ':l': { S: '' } },
    }),
    update('refuses an empty binary index key', {
      ...RANGE,
      UpdateExpression: 'SET #r = :r',
      ExpressionAttributeNames: { '#r': 'rank' },
      ExpressionAttributeValues: { ':r': { B: new Uint8Array() } },
    }),
    update(
      'refuses an index sort key of 1,025 bytes',
      {
        ...RANGE,
        UpdateExpression: 'SET label = :l',
        ExpressionAttributeValues: { ':l': { S: textOf(1025) } },
      },
      refused(`${INVALID} Aggregated size of all range keys has exceeded the size limit of 1024 bytes`),
    ),

    // Size
    update('makes an item of 409,600 bytes', {
      TableName: 'hash',
      Key: { a: { S: 'l' } },
      UpdateExpression: 'SET d = :d',
      ExpressionAttributeValues: { ':d': { S: textOf(409_597) } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
    update('refuses to make an item larger than 409,600 bytes', {
      TableName: 'hash',
      Key: { a: { S: 'l' } },
      UpdateExpression: 'SET e = :e',
      ExpressionAttributeValues: { ':e': { S: '' } },
    }),
    update('takes the units of the larger item', {
      TableName: 'hash',
      Key: { a: { S: 'l' } },
      UpdateExpression: 'SET d = :d',
      ExpressionAttributeValues: { ':d': { S: 'd' } },
      ReturnConsumedCapacity: 'TOTAL',
    }),

    // Parameters
    update(
      'refuses a request without anything',
      {},
      broken(
        "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        "Value null at 'key' failed to satisfy constraint: Member must not be null",
      ),
    ),
    update(
      'refuses a value outside its set',
      { ...HASH, ReturnValues: 'x' },
      broken(
        "Value 'x' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
      ),
    ),
    update('refuses an empty key', { TableName: 'hash', Key: {} }, refused(MISMATCH)),
    update('refuses a key of another type', { TableName: 'hash', Key: { a: { N: '1' } } }, refused(MISMATCH)),
    update('refuses an empty text as key', { TableName: 'hash', Key: { a: { S: '' } } }),
    update(
      'refuses a table that does not exist',
      { TableName: 'nowhere', Key: KEY },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),
  ],
}
