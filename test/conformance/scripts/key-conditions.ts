// KeyConditions and QueryFilter, the conditions of queries of before there were expressions, against the service.

import { broken, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'
import { compared } from './values-of-all-types.ts'

const INVALID = 'One or more parameter values were invalid:'
const NOT_INDEXABLE = 'Attempted conditional constraint is not an indexable operation'
const OPERATORS = [
  'IN',
  'NULL',
  'BETWEEN',
  'LT',
  'NOT_CONTAINS',
  'EQ',
  'GT',
  'NOT_NULL',
  'NE',
  'LE',
  'BEGINS_WITH',
  'GE',
  'CONTAINS',
] as const
const P = compared('EQ', { S: 'p' })

type Steps = Script['steps']

const query = (title: string, input: object, more: Parameters<typeof step>[3] = {}): Steps[number] =>
  step(title, 'Query', { TableName: 'range', AttributesToGet: ['s'], ...input }, more)
const onSort = (title: string, s: unknown, more: Parameters<typeof step>[3] = {}): Steps[number] =>
  query(title, { KeyConditions: { p: P, s } }, more)
const onLabel = (title: string, label: unknown, more: Parameters<typeof step>[3] = {}): Steps[number] =>
  query(title, { IndexName: 'byLabel', KeyConditions: { p: P, label } }, more)
const WITHOUT_LIST = { AttributesToGet: undefined }
const missed = (name: string): ReturnType<typeof refused> =>
  refused(`Query condition missed key schema element: ${name}`)

const tables: Steps = [
  step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
  step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
  step('puts an item without a sort key', 'PutItem', { TableName: 'hash', Item: { a: { S: '1' } } }),
  ...['-1', '1', '2', '3', '10'].map((s) =>
    step(`puts item ${s}`, 'PutItem', {
      TableName: 'range',
      Item: { p: { S: 'p' }, s: { N: s }, label: { S: `l${s}` }, group: { S: 'g' }, x: { N: s }, y: { S: `y${s}` } },
    }),
  ),
]

const answers: Steps = [
  query('answers all items of a partition key', { KeyConditions: { p: P } }),
  query('answers none of another partition key', { KeyConditions: { p: compared('EQ', { S: 'q' }) } }),
  query('answers from the end', { KeyConditions: { p: P }, ScanIndexForward: false }),
  onSort('takes EQ', compared('EQ', { N: '2.0' })),
  onSort('takes LE', compared('LE', { N: '2' })),
  onSort('takes LT', compared('LT', { N: '2' })),
  onSort('takes GE', compared('GE', { N: '2' })),
  onSort('takes GT', compared('GT', { N: '2' })),
  onSort('takes BETWEEN', compared('BETWEEN', { N: '1' }, { N: '3' })),
  query('takes the sort key first', { KeyConditions: { s: compared('GT', { N: '2' }), p: P } }),
  onLabel('takes BEGINS_WITH', compared('BEGINS_WITH', { S: 'l1' })),
  onLabel('takes a range in a local index', compared('GE', { S: 'l2' })),
  query('asks a global index', {
    IndexName: 'byGroup',
    KeyConditions: { group: compared('EQ', { S: 'g' }), s: compared('LT', { N: '2' }) },
  }),
  query('asks a table without a sort key', {
    TableName: 'hash',
    KeyConditions: { a: compared('EQ', { S: '1' }) },
    ...WITHOUT_LIST,
  }),
  query('answers a page', { KeyConditions: { p: P }, Limit: 2 }),
  query('goes on behind a page', {
    KeyConditions: { p: P, s: compared('GE', { N: '1' }) },
    ExclusiveStartKey: { p: { S: 'p' }, s: { N: '2' } },
  }),
  query('refuses to go on outside of the range', {
    KeyConditions: { p: P, s: compared('GT', { N: '2' }) },
    ExclusiveStartKey: { p: { S: 'p' }, s: { N: '2' } },
  }),
  query('counts', { KeyConditions: { p: P }, Select: 'COUNT', ReturnConsumedCapacity: 'TOTAL', ...WITHOUT_LIST }),
  query('takes a filter expression beside it', {
    KeyConditions: { p: P },
    FilterExpression: 'x > :x',
    ExpressionAttributeValues: { ':x': { N: '2' } },
    ...WITHOUT_LIST,
  }),
  query('takes a projection expression beside it', {
    KeyConditions: { p: P },
    ProjectionExpression: '#y',
    ExpressionAttributeNames: { '#y': 'y' },
    ...WITHOUT_LIST,
  }),
]

const operatorChecks: Steps = OPERATORS.flatMap((operator) => {
  const isIndexable = !['IN', 'NULL', 'NOT_NULL', 'NE', 'CONTAINS', 'NOT_CONTAINS'].includes(operator)
  const takesNothing = operator === 'NULL' || operator === 'NOT_NULL'
  const takesTwo = operator === 'BETWEEN'
  const values = takesNothing ? [] : takesTwo ? [{ S: 'p' }, { S: 'q' }] : [{ S: 'p' }]
  const numbers = takesNothing ? [] : takesTwo ? [{ N: '1' }, { N: '2' }] : [{ N: '1' }]
  return [
    ...(operator === 'EQ'
      ? []
      : [
          query(
            `refuses ${operator} on the partition key`,
            { KeyConditions: { p: compared(operator, ...values) } },
            isIndexable ? {} : refused(NOT_INDEXABLE),
          ),
        ]),
    ...(isIndexable || operator === 'IN' || operator.endsWith('CONTAINS')
      ? []
      : [onSort(`refuses ${operator} on the sort key`, compared(operator, ...numbers), refused(NOT_INDEXABLE))]),
    ...(operator === 'IN' || operator.endsWith('CONTAINS')
      ? [onSort(`refuses ${operator} on the sort key`, compared(operator, ...numbers))]
      : []),
    onSort(`refuses ${operator} of three values`, compared(operator, { N: '1' }, { N: '2' }, { N: '3' })),
    onSort(
      `refuses ${operator} of a set`,
      compared(operator, { NS: ['1'] }),
      operator === 'NE' ? refused(NOT_INDEXABLE) : {},
    ),
  ]
})

const refusals: Steps = [
  query('refuses a query without conditions', {}),
  query('refuses no conditions at all', { KeyConditions: {} }),
  query('refuses three conditions', { KeyConditions: { p: P, s: compared('EQ', { N: '1' }), x: P } }),
  query('refuses two conditions on a key of one attribute', {
    TableName: 'hash',
    KeyConditions: { a: P, b: P },
  }),
  query('refuses a condition on the sort key alone', { KeyConditions: { s: compared('EQ', { N: '1' }) } }, missed('p')),
  query('refuses a condition on another attribute', { KeyConditions: { p: P, x: P } }, missed('s')),
  query(
    'refuses the sort key of the table in an index',
    {
      IndexName: 'byLabel',
      KeyConditions: { p: P, s: compared('EQ', { N: '1' }) },
    },
    missed('label'),
  ),
  query(
    'refuses another attribute than the partition key',
    { TableName: 'hash', KeyConditions: { b: P } },
    missed('a'),
  ),
  query('refuses a partition key of another type', { KeyConditions: { p: compared('EQ', { N: '1' }) } }),
  onSort('refuses a sort key of another type', compared('EQ', { S: '1' })),
  onSort('refuses bounds of two types', compared('BETWEEN', { N: '1' }, { S: '2' })),
  onSort('refuses bounds in the wrong order', compared('BETWEEN', { N: '2' }, { N: '1' })),
  onSort('refuses BEGINS_WITH of a number', compared('BEGINS_WITH', { N: '1' })),
  onLabel('refuses an empty key of an index', compared('BEGINS_WITH', { S: '' })),
  query('refuses an empty partition key', { KeyConditions: { p: compared('EQ', { S: '' }) } }),
  query(
    'refuses a partition key over 2,048 bytes',
    { KeyConditions: { p: compared('EQ', { S: textOf(2049) }) } },
    refused(`${INVALID} Size of hashkey has exceeded the maximum size limit of2048 bytes`),
  ),
  query('refuses an empty value', { KeyConditions: { p: compared('EQ', {}) } }),
  query('refuses an empty name', { KeyConditions: { '': P } }),
  query('refuses a condition that is null', { KeyConditions: { p: null } }),
  query('refuses a condition without a list', { KeyConditions: { p: { ComparisonOperator: 'EQ' } } }),
  query(
    'refuses a condition without an operator',
    { KeyConditions: { p: { AttributeValueList: [{ S: 'p' }] } } },
    broken(
      "Value null at 'keyConditions.p.member.comparisonOperator' failed to satisfy constraint: Member must not be null",
    ),
  ),
  query(
    'refuses an operator that is none',
    { KeyConditions: { p: compared('LIKE', { S: 'p' }) } },
    broken(
      `Value 'LIKE' at 'keyConditions.p.member.comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [${OPERATORS.join(', ')}]`,
    ),
  ),
  query('reports a condition before their number', { KeyConditions: { p: P, s: compared('EQ'), x: P } }),
]

const filtered = (
  title: string,
  QueryFilter: unknown,
  input: object = {},
  more: Parameters<typeof step>[3] = {},
): Steps[number] => query(title, { KeyConditions: { p: P }, QueryFilter, ...input }, more)

const filters: Steps = [
  filtered('filters', { x: compared('GT', { N: '1' }) }, { ReturnConsumedCapacity: 'TOTAL' }),
  filtered('filters by two conditions', { x: compared('GT', { N: '1' }), y: compared('CONTAINS', { S: '1' }) }),
  filtered(
    'filters by AND',
    { x: compared('GT', { N: '1' }), y: compared('CONTAINS', { S: '1' }) },
    { ConditionalOperator: 'AND' },
  ),
  filtered(
    'filters by OR',
    { x: compared('GT', { N: '2' }), y: compared('EQ', { S: 'y1' }) },
    { ConditionalOperator: 'OR' },
  ),
  filtered('takes an empty filter', {}),
  filtered('filters the page that was read', { x: compared('GT', { N: '1' }) }, { Limit: 3 }),
  filtered('filters a local index by what it holds', { s: compared('GT', { N: '1' }) }, { IndexName: 'byLabel' }),
  filtered('refuses to filter by the partition key', { p: compared('EQ', { S: 'p' }) }),
  filtered('refuses to filter by the sort key', { s: compared('EQ', { N: '1' }) }),
  filtered(
    'refuses to filter by the key of the index',
    { label: compared('EQ', { S: 'l' }) },
    { IndexName: 'byLabel' },
  ),
  filtered(
    'refuses to filter by what a local index does not hold',
    { x: compared('EQ', { N: '1' }) },
    { IndexName: 'byLabel' },
  ),
  query('refuses to filter by what a global index does not hold', {
    IndexName: 'byGroup',
    KeyConditions: { group: compared('EQ', { S: 'g' }) },
    QueryFilter: { y: compared('EQ', { S: '1' }) },
  }),
  filtered('refuses OR with one condition', { x: compared('NULL') }, { ConditionalOperator: 'OR' }),
  filtered('refuses AND with an empty filter', {}, { ConditionalOperator: 'AND' }),
  filtered('refuses AND without a filter', undefined, { ConditionalOperator: 'AND' }),
  filtered('refuses a filter of no value', { x: compared('EQ') }),
  filtered('refuses a filter that is null', { x: null }),
  filtered(
    'reports the conditions on the key before a filter by the key',
    { p: P },
    { KeyConditions: { p: compared('EQ', { N: '1' }) } },
  ),
  query(
    'reports an operator that joins nothing before missing conditions',
    { ConditionalOperator: 'AND' },
    refused('ConditionalOperator cannot be used without Filter or Expected'),
  ),
  filtered(
    'reports the filter before the conditions on the key',
    { x: compared('NE') },
    { KeyConditions: { p: compared('EQ') } },
    refused(`${INVALID} Invalid number of argument(s) for the NE ComparisonOperator`),
  ),
]

const mixed: Steps = [
  query('refuses it together with its expression', {
    KeyConditions: { p: P },
    KeyConditionExpression: 'p = :p',
    ...WITHOUT_LIST,
  }),
  query('refuses a list of attributes together with expressions', {
    KeyConditions: { p: P },
    FilterExpression: 'x > :x',
    ExpressionAttributeValues: { ':x': { N: '2' } },
  }),
  filtered(
    'refuses both kinds of filter',
    { x: compared('NULL') },
    { FilterExpression: 'attribute_exists(x)', ...WITHOUT_LIST },
  ),
  query('refuses a filter beside a key condition expression', {
    KeyConditionExpression: 'p = :p',
    QueryFilter: { x: compared('NULL') },
    ...WITHOUT_LIST,
  }),
  query('refuses OR beside a key condition expression', {
    KeyConditionExpression: 'p = :p',
    ConditionalOperator: 'OR',
    ...WITHOUT_LIST,
  }),
  query('names all that do not go together', {
    KeyConditions: { p: P },
    QueryFilter: {},
    ConditionalOperator: 'OR',
    KeyConditionExpression: 'p = :p',
    FilterExpression: 'x',
    ProjectionExpression: 'y',
  }),
  query('refuses names without expressions', { KeyConditions: { p: P }, ExpressionAttributeNames: { '#a': 'a' } }),
  query('refuses values without expressions', {
    KeyConditions: { p: P },
    ExpressionAttributeValues: { ':a': { S: '' } },
  }),
  query('refuses values that nothing uses', {
    KeyConditions: { p: P },
    FilterExpression: 'attribute_exists(x)',
    ExpressionAttributeValues: { ':a': { S: '' } },
    ...WITHOUT_LIST,
  }),
]

/** The script. */
export const keyConditionsScript: Script = {
  operation: 'key-conditions',
  steps: [...tables, ...answers, ...operatorChecks, ...refusals, ...filters, ...mixed],
}
