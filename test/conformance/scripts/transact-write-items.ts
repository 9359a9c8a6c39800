// TransactWriteItems against the service. What DynamoDB Local answers differently was observed at the service by others:
// https://github.com/paritysuite/dynamodb-conformance (messages, reasons, capacity) and
// https://github.com/aws/aws-sdk-net/issues/1292 (an update that cannot be made is a reason).

import {
  answered,
  broken,
  type CancelledAction,
  cancelled,
  failed,
  refused,
  type Script,
  step,
  textOf,
} from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const write = (title: string, TransactItems: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'TransactWriteItems', { TransactItems }, more)
const reported = (
  title: string,
  input: { readonly TransactItems: unknown } & Readonly<Record<string, unknown>>,
  more: Parameters<typeof step>[3] = {},
): Script['steps'][number] => step(title, 'TransactWriteItems', input, more)
const get = (title: string, a: string): Script['steps'][number] =>
  step(title, 'GetItem', { TableName: 'hash', Key: { a: { S: a } } })

const put = (a: string, more: object = {}, parameters: object = {}): unknown => ({
  Put: { TableName: 'hash', Item: { a: { S: a }, ...more }, ...parameters },
})
const update = (a: string, parameters: object): unknown => ({
  Update: { TableName: 'hash', Key: { a: { S: a } }, ...parameters },
})
const remove = (a: string, parameters: object = {}): unknown => ({
  Delete: { TableName: 'hash', Key: { a: { S: a } }, ...parameters },
})
const check = (a: string, ConditionExpression: string, parameters: object = {}): unknown => ({
  ConditionCheck: { TableName: 'hash', Key: { a: { S: a } }, ConditionExpression, ...parameters },
})
const setB = (value: unknown): object => ({
  UpdateExpression: 'SET b = :b',
  ExpressionAttributeValues: { ':b': value },
})
const increment = {
  UpdateExpression: 'SET n = n + :one',
  ExpressionAttributeValues: { ':one': { N: '1' } },
}
const puts = (count: number): readonly unknown[] => Array.from({ length: count }, (_, at) => put(`item ${at}`))

/** 4 MB in eleven items, less these bytes. */
const putsOf4MB = (lessBytes: number): readonly unknown[] =>
  Array.from({ length: 11 }, (_, at) => {
    const sizeBytes = at < 10 ? 400_000 : 194_304 - lessBytes
    // Beside the text: names a, b and the key's two bytes.
    return put(String(at).padStart(2, '0'), { b: { S: textOf(sizeBytes - 4) } })
  })

const FAILED: CancelledAction = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' }
const invalid = (Message: string): CancelledAction => ({ Code: 'ValidationError', Message })
/** As much as is told of a long list. */
const TEN = Array.from({ length: 10 }, () => '{…}').join(', ')
const INVALID = 'One or more parameter values were invalid:'

const counted = {
  TransactItems: [put('r1'), remove('r2'), check('r3', 'attribute_not_exists(a)')],
  ReturnConsumedCapacity: 'INDEXES',
  ClientRequestToken: 'counted',
}
const large = {
  TransactItems: [put('large', { b: { S: textOf(1500) } })],
  ReturnConsumedCapacity: 'TOTAL',
  ClientRequestToken: 'large',
}
const indexed = {
  TransactItems: [
    {
      Put: {
        TableName: 'range',
        Item: { p: { S: 'a' }, s: { N: '1' }, group: { S: 'g' }, label: { S: 'l' } },
      },
    },
  ],
  ReturnConsumedCapacity: 'INDEXES',
  ReturnItemCollectionMetrics: 'SIZE',
}

const units = (CapacityUnits: number, kind: 'Read' | 'Write'): object => ({
  CapacityUnits,
  [`${kind}CapacityUnits`]: CapacityUnits,
})

