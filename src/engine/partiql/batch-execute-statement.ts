// BatchExecuteStatement, once PartiQL is loaded: each statement fails or succeeds for itself. Those that write are one commit
// all the same.

import type { ByteKey } from '../../base/byte-key.ts'
import { after, allOf, eachInOrder, type MaybePromise } from '../../base/maybe-promise.ts'
import { bindStatement } from '../../expressions/partiql/bind-statement.ts'
import type { BoundSelect, BoundWrite } from '../../expressions/partiql/bound-statement.ts'
import type {
  BatchExecuteStatementInput,
  BatchExecuteStatementOutput,
  BatchStatementRequest,
} from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import type { Transaction } from '../../storage/contract.ts'
import { readUnits } from '../capacity.ts'
import type { Catalog } from '../catalog.ts'
import { applyAction, decideAction, type ItemAction, type LocatedAction, locateAction } from '../item-action.ts'
import type { EngineServices, RequestContext } from '../operation.ts'
import type { OutputRow } from '../output-row.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { openTableWriter, type TableWriter } from '../table-writer.ts'
import { userWrite, type WriteCause } from '../write-cause.ts'
import {
  checkDistinct,
  doneResponse,
  goOn,
  type Outcome,
  responseOf,
  type StatementResponse,
  tableNotFound,
  valueOf,
} from './batch-outcome.ts'
import { CapacityTallies } from './capacity-tallies.ts'
import { returnedRow } from './returned-row.ts'
import { type FoundItem, readSingle, singleRead, type SingleRead } from './single-read.ts'
import { onFailureOf, writeAction } from './statement-action.ts'
import { statementParameters } from './statement-parameters.ts'

/** A statement of the batch, bound. */
interface Bound<Statement> {
  readonly request: BatchStatementRequest
  readonly statement: Statement
}

/** The statements of a batch. */
interface Batch<Statement> {
  readonly bound: readonly Outcome<Bound<Statement>>[]
  readonly input: BatchExecuteStatementInput
  readonly context: RequestContext
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
  const bound = input.Statements.map(bind)
  const isRead = (outcome: Outcome<Bound<BoundSelect | BoundWrite>>): outcome is Outcome<Bound<BoundSelect>> =>
    (valueOf(outcome)?.statement.kind ?? 'select') === 'select'
  const isWrite = (outcome: Outcome<Bound<BoundSelect | BoundWrite>>): outcome is Outcome<Bound<BoundWrite>> =>
    valueOf(outcome)?.statement.kind !== 'select'
  if (bound.every(isRead)) return readBatch(services, { bound, input, context })
  if (bound.every(isWrite)) return writeBatch(services, { bound, input, context })
  throw validationException('Read and write requests together in the same batch is not supported.')
}

function bind(request: BatchStatementRequest): Outcome<Bound<BoundSelect | BoundWrite>> {
  return goOn({ value: request }, ({ Statement, Parameters }) => {
    const statement = bindStatement(Statement, statementParameters(Parameters))
    if (statement.kind !== 'exists') return { request, statement }
    throw validationException('EXISTS can only be used in ExecuteTransaction write requests.')
  })
}

/** The tables that the statements of a batch name. */
function tableNames(bound: readonly Outcome<Bound<BoundSelect | BoundWrite>>[]): readonly string[] {
  return [...new Set(bound.flatMap((outcome) => valueOf(outcome)?.statement.tableName ?? []))]
}

function readBatch(
  { store, catalog }: EngineServices,
  { bound, input, context }: Batch<BoundSelect>,
): MaybePromise<BatchExecuteStatementOutput<OutputRow>> {
  const names = tableNames(bound)
  const isConsistent = input.Statements.some(({ ConsistentRead }) => ConsistentRead === true)
  return readSnapshot(store, isConsistent, (reader) =>
    after(allOf(names.map((name) => catalog.find(reader, name))), (tables) => {
      const reads = bound.map((outcome) =>
        goOn(outcome, ({ statement }): SingleRead => {
          const table = tables[names.indexOf(statement.tableName)]
          if (table === undefined) throw tableNotFound()
          const read = singleRead(table, statement)
          if (read === undefined) throw validationException('Only single item select is supported')
          return read
        }),
      )
      checkDistinct(reads)
      const found = reads.map((outcome): MaybePromise<FoundItem | undefined> => {
        const read = valueOf(outcome)
        return read && readSingle({ catalog, reader, context }, read)
      })
      return after(allOf(found), (items) => readOutput(input, reads, items))
    }),
  )
}

