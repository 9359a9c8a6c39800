// The operations that the engine answers, by the name that the API gives them.

import type { OperationName, OperationTypes } from '../../model/operations.ts'
import type { StructureShape } from '../constraint.ts'
import type { Operation } from '../operation.ts'
import {
  createTableShape,
  deleteTableShape,
  describeEndpointsShape,
  describeLimitsShape,
  describeTimeToLiveShape,
  listTagsOfResourceShape,
  tagResourceShape,
  untagResourceShape,
  updateTableShape,
  updateTimeToLiveShape,
} from '../request-shapes.ts'
import { batchExecuteStatement } from './batch-execute-statement.ts'
import { batchGetItem } from './batch-get-item.ts'
import { batchWriteItem } from './batch-write-item.ts'
import { deleteItem } from './delete-item.ts'
import { describeTable } from './describe-table.ts'
import { describeStream } from './describe-stream.ts'
import { getRecords } from './get-records.ts'
import { getShardIterator } from './get-shard-iterator.ts'
import { listStreams } from './list-streams.ts'
import { executeStatement } from './execute-statement.ts'
import { executeTransaction } from './execute-transaction.ts'
import { getItem } from './get-item.ts'
import { listTables } from './list-tables.ts'
import { putItem } from './put-item.ts'
import { query } from './query.ts'
import { scan } from './scan.ts'
import { transactGetItems } from './transact-get-items.ts'
import { transactWriteItems } from './transact-write-items.ts'
import { updateItem } from './update-item.ts'

type OperationRegistry = { readonly [Name in OperationName]: Operation<OperationTypes[Name]['input']> }

/** Those that are loaded when one of them is asked for (see administration). */
export type AdministrativeOperations = Pick<
  OperationRegistry,
  | 'CreateTable'
  | 'DeleteTable'
  | 'DescribeEndpoints'
  | 'DescribeLimits'
  | 'DescribeTimeToLive'
  | 'ListTagsOfResource'
  | 'TagResource'
  | 'UntagResource'
  | 'UpdateTable'
  | 'UpdateTimeToLive'
>

const operations: OperationRegistry = {
  BatchExecuteStatement: batchExecuteStatement,
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: administrative('CreateTable', createTableShape),
  DeleteItem: deleteItem,
  DeleteTable: administrative('DeleteTable', deleteTableShape),
  DescribeStream: describeStream,
  DescribeTable: describeTable,
  DescribeEndpoints: administrative('DescribeEndpoints', describeEndpointsShape),
  DescribeLimits: administrative('DescribeLimits', describeLimitsShape),
  DescribeTimeToLive: administrative('DescribeTimeToLive', describeTimeToLiveShape),
  ExecuteStatement: executeStatement,
  ExecuteTransaction: executeTransaction,
  GetItem: getItem,
  GetRecords: getRecords,
  GetShardIterator: getShardIterator,
  ListStreams: listStreams,
  ListTables: listTables,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UpdateItem: updateItem,
  UpdateTable: administrative('UpdateTable', updateTableShape),
  ListTagsOfResource: administrative('ListTagsOfResource', listTagsOfResourceShape),
  TagResource: administrative('TagResource', tagResourceShape),
  UntagResource: administrative('UntagResource', untagResourceShape),
  UpdateTimeToLive: administrative('UpdateTimeToLive', updateTimeToLiveShape),
}

function administrative<Name extends keyof AdministrativeOperations>(
  name: Name,
  shape: StructureShape,
): Operation<OperationTypes[Name]['input']> {
  return {
    shape,
    async run(services, input, context) {
      const { administration } = await import('./administration.ts')
      const operation: Operation<OperationTypes[Name]['input']> = administration[name]
      return operation.run(services, input, context)
    },
  }
}

/** The names of all operations. */
export const OPERATION_NAMES: readonly string[] = Object.keys(operations)

/** The operation of this name; undefined when there is none. */
export function findOperation(name: string): Operation<unknown> | undefined {
  return Object.hasOwn(operations, name) ? (operations[name as OperationName] as Operation<unknown>) : undefined
}
