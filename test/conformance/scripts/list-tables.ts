// ListTables against the service.

import { broken, type Script, step } from '../../support/conformance-script.ts'
import { hashTable } from './tables.ts'

const list = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'ListTables', input, more)

/** The script. */
export const listTablesScript: Script = {
  operation: 'list-tables',
  steps: [
    list('answers no names when there are no tables', {}),
    ...['banana', 'Apple', 'cherry', '_date'].map((name) =>
      step(`makes table ${name}`, 'CreateTable', hashTable(name)),
    ),
    list('answers all names in the order of their bytes', {}),
    list('answers as many as asked for', { Limit: 2 }),
    list('cuts off what follows the decimal point of a limit', { Limit: 2.9 }),
    list('goes on behind a name', { Limit: 2, ExclusiveStartTableName: '_date' }),
    list('goes on behind a name that is not there', { ExclusiveStartTableName: 'blueberry' }),
    list('answers nothing behind the last name', { ExclusiveStartTableName: 'cherry' }),
    list('takes a limit of 100', { Limit: 100 }),
    list(
      'refuses a limit of 0',
      { Limit: 0 },
      broken("Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    ),
    list(
      'refuses a limit that is 0 when it is cut',
      { Limit: 0.9 },
      broken("Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    ),
    list(
      'refuses a limit of 101',
      { Limit: 101 },
      broken("Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"),
    ),
    list(
      'refuses a name of one character',
      { ExclusiveStartTableName: 'a' },
      broken(
        "Value 'a' at 'exclusiveStartTableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
      ),
    ),
  ],
}
