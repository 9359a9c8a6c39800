// A value of each type, and a condition of before there were expressions: what the scripts about the old parameters use.

import type { AttributeValue } from '../../../src/model/attribute-value.ts'
import { type Script, step } from '../../support/conformance-script.ts'
import { hashTable } from './tables.ts'

/** Values of all types, by the key of the item that has it as `v`. */
export const VALUES: Readonly<Record<string, AttributeValue>> = {
  'empty text': { S: '' },
  'short text': { S: '1' },
  'long text': { S: '12' },
  'text beyond UTF-16': { S: '\u{1F30A}' },
  'text below it in UTF-8': { S: '\uFF5E' },
  'one number': { N: '1' },
  'negative number': { N: '-1.5' },
  'great number': { N: '12345678901234567890123456789012345678' },
  'empty binary': { B: new Uint8Array() },
  'short binary': { B: new Uint8Array([49]) },
  'long binary': { B: new Uint8Array([49, 255]) },
  truth: { BOOL: true },
  falsehood: { BOOL: false },
  null: { NULL: true },
  'set of texts': { SS: ['1', '2'] },
  'set of numbers': { NS: ['1', '-1.5'] },
  'set of binaries': { BS: [new Uint8Array([49])] },
  'empty list': { L: [] },
  'list of scalars': { L: [{ S: '1' }, { N: '1' }, { B: new Uint8Array([49]) }, { NULL: true }, { BOOL: true }] },
  'list of lists': { L: [{ L: [{ S: '1' }] }, { SS: ['1'] }, { M: {} }] },
  'empty map': { M: {} },
  'full map': { M: { '1': { S: '1' } } },
}

/** All comparison operators of conditions on one value. */
export const OPERATORS_ON_ONE_VALUE: readonly string[] = [
  'EQ',
  'NE',
  'LE',
  'LT',
  'GE',
  'GT',
  'CONTAINS',
  'NOT_CONTAINS',
  'BEGINS_WITH',
]

/** A condition as QueryFilter, ScanFilter, KeyConditions and Expected have it. */
export function compared(ComparisonOperator: string, ...AttributeValueList: readonly unknown[]): unknown {
  return { ComparisonOperator, AttributeValueList }
}

/** Steps that make table `types` with an item of each value, and one without `v`. */
export const TABLE_OF_ALL_TYPES: Script['steps'] = [
  step('makes a table for values of all types', 'CreateTable', hashTable('types')),
  step('puts an item without the attribute', 'PutItem', { TableName: 'types', Item: { a: { S: 'nothing' } } }),
  ...Object.entries(VALUES).map(([name, v]) =>
    step(`puts an item of ${name}`, 'PutItem', { TableName: 'types', Item: { a: { S: name }, v } }),
  ),
]
