// TransactGetItems against the service. What DynamoDB Local answers differently was observed at the service by others:
// https://github.com/paritysuite/dynamodb-conformance.

import {
  answered,
  broken,
  cancelled,
  failed,
  refused,
  type Script,
  step,
  textOf,
} from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const read = (title: string, TransactItems: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'TransactGetItems', { TransactItems }, more)
const get = (a: string, parameters: object = {}): unknown => ({
  Get: { TableName: 'hash', Key: { a: { S: a } }, ...parameters },
})
const gets = (count: number): readonly unknown[] => Array.from({ length: count }, (_, at) => get(`item ${at}`))
const store = (title: string, Item: object): Script['steps'][number] =>
  step(title, 'PutItem', { TableName: 'hash', Item })
const units = (CapacityUnits: number): object => ({ CapacityUnits, ReadCapacityUnits: CapacityUnits })

/** As much as is told of a long list. */
const TEN = Array.from({ length: 10 }, () => '{…}').join(', ')

/** The script. */
export const transactGetItemsScript: Script = {
  operation: 'transact-get-items',
  steps: [
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
    store('stores an item', { a: { S: '1' }, b: { M: { c: { N: '1' }, d: { N: '2' } } }, e: { S: 'e' } }),
    store('stores a larger one', { a: { S: '2' }, b: { S: textOf(5000) } }),
    step('stores an item in the other table', 'PutItem', {
      TableName: 'range',
      Item: { p: { S: 'a' }, s: { N: '1' } },
    }),

    read('reads items of two tables in the order of the request', [
      { Get: { TableName: 'range', Key: { p: { S: 'a' }, s: { N: '1.0' } } } },
      get('1'),
    ]),
    read('answers nothing for what is not there', [get('nothing'), get('1'), get('nobody')]),
    read('reads parts of items', [
      get('1', { ProjectionExpression: 'b.c, #e', ExpressionAttributeNames: { '#e': 'e' } }),
      get('nothing', { ProjectionExpression: 'b' }),
    ]),
    read('takes parameters that are null as not given', [
      get('1', { ProjectionExpression: null, ExpressionAttributeNames: null }),
    ]),
    read('pays no heed to AttributesToGet', [get('1', { AttributesToGet: ['b'] })]),
    read('answers an item without the parts that it lacks', [get('1', { ProjectionExpression: 'x' })]),
    step('counts two read units for each item, and for what is not there', 'TransactGetItems', {
      TransactItems: [get('1'), get('2', { ProjectionExpression: 'a' }), get('nothing')],
      ReturnConsumedCapacity: 'TOTAL',
    }),
    step(
      'tells the units of the table apart',
      'TransactGetItems',
      { TransactItems: [get('1')], ReturnConsumedCapacity: 'INDEXES' },
      answered({
        Responses: [{ Item: { a: { S: '1' }, b: { M: { c: { N: '1' }, d: { N: '2' } } }, e: { S: 'e' } } }],
        ConsumedCapacity: [{ TableName: 'hash', ...units(2), Table: units(2) }],
      }),
    ),

    read('refuses two reads of one item', [get('1'), get('1', { ProjectionExpression: 'a' })]),
    read(
      'cancels for a key of another type',
      [get('1'), { Get: { TableName: 'hash', Key: { a: { N: '1' } } } }],
      cancelled(undefined, { Code: 'ValidationError', Message: 'The provided key element does not match the schema' }),
    ),
    read(
      'cancels for a key of nothing',
      [{ Get: { TableName: 'hash', Key: {} } }],
      cancelled({ Code: 'ValidationError', Message: 'The provided key element does not match the schema' }),
    ),
    read('refuses an empty key', [get('')]),
    read(
      'refuses a table that is not there',
      [get('1'), { Get: { TableName: 'nowhere', Key: { a: { S: '1' } } } }],
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),
    read(
      'refuses a bad expression before a table that is not there',
      [{ Get: { TableName: 'nowhere', Key: { a: { S: '1' } } } }, get('1', { ProjectionExpression: 'a b' })],
      refused('Invalid ProjectionExpression: Syntax error; token: "b", near: "a b"'),
    ),
    read('refuses a path below a key', [get('1', { ProjectionExpression: 'a.b' })]),
    read('refuses names without an expression', [get('1', { ExpressionAttributeNames: { '#a': 'a' } })]),
    read(
      'refuses a request without anything',
      undefined,
      broken("Value null at 'transactItems' failed to satisfy constraint: Member must not be null"),
    ),
    read(
      'refuses a request for nothing',
      [],
      broken(
        "Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    read(
      'refuses a read that is none',
      [{}],
      broken("Value null at 'transactItems.1.member.get' failed to satisfy constraint: Member must not be null"),
    ),
    read(
      'refuses a read of nothing from nowhere',
      [{ Get: {} }],
      broken(
        "Value null at 'transactItems.1.member.get.tableName' failed to satisfy constraint: Member must not be null",
        "Value null at 'transactItems.1.member.get.key' failed to satisfy constraint: Member must not be null",
      ),
    ),
    step(
      'refuses a value that is none of the values',
      'TransactGetItems',
      { TransactItems: [get('1')], ReturnConsumedCapacity: 'SOME' },
      broken(
        "Value 'SOME' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
      ),
    ),

    // Limits
    read('takes 99 reads', gets(99)),
    read('takes 100 reads', gets(100)),
    read(
      'refuses 101 reads',
      gets(101),
      broken(
        `Value '[${TEN}, …]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100`,
      ),
    ),
    ...Array.from({ length: 10 }, (_, at) =>
      store(`stores large item ${at}`, { a: { S: `large ${at}` }, b: { S: textOf(409_600 - 9) } }),
    ),
    store('stores the last of 4 MB less a byte', { a: { S: 'last' }, b: { S: textOf(4_194_304 - 4_096_000 - 7) } }),
    read('reads a byte less than 4 MB', [
      ...Array.from({ length: 10 }, (_, at) => get(`large ${at}`, { ProjectionExpression: 'a' })),
      get('last', { ProjectionExpression: 'a' }),
    ]),
    store('stores the last of 4 MB', { a: { S: 'last' }, b: { S: textOf(4_194_304 - 4_096_000 - 6) } }),
    read('reads 4 MB', [
      ...Array.from({ length: 10 }, (_, at) => get(`large ${at}`, { ProjectionExpression: 'a' })),
      get('last', { ProjectionExpression: 'a' }),
    ]),
    store('stores a byte more', { a: { S: 'last' }, b: { S: textOf(4_194_304 - 4_096_000 - 5) } }),
    read(
      'refuses to read a byte more',
      [...Array.from({ length: 10 }, (_, at) => get(`large ${at}`)), get('last')],
      // DynamoDB Local adds four bytes for each item.
      refused('Payload in response is too large.4194305'),
    ),
  ],
}
