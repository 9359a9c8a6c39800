// PutItem against the service.

import { answered, broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const put = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'PutItem', input, more)

const INVALID = 'One or more parameter values were invalid:'
const MIXED = { TableName: 'range', Item: { p: { S: 'a' }, s: { N: '1' }, group: { S: 'g' }, label: { S: 'l' } } }

/** The script. */
export const putItemScript: Script = {
  operation: 'put-item',
  steps: [
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
    put('stores an item', { TableName: 'hash', Item: { a: { S: '1' }, b: { N: '1' } } }),
    step('reads the item back', 'GetItem', { TableName: 'hash', Key: { a: { S: '1' } } }),
    put('answers nothing for a new item with ALL_OLD', {
      TableName: 'hash',
      Item: { a: { S: '2' } },
      ReturnValues: 'ALL_OLD',
    }),
    put('answers the item that it replaces with ALL_OLD', {
      TableName: 'hash',
      Item: { a: { S: '1' }, c: { BOOL: true } },
      ReturnValues: 'ALL_OLD',
    }),
    put('answers nothing with NONE', { TableName: 'hash', Item: { a: { S: '1' } }, ReturnValues: 'NONE' }),
    put('stores all types', {
      TableName: 'hash',
      Item: {
        a: { S: 'types' },
        s: { S: 'ä🌊' },
        n: { N: '-1.50e2' },
        b: { B: new Uint8Array([0, 255]) },
        bool: { BOOL: false },
        nothing: { NULL: true },
        ss: { SS: ['b', 'a'] },
        ns: { NS: ['2', '1.0'] },
        bs: { BS: [new Uint8Array([2]), new Uint8Array([1])] },
        l: { L: [{ N: '1' }, { L: [] }] },
        m: { M: { '': { S: '' }, x: { M: {} } } },
      },
    }),
    step('reads all types back', 'GetItem', { TableName: 'hash', Key: { a: { S: 'types' } } }),

    // Conditions
    put('stores when the condition holds', {
      TableName: 'hash',
      Item: { a: { S: 'new' } },
      ConditionExpression: 'attribute_not_exists(a)',
    }),
    put('refuses when the condition does not hold', {
      TableName: 'hash',
      Item: { a: { S: 'new' } },
      ConditionExpression: 'attribute_not_exists(a)',
    }),
    put('answers the item that fails the condition', {
      TableName: 'hash',
      Item: { a: { S: 'types' } },
      ConditionExpression: 'n = :n',
      ExpressionAttributeValues: { ':n': { N: '7' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    put('answers no item when there is none that fails the condition', {
      TableName: 'hash',
      Item: { a: { S: 'missing' } },
      ConditionExpression: 'attribute_exists(a)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    put('refuses a condition that reaches into a key', {
      ...MIXED,
      ConditionExpression: 'p.x = p',
    }),
    put('refuses a condition that reaches into an index key', {
      ...MIXED,
      ConditionExpression: 'label[0] = p',
    }),
    put('refuses an empty condition', { TableName: 'hash', Item: { a: { S: '1' } }, ConditionExpression: '' }),
    put('refuses names without an expression', {
      TableName: 'hash',
      Item: { a: { S: '1' } },
      ExpressionAttributeNames: { '#a': 'a' },
    }),
    put('refuses values without an expression', {
      TableName: 'hash',
      Item: { a: { S: '1' } },
      ExpressionAttributeValues: { ':a': { S: 'a' } },
    }),
    put('refuses unused names', {
      TableName: 'hash',
      Item: { a: { S: '1' } },
      ConditionExpression: 'attribute_exists(a)',
      ExpressionAttributeNames: { '#a': 'a' },
    }),
    put('refuses unused values', {
      TableName: 'hash',
      Item: { a: { S: '1' } },
      ConditionExpression: 'attribute_exists(a)',
      ExpressionAttributeValues: { ':a': { S: 'a' } },
    }),

    // Parameters
    put(
      'refuses a request without anything',
      {},
      broken(
        "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        "Value null at 'item' failed to satisfy constraint: Member must not be null",
      ),
    ),
    put(
      'refuses a name of two characters',
      { TableName: 'ab', Item: {} },
      broken(
        "Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
      ),
    ),
    put(
      'refuses a name of 256 characters',
      { TableName: textOf(256), Item: {} },
      broken(
        `Value '${textOf(256)}' at 'tableName' failed to satisfy constraint: Member must have length less than or equal to 255`,
      ),
    ),
    put(
      'looks for a name of 255 characters',
      { TableName: textOf(255), Item: { a: { S: '1' } } },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),
    put(
      'refuses a name with a semicolon',
      { TableName: 'ab;', Item: {} },
      broken(
        "Value 'ab;' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
      ),
    ),
    put(
      'refuses several values outside their sets',
      {
        TableName: 'hash',
        Item: {},
        ReturnValues: 'x',
        ReturnConsumedCapacity: 'y',
        ReturnItemCollectionMetrics: 'z',
      },
      broken(
        "Value 'y' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
        "Value 'x' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
        "Value 'z' at 'returnItemCollectionMetrics' failed to satisfy constraint: Member must satisfy enum value set: [SIZE, NONE]",
      ),
    ),
    put(
      'refuses ALL_NEW',
      { TableName: 'hash', Item: { a: { S: '1' } }, ReturnValues: 'ALL_NEW' },
      refused('ReturnValues can only be ALL_OLD or NONE'),
    ),
    put(
      'refuses UPDATED_OLD',
      { TableName: 'hash', Item: { a: { S: '1' } }, ReturnValues: 'UPDATED_OLD' },
      refused('ReturnValues can only be ALL_OLD or NONE'),
    ),
    put(
      'refuses a number as name',
      { TableName: 5, Item: {} },
      failed('SerializationException', 'NUMBER_VALUE cannot be converted to String'),
    ),
    put(
      'refuses a text as item',
      { TableName: 'hash', Item: 'x' },
      failed('SerializationException', 'Unexpected field type'),
    ),
    put(
      'refuses a table that does not exist',
      { TableName: 'nowhere', Item: { a: { S: '1' } } },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),

    // Keys
    put(
      'refuses an item without its partition key',
      { TableName: 'hash', Item: { b: { S: '1' } } },
      refused(`${INVALID} Missing the key a in the item`),
    ),
    put('refuses an empty item', { TableName: 'hash', Item: {} }, refused(`${INVALID} Missing the key a in the item`)),
    put(
      'refuses an item without its sort key',
      { TableName: 'range', Item: { p: { S: '1' } } },
      refused(`${INVALID} Missing the key s in the item`),
    ),
    put(
      'refuses a key of another type',
      { TableName: 'hash', Item: { a: { N: '1' } } },
      refused(`${INVALID} Type mismatch for key a expected: S actual: N`),
    ),
    put('refuses an empty partition key', { TableName: 'hash', Item: { a: { S: '' } } }),
    put('stores a partition key of 2,048 bytes', { TableName: 'hash', Item: { a: { S: textOf(2048) } } }),
    put(
      'refuses a partition key of 2,049 bytes',
      { TableName: 'hash', Item: { a: { S: textOf(2049) } } },
      refused(`${INVALID} Size of hashkey has exceeded the maximum size limit of2048 bytes`),
    ),
    put(
      'counts a partition key in UTF-8',
      { TableName: 'hash', Item: { a: { S: 'ä'.repeat(1025) } } },
      refused(`${INVALID} Size of hashkey has exceeded the maximum size limit of2048 bytes`),
    ),

    // Index keys
    put(
      'refuses an index key of another type',
      { TableName: 'range', Item: { ...MIXED.Item, group: { N: '1' } } },
      refused(`${INVALID} Type mismatch for Index Key group Expected: S Actual: N IndexName: byGroup`),
    ),
    put(
      'refuses a null index key',
      { TableName: 'range', Item: { ...MIXED.Item, label: { NULL: true } } },
      refused(`${INVALID} Type mismatch for Index Key label Expected: S Actual: NULL IndexName: byLabel`),
    ),
    put('refuses an empty global index key', { TableName: 'range', Item: { ...MIXED.Item, group: { S: '' } } }),
    put('refuses an empty local index key', { TableName: 'range', Item: { ...MIXED.Item, label: { S: '' } } }),
    put('refuses an empty binary index key', {
      TableName: 'range',
      Item: { ...MIXED.Item, rank: { B: new Uint8Array() } },
    }),
    put('stores an index key of 2,048 bytes', {
      TableName: 'range',
      Item: { ...MIXED.Item, group: { S: textOf(2048) } },
    }),
    put(
      'refuses an index key of 2,049 bytes',
      { TableName: 'range', Item: { ...MIXED.Item, group: { S: textOf(2049) } } },
      refused(`${INVALID} Size of hashkey has exceeded the maximum size limit of2048 bytes`),
    ),
    put('stores an index sort key of 1,024 bytes', {
      TableName: 'range',
      Item: { ...MIXED.Item, label: { S: textOf(1024) } },
    }),
    put(
      'refuses an index sort key of 1,025 bytes',
      {
        TableName: 'range',
        Item: { ...MIXED.Item, label: { S: textOf(1025) } },
      },
      refused(`${INVALID} Aggregated size of all range keys has exceeded the size limit of 1024 bytes`),
    ),

    // Size
    put('stores an item of 409,599 bytes', { TableName: 'hash', Item: { a: { S: '1' }, d: { S: textOf(409_596) } } }),
    put('stores an item of 409,600 bytes', { TableName: 'hash', Item: { a: { S: '1' }, d: { S: textOf(409_597) } } }),
    put('refuses an item of 409,601 bytes', { TableName: 'hash', Item: { a: { S: '1' }, d: { S: textOf(409_598) } } }),

    // Values
    put('refuses a value without a type', { TableName: 'hash', Item: { a: {} } }),
    put('refuses a value with two types', { TableName: 'hash', Item: { a: { S: '1', N: '1' } } }),
    put('refuses an empty set', { TableName: 'hash', Item: { a: { S: '1' }, b: { SS: [] } } }),
    put('refuses a set with a member twice', { TableName: 'hash', Item: { a: { S: '1' }, b: { NS: ['1', '1.0'] } } }),
    put(
      'refuses a number of 39 digits',
      {
        TableName: 'hash',
        Item: { a: { S: '1' }, b: { N: '1'.repeat(39) } },
      },
      refused('Attempting to store more than 38 significant digits in a Number'),
    ),
    put(
      'refuses what is no number',
      { TableName: 'hash', Item: { a: { S: '1' }, b: { N: 'one' } } },
      refused('The parameter cannot be converted to a numeric value: one'),
    ),
    put('refuses a null that is false', { TableName: 'hash', Item: { a: { S: '1' }, b: { NULL: false } } }),

    // Capacity
    put('takes a unit for each index that a new item is in', {
      TableName: 'range',
      Item: { ...MIXED.Item, s: { N: '2' } },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    put('takes the units of the larger index row', { ...MIXED, ReturnConsumedCapacity: 'INDEXES' }),
    put('takes one unit for an item whose index rows stay', {
      TableName: 'range',
      Item: { ...MIXED.Item, y: { S: 'not projected' } },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    put('takes two units for an index row that moves', {
      TableName: 'range',
      Item: { ...MIXED.Item, group: { S: 'other' } },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    put('takes one unit for an index row that changes', {
      TableName: 'range',
      Item: { ...MIXED.Item, group: { S: 'other' }, x: { S: 'projected' } },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    put('takes one unit for an index row that goes', {
      TableName: 'range',
      Item: { p: { S: 'a' }, s: { N: '1' }, label: { S: 'l' } },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    put('adds all units up with TOTAL', { ...MIXED, ReturnConsumedCapacity: 'TOTAL' }),
    put('takes one unit for 1,024 bytes', {
      TableName: 'hash',
      Item: { a: { S: 'u1' }, d: { S: textOf(1020) } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
    put('takes two units for 1,025 bytes', {
      TableName: 'hash',
      Item: { a: { S: 'u2' }, d: { S: textOf(1021) } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
    put('takes the units of the larger item when it replaces one', {
      TableName: 'hash',
      Item: { a: { S: 'u2' } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
    put('answers no metrics for a table without local indexes', {
      TableName: 'hash',
      Item: { a: { S: '1' } },
      ReturnItemCollectionMetrics: 'SIZE',
    }),
    put(
      'answers the metrics of the item collection',
      { ...MIXED, ReturnItemCollectionMetrics: 'SIZE' },
      answered({
        ItemCollectionMetrics: { ItemCollectionKey: { p: { S: 'a' } }, SizeEstimateRangeGB: [0, 1] },
      }),
    ),
  ],
}