/** The script. */
export const transactWriteItemsScript: Script = {
  operation: 'transact-write-items',
  steps: [
    step('makes a table with a partition key', 'CreateTable', hashTable('hash')),
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),

    write('puts items into two tables', [
      put('1', { n: { N: '1' } }),
      { Put: { TableName: 'range', Item: { p: { S: 'a' }, s: { N: '1' }, group: { S: 'g' }, x: { S: 'x' } } } },
    ]),
    write('puts, updates, removes and checks in one', [
      put('2', { m: { M: {} } }),
      update('1', increment),
      { Delete: { TableName: 'range', Key: { p: { S: 'a' }, s: { N: '1' } } } },
      check('3', 'attribute_not_exists(a)'),
    ]),
    get('reads what was updated', '1'),
    get('reads what was put', '2'),
    step('finds the index without what was removed', 'Scan', { TableName: 'range', IndexName: 'byGroup' }),
    write('makes an item by an update', [update('4', setB({ S: 'x' }))]),
    get('reads what was made', '4'),
    write('holds conditions against the items before the transaction', [
      update('1', {
        ...increment,
        ConditionExpression: 'n = :two',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':two': { N: '2' } },
      }),
      remove('2', { ConditionExpression: 'attribute_exists(a)' }),
      put('5', {}, { ConditionExpression: 'attribute_not_exists(#a)', ExpressionAttributeNames: { '#a': 'a' } }),
    ]),

    // Cancelled
    write('keeps nothing when one condition fails', [
      put('6'),
      put('1', {}, { ConditionExpression: 'attribute_not_exists(a)' }),
    ]),
    get('finds nothing of a cancelled transaction', '6'),
    write(
      'tells of every condition that fails',
      [
        check('1', 'attribute_not_exists(a)'),
        put('6'),
        remove('4', { ConditionExpression: 'b = :y', ExpressionAttributeValues: { ':y': { S: 'y' } } }),
      ],
      cancelled(FAILED, undefined, FAILED),
    ),
    write('brings the items that failed their conditions, if asked', [
      put('1', {}, { ConditionExpression: 'attribute_not_exists(a)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      update('4', {
        ...setB({ S: 'z' }),
        ConditionExpression: 'attribute_not_exists(b)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
      put('7', {}, { ConditionExpression: 'attribute_exists(a)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    ]),
    write(
      'cancels for an update that reads what is not there',
      [put('6'), update('1', { UpdateExpression: 'SET x = nothing' })],
      cancelled(undefined, invalid('The provided expression refers to an attribute that does not exist in the item')),
    ),
    write(
      'cancels for an update that cannot be made',
      [update('1', { UpdateExpression: 'SET x.y = :b', ExpressionAttributeValues: { ':b': { S: 'b' } } })],
      cancelled(invalid('The document path provided in the update expression is invalid for update')),
    ),
    write(
      'cancels for an addition to a text',
      [update('4', { UpdateExpression: 'SET b = b + :one', ExpressionAttributeValues: { ':one': { N: '1' } } })],
      cancelled(invalid('An operand in the update expression has an incorrect data type')),
    ),
    write('cancels for an update of a key', [
      update('1', { UpdateExpression: 'SET a = :b', ExpressionAttributeValues: { ':b': { S: 'b' } } }),
    ]),
    write(
      'cancels for a key of another type in an item',
      [{ Put: { TableName: 'hash', Item: { a: { N: '1' } } } }],
      cancelled(invalid(`${INVALID} Type mismatch for key a expected: S actual: N`)),
    ),
    write(
      'cancels for an item without its key',
      [{ Put: { TableName: 'hash', Item: { b: { N: '1' } } } }],
      cancelled(invalid(`${INVALID} Missing the key a in the item`)),
    ),
    write(
      'cancels for a key of another type',
      [{ Delete: { TableName: 'hash', Key: { a: { N: '1' } } } }, put('6')],
      cancelled(invalid('The provided key element does not match the schema'), undefined),
    ),
    write(
      'cancels for a key of too many attributes',
      [put('6'), { Delete: { TableName: 'hash', Key: { a: { S: '1' }, b: { S: '1' } } } }],
      cancelled(undefined, invalid('The provided key element does not match the schema')),
    ),
    write(
      'cancels for a key of an index of another type',
      [{ Put: { TableName: 'range', Item: { p: { S: 'a' }, s: { N: '1' }, group: { N: '1' } } } }],
      cancelled(invalid(`${INVALID} Type mismatch for Index Key group Expected: S Actual: N IndexName: byGroup`)),
    ),
    get('finds nothing of all that was cancelled', '6'),

    // Refused at once
    write('refuses an empty key', [{ Put: { TableName: 'hash', Item: { a: { S: '' } } } }]),
    write('refuses an empty key of what is removed', [
      put('6'),
      { Delete: { TableName: 'hash', Key: { a: { S: '' } } } },
    ]),
    write('refuses an empty key of an index', [
      check('1', 'attribute_not_exists(a)'),
      { Put: { TableName: 'range', Item: { p: { S: 'a' }, s: { N: '1' }, group: { S: '' } } } },
    ]),
    write('refuses two actions on one item', [put('6'), remove('6')]),
    write('refuses a check and an action on one item', [check('6', 'attribute_not_exists(a)'), put('6')]),
    write('refuses an action that is none', [{}]),
    write('refuses an action that is two', [
      { Put: { TableName: 'hash', Item: { a: { S: '1' } } }, Delete: { TableName: 'hash', Key: { a: { S: '1' } } } },
    ]),
    write('refuses a path below a key before anything is cancelled', [
      check('6', 'attribute_exists(a)'),
      put('1', {}, { ConditionExpression: 'attribute_exists(a.b)' }),
    ]),
    write('takes parameters that are null as not given', [
      {
        Put: {
          TableName: 'hash',
          Item: { a: { S: 'null' } },
          ConditionExpression: null,
          ExpressionAttributeNames: null,
        },
        Delete: null,
      },
    ]),
    write(
      'refuses a table that is not there',
      [{ Put: { TableName: 'nowhere', Item: { a: { S: '1' } } } }],
      failed('ResourceNotFoundException', 'Requested resource not found'),
    ),
    write('refuses a bad expression before a table that is not there', [
      { Put: { TableName: 'nowhere', Item: { a: { S: '1' } } } },
      check('1', 'attribute_not_exists('),
    ]),
    write('refuses a value that no expression uses', [
      check('1', 'attribute_exists(a)', { ExpressionAttributeValues: { ':b': { S: 'b' } } }),
      put('1'),
    ]),
    write('refuses names without expressions', [put('6', {}, { ExpressionAttributeNames: { '#a': 'a' } })]),
    write('refuses values without expressions', [put('6', {}, { ExpressionAttributeValues: { ':a': { S: 'a' } } })]),
    write(
      'refuses a value that is no number',
      [put('6', { n: { N: 'one' } })],
      refused('The parameter cannot be converted to a numeric value: one'),
    ),
    write('refuses an empty condition', [check('1', '')]),
    write(
      'refuses a request without anything',
      undefined,
      broken("Value null at 'transactItems' failed to satisfy constraint: Member must not be null"),
    ),
    write(
      'refuses a request for nothing',
      [],
      broken(
        "Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    write(
      'refuses a put of nothing into nowhere',
      [{ Put: {} }],
      broken(
        "Value null at 'transactItems.1.member.put.tableName' failed to satisfy constraint: Member must not be null",
        "Value null at 'transactItems.1.member.put.item' failed to satisfy constraint: Member must not be null",
      ),
    ),
    write(
      'refuses an update without an expression',
      [update('1', {})],
      broken(
        "Value null at 'transactItems.1.member.update.updateExpression' failed to satisfy constraint: Member must not be null",
      ),
    ),
    write(
      'refuses a check without a condition',
      [{ ConditionCheck: { TableName: 'hash', Key: { a: { S: '1' } } } }],
      broken(
        "Value null at 'transactItems.1.member.conditionCheck.conditionExpression' failed to satisfy constraint: Member must not be null",
      ),
    ),
    reported(
      'refuses values that are none of the values',
      { TransactItems: [put('6')], ReturnConsumedCapacity: 'SOME', ReturnItemCollectionMetrics: 'ALL' },
      broken(
        "Value 'SOME' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
        "Value 'ALL' at 'returnItemCollectionMetrics' failed to satisfy constraint: Member must satisfy enum value set: [SIZE, NONE]",
      ),
    ),
    write('pays no heed to parameters that only single writes have', [
      put('8', {}, { Expected: { b: { Exists: true, Value: { S: 'x' } } }, ReturnValues: 'ALL_NEW' }),
    ]),

    // Limits
    write('takes 99 actions', puts(99)),
    write('takes 100 actions', puts(100)),
    write(
      'refuses 101 actions',
      puts(101),
      broken(
        `Value '[${TEN}, …]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100`,
      ),
    ),
    write('takes a byte less than 4 MB', putsOf4MB(1)),
    write('takes 4 MB', putsOf4MB(0)),
    write('refuses a byte more than 4 MB', putsOf4MB(-1)),
    write('takes an item of 400 KB', [put('6', { b: { S: textOf(409_600 - 3) } })]),
    write('refuses an item of a byte more', [put('6', { b: { S: textOf(409_600 - 2) } })]),
    write('cancels for an update that makes an item too large', [
      update('6', { UpdateExpression: 'SET c = :c', ExpressionAttributeValues: { ':c': { S: '' } } }),
    ]),
    write('removes more than 4 MB', [
      remove('6'),
      ...Array.from({ length: 11 }, (_, at) => remove(String(at).padStart(2, '0'))),
    ]),

    // Capacity and metrics
    reported('counts two write units for each item, and for a check', counted),
    reported(
      'counts the rows of indexes once, and tells of item collections',
      indexed,
      answered({
        ConsumedCapacity: [
          {
            TableName: 'range',
            ...units(4, 'Write'),
            Table: units(2, 'Write'),
            LocalSecondaryIndexes: { byLabel: units(1, 'Write') },
            GlobalSecondaryIndexes: { byGroup: units(1, 'Write') },
          },
        ],
        ItemCollectionMetrics: {
          range: [{ ItemCollectionKey: { p: { S: 'a' } }, SizeEstimateRangeGB: [0, 1] }],
        },
      }),
    ),
    reported('counts a removed item and a checked one by their sizes', {
      TransactItems: [put('9', { b: { S: textOf(3000) } }), put('10', { b: { S: textOf(3000) } })],
      ReturnConsumedCapacity: 'TOTAL',
    }),
    reported(
      'counts them so when they are removed and checked',
      { TransactItems: [remove('9'), check('10', 'attribute_exists(a)')], ReturnConsumedCapacity: 'TOTAL' },
      answered({ ConsumedCapacity: [{ TableName: 'hash', ...units(12, 'Write') }] }),
    ),

    // Tokens
    reported(
      'answers a repetition with read units',
      counted,
      answered({ ConsumedCapacity: [{ TableName: 'hash', ...units(6, 'Read'), Table: units(6, 'Read') }] }),
    ),
    reported(
      'counts by the kilobyte when it writes',
      large,
      answered({ ConsumedCapacity: [{ TableName: 'hash', ...units(4, 'Write') }] }),
    ),
    reported('counts by four kilobytes when the request is repeated', large),
    reported('answers a repetition that does not ask for units with nothing', {
      TransactItems: large.TransactItems,
      ClientRequestToken: 'large',
    }),
    reported('makes an update once', { TransactItems: [update('1', increment)], ClientRequestToken: 'once' }),
    reported('makes it only once', { TransactItems: [update('1', increment)], ClientRequestToken: 'once' }),
    get('reads what was updated once', '1'),
    reported('refuses another request with the same token', {
      TransactItems: [update('1', setB({ S: 'x' }))],
      ClientRequestToken: 'once',
    }),
    reported('cancels a request with a token', {
      TransactItems: [put('11'), put('1', {}, { ConditionExpression: 'attribute_not_exists(a)' })],
      ClientRequestToken: 'free',
    }),
    reported('takes another request with the token of a cancelled one', {
      TransactItems: [put('11')],
      ClientRequestToken: 'free',
    }),
    reported('takes a token of 35 characters', { TransactItems: [put('11')], ClientRequestToken: textOf(35) }),
    reported('takes a token of 36 characters', { TransactItems: [put('11')], ClientRequestToken: textOf(36) }),
    reported(
      'refuses a token of 37 characters',
      { TransactItems: [put('11')], ClientRequestToken: textOf(37) },
      broken(
        `Value '${textOf(37)}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36`,
      ),
    ),
    reported('takes a token of one character', { TransactItems: [put('11')], ClientRequestToken: 't' }),
    reported(
      'refuses an empty token',
      { TransactItems: [put('11')], ClientRequestToken: '' },
      broken(
        "Value '' at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
  ],
}
