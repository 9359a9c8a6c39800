// DeleteItem against the service.

import { answered, broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const remove = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'DeleteItem', input, more)

const MISMATCH = 'The provided key element does not match the schema'
const KEY = { p: { S: 'a' }, s: { N: '1' } }
const ITEM = { ...KEY, group: { S: 'g' }, label: { S: 'l' }, x: { S: textOf(2000) } }

const MAX_SUBSTITUTION_SIZE_BYTES = 2_097_152
/** Names of so many bytes with their placeholders, each as long as a name may nearly be. */
const namesOf = (sizeBytes: number): Record<string, string> => {
  const names: Record<string, string> = {}
  for (let count = 0, rest = sizeBytes; rest > 0; count++, rest -= 60_000) {
    const placeholder = `#${String(count).padStart(2, '0')}`
    names[placeholder] = textOf(Math.min(rest, 60_000) - placeholder.length)
  }
  return names
}
const valueOf = (sizeBytes: number): object => ({ ':v': { S: textOf(sizeBytes - ':v'.length) } })
/** That these are used by no expression is what the service finds last. */
const withUnused = (ExpressionAttributeNames?: object, ExpressionAttributeValues?: object): object => ({
  TableName: 'hash',
  Key: { a: { S: '1' } },
  ConditionExpression: 'attribute_not_exists(a)',
  ...(ExpressionAttributeNames && { ExpressionAttributeNames }),
  ...(ExpressionAttributeValues && { ExpressionAttributeValues }),
})

/** The script. */
export const deleteItemScript: Script = {
  operation: 'delete-item',
  steps: [
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
    step('stores an item', 'PutItem', { TableName: 'hash', Item: { a: { S: '1' }, b: { S: 'b' } } }),
    step('stores an item in two indexes', 'PutItem', { TableName: 'range', Item: ITEM }),
    remove('refuses when the condition does not hold', {
      TableName: 'hash',
      Key: { a: { S: '1' } },
      ConditionExpression: 'b = :b',
      ExpressionAttributeValues: { ':b': { S: 'c' } },
    }),
    remove('answers the item that fails the condition', {
      TableName: 'hash',
      Key: { a: { S: '1' } },
      ConditionExpression: 'b = :b',
      ExpressionAttributeValues: { ':b': { S: 'c' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    remove('refuses when there is no item that the condition asks for', {
      TableName: 'hash',
      Key: { a: { S: 'missing' } },
      ConditionExpression: 'attribute_exists(a)',
    }),
    remove('removes the item and answers it', { TableName: 'hash', Key: { a: { S: '1' } }, ReturnValues: 'ALL_OLD' }),
    step('finds the item gone', 'GetItem', { TableName: 'hash', Key: { a: { S: '1' } } }),
    remove(
      'answers nothing when there is no item',
      {
        TableName: 'hash',
        Key: { a: { S: '1' } },
        ReturnValues: 'ALL_OLD',
      },
      answered({}),
    ),
    remove('takes the units of the item and of its index rows', {
      TableName: 'range',
      Key: KEY,
      ReturnConsumedCapacity: 'INDEXES',
    }),
    step('finds the row of the global index gone', 'Query', {
      TableName: 'range',
      IndexName: 'byGroup',
      KeyConditionExpression: '#g = :g',
      ExpressionAttributeNames: { '#g': 'group' },
      ExpressionAttributeValues: { ':g': { S: 'g' } },
    }),
    remove('takes one unit when there is no item', { TableName: 'range', Key: KEY, ReturnConsumedCapacity: 'INDEXES' }),
    remove(
      'answers the metrics of the item collection',
      {
        TableName: 'range',
        Key: KEY,
        ReturnItemCollectionMetrics: 'SIZE',
      },
      answered({
        ItemCollectionMetrics: { ItemCollectionKey: { p: { S: 'a' } }, SizeEstimateRangeGB: [0, 1] },
      }),
    ),

    remove(
      'refuses a request without anything',
      {},
      broken(
        "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        "Value null at 'key' failed to satisfy constraint: Member must not be null",
      ),
    ),
    remove(
      'refuses ALL_NEW',
      { TableName: 'hash', Key: { a: { S: '1' } }, ReturnValues: 'ALL_NEW' },
      refused('ReturnValues can only be ALL_OLD or NONE'),
    ),
    remove(
      'refuses a value outside its set',
      { TableName: 'hash', Key: { a: { S: '1' } }, ReturnValues: 'x' },
      broken(
        "Value 'x' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
      ),
    ),
    remove('refuses an empty key', { TableName: 'hash', Key: {} }, refused(MISMATCH)),
    remove(
      'refuses a key with an attribute too many',
      { TableName: 'hash', Key: { a: { S: '1' }, b: { S: '1' } } },
      refused(MISMATCH),
    ),
    remove('refuses a key of another type', { TableName: 'hash', Key: { a: { N: '1' } } }, refused(MISMATCH)),
    remove('refuses an empty text', { TableName: 'hash', Key: { a: { S: '' } } }),
    remove(
      'refuses a table that does not exist',
      { TableName: 'nowhere', Key: KEY },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),
    remove('refuses an empty condition', { TableName: 'hash', Key: { a: { S: '1' } }, ConditionExpression: '' }),
    remove('refuses a condition that reaches into a key', {
      TableName: 'hash',
      Key: { a: { S: '1' } },
      ConditionExpression: 'attribute_exists(a.b)',
    }),
    remove('refuses values without an expression', {
      TableName: 'hash',
      Key: { a: { S: '1' } },
      ExpressionAttributeValues: { ':a': { S: 'a' } },
    }),

    // Limits
    remove('goes on to what no expression uses with names of 2 MB', withUnused(namesOf(MAX_SUBSTITUTION_SIZE_BYTES))),
    remove('refuses names of a byte more', withUnused(namesOf(MAX_SUBSTITUTION_SIZE_BYTES + 1))),
    remove(
      'goes on to what no expression uses with values of 2 MB',
      withUnused(undefined, valueOf(MAX_SUBSTITUTION_SIZE_BYTES)),
    ),
    remove('refuses values of a byte more', withUnused(undefined, valueOf(MAX_SUBSTITUTION_SIZE_BYTES + 1))),
    remove(
      'goes on to what no expression uses with names and values of 2 MB together',
      withUnused(namesOf(60_000), valueOf(MAX_SUBSTITUTION_SIZE_BYTES - 60_000)),
    ),
    remove(
      'refuses names and values of a byte more together',
      withUnused(namesOf(60_000), valueOf(MAX_SUBSTITUTION_SIZE_BYTES - 60_000 + 1)),
    ),
  ],
}
