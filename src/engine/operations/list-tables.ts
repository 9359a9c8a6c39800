// ListTables: the names of all tables, page by page, in the order of their bytes.

import { keyAfter } from '../../base/byte-key.ts'
import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { MAX_LIST_TABLES } from '../../model/limits.ts'
import type { ListTablesInput, ListTablesOutput } from '../../model/operations.ts'
import { forEachRow } from '../for-each-row.ts'
import { TABLE_RECORDS, tableNameOfRecordKey, tableRecordKey } from '../keyspace.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { listTablesShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html */
export const listTables: Operation<ListTablesInput> = { shape: listTablesShape, run }

function run({ store }: EngineServices, input: ListTablesInput): MaybePromise<ListTablesOutput> {
  const { ExclusiveStartTableName, Limit = MAX_LIST_TABLES } = input
  const start =
    ExclusiveStartTableName === undefined ? TABLE_RECORDS.start : keyAfter(tableRecordKey(ExclusiveStartTableName))
  return readSnapshot(store, false, (snapshot) => {
    const names: string[] = []
    const cursor = snapshot.scan({ start, end: TABLE_RECORDS.end })
    // One name more than asked for tells whether there is a next page.
    const read = forEachRow(cursor, ({ key }) => names.push(tableNameOfRecordKey(key)) <= Limit)
    return after(read, () => {
      if (names.length <= Limit) return { TableNames: names }
      const page = names.slice(0, Limit)
      return { TableNames: page, LastEvaluatedTableName: page[Limit - 1] as string }
    })
  })
}
