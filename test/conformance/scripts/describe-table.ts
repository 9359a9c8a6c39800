// DescribeTable against the service.

import { failed, refused, type Script, step } from '../../support/conformance-script.ts'
import { hashTable, indexedTable } from './tables.ts'

const describe = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'DescribeTable', input, more)

/** The script. */
export const describeTableScript: Script = {
  operation: 'describe-table',
  steps: [
    step('makes a table', 'CreateTable', hashTable('hash')),
    step('makes a table with indexes', 'CreateTable', indexedTable('range')),
    describe('describes an empty table', { TableName: 'hash' }),
    describe('describes a table with indexes', { TableName: 'range' }),
    step('stores an item of 23 bytes', 'PutItem', {
      TableName: 'hash',
      Item: { a: { S: 'key' }, n: { N: '123.45' }, m: { M: { x: { BOOL: true } } } },
    }),
    describe('counts the item', { TableName: 'hash' }),
    step('removes the item', 'DeleteItem', { TableName: 'hash', Key: { a: { S: 'key' } } }),
    describe('counts nothing again', { TableName: 'hash' }),
    describe(
      'refuses a request without a name',
      {},
      refused("The parameter 'TableName' is required but was not present in the request"),
    ),
    describe(
      'refuses a name of two characters',
      { TableName: 'ab' },
      refused('TableName must be at least 3 characters long and at most 255 characters long'),
    ),
    describe(
      'refuses a number as name',
      { TableName: 23 },
      failed('SerializationException', 'NUMBER_VALUE cannot be converted to String'),
    ),
    describe(
      'refuses a flag as name',
      { TableName: true },
      failed('SerializationException', 'TRUE_VALUE cannot be converted to String'),
    ),
    describe(
      'refuses a list as name',
      { TableName: [] },
      failed('SerializationException', 'Unrecognized collection type class java.lang.String'),
    ),
    describe(
      'refuses an object as name',
      { TableName: {} },
      failed('SerializationException', 'Start of structure or map found where not expected'),
    ),
    describe(
      'refuses a table that does not exist',
      { TableName: 'nowhere' },
      failed('ResourceNotFoundException', 'Requested resource not found: Table: nowhere not found'),
    ),
  ],
}