function readOutput(
  input: BatchExecuteStatementInput,
  reads: readonly Outcome<SingleRead>[],
  items: readonly (FoundItem | undefined)[],
): BatchExecuteStatementOutput<OutputRow> {
  const tallies = new CapacityTallies(input.ReturnConsumedCapacity)
  const responses = reads.map((outcome, at) =>
    responseOf(
      goOn(outcome, ({ select: { tableName } }) => {
        const isConsistent = input.Statements[at]?.ConsistentRead === true
        tallies.of(tableName)?.addTable(readUnits(items[at]?.sizeBytes ?? 0, isConsistent))
        return doneResponse(tableName, items[at]?.row)
      }),
    ),
  )
  return { Responses: responses, ...tallies.report() }
}

/** A write of the batch, its place known. */
interface PlacedWrite {
  readonly writer: TableWriter
  readonly statement: BoundWrite
  readonly action: ItemAction
  readonly located: LocatedAction
  readonly key: ByteKey
}

function writeBatch(
  { store, catalog, clock }: EngineServices,
  { bound, input, context }: Batch<BoundWrite>,
): Promise<BatchExecuteStatementOutput<OutputRow>> {
  const cause = userWrite(clock)
  return store.write((transaction) =>
    after(openWriters({ catalog, transaction, cause }, tableNames(bound)), (writers) => {
      const placed = bound.map((outcome) => goOn(outcome, (write) => place(writers, write)))
      checkDistinct(placed)
      const found = placed.map((outcome) => {
        const write = valueOf(outcome)
        return write?.writer.read(write.key)
      })
      return after(allOf(found), (items) => {
        const tallies = new CapacityTallies(input.ReturnConsumedCapacity)
        const responses = placed.map((outcome, at): StatementResponse => {
          const decided = goOn(
            outcome,
            (write) => ({ ...write, effect: decideAction(write.writer, write.action, write.located, items[at]) }),
            valueOf(outcome)?.statement.tableName,
          )
          const done = goOn(decided, ({ writer, action, effect, statement }) => {
            applyAction(writer, action, effect, tallies.of(statement.tableName))
            return doneResponse(statement.tableName, returnedRow(statement, effect, context))
          })
          return responseOf(done)
        })
        const finished = eachInOrder([...writers.values()], (writer) => writer.finish())
        return after(finished, () => ({ Responses: responses, ...tallies.report() }))
      })
    }),
  )
}

function place(writers: ReadonlyMap<string, TableWriter>, { request, statement }: Bound<BoundWrite>): PlacedWrite {
  const writer = writers.get(statement.tableName)
  if (writer === undefined) throw tableNotFound()
  const action = writeAction(writer.table, statement, onFailureOf(request))
  const located = locateAction(writer, action)
  return { writer, statement, action, located, key: located.key }
}

interface WriteServices {
  readonly catalog: Catalog
  readonly transaction: Transaction
  readonly cause: WriteCause
}

/** A writer for each of the tables that are there. */
function openWriters(
  { catalog, transaction, cause }: WriteServices,
  names: readonly string[],
): MaybePromise<ReadonlyMap<string, TableWriter>> {
  const writers = new Map<string, TableWriter>()
  const opened = eachInOrder(names, (name) =>
    after(catalog.find(transaction, name), (table) => {
      if (table === undefined) return undefined
      return after(openTableWriter(catalog, transaction, name, cause), (writer) => {
        writers.set(name, writer)
      })
    }),
  )
  return after(opened, () => writers)
}
