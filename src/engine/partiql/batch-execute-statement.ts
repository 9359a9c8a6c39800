// BatchExecuteStatement, once PartiQL is loaded: each statement fails or succeeds for itself. Those that write are one commit
// all the same.

import type { ByteKey } from '../../base/byte-key.ts'
import { after, eachInOrder, type MaybePromise } from '../../base/maybe-promise.ts'
import { bindStatement } from '../../expressions/partiql/bind-statement.ts'
import type { BoundSelect, BoundWrite } from '../../expressions/partiql/bound-statement.ts'
import type {
  BatchExecuteStatementInput,
  BatchExecuteStatementOutput,
  BatchStatementError,
  BatchStatementRequest,
  BatchStatementResponse,
} from '../../model/operations.ts'
import { ServiceException, validationException } from '../../model/service-exception.ts'
import { readUnits } from '../capacity.ts'
import { applyAction, decideAction, type ItemAction, type LocatedAction, locateAction } from '../item-action.ts'
import type { EngineServices, RequestContext } from '../operation.ts'
import type { OutputRow } from '../output-row.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { openTableWriter, type TableWriter } from '../table-writer.ts'
import { userWrite } from '../write-cause.ts'
import { CapacityTallies } from './capacity-tallies.ts'
import { returnedRow } from './returned-row.ts'
import { readSingle, singleRead, type SingleRead } from './single-read.ts'
import { onFailureOf, writeAction } from './statement-action.ts'
import { statementParameters } from './statement-parameters.ts'

/** What the service calls exceptions among the errors of statements. */
const ERROR_CODES: ReadonlyMap<string, BatchStatementError['Code']> = new Map([
  ['ConditionalCheckFailedException', 'ConditionalCheckFailed'],
  ['DuplicateItemException', 'DuplicateItem'],
  ['ResourceNotFoundException', 'ResourceNotFound'],
  ['ValidationException', 'ValidationError'],
])

type Response = BatchStatementResponse<OutputRow>

/** A statement of the batch, or why it is none. */
interface Prepared {
  readonly request: BatchStatementRequest
  readonly statement: BoundSelect | BoundWrite | undefined
  /** Set when the statement has failed. */
  readonly failure: Response | undefined
}

/**
 * Answers a BatchExecuteStatement.
 *
 * @throws ServiceException when the statements do not go together
 */
export function batchExecuteStatement(
  services: EngineServices,
  input: BatchExecuteStatementInput,
  context: RequestContext,
): MaybePromise<BatchExecuteStatementOutput<OutputRow>> {
  const prepared = input.Statements.map(prepare)
  const writeCount = prepared.filter(({ statement }) => statement !== undefined && statement.kind !== 'select').length
  const readCount = prepared.filter(({ statement }) => statement?.kind === 'select').length
  if (writeCount > 0 && readCount > 0) {
    throw validationException('Read and write requests together in the same batch is not supported.')
  }
  const batch = { prepared, input, context }
  return writeCount > 0 ? writeBatch(services, batch) : readBatch(services, batch)
}

interface Batch {
  readonly prepared: readonly Prepared[]
  readonly input: BatchExecuteStatementInput
  readonly context: RequestContext
}

function prepare(request: BatchStatementRequest): Prepared {
  const bound = attempt(undefined, () => {
    const statement = bindStatement(request.Statement, statementParameters(request.Parameters))
    if (statement.kind !== 'exists') return statement
    throw validationException('EXISTS can only be used in ExecuteTransaction write requests.')
  })
  return 'failure' in bound
    ? { request, statement: undefined, failure: bound.failure }
    : { request, statement: bound.value, failure: undefined }
}

