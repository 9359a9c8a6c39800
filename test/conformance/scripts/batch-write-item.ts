// BatchWriteItem against the service.

import { answered, broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const write = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'BatchWriteItem', input, more)

const INVALID = 'One or more parameter values were invalid:'
const put = (Item: unknown): unknown => ({ PutRequest: { Item } })
const remove = (Key: unknown): unknown => ({ DeleteRequest: { Key } })
const puts = (count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, at) => put({ a: { S: `item ${at}` } }))

/** The script. */
export const batchWriteItemScript: Script = {
  operation: 'batch-write-item',
  steps: [
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
    write('stores items in two tables', {
      RequestItems: {
        hash: [put({ a: { S: '1' }, b: { N: '1' } }), put({ a: { S: '2' } })],
        range: [put({ p: { S: 'a' }, s: { N: '1' }, group: { S: 'g' } })],
      },
    }),
    write('replaces one and removes another', {
      RequestItems: { hash: [put({ a: { S: '1' }, b: { N: '2' } }), remove({ a: { S: '2' } })] },
    }),
    step('reads what was replaced', 'GetItem', { TableName: 'hash', Key: { a: { S: '1' } } }),
    step('finds gone what was removed', 'GetItem', { TableName: 'hash', Key: { a: { S: '2' } } }),
    step('finds the row of the index', 'Query', {
      TableName: 'range',
      IndexName: 'byGroup',
      KeyConditionExpression: '#g = :g',
      ExpressionAttributeNames: { '#g': 'group' },
      ExpressionAttributeValues: { ':g': { S: 'g' } },
    }),
    write('stores 25 items', { RequestItems: { hash: puts(25) } }),

    write(
      'refuses a request without anything',
      {},
      broken("Value null at 'requestItems' failed to satisfy constraint: Member must not be null"),
    ),
    write(
      'refuses a request for no table',
      { RequestItems: {} },
      broken(
        "Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    write(
      'refuses a table without requests',
      { RequestItems: { hash: [] } },
      broken(
        "Value '{hash=…}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]",
      ),
    ),
    write(
      'refuses 26 requests for a table',
      { RequestItems: { hash: puts(26) } },
      broken(
        "Value '{hash=…}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]",
      ),
    ),
    write('refuses 26 requests for two tables', {
      RequestItems: { hash: puts(25), range: [remove({ p: { S: 'a' }, s: { N: '1' } })] },
    }),
    write('refuses a request that is none', { RequestItems: { hash: [{}] } }),
    write('refuses a request that is both', {
      RequestItems: {
        hash: [{ PutRequest: { Item: { a: { S: '1' } } }, DeleteRequest: { Key: { a: { S: '1' } } } }],
      },
    }),
    write(
      'refuses a put without an item',
      { RequestItems: { hash: [{ PutRequest: {} }] } },
      broken(
        "Value null at 'requestItems.hash.member.1.member.putRequest.item' failed to satisfy constraint: Member must not be null",
      ),
    ),
    write('refuses the same key twice', {
      RequestItems: { hash: [put({ a: { S: '1' }, b: { S: 'b' } }), remove({ a: { S: '1' } })] },
    }),
    write('refuses the same key written differently', {
      RequestItems: {
        range: [put({ p: { S: 'a' }, s: { N: '10' } }), remove({ p: { S: 'a' }, s: { N: '1e1' } })],
      },
    }),
    write(
      'refuses an item without its key',
      { RequestItems: { hash: [put({ b: { S: '1' } })] } },
      refused(`${INVALID} Missing the key a in the item`),
    ),
    write('refuses an empty text as key', { RequestItems: { hash: [put({ a: { S: '' } })] } }),
    write(
      'refuses a key that does not match',
      { RequestItems: { hash: [remove({ a: { N: '1' } })] } },
      refused('The provided key element does not match the schema'),
    ),
    write(
      'refuses an index key of another type',
      {
        RequestItems: { range: [put({ p: { S: 'a' }, s: { N: '1' }, group: { N: '1' } })] },
      },
      refused(`${INVALID} Type mismatch for Index Key group Expected: S Actual: N IndexName: byGroup`),
    ),
    write('stores an item of 409,600 bytes', {
      RequestItems: { hash: [put({ a: { S: '1' }, d: { S: textOf(409_597) } })] },
    }),
    write('refuses an item of 409,601 bytes', {
      RequestItems: { hash: [put({ a: { S: '1' }, d: { S: textOf(409_598) } })] },
    }),
    write(
      'refuses a table that does not exist',
      { RequestItems: { nowhere: puts(1) } },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),
    write(
      'stores nothing of a request that is refused',
      {
        RequestItems: { hash: [put({ a: { S: 'good' } }), put({ b: { S: 'bad' } })] },
      },
      refused(`${INVALID} Missing the key a in the item`),
    ),
    step('finds nothing of it', 'GetItem', { TableName: 'hash', Key: { a: { S: 'good' } } }),

    write('takes units for each item and index row', {
      RequestItems: {
        range: [
          put({ p: { S: 'a' }, s: { N: '2' }, group: { S: 'g' } }),
          put({ p: { S: 'a' }, s: { N: '3' }, label: { S: 'l' } }),
          remove({ p: { S: 'a' }, s: { N: '1' } }),
        ],
      },
      ReturnConsumedCapacity: 'INDEXES',
    }),
    write(
      'answers the metrics of each item collection',
      {
        RequestItems: {
          range: [
            put({ p: { S: 'a' }, s: { N: '4' } }),
            put({ p: { S: 'a' }, s: { N: '5' } }),
            put({ p: { S: 'b' }, s: { N: '5' } }),
          ],
        },
        ReturnItemCollectionMetrics: 'SIZE',
      },
      answered({
        UnprocessedItems: {},
        ItemCollectionMetrics: {
          range: [
            { ItemCollectionKey: { p: { S: 'a' } }, SizeEstimateRangeGB: [0, 1] },
            { ItemCollectionKey: { p: { S: 'b' } }, SizeEstimateRangeGB: [0, 1] },
          ],
        },
      }),
    ),
  ],
}
