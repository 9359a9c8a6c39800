// AttributeUpdates, the updates of before there were expressions, against the service.

import { answered, broken, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'
import { VALUES } from './values-of-all-types.ts'

const INVALID = 'One or more parameter values were invalid:'
const KEY = { a: { S: '1' } }
const NEW_KEY = { a: { S: 'new' } }

type Steps = Script['steps']

const update = (
  title: string,
  AttributeUpdates: unknown,
  input: object = {},
  more: Parameters<typeof step>[3] = {},
): Steps[number] =>
  step(
    title,
    'UpdateItem',
    { TableName: 'hash', Key: KEY, AttributeUpdates, ReturnValues: 'UPDATED_NEW', ...input },
    more,
  )

const reset = (title: string): Steps[number] =>
  step(title, 'PutItem', { TableName: 'hash', Item: { ...KEY, ...VALUES } })

/** Each value is added to, or deleted from, an attribute of each type; an item that is new for each value. */
const matrix: Steps = (
  [
    ['ADD', 'N', { N: '1' }],
    ['ADD', 'SS', { SS: ['2', '3'] }],
    ['ADD', 'NS', { NS: ['-1.50', '3'] }],
    ['ADD', 'BS', { BS: [new Uint8Array([49]), new Uint8Array([50])] }],
    ['ADD', 'L', { L: [{ S: '1' }] }],
    ['DELETE', 'SS', { SS: ['2', '3'] }],
    ['DELETE', 'NS', { NS: ['-1.50', '3'] }],
    ['DELETE', 'BS', { BS: [new Uint8Array([49]), new Uint8Array([50])] }],
  ] as const
).flatMap(([Action, type, Value]) => [
  reset(`puts all types before ${Action} of ${type}`),
  ...['nothing', ...Object.keys(VALUES)].map((name) =>
    update(`${Action} of ${type} on ${name}`, { [name]: { Action, Value } }),
  ),
])

const unsupported: Steps = Object.entries(VALUES).flatMap(([name, Value]) => {
  const [type = ''] = Object.keys(Value)
  return [
    ...(['N', 'SS', 'NS', 'BS', 'L'].includes(type)
      ? []
      : [
          update(
            `refuses ADD of ${name}`,
            { x: { Action: 'ADD', Value } },
            {},
            type === 'NULL' ? {} : refused(`${INVALID} ADD action is not supported for the type ${type}`),
          ),
        ]),
    ...(['SS', 'NS', 'BS'].includes(type)
      ? []
      : [
          update(
            `refuses DELETE of ${name}`,
            { x: { Action: 'DELETE', Value } },
            {},
            type === 'NULL' ? {} : refused(`${INVALID} DELETE action with value is not supported for the type ${type}`),
          ),
        ]),
    update(`puts ${name}`, { x: { Action: 'PUT', Value } }),
    update(`puts ${name} by default`, { x: { Value } }, { ReturnValues: 'ALL_NEW', Key: NEW_KEY }),
  ]
})

const results: Steps = [
  reset('puts all types'),
  update('deletes an attribute', { truth: { Action: 'DELETE' } }, { ReturnValues: 'UPDATED_OLD' }),
  update('deletes an attribute that is not there', { truth: { Action: 'DELETE' } }, { ReturnValues: 'UPDATED_OLD' }),
  update('answers nothing of what is deleted', { falsehood: { Action: 'DELETE' } }),
  update('takes null for no value', { null: { Action: 'DELETE', Value: null } }),
  update('deletes the last members of a set', { 'set of texts': { Action: 'DELETE', Value: { SS: ['1', '2'] } } }),
  update(
    'does several things at once',
    {
      n: { Action: 'ADD', Value: { N: '2' } },
      'short text': { Value: { S: 'new' } },
      'long text': { Action: 'DELETE' },
    },
    { ReturnValues: 'UPDATED_OLD' },
  ),
  update('adds up in decimal', { n: { Action: 'ADD', Value: { N: '0.1' } } }),
  update(
    'adds a negative number',
    { n: { Action: 'ADD', Value: { N: '-2.1' } } },
    {},
    answered({ Attributes: { n: { N: '0' } } }),
  ),
  update('keeps the digits of a great number', { 'great number': { Action: 'ADD', Value: { N: '1' } } }),
  update('takes a dot as part of the name', { 'full map.1': { Value: { S: '1' } } }),
  update('leaves the item as it is for no updates', {}, { ReturnValues: 'ALL_NEW', Key: NEW_KEY }),
  update('answers nothing for no updates', {}),
  update('takes an empty text', { x: { Value: { S: '' } } }),
  step('deletes the new item', 'DeleteItem', { TableName: 'hash', Key: NEW_KEY }),
]

/** What an item becomes that is not there. */
const onNothing: Steps = (
  [
    ['no updates', {}],
    ['PUT', { x: { Value: { S: '1' } } }],
    ['ADD of a number', { x: { Action: 'ADD', Value: { N: '5' } } }],
    ['ADD of a set', { x: { Action: 'ADD', Value: { SS: ['1'] } } }],
    ['ADD of a list', { x: { Action: 'ADD', Value: { L: [{ S: '1' }] } } }],
    ['ADD of an empty list', { x: { Action: 'ADD', Value: { L: [] } } }],
    ['DELETE', { x: { Action: 'DELETE' } }],
    ['DELETE of a set', { x: { Action: 'DELETE', Value: { SS: ['1'] } } }],
    ['PUT and DELETE', { x: { Value: { S: '1' } }, y: { Action: 'DELETE' } }],
  ] as const
).flatMap(([name, updates]) => [
  update(`makes an item by ${name}`, updates, { Key: NEW_KEY, ReturnValues: 'ALL_OLD' }),
  step(`reads what ${name} made`, 'GetItem', { TableName: 'hash', Key: NEW_KEY }),
  step(`deletes what ${name} made`, 'DeleteItem', { TableName: 'hash', Key: NEW_KEY, ReturnValues: 'ALL_OLD' }),
])

const refusals: Steps = [
  update('refuses PUT of nothing', { x: { Action: 'PUT' } }),
  update('refuses ADD of nothing', { x: { Action: 'ADD' } }),
  update('refuses an update that says nothing', { x: {} }),
  update(
    'refuses an update that is null',
    { x: null },
    {},
    refused(`${INVALID} Only DELETE action is allowed when no attribute value is specified`),
  ),
  update(
    'refuses an action that is none',
    { x: { Action: 'SET', Value: { S: '1' } } },
    {},
    broken(
      "Value 'SET' at 'attributeUpdates.x.member.action' failed to satisfy constraint: Member must satisfy enum value set: [ADD, DELETE, PUT]",
    ),
  ),
  update('refuses an empty value', { x: { Value: {} } }),
  update('refuses a value of two types', { x: { Value: { S: '1', N: '1' } } }),
  update('refuses an empty set', { x: { Value: { SS: [] } } }),
  update('refuses an empty name', { '': { Value: { S: '1' } } }),
  update('refuses to put a key', { a: { Value: { S: '1' } } }),
  update('refuses to delete a key', { a: { Action: 'DELETE' } }),
  update('refuses to add to a key', { a: { Action: 'ADD', Value: { N: '1' } } }),
  update(
    'reports the first of two updates',
    { x: { Action: 'ADD', Value: { S: '1' } }, b: { Action: 'DELETE', Value: { S: '1' } } },
    {},
    refused(`${INVALID} ADD action is not supported for the type S`),
  ),
  update(
    'reports the first of two updates, the other way round',
    { b: { Action: 'DELETE', Value: { S: '1' } }, x: { Action: 'ADD', Value: { S: '1' } } },
    {},
    refused(`${INVALID} DELETE action with value is not supported for the type S`),
  ),
  update('reports the condition before the updates', { x: {} }, { Expected: { x: {} } }),
  update('reports the key before the updates', { x: {} }, { Key: { a: {} } }),
  update(
    'fails the condition before it looks at types',
    { 'short text': { Action: 'ADD', Value: { N: '1' } } },
    {
      Expected: { 'short text': { Exists: false } },
    },
  ),
  update('does nothing when one update cannot be made', {
    y: { Value: { S: 'lost' } },
    'short text': { Action: 'ADD', Value: { N: '1' } },
  }),
  step('finds that nothing was done', 'GetItem', { TableName: 'hash', Key: KEY, AttributesToGet: ['y'] }),
  update(
    'refuses a sum of more than 38 digits',
    { 'great number': { Action: 'ADD', Value: { N: '0.1' } } },
    {},
    refused('Number overflow. Attempting to store a number with magnitude larger than supported range'),
  ),
  update('refuses an item over 400 KB', { x: { Value: { S: textOf(409_600) } } }),
  update('refuses it together with an update expression', {}, { UpdateExpression: 'REMOVE x' }),
  update('refuses it together with a condition expression', {}, { ConditionExpression: 'attribute_exists(a)' }),
  update(
    'names all that do not go together',
    {},
    {
      Expected: {},
      ConditionalOperator: 'OR',
      UpdateExpression: 'REMOVE x',
      ConditionExpression: 'attribute_exists(a)',
    },
  ),
  update('refuses names without expressions', {}, { ExpressionAttributeNames: { '#a': 'a' } }),
  update('refuses values without expressions', {}, { ExpressionAttributeValues: { ':a': { S: '' } } }),
]

const RANGE = { TableName: 'range', Key: { p: { S: 'p' }, s: { N: '1' } }, ReturnConsumedCapacity: 'INDEXES' }

const indexed: Steps = [
  step('makes a table with indexes', 'CreateTable', indexedTable('range')),
  update('puts an item into its indexes', { group: { Value: { S: 'g' } }, label: { Value: { S: 'l' } } }, RANGE),
  update('changes the key of an index', { group: { Value: { S: 'h' } } }, RANGE),
  update('changes what an index holds', { x: { Value: { S: 'x' } } }, RANGE),
  update('changes what no index holds', { y: { Value: { S: 'y' } } }, RANGE),
  update('takes an item out of an index', { label: { Action: 'DELETE' } }, RANGE),
  update(
    'refuses an index key of another type',
    { label: { Value: { N: '1' } } },
    RANGE,
    refused(`${INVALID} Type mismatch for Index Key label Expected: S Actual: N IndexName: byLabel`),
  ),
]

/** The script. */
export const attributeUpdatesScript: Script = {
  operation: 'attribute-updates',
  steps: [
    step('makes a table', 'CreateTable', hashTable('hash')),
    ...matrix,
    ...unsupported,
    ...results,
    ...onNothing,
    ...refusals,
    ...indexed,
  ],
}
