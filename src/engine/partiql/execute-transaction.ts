// ExecuteTransaction, once PartiQL is loaded: reads of single items as they were at one moment, or writes of single items, all
// of them or none. What keys a statement names, its table says: so the tables are looked at first. Should one of them have
// another key by the time of the transaction, it is refused there.

import { after, allOf, type MaybePromise } from '../../base/maybe-promise.ts'
import { textSizeBytes } from '../../base/utf8.ts'
import { bindStatement } from '../../expressions/partiql/bind-statement.ts'
import type { BoundExists, BoundSelect, BoundStatement, BoundWrite } from '../../expressions/partiql/bound-statement.ts'
import { valueSizeBytes } from '../../model/item-size.ts'
import { MAX_TRANSACTION_SIZE_BYTES } from '../../model/limits.ts'
import type { ExecuteTransactionInput, ExecuteTransactionOutput } from '../../model/operations.ts'
import { type ServiceException, validationException } from '../../model/service-exception.ts'
import type { Reader } from '../../storage/contract.ts'
import { readUnits } from '../capacity.ts'
import type { Catalog } from '../catalog.ts'
import { checkItemSize } from '../incoming-item.ts'
import type { ItemAction } from '../item-action.ts'
import type { EngineServices, RequestContext } from '../operation.ts'
import type { OutputRow } from '../output-row.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { runTransaction } from '../run-transaction.ts'
import type { TableSchema } from '../table-schema.ts'
import { CapacityTallies } from './capacity-tallies.ts'
import { type FoundItem, readSingle, singleRead, type SingleRead } from './single-read.ts'
import { existsAction, onFailureOf, writeAction } from './statement-action.ts'
import { statementParameters } from './statement-parameters.ts'

/**
 * Answers an ExecuteTransaction.
 *
 * @throws ServiceException as the service does
 */
export function executeTransaction(
  services: EngineServices,
  input: ExecuteTransactionInput,
  context: RequestContext,
): MaybePromise<ExecuteTransactionOutput<OutputRow>> {
  let sizeBytes = 0
  const statements = input.TransactStatements.map(({ Statement, Parameters }) => {
    const parameters = statementParameters(Parameters)
    sizeBytes += textSizeBytes(Statement)
    for (const parameter of parameters) sizeBytes += valueSizeBytes(parameter)
    return bindStatement(Statement, parameters)
  })
  statements.forEach(checkReturning)
  if (sizeBytes > MAX_TRANSACTION_SIZE_BYTES) {
    throw validationException(`Transaction payload size cannot exceed 4MB. Payload Size: ${sizeBytes}`)
  }
  const reads = statements.filter((statement) => statement.kind === 'select')
  if (reads.length === statements.length) return readTransaction(services, { input, context, reads })
  if (reads.length > 0) {
    throw validationException(
      'ExecuteTransaction API does not support both read and write operations in the same request.',
    )
  }
  const writes = statements.filter((statement) => statement.kind !== 'select')
  return writeTransaction(services, input, writes)
}

function checkReturning(statement: BoundStatement, at: number): void {
  const isReturning = (statement.kind === 'update' || statement.kind === 'delete') && statement.returning !== undefined
  if (isReturning) throw failedAt(at, 'RETURNING clause is not supported in ExecuteTransaction.')
}

interface ReadTransaction {
  readonly input: ExecuteTransactionInput
  readonly context: RequestContext
  readonly reads: readonly BoundSelect[]
}

function readTransaction(
  { store, catalog }: EngineServices,
  { input, context, reads }: ReadTransaction,
): MaybePromise<ExecuteTransactionOutput<OutputRow>> {
  return readSnapshot(store, true, (reader) =>
    after(tablesOf({ catalog, reader }, reads), (tables) => {
      const located = reads.map((select, at) => locatedRead(tables[at] as TableSchema, select, at))
      if (new Set(located.map(({ key }) => key)).size < located.length) {
        throw validationException('Transaction request cannot include multiple operations on one item')
      }
      const tallies = new CapacityTallies(input.ReturnConsumedCapacity, 'ReadCapacityUnits')
      return after(allOf(located.map((read) => readSingle({ catalog, reader, context }, read))), (found) => {
        checkFoundSize(found)
        const responses = found.map(({ row, sizeBytes }, at) => {
          tallies.of((reads[at] as BoundSelect).tableName)?.addTable(readUnits(sizeBytes, true))
          return row === undefined ? {} : { Item: row }
        })
        return { Responses: responses, ...tallies.report() }
      })
    }),
  )
}

function checkFoundSize(found: readonly FoundItem[]): void {
  let sizeBytes = 0
  for (const item of found) sizeBytes += item.sizeBytes
  if (sizeBytes > MAX_TRANSACTION_SIZE_BYTES) throw validationException(`Payload in response is too large.${sizeBytes}`)
}

function locatedRead(table: TableSchema, select: BoundSelect, at: number): SingleRead {
  if (select.indexName !== undefined) {
    throw failedAt(at, 'Reads on indices are not supported within transactions.')
  }
  const read = singleRead(table, select)
  if (read === undefined) {
    throw failedAt(at, 'Select statements within ExecuteTransaction must specify the primary key in the where clause.')
  }
  return read
}

async function writeTransaction(
  services: EngineServices,
  input: ExecuteTransactionInput,
  statements: readonly (BoundWrite | BoundExists)[],
): Promise<ExecuteTransactionOutput<OutputRow>> {
  const { store, catalog } = services
  const actions = await readSnapshot(store, true, (reader) =>
    after(tablesOf({ catalog, reader }, statements), (tables) =>
      statements.map((statement, at) => actionOf(input, { table: tables[at] as TableSchema, statement, at })),
    ),
  )
  const { ConsumedCapacity } = await runTransaction(services, {
    operation: 'ExecuteTransaction',
    input,
    identity: input.TransactStatements,
    actions,
  })
  return { Responses: [], ...(ConsumedCapacity !== undefined && { ConsumedCapacity }) }
}

interface PlacedStatement {
  readonly table: TableSchema
  readonly statement: BoundWrite | BoundExists
  readonly at: number
}

function actionOf(
  { TransactStatements }: ExecuteTransactionInput,
  { table, statement, at }: PlacedStatement,
): ItemAction {
  const onFailure = onFailureOf(TransactStatements[at] ?? {})
  if (statement.kind !== 'exists') {
    // As in TransactWriteItems, an item that is too large does not cancel but is refused.
    if (statement.kind === 'insert') checkItemSize(statement.item)
    return writeAction(table, statement, onFailure)
  }
  const action = existsAction(table, statement, onFailure)
  if (action === undefined) throw failedAt(at, 'EXISTS() must contain a single item read with additional condition')
  return action
}

function tablesOf(
  { catalog, reader }: { readonly catalog: Catalog; readonly reader: Reader },
  statements: readonly BoundStatement[],
): MaybePromise<readonly TableSchema[]> {
  return allOf(
    statements.map((statement) =>
      catalog.require(reader, statement.kind === 'exists' ? statement.select.tableName : statement.tableName),
    ),
  )
}

function failedAt(at: number, problem: string): ServiceException {
  return validationException(`Validation failed in TransactStatements[${at}]: ${problem}`)
}
