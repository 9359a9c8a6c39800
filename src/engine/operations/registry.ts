// The operations that the engine answers, by the name that the API gives them.

import type { OperationName, OperationTypes } from '../../model/operations.ts'
import type { Operation } from '../operation.ts'
import { batchGetItem } from './batch-get-item.ts'
import { batchWriteItem } from './batch-write-item.ts'
import { createTable } from './create-table.ts'
import { deleteItem } from './delete-item.ts'
import { deleteTable } from './delete-table.ts'
import { describeTable } from './describe-table.ts'
import { getItem } from './get-item.ts'
import { listTables } from './list-tables.ts'
import { putItem } from './put-item.ts'
import { query } from './query.ts'
import { scan } from './scan.ts'
import { updateItem } from './update-item.ts'
import { updateTable } from './update-table.ts'

type OperationRegistry = { readonly [Name in OperationName]: Operation<OperationTypes[Name]['input']> }

const operations: OperationRegistry = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DeleteTable: deleteTable,
  DescribeTable: describeTable,
  GetItem: getItem,
  ListTables: listTables,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  UpdateItem: updateItem,
  UpdateTable: updateTable,
}

/** The operation of this name; undefined when there is none. */
export function findOperation(name: string): Operation<unknown> | undefined {
  return Object.hasOwn(operations, name) ? (operations[name as OperationName] as Operation<unknown>) : undefined
}
