// BatchGetItem against the service.

import { answered, broken, failed, refused, type Script, step } from '../../support/conformance-script.ts'
import { pageItems } from './page-items.ts'
import { hashTable } from './tables.ts'

const get = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'BatchGetItem', input, more)

const MISMATCH = 'The provided key element does not match the schema'
const key = (s: number | string): unknown => ({ p: { S: 'a' }, s: { N: String(s) } })
const keys = (count: number): readonly unknown[] => Array.from({ length: count }, (_, at) => key(1000 + at))

/** The script. */
export const batchGetItemScript: Script = {
  operation: 'batch-get-item',
  steps: [
    ...pageItems(),
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('stores an item in it', 'PutItem', { TableName: 'hash', Item: { a: { S: '1' } } }),
    get('answers items of two tables', {
      RequestItems: { range: { Keys: [key(10)] }, hash: { Keys: [{ a: { S: '1' } }] } },
    }),
    get('answers no item where there is none', { RequestItems: { range: { Keys: [key(11)] } } }),
    get('answers a projection', {
      RequestItems: { range: { Keys: [key(2)], ProjectionExpression: 'label, y', ConsistentRead: true } },
    }),
    get('answers a list of attributes', { RequestItems: { range: { Keys: [key(2)], AttributesToGet: ['y'] } } }),
    get('asks for 100 items', { RequestItems: { range: { Keys: keys(100) } } }),

    get(
      'refuses a request without anything',
      {},
      broken("Value null at 'requestItems' failed to satisfy constraint: Member must not be null"),
    ),
    get(
      'refuses a request for no table',
      { RequestItems: {} },
      broken(
        "Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    get(
      'refuses a request without keys',
      { RequestItems: { range: {} } },
      broken("Value null at 'requestItems.range.member.keys' failed to satisfy constraint: Member must not be null"),
    ),
    get(
      'refuses a request for no keys',
      { RequestItems: { range: { Keys: [] } } },
      broken(
        "Value '[]' at 'requestItems.range.member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    get('refuses 101 items of two tables', {
      RequestItems: { range: { Keys: keys(99) }, hash: { Keys: [{ a: { S: '1' } }, { a: { S: '2' } }] } },
    }),
    get('refuses the same key twice', { RequestItems: { range: { Keys: [key(10), key(10)] } } }),
    get(
      'refuses the same key written differently',
      { RequestItems: { range: { Keys: [key(10), key('1e1')] } } },
      refused('Provided list of item keys contains duplicates'),
    ),
    get('refuses an empty key', { RequestItems: { range: { Keys: [{}] } } }, refused(MISMATCH)),
    get(
      'refuses a key without its sort key',
      { RequestItems: { range: { Keys: [{ p: { S: 'a' } }] } } },
      refused(MISMATCH),
    ),
    get('refuses an empty text', { RequestItems: { hash: { Keys: [{ a: { S: '' } }] } } }),
    get(
      'refuses a table that does not exist',
      { RequestItems: { nowhere: { Keys: [key(1)] } } },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),
    get('refuses a list of attributes for one table beside a projection for another', {
      RequestItems: {
        range: { Keys: [key(2)], AttributesToGet: ['y'] },
        hash: { Keys: [{ a: { S: '1' } }], ProjectionExpression: 'a' },
      },
    }),
    get('refuses names without an expression', {
      RequestItems: { range: { Keys: [key(2)], ExpressionAttributeNames: { '#a': 'a' } } },
    }),

    get(
      'takes units for each item',
      {
        RequestItems: {
          range: { Keys: [key(10), key(2)], ConsistentRead: true },
          hash: { Keys: [{ a: { S: '1' } }] },
        },
        ReturnConsumedCapacity: 'INDEXES',
      },
      { isUnordered: true },
    ),
    get(
      'takes units for items that are not there',
      {
        RequestItems: { range: { Keys: [key(77), key(78)] } },
        ReturnConsumedCapacity: 'TOTAL',
      },
      answered({
        Responses: { range: [] },
        UnprocessedKeys: {},
        ConsumedCapacity: [{ TableName: 'range', CapacityUnits: 1 }],
      }),
    ),
  ],
}
