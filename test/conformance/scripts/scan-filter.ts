// ScanFilter and ConditionalOperator, the conditions of before there were expressions, against the service.

import { broken, refused, type Script, step } from '../../support/conformance-script.ts'
import { indexedTable } from './tables.ts'
import { compared, OPERATORS_ON_ONE_VALUE, TABLE_OF_ALL_TYPES, VALUES } from './values-of-all-types.ts'

const INVALID = 'One or more parameter values were invalid:'
const OPERATORS = 'IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS'

const scan = (
  title: string,
  ScanFilter: unknown,
  input: object = {},
  more: Parameters<typeof step>[3] = {},
): Script['steps'][number] =>
  step(
    title,
    'Scan',
    { TableName: 'types', AttributesToGet: ['a'], ScanFilter, ...input },
    { isUnordered: true, ...more },
  )
const filterOn = (operator: string, ...values: readonly unknown[]): unknown => ({ v: compared(operator, ...values) })
const WITHOUT_LIST = { AttributesToGet: undefined }

const matches: Script['steps'] = [
  ...OPERATORS_ON_ONE_VALUE.flatMap((operator) =>
    Object.entries(VALUES).map(([name, value]) =>
      scan(`answers what ${operator} finds of ${name}`, filterOn(operator, value)),
    ),
  ),
  scan('answers what has the attribute', filterOn('NOT_NULL')),
  scan('answers what lacks the attribute', filterOn('NULL')),
  scan('needs no list for NOT_NULL', { v: { ComparisonOperator: 'NOT_NULL' } }),
  scan('takes null for no list', { v: { ComparisonOperator: 'NULL', AttributeValueList: null } }),
  scan('answers texts that are IN a list', filterOn('IN', { S: '1' }, { S: '3' }, { S: '' })),
  scan('answers numbers that are IN a list', filterOn('IN', { N: '1.0' }, { N: '-15e-1' })),
  scan('answers binary values that are IN a list', filterOn('IN', { B: new Uint8Array([49]) })),
  scan(
    'takes more than a hundred values for IN',
    filterOn('IN', ...Array.from({ length: 150 }, (_, n) => ({ N: String(n) }))),
  ),
  scan('answers texts BETWEEN two', filterOn('BETWEEN', { S: '1' }, { S: '2' })),
  scan('orders texts by their bytes', filterOn('BETWEEN', { S: '\uFF5E' }, { S: '\u{1F30A}' })),
  scan('answers numbers BETWEEN two', filterOn('BETWEEN', { N: '-2' }, { N: '1' })),
  scan('answers numbers BETWEEN a number and itself', filterOn('BETWEEN', { N: '1' }, { N: '1.0' })),
  scan(
    'answers binary values BETWEEN two',
    filterOn('BETWEEN', { B: new Uint8Array([49, 0]) }, { B: new Uint8Array([50]) }),
  ),
]

const joined: Script['steps'] = [
  scan('takes an empty filter', {}),
  scan('joins by AND when nothing is said', {
    v: compared('NE', { S: '1' }),
    a: compared('BEGINS_WITH', { S: 'short' }),
  }),
  scan(
    'joins by AND',
    { v: compared('NE', { S: '1' }), a: compared('BEGINS_WITH', { S: 'short' }) },
    { ConditionalOperator: 'AND' },
  ),
  scan(
    'joins by OR',
    { v: compared('NULL'), a: compared('BEGINS_WITH', { S: 'short' }) },
    { ConditionalOperator: 'OR' },
  ),
  scan(
    'joins three by OR',
    { v: compared('EQ', { N: '1' }), a: compared('EQ', { S: 'truth' }), x: compared('NOT_NULL') },
    { ConditionalOperator: 'OR' },
  ),
  scan('filters by the key', { a: compared('EQ', { S: 'truth' }) }),
  scan('takes a dot as part of the name', { 'v.1': compared('NULL') }, { Select: 'COUNT', ...WITHOUT_LIST }),
  scan('counts what it looked at', filterOn('EQ', { S: '1' }), { Select: 'COUNT', ...WITHOUT_LIST }),
  scan('refuses OR without a filter', undefined, { ConditionalOperator: 'OR' }),
  scan('refuses AND with an empty filter', {}, { ConditionalOperator: 'AND' }),
  scan('refuses OR with one condition', filterOn('NULL'), { ConditionalOperator: 'OR' }),
  scan(
    'refuses another operator than AND and OR',
    { v: compared('NULL'), a: compared('NOT_NULL') },
    { ConditionalOperator: 'XOR' },
    broken(
      "Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: Member must satisfy enum value set: [OR, AND]",
    ),
  ),
  scan('reports a condition before the operator that joins nothing', filterOn('EQ'), { ConditionalOperator: 'OR' }),
]

