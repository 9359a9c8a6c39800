// DeleteTable against the service.

import { answered, failed, refused, type Script, step } from '../../support/conformance-script.ts'
import { described, hashTable } from './tables.ts'

const remove = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'DeleteTable', input, more)

/** The script. */
export const deleteTableScript: Script = {
  operation: 'delete-table',
  steps: [
    step('makes a table', 'CreateTable', hashTable('hash')),
    step('stores an item', 'PutItem', { TableName: 'hash', Item: { a: { S: '1' } } }),
    remove(
      'deletes the table',
      { TableName: 'hash' },
      answered({
        TableDescription: described({ TableName: 'hash', TableStatus: 'DELETING', TableSizeBytes: 2, ItemCount: 1 }),
      }),
    ),
    remove(
      'refuses a table that is deleted',
      { TableName: 'hash' },
      failed('ResourceNotFoundException', 'Requested resource not found: Table: hash not found'),
    ),
    step('makes a table of the same name', 'CreateTable', { ...hashTable('hash'), DeletionProtectionEnabled: true }),
    step('finds nothing of the old table in it', 'Scan', { TableName: 'hash' }),
    remove('refuses a protected table', { TableName: 'hash' }),
    step('takes the protection away', 'UpdateTable', { TableName: 'hash', DeletionProtectionEnabled: false }),
    remove(
      'deletes it then',
      { TableName: 'hash' },
      answered({
        TableDescription: described({ TableName: 'hash', TableStatus: 'DELETING', TableSizeBytes: 0, ItemCount: 0 }),
      }),
    ),
    remove(
      'refuses a request without a name',
      {},
      refused("The parameter 'TableName' is required but was not present in the request"),
    ),
  ],
}
