// Scan against the service.

import { broken, failed, refused, type Script, step } from '../../support/conformance-script.ts'
import { pageItems } from './page-items.ts'

const scan = (title: string, input: object, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'Scan', { TableName: 'range', ...input }, more)

const UNORDERED = { isUnordered: true } as const
const NOT_A_KEY = 'The provided starting key is invalid: The provided key element does not match the schema'

/** The script. */
export const scanScript: Script = {
  operation: 'scan',
  steps: [
    ...pageItems(),
    scan('answers all items', {}, UNORDERED),
    scan('answers all items with a consistent read', { ConsistentRead: true }, UNORDERED),
    scan('answers the rows of a global index', { IndexName: 'byGroup' }, UNORDERED),
    scan('answers the rows of a local index', { IndexName: 'byLabel' }, UNORDERED),
    scan('answers the rows of an index that holds everything', { IndexName: 'byRank' }, UNORDERED),
    scan('counts only', { Select: 'COUNT' }),
    scan('filters', { FilterExpression: 'x > y', Select: 'COUNT' }),
    scan('filters on keys', {
      FilterExpression: 'p = :b',
      ExpressionAttributeValues: { ':b': { S: 'b' } },
    }),
    scan('answers a projection', { ProjectionExpression: 'x' }, UNORDERED),
    scan('answers a list of attributes', { AttributesToGet: ['x', 'y'] }, UNORDERED),
    scan('fetches what a local index does not hold', { IndexName: 'byLabel', Select: 'ALL_ATTRIBUTES' }, UNORDERED),
    scan(
      'fetches for a projection of what a local index does not hold',
      {
        IndexName: 'byLabel',
        ProjectionExpression: 'y',
      },
      UNORDERED,
    ),
    scan(
      'refuses a filter on what a global index does not hold',
      {
        IndexName: 'byGroup',
        FilterExpression: 'attribute_exists(y)',
      },
      refused(
        'One or more parameter values were invalid: Secondary index byGroup does not project one or more filter attributes: [y]',
      ),
    ),
    scan('scans in one segment', { Segment: 0, TotalSegments: 1, Select: 'COUNT' }),
    scan('cuts off what follows the decimal points of segments', {
      Segment: 0.9,
      TotalSegments: 1.9,
      Select: 'COUNT',
    }),

    scan(
      'refuses a limit of 0',
      { Limit: 0 },
      broken("Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    ),
    scan(
      'refuses a segment without the number of segments',
      { Segment: 1 },
      refused(
        'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
      ),
    ),
    scan(
      'refuses a number of segments without a segment',
      { TotalSegments: 1 },
      refused(
        'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
      ),
    ),
    scan(
      'refuses a segment that is not one of them',
      { Segment: 2, TotalSegments: 2 },
      refused(
        'The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2',
      ),
    ),
    scan(
      'refuses a negative segment',
      { Segment: -1, TotalSegments: 2 },
      broken("Value '-1' at 'segment' failed to satisfy constraint: Member must have value greater than or equal to 0"),
    ),
    scan('takes 1,000,000 segments', {
      Segment: 999_999,
      TotalSegments: 1_000_000,
      FilterExpression: 'attribute_not_exists(p)',
      Select: 'COUNT',
      IndexName: 'byLabel',
      ProjectionExpression: 'p',
    }),
    scan('refuses 1,000,001 segments', { Segment: 0, TotalSegments: 1_000_001 }),
    scan('refuses an index that is not there', { IndexName: 'byNothing' }),
    scan(
      'refuses a consistent read of a global index',
      { IndexName: 'byGroup', ConsistentRead: true },
      refused('Consistent reads are not supported on global secondary indexes'),
    ),
    scan('reads a local index consistently', { IndexName: 'byLabel', ConsistentRead: true }, UNORDERED),
    scan('refuses all attributes of a global index that holds some', {
      IndexName: 'byGroup',
      Select: 'ALL_ATTRIBUTES',
    }),
    scan('refuses a projection of what a global index does not hold', {
      IndexName: 'byGroup',
      ProjectionExpression: 'y',
    }),
    scan('refuses SPECIFIC_ATTRIBUTES without saying which', { Select: 'SPECIFIC_ATTRIBUTES' }),
    scan('refuses ALL_PROJECTED_ATTRIBUTES without an index', { Select: 'ALL_PROJECTED_ATTRIBUTES' }),
    scan('refuses COUNT with a projection', { Select: 'COUNT', ProjectionExpression: 'p' }),
    scan('refuses a start key without the sort key', { ExclusiveStartKey: { p: { S: 'a' } } }, refused(NOT_A_KEY)),
    scan(
      'refuses a start key of another type',
      { ExclusiveStartKey: { p: { S: 'a' }, s: { S: 'a' } } },
      refused(NOT_A_KEY),
    ),
    scan(
      'refuses a start key of other names',
      { ExclusiveStartKey: { p: { S: 'a' }, z: { S: 'a' } } },
      refused(NOT_A_KEY),
    ),
    scan(
      'refuses a start key without the key of the index',
      {
        IndexName: 'byGroup',
        ExclusiveStartKey: { p: { S: 'a' }, s: { N: '1' } },
      },
      refused('The provided starting key is invalid'),
    ),
    scan('refuses a filter that reaches into a key', { FilterExpression: 'attribute_exists(p.x)' }),
    scan('refuses names without an expression', { ExpressionAttributeNames: { '#a': 'a' } }),
    scan('refuses values without an expression', { ExpressionAttributeValues: { ':a': { S: 'a' } } }),
    step(
      'refuses a request without anything',
      'Scan',
      {},
      broken("Value null at 'tableName' failed to satisfy constraint: Member must not be null"),
    ),
    step(
      'refuses a table that does not exist',
      'Scan',
      { TableName: 'nowhere' },
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),

    scan('takes half a unit', { Select: 'COUNT', ReturnConsumedCapacity: 'INDEXES' }),
    scan('takes units of the index', { IndexName: 'byGroup', Select: 'COUNT', ReturnConsumedCapacity: 'INDEXES' }),
  ],
}