const argumentChecks: Script['steps'] = [
  ...OPERATORS_ON_ONE_VALUE.flatMap((operator) => [
    scan(`refuses ${operator} of no value`, filterOn(operator)),
    scan(`refuses ${operator} without a list`, { v: { ComparisonOperator: operator } }),
    scan(`refuses ${operator} of two values`, filterOn(operator, { S: '1' }, { S: '2' })),
  ]),
  scan('refuses IN of no value', filterOn('IN')),
  scan('refuses BETWEEN of one value', filterOn('BETWEEN', { S: '1' })),
  scan('refuses BETWEEN of three values', filterOn('BETWEEN', { S: '1' }, { S: '2' }, { S: '3' })),
  scan('refuses NULL of a value', filterOn('NULL', { S: '1' })),
  scan('refuses NOT_NULL of a value', filterOn('NOT_NULL', { S: '1' })),
  scan('refuses IN of several types', filterOn('IN', { S: '1' }, { N: '1' })),
  scan('refuses BETWEEN of two types', filterOn('BETWEEN', { S: '1' }, { N: '1' })),
  ...['IN', 'BETWEEN'].flatMap((operator) =>
    Object.entries(VALUES)
      .filter(([, value]) => !('S' in value || 'N' in value || 'B' in value))
      .map(([name, value]) => scan(`refuses ${operator} of ${name}`, filterOn(operator, value, value))),
  ),
  scan('reports the type of a value before another type', filterOn('IN', { S: '1' }, { SS: ['1'] })),
  scan('reports another type before the type of a later value', filterOn('IN', { S: '1' }, { N: '1' }, { SS: ['1'] })),
  scan('reports the number of values before their types', filterOn('LT', { SS: ['1'] }, { N: '1' })),
  scan('refuses BETWEEN of bounds in the wrong order', filterOn('BETWEEN', { N: '2' }, { N: '1' })),
  scan('refuses BETWEEN of texts in the wrong order', filterOn('BETWEEN', { S: '\u{1F30A}' }, { S: '\uFF5E' })),
  scan('refuses an empty value', filterOn('EQ', {})),
  scan('reports a value before the number of values', filterOn('EQ', {}, {})),
  scan('refuses an empty set', filterOn('EQ', { SS: [] })),
  scan('refuses a null of false', filterOn('EQ', { NULL: false })),
  scan('refuses an empty name', { '': compared('NULL') }),
  scan('refuses a condition that is null', { v: null }),
  scan('reports the first of two conditions', { x: compared('LT'), v: compared('EQ') }),
  scan('reports the first of two conditions, the other way round', { v: compared('EQ'), x: compared('LT') }),
  scan(
    'refuses an operator that is none',
    filterOn('LIKE', { S: '1' }),
    {},
    broken(
      `Value 'LIKE' at 'scanFilter.v.member.comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [${OPERATORS}]`,
    ),
  ),
  scan(
    'refuses a condition without an operator',
    { v: { AttributeValueList: [{ S: '1' }] } },
    {},
    broken(
      "Value null at 'scanFilter.v.member.comparisonOperator' failed to satisfy constraint: Member must not be null",
    ),
  ),
  scan(
    'refuses a null among the values',
    filterOn('EQ', null),
    {},
    broken(
      "Value null at 'scanFilter.v.member.attributeValueList.1.member' failed to satisfy constraint: Member must not be null",
    ),
  ),
]

const others: Script['steps'] = [
  step('makes a table with indexes', 'CreateTable', indexedTable('range')),
  step('puts an item into the indexes', 'PutItem', {
    TableName: 'range',
    Item: { p: { S: 'p' }, s: { N: '1' }, group: { S: 'g' }, label: { S: 'l' }, x: { S: 'x' }, y: { S: 'y' } },
  }),
  scan(
    'filters an index by what it holds',
    { x: compared('EQ', { S: 'x' }) },
    { TableName: 'range', IndexName: 'byGroup', ...WITHOUT_LIST },
  ),
  scan(
    'refuses to filter an index by what it does not hold',
    { y: compared('EQ', { S: 'y' }) },
    { TableName: 'range', IndexName: 'byGroup', ...WITHOUT_LIST },
    refused(`${INVALID} Secondary index byGroup does not project one or more filter attributes: [y]`),
  ),
  scan('refuses it together with a filter expression', filterOn('NULL'), {
    FilterExpression: 'a = b',
    ...WITHOUT_LIST,
  }),
  scan('refuses it together with a projection expression', filterOn('NULL'), {
    ProjectionExpression: 'a',
    ...WITHOUT_LIST,
  }),
  scan('names all that do not go together', filterOn('NULL'), {
    ConditionalOperator: 'OR',
    FilterExpression: 'a = b',
    ProjectionExpression: 'a',
  }),
  scan('refuses OR together with an expression', undefined, {
    ConditionalOperator: 'OR',
    FilterExpression: 'a = b',
    ...WITHOUT_LIST,
  }),
  scan('refuses names without expressions', filterOn('NULL'), { ExpressionAttributeNames: { '#a': 'a' } }),
  scan('refuses values without expressions', filterOn('NULL'), { ExpressionAttributeValues: { ':a': { S: 'a' } } }),
  scan('reports a filter before a segment without their number', filterOn('EQ'), { Segment: 1 }),
  scan('reports a filter before a start key', filterOn('EQ'), { ExclusiveStartKey: { a: {} } }),
]

/** The script. */
export const scanFilterScript: Script = {
  operation: 'scan-filter',
  steps: [...TABLE_OF_ALL_TYPES, ...matches, ...joined, ...argumentChecks, ...others],
}
