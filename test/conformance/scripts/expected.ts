// Expected and ConditionalOperator, the conditions of writes of before there were expressions, against the service.

import { broken, failed, refused, type Script, step } from '../../support/conformance-script.ts'
import { hashTable } from './tables.ts'
import { compared, VALUES } from './values-of-all-types.ts'

const INVALID = 'One or more parameter values were invalid:'
const ITEM = { a: { S: '1' }, n: { N: '5' }, t: { S: 'text' }, set: { SS: ['x', 'y'] }, none: { NULL: true } }

const put = (
  title: string,
  Expected: unknown,
  input: object = {},
  more: Parameters<typeof step>[3] = {},
): Script['steps'][number] => step(title, 'PutItem', { TableName: 'hash', Item: ITEM, Expected, ...input }, more)

const holding: Script['steps'] = [
  put('holds when nothing is expected', {}),
  put('holds for a value that is there', { n: { Value: { N: '5' } } }),
  put('holds for the same number written in another way', { n: { Value: { N: '0.50e1' } } }),
  put('holds for a value that is said to exist', { n: { Exists: true, Value: { N: '5' } } }),
  put('holds for a set in another order', { set: { Value: { SS: ['y', 'x'] } } }),
  put('holds for null', { none: { Value: { NULL: true } } }),
  put('holds for what does not exist', { x: { Exists: false } }),
  put('fails for another value', { n: { Value: { N: '6' } } }),
  put('fails for a value of another type', { n: { Value: { S: '5' } } }),
  put('fails for a value that is not there', { x: { Value: { N: '5' } } }),
  put('fails for what exists', { n: { Exists: false } }),
  put('fails for a null that exists', { none: { Exists: false } }),
  put('compares the value by an operator', { n: { ComparisonOperator: 'LT', Value: { N: '6' } } }),
  put('compares a list by an operator', { n: compared('LT', { N: '6' }) }),
  put('takes Value for the list of IN', { n: { ComparisonOperator: 'IN', Value: { N: '5' } } }),
  put('takes IN', { t: compared('IN', { S: 'text' }, { S: 'other' }) }),
  put('takes BETWEEN', { n: compared('BETWEEN', { N: '1' }, { N: '9' }) }),
  put('takes BEGINS_WITH', { t: compared('BEGINS_WITH', { S: 'te' }) }),
  put('takes CONTAINS of a set', { set: compared('CONTAINS', { S: 'x' }) }),
  put('takes NOT_CONTAINS of a set', { set: compared('NOT_CONTAINS', { S: 'z' }) }),
  put('fails NOT_CONTAINS of nothing', { x: compared('NOT_CONTAINS', { S: 'z' }) }),
  put('holds NOT_CONTAINS of null', { none: compared('NOT_CONTAINS', { S: 'z' }) }),
  put('takes NULL', { x: { ComparisonOperator: 'NULL' } }),
  put('takes NULL with an empty list', { x: compared('NULL') }),
  put('takes NOT_NULL', { none: { ComparisonOperator: 'NOT_NULL' } }),
  put('holds NE for what is not there', { x: compared('NE', { S: 'z' }) }),
  put('fails LT for what is not there', { x: compared('LT', { S: 'z' }) }),
  put('joins by AND when nothing is said', { n: { Value: { N: '5' } }, x: { Value: { N: '5' } } }),
  put('joins by AND', { n: { Value: { N: '5' } }, x: { Exists: false } }, { ConditionalOperator: 'AND' }),
  put('joins by OR', { n: { Value: { N: '5' } }, x: { Value: { N: '5' } } }, { ConditionalOperator: 'OR' }),
  put(
    'fails when no part of OR holds',
    { n: { Value: { N: '6' } }, x: { Value: { N: '5' } } },
    { ConditionalOperator: 'OR' },
  ),
  put('answers the item that fails it', { n: { Exists: false } }, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
  put('takes null for what is not given', {
    n: { Exists: null, ComparisonOperator: null, AttributeValueList: null, Value: { N: '5' } },
  }),
  put('answers the old item', { n: { Value: { N: '5' } } }, { ReturnValues: 'ALL_OLD' }),
  ...Object.entries(VALUES).flatMap(([name, v]) => [
    step(`puts ${name}`, 'PutItem', { TableName: 'hash', Item: { a: { S: 'type' }, v } }),
    step(`expects ${name}`, 'PutItem', {
      TableName: 'hash',
      Item: { a: { S: 'type' }, v },
      Expected: { v: { Value: v } },
    }),
  ]),
]

const refusals: Script['steps'] = [
  put('refuses a condition that says nothing', { x: {} }),
  put('refuses a condition that is null', { x: null }),
  put('refuses a value that is null', { x: { Value: null } }),
  put('refuses Exists without a value', { x: { Exists: true } }),
  put('refuses a value of what does not exist', { x: { Exists: false, Value: { S: '1' } } }),
  put('refuses Value and AttributeValueList', { x: { Value: { S: '1' }, AttributeValueList: [{ S: '1' }] } }),
  put('refuses Value and an empty AttributeValueList', { x: { Value: { S: '1' }, AttributeValueList: [] } }),
  put('refuses Value, AttributeValueList and an operator', {
    x: { Value: { S: '1' }, ...(compared('EQ', { S: '1' }) as object) },
  }),
  put('refuses Exists and an operator', { x: { Exists: false, ComparisonOperator: 'EQ' } }),
  put('refuses a list without an operator', { x: { AttributeValueList: [{ S: '1' }] } }),
  put('refuses a list and Exists', { x: { AttributeValueList: [{ S: '1' }], Exists: true } }),
  put('refuses an operator without values', { x: { ComparisonOperator: 'EQ' } }),
  put('refuses an operator with an empty list', { x: compared('EQ') }),
  put('refuses BETWEEN of one value', { x: { ComparisonOperator: 'BETWEEN', Value: { S: '1' } } }),
  put('refuses NULL of a value', { x: { ComparisonOperator: 'NULL', Value: { S: '1' } } }),
  put('refuses IN of several types', { x: compared('IN', { S: '1' }, { N: '1' }) }),
  put('refuses LT of a set', { x: compared('LT', { SS: ['1'] }) }),
  put('refuses CONTAINS of a list', { x: compared('CONTAINS', { L: [] }) }),
  put('refuses BEGINS_WITH of a number', { x: compared('BEGINS_WITH', { N: '1' }) }),
  put('refuses BETWEEN of bounds in the wrong order', { x: compared('BETWEEN', { S: '2' }, { S: '1' }) }),
  put('refuses an empty value', { x: { Value: {} } }),
  put('refuses an empty value in a list', { x: compared('EQ', {}) }),
  put('refuses a value of two types', { x: { Value: { S: '1', N: '1' } } }),
  put('refuses an empty set', { x: { Value: { NS: [] } } }),
  put('reports what is not given before an empty value', { x: { Exists: false, Value: {} } }),
  put('reports the first of two conditions', { z: { Exists: true }, b: {} }),
  put('reports the first of two conditions, the other way round', { b: {}, z: { Exists: true } }),
  put('refuses an empty name', { '': { Exists: false } }),
  put(
    'refuses an operator that is none',
    { x: compared('LIKE', { S: '1' }) },
    {},
    broken(
      "Value 'LIKE' at 'expected.x.member.comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]",
    ),
  ),
  put(
    'reports several broken constraints at once',
    { x: compared('LIKE', null) },
    { ReturnValues: 'SOME', ConditionalOperator: 'XOR' },
    broken(
      "Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: Member must satisfy enum value set: [OR, AND]",
      "Value null at 'expected.x.member.attributeValueList.1.member' failed to satisfy constraint: Member must not be null",
      "Value 'LIKE' at 'expected.x.member.comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]",
      "Value 'SOME' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
    ),
  ),
  put('refuses an operator that joins nothing', undefined, { ConditionalOperator: 'OR' }),
  put('refuses an operator that joins no conditions', {}, { ConditionalOperator: 'AND' }),
  put('refuses an operator that joins one condition', { n: { Value: { N: '5' } } }, { ConditionalOperator: 'AND' }),
  put('reports a condition before the operator', { x: {} }, { ConditionalOperator: 'OR' }),
  put(
    'reports ReturnValues before a condition',
    { x: {} },
    { ReturnValues: 'ALL_NEW' },
    refused('ReturnValues can only be ALL_OLD or NONE'),
  ),
  put('reports the item before a condition', { x: {} }, { Item: { a: { S: '1' }, b: {} } }),
  put(
    'reports a condition before a table that does not exist',
    { x: {} },
    { TableName: 'nowhere' },
    refused(`${INVALID} Value must be provided when Exists is null for Attribute: x`),
  ),
  put(
    'refuses a table that does not exist',
    { x: { Exists: false } },
    { TableName: 'nowhere' },
    failed('ResourceNotFoundException', 'Requested resource not found'),
  ),
]

const mixed: Script['steps'] = [
  put('refuses Expected together with an expression', { n: { Exists: false } }, { ConditionExpression: 'a = b' }),
  put('refuses an empty Expected together with an expression', {}, { ConditionExpression: 'a = b' }),
  put('refuses ConditionalOperator together with an expression', undefined, {
    ConditionalOperator: 'OR',
    ConditionExpression: 'a = b',
  }),
  put('names all that do not go together', {}, { ConditionalOperator: 'OR', ConditionExpression: 'a = b' }),
  put('refuses names without an expression', { n: { Exists: false } }, { ExpressionAttributeNames: { '#a': 'a' } }),
  put(
    'refuses values without an expression',
    { n: { Exists: false } },
    { ExpressionAttributeValues: { ':a': { S: '' } } },
  ),
]

const otherWrites: Script['steps'] = (['DeleteItem', 'UpdateItem'] as const).flatMap((operation) => {
  const on = (title: string, input: object): Script['steps'][number] =>
    step(`${operation} ${title}`, operation, { TableName: 'hash', Key: { a: { S: '1' } }, ...input })
  return [
    step(`puts the item for ${operation}`, 'PutItem', { TableName: 'hash', Item: ITEM }),
    on('fails for what exists', { Expected: { n: { Exists: false } } }),
    on('answers the item that fails it', {
      Expected: { n: { Exists: false } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    on('refuses a condition that says nothing', { Expected: { n: {} } }),
    on('refuses an operator that joins nothing', { ConditionalOperator: 'OR' }),
    on('refuses an operator that joins one condition', {
      ConditionalOperator: 'OR',
      Expected: { n: { Exists: false } },
    }),
    on('refuses it together with an expression', { Expected: { n: { Exists: false } }, ConditionExpression: 'a = b' }),
    on('names all that do not go together', { ConditionalOperator: 'OR', Expected: {}, ConditionExpression: 'a = b' }),
    on('refuses names without an expression', { Expected: {}, ExpressionAttributeNames: { '#a': 'a' } }),
    on('refuses values without an expression', { Expected: {}, ExpressionAttributeValues: { ':a': { S: '' } } }),
    on('writes when any part of OR holds', {
      Expected: { n: { Exists: false }, t: compared('CONTAINS', { S: 'ex' }) },
      ConditionalOperator: 'OR',
      ReturnValues: 'ALL_OLD',
    }),
    on('fails for an item that is not there', { Key: { a: { S: 'none' } }, Expected: { a: { Value: { S: 'none' } } } }),
    on('holds for an item that is not there', {
      Key: { a: { S: 'none' } },
      Expected: { a: { Exists: false } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
  ]
})

/** The script. */
export const expectedScript: Script = {
  operation: 'expected',
  steps: [
    step('makes a table', 'CreateTable', hashTable('hash')),
    step('puts an item', 'PutItem', { TableName: 'hash', Item: ITEM }),
    ...holding,
    ...refusals,
    ...mixed,
    ...otherWrites,
  ],
}