function readBatch(
  { store, catalog }: EngineServices,
  { prepared, input, context }: Batch,
): MaybePromise<BatchExecuteStatementOutput<OutputRow>> {
  const isConsistent = prepared.some(({ request }) => request.ConsistentRead === true)
  const tallies = new CapacityTallies(input.ReturnConsumedCapacity)
  return readSnapshot(store, isConsistent, (reader) => {
    const reads: (SingleRead | undefined)[] = []
    const responses: Response[] = []
    const located = eachInOrder(prepared, ({ statement, failure }, at) => {
      responses[at] = failure ?? {}
      if (statement?.kind !== 'select') return undefined
      return after(catalog.find(reader, statement.tableName), (table) => {
        const read = attempt(undefined, () => {
          if (table === undefined) throw notFound()
          const single = singleRead(table, statement)
          if (single === undefined) throw validationException('Only single item select is supported')
          return single
        })
        if ('failure' in read) responses[at] = read.failure
        else reads[at] = read.value
      })
    })
    return after(located, () => {
      checkDistinct(reads.flatMap((read) => read?.key ?? []))
      const answered = eachInOrder(prepared, ({ request }, at) => {
        const read = reads[at]
        if (read === undefined) return undefined
        return after(readSingle({ catalog, reader, context }, read), ({ row, sizeBytes }) => {
          const TableName = read.select.tableName
          tallies.of(TableName)?.addTable(readUnits(sizeBytes, request.ConsistentRead === true))
          responses[at] = { TableName, ...(row !== undefined && { Item: row }) }
        })
      })
      return after(answered, () => ({ Responses: responses, ...tallies.report() }))
    })
  })
}

/** A write of the batch, its place known. */
interface PlacedWrite {
  readonly writer: TableWriter
  readonly statement: BoundWrite
  readonly action: ItemAction
  readonly located: LocatedAction
}

function writeBatch(
  { store, catalog, clock }: EngineServices,
  { prepared, input, context }: Batch,
): Promise<BatchExecuteStatementOutput<OutputRow>> {
  const cause = userWrite(clock)
  return store.write((transaction) => {
    const tallies = new CapacityTallies(input.ReturnConsumedCapacity)
    const writers = new Map<string, TableWriter>()
    const responses: Response[] = []
    const writes: (PlacedWrite | undefined)[] = []
    const placed = eachInOrder(prepared, ({ request, statement, failure }, at) => {
      responses[at] = failure ?? {}
      if (statement === undefined || statement.kind === 'select') return undefined
      const { tableName } = statement
      return after(catalog.find(transaction, tableName), (table) => {
        if (table === undefined) {
          responses[at] = failed(notFound(), undefined)
          return undefined
        }
        const open = writers.get(tableName) ?? openTableWriter(catalog, transaction, tableName, cause)
        return after(open, (writer) => {
          writers.set(tableName, writer)
          const write = attempt(undefined, () => {
            const action = writeAction(writer.table, statement, onFailureOf(request))
            return { writer, statement, action, located: locateAction(writer, action) }
          })
          if ('failure' in write) responses[at] = write.failure
          else writes[at] = write.value
        })
      })
    })
    return after(placed, () => {
      checkDistinct(writes.flatMap((write) => write?.located.key ?? []))
      const done = eachInOrder(prepared, (_, at) => {
        const write = writes[at]
        if (write === undefined) return undefined
        return after(write.writer.read(write.located.key), (previous) => {
          const { writer, statement, action, located } = write
          const { tableName: TableName } = statement
          const effect = attempt(TableName, () => decideAction(writer, action, located, previous))
          if ('failure' in effect) {
            responses[at] = effect.failure
            return
          }
          applyAction(writer, action, effect.value, tallies.of(TableName))
          const row = returnedRow(statement, effect.value, context)
          responses[at] = { TableName, ...(row !== undefined && { Item: row }) }
        })
      })
      return after(done, () =>
        after(
          eachInOrder([...writers.values()], (writer) => writer.finish()),
          () => ({ Responses: responses, ...tallies.report() }),
        ),
      )
    })
  })
}

function checkDistinct(keys: readonly ByteKey[]): void {
  if (new Set(keys).size < keys.length) {
    throw validationException('Provided list of item keys contains duplicates')
  }
}

/**
 * Does something for a statement.
 *
 * @param tableName of the statement, once it is known to fit its table
 * @throws what is no answer to a statement
 */
function attempt<T>(
  tableName: string | undefined,
  work: () => T,
): { readonly value: T } | { readonly failure: Response } {
  try {
    return { value: work() }
  } catch (error) {
    return { failure: failed(error, tableName) }
  }
}

function failed(error: unknown, tableName: string | undefined): Response {
  if (!(error instanceof ServiceException)) throw error
  const Code = ERROR_CODES.get(error.name)
  if (Code === undefined) throw error
  const { message: Message, Item } = error
  return {
    Error: { Code, Message, ...(Item !== undefined && { Item }) },
    ...(tableName !== undefined && { TableName: tableName }),
  }
}

function notFound(): ServiceException {
  return new ServiceException('ResourceNotFoundException', 'Requested resource not found')
}
